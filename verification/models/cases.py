"""Cases: appeals, complaints and malpractice, who decides them, and what was kept of the evidence when they were opened."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can, Role
from assignments.models import Document, Marking, Submission
from core.lifecycle import set_exactly_when
from enrolment.models import Enrolment
from verification import case_policy as policy
from verification.case_states import STATES, CaseKind, CaseState, MalpracticeState, stages_of

# What the person whose case it is follows on a page of their own. Somebody who is suspected is told by the centre.
OWN_KINDS = (CaseKind.APPEAL, CaseKind.COMPLAINT, CaseKind.DATA_PROTECTION)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """Administrators all but what is about themselves; whoever handles one; the EQA appeals and malpractice of learners they see.

        The person whose case it is has a page of their own (`own_of`), without what is marked internal.
        """
        not_own = (Q(accused=None) | ~Q(accused=user)) & (Q(person=None) | ~Q(person=user))
        if user.has_role(Role.ADMINISTRATOR):
            return self.filter(not_own)
        seen = Q(pk__in=CaseDuty.objects.filter(person=user, ended_at=None).values("case"))
        if user.has_role(Role.EQA):
            # While a piece is marked without names, a verifier reads none through its case either.
            released = Q(submission__isnull=True) | Q(submission__released_at__isnull=False)
            named = Q(kind__in=(CaseKind.APPEAL, CaseKind.MALPRACTICE))
            seen |= named & released & Q(enrolment__in=Enrolment.objects.visible_to(user))
        return self.filter(seen & not_own)

    def own_of(self, user: User) -> CaseQuerySet:
        return self.filter(person=user, kind__in=OWN_KINDS)

    def open(self) -> CaseQuerySet:
        return self.exclude(state=CaseState.CLOSED)

    def overdue(self, today: dt.date) -> CaseQuerySet:
        return self.open().filter(due_on__lt=today)

    def touching_results(self) -> CaseQuerySet:
        """Those that hold up a certificate while they are open: of a piece of work, and suspicions against a learner."""
        return self.filter(Q(submission__isnull=False) | Q(kind=CaseKind.MALPRACTICE), enrolment__isnull=False)


class Case(models.Model):
    """One matter from its arrival to its end. Who asked for what, and on which day the present stage has to be over."""

    class Route(models.TextChoices):
        EMAIL = "email", "by e-mail"
        LETTER = "letter", "by letter"
        PHONE = "phone", "by telephone"
        SPOKEN = "spoken", "in conversation"
        FOUND = "found", "found by the centre"

    kind = models.CharField(max_length=20, choices=CaseKind)
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=20, choices=list(STATES.items()))
    title = models.CharField("what it is about", max_length=150)
    statement = models.TextField("what was said")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="own_cases")
    person_name = models.CharField("name and address of somebody without an account", max_length=250, blank=True)
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="cases")
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="cases")
    marking = models.ForeignKey(Marking, null=True, on_delete=models.PROTECT, related_name="cases")
    accused = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField("when it really arrived")
    behalf_route = models.CharField("how it arrived", max_length=10, choices=Route, blank=True)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stage_on = models.DateField("day on which the present stage began")
    due_on = models.DateField("last day of the present stage", null=True)
    reported_on = models.DateField("day the awarding organisation was told", null=True)
    reported_reference = models.CharField("the awarding organisation's number", max_length=60, blank=True)
    answer = models.TextField("the person's answer to the suspicion", blank=True)
    sanction = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closing_note = models.TextField(blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        indexes = [
            models.Index(fields=["due_on"], condition=~Q(state="closed"), name="case_open"),
            models.Index(fields=["enrolment"], condition=~Q(state="closed"), name="case_open_of_enrolment"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CaseKind.values), name="case_kind_known"),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(kind="malpractice", state__in=MalpracticeState.values)
                | ~Q(kind="malpractice") & Q(state__in=CaseState.values),
                name="case_state_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="appeal") | Q(submission__isnull=False, marking__isnull=False),
                name="case_appeal_names_a_result",
            ),
            models.CheckConstraint(
                condition=Q(submission__isnull=True) | Q(enrolment__isnull=False), name="case_submission_with_enrolment"
            ),
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(kind="appeal") & ~Q(state="closed"),
                name="case_one_open_appeal",
            ),
            set_exactly_when("closed_at", states=["closed"], name="case_closed_at"),
            set_exactly_when("closed_by", states=["closed"], name="case_closed_by"),
            models.CheckConstraint(condition=~Q(state="closed") | ~Q(closing_note=""), name="case_closed_with_a_note"),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(due_on__isnull=True), name="case_closed_has_no_day"
            ),
            models.CheckConstraint(condition=~Q(state="sanctioned") | ~Q(sanction=""), name="case_sanction_is_said"),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "hearing", "sanctioned", "awarding"])
                | Q(reported_on__isnull=False),
                name="case_reported_on",
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__lte=F("raised_at")), name="case_arrived_before_it_was_raised"
            ),
        ]

    def __str__(self) -> str:
        return f"Case {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("verification:case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state != CaseState.CLOSED

    @property
    def is_malpractice(self) -> bool:
        return self.kind == CaseKind.MALPRACTICE

    @property
    def is_appeal(self) -> bool:
        return self.kind == CaseKind.APPEAL

    @property
    def who(self) -> str:
        """Whose case it is: an account, or the name of somebody who has none."""
        if self.is_malpractice:
            return str(self.accused) if self.accused_id else self.person_name or "Nobody named yet"
        return str(self.person) if self.person_id else self.person_name

    def timer_on(self, today: dt.date) -> policy.Timer | None:
        """How far the present stage is; nothing for a closed case."""
        span = policy.time_for(self.kind, self.state)
        return policy.Timer(span.used(self.stage_on, today), span) if span and self.is_open else None

    def way(self) -> list[dict[str, object]]:
        """The stages as a line, for `components/path.html`; a second round stands in it once it has begun."""
        stages = list(stages_of(self.kind))
        if self.state in (CaseState.PANEL, CaseState.AWARDING):
            stages.insert(stages.index(CaseState.CLOSED), self.state)
        here = stages.index(self.state)
        last = len(stages) - 1
        return [
            {
                "label": STATES[stage],
                "state": "done" if n < here or here == last else "in_hand" if n == here else "not_yet",
                "word": "over" if n < here or here == last else "now" if n == here else "to come",
                "current": n == here,
                "ahead": n > here,
            }
            for n, stage in enumerate(stages)
        ]

    @property
    def arrived_on(self) -> dt.date:
        return timezone.localdate(self.arrived_at)


class CaseInvolvement(models.Model):
    """That somebody had a part in the matter, so they decide nothing of it. Noted when it is opened and when somebody is chosen."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField("what they did", max_length=250)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ("case", "person", "pk")
        constraints = [models.UniqueConstraint(fields=["case", "person", "why"], name="case_involvement_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.why}"


class CaseDuty(models.Model):
    """That somebody was chosen to investigate, review or decide one stage. Nobody is chosen twice in a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="duties")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_duties")
    stage = models.CharField(max_length=20)
    decides = models.BooleanField("signs the decision")
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ("case", "chosen_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="case_nobody_handles_two_stages"),
            models.UniqueConstraint(
                fields=["case", "stage"], condition=Q(decides=True, ended_at=None), name="case_one_decides_a_stage"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name="case_duty_ends_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.case}"

    @property
    def stage_word(self) -> str:
        words = {"review": "stage 1, review", "panel": "stage 2, panel", "investigation": "investigation"}
        return words.get(self.stage, "after the hearing")


class CaseDecision(models.Model):
    """What was decided at one stage and why. Never changed."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "Upheld"
        PARTLY = "partly", "Partly upheld"
        NOT_UPHELD = "not_upheld", "Not upheld"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    stage = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reasons = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("case", "decided_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["case", "stage"], name="case_decided_once_a_stage"),
            models.CheckConstraint(condition=~Q(reasons=""), name="case_decision_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.case}"

    @property
    def is_upheld(self) -> bool:
        return self.outcome in policy.UPHELD

    @property
    def outcome_word(self) -> str:
        """In the words of the case: a suspicion is proven, an appeal is upheld."""
        if self.stage == MalpracticeState.HEARING:
            return {"upheld": "Malpractice found", "partly": "Found in part", "not_upheld": "Nothing found"}[
                self.outcome
            ]
        return str(self.get_outcome_display())

    @property
    def stage_word(self) -> str:
        return {"review": "Stage 1, review", "panel": "Stage 2, panel"}.get(self.stage, "After the hearing")


class CaseNote(models.Model):
    """Something written down about a case. Only ever added. Internal ones are never shown to the person whose case it is."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    body = models.TextField()
    internal = models.BooleanField(default=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("case", "written_at", "pk")

    def __str__(self) -> str:
        return f"Note on {self.case}"


class CaseFile(models.Model):
    """A file that somebody added to a case. Only ever added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="cases/%Y/%m/")
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    internal = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("case", "added_at", "pk")
        constraints = [models.UniqueConstraint(fields=["case", "sha256"], name="case_file_once")]

    def __str__(self) -> str:
        return self.name


class CaseKept(models.Model):
    """A piece of the evidence as it was when the case was opened: what it said, and its fingerprint. Never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="kept")
    label = models.CharField(max_length=250)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField("what it said, as data", default=dict)
    sha256 = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("case", "pk")

    def __str__(self) -> str:
        return self.label


def may_read_work(case: Case, user: User) -> bool:
    """Who reads the frozen work through a case: those chosen to handle it, and those who read work and see the case."""
    if user.can(Can.READ_WORK):
        return True
    return case.duties.filter(person=user, ended_at=None).exists()
