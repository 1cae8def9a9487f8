"""What surrounds an attempt: one more that was granted, a decision that waits, the learner's answers to the actions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from assignments.models.submissions import Submission
from assignments.states import DeferralState
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from programmes.models import Assignment, Criterion


class AttemptGrant(models.Model):
    """One attempt more than the qualification allows, for one learner and assignment, with who granted it and why."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempt_grants")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("granted_at", "pk")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="attempt_grant_has_a_reason")]

    def __str__(self) -> str:
        return f"One more attempt at {self.assignment} for {self.enrolment}"


class Deferral(models.Model):
    """The decision on an attempt waits for something, until a day. The tutor's clock stands still meanwhile."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="deferrals")
    state = models.CharField(max_length=20, choices=DeferralState, default=DeferralState.OPEN)
    reason = models.TextField("what the decision waits for; the learner reads it")
    until_on = models.DateField()
    deferred_at = models.DateTimeField()
    deferred_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField("what came of it", blank=True)

    class Meta:
        ordering = ("submission", "deferred_at", "pk")
        constraints = [
            state_is_known(DeferralState, name="deferral_state_known"),
            models.UniqueConstraint(fields=["submission"], condition=Q(state="open"), name="deferral_one_open"),
            set_exactly_when("ended_at", states=[DeferralState.ENDED], name="deferral_ended_at"),
            set_exactly_when("ended_by", states=[DeferralState.ENDED], name="deferral_ended_by"),
        ]

    def __str__(self) -> str:
        return f"{self.submission}, deferred until {self.until_on}"


class ActionAnswer(models.Model):
    """What a learner says to one action of the referral before, and the passage of the new attempt that answers it.

    `action` is the action in the words of the referral. `start` and `end` count characters of the reading's text; a
    portfolio and an essay that is not written here have none.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    action = models.TextField()
    answer = models.TextField(blank=True)
    quote = models.TextField("words of the new attempt that answer it", blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = (
            "submission",
            "criterion__outcome__unit__number",
            "criterion__outcome__number",
            "criterion__position",
        )
        constraints = [
            models.UniqueConstraint(fields=["submission", "criterion"], name="action_answer_once"),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__lt=models.F("end")),
                name="action_answer_range",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer to {self.criterion.number}, {self.submission}"
