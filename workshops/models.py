"""Sessions, who came, how missed ones were made up, what learners said of them, and the talk with the tutor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import Cohort, SessionKind
from workshops.states import PlaceState, SessionState, TimetableState


class TimetableQuerySet(models.QuerySet["Timetable"]):
    def visible_to(self, user: User) -> TimetableQuerySet:
        """Staff see those of their cohorts; the client contact those proposed to their organisation."""
        mine = Q(cohort__in=Cohort.objects.visible_to(user))
        if user.has_role(Role.CLIENT_CONTACT):
            mine |= Q(cohort__in=Cohort.objects.for_client_contact(user)) & ~Q(state=TimetableState.DRAFT)
        return self.filter(mine)


class Timetable(models.Model):
    """The plan of a cohort's sessions as one thing the client approves. A plan sent back is followed by a new round."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="timetables")
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=TimetableState, default=TimetableState.DRAFT)
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.CharField(max_length=250, blank=True)

    objects = TimetableQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "round")
        constraints = [
            state_is_known(TimetableState, name="timetable_state_known"),
            models.UniqueConstraint(fields=["cohort", "round"], name="timetable_round_once"),
            set_exactly_when(
                "decided_at", states=[TimetableState.APPROVED, TimetableState.RETURNED], name="timetable_decided_at"
            ),
        ]

    def __str__(self) -> str:
        return f"Timetable of {self.cohort}, round {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("workshops:timetable", args=[self.pk])


def _joined_by(user: User) -> models.QuerySet[Enrolment, int]:
    """The cohorts this learner is on, or has been invited to."""
    on = Enrolment.objects.of_learner(user).exclude(state__in=(EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN))
    return on.values_list("cohort", flat=True)


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: User) -> SessionQuerySet:
        """Staff see those of their cohorts; a learner those of the cohorts they are on, or may still join."""
        if user.has_role(Role.ADMINISTRATOR):
            return self
        mine = Q(cohort__in=Cohort.objects.visible_to(user))
        if user.has_role(Role.LEARNER):
            mine |= Q(cohort__in=_joined_by(user))
        return self.filter(mine)

    def of_staff(self, user: User) -> SessionQuerySet:
        """Those of the cohorts one works for; one's own as a learner are not among them."""
        return self.filter(cohort__in=Cohort.objects.visible_to(user))

    def on_programme_of(self, user: User) -> SessionQuerySet:
        """Those of the cohorts a learner is on, or may still join."""
        return self.filter(cohort__in=_joined_by(user))

    def counted(self) -> SessionQuerySet:
        """Those that figures look at: cancelled ones are left out."""
        return self.exclude(state=SessionState.CANCELLED)

    def awaiting_register(self, now: dt.datetime) -> SessionQuerySet:
        return self.filter(state=SessionState.PLANNED, ends_at__lt=now)


class Session(models.Model):
    """An induction, workshop or guided learning day of a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=20, choices=SessionKind)
    number = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=150)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.PositiveIntegerField("planned minutes of learning, breaks left out")
    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    join_link = models.URLField(blank=True)
    recording_link = models.URLField(blank=True)
    state = models.CharField(max_length=20, choices=SessionState, default=SessionState.PLANNED)
    held_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancellation_reason = models.CharField(max_length=250, blank=True)
    calendar_revision = models.PositiveIntegerField(default=0)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "pk")
        indexes = [models.Index(fields=["cohort", "starts_at"], name="session_cohort_start")]
        constraints = [
            state_is_known(SessionState, name="session_state_known"),
            models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="session_kind_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_begins"),
            set_exactly_when("held_at", states=[SessionState.HELD], name="session_held_at"),
            set_exactly_when("cancelled_at", states=[SessionState.CANCELLED], name="session_cancelled_at"),
            models.UniqueConstraint(
                fields=["cohort", "kind", "number"], condition=~Q(state="cancelled"), name="session_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.cohort}"

    def get_absolute_url(self) -> str:
        return reverse("workshops:session", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == SessionState.PLANNED

    @property
    def is_held(self) -> bool:
        return self.state == SessionState.HELD

    @property
    def is_cancelled(self) -> bool:
        return self.state == SessionState.CANCELLED


class PlaceQuerySet(models.QuerySet["Place"]):
    def visible_to(self, user: User) -> PlaceQuerySet:
        return self.filter(enrolment__in=Enrolment.objects.visible_to(user))

    def to_catch_up(self, cohorts: Sequence[int]) -> PlaceQuerySet:
        """Sessions that learners of these cohorts missed and have not made up, while they are on the programme."""
        missed = self.filter(state=PlaceState.ABSENT, session__state=SessionState.HELD, catch_up__isnull=True)
        return missed.filter(enrolment__state=EnrolmentState.ACTIVE, enrolment__cohort__in=cohorts)


class Place(models.Model):
    """A learner at a session. Exists from the booking; the register gives it its state."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="places")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="places")
    state = models.CharField(max_length=20, choices=PlaceState, default=PlaceState.BOOKED)
    minutes = models.PositiveIntegerField("minutes present, for part attendance", null=True)
    apology = models.CharField("apology given beforehand", max_length=250, blank=True)
    marked_at = models.DateTimeField(null=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ("session", "enrolment__learner__full_name")
        indexes = [models.Index(fields=["enrolment"], condition=Q(state="absent"), name="place_missed")]
        constraints = [
            state_is_known(PlaceState, name="place_state_known"),
            models.UniqueConstraint(fields=["session", "enrolment"], name="place_once"),
            set_exactly_when("minutes", states=[PlaceState.PART], name="place_minutes_when_part"),
            set_exactly_when(
                "marked_at", states=[PlaceState.ATTENDED, PlaceState.PART, PlaceState.ABSENT], name="place_marked_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.learner} at {self.session}"

    @property
    def is_part(self) -> bool:
        return self.state == PlaceState.PART

    @property
    def is_absent(self) -> bool:
        return self.state == PlaceState.ABSENT


class CatchUpKind(models.TextChoices):
    RECORDING = "recording", "Watched the recording"
    ONE_TO_ONE = "one_to_one", "One-to-one with the tutor"
    OTHER_COHORT = "other_cohort", "Attended with another cohort"


class CatchUp(models.Model):
    """How a missed session was made up. The absence stays an absence; the tutor signs the catch-up off."""

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="catch_up")
    kind = models.CharField(max_length=20, choices=CatchUpKind)
    held_on = models.DateField()
    note = models.TextField(blank=True)
    signed_off_at = models.DateTimeField()
    signed_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=CatchUpKind.values), name="catch_up_kind_known")]

    def __str__(self) -> str:
        return f"Catch-up, {self.place}"


