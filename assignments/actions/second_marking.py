"""Second marking: asked for, taken by another tutor, handed over blind, laid beside the first, agreed by both or settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from accounts.permissions import Can
from assignments import agreement, marking, notices, policy
from assignments.actions.names import refuse
from assignments.models import AgreedDecision, CriterionDecision, SecondDecision, SecondMarking, Submission
from assignments.states import (
    CALL_OFF_SECOND_MARKING,
    CONFIRM_AGREEMENT,
    HAND_OVER_SECOND_MARKING,
    SETTLE_SECOND_MARKING,
    SecondMarkingState,
)
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes.models import Criterion, SecondMarks

EVERY_PIECE = "The cohort has every piece marked twice"


class SavedElsewhere(Stale):
    """The second marker saved this criterion in another window. `saved` is what stands there."""

    def __init__(self, saved: SecondDecision) -> None:
        super().__init__(
            f"You saved {saved.criterion.number} in another window meanwhile. Both texts are below: choose one, or make one "
            "of the two, and save again."
        )
        self.saved = saved


@dataclass(frozen=True)
class Agreed:
    """What two markers decide together about one criterion: one of the two decisions, or other words."""

    source: str
    decision: str = ""
    mark: int | None = None
    feedback: str = ""
    action: str = ""


# ---- asking


@transaction.atomic
def ask_second_marking(submission: Submission, *, reason: str, by: User) -> SecondMarking:
    """Have a piece that waits for marking marked by a second tutor, too; anew, if it was called off."""
    if not by.can(Can.ASK_SECOND_MARKING):
        raise NotAllowed("Your role does not let you ask for a second marking.")
    if not reason.strip():
        raise Refused("Say why this is marked a second time.")
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    refuse(agreement.may_be_asked_for(locked, by), WrongState)
    return _ask(submission, reason=reason.strip()[:250], by=by, now=clock.now())


def ask_where_every_piece_is(submission: Submission, *, now: dt.datetime) -> None:
    """At the hand-in, where the cohort has every piece marked twice; call inside its transaction."""
    if submission.enrolment.cohort.second_marks == SecondMarks.ALL:
        _ask(submission, reason=EVERY_PIECE, by=None, now=now)


def _ask(submission: Submission, *, reason: str, by: User | None, now: dt.datetime) -> SecondMarking:
    called_off = submission.second_marking
    second = SecondMarking.objects.create(
        submission=submission,
        round=called_off.round + 1 if called_off else 1,
        reason=reason,
        requested_at=now,
        requested_by=by,
    )
    Submission.objects.filter(pk=submission.pk).update(second_marking=second)
    submission.second_marking = second
    record(second, "ask_second_marking", by=by, reason=reason)
    if by:
        appointed = submission.enrolment.cohort.appointments.covering(clock.today()).select_related("tutor")
        people = {one.tutor for one in appointed}
        notices.second_marking(second, "asked", (one for one in people if not agreement.may_take(second, one)))
    return second


@transaction.atomic
def call_off_second_marking(second: SecondMarking, *, reason: str, by: User) -> SecondMarking:
    """Do without it after all. What the second marker wrote is kept and decides nothing."""
    if not reason.strip():
        raise Refused("Say why the second marking is called off.")
    _lock(second)
    was = second.marked_at
    detail = {"reason": reason.strip(), "marked_at": was.isoformat() if was else None}
    move(second, CALL_OFF_SECOND_MARKING, by=by, detail=detail, marked_at=None)
    return second


# ---- marking a second time


@transaction.atomic
def take_second_marking(second: SecondMarking, *, by: User) -> SecondMarking:
    """Become the second marker. What was met in an earlier attempt comes along, as it does in the first marking."""
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    # The row of the piece is what taking it for the first marking locks, so nobody becomes both.
    Submission.objects.select_for_update().get(pk=second.submission_id)
    _lock(second)
    if second.marker_id == by.pk and second.state == SecondMarkingState.ASKED:
        return second
    # First of all whether they may: the first marker learns from no other sentence how far the second is.
    refuse(agreement.may_take(second, by) or agreement.learner_is_there(second, by))
    if second.state != SecondMarkingState.ASKED:
        raise WrongState("This second marking is not waiting for anybody any more.")
    if second.marker_id is not None:
        raise Stale(f"{second.marker} marks this a second time already.")
    SecondMarking.objects.filter(pk=second.pk).update(marker=by)
    second.marker = by
    record(second, "take_second_marking", by=by)
    met = second.submission.decisions.filter(carried_forward=True, decision="pass")
    there = set(second.decisions.values_list("criterion_id", flat=True))
    SecondDecision.objects.bulk_create(
        SecondDecision(
            marking=second, criterion_id=one.criterion_id, decision="pass", mark=one.mark, feedback=one.feedback,
            saved_at=clock.now(),
        )
        for one in met
        if one.criterion_id not in there
    )  # fmt: skip
    return second


@transaction.atomic
def let_go_second_marking(second: SecondMarking, *, by: User) -> SecondMarking:
    """Give it back before it is handed over. The next second marker goes on from what is decided."""
    mine = SecondMarking.objects.filter(pk=second.pk, marker=by, state=SecondMarkingState.ASKED)
    if not mine.update(marker=None):
        raise Stale("You do not have this any more, so there is nothing to give back.")
    second.marker = None
    record(second, "let_go_second_marking", by=by)
    return second


@transaction.atomic
def decide_second(
    second: SecondMarking,
    *,
    criterion: Criterion,
    decision: str,
    feedback: str,
    action: str,
    revision: int,
    mark: int | None = None,
    by: User,
) -> SecondDecision:
    """Save one criterion of the second marking. If it was saved elsewhere since `revision`, nothing is overwritten."""
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    _lock(second)
    if second.state != SecondMarkingState.ASKED:
        raise WrongState("You have handed this over, so it is not changed any more.")
    refuse(agreement.is_second_marker(second, by) or agreement.learner_is_there(second, by))
    asked = next((one for one in second.submission.asked() if one.pk == criterion.pk), None)
    if asked is None:
        raise WrongState(f"{criterion.number} does not belong to this assignment.")
    facts: dict[str, Any] = {**marking.judged(asked, decision, mark), "feedback": feedback, "action": action}
    saved = second.decisions.select_related("criterion").filter(criterion=criterion).first()
    if saved is None:
        return _first_save(second, criterion, facts)
    won = second.decisions.filter(pk=saved.pk, revision=revision).update(
        **facts, revision=F("revision") + 1, saved_at=clock.now()
    )
    if not won:
        raise SavedElsewhere(saved)
    saved.refresh_from_db()
    return saved


def _first_save(second: SecondMarking, criterion: Criterion, facts: dict[str, Any]) -> SecondDecision:
    try:
        with transaction.atomic():
            return second.decisions.create(criterion=criterion, **facts, revision=1, saved_at=clock.now())
    except IntegrityError:
        raise SavedElsewhere(second.decisions.select_related("criterion").get(criterion=criterion)) from None


@transaction.atomic
def hand_over_second_marking(second: SecondMarking, *, summary: str = "", by: User) -> SecondMarking:
    """Done with the second marking: it is not changed any more, and opens when the first marker is done too."""
    _lock(second)
    move(second, HAND_OVER_SECOND_MARKING, by=by, marked_at=clock.now(), summary=summary.strip())
    _open_if_both_are_done(second)
    return second


@transaction.atomic
def finish_first_marking(second: SecondMarking, *, by: User) -> SecondMarking:
    """The first marker is done with every criterion. From here on nothing of it changes before both agree."""
    submission = second.submission
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you mark work.")
    guards = (
        agreement.is_not_second_marker,
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.is_held_by_marker,
        policy.every_criterion_is_decided,
        policy.each_unmet_criterion_has_an_action,
    )
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    _lock(second)
    if locked.state != "submitted" or not second.is_under_way:
        raise WrongState("This second marking is not under way any more.")
    if second.first_done_at:
        raise WrongState("The first marking is done already.")
    for guard in guards:
        refuse(guard(submission, by))
    if locked.held_by_id != by.pk:
        raise Refused("Take this for marking first; then you can say that you are done.")
    facts = {"first_done_at": clock.now(), "first_done_by": by}
    SecondMarking.objects.filter(pk=second.pk).update(**facts)
    second.first_done_at, second.first_done_by = facts["first_done_at"], by  # type: ignore[assignment] # a moment and a person, as they were saved
    record(second, "finish_first_marking", by=by)
    _open_if_both_are_done(second)
    return second


def _open_if_both_are_done(second: SecondMarking) -> None:
    if second.is_opened:
        second.opened_at = clock.now()
        SecondMarking.objects.filter(pk=second.pk).update(opened_at=second.opened_at)
        notices.second_marking(second, "opened", [one for one in (second.first_done_by, second.marker) if one])


# ---- agreeing


@transaction.atomic
def propose_agreement(
    second: SecondMarking, *, chosen: Mapping[int, Agreed], agreement_text: str, by: User
) -> SecondMarking:
    """The first marker writes down what both decide where they differed; the second confirms it."""
    _lock(second)
    if second.first_done_by_id != by.pk:
        raise NotAllowed("The first marker writes down what both decide; the second confirms it.")
    if second.state != SecondMarkingState.MARKED:
        raise WrongState("There is nothing to agree on here any more.")
    refuse(agreement.both_are_done(second, by) or agreement.is_not_passed_on(second, by))
    if _differences(second) and not agreement_text.strip():
        raise Refused("Say in a sentence how the two of you came to agree.")
    _write_down(second, chosen, by=by)
    facts: dict[str, Any] = {"proposed_at": clock.now(), "agreement": agreement_text.strip()}
    SecondMarking.objects.filter(pk=second.pk).update(**facts)
    second.proposed_at, second.agreement = facts["proposed_at"], facts["agreement"]
    record(second, "propose_agreement", by=by, agreement=second.agreement)
    if second.marker:
        notices.second_marking(second, "proposed", [second.marker])
    return second


@transaction.atomic
def confirm_agreement(second: SecondMarking, *, by: User) -> SecondMarking:
    """The second marker confirms: what both decided becomes the decision on the work, and its outcome can be signed."""
    _lock(second)
    now = clock.now()
    move(second, CONFIRM_AGREEMENT, by=by, agreed_at=now, agreed_by=by)
    _apply(second, by=by, now=now)
    return second


@transaction.atomic
def pass_on_second_marking(second: SecondMarking, *, reason: str, by: User) -> SecondMarking:
    """The two cannot agree: the verifier (IQA) of the cohort decides."""
    _lock(second)
    if by.pk not in (second.first_done_by_id, second.marker_id):
        raise NotAllowed("One of the two markers passes this on.")
    if second.state != SecondMarkingState.MARKED:
        raise WrongState("There is nothing to pass on here any more.")
    refuse(agreement.both_are_done(second, by) or agreement.is_not_passed_on(second, by), WrongState)
    if not reason.strip():
        raise Refused("Say on what the two of you cannot agree.")
    facts: dict[str, Any] = {"passed_on_at": clock.now(), "passed_on_by": by, "passed_on_reason": reason.strip()}
    SecondMarking.objects.filter(pk=second.pk).update(**facts)
    for name, value in facts.items():
        setattr(second, name, value)
    record(second, "pass_on_second_marking", by=by, reason=reason.strip())
    allocations = second.submission.enrolment.cohort.allocations.in_force(clock.today()).filter(role="iqa")
    notices.second_marking(second, "passed_on", {one.verifier for one in allocations.select_related("verifier")})
    return second


@transaction.atomic
def settle_second_marking(
    second: SecondMarking, *, chosen: Mapping[int, Agreed], agreement_text: str, by: User
) -> SecondMarking:
    """The verifier (IQA) decides, with a reason, on what the two could not agree."""
    if not agreement_text.strip():
        raise Refused("Say why you decide so. Both markers read it.")
    _lock(second)
    SETTLE_SECOND_MARKING.check(second, by)
    _write_down(second, chosen, by=by)
    now = clock.now()
    facts = {"agreed_at": now, "agreed_by": by, "agreement": agreement_text.strip()}
    move(second, SETTLE_SECOND_MARKING, by=by, detail={"reason": agreement_text.strip()}, **facts)
    _apply(second, by=by, now=now)
    return second


def _lock(second: SecondMarking) -> None:
    """Hold the row and look at what stands in it now: two who act at once come one after the other."""
    there = SecondMarking.objects.select_for_update().values().get(pk=second.pk)
    for name, value in there.items():
        setattr(second, name, value)


def _differences(second: SecondMarking) -> dict[int, agreement.Pair]:
    found = agreement.pairs_of(
        second.submission.asked(), second.submission.decisions.all(), second.decisions.order_by("pk")
    )
    return {one.criterion_id: one for one in found if one.differs}


def _write_down(second: SecondMarking, chosen: Mapping[int, Agreed], *, by: User) -> None:
    """Keep what is decided for each difference, in the place of what was proposed before."""
    apart = _differences(second)
    if missing := [one.criterion.number for pk, one in apart.items() if pk not in chosen]:
        raise Refused(f"Decide {policy.listed(missing)} as well.")
    rows = [_row(second, pair, chosen[pk], by=by) for pk, pair in apart.items()]
    if without := [one.criterion.number for one in rows if one.decision == "refer" and not one.action.strip()]:
        raise Refused(f"Say what the learner has to do for {policy.listed(without)}.")
    second.agreed.all().delete()
    AgreedDecision.objects.bulk_create(rows)


def _row(second: SecondMarking, pair: agreement.Pair, one: Agreed, *, by: User) -> AgreedDecision:
    taken: Any = {"first": pair.first, "second": pair.second}.get(one.source, one)
    if taken.decision not in ("pass", "refer"):
        raise Refused(f"Decide {pair.criterion.number}: pass or refer.")
    if taken.mark is not None and taken.mark > pair.criterion.marks:
        raise Refused(f"{pair.criterion.number} has {pair.criterion.marks} marks at most.")
    return AgreedDecision(
        marking=second,
        criterion=pair.criterion,
        source=one.source,
        decision=taken.decision,
        mark=taken.mark,
        feedback=taken.feedback,
        action=taken.action,
        saved_at=clock.now(),
        saved_by=by,
    )


def _apply(second: SecondMarking, *, by: User, now: dt.datetime) -> None:
    """What was agreed becomes the decision on the work; what stood there before is in the history."""
    apart = _differences(second)
    for one in _current(second.agreed.select_related("criterion"), apart):
        before: CriterionDecision = apart[one.criterion_id].first
        was = {"decision": before.decision, "mark": before.mark, "feedback": before.feedback, "action": before.action}
        second.submission.decisions.filter(pk=before.pk).update(
            decision=one.decision,
            mark=one.mark,
            feedback=one.feedback,
            action=one.action if one.decision == "refer" else "",
            carried_forward=False,
            revision=F("revision") + 1,
            saved_at=now,
            saved_by=second.first_done_by_id or by.pk,
        )
        record(
            second.submission, "agree_decision", by=by, criterion=one.criterion.number, was=was, now=one.decision,
            source=one.source,
        )  # fmt: skip
    if second.first_done_by:
        notices.second_marking(second, "agreed", [second.first_done_by])


def _current(rows: Iterable[AgreedDecision], apart: Mapping[int, Any]) -> list[AgreedDecision]:
    return [one for one in rows if one.criterion_id in apart]
