"""The journey grid for the screen: rows of `journey` as ready cells, so that two hundred learners cost little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.utils.safestring import SafeString

from core.templatetags.ui import SIGNS, cell_html, day, distance
from reporting.facts import CohortFacts
from reporting.journey import Column, Row, columns, rows
from reporting.wording import head_day

PHASES = {"joining": "Joining", "sessions": "Sessions", "assignments": "Assignments", "award": "Award"}


@dataclass(frozen=True)
class GridRow:
    name: str
    hint: str
    url: str
    cells_html: SafeString
    next: str
    next_late: bool
    withdrawn: bool


@dataclass(frozen=True)
class GridStage:
    key: str
    label: str
    sub: str
    first: bool


@dataclass(frozen=True)
class GridGroup:
    label: str
    rows: list[GridRow]


@dataclass(frozen=True)
class Grid:
    phases: list[tuple[str, int]]
    stages: list[GridStage]
    groups: list[GridGroup]

    @property
    def size(self) -> int:
        return sum(len(one.rows) for one in self.groups)


def grid(
    facts: CohortFacts, *, link: Callable[[int], str] | None, show: str = "", found: Sequence[Row] | None = None
) -> Grid:
    """The grid of a cohort. `link` makes the address of a learner's page; None for those who have none to open.

    `show` is outstanding, completed or withdrawn; empty for all.
    """
    stages = columns(facts)
    spans = [(PHASES[phase], len(list(group))) for phase, group in groupby(stages, key=lambda one: one.phase)]
    heads = [
        GridStage(one.key, one.label, head_day(one.on) if one.on else "", _is_first(stages, i))
        for i, one in enumerate(stages)
    ]
    named = tuple((one.name, head.first) for one, head in zip(stages, heads, strict=True))
    groups = []
    for standing, members in groupby(found if found is not None else rows(facts), key=_standing):
        if show and show != standing:
            continue
        drawn = [_row(row, named, link, facts.as_of) for row in members]
        groups.append(GridGroup(f"{standing.capitalize()}, {len(drawn)}", drawn))
    return Grid(spans, heads, groups)


def _is_first(stages: Sequence[Column], i: int) -> bool:
    return i == 0 or stages[i - 1].phase != stages[i].phase


def _standing(row: Row) -> str:
    return "outstanding" if row.learner.is_outstanding else "completed" if row.learner.is_completed else "withdrawn"


def _row(row: Row, named: tuple[tuple[str, bool], ...], link: Callable[[int], str] | None, as_of: dt.date) -> GridRow:
    learner = row.learner
    cells = "".join([_cell(*cell, *head) for cell, head in zip(row.cells, named, strict=True)])
    return GridRow(
        name=learner.name,
        hint=learner.pathway,
        url=link(learner.enrolment) if link else "",
        cells_html=SafeString(cells),
        next=next_said(row, as_of),
        next_late=row.next.days_late > 0,
        withdrawn=learner.is_withdrawn,
    )


@lru_cache(maxsize=4096)
def _cell(state: str, note: str, name: str, first: bool) -> str:  # noqa: FBT001 - a key of the cache
    title = f"{name}: {SIGNS[state][2]}{f', {note}' if note else ''}"
    return cell_html(state, "", title, first=first)


def next_said(row: Row, as_of: dt.date) -> str:
    """What happens next, with its date and how far away it is."""
    step = row.next
    return step.what if step.due_on is None else _due(step.what, step.due_on, as_of)


@lru_cache(maxsize=512)
def _due(what: str, due_on: dt.date, as_of: dt.date) -> str:
    return f"{what} due {day(due_on, 'short')}, {distance(due_on, as_of)}"
