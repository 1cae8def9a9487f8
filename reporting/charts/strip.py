"""One mark for each learner who started: the one picture a director takes away."""

from reporting.charts.drawing import DONE, HAND, INK, PAPER, QUIET, WIDE, dot, line, n, path, rect, svg

COLUMNS = (8.5, 184.2, 360)
SIZES = ((7, 22.0, 8.0), (13, 12.0, 5.2), (19, 8.2, 3.5))
"""Marks to a row, their distance and radius."""
MOST = 3 * SIZES[-1][0]


def strip(completed: int, outstanding: int, withdrawn: int, *, title: str) -> str:
    """On the three columns of page 1. Beyond what can be counted at a glance it becomes one bar."""
    most = max(completed, outstanding, withdrawn)
    if most > MOST:
        return _bar(completed, outstanding, withdrawn, title)
    row, step, radius = next((size for i, size in enumerate(SIZES) if most <= size[0] * (i + 1)), SIZES[-1])
    marks: list[str] = []
    for column, count, draw in zip(COLUMNS, (completed, outstanding, withdrawn), (_done, _open, _gone), strict=True):
        for i in range(count):
            marks += draw(column - 8.5 + radius + 0.6 + step * (i % row), radius + 1 + step * (i // row), radius)
    rows = max(1, -(-most // row))
    return svg(
        "strip",
        WIDE,
        2 * radius + 2 + step * (rows - 1),
        title,
        "Filled discs for completed, half-filled rings for outstanding, rings struck through for withdrawn.",
        *marks,
    )


def _done(x: float, y: float, r: float) -> list[str]:
    return [dot(x, y, r, DONE)]


def _open(x: float, y: float, r: float) -> list[str]:
    half = r - 0.6
    return [
        dot(x, y, half, PAPER, HAND, 1.3 if r > 6 else 0.9),
        path(f"M{n(x)} {n(y - half)}A{n(half)} {n(half)} 0 0 0 {n(x)} {n(y + half)}Z", HAND),
    ]


def _gone(x: float, y: float, r: float) -> list[str]:
    return [
        dot(x, y, r - 0.6, PAPER, QUIET, 1.3 if r > 6 else 0.9),
        line(x - r - 0.5, y, x + r + 0.5, y, INK, 1.6 if r > 6 else 1.1),
    ]


def _bar(completed: int, outstanding: int, withdrawn: int, title: str) -> str:
    whole, x, marks = completed + outstanding + withdrawn, 0.0, []
    for count, fill in ((completed, DONE), (outstanding, HAND), (withdrawn, QUIET)):
        width = WIDE * count / whole
        if count:
            marks.append(rect(x, 2, max(width - 1, 0.5), 14, fill))
        x += width
    return svg("strip", WIDE, 18, title, "One bar in three parts, in proportion.", *marks)
