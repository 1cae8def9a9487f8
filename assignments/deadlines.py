"""By when a learner hands in which assignment, and why: the one place that combines the three dates. Nothing is stored.

The newest of three holds: the date given with a referral, the learner's own date set after it, the cohort's date. None
of them goes past the end of the registration. For one learner or forty thousand, it takes one statement.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import CharField, DateTimeField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from core import clock
from enrolment.models import Enrolment, IndividualDeadline
from programmes.models import Assignment

COHORT, INDIVIDUAL, REFERRAL, NONE = "cohort", "individual", "referral", "none"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date and where it comes from. `since` is the day it began to hold; the cohort's date has held from the start."""

    due_on: dt.date | None
    origin: str
    sentence: str
    since: dt.date | None = None
    registration_ends_on: dt.date | None = None
    capped: bool = False

    def days_left(self, today: dt.date) -> int | None:
        """Days to the date, negative when it has passed."""
        return (self.due_on - today).days if self.due_on else None


class Individual(NamedTuple):
    due_on: dt.date
    reason: str
    set_at: dt.datetime
    set_by: str


class Referral(NamedTuple):
    attempt: int
    resubmit_by: dt.date
    marked_at: dt.datetime


class Registered(NamedTuple):
    expires_on: dt.date
    organisation: str


Key = tuple[int, int]
NO_DATE = Deadline(None, NONE, "No date has been set yet. Your contract manager sets it for the whole cohort.")


def said(day: dt.date) -> str:
    """Fri 14 June 2024."""
    return f"{day:%a} {day.day} {day:%B %Y}"


def combine(
    *,
    cohort_on: dt.date | None,
    individual: Individual | None,
    referral: Referral | None,
    registered: Registered | None,
) -> Deadline:
    """The date that holds, out of the three, kept inside the registration. `individual` is the newest one."""
    due_on, origin, since, sentence = _newest(cohort_on, individual, referral)
    if due_on is None:
        return NO_DATE
    ends = registered.expires_on if registered else None
    capped = registered is not None and due_on > registered.expires_on
    if registered and capped:
        due_on = registered.expires_on
        sentence += (
            f" Your registration with {registered.organisation} ends on {said(due_on)}, so this is the last day."
        )
    return Deadline(due_on, origin, sentence, since, ends, capped)


def _newest(
    cohort_on: dt.date | None, individual: Individual | None, referral: Referral | None
) -> tuple[dt.date | None, str, dt.date | None, str]:
    if individual and (referral is None or individual.set_at > referral.marked_at):
        return individual.due_on, INDIVIDUAL, day_of(individual.set_at), _individual_sentence(individual, cohort_on)
    if referral:
        sentence = (
            f"{said(referral.resubmit_by)}, set on {said(day_of(referral.marked_at))} when attempt {referral.attempt} "
            "was referred."
        )
        return referral.resubmit_by, REFERRAL, day_of(referral.marked_at), sentence
    if cohort_on:
        return cohort_on, COHORT, None, f"{said(cohort_on)}, the date for your whole cohort."
    return None, NONE, None, ""


def _individual_sentence(one: Individual, cohort_on: dt.date | None) -> str:
    reason = one.reason.strip().rstrip(".")
    if reason and not reason[1:2].isupper():
        reason = reason[0].lower() + reason[1:]
    because = f", because: {reason}" if reason else ""
    sentence = f"{said(one.due_on)}, set for you by {one.set_by} on {said(day_of(one.set_at))}{because}."
    if cohort_on and cohort_on != one.due_on:
        sentence += f" The date of your cohort is {said(cohort_on)}."
    return sentence


def day_of(moment: dt.datetime) -> dt.date:
    """The day at the centre."""
    return timezone.localdate(moment)


def effective(enrolment: Enrolment, assignment: Assignment) -> Deadline:
    """The date that holds for this learner and this assignment. For several of them, `for_enrolments`."""
    return for_enrolments([enrolment.pk])[enrolment.pk, assignment.pk]


class Dates(dict[Key, Deadline]):
    """By enrolment and assignment, both as numbers. A pair without any date has `NO_DATE`."""

    def __missing__(self, key: Key) -> Deadline:
        return NO_DATE


