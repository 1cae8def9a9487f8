"""Deadlines against the end of registration, one line for each learner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reporting.charts.drawing import (
    ACCENT,
    BODY,
    CARE,
    INK,
    LINE,
    PAPER,
    QUIET,
    SMALL,
    WIDE,
    ZONE,
    Scale,
    diamond,
    line,
    month_start,
    months,
    next_month,
    path,
    rect,
    scale,
    short_name,
    svg,
    text,
)

LEFT, RIGHT, TOP = 94, 505, 24
MONTH_LABELS = 15


@dataclass(frozen=True)
class DeadlineRow:
    number: int
    name: str
    deadline: date | None
    registration_ends: date | None
    proposed: date | None = None

    @property
    def spare(self) -> int | None:
        return (self.registration_ends - self.deadline).days if self.deadline and self.registration_ends else None


def row_height(count: int) -> float:
    return 19.5 if count <= 8 else 15.5


def height(count: int) -> float:
    """Of the chart with so many rows, in points."""
    return TOP + row_height(count) * count


def deadlines(rows: Sequence[DeadlineRow], *, as_of: date, margin: int, accent: str = ACCENT) -> str:
    """Diamond for the deadline, thick for the days to spare, bar for the end, grey for the days wanted, hollow for a date proposed."""
    if not rows:
        return ""
    days = [day for one in rows for day in (one.deadline, one.registration_ends, one.proposed) if day]
    start = month_start(min([as_of + timedelta(days=1), *days]))
    end = next_month(max([as_of + timedelta(days=60), *days]))
    span = scale(start.toordinal(), end.toordinal(), LEFT, RIGHT)
    bottom, step = height(len(rows)), row_height(len(rows))
    marks = _months(start, end, span, bottom)
    if any(day <= as_of for day in days):
        marks.append(line(span(as_of.toordinal()), TOP - 6, span(as_of.toordinal()), bottom - 4, QUIET, 0.9, "1.5 1.5"))
    for i, one in enumerate(rows):
        y = TOP + 6 + i * step - (0 if step > 16 else 1)
        marks += [
            text(0, y + 3, str(one.number), BODY, QUIET),
            text(11, y + 3, short_name(one.name), BODY, INK, weight=600),
        ]
        marks += _row(one, y, span, margin, accent)
    return svg(
        "deadlines",
        WIDE,
        bottom,
        "Deadlines against the end of registration. " + "; ".join(_told(one, margin) for one in rows) + ".",
        f"One line per learner from {start:%B %Y}: a diamond is the deadline, a bar the end of registration, the grey block the last {margin} days.",
        *marks,
    )


def _months(start: date, end: date, span: Scale, bottom: float) -> list[str]:
    marks, year = [], 0
    for day in months(start, end, MONTH_LABELS):
        x = span(day.toordinal())
        marks.append(line(x, TOP - 6, x, bottom - 4, LINE, 0.5))
        if x > RIGHT - 14:
            continue
        marks.append(text(x + 2, TOP - 9, f"{day:%b}", SMALL, QUIET))
        if day.year != year:
            marks.append(text(x + 2, TOP - 18, f"{day:%Y}", SMALL, INK, weight=600))
            year = day.year
    return marks


def _row(one: DeadlineRow, y: float, span: Scale, margin: int, accent: str) -> list[str]:
    marks: list[str] = []
    last = span(one.registration_ends.toordinal()) if one.registration_ends else float(RIGHT)
    if one.registration_ends:
        rule = max(LEFT, span((one.registration_ends - timedelta(days=margin)).toordinal()))
        marks.append(rect(rule, y - 5.5, max(last - rule, 0), 11, ZONE))
    marks.append(line(LEFT, y, last, y, QUIET, 0.75))
    if one.deadline is None:
        end = [line(last, y - 6.5, last, y + 6.5, INK, 1.6)] if one.registration_ends else []
        return [*marks, *end, text(LEFT + 4, y - 3.4, "no deadline", SMALL, CARE, weight=600)]
    spare, x = one.spare, span(one.deadline.toordinal())
    care = spare is None or spare < margin
    colour = CARE if care else accent
    if one.registration_ends:
        marks += [line(x, y, last, y, colour, 2), line(last, y - 6.5, last, y + 6.5, INK, 1.6)]
    words = f"{one.deadline.day} {one.deadline:%b}, " + (
        "not registered"
        if spare is None
        else f"{spare} {'day' if spare == 1 else 'days'}"
        if spare >= 0
        else f"{-spare} past"
    )
    if one.proposed:
        marks += _proposed(one, one.proposed, y, span)
    marks.append(path(diamond(x, y), colour))
    room = RIGHT - x > 80
    marks.append(
        text(
            x + 7 if room else x - 7,
            y - 3.4,
            words,
            SMALL,
            colour if care else INK,
            "start" if room else "end",
            600 if care else 400,
        )
    )
    return marks


def _proposed(one: DeadlineRow, day: date, y: float, span: Scale) -> list[str]:
    x, left = span(day.toordinal()), (one.registration_ends - day).days if one.registration_ends else None
    words = f"{day.day} {day:%b} proposed" + (f", {left} days" if left is not None else "")
    if x - 100 < LEFT:
        return [path(diamond(x, y), PAPER, CARE, 1.1)]
    return [path(diamond(x, y), PAPER, CARE, 1.1), text(x - 7, y - 3.4, words, SMALL, CARE, "end")]


def _told(one: DeadlineRow, margin: int) -> str:
    if one.deadline is None:
        return f"{one.name} has no deadline"
    said = f"{one.name} {one.deadline.day} {one.deadline:%B %Y}"
    if one.spare is None:
        return f"{said}, not registered yet"
    said += f", {one.spare} days to spare" if one.spare >= 0 else f", {-one.spare} days past registration"
    if 0 <= one.spare < margin:
        said += f", under the {margin} days wanted"
    return f"{said}, {one.proposed.day} {one.proposed:%B %Y} is proposed" if one.proposed else said
