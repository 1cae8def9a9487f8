"""Claims go to the awarding organisation in batches, and its answers come back as files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Can, Role
from core.lifecycle import set_exactly_when, state_is_known
from programmes.models import AwardingOrganisation
from verification.states import AnswerState, BatchState

_EXPORTED = (BatchState.EXPORTED, BatchState.SENT, BatchState.RECONCILED)
_SENT = (BatchState.SENT, BatchState.RECONCILED)


class ClaimBatchQuerySet(models.QuerySet["ClaimBatch"]):
    def visible_to(self, user: User) -> ClaimBatchQuerySet:
        """A batch holds claims of many cohorts, so only those who claim for the centre see it."""
        if user.has_role(Role.ADMINISTRATOR) and user.can(Can.CLAIM):
            return self
        return self.none()


class ClaimBatch(models.Model):
    """Claims of one organisation and one kind of funding that are sent together (`ilm` R03)."""

    organisation = models.ForeignKey(AwardingOrganisation, on_delete=models.PROTECT, related_name="+")
    is_funded = models.BooleanField("publicly funded")
    state = models.CharField(max_length=20, choices=BatchState, default=BatchState.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(null=True)
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(null=True)
    sent_at = models.DateTimeField("when the sending was recorded", null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    order_number = models.CharField(max_length=30, blank=True)
    reconciled_at = models.DateTimeField(null=True)

    objects = ClaimBatchQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = [
            state_is_known(BatchState, name="batch_state_known"),
            models.UniqueConstraint(
                fields=["organisation", "is_funded"], condition=Q(state="open"), name="batch_one_open"
            ),
            set_exactly_when("exported_at", states=_EXPORTED, name="batch_exported_at"),
            set_exactly_when("exported_by", states=_EXPORTED, name="batch_exported_by"),
            set_exactly_when("sent_on", states=_SENT, name="batch_sent_on"),
            set_exactly_when("sent_at", states=_SENT, name="batch_sent_at"),
            set_exactly_when("sent_by", states=_SENT, name="batch_sent_by"),
            set_exactly_when("reconciled_at", states=[BatchState.RECONCILED], name="batch_reconciled_at"),
        ]

    def __str__(self) -> str:
        return f"Batch {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("verification:batch", args=[self.pk])

    @property
    def funding(self) -> str:
        return "funded" if self.is_funded else "not funded"

    @property
    def is_open(self) -> bool:
        return self.state == BatchState.OPEN

    @property
    def is_sent(self) -> bool:
        return self.state in _SENT

    @property
    def file_name(self) -> str:
        return f"claims-{self.organisation.code}-{'funded' if self.is_funded else 'unfunded'}-{self.pk}.csv"


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: User) -> AnswerQuerySet:
        return self.filter(batch__in=ClaimBatch.objects.visible_to(user))


class Answer(models.Model):
    """A file the awarding organisation answers a batch with. It is read first, and taken when somebody has confirmed it."""

    batch = models.ForeignKey(ClaimBatch, on_delete=models.PROTECT, related_name="answers")
    state = models.CharField(max_length=20, choices=AnswerState, default=AnswerState.READ)
    name = models.CharField("name of the file", max_length=150)
    digest = models.CharField("sha256 of the file", max_length=64)
    mapping = models.JSONField("which heading holds what")
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("-read_at", "-pk")
        constraints = [
            state_is_known(AnswerState, name="answer_state_known"),
            models.UniqueConstraint(
                fields=["batch", "digest"], condition=~Q(state="put_aside"), name="answer_file_once"
            ),
            set_exactly_when("closed_at", states=[AnswerState.TAKEN, AnswerState.PUT_ASIDE], name="answer_closed_at"),
            set_exactly_when("closed_by", states=[AnswerState.TAKEN, AnswerState.PUT_ASIDE], name="answer_closed_by"),
        ]

    def __str__(self) -> str:
        return f"Answer {self.name} to {self.batch}"

    def get_absolute_url(self) -> str:
        return reverse("verification:answer_file", args=[self.pk])

    @property
    def is_read(self) -> bool:
        return self.state == AnswerState.READ


class AnswerLine(models.Model):
    """One line of the file as it came, and, once the answer is taken, what was done with it."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField("line of the file")
    cells = models.JSONField("what the mapped columns hold")
    verdict = models.CharField(max_length=20, blank=True)
    sentence = models.CharField(max_length=400, blank=True)
    claim = models.ForeignKey("verification.Claim", null=True, on_delete=models.PROTECT, related_name="answer_lines")

    class Meta:
        ordering = ("answer", "number")
        constraints = [models.UniqueConstraint(fields=["answer", "number"], name="answer_line_once")]

    def __str__(self) -> str:
        return f"Line {self.number} of {self.answer}"
