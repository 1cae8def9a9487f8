"""A signed outcome is locked. A new one with its reason comes after it, and both stay in the result sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import marking, notices, outcome, policy, release
from assignments.actions.names import refuse
from assignments.marking import Change
from assignments.models import Decision, Marking, Outcome, Submission
from assignments.states import PASS_AFTER_ALL, WITHDRAW_ATTEMPT, SubmissionState
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState


@transaction.atomic
def supersede(
    submission: Submission,
    *,
    changes: Mapping[int, Change],
    reason: str,
    summary: str = "",
    resubmit_by: dt.date | None = None,
    by: User,
) -> Marking:
    """Sign anew what is signed and not released. The outcome follows from the criteria as they are judged now."""
    _check_may_supersede(submission, by)
    if not reason.strip():
        raise Refused("Say why you sign this anew. It stays in the result sheet.")
    locked = Submission.objects.select_for_update().filter(pk=submission.pk, state=SubmissionState.SIGNED)
    if not locked.exists():
        raise Stale("This has been released in the meantime, so it is not signed anew here.")
    now = clock.now()
    before = submission.markings.last()
    was = marking.change(submission, changes, by=by, now=now)
    found = marking.lines_of(submission)
    result = Outcome(outcome.of_work(found))
    if result == Outcome.REFERRAL:
        refuse(policy.attempts_are_left(submission, by))
        refuse(policy.each_unmet_criterion_has_an_action(submission, by))
        if resubmit_by is None:
            raise Refused("This is a referral. Choose the day by which the next attempt is due.")
        marking.check_date(submission, resubmit_by)
    else:
        resubmit_by = None
    words = {"summary": summary or (before.summary if before else ""), "reason": reason.strip()}
    signed = marking.sign(submission, outcome=result, **words, resubmit_by=resubmit_by, by=by, now=now)
    locked.update(marked_at=now, marked_by=by)
    submission.marked_at, submission.marked_by = now, by
    told: dict[str, Any] = {"was": was, "reason": reason.strip(), "outcome": result.value}
    record(submission, "supersede", by=by, before=before.outcome if before else "", **told)
    release.if_due(submission, now=now)
    return signed


def _check_may_supersede(submission: Submission, by: User) -> None:
    """The tutor who signed it, or one appointed today."""
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    if submission.state != SubmissionState.SIGNED:
        raise WrongState(
            f"This is {submission.get_state_display().lower()}. Only what is signed and not released is signed anew here."
        )
    if submission.enrolment.learner_id == by.pk or submission.marked_by_id != by.pk:
        refuse(policy.is_marker(submission, by))
    refuse(policy.learner_is_on_programme(submission, by))


@transaction.atomic
def pass_after_all(submission: Submission, *, changes: Mapping[int, Change], reason: str, by: User) -> Marking:
    """Turn a referral that the learner knows of into a pass, while the next attempt is a draft still.

    That draft is put aside: it stays with everything in it, and nobody waits for it.
    """
    if not reason.strip():
        raise Refused("Say why this passes after all. The learner reads it.")
    now = clock.now()
    PASS_AFTER_ALL.check(submission, by)
    was = marking.change(submission, _met(submission, changes), by=by, now=now)
    found = marking.lines_of(submission)
    if outcome.of_work(found) != outcome.PASS:
        numbers = [one.number for one in submission.asked() if one.pk in outcome.to_do(found)]
        raise Refused(
            f"{policy.listed(numbers)} {'is' if len(numbers) == 1 else 'are'} still not met, so this is no pass."
        )
    facts: dict[str, Any] = {"marked_at": now, "marked_by": by, "released_at": now, "resubmit_by": None}
    drafts = submission.enrolment.submissions.filter(assignment=submission.assignment_id, pk__gt=submission.pk)
    for draft in drafts.filter(state=SubmissionState.DRAFT):
        withdraw_attempt(draft)
    move(submission, PASS_AFTER_ALL, by=by, detail={"was": was, "reason": reason.strip()}, **facts)
    words = {"summary": reason.strip(), "reason": reason.strip()}
    signed = marking.sign(submission, outcome=Outcome.PASS, **words, resubmit_by=None, by=by, now=now)
    notices.passed_after_all(submission, signed)
    return signed


@transaction.atomic
def withdraw_attempt(draft: Submission) -> None:
    """Put a draft aside that nobody waits for any more."""
    move(draft, WITHDRAW_ATTEMPT, by=None)


def _met(submission: Submission, given: Mapping[int, Change]) -> dict[int, Change]:
    """Each criterion for which something was asked is met after all; with marks, as far as its mark says."""
    wanted = outcome.to_do(marking.lines_of(submission))
    return {pk: given.get(pk, Change(Decision.PASS))._replace(action="") for pk in wanted}
