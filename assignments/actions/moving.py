"""Give pieces of work to another tutor for marking, many at a time; what cannot be given stays where it is and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import allotting, notices
from assignments.models import SecondMarking, Submission
from assignments.states import SecondMarkingState
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused


@dataclass(frozen=True)
class Plan:
    """What would happen: the pieces that can be given, and those that cannot, each with its sentence."""

    movable: list[Submission]
    blocked: list[tuple[Submission, str]]


def plan_move(pieces: Sequence[int], *, to: User | None, by: User) -> Plan:
    """Look at each piece. What this person does not run, or what has gone, is not among them."""
    return _plan(pieces, to=to, by=by, lock=False)


@transaction.atomic
def move_marking(pieces: Sequence[int], *, to: User | None, reason: str, by: User) -> Plan:
    """Give what can be given to `to`; to nobody means to every tutor of the cohort. One mail to each tutor it concerns."""
    if not reason.strip():
        raise Refused("Say why the work goes to another tutor. Both tutors read it.")
    plan = _plan(pieces, to=to, by=by, lock=True)
    if not plan.movable:
        return plan
    before = Counter(one.marker for one in plan.movable if one.marker)
    Submission.objects.filter(pk__in=[one.pk for one in plan.movable]).update(marker=to)
    events = []
    for one in plan.movable:
        facts = {"was": one.marker_id, "to": to.pk if to else None, "to_label": str(to) if to else ""}
        events.append(record(one, "move_marking", by=by, reason=reason.strip(), **facts))
        one.marker = to
    notices.marking_moved(events[0].pk, to=to, count=len(events), before=before, reason=reason.strip(), by=by)
    return plan


def _plan(pieces: Sequence[int], *, to: User | None, by: User, lock: bool) -> Plan:
    if not by.can(Can.MOVE_MARKING):
        raise NotAllowed("Only the managers of a contract and the administrators give work to another tutor.")
    if len(pieces) > allotting.AT_ONCE:
        raise Refused(f"At most {allotting.AT_ONCE} pieces are given at once. Choose fewer.")
    if to and (sentence := allotting.takes_work(to)):
        raise Refused(sentence)
    rows = Submission.objects.run_by(by).filter(pk__in=pieces).order_by("pk")
    # The rows are locked in one order, so that a tutor takes a piece before or after, and two moves do not meet.
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = list(rows.select_related("enrolment__learner", "enrolment__cohort", "assignment", "held_by", "marker"))
    facts, now = _facts(found, to), clock.now()
    said = [(one, allotting.problem(one, to=to, facts=facts, now=now)) for one in found]
    return Plan(
        [one for one, sentence in said if not sentence], [(one, sentence) for one, sentence in said if sentence]
    )


def _facts(pieces: Sequence[Submission], to: User | None) -> allotting.Facts:
    """Four questions about the tutor, however many pieces there are."""
    if to is None:
        return allotting.Facts()
    second = SecondMarking.objects.filter(marker=to, submission__in=pieces)
    earlier = Submission.objects.filter(enrolment__in=[one.enrolment_id for one in pieces], samples__verified_by=to)
    return allotting.Facts(
        appointed=set(to.appointments.covering(clock.today()).values_list("cohort", flat=True)),
        verifies=set(to.allocations.filter(role="iqa").values_list("cohort", flat=True)),
        second_marks=set(second.exclude(state=SecondMarkingState.WITHDRAWN).values_list("submission", flat=True)),
        verified=set(earlier.values_list("enrolment", "assignment")),
    )
