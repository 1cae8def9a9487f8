"""Knowledge before and after: a hollow mark, a filled mark, and the gain at the end of the row."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.charts.drawing import ACCENT, BODY, INK, LINE, NARROW, PAPER, QUIET, SMALL, dot, line, scale, svg, text
from reporting.wording import listed

LEFT, RIGHT, TOP = 84, 200, 20


@dataclass(frozen=True)
class KnowledgeRow:
    """One workshop, or all of them: positions between 0 and 100, and the three numbers as printed."""

    label: str
    note: str
    """"n 9", or in place of the marks "fewer than 5 answers"."""
    before: float | None = None
    after: float | None = None
    printed: tuple[str, str, str] = ("", "", "")


def row_step(count: int) -> float:
    return 17.0 if count <= 6 else 13.5


def knowledge(rows: Sequence[KnowledgeRow], *, accent: str = ACCENT) -> str:
    """The last row is all workshops together."""
    drawn = [one for one in rows if one.before is not None and one.after is not None]
    if not drawn:
        return ""
    x = scale(0, 100, LEFT, RIGHT)
    step = row_step(len(rows))
    bottom = TOP + step * len(rows)
    marks = []
    for tick in (0, 50, 100):
        marks += [
            line(x(tick), TOP - 6, x(tick), bottom - 2, LINE, 0.5),
            text(x(tick), bottom + 8, f"{tick} %", SMALL, QUIET, "middle"),
        ]
    marks += [
        text(NARROW, 9, "Gain, points", SMALL, QUIET, "end"),
        *_heads(*(x(v) for v in (drawn[0].before, drawn[0].after) if v is not None)),
    ]
    for i, one in enumerate(rows):
        last = i == len(rows) - 1
        y = TOP + 4 + i * step + (2 if last else 0)
        marks.append(text(0, y + 3, one.label, BODY, INK, weight=600 if last else 400))
        if one.before is None or one.after is None:
            marks.append(text(NARROW, y + 3, one.note, SMALL, QUIET, "end"))
            continue
        marks.append(text(76, y + 3, one.note, SMALL, QUIET, "end"))
        marks += _marks(one, y, x(one.before), x(one.after), accent)
    return svg(
        "knowledge",
        NARROW,
        bottom + 12,
        _told(rows),
        "One row per workshop on a scale of 0 to 100 per cent; hollow mark before, filled mark after.",
        *marks,
    )


def _heads(low: float, high: float) -> list[str]:
    """Before and after, over the marks of the first row drawn, kept apart and clear of the gain."""

    if abs(high - low) < 30:
        middle = (low + high) / 2
        low, high = (middle - 15, middle + 15) if high >= low else (middle + 15, middle - 15)
    shift = max(0.0, max(low, high) - (NARROW - 60))
    return [
        text(low - shift, 9, "Before", SMALL, QUIET, "middle"),
        text(high - shift, 9, "After", SMALL, QUIET, "middle"),
    ]


def _marks(one: KnowledgeRow, y: float, low: float, high: float, accent: str) -> list[str]:
    before, after, gain = one.printed
    rising = high >= low
    return [
        line(low, y, high, y, accent, 1.8),
        dot(low, y, 2.8, PAPER, accent, 1.2),
        dot(high, y, 2.8, accent, accent, 1.2),
        text(low + (-6 if rising else 6), y + 3, before, BODY, QUIET, "end" if rising else "start"),
        text(high + (6 if rising else -6), y + 3, after, BODY, QUIET, "start" if rising else "end"),
        text(NARROW, y + 3, gain, BODY, INK, "end", 600),
    ]


def _told(rows: Sequence[KnowledgeRow]) -> str:
    told = [
        f"{one.label[:1].lower()}{one.label[1:]} "
        + (f"{one.printed[0]} to {one.printed[1]}" if one.before is not None else one.note)
        for one in rows
    ]
    whole = rows[-1]
    end = f"; a gain of {whole.printed[2].lstrip('+')} points" if whole.before is not None else ""
    return f"Knowledge before and after, per cent: {listed(told)}{end}."
