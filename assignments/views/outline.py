"""The outline of a piece of work: its headings with their lengths, and the ruler beside the text in the marking room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from assignments.models import Submission

_HEADING = re.compile(r"""(<h[2-6] [^>]*?id="([^"]+)"[^>]*>(?:(?!</h).)*)</(h[2-6])>""")
_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)*)\b")


@dataclass(frozen=True)
class Mark:
    """One mark of the ruler: a section of the text, with the sign of the criterion it answers, if it names one."""

    label: str
    title: str
    href: str
    sign: str = ""
    word: str = ""


def with_lengths(html: str, outline: list[dict[str, Any]]) -> SafeString:
    """Beside each heading that the outline knows, how many words its section has."""
    words = {one["id"]: one["words"] for one in outline}

    def told(found: re.Match[str]) -> str:
        length = words.get(found[2])
        small = f"<small data-not-text>{length:,} words</small>" if length else ""
        return f"{found[1]}{small}</{found[3]}>"

    return SafeString(_HEADING.sub(told, html))


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


def ruler_of(submission: Submission, rows: Sequence[Any]) -> list[Mark]:
    """The outline as a ruler: by criterion if the headings name them, else section by section."""
    if sum(bool(row.section) for row in rows) * 2 >= len(rows) > 0:
        return [
            Mark(row.criterion.number, row.criterion.title, f"#{row.section or row.key}", row.sign, row.word)
            for row in rows
        ]
    outline = outline_of(submission)
    top = min((one["level"] for one in outline), default=0)
    sections = [one for one in outline if one["level"] <= top + 1][:40]
    return [Mark(str(n), one["title"], f"#{one['id']}") for n, one in enumerate(sections, start=1)]
