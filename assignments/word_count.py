"""How many words a piece of work has, by one written rule. No file is opened here: the words come from `documents`."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

RULE: tuple[str, ...] = (
    "A word is a run of characters between spaces, tabs or line ends. Marks that nobody sees are no word.",
    "A word with a hyphen, a dash without spaces or an apostrophe is one word. A dash between spaces counts as one.",
    "The title, headings, lists, quotations, captions, tables and text boxes count as body.",
    "The reference list is counted apart: from the last heading such as References, Bibliography, Works cited or "
    "Sources to the end, or to a heading that begins with Appendix or Annex.",
    "An appendix counts as body.",
    "An assignment may leave out parts: headings with the title, tables, captions, quotations set off in a style of their "
    "own, the reference list, and notes. What it leaves out is said beside its count.",
    "Footnotes and endnotes are counted apart.",
    "Not counted: page headers and footers, page numbers, a contents table made by the word processor, comments, "
    "hidden text, tracked deletions and the numbers of lists. Tracked insertions count.",
    "The total is body, references and notes together.",
    "In a PDF notes, tables, captions and quotations cannot be told from the text and count as body, so its count is "
    "given as about.",
)

_NUMBER = r"(?:(?:section|part|chapter)\s+)?(?:[0-9]+(?:\.[0-9]+)*|[a-z]|[ivx]+)?[.):]?\s*"
_REFERENCES = re.compile(
    rf"^{_NUMBER}(?:list of references|references?(?: list)?|reference list|bibliography|works cited|"
    r"literature cited|(?:list of )?sources(?: used)?|references? (?:and|&) bibliography|"
    r"bibliography (?:and|&) references?|references cited|harvard references?)\s*[.:]?$",
    re.IGNORECASE,
)
_APPENDIX = re.compile(rf"^{_NUMBER}(?:appendix|appendices|annex|annexes|annexe)\b", re.IGNORECASE)
# Soft hyphens, joiners, and the marks that turn the direction of a name.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SHORT = 8


class Place(StrEnum):
    """What a passage is in its document."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CELL = "cell"
    CAPTION = "caption"
    QUOTATION = "quotation"


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of the work, wherever it stands."""

    text: str
    place: Place = Place.TEXT
    level: int = 0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """The words of one document. `stated` is what its own program wrote into it last, if anything."""

    body: int
    references: int
    notes: int
    stated: int | None = None
    about: bool = False
    headings: int = field(default=0, kw_only=True)
    """This and the following three are parts of the body."""
    tables: int = field(default=0, kw_only=True)
    captions: int = field(default=0, kw_only=True)
    quotations: int = field(default=0, kw_only=True)

    @property
    def parts(self) -> Mapping[str, int]:
        """Every word once: the parts of the body, "text" being what is in no other, then references and notes."""
        own = {"headings": self.headings, "tables": self.tables, "captions": self.captions}
        own["quotations"] = self.quotations
        own["text"] = self.body - sum(own.values())
        return own | {"references": self.references, "notes": self.notes}

    def counted(self, excluded: Collection[str]) -> int:
        """The words that count where an assignment leaves these parts out. KeyError for a part that nobody knows."""
        return self.total - sum(self.parts[part] for part in set(excluded))

    @property
    def total(self) -> int:
        return self.body + self.references + self.notes

    @property
    def sentence(self) -> str:
        """For example "4,663 words + 381 references + 70 in notes"."""
        about = "about " if self.about else ""
        unit = "word" if self.body == 1 else "words"
        text = f"{about}{self.body:,} {unit}"
        if self.references:
            text += f" + {self.references:,} references"
        if self.notes:
            text += f" + {self.notes:,} in notes"
        return text


def words(text: str) -> int:
    """The runs of characters between white space, without those of which nothing is seen."""
    tokens = text.split()
    if text.isascii() or _UNSEEN.search(text) is None:
        return len(tokens)
    return sum(1 for token in tokens if _UNSEEN.sub("", token))


def looks_like_heading(text: str) -> bool:
    """Whether a bold line is short enough for a heading. Many write them without a heading style."""
    return words(text) <= 20 and not text.strip().endswith((".", ";", ",")) and any(map(str.isalpha, text))


def count(
    passages: Iterable[Passage],
    *,
    notes: Iterable[str] = (),
    stated: int | None = None,
    about: bool = False,
) -> Counts:
    """Count the passages of one document in their order, and its notes."""
    passages = list(passages)
    listed = reference_list(passages)
    references = 0
    found: Counter[Place] = Counter()
    for position, passage in enumerate(passages):
        if position in listed:
            references += words(passage.text)
        else:
            found[passage.place] += words(passage.text)
    return Counts(
        found.total(),
        references,
        sum(words(note) for note in notes),
        stated,
        about,
        headings=found[Place.HEADING] + found[Place.TITLE],
        tables=found[Place.CELL],
        captions=found[Place.CAPTION],
        quotations=found[Place.QUOTATION],
    )


def reference_list(passages: Sequence[Passage]) -> range:
    """The positions of the reference list, its own heading among them. Empty where there is none."""
    starts = [n for n, passage in enumerate(passages) if _heads(passage, _REFERENCES)]
    if not starts:
        return range(0)
    start = starts.pop()
    # "References" followed at once by "Bibliography" is one list under two headings.
    while starts and not _headed_between(passages, starts[-1], start):
        start = starts.pop()
    for end in range(start + 1, len(passages)):
        if _heads(passages[end], _APPENDIX):
            return range(start, end)
    return range(start, len(passages))


def _heads(passage: Passage, pattern: re.Pattern[str]) -> bool:
    """Whether a passage stands as a heading of this wording: a styled one, or a short line alone."""
    if passage.place in (Place.CELL, Place.TITLE, Place.CAPTION, Place.QUOTATION):
        return False
    if passage.place is Place.ITEM and not passage.bold:
        return False
    text = " ".join(passage.text.split())
    if pattern is _APPENDIX and passage.place is not Place.HEADING and not _alone(passage, text):
        return False
    return len(text) <= 200 and pattern.match(text) is not None


def _alone(passage: Passage, text: str) -> bool:
    return words(text) <= _SHORT and not text.endswith((".", ";", ",")) and (passage.bold or words(text) <= 2)


def _headed_between(passages: Sequence[Passage], first: int, second: int) -> bool:
    level = passages[first].level
    return any(
        passage.place is Place.HEADING and passage.level <= level for passage in passages[first + 1 : second]
    ) or any(_heads(passage, _APPENDIX) for passage in passages[first + 1 : second])
