"""Who may set a strategy, rate a tutor or draw a plan, and when not: objects in, a sentence that refuses or nothing out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any


def may_plan(by: Any, *, is_administrator: bool, allocated: bool) -> str:
    """A plan is drawn by an internal verifier allocated to the cohort, or by an administrator."""
    if is_administrator or allocated:
        return ""
    return "This cohort is not allocated to you, so its sampling plan is drawn by its own internal verifier."


def strategy_problem(*, from_on: dt.date, today: dt.date, percents: Mapping[str, int], latest: dt.date | None) -> str:
    """Why a strategy cannot be set so. A plan that was drawn by an earlier one must not lose its ground afterwards."""
    if from_on < today:
        return "This day has passed. A strategy holds from today on, or from a later day."
    if latest and from_on < latest:
        day = f"{latest:%a} {latest.day} {latest:%B %Y}"
        return f"A strategy that begins on {day} is set already. Let this one begin on that day or later."
    over = [value for value in percents.values() if value > 100]
    return f"{over[0]} % is more than everything. Enter a figure from 0 to 100." if over else ""


def rating_problem(*, tutor: int, by: int, review_on: dt.date, today: dt.date) -> str:
    """Why a tutor cannot be rated so."""
    if tutor == by:
        return "Nobody rates their own marking. Another verifier or an administrator does."
    return "" if review_on > today else "This day has passed or is today. Choose a later day on which to look again."


def hand_pick_problem(*, picked: bool, out: str, had_a_part: Collection[int], verifiable: bool, by: int) -> str:
    """Why a piece cannot be added to the sample by hand."""
    if picked:
        return "This piece is in the sample already."
    if out:
        why = "The learner has left the programme" if out == "left" else "The certificate has been claimed"
        return f"{why}, so there is nothing to verify any more."
    if by in had_a_part:
        return "You had a part in marking this, so somebody else adds it."
    if not verifiable:
        return "Nobody who is allocated to this cohort may verify it. Have another internal verifier allocated first."
    return ""
