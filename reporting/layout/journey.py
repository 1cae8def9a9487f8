"""The journey: the grid, then the deadlines and the certificates, on the same page while they fit."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from reporting import charts
from reporting.charts.deadlines import height
from reporting.layout import journey_words
from reporting.layout.grid import Grid, journey_grid
from reporting.layout.shared import drawn
from reporting.report import ProgressReport

PAGE = 257.0
"""Millimetres a page holds."""
POINT = 25.4 / 72
DEADLINES_A_CHART = 28


@dataclass(frozen=True)
class JourneyPages:
    heading: str
    changes: str
    grid: Grid
    charts_apart: bool
    """The charts stand on a page of their own."""
    deadlines_heading: str
    deadlines: tuple[SafeString, ...]
    proposes: bool
    completion_heading: str
    completion: SafeString


def journey_pages(report: ProgressReport) -> JourneyPages:
    grid = journey_grid(report)
    return JourneyPages(
        heading=journey_words.heading(report),
        changes=journey_words.changes(report),
        grid=grid,
        charts_apart=grid.last_height + _charts_height(report) > PAGE,
        deadlines_heading=journey_words.deadlines_heading(report),
        deadlines=_deadlines(report),
        proposes=any(one.proposed_deadline for one in report.outstanding),
        completion_heading=journey_words.completion_heading(report),
        completion=_completion(report),
    )


def _charts_height(report: ProgressReport) -> float:
    """Millimetres of both charts with their headings."""
    rows = len(report.outstanding)
    return (17.2 + height(rows) * POINT + 6 if rows else 0) + (42.5 if report.completed else 14)


def _deadlines(report: ProgressReport) -> tuple[SafeString, ...]:
    rows = [
        charts.DeadlineRow(one.number, one.name, one.deadline, one.registration_ends, one.proposed_deadline)
        for one in report.outstanding
    ]
    parts = [rows[i : i + DEADLINES_A_CHART] for i in range(0, len(rows), DEADLINES_A_CHART)]
    margin, accent = report.status.margin_days, report.accent
    return tuple(drawn(charts.deadlines(part, as_of=report.as_of, margin=margin, accent=accent)) for part in parts)


def _completion(report: ProgressReport) -> SafeString:
    days = [one.certificate_on for one in report.completed if one.certificate_on]
    if not days:
        return drawn("")
    gone = [one.withdrew_on for one in report.withdrawn if one.withdrew_on]
    held = [one.held_on for one in report.sessions]
    sessions = (min(held), max(held)) if held else None
    return drawn(
        charts.completion(report.started, days, gone, sessions=sessions, as_of=report.as_of, accent=report.accent)
    )
