"""What is not held against a text: what it quotes, its reference list, and what the assignment itself supplies."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser

from assignments import word_count
from assignments.word_count import Place

from .tokens import Tokens, tokens
from .winnowing import GRAM, grams


class Why(StrEnum):
    QUOTATION = "quotations"
    REFERENCES = "references"
    SUPPLIED = "supplied"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stretch of the text, in characters, that is not compared."""

    start: int
    end: int
    why: Why


# Inside one paragraph, opened and closed. A quotation longer than any that a reader would take for one is compared.
_LONGEST = 1200
_QUOTATIONS = (
    re.compile(rf"“[^“”\n]{{1,{_LONGEST}}}”"),
    re.compile(rf"«[^«»\n]{{1,{_LONGEST}}}»"),
    re.compile(rf"„[^„“”\n]{{1,{_LONGEST}}}[“”]"),
    re.compile(rf'(?<!\w)"[^"\n]{{1,{_LONGEST}}}"(?!\w)'),
    re.compile(rf"(?<!\w)‘(?:[^‘’\n]|’(?=\w)){{1,{_LONGEST}}}’(?!\w)"),
    re.compile(rf"(?<!\w)'(?=\w)(?:[^'\n]|'(?=\w)){{1,{_LONGEST}}}'(?!\w)"),
)
_NUMBERING = re.compile(r"[\W\d_]*")


def left_out(html: str, text: str, supplied: Iterable[str] = ()) -> list[LeftOut]:
    """The stretches of `text` that are not compared, in order. `html` is the page whose text content it is."""
    blocks = _Blocks()
    blocks.feed(html)
    blocks.close()
    if blocks.length == len(text):
        passages, quoted = blocks.found, blocks.quoted
    else:
        passages, quoted = _lines(text), []
    found = [LeftOut(start, end, Why.QUOTATION) for start, end in quoted]
    listed = word_count.reference_list([one.passage(text) for one in passages])
    found += [LeftOut(one.start, one.end, Why.REFERENCES) for one in passages[listed.start : listed.stop]]
    found += [
        LeftOut(match.start(), match.end(), Why.QUOTATION)
        for pattern in _QUOTATIONS
        for match in pattern.finditer(text)
        if len(match[0].split()) > 1
    ]
    found += _supplied(text, supplied, found)
    return sorted(found, key=lambda one: (one.start, one.end))


def _supplied(text: str, supplied: Iterable[str], already: list[LeftOut]) -> list[LeftOut]:
    """Whole lines of the assignment, and runs of its words inside a line, as long as a fingerprint or longer."""
    lines = [line for one in supplied for line in one.splitlines() if line.strip()]
    if not lines:
        return []
    whole = {_bare(line) for line in lines}
    found = []
    for match in re.finditer(r"[^\n]+", text):
        if _bare(match[0]) in whole:
            found.append(LeftOut(match.start(), match.end(), Why.SUPPLIED))
    given = {value for line in lines for value in grams(tokens(line)) if value >= 0}
    own = tokens(text, [(one.start, one.end) for one in (*already, *found)])
    return found + _runs_of(own, given)


def _runs_of(own: Tokens, given: set[int]) -> list[LeftOut]:
    found: list[LeftOut] = []
    until = -1
    for place, value in enumerate(grams(own)):
        if value not in given:
            continue
        if place <= until:
            found[-1] = LeftOut(found[-1].start, own.ends[place + GRAM - 1], Why.SUPPLIED)
        else:
            found.append(LeftOut(own.starts[place], own.ends[place + GRAM - 1], Why.SUPPLIED))
        until = place + GRAM
    return found


def _bare(line: str) -> tuple[int, ...]:
    """The words of a line without the number in front of it."""
    return tuple(tokens(_NUMBERING.sub("", line, count=1)).values)


@dataclass(slots=True)
class _Block:
    start: int
    place: Place
    level: int = 0
    end: int = 0
    strong: int = 0

    def passage(self, text: str) -> word_count.Passage:
        own = text[self.start : self.end]
        letters = sum(not one.isspace() for one in own)
        return word_count.Passage(own, self.place, self.level, bold=letters > 0 and self.strong >= letters)


def _lines(text: str) -> list[_Block]:
    return [_Block(match.start(), Place.TEXT, end=match.end()) for match in re.finditer(r"[^\n]+", text)]


_PLACES = {"p": Place.TEXT, "li": Place.ITEM, "td": Place.CELL, "th": Place.CELL}
_PLACES |= {f"h{level}": Place.HEADING for level in range(1, 7)}


class _Blocks(HTMLParser):
    """The paragraphs of a reading view with their places in its text, and its block quotations. Notes are passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.length = 0
        self.found: list[_Block] = []
        self.quoted: list[tuple[int, int]] = []
        self._open: _Block | None = None
        self._strong = self._notes = self._lists = self._cells = 0
        self._quotes: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs).get("class") or ""
        if tag == "blockquote":
            self._quotes.append(self.length)
        elif tag in ("ol", "ul"):
            self._lists += 1
            if given == "notes":
                self._notes = self._lists
        elif tag in ("td", "th"):
            self._cells += 1
        elif tag == "strong":
            self._strong += 1
        if tag in _PLACES:
            self._shut()
            place = Place.TITLE if given == "title" else _PLACES[tag]
            if place is Place.TEXT and (self._cells or self._lists):
                place = Place.CELL if self._cells else Place.ITEM
            self._open = _Block(self.length, place, int(tag[1]) - 1 if tag[0] == "h" else 0)

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and self._quotes:
            self.quoted.append((self._quotes.pop(), self.length))
        elif tag in ("ol", "ul"):
            if self._notes == self._lists:
                self._shut()
                self._notes = 0
            self._lists -= 1
        elif tag in ("td", "th"):
            self._cells -= 1
        elif tag == "strong":
            self._strong -= 1
        if tag in _PLACES:
            self._shut()

    def handle_data(self, data: str) -> None:
        self.length += len(data)
        if self._strong and self._open:
            self._open.strong += sum(not one.isspace() for one in data)

    def _shut(self) -> None:
        if self._open and self.length > self._open.start and not self._notes:
            self._open.end = self.length
            self.found.append(self._open)
        self._open = None
