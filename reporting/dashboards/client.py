"""The client contact's home: their cohorts side by side in figures, what waits for their approval, and their reports.

Only progress is read here: no essay, portfolio, feedback, answer or reason. `facts.load_many(with_work=False)` cannot
even reach them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q
from django.urls import reverse

from accounts.models import User
from core.templatetags.ui import day
from programmes.models import Cohort
from reporting import facts as cohort_facts
from reporting import figures
from reporting.dashboards.parts import Home, Section, Task, said
from reporting.figures import Figures
from reporting.models import Report


@dataclass(frozen=True)
class CohortColumn:
    code: str
    title: str
    when: str
    places: int
    url: str
    figures: Figures


def build(user: User, *, today: dt.date) -> Home:
    """Four statements: cohorts with what waits in each, two for the figures, and the reports."""
    cohorts = list(
        Cohort.objects.for_client_contact(user)
        .select_related("contract__client")
        .annotate(
            tutors_waiting=Count("appointments", filter=Q(appointments__state="proposed"), distinct=True),
            plans_waiting=Count("timetables", filter=Q(timetables__state="proposed"), distinct=True),
            plan=Max("timetables", filter=Q(timetables__state="proposed")),
        )
        .order_by("starts_on")
    )
    found = cohort_facts.load_many(cohorts, as_of=today, with_work=False)
    columns = [
        CohortColumn(
            one.code,
            one.title,
            f"from {day(one.starts_on, 'month')}",
            one.places,
            reverse("reporting:client_cohort", args=[one.code]),
            figures.compute(found[one.pk]),
        )
        for one in cohorts
    ]
    started = sum(one.figures.started for one in columns)
    done = sum(one.figures.completed for one in columns)
    way = sum(one.figures.outstanding for one in columns)
    waiting = sum(one.tutors_waiting + one.plans_waiting for one in cohorts)  # type: ignore[attr-defined] # annotated by the query
    return Home(
        role="client_contact",
        heading=f"{done} of {started} have their certificate, {way} are on the way",
        lead=f"As of {day(today)}. {said(waiting, 'thing waits', 'things wait').capitalize()} for your approval.",
        sections=[_approvals(cohorts), _reports(user)],
        extra={"columns": columns[-4:]},
    )


def _approvals(cohorts: list[Cohort]) -> Section:
    tasks = []
    for one in cohorts:
        if one.tutors_waiting:  # type: ignore[attr-defined] # annotated by the query
            tasks.append(
                Task(f"A tutor for {one}", reverse("programmes:proposals"), one.title, "referred", "to approve")
            )
        if one.plans_waiting:  # type: ignore[attr-defined] # annotated by the query
            url = reverse("workshops:timetable", args=[one.plan])  # type: ignore[attr-defined] # annotated by the query
            tasks.append(Task(f"The timetable of {one}", url, one.title, "referred", "to approve"))
    return Section("For your approval", tasks, "Nothing waits for you.", len(tasks))


def _reports(user: User) -> Section:
    reports = list(
        Report.objects.visible_to(user).filter(state="sent").select_related("cohort").order_by("-as_of", "-version")[:6]
    )
    return Section(
        "Reports",
        [
            Task(
                f"{one.cohort}, {day(one.as_of, 'plain')}",
                reverse("reporting:report_pdf", args=[one.pk]),
                f"version {one.version}, sent {day(one.sent_at)}",
                "",
                "PDF",
            )
            for one in reports
        ],
        "The first report appears here when your contract manager sends it.",
        len(reports),
    )
