"""In which row of the day table a last day falls, and what a clock says."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from assignments import deadlines
from assignments.models import NEVER, Submission

WINDOWS = (
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("week", "Next 7 days"),
    ("later", "Later"),
    ("still", "Clock stands still"),
)
KINDS = (
    ("marking", "Marking"),
    ("resubmissions", "Resubmissions"),
    ("drafts", "Drafts"),
    ("actions", "IQA actions"),
    ("catch_ups", "Catch-ups"),
    ("questions", "Questions"),
    ("registers", "Registers"),
)
PILE = ("marking", "resubmissions")
BESIDE = tuple(kind for kind, _ in KINDS if kind not in PILE)


def window(day: dt.date | None, today: dt.date) -> str:
    """In which row of the day table a last day falls; none means that the clock stands still."""
    if day is None or day == NEVER:
        return "still"
    if day < today:
        return "overdue"
    if day == today:
        return "today"
    return "week" if day <= today + dt.timedelta(days=7) else "later"


def between(key: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first last-day of a window, and the first after it: what `window` says, as a range."""
    tomorrow, after = today + dt.timedelta(days=1), today + dt.timedelta(days=8)
    return {
        "overdue": (dt.date.min, today),
        "today": (today, tomorrow),
        "week": (tomorrow, after),
        "later": (after, NEVER),
        "still": (NEVER, dt.date.max),
    }[key]


def in_window(rows: Any, key: str, today: dt.date) -> Any:
    """Of `Submission.objects.with_due()`, those whose last day falls into this window."""
    begin, end = between(key, today)
    return rows.filter(mark_due=NEVER) if begin == NEVER else rows.filter(mark_due__gte=begin, mark_due__lt=end)


def clock_of(submission: Submission, *, today: dt.date) -> deadlines.Clock:
    """The clock for marking: it stands still while a decision is deferred, and does not run while the learner has the work."""
    return deadlines.clock_until(
        submission.mark_by,
        allowed=submission.assignment.version.marking_days,
        used=submission.clock_used,
        today=today,
    )


@lru_cache(maxsize=4096)
def due_after(began_on: dt.date, days: int) -> dt.date:
    return deadlines.add_working_days(began_on, days)


@lru_cache(maxsize=4096)
def clock_beside(due_on: dt.date | None, began_on: dt.date, days: int | None, today: dt.date) -> deadlines.Clock:
    """A kind has so many working days from when it began, or, without them, a day that somebody set."""
    if days is None:
        allowed = deadlines.working_days_between(began_on, due_on or began_on)
        return deadlines.clock_until(due_on, allowed=allowed, today=today)
    return deadlines.clock_until(due_after(began_on, days), allowed=days, today=today)
