"""The verbs of the queue: begin to verify one piece that waits, or all of a learner's."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from assignments.models import Submission
from core import clock
from core.refusals import Stale
from enrolment.models import Enrolment
from verification import actions
from verification.models import PlanLine, Sample, SamplingPlan, Stage, Waiting, Why

_REASONS = {Why.RELEASE: "Picked before its release", Why.CLAIM: "Everything has passed"}
NOT_WAITING = "This does not wait for a verifier any more. Look again to see where it stands."


@transaction.atomic
def begin_piece(submission: Submission, *, by: User) -> Sample:
    """Begin to verify one piece of the queue, for the reason for which it waits."""
    row = Waiting.objects.filter(submission=submission.pk).first()
    if row is None:
        raise Stale(NOT_WAITING)
    return actions.select(submission, reason=_reason(row, submission), by=by)


@transaction.atomic
def begin_waiting(enrolment: Enrolment, *, by: User) -> list[Sample]:
    """Begin with every piece of a learner that waits, but for what this verifier marked."""
    rows = Waiting.objects.filter(enrolment=enrolment.pk, stage=Stage.TO_BEGIN)
    found = list(rows.open_to(by.pk, clock.today()).order_by("submission__assignment__position"))
    if not found:
        raise Stale(_nothing_to_begin(rows, by))
    related = "enrolment__learner", "enrolment__cohort", "assignment", "marked_by"
    there = Submission.objects.select_related(*related).in_bulk([one.pk for one in found])
    return [actions.select(there[one.pk], reason=_reason(one, there[one.pk]), by=by) for one in found]


def _nothing_to_begin(rows: Any, by: User) -> str:
    barred = rows.with_bars(by.pk, clock.today()).values_list("is_own", flat=True).first()
    if barred is None:
        return "Somebody else began to verify this learner a moment ago. Look again to see where it stands."
    if barred:
        return "You marked this work, so somebody else verifies it."
    return "You have declared an interest in this learner or in their employer, so somebody else verifies it."


def _reason(row: Waiting, submission: Submission) -> str:
    """What the sample says about why it was picked: for a pick of the plan, what the plan says."""
    if row.why == Why.ANSWERED:
        return f"Answer to round {row.round}"
    if said := _REASONS.get(Why(row.why)):
        return said
    plans = SamplingPlan.objects.current().values("pk")
    picked = PlanLine.objects.filter(plan__in=plans, enrolment=row.enrolment_id, assignment=submission.assignment_id)
    line = picked.filter(picked=True).order_by("-early", "pk").first()
    return line.reason[:250] if line else str(Why(row.why).label)
