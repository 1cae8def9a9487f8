"""Overall and tutor satisfaction by workshop, as two lines on a scale that may start above zero and says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.charts.drawing import (
    ACCENT,
    BODY,
    INK,
    LINE,
    NARROW,
    PAPER,
    QUIET,
    SMALL,
    Scale,
    dot,
    line,
    path,
    polyline,
    scale,
    svg,
    text,
)
from reporting.wording import listed

LEFT, RIGHT, TOP, BASE = 26, 206, 12, 92


@dataclass(frozen=True)
class RatedWorkshop:
    """Whole per cents as printed; None is withheld."""

    name: str
    code: str
    overall: int | None
    tutor: int | None
    note: str
    """Under its name: "n 9", "n < 5"."""


def floor_of(workshops: Sequence[RatedWorkshop]) -> int:
    """Where the scale starts: the ten below the lowest value with room for its label."""
    values = _values(workshops)
    return max(0, (min(values) - 6) // 10 * 10) if values else 0


def satisfaction(
    workshops: Sequence[RatedWorkshop], *, pooled: tuple[int, int | None, int], accent: str = ACCENT
) -> str:
    """`pooled` is overall, tutor, n, as printed."""
    values = _values(workshops)
    if not values:
        return ""
    low, high = floor_of(workshops), min(100, -(-(max(values) + 3) // 10) * 10)
    y = scale(low, max(high, low + 10), BASE, TOP)
    inset = (RIGHT - LEFT) / len(workshops) / 2
    x = (
        scale(0, max(len(workshops) - 1, 1), LEFT + inset, RIGHT - inset)
        if len(workshops) > 1
        else (lambda _: (LEFT + RIGHT) / 2)
    )
    marks = []
    step = 10 if high - low <= 50 else 20
    for tick in range(low, max(high, low + 10) + 1, step):
        marks += [
            line(LEFT, y(tick), RIGHT, y(tick), LINE, 0.5),
            text(LEFT - 5, y(tick) + 2.7, f"{tick} %", SMALL, QUIET, "end"),
        ]
    for key, hollow in (("tutor", True), ("overall", False)):
        points = [(x(i), y(value)) for i, one in enumerate(workshops) if (value := getattr(one, key)) is not None]
        if len(points) > 1:
            marks.append(path(polyline(points), stroke=accent, width=1.4, dash="3 2" if hollow else ""))
        marks += [dot(px, py, 2.8, PAPER if hollow else accent, accent, 1.2) for px, py in points]
    crowded = len(workshops) > 4
    for i, one in enumerate(workshops):
        marks += _labels(one, x(i), y)
        marks += [
            text(x(i), BASE + 12, one.code if crowded else one.name, SMALL, INK, "middle"),
            text(x(i), BASE + 22, one.note, SMALL, QUIET, "middle"),
        ]
    marks += _names(workshops, y, accent)
    return svg(
        "satisfaction",
        NARROW,
        118,
        _told(workshops, pooled),
        f"Two lines on a scale from {low} to {high} per cent; filled marks overall, hollow marks the tutor.",
        *marks,
    )


def _values(workshops: Sequence[RatedWorkshop]) -> list[int]:
    return [value for one in workshops for value in (one.overall, one.tutor) if value is not None]


def _labels(one: RatedWorkshop, x: float, y: Scale) -> list[str]:
    """The higher value above its mark, the lower below."""
    marks = []
    over = one.overall is not None and one.tutor is not None and one.overall > one.tutor
    if one.tutor is not None:
        marks.append(text(x, y(one.tutor) + (12.5 if over else -6), str(one.tutor), BODY, INK, "middle"))
    if one.overall is not None:
        below = one.tutor is not None and not over
        marks.append(text(x, y(one.overall) + (12.5 if below else -6), str(one.overall), BODY, INK, "middle", 600))
    return marks


def _names(workshops: Sequence[RatedWorkshop], y: Scale, accent: str) -> list[str]:
    """Each line named at its end."""
    overall = next((one.overall for one in reversed(workshops) if one.overall is not None), None)
    tutor = next((one.tutor for one in reversed(workshops) if one.tutor is not None), None)
    spots = sorted(
        (y(value) + 3, name) for value, name in ((tutor, "Tutor"), (overall, "Overall")) if value is not None
    )
    if len(spots) == 2 and spots[1][0] - spots[0][0] < 11:
        middle = (spots[0][0] + spots[1][0]) / 2
        order = sorted(spots, key=lambda one: (one[0], one[1] == "Overall"))
        spots = [(middle - 5.5, order[0][1]), (middle + 5.5, order[1][1])]
    return [text(RIGHT + 4, at, name, BODY, accent, weight=600 if name == "Overall" else 400) for at, name in spots]


def _told(workshops: Sequence[RatedWorkshop], pooled: tuple[int, int | None, int]) -> str:
    overall, tutor, n = pooled
    each = {
        key: listed([str(value) if (value := getattr(one, key)) is not None else "withheld" for one in workshops])
        for key in ("overall", "tutor")
    }
    said = f"Satisfaction by workshop, per cent: overall {each['overall']}, all {overall}"
    return (
        f"{said}; tutor {each['tutor']}, all {tutor}; from {n} answers."
        if tutor is not None
        else f"{said}; from {n} answers."
    )
