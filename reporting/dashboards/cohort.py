"""A cohort's dashboard: every figure with its formula and n, the journey grid, and who needs a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from core import clock
from core.templatetags.ui import day, half_up, points
from programmes.models import Cohort
from reporting import facts as cohort_facts
from reporting import figures, journey
from reporting.facts import CohortFacts
from reporting.figures import Figure, Figures
from reporting.grid import Grid, grid


@dataclass(frozen=True)
class CohortDashboard:
    cohort: Cohort
    as_of: dt.date
    heading: str
    people: list[dict[str, Any]]
    delivery: list[dict[str, Any]]
    grid: Grid
    counts: list[tuple[str, str, int]]
    attention: list[dict[str, str]]
    deadlines: list[dict[str, Any]]
    foot: str


def build(cohort: Cohort, *, as_of: dt.date, show: str = "", can_open: bool) -> CohortDashboard:
    """Four statements. `can_open`: whether names lead to the learner's record (clients have none to open)."""
    facts = cohort_facts.load(cohort, as_of=as_of)
    computed = figures.compute(facts)
    rows = journey.rows(facts)
    record = _record()
    link = record if can_open else None
    return CohortDashboard(
        cohort=cohort,
        as_of=as_of,
        heading=_heading(computed),
        people=_people(computed, cohort),
        delivery=_delivery(computed),
        grid=grid(facts, link=link, show=show, found=rows),
        counts=[
            ("", "All", computed.started),
            ("outstanding", "Outstanding", computed.outstanding),
            ("completed", "Completed", computed.completed),
            ("withdrawn", "Withdrawn", computed.withdrawn),
        ],
        attention=_attention(facts, rows, cohort, record),
        deadlines=_deadlines(rows, as_of),
        foot=" ".join(filter(None, (_foot(computed), _provisional(facts) if can_open else ""))),
    )


def _record() -> Callable[[int], str]:
    """Makes the address of a learner's record; asked of the router once a page, not once a row."""
    prefix, _, rest = reverse("enrolment:enrolment", args=[0]).rpartition("0")
    return lambda enrolment: f"{prefix}{enrolment}{rest}"


def _heading(computed: Figures) -> str:
    if not computed.started:
        return "Nobody has started yet"
    return f"{computed.completed} of {computed.started} have completed, {computed.outstanding} are on the way"


def _share(figure: Figure) -> str:
    return str(half_up(figure.value * 100)) if figure.value is not None else "–"


def _n(figure: Figure) -> str:
    if figure.value is None:
        return "not asked"
    if figure.counts == "places":
        return f"{int(figure.value * figure.n)} of {figure.n} places"
    if figure.counts == "minutes planned":
        return f"{float(figure.value * figure.n) / 60:g} of {figure.n / 60:g} hours"
    return f"{figure.n} {figure.counts}"


def _people(computed: Figures, cohort: Cohort) -> list[dict[str, Any]]:
    own = computed.individual_deadlines
    return [
        {
            "value": computed.started,
            "word": "started",
            "n": f"{cohort.places} places bought",
            "formula": "became active",
        },
        {
            "value": computed.completed,
            "word": "completed",
            "n": f"of {computed.started}",
            "formula": "certificates claimed and confirmed",
        },
        {
            "value": computed.outstanding,
            "word": "outstanding",
            "n": f"{own} with a date of their own",
            "formula": "started − completed − withdrawn",
        },
        {
            "value": computed.withdrawn,
            "word": "withdrawn",
            "n": f"of {computed.started}",
            "formula": "withdrawn after they started",
        },
    ]


def _delivery(computed: Figures) -> list[dict[str, Any]]:
    gain = computed.knowledge_gain
    return [
        _one("attendance", computed.attendance),
        _one("attendance by hours", computed.hours_attendance),
        _one("attended or caught up", computed.covered),
        _one("overall satisfaction", computed.satisfaction_overall),
        _one("tutor satisfaction", computed.satisfaction_tutor),
        {
            "value": points(gain.value) if gain.value is not None else "–",
            "word": "knowledge gain",
            "n": f"points; {gain.n} pairs" if gain.value is not None else "not asked",
            "formula": gain.formula,
        },
    ]


def _one(word: str, figure: Figure) -> dict[str, Any]:
    unit = "%" if figure.value is not None else ""
    return {"value": _share(figure), "unit": unit, "word": word, "n": _n(figure), "formula": figure.formula}


def _attention(
    facts: CohortFacts, rows: list[journey.Row], cohort: Cohort, record: Callable[[int], str]
) -> list[dict[str, str]]:
    """Who needs a decision, and by which rule."""
    found = []
    held = [(session.title.partition(":")[0].lower(), session.places) for session in facts.held]
    late_days, margin_days = cohort.contract.late_days, cohort.contract.margin_days
    for row in rows:
        learner = row.learner
        if not learner.is_outstanding:
            continue
        url = record(learner.enrolment)
        missed = [
            title
            for title, places in held
            if (place := places.get(learner.enrolment)) and place.state == "absent" and not place.caught_up_on
        ]
        ends = learner.registration_ends
        last = max((due for due, _ in learner.deadlines.values()), default=None)
        if row.next.days_late:
            text = f"{row.next.what} was due on {day(row.next.due_on)}. Agree a new date inside the registration."
            rule = f"late; at risk from {late_days} days"
            found.append(
                _item("late", learner.name, url, f"{row.next.what.lower()}, {row.next.days_late} days late", text, rule)
            )
        elif ends and last and (ends - last).days < margin_days:
            text = f"The last deadline leaves {(ends - last).days} days before the registration ends on {day(ends)}."
            rule = f"fewer than {margin_days} days between deadline and registration end"
            found.append(_item("referred", learner.name, url, "little time to spare", text, rule))
        elif ends is None:
            found.append(
                _item(
                    "referred", learner.name, url, "not registered", "No claim can be made before.", "no registration"
                )
            )
        if missed:
            text = f"Missed {', '.join(missed)} and has not caught up."
            found.append(_item("absent", learner.name, url, "catch-up to arrange", text, "absence without a catch-up"))
    return found


def _item(state: str, title: str, url: str, hint: str, text: str, rule: str) -> dict[str, str]:
    return {"state": state, "title": title, "url": url, "hint": hint, "text": text, "rule": rule}


def _deadlines(rows: list[journey.Row], as_of: dt.date) -> list[dict[str, Any]]:
    """Outstanding learners' dates against the end of their registration."""
    found = []
    for row in rows:
        learner = row.learner
        if not learner.is_outstanding:
            continue
        last = max((due for due, _ in learner.deadlines.values()), default=None)
        ends = learner.registration_ends
        found.append(
            {
                "name": learner.name,
                "next": row.next.what,
                "due_on": row.next.due_on,
                "last_on": last,
                "own": any(own for _, own in learner.deadlines.values()),
                "ends_on": ends,
                "spare": (ends - last).days if ends and last else None,
                "late": row.next.days_late,
            }
        )
    return found


def _provisional(facts: CohortFacts) -> str:
    """For staff alone: how many outcomes no figure counts yet, because they are not released."""
    n = sum(len(one.provisional) for one in facts.learners.values())
    if not n or facts.as_of != clock.today():
        return ""
    said = (
        "1 result is signed and not released; it counts"
        if n == 1
        else f"{n} results are signed and not released; they count"
    )
    return f"{said} as with the tutor."


def _foot(computed: Figures) -> str:
    if computed.attendance.value is None:
        return ""
    return f"{_n(computed.attendance)} attended, {_n(computed.covered)} covered."
