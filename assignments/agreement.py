"""Second marking in pure decisions: who may mark a second time, what stands in the way of signing, where two markers differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assignments import outcome
from core import clock

UNDER_WAY = ("asked", "marked")


def second_of(submission: Any) -> Any:
    """The second marking of this piece, if one was asked for and not called off."""
    found = getattr(submission, "second_marking", None)
    return None if found is None or found.state == "withdrawn" else found


# ---- what it means for the first marking


def second_marking_is_settled(submission: Any, by: Any) -> str:
    """No outcome is signed before both agree. It does not say how far the second marker is."""
    second = second_of(submission)
    if second is None or second.state not in UNDER_WAY:
        return ""
    return "A second marking was asked for, so the outcome is signed when both markers have agreed."


def is_not_second_marker(submission: Any, by: Any) -> str:
    """Whoever marks a piece the second time takes no part in the first marking, then or later."""
    second = second_of(submission)
    return (
        "You mark this a second time, so somebody else marks it first." if second and second.marker_id == by.pk else ""
    )


def first_is_not_done(submission: Any, by: Any) -> str:
    """What the first marker decided stands still once they are done: the second is laid beside it."""
    second = second_of(submission)
    if second is None or second.first_done_at is None:
        return ""
    if second.state in UNDER_WAY:
        return "The first marking is done. What is decided from here on is decided by both, on the page of the second marking."
    return "Both markers have agreed on these decisions, so they are not changed here."


# ---- who asks, who marks


def may_be_asked_for(submission: Any, by: Any) -> str:
    """A second marking is asked for while the work is being marked, and never of one's own work; anew, if it was called off."""
    if submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else asks."
    if submission.state != "submitted":
        return "A second marking is asked for while the work waits to be marked. This does not."
    if second_of(submission) is not None:
        return "A second marking of this was asked for already."
    return ""


def may_take(second: Any, by: Any) -> str:
    """Another tutor of the cohort, who has no part in the first marking and did not hand the work in."""
    submission = second.submission
    if submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else marks it."
    if submission.submitted_by_id == by.pk:
        return "You handed this in for the learner, so somebody else marks it."
    if not submission.enrolment.cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        return "You are not appointed to this cohort today, so you cannot mark its work."
    mine = submission.decisions.filter(saved_by=by, carried_forward=False).exists()
    if mine or by.pk in (submission.held_by_id, submission.marker_id, second.first_done_by_id):
        return "You mark this first, so somebody else marks it a second time."
    if submission.second_markings.filter(marker=by, opened_at__isnull=False).exclude(pk=second.pk).exists():
        return "You saw the first marking of this before the second was called off, so somebody else marks it a second time."
    return ""


def is_second_marker(second: Any, by: Any) -> str:
    if second.marker_id != by.pk:
        return "Only the second marker does this."
    if not second.submission.enrolment.cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        return "You are not appointed to this cohort today, so you cannot mark its work."
    return ""


def is_no_marker_of_it(second: Any, by: Any) -> str:
    """Whoever marked does not call the other marking off, nor decide between the two."""
    submission = second.submission
    if by.pk in (second.marker_id, second.first_done_by_id, submission.held_by_id, submission.marker_id):
        return "You mark this yourself, so somebody else decides on it."
    return ""


def is_allocated_verifier(second: Any, by: Any) -> str:
    allocations = second.submission.enrolment.cohort.allocations
    if allocations.in_force(clock.today()).filter(verifier=by, role="iqa").exists():
        return ""
    return "This cohort is not allocated to you."


def learner_is_there(second: Any, by: Any) -> str:
    if second.submission.state != "submitted":
        return "This piece is not being marked any more."
    if second.submission.enrolment.state == "active":
        return ""
    return f"{second.submission.enrolment.learner} is no longer on the programme, so this is not marked."


def second_is_complete(second: Any, by: Any) -> str:
    """Every criterion decided, each one that is not met with its action, each mark given."""
    decided = {one.criterion_id: one for one in second.decisions.all()}
    asked = second.submission.asked()
    if without := [one.number for one in asked if one.pk not in decided or not decided[one.pk].decision]:
        return f"Decide {_listed(without)}, then you can hand over."
    refers = [one for one in asked if decided[one.pk].decision == "refer"]
    if without := [one.number for one in refers if not decided[one.pk].action.strip()]:
        return f"Say what the learner has to do for {_listed(without)}."
    if without := [
        one.number
        for one in asked
        if outcome.has_marks(one.outcome.unit.marking_scheme) and decided[one.pk].mark is None
    ]:
        return f"Give a mark for {_listed(without)}."
    return ""


# ---- both done


def both_are_done(second: Any, by: Any) -> str:
    if second.marked_at and second.first_done_at:
        return ""
    return "Both decisions open when both markers are done."


def is_not_passed_on(second: Any, by: Any) -> str:
    return "This was passed on to the verifier (IQA), who decides." if second.passed_on_at else ""


def is_passed_on(second: Any, by: Any) -> str:
    return "" if second.passed_on_at else "The two markers have not passed this on to you."


def is_proposed(second: Any, by: Any) -> str:
    """Where the two differ, the first marker has written down what both decide."""
    first, later = list(second.submission.decisions.all()), list(second.decisions.all())
    apart = {one.criterion_id for one in pairs_of(second.submission.asked(), first, later) if one.differs}
    if apart <= {one.criterion_id for one in second.agreed.all()} and (second.proposed_at or not apart):
        return ""
    return "The first marker has not written down what you decide together."


@dataclass(frozen=True)
class Pair:
    """One criterion as each of the two decided it."""

    criterion: Any
    first: Any
    second: Any

    @property
    def criterion_id(self) -> int:
        found: int = self.criterion.pk
        return found

    @property
    def differs(self) -> bool:
        """Whether the two decided differently, or gave different marks. Words may differ."""
        return (self.first.decision, self.first.mark) != (self.second.decision, self.second.mark)


def pairs_of(criteria: Iterable[Any], first: Iterable[Any], second: Iterable[Any]) -> list[Pair]:
    """Each criterion with both decisions, those on which the two differ first."""
    ones = {one.criterion_id: one for one in first}
    others = {one.criterion_id: one for one in second}
    found = [Pair(one, ones[one.pk], others[one.pk]) for one in criteria if one.pk in ones and one.pk in others]
    return sorted(found, key=lambda pair: not pair.differs)


def share(pairs: Sequence[Pair]) -> Fraction | None:
    """The part of the criteria on which the two decided the same; nothing where there is no criterion."""
    return Fraction(sum(not one.differs for one in pairs), len(pairs)) if pairs else None


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