def _rating(label: str) -> models.PositiveSmallIntegerField:  # type: ignore[type-arg] # generic in the stubs only
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class Feedback(models.Model):
    """What a learner said of a session. Ratings run from 0 to 10; before and after are both asked at the end."""

    RATINGS = ("overall", "tutor", "knowledge_before", "knowledge_after")

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="feedback")
    overall = _rating("the session as a whole")
    tutor = _rating("the tutor")
    knowledge_before = _rating("knowledge before the session")
    knowledge_after = _rating("knowledge after the session")
    comment = models.TextField(blank=True)
    may_quote = models.BooleanField("may be quoted without the name", default=False)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{one}__isnull": True}) | Q(**{f"{one}__lte": 10}), name=f"feedback_{one}"
            )
            for one in ("overall", "tutor", "knowledge_before", "knowledge_after")
        ]

    def __str__(self) -> str:
        return f"Feedback, {self.place}"


class SupervisionSession(models.Model):
    """Time a learner spent with their supervisor on their practice; its feedback becomes part of the portfolio."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="supervision")
    supervisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField()
    minutes = models.PositiveIntegerField()
    topics = models.TextField(blank=True)
    feedback = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("enrolment", "held_on")
        constraints = [models.CheckConstraint(condition=Q(minutes__gt=0), name="supervision_takes_time")]

    def __str__(self) -> str:
        return f"Supervision of {self.enrolment.learner} on {self.held_on}"


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> ThreadQuerySet:
        """The learner who asks and the tutors of the cohort; nobody else reads along."""
        mine = Q(enrolment__learner=user)
        if user.has_role(Role.TUTOR):
            mine |= Q(
                enrolment__cohort__in=Cohort.objects.filter(appointments__tutor=user, appointments__state="approved")
            )
        return self.filter(mine).distinct()

    def waiting_for(self, tutor: User, cohorts: Sequence[int]) -> ThreadQuerySet:
        """Questions of these cohorts that want an answer, with `waits_since`: the first word that has none yet."""
        of_tutors = Message.objects.filter(thread=OuterRef(OuterRef("pk")))
        answers = of_tutors.filter(~Q(author=OuterRef(OuterRef("enrolment__learner")))).order_by("-written_at")
        since = Coalesce(Subquery(answers.values("written_at")[:1]), dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
        words = Message.objects.filter(thread=OuterRef("pk"), written_at__gt=since).order_by("written_at")
        waiting = self.filter(awaits_tutor=True, enrolment__cohort__in=cohorts).exclude(enrolment__learner=tutor)
        return waiting.annotate(waits_since=Coalesce(Subquery(words.values("written_at")[:1]), "last_at"))


class Thread(models.Model):
    """A question to the tutor and what follows."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="threads")
    subject = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    last_at = models.DateTimeField()
    awaits_tutor = models.BooleanField(default=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ("-last_at",)

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("workshops:thread", args=[self.pk])


class Message(models.Model):
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("written_at", "pk")

    def __str__(self) -> str:
        return f"{self.author}, {self.written_at:%Y-%m-%d %H:%M}"
