"""When a learner, and with them the client, comes to know a signed outcome; and the act that tells them.

Until then the attempt is `signed`: the learner and the client see work that is being marked, and whatever shows a decision
asks `Submission.is_released` first. The rule is the cohort's (`Cohort.release_rule`).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from assignments import notices, outcome
from assignments.models import CriterionDecision, Marking, Outcome, Submission
from assignments.states import RELEASE_PASS, RELEASE_REFERRAL
from core.lifecycle import move
from programmes.models import CohortDeadline, Release


def is_due(submission: Submission, *, now: dt.datetime) -> bool:
    """Whether the rule of the cohort releases this signed outcome by itself at `now`."""
    cohort = submission.enrolment.cohort
    if cohort.release_rule == Release.AT_A_TIME:
        times = CohortDeadline.objects.filter(cohort=cohort, assignment=submission.assignment_id)
        at = times.values_list("results_at", flat=True).first()
        return bool(at and at <= now)
    return cohort.release_rule == Release.AT_ONCE


def if_due(submission: Submission, *, now: dt.datetime) -> None:
    """Release at once what waits for nothing; call inside the transaction that signs it."""
    if is_due(submission, now=now):
        release(submission, now=now)


def release(submission: Submission, *, now: dt.datetime, by: User | None = None, reason: str = "") -> None:
    """Tell the learner what was signed. `by` and `reason` are for the event, where somebody releases it by hand."""
    marking: Marking = submission.markings.order_by("marked_at", "pk").last()  # type: ignore[assignment]
    verb = release_pass if marking.outcome == Outcome.PASS else release_referral
    verb(submission, marking, now=now, detail={"by": by.pk, "reason": reason} if by else {})


@transaction.atomic
def release_pass(submission: Submission, marking: Marking, *, now: dt.datetime, detail: dict[str, Any]) -> None:
    """The learner passes and is told."""
    move(submission, RELEASE_PASS, by=None, detail=detail, released_at=now)
    notices.marked_passed(submission, marking)


@transaction.atomic
def release_referral(submission: Submission, marking: Marking, *, now: dt.datetime, detail: dict[str, Any]) -> None:
    """The learner is told what to do by which day, and the next attempt opens."""
    facts = {"released_at": now, "resubmit_by": marking.resubmit_by}
    move(submission, RELEASE_REFERRAL, by=None, detail=detail, **facts)
    open_next_attempt(submission, now=now)
    notices.marked_referred(submission, marking)


def open_next_attempt(submission: Submission, *, now: dt.datetime) -> Submission:
    """The learner's fresh draft. Met criteria come along with their feedback; the tutor may still reopen them."""
    decided = {one.criterion_id: one for one in submission.decisions.all()}
    carried = outcome.carried(outcome.lines(submission.asked(), decided))
    return open_draft(submission, [decided[one] for one in carried], attempt=submission.attempt + 1, now=now)


def open_draft(
    submission: Submission, carried: Iterable[CriterionDecision], *, attempt: int, now: dt.datetime, clock_used: int = 0
) -> Submission:
    """A draft after `submission`, with the decisions that the learner need not earn again."""
    following = Submission.objects.create(
        enrolment=submission.enrolment,
        assignment=submission.assignment,
        attempt=attempt,
        begun_at=now,
        clock_used=clock_used,
    )
    CriterionDecision.objects.bulk_create(
        CriterionDecision(
            submission=following,
            criterion_id=one.criterion_id,
            decision=one.decision,
            mark=one.mark,
            feedback=one.feedback,
            carried_forward=True,
            revision=1,
            saved_at=one.saved_at,
            saved_by_id=one.saved_by_id,
        )
        for one in carried
    )
    return following
