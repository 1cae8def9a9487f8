"""A signed outcome is locked. A new one with its reason comes after it, and both stay in the result sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.permissions import Can
from assignments import marking, notices, outcome, policy, release
from assignments.actions.names import refuse
from assignments.marking import Change
from assignments.models import CriterionDecision, Decision, Marking, Outcome, Submission
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
    words: dict[str, Any] = {"summary": summary or (before.summary if before else ""), "reason": reason.strip()}
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
    was = marking.change(submission, met_after_all(submission, changes), by=by, now=now)
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
    words: dict[str, Any] = {"summary": reason.strip(), "reason": reason.strip()}
    signed = marking.sign(submission, outcome=Outcome.PASS, **words, resubmit_by=None, by=by, now=now)
    notices.passed_after_all(submission, signed)
    return signed


@transaction.atomic
def correct(submission: Submission, *, feedback: Mapping[int, str], reason: str, by: User) -> Marking:
    """Put feedback right and sign anew: every decision and the outcome stand, and the first signature stays.

    A learner who knows the outcome is told once. `feedback` has the new words by criterion.
    """
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    refuse(policy.is_marker(submission, by))
    refuse(policy.learner_is_on_programme(submission, by))
    refuse(policy.no_later_attempt_is_in(submission, by))
    if not reason.strip():
        raise Refused("Say why the feedback is corrected. The learner reads it in the result sheet.")
    locked = Submission.objects.select_for_update().filter(pk=submission.pk, state__in=CORRECTED_IN)
    if (state := locked.values_list("state", flat=True).first()) is None:
        raise WrongState("There is no signed outcome here whose feedback could be corrected.")
    now = clock.now()
    before = submission.markings.last()
    assert before is not None  # noqa: S101 - what is signed has one
    decided = {one.criterion_id: one for one in submission.worded(submission.decisions.select_related("criterion"))}
    if strange := set(feedback) - set(decided):
        raise Refused(f"{len(strange)} of these criteria do not belong to this piece. Load the page again.")
    new = {pk: text.strip() for pk, text in feedback.items() if text.strip() != decided[pk].feedback.strip()}
    if not new:
        raise Refused("The feedback is the same as before, so there is nothing to correct.")
    if empty := [decided[pk].criterion.number for pk, text in new.items() if not text]:
        raise Refused(f"Write the feedback on {policy.listed(empty)}. A correction does not take feedback away.")
    was = {decided[pk].criterion.number: decided[pk].feedback for pk in new}
    put_right = [{"criterion": one.pk, "number": one.number} for one in submission.asked() if one.pk in new]
    _put_right(submission, new)
    resubmit_by = before.resubmit_by
    if resubmit_by and state == SubmissionState.SIGNED:
        # The day moves on from this signature to the release, as it would have from the first.
        resubmit_by = release.resubmit_by(submission, before, now=now)
    words: dict[str, Any] = {"summary": before.summary, "reason": reason.strip(), "corrected": put_right}
    signed = marking.sign(submission, outcome=Outcome(before.outcome), **words, resubmit_by=resubmit_by, by=by, now=now)
    record(submission, "correct", by=by, marking=signed.pk, was=was, reason=reason.strip())
    if state != SubmissionState.SIGNED:
        notices.feedback_corrected(submission, signed)
    return signed


CORRECTED_IN = (SubmissionState.SIGNED, SubmissionState.PASSED, SubmissionState.REFERRED)


def _put_right(submission: Submission, new: Mapping[int, str]) -> None:
    """The new words, here and in a draft that carries the decision on. Who decided, and when, stays."""
    following = submission.enrolment.submissions.filter(
        assignment=submission.assignment_id, pk__gt=submission.pk, state=SubmissionState.DRAFT
    )
    for pk, text in new.items():
        submission.decisions.filter(criterion=pk).update(feedback=text, revision=F("revision") + 1)
        carried = CriterionDecision.objects.filter(submission__in=following, criterion=pk, carried_forward=True)
        carried.update(feedback=text, revision=F("revision") + 1)


@transaction.atomic
def withdraw_attempt(draft: Submission) -> None:
    """Put a draft aside that nobody waits for any more."""
    move(draft, WITHDRAW_ATTEMPT, by=None)


def met_after_all(submission: Submission, given: Mapping[int, Change]) -> dict[int, Change]:
    """Each criterion for which something was asked is met after all; with marks, as far as its mark says."""
    wanted = outcome.to_do(marking.lines_of(submission))
    return {pk: given.get(pk, Change(Decision.PASS))._replace(action="") for pk in wanted}
