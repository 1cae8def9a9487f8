"""Passages of a text: tied to their place and to their words, found again by their words, and put under their heading.

As W3C annotations keep them: a position (characters of the text, Unicode code points) and a quotation with what stands before and
after it. A reading's text is frozen, so the position alone would do; but a browser counts in other units, and a person types
words without a position.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# How many characters before and after the words are kept with them.
AROUND = 32
# Marks that people type in their plain form; the text may have the other.
_SAME = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "‚": "'", "„": '"', "–": "-", "—": "-", "\u2011": "-", "\u2212": "-"}
)
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")

NOWHERE = "These words are not in the text as it was handed in. Copy them from the text, or leave them out and choose a criterion."
NOT_WORDS = "Select some words of the text, not only the space between them."


@dataclass(frozen=True)
class Passage:
    """Where some words stand, the words, and what surrounds them."""

    start: int
    end: int
    quote: str
    prefix: str
    suffix: str


def passage(text: str, start: int, end: int) -> Passage | None:
    """The passage between two positions, without the blanks at its ends; nothing if there are no words in it."""
    start, end = max(0, start), min(len(text), end)
    quote = text[start:end]
    if not quote.strip():
        return None
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()
    end = start + len(quote)
    return Passage(start, end, quote, text[max(0, start - AROUND) : start], text[end : end + AROUND])


def anchored(
    text: str, *, quote: str, start: int | None = None, end: int | None = None, prefix: str = "", suffix: str = ""
) -> Passage | None:
    """The passage that is meant: where it is said to be, else where its words stand, best surrounded and nearest.

    Words that differ only in blanks, in the form of quotation marks and dashes or in capitals are the same words.
    """
    if start is not None and end is not None and start < end and text[start:end] == quote:
        return passage(text, start, end)
    wanted = quote.strip()
    if not wanted:
        return None
    places = [(at, at + len(wanted)) for at in _found(text, wanted)] or _loosely(text, wanted)
    if not places:
        return None

    def fits(place: tuple[int, int]) -> tuple[int, int]:
        around = _same_end(text[: place[0]], prefix) + _same_begin(text[place[1] :][:AROUND], suffix)
        return -around, abs(place[0] - (start or 0))

    return passage(text, *min(places, key=fits))


def _found(text: str, words: str) -> list[int]:
    places, at = [], text.find(words)
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def _loosely(text: str, words: str) -> list[tuple[int, int]]:
    """Where the words stand if blanks, marks that nobody sees, forms of marks and capitals make no difference."""
    shown, places = plain(text)
    wanted = plain(words)[0].strip()
    return [(places[at], places[at + len(wanted) - 1] + 1) for at in _found(shown, wanted)] if wanted else []


def plain(text: str) -> tuple[str, list[int]]:
    """The text in its plainest form, and for each of its characters where it stood."""
    kept: list[str] = []
    places: list[int] = []
    for at, one in enumerate(text):
        if one in _UNSEEN:
            continue
        if one.isspace():
            if kept and kept[-1] == " ":
                continue
            one = " "
        low = one.lower()
        kept.append(low.translate(_SAME) if len(low) == 1 else one)
        places.append(at)
    return "".join(kept), places


def _same_end(one: str, other: str) -> int:
    return _same_begin(one[-AROUND:][::-1], other[::-1])


def _same_begin(one: str, other: str) -> int:
    number = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        number += 1
    return number


class Headings:
    """Under which heading of the outline a position lies. Headings begin their line, and come in the order of the outline."""

    def __init__(self, text: str, outline: Sequence[Mapping[str, Any]]) -> None:
        self.starts: list[int] = []
        self.titles: list[str] = []
        at = 0
        for one in outline:
            title = str(one["title"])
            place = 0 if at == 0 and text.startswith(title) else text.find(f"\n{title}", at)
            if place >= 0:
                self.starts.append(place)
                self.titles.append(title)
                at = place + len(title)

    def above(self, position: int) -> str:
        """The title of the heading above this position; empty before the first one."""
        number = bisect_right(self.starts, position)
        return self.titles[number - 1] if number else ""
