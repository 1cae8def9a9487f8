"""What happens to an attempt without a decision: returned unmarked, deferred; and one attempt more than the rule gives."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import deadlines, marking, notices, policy, release
from assignments.actions.names import refuse
from assignments.models import AttemptGrant, Deferral, Marking, Outcome, Submission
from assignments.states import END_DEFERRAL, RETURN_UNMARKED, SubmissionState
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from programmes.models import Assignment


@transaction.atomic
def return_unmarked(submission: Submission, *, reason: str, resubmit_by: dt.date, by: User) -> Marking:
    """Give a piece back without marking it (`ilm` A07, A16). It uses up no attempt: the next draft has the same number."""
    if not reason.strip():
        raise Refused("Say why you return it. The learner reads it.")
    now = clock.now()
    marking.check_marker(submission, by)
    marking.check_date(submission, resubmit_by)
    marking.hold(submission, by=by, now=now)
    used = _days_used(submission)
    facts: dict[str, Any] = {
        "marked_at": now, "marked_by": by, "released_at": now, "resubmit_by": resubmit_by, "held_by": None, "held_at": None,
    }  # fmt: skip
    move(submission, RETURN_UNMARKED, by=by, detail={"reason": reason.strip()}, **facts)
    signed = submission.markings.create(
        outcome=Outcome.RETURN,
        summary=reason.strip(),
        is_authentic=False,
        resubmit_by=resubmit_by,
        marked_at=now,
        marked_by=by,
    )
    carried = submission.decisions.filter(carried_forward=True)
    release.open_draft(submission, carried, attempt=submission.attempt, now=now, clock_used=used)
    notices.returned_unmarked(submission, signed)
    return signed


@transaction.atomic
def defer(submission: Submission, *, reason: str, until: dt.date, by: User) -> Deferral:
    """Put the decision off until a day. The tutor's clock stands still, and the learner is told why."""
    if not reason.strip():
        raise Refused("Say what the decision waits for. The learner reads it.")
    if until <= clock.today():
        raise Refused("Choose a day after today.")
    now = clock.now()
    marking.check_marker(submission, by)
    marking.hold(submission, by=by, now=now)
    refuse(policy.no_deferral_is_open(submission, by))
    try:
        with transaction.atomic():
            facts = {"reason": reason.strip(), "until_on": until, "deferred_at": now, "deferred_by": by}
            deferral = submission.deferrals.create(**facts)
    except IntegrityError:
        raise Stale("The decision on this has been deferred a moment ago.") from None
    used = _days_used(submission)
    Submission.objects.filter(pk=submission.pk).update(mark_by=None, clock_used=used)
    submission.mark_by, submission.clock_used = None, used
    record(submission, "defer", by=by, reason=reason.strip(), until=until.isoformat())
    notices.decision_deferred(deferral)
    return deferral


@transaction.atomic
def end_deferral(deferral: Deferral, *, note: str = "", by: User) -> Deferral:
    """Go on. The clock starts again with the working days it had used when it stopped."""
    facts: dict[str, Any] = {"ended_at": clock.now(), "ended_by": by, "note": note.strip()}
    move(deferral, END_DEFERRAL, by=by, detail={"note": note.strip()}, **facts)
    submission = deferral.submission
    allowed = submission.assignment.version.marking_days
    day = deadlines.mark_by(clock.today(), allowed=allowed, used=submission.clock_used)
    Submission.objects.filter(pk=submission.pk, state=SubmissionState.SUBMITTED).update(mark_by=day)
    submission.mark_by = day
    record(submission, "end_deferral", by=by, mark_by=day.isoformat())
    return deferral


@transaction.atomic
def grant_attempt(enrolment: Enrolment, *, assignment: Assignment, reason: str, by: User) -> AttemptGrant:
    """One attempt more than the qualification allows, by a manager of the learner's contract."""
    if not by.can(Can.GRANT_ATTEMPTS):
        raise NotAllowed("Your role does not let you grant attempts.")
    if not enrolment.cohort.contract.managers.filter(pk=by.pk).exists():
        raise NotAllowed("Only a manager of this contract grants its learners attempts.")
    if not reason.strip():
        raise Refused("Say why you grant one attempt more.")
    if assignment.version_id != enrolment.cohort.version_id:
        raise WrongState("This assignment does not belong to the learner's qualification.")
    if enrolment.state != "active":
        raise WrongState(f"{enrolment.learner} is not on the programme, so no attempt is granted.")
    if enrolment.submissions.filter(assignment=assignment, state=SubmissionState.PASSED).exists():
        raise WrongState(f"The {assignment.title.lower()} has passed, so no other attempt is needed.")
    now = clock.now()
    grant = enrolment.attempt_grants.create(assignment=assignment, reason=reason.strip(), granted_at=now, granted_by=by)
    record(enrolment, "grant_attempt", by=by, assignment=assignment.title, reason=reason.strip())
    markers = enrolment.cohort.appointments.covering(clock.today()).select_related("tutor")
    notices.attempt_granted(grant, {one.tutor for one in markers})
    return grant


@transaction.atomic
def ask_attempt(submission: Submission, *, reason: str, by: User) -> None:
    """A tutor asks the managers of the contract for one attempt more, because no other one is left."""
    marking.check_marker(submission, by)
    if not reason.strip():
        raise Refused("Say why another attempt would help.")
    if not policy.attempts_are_left(submission, by):
        raise WrongState("There is an attempt left, so nobody has to grant one.")
    asked = record(submission, "ask_attempt", by=by, reason=reason.strip())
    notices.attempt_asked(submission, reason=reason.strip(), by=by, number=asked.pk)


def _days_used(submission: Submission) -> int:
    """The working days of the tutor's time that are used up. A clock that stands still keeps what it had."""
    if submission.mark_by is None:
        return submission.clock_used
    allowed = submission.assignment.version.marking_days
    return deadlines.days_used(submission.mark_by, allowed=allowed, today=clock.today())
