"""By when a learner hands in which assignment, and why: the one place that does the sum. Nothing is stored.

`rule` says how dates combine, `release` what a late release adds, `reading` asks the database (one statement for one
learner or forty thousand), `wording` says it, `working_days` counts. Screens, reminders, clocks, figures and reports all ask here.
"""

from assignments.deadlines.reading import ALL, Dates, Records, effective, for_enrolments
from assignments.deadlines.release import moved_on
from assignments.deadlines.rule import (
    NO_DATE,
    Adjustment,
    Asked,
    Break,
    Deadline,
    Extension,
    Individual,
    Referral,
    Registered,
    Step,
    combine,
    of_cohort,
)
from assignments.deadlines.wording import (
    ADJUSTMENT,
    BREAK,
    COHORT,
    EXTENSION,
    INDIVIDUAL,
    NONE,
    REFERRAL,
    day_of,
    days,
    is_late,
    lateness,
    said,
)
from assignments.deadlines.working_days import (
    BANK_HOLIDAYS,
    Clock,
    add_working_days,
    days_used,
    is_working_day,
    mark_by,
    marking_clock,
    working_day_from,
    working_days_between,
)

__all__ = [
    "ADJUSTMENT",
    "ALL",
    "BANK_HOLIDAYS",
    "BREAK",
    "COHORT",
    "EXTENSION",
    "INDIVIDUAL",
    "NONE",
    "NO_DATE",
    "REFERRAL",
    "Adjustment",
    "Asked",
    "Break",
    "Clock",
    "Dates",
    "Deadline",
    "Extension",
    "Individual",
    "Records",
    "Referral",
    "Registered",
    "Step",
    "add_working_days",
    "combine",
    "day_of",
    "days",
    "days_used",
    "effective",
    "for_enrolments",
    "is_late",
    "is_working_day",
    "lateness",
    "mark_by",
    "marking_clock",
    "moved_on",
    "of_cohort",
    "said",
    "working_day_from",
    "working_days_between",
]