def for_enrolments(enrolments: QuerySet[Enrolment] | Iterable[int]) -> Dates:
    """The dates of many learners at all their assignments, in one statement whatever their number."""
    ids = enrolments.values("pk") if isinstance(enrolments, QuerySet) else list(enrolments)
    cohort_dates: dict[Key, dt.date] = {}
    individuals: dict[Key, Individual] = {}
    referrals: dict[Key, Referral] = {}
    registrations: dict[int, Registered] = {}
    for kind, enrolment, assignment, day, moment, _, text, name in _every_date(ids):
        if kind == COHORT:
            cohort_dates[enrolment, assignment] = day
        elif kind == INDIVIDUAL:
            individuals[enrolment, assignment] = Individual(day, text, moment, name)
        elif kind == REFERRAL:
            referrals[enrolment, assignment] = Referral(int(text), day, moment)
        else:
            registrations[enrolment] = Registered(day, name)
    found = Dates()
    shared: dict[tuple[dt.date, Registered | None], Deadline] = {}
    for key, day in cohort_dates.items():
        # Most learners have nothing of their own, so they share one answer with the rest of their cohort.
        if key in individuals or key in referrals:
            continue
        registered = registrations.get(key[0])
        if (day, registered) not in shared:
            shared[day, registered] = combine(cohort_on=day, individual=None, referral=None, registered=registered)
        found[key] = shared[day, registered]
    for key in {*individuals, *referrals}:
        found[key] = combine(
            cohort_on=cohort_dates.get(key),
            individual=individuals.get(key),
            referral=referrals.get(key),
            registered=registrations.get(key[0]),
        )
    return found


def _every_date(ids: Any) -> Iterable[tuple[str, int, int, dt.date, dt.datetime, int, str, str]]:
    """Each date as (kind, enrolment, assignment, day, moment, number, text, name); of a pair the newest comes last."""
    learners = Enrolment.objects.filter(pk__in=ids).order_by()
    nothing, no_moment = Value(""), Cast(Value(None), DateTimeField())
    cohort = learners.filter(cohort__deadlines__isnull=False).values_list(
        Value(COHORT), "pk", "cohort__deadlines__assignment", "cohort__deadlines__due_on", no_moment, Value(0),
        nothing, nothing,
    )  # fmt: skip
    individual = (
        IndividualDeadline.objects.filter(enrolment__in=ids)
        .order_by()
        .values_list(
            Value(INDIVIDUAL), "enrolment_id", "assignment_id", "due_on", "set_at", "pk", "reason", "set_by__full_name"
        )
    )
    referral = learners.filter(submissions__resubmit_by__isnull=False).values_list(
        Value(REFERRAL), "pk", "submissions__assignment", "submissions__resubmit_by", "submissions__marked_at",
        "submissions__attempt", Cast("submissions__attempt", CharField()), nothing,
    )  # fmt: skip
    registration = learners.filter(registration__isnull=False).values_list(
        Value("registration"), "pk", Value(0), "registration__expires_on", no_moment, Value(0), nothing,
        "cohort__version__qualification__organisation__name",
    )  # fmt: skip
    rows = cohort.union(individual, referral, registration, all=True)
    # Individual dates by the moment they were set, referrals by their attempt; sorting is cheap, as both are few.
    return sorted(rows, key=lambda row: (row[0], row[4].timestamp() if row[0] == INDIVIDUAL else 0, row[5]))


def lateness(due_on: dt.date | None, handed_in_at: dt.datetime) -> str:
    """Whether work came in time, in one sentence. Late work is taken, and said to be late."""
    if due_on is None:
        return "No date had been set for it."
    days = (due_on - day_of(handed_in_at)).days
    if days == 0:
        return "Handed in on the last day, in time."
    unit = "day" if abs(days) == 1 else "days"
    if days > 0:
        return f"Handed in {days} {unit} before the deadline."
    return f"Handed in {-days} {unit} after the deadline, so it is late. It is marked all the same."


def is_late(due_on: dt.date | None, today: dt.date | None = None) -> bool:
    """Whether the date has passed; the day itself is still in time."""
    return due_on is not None and due_on < (today or clock.today())
