"""Small trends beside the six figures, 72 by 24 points."""

from collections.abc import Sequence
from datetime import date

from reporting.charts.drawing import ACCENT, CARE, PAPER, QUIET, dot, line, n, path, polyline, rect, scale, svg
from reporting.wording import listed

LEFT, RIGHT, TOP, BASE = 2, 68, 3, 21


def _spark(name: str, title: str, *marks: str) -> str:
    return svg(f"spark-{name}", 72, 24, title, "Small trend; the full chart is on a later page.", *marks)


def spark_steps(started: int, certificates: Sequence[date], *, since: date, as_of: date, accent: str = ACCENT) -> str:
    """Certificates over time against all who started."""
    x = scale(since.toordinal(), as_of.toordinal(), LEFT, RIGHT)
    y = scale(0, max(started, 1), BASE, TOP)
    d = f"M{LEFT} {n(y(0))}" + "".join(
        f"H{n(x(max(day, since).toordinal()))}V{n(y(i))}" for i, day in enumerate(sorted(certificates), 1)
    )
    count = len(certificates)
    latest = f", the latest on {max(certificates).day} {max(certificates):%B %Y}" if certificates else ""
    return _spark(
        "completed",
        f"Completed since {since:%B %Y}: {count} of {started}{latest}.",
        line(LEFT, TOP, RIGHT, TOP, QUIET, 0.6, "1.5 1.5"),
        line(LEFT, BASE, RIGHT, BASE, QUIET, 0.5),
        path(f"{d}H{RIGHT}", stroke=accent, width=1.5),
        dot(RIGHT, y(count), 2, accent),
    )


def spark_margins(days: Sequence[int], *, margin: int, accent: str = ACCENT) -> str:
    """Days to spare before registration ends, one bar each, against the margin wanted."""
    if not days:
        return ""
    x = scale(0, max(*days, margin * 2), LEFT, RIGHT)
    step = min(5.6, 22 / len(days))
    marks = [line(x(margin), 0, x(margin), 24, QUIET, 0.6, "1.5 1.5")]
    top = (24 - step * len(days)) / 2
    for i, left in enumerate(days):
        marks.append(
            rect(
                LEFT,
                top + step * i + step * 0.16,
                max(x(left) - LEFT, 0.4),
                step * (0.68 if len(days) <= 8 else 0.5),
                accent if left >= margin else CARE,
            )
        )
    told = listed([str(one) for one in days]) if len(days) <= 12 else f"from {min(days)} to {max(days)}"
    return _spark(
        "outstanding",
        f"Days between each deadline and the end of registration: {told}, against a rule of {margin}.",
        *marks,
    )


def spark_bars(shares: Sequence[int], *, accent: str = ACCENT) -> str:
    """Attendance by session, bars from zero."""
    if not shares:
        return ""
    y, step = scale(0, 100, BASE, TOP), min((RIGHT - LEFT) / len(shares), 16)
    marks = [line(LEFT, BASE, RIGHT, BASE, QUIET, 0.5)]
    marks += [
        rect(LEFT + step * i + step * 0.1, y(share), step * 0.7, BASE - y(share), accent)
        for i, share in enumerate(shares)
    ]
    return _spark("attendance", f"Attendance by session: {listed([str(one) for one in shares])} per cent.", *marks)


def spark_line(name: str, label: str, values: Sequence[int | None], *, accent: str = ACCENT) -> str:
    """A mean by workshop. What may not be shown leaves a gap."""
    shown = [value for value in values if value is not None]
    if len(shown) < 2:
        return ""
    x = scale(0, max(len(values) - 1, 1), 4, 66)
    middle, reach = (min(shown) + max(shown)) / 2, max(12.5, (max(shown) - min(shown)) / 2)
    y = scale(middle - reach, middle + reach, BASE, TOP)
    points = [(x(i), y(value)) for i, value in enumerate(values) if value is not None]
    told = listed([str(one) if one is not None else "withheld" for one in values])
    return _spark(
        name,
        f"{label} by workshop: {told} per cent.",
        path(polyline(points), stroke=accent, width=1.5),
        *(dot(px, py, 1.6, accent) for px, py in points),
    )


def spark_gain(before: float, after: float, *, told: tuple[str, str], accent: str = ACCENT) -> str:
    """From the mean rating before to the one after, on a scale from 0 to 1."""
    x = scale(0, 1, LEFT, RIGHT)
    return _spark(
        "gain",
        f"Mean rating before {told[0]} per cent, after {told[1]} per cent.",
        line(LEFT, 12, RIGHT, 12, QUIET, 0.5),
        line(x(before), 12, x(after), 12, accent, 1.8),
        dot(x(before), 12, 3, PAPER, accent, 1.4),
        dot(x(after), 12, 3.4, accent),
    )
