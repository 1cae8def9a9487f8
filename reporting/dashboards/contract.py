"""A contract manager's home: each cohort in one line of figures, what waits for the client, and reports in hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from assignments.models import Extension
from core.templatetags.ui import day
from programmes.models import Cohort
from reporting import facts as cohort_facts
from reporting import figures, journey
from reporting.dashboards.parts import Home, Section, Task, said
from reporting.figures import Figures


@dataclass(frozen=True)
class CohortLine:
    """One cohort in one line."""

    code: str
    title: str
    client: str
    url: str
    figures: Figures
    late: int


def _count(relation: str, *states: str, **more: object) -> Count:
    conditions = {f"{relation}__state__in": states, **{f"{relation}__{name}": value for name, value in more.items()}}
    return Count(relation, filter=Q(**conditions), distinct=True)


def _extensions(**more: object) -> QuerySet[Extension, Any]:
    """How many requests for more time wait in a cohort."""
    waiting = Extension.objects.waiting().filter(enrolment__cohort=OuterRef("pk"), **more).order_by()
    return waiting.values("enrolment__cohort").annotate(n=Count("pk")).values("n")


def build(user: User, *, today: dt.date) -> Home:
    """Five statements: the cohorts with what is in hand in each, and their rows in four."""
    cohorts = list(
        Cohort.objects.filter(pk__in=Cohort.objects.visible_to(user).values("pk"))
        .select_related("contract__client")
        .annotate(
            tutors_waiting=_count("appointments", "proposed"),
            plans_waiting=_count("timetables", "proposed"),
            plans_returned=_count("timetables", "draft", round__gt=1),
            reports_open=_count("reports", "draft", "approved"),
            extensions_waiting=Coalesce(Subquery(_extensions()), 0),
            extensions_passed_on=Coalesce(Subquery(_extensions(passed_on_at__isnull=False)), 0),
        )
        .order_by("-starts_on")[:30]
    )
    found = cohort_facts.load_many(cohorts, as_of=today)
    lines = []
    for cohort in cohorts:
        facts = found[cohort.pk]
        late = sum(row.next.days_late > 0 for row in journey.rows(facts) if row.learner.is_outstanding)
        lines.append(
            CohortLine(
                cohort.code,
                cohort.title,
                str(cohort.contract.client),
                reverse("reporting:dashboard", args=[cohort.code]),
                figures.compute(facts),
                late,
            )
        )
    outstanding, late = sum(one.figures.outstanding for one in lines), sum(one.late for one in lines)
    return Home(
        role="contract_manager",
        heading=f"{said(outstanding, 'learner', 'learners').capitalize()} on the way, {late or 'none'} late",
        lead=f"{day(today)}. {said(len(lines), 'cohort', 'cohorts').capitalize()} in your contracts.",
        sections=_in_hand(cohorts),
        extra={"cohorts": lines},
    )


def _in_hand(cohorts: list[Cohort]) -> list[Section]:
    waiting, reports, extensions = [], [], []
    for one in cohorts:
        url = one.get_absolute_url()
        if one.tutors_waiting:  # type: ignore[attr-defined] # annotated by the query
            waiting.append(Task(f"A tutor for {one}", url, one.title, "in_hand", "with the client"))
        if one.plans_waiting:  # type: ignore[attr-defined] # annotated by the query
            waiting.append(Task(f"The timetable of {one}", url, one.title, "in_hand", "with the client"))
        if one.plans_returned:  # type: ignore[attr-defined] # annotated by the query
            waiting.append(Task(f"The timetable of {one}", url, one.title, "referred", "sent back"))
        if asked := one.extensions_waiting:  # type: ignore[attr-defined] # annotated by the query
            passed_on = one.extensions_passed_on  # type: ignore[attr-defined] # annotated by the query
            status = f"{passed_on} passed on to you" if passed_on else "to decide"
            label = f"{said(asked, 'request', 'requests').capitalize()} for more time, {one}"
            extensions.append(
                Task(label, f"{reverse('assignments:extensions')}?cohort={one}", one.title, "in_hand", status)
            )
        if one.reports_open:  # type: ignore[attr-defined] # annotated by the query
            reports.append(Task(f"Report on {one}", reverse("reporting:reports"), one.title, "in_hand", "not sent yet"))
    return [
        Section("With the client", waiting, "Nothing waits for the client.", len(waiting)),
        Section(
            "More time", extensions, "Nobody asks for more time.", len(extensions), reverse("assignments:extensions")
        ),
        Section("Reports in hand", reports, "No report is half written.", len(reports), reverse("reporting:reports")),
    ]
