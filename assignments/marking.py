"""What a tutor does with handed-in work: hold it, decide criterion by criterion, sign the outcome that follows.

The learner's verbs are in `actions`. No outcome is typed here: it follows from the criteria (`policy.outcome`).
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from accounts.models import User
from accounts.permissions import Can
from assignments import agreement, declarations, notices, policy, release
from assignments.models import CriterionDecision, Decision, Marking, Outcome, Submission, UnitResult
from assignments.states import AWARD_PASS, OVERTURN, REFER, SubmissionState
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes.models import Criterion

SIGNED_MEANWHILE = "The outcome of this has been signed in the meantime. Nothing of yours was saved over it."


class Overtaken(Stale):
    """Somebody saved this criterion first. `saved` is what stands there now, for the page that shows both texts."""

    def __init__(self, saved: CriterionDecision) -> None:
        super().__init__(
            f"{saved.saved_by} saved {saved.criterion.number} while you were writing. Both texts are below: "
            "choose one, or make one of the two, and save again."
        )
        self.saved = saved


@transaction.atomic
def take(submission: Submission, *, by: User) -> Submission:
    """Hold the work for marking. Whoever holds it is the only one who marks it, for a few hours at a time."""
    _check_marker(submission, by)
    before = submission.held_by_id
    _hold(submission, by=by, now=clock.now())
    if before != by.pk:
        record(submission, "take", by=by)
    return submission


@transaction.atomic
def let_go(submission: Submission, *, by: User) -> Submission:
    """Give up the hold. What was decided so far stays, and the next tutor goes on from there."""
    mine = Submission.objects.filter(pk=submission.pk, held_by=by)
    if not mine.update(held_by=None, held_at=None):
        raise Stale("You do not hold this any more, so there is nothing to let go.")
    submission.held_by = submission.held_at = None
    record(submission, "let_go", by=by)
    return submission


@transaction.atomic
def decide(
    submission: Submission,
    *,
    criterion: Criterion,
    decision: str,
    feedback: str,
    action: str,
    revision: int,
    by: User,
) -> CriterionDecision:
    """Save one criterion. `revision` is the one the tutor began from: if it has risen since, nothing is overwritten."""
    _check_marker(submission, by)
    if sentence := agreement.first_is_not_done(submission, by):
        raise Refused(sentence)
    if not submission.criteria().filter(pk=criterion.pk).exists():
        raise WrongState(f"{criterion.number} does not belong to this assignment.")
    now = clock.now()
    _hold(submission, by=by, now=now)
    facts = {"decision": decision, "feedback": feedback, "action": action}
    saved = submission.decisions.select_related("saved_by", "criterion").filter(criterion=criterion).first()
    if saved is None:
        return _first_decision(submission, criterion, facts, by=by, now=now)
    carried = saved.carried_forward and decision == Decision.PASS and feedback == saved.feedback
    won = submission.decisions.filter(pk=saved.pk, revision=revision).update(
        **facts, carried_forward=carried, revision=F("revision") + 1, saved_at=now, saved_by=by
    )
    if not won:
        raise Overtaken(saved)
    saved.refresh_from_db()
    return saved


@transaction.atomic
def award_pass(
    submission: Submission,
    *,
    summary: str = "",
    is_authentic: bool,
    declares: Collection[str] = declarations.CENTRE_NAMES,
    by: User,
) -> Marking:
    """Sign the pass: every criterion is met, and the tutor declares for the centre what `declarations.CENTRE` says."""
    now = clock.now()
    _prepare_to_sign(submission, is_authentic=is_authentic, declares=declares, by=by, now=now)
    move(submission, AWARD_PASS, by=by, marked_at=now, marked_by=by, held_by=None, held_at=None)
    marking = _sign(submission, outcome=Outcome.PASS, summary=summary, resubmit_by=None, by=by, now=now)
    release.if_due(submission, now=now)
    return marking


@transaction.atomic
def refer(
    submission: Submission,
    *,
    summary: str = "",
    is_authentic: bool,
    declares: Collection[str] = declarations.CENTRE_NAMES,
    resubmit_by: dt.date,
    by: User,
) -> Marking:
    """Sign the referral: what has to be done for each criterion, by which day. With the release the next attempt opens."""
    now = clock.now()
    _prepare_to_sign(submission, is_authentic=is_authentic, declares=declares, by=by, now=now)
    _check_date(submission, resubmit_by)
    facts: dict[str, Any] = {"marked_at": now, "marked_by": by, "held_by": None, "held_at": None}
    move(submission, REFER, by=by, **facts)
    marking = _sign(submission, outcome=Outcome.REFERRAL, summary=summary, resubmit_by=resubmit_by, by=by, now=now)
    release.if_due(submission, now=now)
    return marking


@transaction.atomic
def overturn(
    submission: Submission,
    *,
    actions: Mapping[int, tuple[str, str]],
    summary: str,
    resubmit_by: dt.date,
    by: User,
) -> Marking:
    """After verification, turn a pass into a referral: a second signed outcome with its reason; the first one stays.

    `actions` names the criteria that are not met after all, each with its feedback and what the learner has to do.
    """
    if not summary.strip():
        raise Refused("Say why the outcome changes. The learner reads it.")
    now = clock.now()
    _check_date(submission, resubmit_by)
    unmet = list(submission.decisions.select_related("criterion").filter(criterion__in=actions))
    if not unmet:
        raise Refused("Choose at least one criterion that is not met after all.")
    if without := [one.criterion.number for one in unmet if not actions[one.criterion_id][1].strip()]:
        raise Refused(f"Say what the learner has to do for {policy.listed(without)}.")
    was = {one.criterion.number: one.feedback for one in unmet}
    facts: dict[str, Any] = {"marked_at": now, "marked_by": by, "resubmit_by": resubmit_by}
    move(submission, OVERTURN, by=by, detail={"was": was}, **facts)
    for one in unmet:
        feedback, action = actions[one.criterion_id]
        submission.decisions.filter(pk=one.pk).update(
            decision=Decision.REFER,
            feedback=feedback or one.feedback,
            action=action,
            carried_forward=False,
            revision=F("revision") + 1,
            saved_at=now,
            saved_by=by,
        )
    marking = _sign(submission, outcome=Outcome.REFERRAL, summary=summary, resubmit_by=resubmit_by, by=by, now=now)
    release.open_next_attempt(submission, now=now)
    notices.marked_referred(submission, marking)
    return marking


def _check_marker(submission: Submission, by: User) -> None:
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    if submission.state != SubmissionState.SUBMITTED:
        raise WrongState(SIGNED_MEANWHILE if submission.marked_at else "This has not been handed in yet.")
    guards = (policy.is_marker, policy.learner_is_on_programme, agreement.is_not_second_marker)
    if sentence := next((said for guard in guards if (said := guard(submission, by))), ""):
        raise Refused(sentence)


def _hold(submission: Submission, *, by: User, now: dt.datetime) -> None:
    """Take or renew the hold, and with it the row's lock, so that deciding and signing come one after the other."""
    free = Q(held_by__isnull=True) | Q(held_by=by) | Q(held_at__lte=now - policy.HOLD_FOR)
    waiting = Submission.objects.filter(pk=submission.pk, state=SubmissionState.SUBMITTED)
    if waiting.filter(free).update(held_by=by, held_at=now):
        submission.held_by, submission.held_at = by, now
        return
    there = Submission.objects.select_related("held_by").get(pk=submission.pk)
    raise Stale(policy.is_held_by_marker(there, by) or SIGNED_MEANWHILE)


