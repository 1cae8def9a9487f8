"""A learner asks for more time for one assignment, and somebody decides."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Can
from assignments import deadlines
from assignments.states import DECIDED, ExtensionState
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from programmes.models import Assignment


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def visible_to(self, user: User) -> ExtensionQuerySet:
        """A learner's own; for those who decide on extensions, those of learners they see."""
        seen = Q(enrolment__learner=user)
        if user.can(Can.GRANT_EXTENSIONS):
            seen |= Q(enrolment__in=Enrolment.objects.visible_to(user))
        return self.filter(seen)

    def waiting(self) -> ExtensionQuerySet:
        return self.filter(state=ExtensionState.REQUESTED)

    def with_case(self) -> ExtensionQuerySet:
        """With everything a page about one request reads of it."""
        return self.select_related(
            "enrolment__learner",
            "enrolment__cohort__contract",
            "enrolment__registration",
            "assignment__version",
            "decided_by",
            "passed_on_by",
        )


class Extension(models.Model):
    """A request and what became of it. A granted day counts from the moment it was decided, and is never taken back."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="extensions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=ExtensionState, default=ExtensionState.REQUESTED)
    wanted_on = models.DateField()
    reason = models.TextField("why the learner needs more time")
    due_before_on = models.DateField("date that held before it")
    evidence = models.FileField(upload_to="extensions/%Y/%m/", blank=True)
    evidence_name = models.CharField(max_length=255, blank=True)
    evidence_mime = models.CharField(max_length=100, blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    passed_on_at = models.DateTimeField(null=True)
    passed_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    passed_on_note = models.TextField("what the tutor says to the contract manager", blank=True)
    granted_on = models.DateField("day granted", null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.TextField("what the learner is told", blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "assignment", "requested_at", "pk")
        indexes = [
            models.Index(fields=["requested_at"], condition=Q(state="requested"), name="extension_waiting"),
        ]
        constraints = [
            state_is_known(ExtensionState, name="extension_state_known"),
            models.UniqueConstraint(
                fields=["enrolment", "assignment"], condition=Q(state="requested"), name="extension_one_open"
            ),
            set_exactly_when("granted_on", states=[ExtensionState.GRANTED], name="extension_granted_on"),
            set_exactly_when("decided_at", states=DECIDED, name="extension_decided_at"),
            set_exactly_when("decided_by", states=DECIDED, name="extension_decided_by"),
            models.CheckConstraint(condition=Q(wanted_on__gt=F("due_before_on")), name="extension_asks_for_later"),
            models.CheckConstraint(
                condition=Q(granted_on__isnull=True) | Q(granted_on__gt=F("due_before_on")),
                name="extension_gives_a_later_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.DECLINED) | ~Q(decision_note=""), name="extension_decline_has_a_note"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="extension_not_decided_by_the_learner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.title} of {self.enrolment.learner}, wanted by {self.wanted_on}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:extension", args=[self.pk])

    @cached_property
    def deadline(self) -> deadlines.Deadline:
        """The date that holds for this assignment, looked up once."""
        return deadlines.effective(self.enrolment, self.assignment)

    @property
    def is_waiting(self) -> bool:
        return self.state == ExtensionState.REQUESTED

    @property
    def is_granted(self) -> bool:
        return self.state == ExtensionState.GRANTED

    @property
    def days(self) -> int:
        """Days beyond the date that held before: those granted, else those asked for."""
        return ((self.granted_on or self.wanted_on) - self.due_before_on).days

    @property
    def asked_days(self) -> int:
        return (self.wanted_on - self.due_before_on).days

    def is_beyond_the_tutor(self) -> bool:
        """Whether the wanted day lies beyond what a tutor grants in all."""
        begun: dt.date | None = self.deadline.unextended_on
        return begun is not None and (self.wanted_on - begun).days > self.assignment.version.tutor_extension_days
