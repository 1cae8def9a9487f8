"""Standardisation: several people mark one piece blind, compare, and agree on a standard (`ilm` I13, I14)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from assignments.models import Decision, Submission
from core.lifecycle import set_exactly_when, set_from, state_is_known
from programmes.models import Assignment, Criterion, TutorAppointment
from verification import policy
from verification.models.visits import cohorts_looked_at
from verification.states import EventState


class Attendance(models.TextChoices):
    PRESENT = "present", "Was there"
    APOLOGIES = "apologies", "Sent apologies"
    ABSENT = "absent", "Was not there"


class StandardisationEventQuerySet(models.QuerySet["StandardisationEvent"]):
    def visible_to(self, user: User) -> StandardisationEventQuerySet:
        """Verifiers (IQA) and administrators all; tutors those they are invited to; an EQA those of their cohorts' or visits' work."""
        if user.has_role(Role.IQA, Role.ADMINISTRATOR):
            return self
        mine = Q(pk__in=Participation.objects.filter(person=user).values("event")) | Q(chair=user)
        if user.has_role(Role.EQA):
            mine |= Q(assignment__version__in=cohorts_looked_at(user).values("version"))
        return self.filter(mine)


class StandardisationEvent(models.Model):
    """One meeting about one piece. The piece is copied here without names, so that it stays what was marked."""

    title = models.CharField(max_length=150)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField("day of the meeting")
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=EventState, default=EventState.PLANNED)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Where the piece comes from; nobody who marks it is told.
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="+")
    piece_html = models.TextField("the piece, as everybody reads it", blank=True)
    opened_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    minutes = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    called_off_reason = models.CharField(max_length=250, blank=True)

    objects = StandardisationEventQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "pk")
        constraints = [
            state_is_known(EventState, name="event_state_known"),
            set_from(
                "opened_at", states=[EventState.OPEN, EventState.COMPARED, EventState.CLOSED], name="event_opened_at"
            ),
            set_exactly_when("compared_at", states=[EventState.COMPARED, EventState.CLOSED], name="event_compared_at"),
            set_exactly_when("closed_at", states=[EventState.CLOSED], name="event_closed_at"),
            set_exactly_when("closed_by", states=[EventState.CLOSED], name="event_closed_by"),
            models.CheckConstraint(condition=~Q(state="closed") | ~Q(minutes=""), name="event_closed_has_minutes"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("verification:event", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == EventState.PLANNED

    @property
    def is_open(self) -> bool:
        return self.state == EventState.OPEN

    @property
    def is_compared(self) -> bool:
        return self.state == EventState.COMPARED

    @property
    def is_closed(self) -> bool:
        return self.state == EventState.CLOSED

    def criteria(self) -> QuerySet[Criterion]:
        """What the piece is marked against, in the awarding organisation's order."""
        asked = Criterion.objects.filter(outcome__unit__assignments=self.assignment_id)
        order = "outcome__unit__number", "outcome__number", "position", "pk"
        return asked.select_related("outcome__unit").order_by(*order)


class Participation(models.Model):
    """That somebody is invited, whether they have decided on every criterion, and whether they came."""

    event = models.ForeignKey(StandardisationEvent, on_delete=models.PROTECT, related_name="participations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="standardisations")
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField("when all decisions were handed over", null=True)
    attendance = models.CharField(max_length=20, choices=Attendance, blank=True)
    came = models.TimeField("from", null=True)
    left = models.TimeField("to", null=True)
    note = models.CharField("apologies, or why part of the time", max_length=250, blank=True)

    class Meta:
        ordering = ("event", "person")
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="participation_once"),
            models.CheckConstraint(condition=Q(attendance__in=["", *Attendance.values]), name="attendance_known"),
            models.CheckConstraint(
                condition=Q(left__isnull=True) | Q(came__isnull=True) | Q(left__gt=F("came")),
                name="attendance_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.event}"


class StandardMark(models.Model):
    """What one person decided on one criterion before seeing what the others did. `revision` guards two windows."""

    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="marks")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "criterion"], name="standard_mark_once"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="standard_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_decision_display()}"


class AgreedStandard(models.Model):
    """What was said about one criterion, and the decision that all hold to from now on."""

    event = models.ForeignKey(StandardisationEvent, on_delete=models.PROTECT, related_name="standards")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    discussion = models.TextField(blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    standard = models.TextField("what a pass needs, in our own words", blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "criterion"], name="agreed_standard_once"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="agreed_standard_known"),
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.criterion}"


class Correction(models.Model):
    """What has to be said about a closed event afterwards. The record itself stays as it was."""

    event = models.ForeignKey(StandardisationEvent, on_delete=models.PROTECT, related_name="corrections")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("written_at", "pk")

    def __str__(self) -> str:
        return f"Correction of {self.event}"


# ---- who has had none for too long


def last_standardised(*, person: str, qualification: str) -> Subquery:
    """The day on which the person of the row last took part in a closed event about the qualification of the row."""
    attended = Participation.objects.filter(
        attendance=Attendance.PRESENT,
        event__state=EventState.CLOSED,
        person=OuterRef(person),
        event__assignment__version__qualification=OuterRef(qualification),
    )
    return Subquery(attended.order_by("-event__held_on").values("event__held_on")[:1])


def waiting_for_marks(*, person: str, what: str) -> Subquery:
    """A column of the open event whose piece the person of the row still has to mark; the earliest meeting first."""
    open_ones = Participation.objects.filter(
        person=OuterRef(person), done_at__isnull=True, event__state=EventState.OPEN
    )
    return Subquery(open_ones.order_by("event__held_on", "event").values(what)[:1])


def since(today: dt.date) -> dt.date:
    """Whoever had their last standardisation before this day has had none for too long."""
    return policy.months_ago(today, settings.STANDARDISATION_MONTHS)


def without_standardisation(today: dt.date) -> Any:
    """Tutor and qualification, each pair once, where the tutor teaches now and has had no standardisation in time. One statement."""
    rows = TutorAppointment.objects.covering(today).annotate(
        standardised_on=last_standardised(person="tutor", qualification="cohort__version__qualification"),
        name=F("tutor__full_name"),
        number=F("cohort__version__qualification__number"),
        qualification=F("cohort__version__qualification"),
    )
    late = rows.filter(Q(standardised_on__isnull=True) | Q(standardised_on__lt=since(today)))
    return (
        late.order_by("name", "number").values("tutor", "name", "number", "qualification", "standardised_on").distinct()
    )
