"""The outline of a piece of work: its headings with their lengths, and the ruler beside the text in the marking room.

Of a portfolio it is the evidence matrix that stands there, as it was handed in: what is said to show each criterion, each part
a link to where it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from assignments.models import Submission
from core.templatetags.ui import SIGNS, badge, sign_only

_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)*)\b")
# How the parts of a portfolio are called in its matrix, and by which headings they stand in its text.
_HEADINGS = (
    (re.compile(r"Goals and contract, (client .+)"), ("Contract with {}", "{}")),
    (re.compile(r"Sessions and reflections, (client .+)"), ("Sessions with {}", "{}")),
    (re.compile(r"Feedback of (client .+)"), ("Feedback of {}",)),
    (re.compile(r"Supervision and feedback()"), ("Supervision",)),
)


@dataclass(frozen=True)
class Mark:
    """One mark of the ruler: a section of the text, with the sign of the criterion it answers, if it names one."""

    label: str
    title: str
    href: str
    sign: str = ""
    word: str = ""


@dataclass(frozen=True)
class Shown:
    """One criterion of a frozen matrix with its parts: what each is called, and where it is."""

    unit: str
    number: str
    title: str
    parts: Sequence[tuple[str, str]]


def outline_of(submission: Submission) -> list[dict[str, Any]]:
    stored = getattr(submission.document, "reading", None)
    return list(stored.outline) if stored else []


def sections_of(submission: Submission) -> dict[str, str]:
    """By the number a heading begins with, where in the text it stands. Many learners head each answer so."""
    found: dict[str, str] = {}
    for one in outline_of(submission):
        if named := _NUMBER.match(one["title"]):
            found.setdefault(named[1], one["id"])
    return found


def places_of(submission: Submission, evidence: Iterable[Any] = ()) -> list[tuple[str, str]]:
    """What a decision can name as its evidence: the headings of the text, and of a portfolio its files."""
    headings = [(str(one["id"]), str(one["title"])) for one in outline_of(submission)]
    return headings + [(f"evidence-{one.pk}", one.title) for one in evidence]


def ruler_of(submission: Submission, rows: Sequence[Any]) -> list[Mark]:
    """The outline as a ruler: by criterion if the headings name them or it is a portfolio, else section by section."""
    named = sum(bool(row.section) for row in rows) * 2 >= len(rows) > 0
    if named or submission.assignment.kind == "portfolio":
        return [
            Mark(row.criterion.number, row.criterion.title, f"#{row.section or row.key}", row.sign, row.word)
            for row in rows
        ]
    outline = outline_of(submission)
    top = min((one["level"] for one in outline), default=0)
    sections = [one for one in outline if one["level"] <= top + 1][:40]
    return [Mark(str(n), one["title"], f"#{one['id']}") for n, one in enumerate(sections, start=1)]


def ruler_html(marks: Iterable[Mark]) -> SafeString:
    """The ruler as text: a mark is drawn for every section on every page."""
    return SafeString("".join(_mark(one) for one in marks))


def _mark(one: Mark) -> str:
    word = f": {one.word}" if one.word else ""
    said = escape(f"{one.title}{word}")
    sign = f"<span data-mark-sign>{sign_only(one.sign)}</span>" if one.sign else ""
    return (
        f'<li><a href="{escape(one.href)}" title="{said}" data-mark="{escape(one.label)}">{sign}{escape(one.label)}'
        f'<span class="visually-hidden">, {said}</span></a></li>'
    )


def outline_html(submission: Submission, rows: Sequence[Any]) -> SafeString:
    """Every heading with its length, and the sign of the criterion that it names."""
    by_section = {row.section: row for row in rows if row.section}
    return SafeString("".join(_heading(one, by_section.get(one["id"])) for one in outline_of(submission)))


def _heading(one: Mapping[str, Any], row: Any) -> str:
    words = f"<small>{one['words']:,} words</small>" if one["words"] else ""
    sign = f'{sign_only(row.sign)}<span class="visually-hidden"> {SIGNS[row.sign][2]}</span>' if row else ""
    level = min(max(int(one["level"]), 1), 4)
    return (
        f'<li class="is-level-{level}"><a href="#{escape(one["id"])}" data-words="{int(one["words"])}">'
        f"{escape(one['title'])}</a>{sign}{words}</li>"
    )


def matrix_of(submission: Submission, evidence: Sequence[Any]) -> list[Shown] | None:
    """The matrix of a portfolio as it was handed in; None for one that was handed in before there was a matrix."""
    assert submission.document is not None  # noqa: S101 - it has been handed in
    with submission.document.file.open() as file:
        kept = json.loads(file.read()).get("matrix")
    if kept is None:
        return None
    headings = {str(one["title"]): f"#{one['id']}" for one in reversed(outline_of(submission))}
    files = {one.title: f"#evidence-{one.pk}" for one in evidence}
    return [
        Shown(
            str(row["unit"]),
            str(row["number"]),
            str(row["title"]),
            [(str(label), _place_of(str(label), headings, files)) for label in row["items"]],
        )
        for row in kept
    ]


def _place_of(label: str, headings: Mapping[str, str], files: Mapping[str, str]) -> str:
    """Where in the room a part of the portfolio stands, as an address within the page, or nowhere."""
    for pattern, names in _HEADINGS:
        if found := pattern.fullmatch(label):
            return next((headings[name.format(found[1])] for name in names if name.format(found[1]) in headings), "")
    if label in files:
        return files[label]
    return next(
        (place for title, place in headings.items() if title.lower().removeprefix("your ") == label.lower()), ""
    )


def _part(label: str, place: str) -> str:
    return f'<a href="{escape(place)}">{escape(label)}</a>' if place else escape(label)


def matrix_html(matrix: Iterable[Shown]) -> SafeString:
    """The matrix beside the text: by criterion, each part a link to where it stands."""
    rows = (
        f"<li><b>{escape(f'{one.unit} {one.number}')}</b> {escape(one.title)}<ul>"
        + ("".join(f"<li>{_part(*part)}</li>" for part in one.parts) or f"<li>{badge('attention', 'No evidence')}</li>")
        + "</ul></li>"
        for one in matrix
    )
    return SafeString("".join(rows))


def beside(matrix: Iterable[Shown], rows: Iterable[Any]) -> dict[int, str]:
    """What the learner says shows each criterion, for the tray."""
    found = {(one.unit, one.number): one.parts for one in matrix}
    shown = {}
    for row in rows:
        parts = found.get((row.criterion.outcome.unit.number, row.criterion.number), ())
        listed = "".join(f"<li>{_part(*part)}</li>" for part in parts)
        words = f'<ul class="wm-passages">{listed}</ul>' if listed else badge("attention", "No evidence")
        shown[row.criterion.pk] = f'<div class="wm-shown-by"><p class="form-label">Shown by</p>{words}</div>'
    return shown


def original_of(submission: Submission) -> tuple[str, bool]:
    """The address of the file as it arrived and whether it opens in a viewer of its own; nothing for a portfolio."""
    document = submission.document
    if document is None or not document.file or document.kind == "portfolio":
        return "", False
    url = reverse("assignments:document", args=[document.pk])
    return (f"{url}?view=1", True) if document.kind == "pdf" else (url, False)
