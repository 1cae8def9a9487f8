"""What is arranged with a learner beyond dates: reasonable adjustments, in confidence, and breaks in learning."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import notices, policy
from enrolment.models import BreakInLearning, Enrolment, ReasonableAdjustment
from enrolment.states import EnrolmentState
from programmes.models import Assignment


@transaction.atomic
def record_adjustment(
    enrolment: Enrolment,
    *,
    assignment: Assignment | None = None,
    extra_working_days: int,
    arrangement: str,
    agreed_on: dt.date,
    by: User,
) -> ReasonableAdjustment:
    """More working days for one assignment, or for all. What was agreed is in the record, never in an event or a mail."""
    _check_adjusting(by)
    if enrolment.state != EnrolmentState.ACTIVE:
        raise WrongState("An adjustment is recorded for learners who are on the programme.")
    if assignment is not None and assignment.version_id != enrolment.cohort.version_id:
        raise Refused(f"{assignment} belongs to another qualification than this learner's.")
    if not arrangement.strip():
        raise Refused("Write what was agreed. Only administrators and the learner read it.")
    problem = policy.adjustment_problem(extra_working_days=extra_working_days, agreed_on=agreed_on, today=clock.today())
    if problem:
        raise Refused(problem)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    facts = {"assignment": assignment, "extra_working_days": extra_working_days, "arrangement": arrangement.strip()}
    if same := enrolment.adjustments.in_force().filter(**facts, agreed_on=agreed_on).first():
        return same
    adjustment = ReasonableAdjustment.objects.create(
        enrolment=enrolment, **facts, agreed_on=agreed_on, recorded_at=clock.now(), recorded_by=by
    )
    what = str(assignment) if assignment else "all assignments"
    record(enrolment, "record_adjustment", by=by, assignment=what, extra_working_days=extra_working_days)
    notices.adjustment_recorded(adjustment)
    return adjustment


@transaction.atomic
def end_adjustment(adjustment: ReasonableAdjustment, *, by: User) -> ReasonableAdjustment:
    """From now on it moves no date any more. That it held until today stays in the record."""
    _check_adjusting(by)
    now = clock.now()
    running = ReasonableAdjustment.objects.in_force().filter(pk=adjustment.pk)
    if not running.update(ended_at=now, ended_by=by):
        raise Stale("This adjustment has been ended already. Nothing was changed.")
    adjustment.ended_at, adjustment.ended_by = now, by
    record(adjustment.enrolment, "end_adjustment", by=by, extra_working_days=adjustment.extra_working_days)
    notices.adjustment_ended(adjustment)
    return adjustment


@transaction.atomic
def record_break(enrolment: Enrolment, *, from_on: dt.date, back_on: dt.date, reason: str, by: User) -> BreakInLearning:
    """Time away: the learner's dates move by it, and no reminder goes out during it."""
    _check_break(enrolment, by)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    same = enrolment.breaks.in_force().filter(from_on=from_on, back_on=back_on, reason=reason.strip()).first()
    if same:
        return same
    pause = _new_break(enrolment, from_on=from_on, back_on=back_on, reason=reason, by=by)
    record(enrolment, "record_break", by=by, from_on=from_on.isoformat(), back_on=back_on.isoformat())
    notices.break_recorded(pause)
    return pause


@transaction.atomic
def change_break(pause: BreakInLearning, *, back_on: dt.date, reason: str, by: User) -> BreakInLearning:
    """The learner comes back on another day than was planned. How it was known before stays as a superseded row."""
    enrolment = pause.enrolment
    _check_break(enrolment, by)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    running = BreakInLearning.objects.in_force().filter(pk=pause.pk)
    if not running.update(superseded_at=clock.now()):
        raise Stale("Somebody else changed this break a moment ago. Look again to see how it stands.")
    changed = _new_break(enrolment, from_on=pause.from_on, back_on=back_on, reason=reason, by=by)
    was = pause.back_on.isoformat()
    record(enrolment, "change_break", by=by, from_on=pause.from_on.isoformat(), back_on=back_on.isoformat(), was=was)
    notices.break_recorded(changed)
    return changed


def _check_adjusting(by: User) -> None:
    if not by.can(Can.RECORD_ADJUSTMENTS):
        raise NotAllowed("Only a centre administrator records reasonable adjustments.")


def _check_break(enrolment: Enrolment, by: User) -> None:
    if sentence := policy.may_record_breaks(enrolment, by):
        raise NotAllowed(sentence)
    if enrolment.state != EnrolmentState.ACTIVE:
        raise WrongState("A break is recorded for learners who are on the programme.")


def _new_break(enrolment: Enrolment, *, from_on: dt.date, back_on: dt.date, reason: str, by: User) -> BreakInLearning:
    if not reason.strip():
        raise Refused("Write why the learner is away. Only those who record breaks and the learner read it.")
    began_on = timezone.localdate(enrolment.activated_at)
    others = list(enrolment.breaks.in_force().values_list("from_on", "back_on"))
    if problem := policy.break_problem(from_on, back_on, began_on=began_on, others=others):
        raise Refused(problem)
    return BreakInLearning.objects.create(
        enrolment=enrolment,
        from_on=from_on,
        back_on=back_on,
        reason=reason.strip(),
        recorded_at=clock.now(),
        recorded_by=by,
    )
