"""The journey grid laid out: columns that fit the page, rows in their groups, and a new table where a page is full."""

from dataclasses import dataclass
from itertools import groupby

from reporting.layout.journey_words import short_ending
from reporting.report import LearnerLine, Phase, ProgressReport, Stage, StageState, Standing
from reporting.wording import mid

WIDTH, NAME, END, VERIFIED = 180.0, 31.0, 26.8, 10.4
WORDED, QUIET_COLUMN, JOINING, LONG = 19.2, 9.4, 9.0, 12.2
COMFORTABLE = 8.2
"""Millimetres a session's column needs for its day on one line."""
SMALLEST = 5.4
"""Under this the assignments give up their words."""
HEAD, HEAD_AGAIN, ROW, GROUP, LEGEND = 41.0, 22.0, 6.3, 6.8, 17.6
UNITS = 30
"""Rows and group headings in one table."""

ALT = {
    StageState.NOT_YET: "Not yet",
    StageState.IN_HAND: "In hand",
    StageState.DONE: "Done",
    StageState.ABSENT: "Absent",
    StageState.CAUGHT_UP: "Caught up",
    StageState.WITH_TUTOR: "With the tutor",
    StageState.REFERRED: "Referred",
    StageState.LATE: "Late",
    StageState.WITHDRAWN: "Withdrawn",
    StageState.NOT_APPLICABLE: "Not applicable",
}
SAID = {
    StageState.IN_HAND: "In hand",
    StageState.WITH_TUTOR: "With tutor",
    StageState.REFERRED: "Referred",
    StageState.LATE: "Late",
}
"""Routine is quiet; the exception carries a word."""
LEGEND_WORDS = {
    StageState.DONE: "Done",
    StageState.CAUGHT_UP: "Absent, caught up since",
    StageState.ABSENT: "Absent, not caught up",
    StageState.IN_HAND: "In hand",
    StageState.WITH_TUTOR: "With the tutor",
    StageState.REFERRED: "Referred, hand in again",
    StageState.LATE: "Late",
    StageState.NOT_YET: "Not yet",
    StageState.WITHDRAWN: "Withdrawn",
    StageState.NOT_APPLICABLE: "Not applicable",
}
GROUPS = {
    Standing.OUTSTANDING: "Outstanding, nearest deadline first",
    Standing.COMPLETED: "Completed, in order of certificate",
    Standing.WITHDRAWN: "Withdrawn",
}


@dataclass(frozen=True)
class Column:
    css: str
    lines: tuple[str, ...]
    day: tuple[str, ...]
    alignment: str


@dataclass(frozen=True)
class Band:
    """One phase over its columns."""

    label: str
    columns: int


@dataclass(frozen=True)
class Cell:
    """A symbol by its file and alternative, or a word on its symbol."""

    symbol: str
    alt: str
    word: str = ""


@dataclass(frozen=True)
class GridRow:
    number: int
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    heading: str
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class LegendEntry:
    css: str
    words: str


@dataclass(frozen=True)
class Grid:
    caption: str
    bands: tuple[Band, ...]
    columns: tuple[Column, ...]
    width: int
    """Columns with the name."""
    tables: tuple[tuple[Group, ...], ...]
    legend: tuple[LegendEntry, ...]
    last_height: float
    """Millimetres used on the page of the last table, legend included."""


def journey_grid(report: ProgressReport) -> Grid:
    worded, tight = _measures(report.stages)
    tables = _tables(report, worded=worded)
    last = tables[-1] if tables else ()
    used = (HEAD if len(tables) < 2 else HEAD_AGAIN) + sum(GROUP + ROW * len(one.rows) for one in last)
    return Grid(
        caption=_caption(report, tight=tight),
        bands=_bands(report.stages),
        columns=tuple(
            _column(stage, worded=worded, tight=tight, last=i == len(report.stages) - 1)
            for i, stage in enumerate(report.stages)
        ),
        width=len(report.stages) + 1,
        tables=tables,
        legend=_legend(report),
        last_height=used + LEGEND,
    )


def _measures(stages: tuple[Stage, ...]) -> tuple[bool, bool]:
    """Whether the assignments have words, and whether the sessions must close up."""
    sessions = [one for one in stages if one.phase is Phase.SESSIONS or one.day]
    works = sum(one.phase is Phase.ASSIGNMENTS for one in stages)
    others = sum(one.phase is Phase.JOINING and not one.day for one in stages)
    awards = sum(one.phase is Phase.AWARD for one in stages) - 1
    left = WIDTH - NAME - END - VERIFIED * awards - JOINING * others
    count = max(1, len(sessions))
    each = (left - WORDED * works) / count
    if each >= SMALLEST:
        return True, each < COMFORTABLE
    return False, (left - QUIET_COLUMN * works) / count < COMFORTABLE


