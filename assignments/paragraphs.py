"""The paragraphs of a text that is read here, with their place, and where some quoted words stand.

Places count characters (Unicode code points) of `Reading.text`, which is the text content of `Reading.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from assignments.passages import plain

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
# What begins a paragraph of its own. The cells of a table's row stay together.
_PARAGRAPHS = {"p", "li", "ol", "ul", "table", "tr", "blockquote", *_HEADINGS}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: its words with single spaces, its id, and its place in the text. `level` is that of a heading."""

    text: str
    id: str
    start: int
    end: int
    level: int = 0


def paragraphs(safe: str) -> list[Paragraph]:
    """The paragraphs of a reading's HTML, empty ones left out."""
    parser = _Paragraphs()
    parser.feed(safe)
    parser.close()
    parser.flush()
    return parser.found


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Paragraph] = []
        self.parts: list[str] = []
        self.at = self.start = self.level = 0
        self.id = ""

    def flush(self) -> None:
        raw = "".join(self.parts)
        if words := " ".join(raw.split()):
            start = self.start + len(raw) - len(raw.lstrip())
            self.found.append(Paragraph(words, self.id, start, start + len(raw.strip()), self.level))
        self.parts.clear()
        self.start, self.level, self.id = self.at, 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self.flush()
            self.level = int(tag[1]) if tag in _HEADINGS else 0
        elif tag in ("td", "th") and self.parts:
            self._take(" ", 0)
        if tag in _PARAGRAPHS and not self.id:
            self.id = dict(attrs).get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.flush()

    def handle_data(self, data: str) -> None:
        self._take(data, len(data))

    def _take(self, data: str, length: int) -> None:
        if length:
            self.parts.append(data)
            self.at += length


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: their place in the text, and the paragraph they begin in."""

    start: int
    end: int


class Searched:
    """A text to look for several quotations in."""

    def __init__(self, text: str) -> None:
        self.plain, self.where = plain(text)

    def find(self, quote: str, *, near: int | None = None, after: int = 0) -> Place | None:
        """Where the quoted words stand, whatever the spaces, the quotation marks and the capitals.

        If they stand there several times: the place nearest to `near`, else the first one after `after`, else the first.
        """
        sought = plain(quote)[0].strip()
        at = _every(self.plain, sought) if sought else []
        if not at:
            return None
        starts = [self.where[n] for n in at]
        if near is not None:
            chosen = min(range(len(at)), key=lambda n: abs(starts[n] - near))
        else:
            chosen = next((n for n, start in enumerate(starts) if start >= after), 0)
        first = at[chosen]
        return Place(self.where[first], self.where[first + len(sought) - 1] + 1)


def find(text: str, quote: str, *, near: int | None = None, after: int = 0) -> Place | None:
    """Where the quoted words stand in a text; see `Searched.find`."""
    return Searched(text).find(quote, near=near, after=after)


def _every(plain: str, sought: str) -> list[int]:
    """Where the words stand, whole words before parts of one."""
    found: list[int] = []
    at = plain.find(sought)
    while at >= 0 and len(found) < 1000:
        found.append(at)
        at = plain.find(sought, at + 1)
    return [at for at in found if _is_whole(plain, at, at + len(sought))] or found


def _is_whole(plain: str, start: int, end: int) -> bool:
    cut_before = start > 0 and plain[start - 1].isalnum() and plain[start].isalnum()
    cut_after = end < len(plain) and plain[end].isalnum() and plain[end - 1].isalnum()
    return not (cut_before or cut_after)


def anchor(found: Sequence[Paragraph], place: int | None) -> str:
    """The id of the paragraph that a place lies in; if it has none, of the one before."""
    if place is None:
        return ""
    return next((one.id for one in reversed(found) if one.id and one.start <= place), "")


def under(found: Sequence[Paragraph], place: int | None) -> Paragraph | None:
    """The last heading before a place, or the heading that begins there."""
    if place is None:
        return None
    return next((one for one in reversed(found) if one.level and one.start <= place), None)
