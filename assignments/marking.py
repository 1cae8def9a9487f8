"""What a tutor does with handed-in work: hold it, decide criterion by criterion, sign the outcome that follows.

The learner's verbs are in `actions`. No outcome is typed here: it follows from the criteria (`outcome`). What
follows a signature, or comes in its place, is in `actions.superseding` and `actions.attempts`.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from accounts.models import User
from accounts.permissions import Can
from assignments import agreement, declarations, notices, policy, release
from assignments import outcome as rules
from assignments.models import CriterionDecision, Decision, Marking, Outcome, Submission, UnitResult
from assignments.models.marking import fingerprint_of
from assignments.states import AWARD_PASS, OVERTURN, REFER, SubmissionState
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes.models import Criterion

NOT_IN_YET = "This has not been handed in yet."
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
    check_marker(submission, by)
    was_free = submission.held_by_id is None
    hold(submission, by=by, now=clock.now())
    if was_free:
        record(submission, "take", by=by)
    return submission


@transaction.atomic
def take_over(submission: Submission, *, reason: str, by: User) -> Submission:
    """Take the work from a colleague whose hold still runs. It says why, is on record, and the colleague is told."""
    check_marker(submission, by)
    now = clock.now()
    holder = submission.held_by if submission.is_held(now) else None
    if holder is None or holder == by:
        return take(submission, by=by)
    if not reason.strip():
        raise Refused(f"Say why you take this over. {holder} reads it.")
    theirs = Submission.objects.filter(pk=submission.pk, state=SubmissionState.SUBMITTED, held_by=holder)
    if not theirs.update(held_by=by, held_at=now):
        raise Stale("Somebody else changed this a moment ago. Look again to see who holds it.")
    submission.held_by, submission.held_at = by, now
    event = record(submission, "take_over", by=by, **{"from": str(holder), "reason": reason})
    notices.taken_over(submission, holder, by=by, reason=reason, event=event.pk)
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
    decision: str = "",
    mark: int | None = None,
    feedback: str,
    action: str,
    evidence: str = "",
    revision: int,
    by: User,
) -> CriterionDecision:
    """Save one criterion. `revision` is the one the tutor began from: if it has risen since, nothing is overwritten.

    In a scheme with marks the decision follows from the mark, and `decision` is not looked at.
    """
    check_marker(submission, by)
    if sentence := agreement.first_is_not_done(submission, by):
        raise Refused(sentence)
    asked = next((one for one in submission.asked() if one.pk == criterion.pk), None)
    if asked is None:
        raise WrongState(f"{criterion.number} does not belong to this assignment.")
    now = clock.now()
    hold(submission, by=by, now=now)
    facts = {**judged(asked, decision, mark), "feedback": feedback, "action": action, "evidence": evidence}
    saved = submission.decisions.select_related("saved_by", "criterion").filter(criterion=criterion).first()
    if saved is None:
        return _first_decision(submission, criterion, facts, by=by, now=now)
    same = {name: getattr(saved, name) for name in ("decision", "mark", "feedback")}
    carried = saved.carried_forward and same == {name: facts[name] for name in same}
    won = submission.decisions.filter(pk=saved.pk, revision=revision).update(
        **facts, carried_forward=carried, revision=F("revision") + 1, saved_at=now, saved_by=by
    )
    if not won:
        if saved.saved_by_id == by.pk and all(getattr(saved, name) == said for name, said in facts.items()):
            # The same words of the same tutor, sent again because the first answer was not heard.
            return saved
        raise Overtaken(saved)
    saved.refresh_from_db()
    return saved


def judged(criterion: Criterion, decision: str, mark: int | None) -> dict[str, Any]:
    """Decision and mark of one criterion as they are kept, by the scheme of its unit."""
    unit = criterion.outcome.unit
    if not rules.has_marks(unit.marking_scheme):
        return {"decision": decision, "mark": None}
    if sentence := rules.mark_problem(mark, number=criterion.number, marks=criterion.marks):
        raise Refused(sentence)
    return {"decision": rules.of_criterion(mark, marks=criterion.marks, pass_mark=unit.pass_mark), "mark": mark}


@transaction.atomic
def award_pass(
    submission: Submission,
    *,
    summary: str = "",
    is_authentic: bool,
    declares: Collection[str] = declarations.CENTRE_NAMES,
    by: User,
) -> Marking:
    """Sign the pass: every unit passes by its scheme, and the tutor declares for the centre what `declarations.CENTRE` says."""
    now = clock.now()
    _prepare_to_sign(submission, is_authentic=is_authentic, declares=declares, by=by, now=now)
    move(submission, AWARD_PASS, by=by, marked_at=now, marked_by=by, held_by=None, held_at=None)
    marking = sign(submission, outcome=Outcome.PASS, summary=summary, resubmit_by=None, by=by, now=now)
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
    check_date(submission, resubmit_by)
    facts: dict[str, Any] = {"marked_at": now, "marked_by": by, "held_by": None, "held_at": None}
    move(submission, REFER, by=by, **facts)
    marking = sign(submission, outcome=Outcome.REFERRAL, summary=summary, resubmit_by=resubmit_by, by=by, now=now)
    release.if_due(submission, now=now)
    return marking


class Change(NamedTuple):
    """What one criterion is judged to be after all."""

    decision: str
    feedback: str = ""
    action: str = ""
    mark: int | None = None


@transaction.atomic
def overturn(
    submission: Submission,
    *,
    actions: Mapping[int, tuple[str, str]],
    marks: Mapping[int, int | None] | None = None,
    summary: str,
    resubmit_by: dt.date,
    by: User,
) -> Marking:
    """After verification, turn a pass into a referral: a second signed outcome with its reason; the first one stays.

    Where the pass was not released, the referral is not either: the learner hears of neither, and no attempt opens yet.
    `actions` names the criteria that are not met after all, each with its feedback and what the learner has to do;
    `marks` has their marks in a scheme with marks.
    """
    if not summary.strip():
        raise Refused("Say why the outcome changes. The learner reads it.")
    now = clock.now()
    check_date(submission, resubmit_by)
    marks = marks or {}
    changes = {pk: Change(Decision.REFER, *said, mark=marks.get(pk)) for pk, said in actions.items()}
    unmet = [one for one in submission.asked() if one.pk in changes]
    if not unmet:
        raise Refused("Choose at least one criterion that is not met after all.")
    if without := [one.number for one in unmet if not changes[one.pk].action.strip()]:
        raise Refused(f"Say what the learner has to do for {policy.listed(without)}.")
    facts: dict[str, Any] = {"marked_at": now, "marked_by": by}
    if submission.is_signed:
        _overturn_unreleased(submission, by=by, **facts)
    was = change(submission, changes, by=by, now=now)
    if rules.of_work(lines_of(submission)) != rules.REFERRAL:
        raise Refused("With these marks every unit still passes, so this is no referral.")
    if submission.is_signed:
        record(submission, "overturn", by=by, was=was)
    else:
        move(submission, OVERTURN, by=by, detail={"was": was}, resubmit_by=resubmit_by, **facts)
    said: dict[str, Any] = {"summary": summary, "reason": summary}
    marking = sign(submission, outcome=Outcome.REFERRAL, **said, resubmit_by=resubmit_by, by=by, now=now)
    if submission.is_signed:
        release.if_due(submission, now=now)
        return marking
    release.open_next_attempt(submission, now=now)
    notices.marked_referred(submission, marking)
    return marking


def change(
    submission: Submission, changes: Mapping[int, Change], *, by: User, now: dt.datetime
) -> dict[str, dict[str, Any]]:
    """Judge criteria of a signed attempt anew, inside the transaction that signs again. What stood before is returned."""
    asked = {one.pk: one for one in submission.asked()}
    was = {}
    for one in submission.decisions.filter(criterion__in=changes):
        criterion, given = asked[one.criterion_id], changes[one.criterion_id]
        facts = judged(criterion, given.decision, given.mark)
        if not facts["decision"]:
            raise Refused(f"Give {criterion.number} its mark, out of {criterion.marks}.")
        if given.decision and facts["decision"] != given.decision:
            how = "reaches" if facts["decision"] == Decision.PASS else "does not reach"
            raise Refused(f"{given.mark} of {criterion.marks} marks {how} the pass mark of {criterion.number}.")
        was[criterion.number] = {name: getattr(one, name) for name in ("decision", "mark", "feedback", "action")}
        submission.decisions.filter(pk=one.pk).update(
            **facts,
            feedback=given.feedback or one.feedback,
            action=given.action,
            carried_forward=False,
            revision=F("revision") + 1,
            saved_at=now,
            saved_by=by,
        )
    return was


def _overturn_unreleased(submission: Submission, *, by: User, **facts: Any) -> None:
    """The outcome changes and the state does not: to the learner it is still being marked. Under the row's lock."""
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    if not Submission.objects.unreleased().filter(pk=submission.pk).update(**facts):
        raise Stale("This was released a moment ago. Look again to see where it stands.")
    for guard in OVERTURN.guards:
        if sentence := guard(submission, by):
            raise Refused(sentence)
    last = submission.markings.order_by("marked_at", "pk").last()
    if last is None or last.outcome != Outcome.PASS:
        raise Refused("This is a referral already, so there is no pass to turn into one.")
    submission.marked_at, submission.marked_by = facts["marked_at"], by


