"""Working days: Monday to Friday, without England's bank holidays, because the centre works there.

Deadlines are calendar days and may fall on a Sunday. What the centre owes (marking, verifying) and what a reasonable
adjustment adds is counted in working days.
"""

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass

import holidays

# The days are made for each year as it is asked about.
BANK_HOLIDAYS: Container[dt.date] = holidays.country_holidays("GB", subdiv="ENG")


def is_working_day(day: dt.date, bank_holidays: Container[dt.date] = BANK_HOLIDAYS) -> bool:
    return day.weekday() < 5 and day not in bank_holidays


def working_day_from(day: dt.date, bank_holidays: Container[dt.date] = BANK_HOLIDAYS) -> dt.date:
    """`day` itself, or the first working day after it."""
    while not is_working_day(day, bank_holidays):
        day += dt.timedelta(days=1)
    return day


def working_days_between(begin: dt.date, end: dt.date, bank_holidays: Container[dt.date] = BANK_HOLIDAYS) -> int:
    """How many working days lie after `begin`, up to and with `end`. The day of hand-in itself does not count."""
    days = (begin + dt.timedelta(days=n) for n in range(1, (end - begin).days + 1))
    return sum(is_working_day(day, bank_holidays) for day in days)


def add_working_days(begin: dt.date, days: int, bank_holidays: Container[dt.date] = BANK_HOLIDAYS) -> dt.date:
    """The day that is `days` working days after `begin`."""
    day = begin
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_working_day(day, bank_holidays)
    return day


@dataclass(frozen=True)
class Clock:
    """How much of the time for marking is used, in working days: day 8 of 10."""

    used: int
    allowed: int
    due_on: dt.date
    left: int

    @property
    def is_overdue(self) -> bool:
        return self.used > self.allowed


def marking_clock(
    submitted_on: dt.date, *, allowed: int, today: dt.date, bank_holidays: Container[dt.date] = BANK_HOLIDAYS
) -> Clock:
    """The clock of one piece: it starts the working day after the hand-in, and stops for week-ends and bank holidays."""
    due_on = add_working_days(submitted_on, allowed, bank_holidays)
    used = working_days_between(submitted_on, today, bank_holidays)
    return Clock(used, allowed, due_on, working_days_between(today, due_on, bank_holidays))


def mark_by(submitted_on: dt.date, *, allowed: int, used: int = 0) -> dt.date:
    """The last working day for marking what was handed in on `submitted_on`; a clock that ran before goes on from `used`.

    At least one working day is left, however long the piece was here before.
    """
    return add_working_days(submitted_on, max(1, allowed - used))


def days_used(mark_by: dt.date, *, allowed: int, today: dt.date) -> int:
    """How many working days of the time for marking have been used, from the last day there is; never less than none.

    It holds for a clock that has stood still as well, because standing still moves the last day.
    """
    if today > mark_by:
        return allowed + working_days_between(mark_by, today)
    return max(0, allowed - working_days_between(today, mark_by))
