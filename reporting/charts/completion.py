"""Certificates over time as a step line, against the learners on the programme."""

from collections.abc import Sequence
from datetime import date

from reporting.charts.drawing import (
    ACCENT,
    BODY,
    INK,
    LINE,
    QUIET,
    SMALL,
    WIDE,
    ZONE,
    Scale,
    dot,
    line,
    month_start,
    months,
    n,
    next_month,
    path,
    rect,
    scale,
    svg,
    text,
)
from reporting.wording import listed

LEFT, RIGHT, TOP, BASE = 14, 430, 6, 86
TOLD = 12
"""Certificates up to which each date is said in the title."""


def completion(
    started: int,
    certificates: Sequence[date],
    withdrawals: Sequence[date],
    *,
    sessions: tuple[date, date] | None,
    as_of: date,
    accent: str = ACCENT,
) -> str:
    days = sorted(certificates)
    first = month_start(min([*(sessions or ()), *days, *withdrawals, as_of]))
    end = next_month(as_of)
    x = scale(first.toordinal(), end.toordinal(), LEFT, RIGHT)
    y = scale(0, max(started, 1), BASE, TOP)
    now = x(as_of.toordinal())
    marks = []
    if sessions:
        left, right = (x(min(day, as_of).toordinal()) for day in sessions)
        marks.append(rect(left, TOP, max(right - left, 1), BASE - TOP, ZONE))
        marks.append(text(left + 4, BASE - 5, "Sessions", SMALL, QUIET))
    for count in _ticks(started):
        marks += [
            line(LEFT, y(count), RIGHT, y(count), LINE, 0.5),
            text(LEFT - 4, y(count) + 2.8, str(count), SMALL, QUIET, "end"),
        ]
    marks += _programme(started, sorted(withdrawals), x, y, now)
    marks.append(
        path(
            f"M{LEFT} {n(y(0))}"
            + "".join(f"H{n(x(day.toordinal()))}V{n(y(i))}" for i, day in enumerate(days, 1))
            + f"H{n(now)}",
            stroke=accent,
            width=1.8,
        )
    )
    tops = {day: i for i, day in enumerate(days, 1)}
    marks += [dot(x(day.toordinal()), y(i), 2.2, accent) for day, i in tops.items()]
    marks += _dates(tops, x, y)
    marks += _ends(started - len(withdrawals), len(days), y, accent)
    for day in months(first, end, 8):
        if x(day.toordinal()) <= RIGHT - 20:
            marks += [
                line(x(day.toordinal()), BASE, x(day.toordinal()), BASE + 3, QUIET, 0.6),
                text(x(day.toordinal()), BASE + 11, f"{day:%b %Y}", SMALL, QUIET),
            ]
    told = (
        f"on {listed([f'{day.day} {day:%B %Y}' for day in days])}"
        if len(days) <= TOLD
        else f"from {days[0].day} {days[0]:%B %Y} to {days[-1].day} {days[-1]:%B %Y}"
    )
    return svg(
        "completion",
        WIDE,
        100,
        f"Certificates confirmed over time: {told if days else 'none yet'}; {len(days)} of {started} by {as_of.day} {as_of:%B %Y}.",
        f"A step line from 0 to {len(days)}; a dashed line shows learners on the programme, {started} falling to {started - len(withdrawals)}.",
        *marks,
    )


def _ticks(started: int) -> list[int]:
    step = next(s for s in (1, 2, 4, 5, 10, 20, 50, 100, 200, 500, 10_000) if started <= 3 * s)
    return list(range(0, started + 1, step))


def _programme(started: int, withdrawals: Sequence[date], x: Scale, y: Scale, now: float) -> list[str]:
    d = f"M{LEFT} {n(y(started))}"
    for i, day in enumerate(withdrawals, 1):
        d += f"H{n(x(day.toordinal()))}V{n(y(started - i))}"
    return [path(f"{d}H{n(now)}", stroke=QUIET, width=1, dash="2.5 2")]


def _dates(tops: dict[date, int], x: Scale, y: Scale) -> list[str]:
    """Dates at the steps, from the latest back, where they leave each other room."""
    marks: list[str] = []
    placed: tuple[float, float] | None = None
    for day, i in sorted(tops.items(), reverse=True):
        px, py = x(day.toordinal()) - 5, y(i) - 2.5
        if placed is not None and placed[0] - px < 25 and py - placed[1] < 8:
            continue
        if px < LEFT + 26:
            break
        marks.append(text(px, py, f"{day.day} {day:%b}", SMALL, INK, "end"))
        placed = (px, py)
    return marks


def _ends(left: int, done: int, y: Scale, accent: str) -> list[str]:
    """Both lines named at their ends, apart by a line at least."""
    if left == done:
        return [text(RIGHT + 7, y(done) + 3, f"{done} completed", BODY, accent, weight=600)]
    low, high = y(done) + 3, y(left) + 3
    if low - high < 10:
        high = low - 10
        if high < TOP:
            low, high = low + TOP - high, float(TOP)
    return [
        text(RIGHT + 7, low, f"{done} completed", BODY, accent, weight=600),
        text(RIGHT + 7, high, f"{left} on programme", BODY, QUIET),
    ]
