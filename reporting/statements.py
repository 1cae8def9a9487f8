"""The statements behind `facts`: plain rows. A fact after the day is left out here where it can be, else there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import DateField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast

from assignments import deadlines
from assignments.models import Extension
from assignments.states import ExtensionState
from enrolment.models import BreakInLearning, Enrolment, IndividualDeadline, ReasonableAdjustment
from programmes.models import CohortDeadline
from reporting.prepared import Prepared
from verification.models.spared import SparedSince
from workshops.models import Place, Session
from workshops.states import PlaceState, SessionState


def _of_learners(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    return (
        Enrolment.objects.filter(cohort__in=cohorts, **({"pk": only} if only else {}))
        .annotate(claim=FilteredRelation("claims", condition=Q(claims__kind="whole") & ~Q(claims__state="rejected")))
        .order_by("learner__full_name", "pk", "claim__claimed_at")
        .values_list(
            "cohort",
            "pk",
            "learner__full_name",
            "pathway",
            "state",
            "application__sent_at",
            "questionnaire__sent_at",
            "activated_at",
            "withdrawn_at",
            "registration__registered_on",
            "registration__expires_on",
            "claim__claimed_at",
            "claim__closed_at",
            "claim__state",
            "claim__revoked_at",
        )
    )


def _of_sessions(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    sessions: Any = Session.objects.filter(cohort__in=cohorts).counted().order_by()
    nothing = Value(None, output_field=DateField())
    columns = ("cohort", "pk", "kind", "number", "title", "starts_at", "minutes", "state", "due_on", "from_on")
    no_day = Cast(Value(None), DateField())
    found: QuerySet[Any, Any] = sessions.annotate(due_on=nothing, from_on=no_day).values_list(*columns)
    return found


def _of_plan(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    """Sessions, and under them what bears on dates: the cohort's without an enrolment, the others each with its own.

    `title` says what a record of the learner is, and `at` when it was made. Only what was known before the moment is in.
    """
    none = Value(None, output_field=DateField())
    blank = {"number": none, "from_on": none, "minutes": none, "state": none}
    everyone: Any = CohortDeadline.objects.filter(cohort__in=cohorts).order_by()
    everyone = everyone.annotate(kind=F("assignment__kind"), of=none, title=none, at=none, **blank)
    columns = ("kind", "number", "title", "at", "minutes", "state", "due_on", "from_on")
    return _of_sessions(cohorts, only, before).union(
        *(rows.values_list("of_cohort", "enrolment", *columns) for rows in _of_records(cohorts, before, blank)),
        everyone.values_list("cohort", "of", *columns),
        all=True,
    )


def _of_records(cohorts: Sequence[int], before: dt.datetime, blank: dict[str, Any]) -> Iterator[Any]:
    """The records that bear on the dates of one learner each, a statement for each kind, with the columns of the plan."""

    def made(rows: Any, what: str, **columns: Any) -> Any:
        given = {"of_cohort": F("enrolment__cohort"), "kind": F("assignment__kind"), **blank, **columns}
        own = {field.name for field in rows.model._meta.concrete_fields}
        given = {name: value for name, value in given.items() if name not in own}
        return rows.filter(enrolment__cohort__in=cohorts).order_by().annotate(title=Value(what), **given)

    dates = IndividualDeadline.objects.filter(set_at__lt=before)
    yield made(dates, deadlines.INDIVIDUAL, at=F("set_at"))
    granted = Extension.objects.filter(state=ExtensionState.GRANTED, decided_at__lt=before)
    yield made(granted, deadlines.EXTENSION, at=F("decided_at"), due_on=F("granted_on"))
    more = ReasonableAdjustment.objects.filter(recorded_at__lt=before).exclude(ended_at__lt=before)
    days = F("extra_working_days")
    yield made(more, deadlines.ADJUSTMENT, at=F("recorded_at"), due_on=F("agreed_on"), number=days)
    away = BreakInLearning.objects.filter(recorded_at__lt=before).exclude(superseded_at__lt=before)
    yield made(away, deadlines.BREAK, at=F("recorded_at"), due_on=F("back_on"), kind=blank["from_on"])


def _of_places(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    return (
        Place.objects.filter(session__cohort__in=cohorts, **({"enrolment": only} if only else {}))
        .exclude(session__state=SessionState.CANCELLED)
        .exclude(state=PlaceState.BOOKED)
        .annotate(made_up=FilteredRelation("catch_up", condition=Q(catch_up__signed_off_at__lt=before)))
        .annotate(said=FilteredRelation("feedback", condition=Q(feedback__given_at__lt=before)))
        .order_by()
        .values_list(
            "session",
            "enrolment",
            "state",
            "minutes",
            "made_up__signed_off_at",
            "said",
            "said__overall",
            "said__tutor",
            "said__knowledge_before",
            "said__knowledge_after",
        )
    )


def _of_work(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    mine = Enrolment.objects.filter(
        cohort__in=cohorts, submissions__begun_at__lt=before, **({"pk": only} if only else {})
    )
    ordered = mine.order_by("submissions__attempt", "submissions__pk", "submissions__samples__round")
    return ordered.annotate(spared_at=SparedSince()).values_list(
        "pk",
        "submissions__assignment__kind",
        "submissions",
        "submissions__attempt",
        "submissions__state",
        "submissions__counted_at",
        "submissions__released_at",
        "submissions__resubmit_by",
        "submissions__samples__state",
        "submissions__samples__selected_at",
        "submissions__samples__decided_at",
        "spared_at",
    )


LEARNERS, SESSIONS, PLAN = Prepared(_of_learners), Prepared(_of_sessions), Prepared(_of_plan)
PLACES, WORK = Prepared(_of_places), Prepared(_of_work)
