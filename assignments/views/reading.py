"""What a document looks like on a page: its safe HTML with pictures, its checks, its length by section."""

import re
from collections.abc import Mapping
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from assignments import documents, policy
from assignments.models import Document, Submission

_FIGURE = re.compile(r'src="figure:([0-9]{1,3})"')
_APART = ("references", "bibliography", "reference list", "list of references", "works cited", "sources")


def shown(document: Any) -> SafeString:
    """The reading view with the addresses of its pictures. It was made safe when it was stored."""

    def address(match: re.Match[str]) -> str:
        return f'src="{reverse("assignments:figure", args=[document.pk, int(match[1])])}"'

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
        "No macros, no password",
        f"Opens for reading: {listed}" if listed else "Opens for reading",
    ]


def length_of(submission: Submission) -> dict[str, Any]:
    """The count against the range: what the heading, the drawing and the tables say."""
    document, work = submission.document, submission.assignment
    assert document is not None  # noqa: S101 - the caller has looked
    words = document.words or 0
    least, most = work.words_min, work.words_max
    remark = policy.length_remark(words, least, most)
    word = (
        "inside the range"
        if least and not remark
        else "fewer than the range"
        if words < (least or 0)
        else "more than the range"
    )
    sections = _sections(document.reading.outline)
    half = (len(sections) + 1) // 2 if len(sections) > 6 else len(sections)
    return {
        "words": words,
        "about": "about " if document.kind == "pdf" else "",
        "word": word if least else "",
        "remark": remark,
        "scale": _scale(words, least, most),
        "least": least,
        "most": most,
        "columns": [one for one in (sections[:half], sections[half:]) if one],
        "apart": _apart(document),
        "total": words + (document.words_references or 0) + (document.words_notes or 0),
    }


def _apart(document: Document) -> str:
    parts = ((document.words_references, "of references"), (document.words_notes, "in notes"))
    return ", ".join(f"{number:,} word{'' if number == 1 else 's'} {what}" for number, what in parts if number)


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