def _first_decision(
    submission: Submission, criterion: Criterion, facts: dict[str, str], *, by: User, now: dt.datetime
) -> CriterionDecision:
    try:
        with transaction.atomic():
            return submission.decisions.create(criterion=criterion, **facts, revision=1, saved_at=now, saved_by=by)
    except IntegrityError:
        saved = submission.decisions.select_related("saved_by", "criterion").get(criterion=criterion)
        raise Overtaken(saved) from None


def _prepare_to_sign(
    submission: Submission, *, is_authentic: bool, declares: Collection[str], by: User, now: dt.datetime
) -> None:
    _check_marker(submission, by)
    if not set(declarations.CENTRE_NAMES) <= set(declares):
        raise Refused("Tick what you declare for the centre. Without all of it no outcome can be signed.")
    if not is_authentic:
        raise Refused(
            "Tick that you are satisfied that this is the learner's own work. If you are not, sign nothing "
            "and speak to the centre."
        )
    _hold(submission, by=by, now=now)


def _check_date(submission: Submission, resubmit_by: dt.date) -> None:
    registration = getattr(submission.enrolment, "registration", None)
    expires_on = registration.expires_on if registration else None
    if sentence := policy.resubmission_problem(resubmit_by, today=clock.today(), expires_on=expires_on):
        raise Refused(sentence)


def _sign(
    submission: Submission,
    *,
    outcome: Outcome,
    summary: str,
    resubmit_by: dt.date | None,
    by: User,
    now: dt.datetime,
) -> Marking:
    """The signed outcome of the attempt, and that of each unit it covers."""
    submission.decisions.filter(decision=Decision.PASS).exclude(action="").update(action="")
    # An outcome that is overturned was declared for when it was first signed; those words go on with it.
    before = submission.markings.last()
    marking = submission.markings.create(
        outcome=outcome,
        summary=summary,
        is_authentic=True,
        centre_wording=before.centre_wording if before else declarations.centre_wording(),
        resubmit_by=resubmit_by,
        marked_at=now,
        marked_by=by,
    )
    decided = dict(submission.decisions.values_list("criterion_id", "decision"))
    by_unit: dict[int, list[str]] = {}
    for criterion in submission.asked():
        by_unit.setdefault(criterion.outcome.unit_id, []).append(decided.get(criterion.pk, ""))
    UnitResult.objects.bulk_create(
        UnitResult(marking=marking, unit_id=unit, outcome=policy.outcome(decisions))
        for unit, decisions in by_unit.items()
    )
    return marking
