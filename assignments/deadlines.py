"""By when a learner hands in which assignment, and why: the one place that combines the three dates. Nothing is stored.

The newest of three holds: the date given with a referral, the learner's own date set after it, the cohort's date. None
of them goes past the end of the registration. For one learner or forty thousand, it takes the same four statements.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from core import clock
from enrolment.models import Enrolment, IndividualDeadline
from programmes.models import Assignment, CohortDeadline

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
        return individual.due_on, INDIVIDUAL, _day(individual.set_at), _individual_sentence(individual, cohort_on)
    if referral:
        sentence = (
            f"{said(referral.resubmit_by)}, set on {said(_day(referral.marked_at))} when attempt {referral.attempt} "
            "was referred."
        )
        return referral.resubmit_by, REFERRAL, _day(referral.marked_at), sentence
    if cohort_on:
        return cohort_on, COHORT, None, f"{said(cohort_on)}, the date for your whole cohort."
    return None, NONE, None, ""


def _individual_sentence(one: Individual, cohort_on: dt.date | None) -> str:
    reason = one.reason.strip().rstrip(".")
    because = f" because {reason[:1].lower()}{reason[1:]}" if reason and not reason[1:2].isupper() else ""
    if reason and not because:
        because = f" because {reason}"
    sentence = f"{said(one.due_on)}, set for you by {one.set_by} on {said(_day(one.set_at))}{because}."
    if cohort_on and cohort_on != one.due_on:
        sentence += f" The date of your cohort is {said(cohort_on)}."
    return sentence


def _day(moment: dt.datetime) -> dt.date:
    return timezone.localdate(moment)


def effective(enrolment: Enrolment, assignment: Assignment) -> Deadline:
    """The date that holds for this learner and this assignment. For several of them, `for_enrolments`."""
    return for_enrolments([enrolment.pk]).get((enrolment.pk, assignment.pk), NO_DATE)


def for_enrolments(enrolments: QuerySet[Enrolment] | Iterable[int]) -> dict[Key, Deadline]:
    """The dates of many learners at all assignments of their qualification version, in four statements."""
    ids = enrolments.values("pk") if isinstance(enrolments, QuerySet) else list(enrolments)
    rows = list(
        Enrolment.objects.filter(pk__in=ids)
        .order_by()
        .values_list(
            "pk",
            "cohort_id",
            "registration__expires_on",
            "cohort__version__qualification__organisation__name",
        )
    )
    cohorts = _cohort_dates({cohort for _, cohort, _, _ in rows})
    individuals = _individuals(ids)
    referrals = _referrals(ids)
    found: dict[Key, Deadline] = {}
    plain: dict[tuple[int, int, dt.date | None], Deadline] = {}
    for enrolment, cohort, expires_on, organisation in rows:
        registered = Registered(expires_on, organisation) if expires_on else None
        for assignment, cohort_on in cohorts.get(cohort, ()):
            key = (enrolment, assignment)
            individual, referral = individuals.get(key), referrals.get(key)
            if individual or referral:
                found[key] = combine(
                    cohort_on=cohort_on, individual=individual, referral=referral, registered=registered
                )
                continue
            # Most learners have nothing of their own, so they share one answer with the rest of their cohort.
            shared = (cohort, assignment, expires_on)
            if shared not in plain:
                plain[shared] = combine(cohort_on=cohort_on, individual=None, referral=None, registered=registered)
            found[key] = plain[shared]
    return found


def _cohort_dates(cohorts: set[int]) -> dict[int, list[tuple[int, dt.date | None]]]:
    own = CohortDeadline.objects.filter(cohort=OuterRef("version__cohorts"), assignment=OuterRef("pk"))
    rows = (
        Assignment.objects.filter(version__cohorts__in=cohorts)
        .annotate(cohort=F("version__cohorts"), cohort_on=Subquery(own.values("due_on")[:1]))
        .order_by()
        .values_list("cohort", "pk", "cohort_on")
    )
    found: dict[int, list[tuple[int, dt.date | None]]] = {}
    for cohort, assignment, cohort_on in rows:
        found.setdefault(cohort, []).append((assignment, cohort_on))
    return found


def _individuals(ids: Any) -> dict[Key, Individual]:
    rows = (
        IndividualDeadline.objects.filter(enrolment__in=ids)
        .order_by("set_at", "pk")
        .values_list("enrolment_id", "assignment_id", "due_on", "reason", "set_at", "set_by__full_name")
    )
    return {(enrolment, assignment): Individual(*rest) for enrolment, assignment, *rest in rows}


def _referrals(ids: Any) -> dict[Key, Referral]:
    rows = (
        Enrolment.objects.filter(pk__in=ids, submissions__resubmit_by__isnull=False)
        .order_by("submissions__attempt")
        .values_list(
            "pk",
            "submissions__assignment",
            "submissions__attempt",
            "submissions__resubmit_by",
            "submissions__marked_at",
        )
    )
    return {(enrolment, assignment): Referral(*rest) for enrolment, assignment, *rest in rows}


def lateness(due_on: dt.date | None, handed_in_at: dt.datetime) -> str:
    """Whether work came in time, in one sentence. Late work is taken, and said to be late."""
    if due_on is None:
        return "No date had been set for it."
    days = (due_on - _day(handed_in_at)).days
    if days == 0:
        return "Handed in on the last day, in time."
    unit = "day" if abs(days) == 1 else "days"
    if days > 0:
        return f"Handed in {days} {unit} before the deadline."
    return f"Handed in {-days} {unit} after the deadline, so it is late. It is marked all the same."


def is_late(due_on: dt.date | None, today: dt.date | None = None) -> bool:
    """Whether the date has passed; the day itself is still in time."""
    return due_on is not None and due_on < (today or clock.today())
