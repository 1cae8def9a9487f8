"""Interim samples: a draft with comments, a supervision or a session that a verifier looks at, and the actions asked for (`ilm` I06, I12, I13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from assignments import anonymity
from assignments.models import Draft
from core import clock
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from programmes.models import Cohort, TutorAppointment, VerifierAllocation
from verification.interim_states import HAS_ANSWER, RECORDED, InterimActionState, InterimState
from verification.judging import Rating
from verification.models.visits import cohorts_looked_at
from verification.observing import Aspect, InterimKind
from workshops.models import Session, SupervisionSession

_NO_THING = Q(draft__isnull=True, supervision__isnull=True, session__isnull=True)
_STANDING = ~Q(state="called_off")


class InterimSampleQuerySet(models.QuerySet["InterimSample"]):
    def visible_to(self, user: User) -> InterimSampleQuerySet:
        """Verifiers those of their cohorts, an EQA the recorded ones of what they look at, tutors their own and those they have to answer.

        Administrators all. Nobody one in which they are the learner.
        """
        mine = Q(tutor=user) | Q(pk__in=InterimAction.objects.filter(owner=user).values("sample"))
        if user.has_role(Role.TUTOR):
            mine |= Q(pk__in=InterimAction.objects.left_to(user).values("sample"))
        if user.has_role(Role.IQA):
            allocated = VerifierAllocation.objects.in_force(clock.today()).filter(verifier=user, role=Role.IQA)
            mine |= Q(verifier=user) | Q(cohort__in=allocated.values("cohort"))
        if user.has_role(Role.EQA):
            of_cohort = Q(enrolment__isnull=True, cohort__in=cohorts_looked_at(user))
            of_learner = Q(enrolment__in=Enrolment.objects.visible_to(user))
            mine |= Q(state__in=RECORDED) & (of_cohort | of_learner)
        seen = self if user.has_role(Role.ADMINISTRATOR) else self.filter(mine)
        return seen.filter(Q(enrolment__isnull=True) | ~Q(enrolment__learner=user))

    def overdue(self, today: dt.date) -> InterimSampleQuerySet:
        """An action is open and its day has passed."""
        return self.filter(pk__in=InterimAction.objects.open().filter(due_on__lt=today).values("sample"))

    def with_open_action(self) -> InterimSampleQuerySet:
        """With `due_on` and `owed_by` of the action that is open, and whether the sample `waits_to_close`."""
        of_one = InterimAction.objects.filter(sample=OuterRef("pk"))
        return self.annotate(
            due_on=Subquery(of_one.open().values("due_on")[:1]),
            owed_by=Subquery(of_one.open().values("owner__full_name")[:1]),
            waits_to_close=Exists(of_one.filter(state=InterimActionState.ANSWERED, sample__state=InterimState.ACTION)),
        )

    def answered(self) -> InterimSampleQuerySet:
        """A verifier has to read the answer, and to close or to ask for more."""
        there = InterimAction.objects.filter(state=InterimActionState.ANSWERED).values("sample")
        return self.filter(state=InterimState.ACTION, pk__in=there)

    def asked(self) -> InterimSampleQuerySet:
        """A tutor has to answer."""
        return self.filter(state=InterimState.ACTION, pk__in=InterimAction.objects.open().values("sample"))

    def with_shown_learner(self, user: User) -> InterimSampleQuerySet:
        """To find by: the name, or nothing where the cohort is marked without names and this reader judges."""
        real: Any = F("enrolment__learner__full_name")
        if anonymity.reads_codes(user):
            hidden = When(cohort__anonymous_marking=True, then=Value(anonymity.HIDDEN))
            real = Case(hidden, default=real, output_field=CharField())
        return self.annotate(shown_learner=real)

    def of_thing(self, thing: Any, *, kind: str) -> InterimSampleQuerySet:
        return self.filter(_STANDING, **{kind: thing})


def interim_samples_of(cohort: str) -> Any:
    """How many there are of the cohort of the row, to be asked inside another question."""
    there = InterimSample.objects.filter(_STANDING, cohort=OuterRef(cohort)).order_by().values("cohort")
    return Coalesce(Subquery(there.annotate(n=Count("pk")).values("n")), 0)


class InterimSample(models.Model):
    """One look at how a tutor assesses while they do it. What was looked at is kept as it was; rounds of asking are rows."""

    kind = models.CharField(max_length=20, choices=InterimKind)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="interim_samples")
    # Copied from what is looked at, so that the database itself can keep the two duties apart.
    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.PROTECT, related_name="interim_samples")
    supervision = models.ForeignKey(
        SupervisionSession, null=True, on_delete=models.PROTECT, related_name="interim_samples"
    )
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="interim_samples")
    happens_on = models.DateField("day of it")
    purpose = models.CharField("why this one", max_length=250, blank=True)
    state = models.CharField(max_length=20, choices=InterimState, default=InterimState.PLANNED)
    planned_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    seen_text = models.TextField("comments or record, as they were", blank=True)
    seen_sha256 = models.CharField(max_length=64, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    feedback = models.TextField("to the tutor", blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closing_note = models.TextField(blank=True)
    called_off_reason = models.CharField(max_length=250, blank=True)

    objects = InterimSampleQuerySet.as_manager()

    class Meta:
        ordering = ("-happens_on", "-pk")
        indexes = [models.Index(fields=["cohort", "-happens_on"], name="interim_cohort_day")]
        constraints = [
            state_is_known(InterimState, name="interim_state_known"),
            models.CheckConstraint(condition=Q(kind__in=InterimKind.values), name="interim_kind_known"),
            models.CheckConstraint(condition=~Q(verifier=F("tutor")), name="interim_verifier_is_not_the_tutor"),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("tutor")), name="interim_not_closed_by_the_tutor"
            ),
            models.CheckConstraint(
                condition=_NO_THING & Q(enrolment__isnull=True)
                | Q(kind="draft", draft__isnull=False, supervision__isnull=True, session__isnull=True, enrolment__isnull=False)
                | Q(kind="supervision", draft__isnull=True, supervision__isnull=False, session__isnull=True, enrolment__isnull=False)
                | Q(kind="session", draft__isnull=True, supervision__isnull=True, session__isnull=False, enrolment__isnull=True),
                name="interim_looks_at_one",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RECORDED) | (~_NO_THING & ~Q(feedback="")), name="interim_recorded_says_what"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RECORDED, kind="draft") | (~Q(document_sha256="") & ~Q(seen_sha256="")),
                name="interim_draft_is_kept",
            ),
            set_exactly_when("recorded_at", states=RECORDED, name="interim_recorded_at"),
            set_exactly_when("closed_at", states=[InterimState.CLOSED], name="interim_closed_at"),
            set_exactly_when("closed_by", states=[InterimState.CLOSED], name="interim_closed_by"),
            models.CheckConstraint(
                condition=Q(state="called_off") & ~Q(called_off_reason="") | ~Q(state="called_off") & Q(called_off_reason=""),
                name="interim_called_off_with_reason",
            ),
            models.UniqueConstraint(fields=["verifier", "draft"], condition=_STANDING, name="interim_draft_once"),
            models.UniqueConstraint(
                fields=["verifier", "supervision"], condition=_STANDING, name="interim_supervision_once"
            ),
            models.UniqueConstraint(fields=["verifier", "session"], condition=_STANDING, name="interim_session_once"),
            models.UniqueConstraint(
                fields=["verifier", "cohort", "tutor", "kind", "happens_on"],
                condition=Q(state="planned") & _NO_THING,
                name="interim_planned_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.tutor}, {self.cohort}, {self.happens_on}"

    def get_absolute_url(self) -> str:
        return reverse("verification:interim_sample", args=[self.pk])

    @property
    def thing(self) -> Draft | SupervisionSession | Session | None:
        """What is looked at; nothing while it is still to come."""
        return self.draft or self.supervision or self.session

    @property
    def last_action(self) -> InterimAction | None:
        """The newest round, whether it is answered or not."""
        return max(self.actions.all(), key=lambda one: one.round, default=None)

    @property
    def is_planned(self) -> bool:
        return self.state == InterimState.PLANNED

    @property
    def is_recorded(self) -> bool:
        return self.state in RECORDED


class InterimNote(models.Model):
    """What the verifier saw in one respect. Written once, with the record."""

    sample = models.ForeignKey(InterimSample, on_delete=models.PROTECT, related_name="notes")
    aspect = models.CharField(max_length=20, choices=Aspect)
    rating = models.CharField(max_length=20, choices=Rating)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("sample", "pk")
        constraints = [
            models.UniqueConstraint(fields=["sample", "aspect"], name="interim_note_once"),
            models.CheckConstraint(condition=Q(aspect__in=Aspect.values), name="interim_aspect_known"),
            models.CheckConstraint(condition=Q(rating__in=Rating.values), name="interim_rating_known"),
            models.CheckConstraint(condition=~Q(rating="develop") | ~Q(note=""), name="interim_to_develop_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.get_aspect_display()}: {self.get_rating_display().lower()}"

    @property
    def kind(self) -> str:
        """The colour of its badge."""
        return {"strong": "done", "sound": "none"}.get(self.rating, "attention")


class InterimActionQuerySet(models.QuerySet["InterimAction"]):
    def open(self) -> InterimActionQuerySet:
        return self.filter(state=InterimActionState.ASKED)

    def left_to(self, tutor: User) -> InterimActionQuerySet:
        """Open ones whose owner no longer teaches the cohort, which this tutor does now."""
        now = TutorAppointment.objects.covering(clock.today()).filter(cohort=OuterRef("sample__cohort"))
        return self.open().filter(Exists(now.filter(tutor=tutor)), ~Exists(now.filter(tutor=OuterRef("owner"))))


class InterimAction(models.Model):
    """One round: what is asked of whom by when, and the answer. Asked for more, the next round is another row."""

    sample = models.ForeignKey(InterimSample, on_delete=models.PROTECT, related_name="actions")
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=InterimActionState, default=InterimActionState.ASKED)
    text = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="interim_actions")
    due_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = InterimActionQuerySet.as_manager()

    class Meta:
        ordering = ("sample", "round")
        constraints = [
            state_is_known(InterimActionState, name="interim_action_state_known"),
            models.UniqueConstraint(fields=["sample", "round"], name="interim_round_once"),
            models.UniqueConstraint(fields=["sample"], condition=~Q(state="followed"), name="interim_one_last_action"),
            set_exactly_when("answered_at", states=HAS_ANSWER, name="interim_action_answered_at"),
            models.CheckConstraint(condition=~Q(text=""), name="interim_action_says_what"),
            models.CheckConstraint(condition=~Q(owner=F("asked_by")), name="interim_action_of_another"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="interim_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")), name="interim_answer_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"Action {self.round} of {self.sample}"

    @property
    def is_open(self) -> bool:
        return self.state == InterimActionState.ASKED

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < clock.today()
