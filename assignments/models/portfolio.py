"""The portfolio while it grows: practice clients by code, sessions, reflection and evidence files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.permissions import Can
from assignments.models.submissions import Submission
from enrolment.models import Enrolment
from programmes.models import Criterion


class PracticeRole(models.TextChoices):
    COACH = "coach", "Coaching"
    MENTOR = "mentor", "Mentoring"


class PracticeClientQuerySet(models.QuerySet["PracticeClient"]):
    def visible_to(self, user: User) -> PracticeClientQuerySet:
        return self.filter(_own_or_read(user))


def _own_or_read(user: User, path: str = "enrolment") -> Q:
    """A learner's own; for those who read work, that of learners they see."""
    mine = Q(**{f"{path}__learner": user})
    if user.can(Can.READ_WORK):
        mine |= Q(**{f"{path}__in": Enrolment.objects.visible_to(user)})
    return mine


class PracticeClient(models.Model):
    """Somebody the learner coaches or mentors, known here by a code only (`ilm` G10)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="practice_clients")
    code = models.CharField("code, never a name", max_length=12)
    role = models.CharField(max_length=10, choices=PracticeRole)
    context = models.CharField("work context, without names", max_length=250, blank=True)
    goals = models.TextField("needs and overall goals", blank=True)
    terms = models.TextField("terms of the contract", blank=True)
    contract_agreed_on = models.DateField("day the contract was agreed", null=True, blank=True)
    review = models.TextField("what was achieved against the goals", blank=True)
    added_at = models.DateTimeField()

    objects = PracticeClientQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "code")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "code"], name="practice_client_code_once"),
            models.CheckConstraint(condition=Q(role__in=PracticeRole.values), name="practice_client_role_known"),
        ]

    def __str__(self) -> str:
        return f"Client {self.code}"


class PracticeSession(models.Model):
    """One session of the learner's own practice, with its minutes and what the learner makes of it."""

    client = models.ForeignKey(PracticeClient, on_delete=models.PROTECT, related_name="sessions")
    held_on = models.DateField()
    minutes = models.PositiveIntegerField()
    focus = models.CharField(max_length=250)
    notes = models.TextField(blank=True)
    reflection = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("held_on", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=600), name="practice_session_minutes")
        ]

    def __str__(self) -> str:
        return f"{self.client}, {self.held_on}"


class PortfolioText(models.Model):
    """The two written parts of a portfolio that are not tied to a client. Saved as they are typed."""

    class Part(models.TextChoices):
        REVIEW = "review", "Review of your own ability"
        DEVELOPMENT = "development", "Your development plan"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="portfolio_texts")
    part = models.CharField(max_length=20, choices=Part)
    body = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "part"], name="portfolio_text_once"),
        ]

    def __str__(self) -> str:
        return self.get_part_display()


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> EvidenceQuerySet:
        return self.filter(_own_or_read(user))

    def present(self) -> EvidenceQuerySet:
        """Those the learner has not taken out again."""
        return self.filter(removed_at__isnull=True)


class Evidence(models.Model):
    """A file in the portfolio. Taking it out hides it from the growing portfolio, never from a handed-in attempt."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=150)
    client = models.ForeignKey(PracticeClient, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    is_contract = models.BooleanField("this client's contract", default=False)
    submissions = models.ManyToManyField(Submission, blank=True, related_name="evidence")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="evidence/%Y/%m/")
    kind = models.CharField(max_length=20)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "added_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_contract=False) | Q(client__isnull=False), name="evidence_contract_has_its_client"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """How the evidence matrix names this file."""
        return f"file:{self.pk}"


class Mapping(models.Model):
    """One cross of the evidence matrix: this part of a portfolio shows this criterion (`ilm` Q50).

    `item` names the part, whatever kind of thing it is: file:12, client:3:contract, client:3:log, client:3:feedback,
    supervision, text:review. `assignments.matrix` knows which there are.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="mappings")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="mappings")
    item = models.CharField(max_length=40)
    mapped_at = models.DateTimeField()
    mapped_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("enrolment", "criterion", "item")
        constraints = [models.UniqueConstraint(fields=["enrolment", "criterion", "item"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.item} shows criterion {self.criterion_id}"
