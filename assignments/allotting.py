"""Who a piece of work may be given to for marking: pure decisions, a sentence that refuses or nothing.

What is asked of the database beforehand stands in `Facts`, so that two hundred pieces are decided like one.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.permissions import Can

# More pieces than this are not given in one go.
AT_ONCE = 200


@dataclass(frozen=True)
class Facts:
    """What stands between a tutor and pieces of work: cohorts by number, pieces by number."""

    appointed: Collection[int] = ()
    verifies: Collection[int] = ()
    second_marks: Collection[int] = ()
    verified: Collection[tuple[int, int]] = ()


def takes_work(tutor: Any) -> str:
    return "" if tutor.can(Can.MARK) else f"{tutor} is not a tutor, so no work can be given to them."


def problem(piece: Any, *, to: Any, facts: Facts, now: dt.datetime) -> str:
    """Why this piece cannot be given to `to` now. Without `to` it goes back to every tutor of the cohort."""
    learner, cohort = piece.enrolment.learner, piece.enrolment.cohort
    if piece.state != "submitted":
        return "It has been signed in the meantime."
    if piece.enrolment.state != "active":
        return f"{learner} is no longer on the programme, so it is not marked."
    if piece.marker_id == (to.pk if to else None):
        return f"{to} has it already." if to else "It waits for every tutor of the cohort already."
    if piece.is_held(now) and piece.held_by_id != (to.pk if to else None):
        return f"{piece.held_by} has been marking it since {timezone.localtime(piece.held_at):%H:%M}."
    return _conflict(piece, learner, cohort, to, facts) if to else ""


def _conflict(piece: Any, learner: Any, cohort: Any, to: Any, facts: Facts) -> str:
    """What keeps this tutor and this piece apart."""
    if learner.pk == to.pk:
        return f"It is {to}’s own work."
    if piece.submitted_by_id == to.pk:
        return f"{to} handed it in for the learner, so somebody else marks it."
    if cohort.pk not in facts.appointed:
        return f"{to} is not appointed to {cohort} today."
    if cohort.pk in facts.verifies:
        return f"{to} has been allocated to {cohort} as internal verifier (IQA), and nobody does both."
    if piece.pk in facts.second_marks:
        return f"{to} is the second marker of it, and marks it without seeing the first decision."
    if (piece.enrolment_id, piece.assignment_id) in facts.verified:
        return f"{to} has verified an earlier attempt at it, so somebody else marks it."
    return ""
