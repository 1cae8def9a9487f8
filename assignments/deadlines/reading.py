"""The dates of any number of learners at all their assignments, read in one statement and combined by `rule`."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

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
    combine,
    of_cohort,
)
from assignments.deadlines.wording import ADJUSTMENT, BREAK, COHORT, EXTENSION, INDIVIDUAL, REFERRAL, REGISTRATION
from enrolment.models import BreakInLearning, Enrolment, IndividualDeadline, ReasonableAdjustment
from programmes.models import Assignment

Key = tuple[int, int]
ASKED = "asked"
ALL = 0  # in place of an assignment: for every assignment of the learner


def effective(enrolment: Enrolment, assignment: Assignment) -> Deadline:
    """The date that holds for this learner and this assignment. For several of them, `for_enrolments`."""
    return for_enrolments([enrolment.pk])[enrolment.pk, assignment.pk]


class Dates(dict[Key, Deadline]):
    """By enrolment and assignment, both as numbers. A pair without any date has `NO_DATE`."""

    def __missing__(self, key: Key) -> Deadline:
        return NO_DATE


@dataclass
class Records:
    """Everything that bears on the dates asked for, by enrolment and assignment (or whatever stands for one)."""

    cohort_dates: dict[Any, dt.date] = field(default_factory=dict)
    individuals: dict[Any, Individual] = field(default_factory=dict)
    referrals: dict[Any, Referral] = field(default_factory=dict)
    extensions: dict[Any, list[Extension]] = field(default_factory=dict)
    asked: dict[Any, Asked] = field(default_factory=dict)
    adjustments: dict[Any, list[Adjustment]] = field(default_factory=dict)
    breaks: dict[int, list[Break]] = field(default_factory=dict)
    registrations: dict[int, Registered] = field(default_factory=dict)

    def take(
        self,
        kind: str,
        enrolment: int,
        assignment: Any,
        day: dt.date,
        moment: dt.datetime,
        number: int = 0,
        text: str = "",
        name: str = "",
    ) -> None:
        """One record; `assignment` is `ALL` for what holds for every one. In whatever order, the newest of its kind wins."""
        key = enrolment, assignment
        if kind == COHORT:
            self.cohort_dates[key] = day
        elif kind == REGISTRATION:
            self.registrations[enrolment] = Registered(day, name)
        elif kind == INDIVIDUAL:
            older = self.individuals.get(key)
            if older is None or older.set_at <= moment:
                self.individuals[key] = Individual(day, text, moment, name)
        elif kind == REFERRAL:
            earlier = self.referrals.get(key)
            if earlier is None or (earlier.attempt, earlier.marked_at) < (number, moment):
                self.referrals[key] = Referral(number, day, moment, text)
        elif kind == EXTENSION:
            self.extensions.setdefault(key, []).append(Extension(day, text, moment, name))
        elif kind == ASKED:
            self.asked[key] = Asked(day, moment, number)
        elif kind == ADJUSTMENT:
            self.adjustments.setdefault(key, []).append(Adjustment(number, moment, name))
        elif kind == BREAK:
            pause = Break(dt.date.fromisoformat(text), day, moment, name)
            self.breaks.setdefault(enrolment, []).append(pause)

    def deadline(self, enrolment: int, assignment: Any) -> Deadline:
        """The date that holds for the pair."""
        key = enrolment, assignment
        adjustments = [*self.adjustments.get(key, ()), *self.adjustments.get((enrolment, ALL), ())]
        breaks, individual, referral = self.breaks.get(enrolment), self.individuals.get(key), self.referrals.get(key)
        extensions, asked = self.extensions.get(key), self.asked.get(key)
        registered = self.registrations.get(enrolment)
        if not (adjustments or breaks or individual or referral or extensions or asked):
            return of_cohort(self.cohort_dates.get(key), registered)
        return combine(
            cohort_on=self.cohort_dates.get(key),
            individual=individual,
            referral=referral,
            registered=registered,
            extensions=extensions or (),
            adjustments=adjustments,
            breaks=breaks or (),
            asked=asked,
        )


def for_enrolments(enrolments: QuerySet[Enrolment] | Iterable[int]) -> Dates:
    """The dates of many learners at all their assignments, in one statement whatever their number."""
    ids = enrolments.values("pk") if isinstance(enrolments, QuerySet) else list(enrolments)
    records = Records()
    for row in _every_date(ids):
        records.take(*row)
    pairs = {*records.cohort_dates, *records.individuals, *records.referrals}
    return Dates({pair: records.deadline(*pair) for pair in pairs})


def _every_date(ids: Any) -> Iterable[tuple[str, int, int, dt.date, dt.datetime, int, str, str]]:
    """Each record as (kind, enrolment, assignment, day, moment, number, text, name), in no order."""
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
        Value(REFERRAL), "pk", "submissions__assignment", "submissions__resubmit_by", "submissions__released_at",
        "submissions__attempt", "submissions__state", nothing,
    )  # fmt: skip
    registration = learners.filter(registration__isnull=False).values_list(
        Value(REGISTRATION), "pk", Value(0), "registration__expires_on", no_moment, Value(0), nothing,
        "cohort__version__qualification__organisation__name",
    )  # fmt: skip
    extension = learners.filter(extensions__state__in=("granted", "requested")).values_list(
        Case(When(extensions__state="granted", then=Value(EXTENSION)), default=Value(ASKED)), "pk",
        "extensions__assignment", Coalesce("extensions__granted_on", "extensions__wanted_on"),
        Coalesce("extensions__decided_at", "extensions__requested_at"), "extensions__pk", "extensions__reason",
        Coalesce("extensions__decided_by__full_name", nothing),
    )  # fmt: skip
    adjustment = (
        ReasonableAdjustment.objects.in_force()
        .filter(enrolment__in=ids)
        .order_by()
        .values_list(
            Value(ADJUSTMENT), "enrolment_id", Coalesce("assignment_id", Value(ALL)), "agreed_on", "recorded_at",
            "extra_working_days", nothing, "recorded_by__full_name",
        )
    )  # fmt: skip
    pause = (
        BreakInLearning.objects.in_force()
        .filter(enrolment__in=ids)
        .order_by()
        .values_list(
            Value(BREAK), "enrolment_id", Value(ALL), "back_on", "recorded_at", "pk", Cast(F("from_on"), CharField()),
            "recorded_by__full_name",
        )
    )  # fmt: skip
    return cohort.union(individual, referral, registration, extension, adjustment, pause, all=True)