def check_marker(submission: Submission, by: User) -> None:
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    if submission.state != SubmissionState.SUBMITTED:
        sentence = policy.no_later_attempt_is_in(submission, by)
        raise WrongState(sentence or (SIGNED_MEANWHILE if submission.marked_at else NOT_IN_YET))
    guards = (policy.is_marker, policy.learner_is_on_programme, agreement.is_not_second_marker)
    if sentence := next((said for guard in guards if (said := guard(submission, by))), ""):
        raise Refused(sentence)


def hold(submission: Submission, *, by: User, now: dt.datetime) -> None:
    """Take or renew the hold, and with it the row's lock, so that deciding and signing come one after the other."""
    free = Q(held_by__isnull=True) | Q(held_by=by) | Q(held_at__lte=now - policy.HOLD_FOR)
    waiting = Submission.objects.filter(pk=submission.pk, state=SubmissionState.SUBMITTED, marker=submission.marker_id)
    if waiting.filter(free).update(held_by=by, held_at=now):
        if submission.held_by_id not in (None, by.pk):
            record(submission, "take", by=by, **{"from": str(submission.held_by), "since": str(submission.held_at)})
        submission.held_by, submission.held_at = by, now
        return
    there = Submission.objects.select_related("held_by").get(pk=submission.pk)
    raise Stale(policy.is_held_by_marker(there, by) or policy.is_marker(there, by) or SIGNED_MEANWHILE)


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
    check_marker(submission, by)
    if not set(declarations.CENTRE_NAMES) <= set(declares):
        raise Refused("Tick what you declare for the centre. Without all of it no outcome can be signed.")
    if not is_authentic:
        raise Refused(
            "Tick that you are satisfied that this is the learner's own work. If you are not, sign nothing "
            "and speak to the centre."
        )
    hold(submission, by=by, now=now)


