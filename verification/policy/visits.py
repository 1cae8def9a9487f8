"""The external verifier's visit."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from accounts.permissions import Role
from core import clock


def visit_names_somebody(visit: Any, by: Any) -> str:
    return "" if visit.learners.exists() else "Nobody is named for this visit yet. Name the learners first."


def visit_is_not_over(visit: Any, by: Any) -> str:
    if visit.closes_at > clock.now():
        return ""
    return "The time of this visit is over. Plan another one with a later end."


def visit_time_problem(opens_at: dt.datetime, closes_at: dt.datetime, *, now: dt.datetime) -> str:
    """Why a visit cannot be planned for this time, or an empty string."""
    if closes_at <= opens_at:
        return "The end of the visit is not after its beginning. Choose a later end."
    if closes_at <= now:
        return "This time is over already. Choose an end that is still to come."
    return ""


def visit_takes(visit: Any, *, qualifications: Iterable[int]) -> str:
    """Learners are named for a visit to their qualification, until it is closed."""
    if not visit.takes_learners:
        return f"This visit is {visit.get_state_display().lower()}, so nobody is named for it any more."
    if any(one != visit.qualification_id for one in qualifications):
        return f"This visit is about {visit.qualification}. Choose learners of that qualification."
    return ""


def eqa_problem(roles: Collection[str]) -> str:
    """Who judges the centre from outside has no other part in it."""
    others = [Role(one).label.lower() for one in sorted(roles) if one != Role.EQA]
    if not others:
        return ""
    return f"This person is {', '.join(others)} at the centre. An external verifier has no other role: use another address."