def _bands(stages: tuple[Stage, ...]) -> tuple[Band, ...]:
    groups = [(phase, list(members)) for phase, members in groupby(stages, key=lambda one: one.phase)]
    return tuple(Band(_band(phase, members), len(members)) for phase, members in groups)


def _band(phase: Phase, stages: list[Stage]) -> str:
    if phase is Phase.SESSIONS:
        years = sorted({one.day.year for one in stages if one.day})
        when = "" if not years else f", {years[0]}" if len(years) == 1 else f", {years[0]} to {years[-1]}"
        return f"Workshops{when}" if len(stages) > 2 else "Workshops"
    return {Phase.JOINING: "Joining", Phase.ASSIGNMENTS: "Assignments", Phase.AWARD: "Award"}[phase]


def _column(stage: Stage, *, worded: bool, tight: bool, last: bool) -> Column:
    day = (str(stage.day.day), f"{stage.day:%b}") if stage.day else ()
    if last:
        return Column("g-end", (stage.label,), (), "end")
    if stage.phase is Phase.ASSIGNMENTS:
        return Column("g-work" if worded else "g-quiet", (stage.label,), (), "w" if worded else "")
    if stage.phase is Phase.AWARD:
        return Column("g-award", (stage.label,), (), "")
    if stage.day and tight:
        return Column("g-session", (stage.code or stage.label[:3],), day, "")
    joined = (" ".join(day),) if day else ()
    if stage.phase is Phase.JOINING and not stage.day:
        return Column("g-joining", tuple(stage.label.split(" ", 1)), (), "")
    if len(stage.label) > 6 and stage.phase is Phase.JOINING:
        return Column("g-long", (stage.label,), joined, "")
    return Column("g-session", (stage.label if len(stage.label) <= 6 else stage.code or stage.label[:6],), joined, "")


def _tables(report: ProgressReport, *, worded: bool) -> tuple[tuple[Group, ...], ...]:
    tables: list[list[Group]] = [[]]
    free = UNITS
    for standing, heading in GROUPS.items():
        people, again = list(report.of(standing)), False
        while people:
            if free < 3:
                tables.append([])
                free = UNITS
            taken, people = people[: free - 1], people[free - 1 :]
            rows = tuple(_row(one, report, worded=worded) for one in taken)
            tables[-1].append(Group(f"{heading}, continued" if again else heading, rows))
            free -= len(taken) + 1
            again = True
    return tuple(tuple(one) for one in tables if one)


def _row(one: LearnerLine, report: ProgressReport, *, worded: bool) -> GridRow:
    cells = []
    for stage, state in zip(report.stages[:-1], one.states[:-1], strict=True):
        if stage.phase is not Phase.ASSIGNMENTS or not worded or state is StageState.WITHDRAWN:
            cells.append(Cell(state.value, ALT[state]))
        elif state in SAID:
            cells.append(Cell(state.value, "", SAID[state]))
        else:
            cells.append(Cell(f"{state.value}-left", ALT[state]))
    last = one.states[-1]
    if one.standing is Standing.OUTSTANDING and (one.deadline is None or one.deadline < report.as_of):
        last = StageState.LATE if one.deadline else last
    cells.append(Cell(last.value, "", short_ending(one, report.as_of)))
    return GridRow(one.number, one.name, tuple(cells))


def _legend(report: ProgressReport) -> tuple[LegendEntry, ...]:
    """A key to the usual symbols, and to the unusual where they occur."""
    found = {state for one in report.learners for state in one.states}
    late = any(one.deadline and one.deadline < report.as_of for one in report.outstanding)
    entries = []
    for state, words in LEGEND_WORDS.items():
        if state is StageState.LATE and state not in found and not late:
            words = "Late: none this month"
        if state is StageState.NOT_APPLICABLE and state not in found:
            continue
        entries.append(LegendEntry(state.value, words))
    return tuple(entries)


def _caption(report: ProgressReport, *, tight: bool) -> str:
    words = f"The journey of each learner at {report.as_of.day} {report.as_of:%B %Y}, from left to right."
    labels = {one.label for one in report.stages}
    if "Skills check" in labels:
        words += " Skills check: the questionnaire before the start."
    if "Verified" in labels:
        words += " Verified: internal verification (IQA)."
    if tight:
        named = [
            f"{one.code} {mid(one.name or one.label)}"
            for one in report.stages
            if one.day and one.code and not one.code[1:].isdigit()
        ]
        words += f" {', '.join(named)}." if named else ""
    return words