def check_date(submission: Submission, resubmit_by: dt.date) -> None:
    registration = getattr(submission.enrolment, "registration", None)
    expires_on = registration.expires_on if registration else None
    if sentence := policy.resubmission_problem(resubmit_by, today=clock.today(), expires_on=expires_on):
        raise Refused(sentence)


def sign(
    submission: Submission,
    *,
    outcome: Outcome,
    summary: str,
    resubmit_by: dt.date | None,
    by: User,
    now: dt.datetime,
    reason: str = "",
    corrected: Sequence[Mapping[str, Any]] = (),
) -> Marking:
    """The signed outcome of the attempt, and that of each unit it covers. `reason` if it supersedes one before it."""
    found = lines_of(submission)
    submission.decisions.exclude(criterion__in=rules.to_do(found)).exclude(action="").update(action="")
    # An outcome that is superseded was declared for when it was first signed; those words go on with it.
    before = submission.markings.last()
    marking = submission.markings.create(
        outcome=outcome,
        summary=summary,
        reason=reason,
        corrected=list(corrected),
        is_authentic=True,
        centre_wording=before.centre_wording if before else declarations.centre_wording(),
        resubmit_by=resubmit_by,
        marked_at=now,
        marked_by=by,
    )
    results = rules.by_unit(found)
    UnitResult.objects.bulk_create(UnitResult(marking=marking, unit_id=unit, outcome=results[unit]) for unit in results)
    signed = {
        "outcome": outcome.value,
        "decisions": fingerprint_of(CriterionDecision.objects.filter(submission=submission)),
    }
    record(submission, "sign_outcome", by=by, marking=marking.pk, **signed)
    return marking


def lines_of(submission: Submission) -> list[rules.Line]:
    """The criteria as they were asked, each with what stands about it now."""
    return rules.lines(submission.asked(), {one.criterion_id: one for one in submission.decisions.all()})
