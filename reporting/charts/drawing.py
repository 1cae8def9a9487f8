"""Marks, colours and scales. Presentation attributes only: a document's style sheet does not reach into an SVG in the PDF."""

from collections.abc import Callable
from datetime import date
from html import escape

INK, QUIET, LINE, PAPER = "#1C2430", "#566071", "#D8D3C7", "#FFFFFF"
ACCENT, DONE, HAND, CARE, ZONE = "#0E5A60", "#1E6A3B", "#1F4C8A", "#8A4F00", "#EEF0F3"
WIDE, NARROW = 510, 243
SMALL, BODY, LARGE = 7.8, 8.4, 9.6

Scale = Callable[[float], float]


def svg(name: str, width: float, height: float, title: str, desc: str, *marks: str) -> str:
    """The whole chart; its title is its alternative."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" viewBox="0 0 {n(width)} {n(height)}" '
        f'width="{n(width)}pt" height="{n(height)}pt" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(desc)}</desc>'
        + "".join(marks)
        + "</svg>"
    )


def n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = LINE, width: float = 0.75, dash: str = "") -> str:
    return (
        f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" stroke="{stroke}" stroke-width="{n(width)}"'
        + (f' stroke-dasharray="{dash}"' if dash else "")
        + "/>"
    )


def rect(x: float, y: float, w: float, h: float, fill: str = "none", stroke: str = "none", width: float = 1) -> str:
    edge = f' stroke="{stroke}" stroke-width="{n(width)}"' if stroke != "none" else ""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}" fill="{fill}"{edge}/>'


def dot(x: float, y: float, r: float, fill: str, stroke: str = "none", width: float = 1) -> str:
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}" stroke="{stroke}" stroke-width="{n(width)}"/>'


def path(d: str, fill: str = "none", stroke: str = "none", width: float = 1, dash: str = "") -> str:
    more = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{n(width)}"{more}/>'


def polyline(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)


def cross(x: float, y: float, r: float = 3, width: float = 1.2) -> str:
    """Missing and not made good."""
    return path(
        f"M{n(x - r)} {n(y - r)}L{n(x + r)} {n(y + r)}M{n(x + r)} {n(y - r)}L{n(x - r)} {n(y + r)}",
        stroke=CARE,
        width=width,
    )


def diamond(x: float, y: float, r: float = 4.2) -> str:
    return f"M{n(x)} {n(y - r)}L{n(x + r)} {n(y)}L{n(x)} {n(y + r)}L{n(x - r)} {n(y)}Z"


def text(
    x: float, y: float, words: str, size: float = BODY, fill: str = INK, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{n(x)}" y="{n(y)}" font-family="Source Sans 3" font-size="{n(size)}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
    )


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """From numbers to paper; a scale without extent puts everything at its start."""
    extent = high - low
    return lambda value: start + (end - start) * (value - low) / extent if extent else start


def months(first: date, last: date, most: int) -> list[date]:
    """First days of months from `first` to `last`, at most so many: every month, second, third, sixth or twelfth."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24) if count / s <= most), 60)
    base = first.year * 12 + first.month - 1
    days = (date((base + i) // 12, (base + i) % 12 + 1, 1) for i in range(0, count, step))
    return [day for day in days if first <= day <= last]


def month_start(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def short_name(name: str, most: int = 18) -> str:
    """A name that fits beside a row: with an initial, or cut, if it is long. The title has it in full."""
    if len(name) <= most:
        return name
    first, _, rest = name.partition(" ")
    brief = f"{first[0]}. {rest}" if rest else name
    return brief if len(brief) <= most else brief[: most - 1].rstrip() + "…"
