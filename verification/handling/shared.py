"""What the verbs of cases share: the next stage with its time, and who may."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import Transition, move
from core.refusals import NotAllowed, Refused
from verification import case_policy as policy
from verification.case_states import (
    CaseState,
)
from verification.models import Case


def moved(case: Case, step: Transition, *, by: User, detail: Any = None, **facts: Any) -> None:
    """The next stage, with its own time. It begins today."""
    today = clock.today()
    begun: dict[str, Any] = {"stage_on": today, "due_on": due_of(case.kind, step.target, today)}
    move(case, step, by=by, detail=detail, **begun, **facts)


def due_of(kind: str, state: str, begun_on: dt.date) -> dt.date | None:
    if state == CaseState.CLOSED:
        return None
    span = policy.time_for(kind, state)
    return span.last_day(begun_on) if span else None


def check_handles(by: User) -> None:
    if not by.can(Can.HANDLE_CASES):
        raise NotAllowed("Your role does not let you handle cases.")


def check_open(case: Case) -> None:
    if not case.is_open:
        raise Refused("This case is closed, so nothing is added to it.")


def check_past(day: dt.date) -> None:
    if day > clock.today():
        raise Refused("This day is still to come. Enter the day on which they were told.")
