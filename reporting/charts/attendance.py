"""Attendance as one block for each place, so that n can be counted. The columns stand over those of the table below."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.charts.drawing import (
    ACCENT,
    BODY,
    CARE,
    INK,
    LARGE,
    PAPER,
    QUIET,
    SMALL,
    WIDE,
    cross,
    line,
    n,
    path,
    rect,
    svg,
    text,
)
from reporting.wording import listed

FIRST, LAST, TOP, BASE = 108, 438, 16, 112
COUNTABLE = 20
"""Places up to which one block for each is drawn."""


@dataclass(frozen=True)
class AttendanceBar:
    name: str
    places: int
    attended: int
    part: int
    caught_up: int
    share: int
    """Attended of places, per cent as printed."""


def attendance(bars: Sequence[AttendanceBar], *, accent: str = ACCENT) -> str:
    """Filled for attended, half filled for in part, outlined for caught up since, a cross for not covered."""
    if not bars:
        return ""
    most = max(1, max(one.places for one in bars))
    unit = min(8.0, (BASE - TOP) / most)
    column = (LAST - FIRST) / len(bars)
    width = min(33.0, column * 0.6)
    draw = _blocks if most <= COUNTABLE else _stack
    marks: list[str] = []
    for i, one in enumerate(bars):
        x = FIRST + column * i + (column - width) / 2
        marks += draw(one, x, width, unit, accent)
        if one.places:
            marks.append(
                text(
                    x + width / 2,
                    BASE - unit * one.places - 4,
                    f"{one.share} %",
                    LARGE if column >= 40 else BODY,
                    INK,
                    "middle",
                    600,
                )
            )
    marks.append(line(FIRST, BASE + 0.6, LAST, BASE + 0.6, QUIET, 0.75))
    marks += _legend(bars, accent)
    told = [f"{one.name} {one.attended} of {one.places} places, {one.share} per cent" for one in bars]
    return svg(
        "attendance",
        WIDE,
        114,
        f"Attendance by session: {listed(told)}.",
        "One block for each place: filled for attended, outlined for caught up since, a cross for not covered. The numbers are in the table below.",
        *marks,
    )


def _blocks(one: AttendanceBar, x: float, width: float, unit: float, accent: str) -> list[str]:
    marks, gap = [], min(1.4, unit * 0.2)
    height = unit - gap
    for k in range(one.places):
        y = BASE - unit * (k + 1) + gap
        if k < one.attended - one.part:
            marks.append(rect(x, y, width, height, accent))
        elif k < one.attended:
            marks += [_outlined(x, y, width, height, accent), rect(x, y, width / 2, height, accent)]
        elif k < one.attended + one.caught_up:
            marks.append(_outlined(x, y, width, height, accent))
        else:
            marks.append(cross(x + width / 2, y + height / 2, min(3, height / 2)))
    return marks


def _stack(one: AttendanceBar, x: float, width: float, unit: float, accent: str) -> list[str]:
    """Too many to count: one bar from zero, in three parts."""
    marks, y = [], float(BASE)
    for count, kind in (
        (one.attended, "there"),
        (one.caught_up, "caught"),
        (one.places - one.attended - one.caught_up, "open"),
    ):
        height = unit * count
        y -= height
        if count and kind == "there":
            marks.append(rect(x, y, width, height, accent))
        elif count and kind == "caught":
            marks.append(_outlined(x, y, width, height, accent))
        elif count:
            marks += [
                rect(x + 0.4, y + 0.4, width - 0.8, max(height - 0.8, 0.4), PAPER, CARE, 0.8),
                path(f"M{n(x)} {n(y + height)}L{n(x + width)} {n(y)}", stroke=CARE, width=0.8),
            ]
    return marks


def _outlined(x: float, y: float, width: float, height: float, accent: str) -> str:
    return rect(x + 0.4, y + 0.4, width - 0.8, max(height - 0.8, 0.2), PAPER, accent, 0.8)


def _legend(bars: Sequence[AttendanceBar], accent: str) -> list[str]:
    """A key to the kinds that occur."""
    counted = max(one.places for one in bars) <= COUNTABLE
    rows: list[tuple[str, list[str]]] = []
    y = 42.0
    if any(one.attended for one in bars):
        rows.append(("Attended", [rect(0, y - 6.2, 14, 6.6, accent)]))
        y += 13
    if counted and any(one.part for one in bars):
        rows.append(("Attended in part", [_outlined(0, y - 6.2, 14, 6.6, accent), rect(0, y - 6.2, 7, 6.6, accent)]))
        y += 13
    if any(one.caught_up for one in bars):
        rows.append(("Caught up since", [_outlined(0, y - 6.2, 14, 6.6, accent)]))
        y += 13
    if any(one.places > one.attended + one.caught_up for one in bars):
        rows.append(
            (
                "Not covered",
                [cross(7, y - 2.9)]
                if counted
                else [
                    rect(0.4, y - 5.8, 13.2, 5.8, PAPER, CARE, 0.8),
                    path(f"M0 {n(y + 0.4)}L14 {n(y - 6.2)}", stroke=CARE, width=0.8),
                ],
            )
        )
    marks = []
    for i, (words, drawing) in enumerate(rows):
        marks += [*drawing, text(20, 42 + 13 * i, words, SMALL, QUIET)]
    return marks
