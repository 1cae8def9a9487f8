"""The adjustments and breaks of one learner, for those who may know why: one statement for both."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, DateTimeField, F, Value
from django.db.models.functions import Cast, Coalesce

from accounts.models import User
from accounts.permissions import Can
from enrolment.models import BreakInLearning, Enrolment, ReasonableAdjustment


class Arrangement(NamedTuple):
    """An adjustment (`from_on` is the day it was agreed) or a break, as the record shows it."""

    kind: str
    pk: int
    assignment: str
    days: int
    text: str
    from_on: dt.date
    back_on: dt.date | None
    recorded_at: dt.datetime
    recorded_by: str
    ended_at: dt.datetime | None


def arrangements_of(one: Enrolment, user: User) -> dict[str, list[Arrangement]]:
    """Under `adjustments` and `breaks`, oldest first; nothing of a kind that this person may not read."""
    adjusts = user.can(Can.RECORD_ADJUSTMENTS) or user.can(Can.SEE_PERSONAL_DATA)
    pauses = user.can(Can.RECORD_BREAKS)
    found: list[Arrangement] = []
    if one.has_started and (adjusts or pauses):
        adjustments = ReasonableAdjustment.objects.filter(enrolment=one if adjusts else None)
        breaks = BreakInLearning.objects.in_force().filter(enrolment=one if pauses else None)
        found = sorted((Arrangement(*row) for row in _rows(adjustments, breaks)), key=lambda row: row.recorded_at)
    return {
        "adjustments": [row for row in found if row.kind == "adjustment"],
        "breaks": [row for row in found if row.kind == "break"],
    }


def _rows(adjustments: Any, breaks: Any) -> Any:
    no_day, no_moment, nothing = Cast(Value(None), DateField()), Cast(Value(None), DateTimeField()), Value("")
    first = adjustments.order_by().values_list(
        Value("adjustment"), "pk", Coalesce("assignment__title", nothing), "extra_working_days",
        Cast("arrangement", CharField()), "agreed_on", no_day, "recorded_at", "recorded_by__full_name", "ended_at",
    )  # fmt: skip
    second = breaks.order_by().values_list(
        Value("break"), "pk", nothing, Value(0), Cast("reason", CharField()), F("from_on"), "back_on", "recorded_at",
        "recorded_by__full_name", no_moment,
    )  # fmt: skip
    return first.union(second, all=True)
