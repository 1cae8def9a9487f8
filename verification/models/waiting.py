"""What waits for internal verification (IQA), piece by piece: a kept table, so that a page of a long queue reads only its rows.

`should_wait` holds the rule, `verification.queueing` keeps the table in line with it. Nothing else writes here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When

from accounts.models import User
from accounts.permissions import Role
from assignments.models import SecondMarking, Submission, VeiledQuerySet
from core import clock
from enrolment.models import Enrolment
from programmes.models import Cohort, VerifierAllocation
from verification.models.records import Sample
from verification.models.staff import Interest


class Stage(models.TextChoices):
    TO_BEGIN = "to_begin", "To begin"
    BEING_VERIFIED = "being_verified", "Being verified"
    WITH_TUTOR = "with_tutor", "With the tutor"


class Why(models.TextChoices):
    """Why a piece is in the queue. The first that is true holds."""

    ANSWERED = "answered", "Answered by the tutor"
    RELEASE = "release", "The learner waits for this result"
    EARLY = "early", "Early look"
    REFERRAL = "referral", "Referral in the sample"
    BY_HAND = "by_hand", "Picked by hand"
    CLAIM = "claim", "Before the claim"


class WaitingQuerySet(VeiledQuerySet["Waiting"]):
    piece: ClassVar[str] = "submission"

    def visible_to(self, user: User) -> WaitingQuerySet:
        """The queue of this person: of an internal verifier what lies in the cohorts allocated to them, of an administrator all."""
        if not user.has_role(Role.ADMINISTRATOR, Role.IQA):
            return self.none()
        return self.queue_of(user.pk, clock.today(), everywhere=user.has_role(Role.ADMINISTRATOR))

    def queue_of(self, user: int, today: dt.date, *, everywhere: bool) -> WaitingQuerySet:
        """The same by number, for statements that are written once. Never one's own work.

        What is left out is a short list each time, looked up for a row: a database that goes through the rows in their order
        keeps the order and can stop.
        """
        rows = self.exclude(enrolment__in=Enrolment.objects.filter(learner=user).values("pk"))
        if everywhere:
            return rows
        return rows.filter(cohort__in=VerifierAllocation.objects.of_iqa(user, today).values("cohort"))

    def with_bars(self, user: int, today: dt.date) -> Any:
        """With `is_own` and `is_near`: what this person may not verify, because of a part in the marking or of an interest."""
        marked, twice, learner, client = bars(user, today)
        return self.annotate(is_own=_whether(marked | twice), is_near=_whether(learner | client))

    def open_to(self, user: int, today: dt.date) -> WaitingQuerySet:
        """Without what this person may not verify."""
        rows = self
        for bar in bars(user, today):
            rows = rows.exclude(bar)
        return rows

    def barred_for(self, user: int, today: dt.date) -> list[WaitingQuerySet]:
        """What this person may not verify, each row in one part, in the order of `bars`.

        In parts, because a database finds the few rows of each by an index and would read all for the four together.
        """
        parts, rows = [], self
        for bar in bars(user, today):
            parts.append(rows.filter(bar))
            rows = rows.exclude(bar)
        return parts


def bars(user: int, today: dt.date) -> tuple[Q, Q, Q, Q]:
    """What keeps this person from verifying a piece: marked by them, marked twice with a part of theirs, as `policy.is_not_own_marking`
    has it; an interest in the learner, or in the client, as `interests` has it."""
    parts = Q(marker=user) | Q(first_done_by=user) | Q(agreed_by=user)
    twice = SecondMarking.objects.filter(parts).exclude(state="withdrawn").order_by().values("submission")
    declared = Interest.objects.filter(person=user).in_force(today).order_by()
    learners = Enrolment.objects.filter(learner__in=declared.filter(learner__isnull=False).values("learner"))
    clients = Cohort.objects.filter(contract__client__in=declared.filter(client__isnull=False).values("client"))
    return (
        Q(marked_by=user),
        Q(pk__in=twice),
        Q(enrolment__in=learners.order_by().values("pk")),
        Q(cohort__in=clients.order_by().values("pk")),
    )


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False))


class Waiting(models.Model):
    """One piece that waits for verification or is in it. Follows from what else is kept; `follow_queue` makes it anew."""

    submission = models.OneToOneField(Submission, primary_key=True, on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    # Cohort and marker have their indexes below, with the stage.
    cohort = models.ForeignKey(Cohort, db_index=False, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage)
    why = models.CharField(max_length=20, choices=Why)
    began_at = models.DateTimeField("since when it waits at this stage")
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="+")
    # The latest look at it, if there was one, whose it is, and the day the tutor's action is due.
    sample = models.ForeignKey(Sample, null=True, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField(default=0)
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    action_due_on = models.DateField(null=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        ordering = ("began_at", "submission")
        indexes = [
            models.Index(fields=["stage", "began_at", "submission"], name="waiting_in_order"),
            models.Index(fields=["cohort", "stage", "began_at", "submission"], name="waiting_of_cohort"),
            models.Index(fields=["marked_by", "stage", "cohort"], name="waiting_of_marker"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="waiting_stage_known"),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="waiting_why_known"),
            models.CheckConstraint(
                condition=Q(stage=Stage.TO_BEGIN) | Q(sample__isnull=False), name="waiting_begun_has_a_sample"
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.WITH_TUTOR, action_due_on__isnull=False)
                | ~Q(stage=Stage.WITH_TUTOR) & Q(action_due_on__isnull=True),
                name="waiting_action_is_with_the_tutor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission} in the queue"
