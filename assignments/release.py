"""When a learner, and with them the client, comes to know a signed outcome; and the act that tells them.

Until then the attempt is `signed`: the learner and the client see work that is being marked, and whatever shows a decision
asks `Submission.is_released` (or `shows_outcome_to`, or `outcomes_visible_to`) first. The rule is the cohort's
(`Cohort.release_rule`); what is released stays released, whatever becomes of the rule.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from assignments import deadlines, notices, outcome
from assignments.models import CriterionDecision, Marking, Outcome, Submission
from assignments.models.submissions import SubmissionQuerySet
from assignments.states import RELEASE_PASS, RELEASE_REFERRAL
from core.lifecycle import move
from core.refusals import WrongState
from programmes.models import CohortDeadline, Release


def due(now: dt.datetime) -> SubmissionQuerySet:
    """The signed outcomes that the rule of their cohort releases by itself at `now`. Verification adds those it agreed with."""
    times = CohortDeadline.objects.filter(
        cohort=OuterRef("enrolment__cohort"), assignment=OuterRef("assignment"), results_at__lte=now
    )
    at_once = Q(enrolment__cohort__release_rule=Release.AT_ONCE)
    at_a_time = Q(Exists(times), enrolment__cohort__release_rule=Release.AT_A_TIME)
    rows = Submission.objects.unreleased().filter(at_once | at_a_time, enrolment__state="active")
    # Samples come at a later stage. What was picked stays provisional until its newest round is agreed.
    samples: Any = apps.get_model("verification", "Sample")._default_manager.filter(submission=OuterRef("pk"))
    newest = Subquery(samples.order_by("-round").values("state")[:1])
    return rows.annotate(verified=Coalesce(newest, Value("agreed"))).filter(verified="agreed")


def told(submission: Submission) -> str:
    """What whoever signs reads about the release, in a sentence."""
    if submission.is_released:
        return "The learner has been told."
    waits = {
        Release.AFTER_IQA: "The learner is told when internal verification (IQA) has agreed, or passes it by.",
        Release.AT_A_TIME: "The learner is told at the time that is set for this cohort.",
    }
    return waits.get(Release(submission.enrolment.cohort.release_rule), "The learner is told within minutes.")


def if_due(submission: Submission, *, now: dt.datetime) -> None:
    """Release at once what waits for nothing; call inside the transaction that signs it."""
    if due(now).filter(pk=submission.pk).exists():
        release(submission, now=now)


@transaction.atomic
def release(submission: Submission, *, now: dt.datetime, by: User | None = None, reason: str = "") -> None:
    """Tell the learner what was signed, once. `by` and `reason` are for the event, where it does not come of itself.

    The row is locked before the signature is read, so that no outcome is released that has just been superseded.
    """
    locked = Submission.objects.unreleased().select_for_update().filter(pk=submission.pk)
    if not locked.values_list("pk", flat=True):
        raise WrongState("This has been released in the meantime, or its outcome is not signed any more.")
    marking: Marking = submission.markings.order_by("marked_at", "pk").last()  # type: ignore[assignment] # what is signed has one
    verb = release_pass if marking.outcome == Outcome.PASS else release_referral
    # The rule as it was: whoever asks later why the learner was told then is not told the rule of their own day.
    detail = {"rule": submission.enrolment.cohort.release_rule}
    verb(submission, marking, now=now, by=by, detail={**detail, "reason": reason} if reason else detail)


def release_pass(
    submission: Submission, marking: Marking, *, now: dt.datetime, by: User | None, detail: dict[str, Any]
) -> None:
    """The learner passes and is told."""
    move(submission, RELEASE_PASS, by=by, detail=detail, released_at=now)
    notices.marked_passed(submission, marking)


def release_referral(
    submission: Submission, marking: Marking, *, now: dt.datetime, by: User | None, detail: dict[str, Any]
) -> None:
    """The learner is told what to do by which day, and the next attempt opens."""
    facts = {"released_at": now, "resubmit_by": resubmit_by(submission, marking, now=now)}
    move(submission, RELEASE_REFERRAL, by=by, detail=detail, **facts)
    open_next_attempt(submission, now=now)
    notices.marked_referred(submission, marking)


def resubmit_by(submission: Submission, marking: Marking, *, now: dt.datetime) -> dt.date:
    """The day for the next attempt, if the referral is released now. The signature keeps the day that was signed."""
    registration = getattr(submission.enrolment, "registration", None)
    assert marking.resubmit_by is not None  # noqa: S101 - a referral has its day
    return deadlines.moved_on(
        marking.resubmit_by,
        signed_on=deadlines.day_of(marking.marked_at),
        released_on=deadlines.day_of(now),
        registration_ends_on=registration.expires_on if registration else None,
    )


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
