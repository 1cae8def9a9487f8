"""What a document looks like on a page: its safe HTML with pictures, its checks, its length by section."""

import re
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from assignments import counting, documents, policy, scanning
from assignments.models import Document, Submission

_FIGURE = re.compile(r'src="figure:([0-9]{1,3})"')
_APART = ("references", "bibliography", "reference list", "list of references", "works cited", "sources")


def shown(document: Any, figure_at: Callable[[int], str] | None = None) -> SafeString:
    """The reading view with the addresses of its pictures. It was made safe when it was stored.

    `figure_at` gives the address of a picture by its number, for readers who have a door of their own.
    """

    def address(match: re.Match[str]) -> str:
        number = int(match[1])
        at = figure_at(number) if figure_at else reverse("assignments:figure", args=[document.pk, number])
        return f'src="{at}"'

    return SafeString(_FIGURE.sub(address, document.reading.html))


def checks_of(document: Document) -> list[str]:
    """What was found good about the file, in words."""
    label = documents.Kind(document.kind).label
    html = document.reading.html
    parts = [
        (len(document.reading.outline), "heading"),
        (html.count("<table"), "table"),
        (html.count("<img"), "picture"),
    ]
    listed = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in parts if number)
    if document.kind == documents.Kind.WRITTEN:
        return [
            "Written here, and kept as the text stood then",
            f"Reads with {listed}" if listed else "Opens for reading",
        ]
    return [
        f"{'An' if label[0] in 'AEIO' else 'A'} {label} by its content, not only its name",
        "No macros, no password" + (", no virus found" if document.scanned_at else ""),
        f"Opens for reading: {listed}" if listed else "Opens for reading",
    ]


def step_of(document: Document) -> dict[str, Any]:
    """How far a worker has got with a file: the step in words, its number, and how many there are."""
    steps = [Document.Stage.READING, Document.Stage.COUNTING]
    if scanning.is_configured():
        steps.insert(0, Document.Stage.SCANNING)
    if document.stage not in steps:
        return {"word": "Waiting for its turn", "number": 0, "of": len(steps)}
    stage = Document.Stage(document.stage)
    return {"word": stage.label, "number": steps.index(stage) + 1, "of": len(steps)}


def length_of(submission: Submission) -> dict[str, Any]:
    """The count against the range: what the heading, the drawing and the tables say."""
    document, work = submission.document, submission.asked_for
    assert document is not None  # noqa: S101 - the caller has looked
    found = counting.length(document, work)
    sections = _sections(document.reading.outline)
    half = (len(sections) + 1) // 2 if len(sections) > 6 else len(sections)
    return {
        "words": found.counted,
        "about": about(document),
        "word": found.word,
        "remark": counting.length_remark(found),
        "rule": counting.length_rule(found),
        "scale": _scale(found.counted, found.least, found.most) if found.has_range else None,
        "least": found.least,
        "most": found.most,
        "columns": [one for one in (sections[:half], sections[half:]) if one],
        "breakdown": breakdown(found),
        "total": found.total,
    }


def about(document: Document) -> str:
    """In a PDF the notes cannot be told from the text (`word_count.RULE`)."""
    return "about " if document.kind == "pdf" else ""


def breakdown(found: counting.Length) -> str:
    """What is in the count and what is left out of it, by name, in sentences."""
    sentences = []
    if found.left_out:
        sentences.append(f"Left out: {_parts(found.left_out)}. The file holds {found.total:,} words in all.")
    if found.with_it:
        sentences.append(f"In the count: {_parts(found.with_it)}.")
    if found.unknown:
        sentences.append(
            f"This file does not tell {policy.listed(found.unknown)} from the text, so they are in the count."
        )
    return " ".join(sentences)


def _parts(parts: Sequence[tuple[str, int]]) -> str:
    return policy.listed([f"{name} with {number:,} word{'' if number == 1 else 's'}" for name, number in parts])


def _scale(words: int, least: int | None, most: int | None) -> dict[str, str] | None:
    """Places on the drawing: the range is its middle third, and the needle stays inside."""
    if not (least and most) or most <= least:
        return None
    place = 100 / 3 + (words - least) / (most - least) * 100 / 3
    return {"needle": f"{min(97.0, max(3.0, place)):.1f}%"}


def _sections(outline: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sections of the uppermost level that has several, with a remark on those that are far shorter than usual."""
    for level in range(1, 4):
        rows = [one for one in outline if one["level"] == level]
        if len(rows) > 1:
            break
    else:
        rows = list(outline)
    body = [one["words"] for one in rows if str(one["title"]).lower() not in _APART]
    usual = median(body) if len(body) >= 4 else 0
    return [{**one, "short": one["words"] < usual * 0.4 and str(one["title"]).lower() not in _APART} for one in rows]
