"""The record: learner by learner, the definition of every figure, the versions. For the reader who checks."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.layout.headline import Definition, definitions
from reporting.layout.shared import ActionRow, action_row
from reporting.report import Action, LearnerLine, ProgressReport, Standing
from reporting.wording import full_day, mid, short_day

ROOM = 228.0
"""Millimetres of rows in one table."""


@dataclass(frozen=True)
class RecordRow:
    number: int
    name: str
    pathway: str
    sessions: str
    step: str
    who: str
    deadline: str
    registration: str
    is_open: bool


@dataclass(frozen=True)
class VersionRow:
    number: int
    on: str
    what: str
    by: str


@dataclass(frozen=True)
class RecordPages:
    has_pathways: bool
    tables: tuple[tuple[RecordRow, ...], ...]
    sessions_formula: str
    further_actions: tuple[ActionRow, ...]
    definitions: tuple[Definition, ...]
    versions: tuple[VersionRow, ...]


def record_pages(report: ProgressReport, *, further_actions: Sequence[Action]) -> RecordPages:
    return RecordPages(
        has_pathways=any(one.pathway for one in report.learners),
        tables=_record(report),
        sessions_formula=f"Sessions = attended + caught up since, of those expected{_kinds(report)}.",
        further_actions=tuple(action_row(one) for one in further_actions),
        definitions=definitions(report),
        versions=tuple(VersionRow(one.number, full_day(one.on), one.what_changed, one.by) for one in report.versions),
    )


def _record(report: ProgressReport) -> tuple[tuple[RecordRow, ...], ...]:
    """The rows of each table: a new one, headed again, where a page is full."""
    tables: list[list[RecordRow]] = [[]]
    used = 0.0
    for row in (_record_row(one) for one in report.learners):
        height = 6.1 + 4.02 * max(0, -(-len(row.step) // 34) - 1, -(-len(row.who) // 15) - 1)
        if used + height > ROOM:
            tables.append([])
            used = 0.0
        tables[-1].append(row)
        used += height
    return tuple(tuple(one) for one in tables)


def _record_row(one: LearnerLine) -> RecordRow:
    step, who = one.next_step or "–", one.who_acts or "–"
    if one.certificate_on:
        step, who = f"Completed {short_day(one.certificate_on)}", "–"
    elif one.withdrew_on:
        step, who = f"Withdrew {short_day(one.withdrew_on)}", "–"
    is_open = one.standing is Standing.OUTSTANDING
    sessions = (
        f"{one.attended} + {one.caught_up} of {one.places}" if one.caught_up else f"{one.attended} of {one.places}"
    )
    return RecordRow(
        one.number,
        one.name,
        one.pathway or "–",
        sessions,
        step,
        who,
        short_day(one.deadline) if is_open and one.deadline else "–",
        short_day(one.registration_ends) if is_open and one.registration_ends else "–",
        is_open,
    )


def _kinds(report: ProgressReport) -> str:
    names: Sequence[str] = [mid(one.name) for one in report.sessions]
    return f" (from {names[0]} to {names[-1]})" if len(names) > 1 else ""
