"""Finds what may tell who a text is about: names, e-mail addresses, telephone numbers (`ilm` G10). It warns, and never refuses.

Nobody can know a name for certain. So it looks where names stand (after "with" or "told", two capitals in the middle of a
sentence), lets pass the words of the field, and is right about the people of the cohort, whose names it is given.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

NAME, EMAIL, PHONE = "a name", "an e-mail address", "a phone number"

_CAP, _LOW = "A-ZÀ-ÖØ-Þ", "a-zà-öø-ÿ"
_WORD = rf"(?:[OD]['’])?[{_CAP}][{_LOW}]+(?:[{_CAP}][{_LOW}]+)?(?:[-'’][{_CAP}]?[{_LOW}]+)*"
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# British numbers with their national 0, +44 or 0044 in front, and others from abroad with a +.
_PHONE = re.compile(
    r"(?<![\w/.,-])(?:(?:\+44|\(\+44\)|0044)[ .-]?(?:\(0\)[ .-]?)?\d|\+[1-9]\d?|\(?0[1235789])(?:[ .()-]{0,2}\d){6,12}(?![\w/-])"
)
_DAY = re.compile(r"\b\d{1,2}[ ./-]\d{1,2}[ ./-](?:19|20)\d\d\b")
_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady)\.? +({_WORD}(?: {_WORD})?)")
_SAID = re.compile(
    rf"\b(?i:called|named|name is|name was|names are|(?:client|coachee|mentee|colleague|manager|boss)(?: is| was|,|:)?) ({_WORD}(?: {_WORD})?)"
)
# Words after which a person is named. What stands before "and" decides: "Coaching and Mentoring" is a title.
_AFTER = re.compile(rf"\b(with|told|asked|met|saw|thanked|helped|coached|mentored) ({_WORD}(?: {_WORD})?)")
_AND = re.compile(rf"\b([a-z]+|I|He|She|We|They|You),? and ({_WORD}(?: {_WORD})?)")
_SIGNED = re.compile(rf"\b(?i:regards|best wishes|thank you|thanks|cheers|yours),?\s+({_WORD}(?: {_WORD})?)")
_FULL = re.compile(rf"\b({_WORD}) ({_WORD})\b")
_FIRST = re.compile(rf"\b({_WORD})\b")
_BEGINS = re.compile(r"(?:^|[.!?:;\n\r\t|•“\"(]|[-–—] |\d[.)] )[\s“\"'‘(]*$")
# An author and a year, or a model under somebody's name, is a source and no client.
_CITED = re.compile(
    r"(?:['’]s? (?:\w+ ){0,2}(?:model|cycle|theory|stages?|framework|work|book|questions|styles?|ladder|window|hierarchy|types?))"
    r"|(?:,? (?:et al\.?|(?:and|&) [A-Z][\w’'-]+))*,? ?\(?(?:19|20)\d\d[a-z]?\b"
)


def _listed_words(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


# Words of the field and of the calendar, authors and places: none of them is a person's name here.
_KNOWN = _listed_words("field.txt")
# First names that are hardly ever anything else; whoever is called Mark, Grace or May is found by where the name stands.
_FIRST_NAMES = _listed_words("first_names.txt")
# First names that are words as well: those of the cohort are looked for, but not these at the beginning of a sentence.
_ALSO_WORDS = _listed_words("also_words.txt")


@dataclass(frozen=True)
class Found:
    """Something that may tell who it is about: what it seems to be, and the words themselves."""

    what: str
    shown: str


@dataclass(frozen=True)
class People:
    """Full names: of those who are known to be near (the cohort's), and of the learner, who may name themselves."""

    near: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *, own: str = "", near: Iterable[str] = ()) -> "People":
        mine = _parts(own)
        return cls(frozenset(one for one in near if one and _parts(one) != mine), frozenset(mine))


NOBODY = People()


def _parts(name: str) -> tuple[str, ...]:
    return tuple(name.lower().split())


def found(text: str, people: People = NOBODY) -> list[Found]:
    """What in the text may tell who it is about, each once, in the order of kinds."""
    if not text:
        return []
    every = [Found(EMAIL, one[0]) for one in _EMAIL.finditer(text)]
    every += [Found(PHONE, one.strip()) for one in _phones(text)]
    rest = _EMAIL.sub(" ", text)
    every += [Found(NAME, one) for one in _outermost([*_near(rest, people), *_names(rest, people.own)])]
    return list(dict.fromkeys(every))


def found_in_file_name(name: str, people: People = NOBODY) -> list[Found]:
    """The same for the name of a file, in which capitals and spaces mean little: contract_anna-smith.pdf."""
    stem = name.rpartition(".")[0] or name
    every = [one for one in found(stem, people) if one.what != NAME]
    words = [one for one in re.split(r"[\W\d_]+", stem) if one]
    near = {part for one in people.near for part in _parts(one) if len(part) > 2} - _ALSO_WORDS
    names = [one for one in words if one.lower() in _FIRST_NAMES | near and one.lower() not in people.own]
    titled = " ".join(words)
    # The sign before it keeps the first word from passing as the beginning of a sentence.
    names += _full_names(f"x {titled}", people.own) if not titled.isupper() else []
    return list(dict.fromkeys([*every, *(Found(NAME, one) for one in _outermost(names))]))


def _outermost(names: Iterable[str]) -> Iterator[str]:
    """Without those that are part of another: Anna where there is Anna Smith."""
    every = list(dict.fromkeys(names))
    for one in every:
        if not any(one != other and f" {one} " in f" {other} " for other in every):
            yield one


def _phones(text: str) -> Iterator[str]:
    for one in _PHONE.finditer(text):
        digits = sum(char.isdigit() for char in one[0])
        before = text[: one.start()].rstrip(" :.-").lower()
        if digits < 10 or digits > 15 or _DAY.search(one[0]) or before.endswith(("isbn", "doi")):
            continue
        if one[0].lstrip("(").startswith("0") and not one[0].startswith("0044") and digits > 11:
            continue
        yield one[0]


def _is_person(name: str, own: Collection[str]) -> bool:
    """Whether none of the words is a word of the field, and it is not the learner who writes."""
    words = [one.removesuffix("'s").removesuffix("’s") for one in name.lower().split()]
    return not any(one in _KNOWN for one in words) and not all(one in own for one in words)


def _begins_a_sentence(text: str, at: int) -> bool:
    return bool(_BEGINS.search(text[max(0, at - 12) : at])) if at else True


def _is_cited(text: str, end: int) -> bool:
    return bool(_CITED.match(text, end))


def _names(text: str, own: Collection[str]) -> Iterator[str]:
    for pattern, group in ((_TITLED, 0), (_SAID, 1), (_AFTER, 2), (_AND, 2), (_SIGNED, 1)):
        for one in pattern.finditer(text):
            # "with Anna Monday": the first word alone may be the name.
            named = one[group] if pattern is _TITLED else _trimmed(one[group])
            inside = one[1] if pattern is _TITLED else named
            if inside and _is_person(inside, own) and not _is_cited(text, one.end()):
                yield _bare(named)
    yield from _full_names(text, own)
    for one in _FIRST.finditer(text):
        name = _bare(one[0])
        if name.lower() in _FIRST_NAMES and _is_person(name, own) and not _is_source(text, one.end()):
            yield name


def _is_source(text: str, end: int) -> bool:
    """Whether a first name goes on to an author's: John Whitmore, Carl Rogers (1961)."""
    follows = _FIRST.match(text, end + 1)
    if follows is None:
        return _is_cited(text, end)
    return follows[0].lower() in _KNOWN or _is_cited(text, follows.end())


def _full_names(text: str, own: Collection[str]) -> Iterator[str]:
    at = 0
    while one := _FULL.search(text, at):
        at = one.start(2)
        if _begins_a_sentence(text, one.start()) and one[1].lower() not in _FIRST_NAMES:
            continue
        if _is_person(one[0], own) and not _is_cited(text, one.end()):
            yield _bare(one[0])
            at = one.end()


def _near(text: str, people: People) -> Iterator[str]:
    """The people of the cohort: the full name however it is written, first name and surname where they are capitalised."""
    low = text.lower()
    for full in people.near:
        if re.search(rf"\b{re.escape(full.lower())}\b", low):
            yield full
            continue
        for part in full.split():
            low_part = part.lower()
            if len(part) < 3 or low_part in people.own or low_part in _KNOWN - _ALSO_WORDS:
                continue
            for one in re.finditer(rf"\b{re.escape(part)}\b", text):
                if low_part not in _ALSO_WORDS or not _begins_a_sentence(text, one.start()):
                    yield part
                    break


def _trimmed(name: str) -> str:
    """Without a second word of the field: "Anna Monday" is Anna."""
    first, _, second = name.partition(" ")
    return first if second and second.lower() in _KNOWN else name


def _bare(name: str) -> str:
    return re.sub(r"['’]s?$", "", name)


# ---- in words


def said(things: Iterable[Found], where: str) -> str:
    """A warning with what was found and where, or an empty string."""
    by_kind: dict[str, list[str]] = {}
    for one in things:
        by_kind.setdefault(one.what, []).append(f"“{one.shown}”")
    if not by_kind:
        return ""
    parts = [f"{_listed(shown[:4])} ({what})" for what, shown in by_kind.items()]
    return f"{where} seems to hold {_listed(parts)}."


ADVICE = "Your portfolio is read by others, so take out what tells who it is about."
_CODE = re.compile(
    r"(?:[A-Za-z]{1,3}|(?:client|coachee|mentee|[A-Za-z]{1,3})?[ .-]?[A-Za-z]?[0-9]{1,4})", re.IGNORECASE
)


def remark(text: str, where: str = "This text", people: People = NOBODY) -> str:
    """A warning when a text seems to hold a name, an e-mail address or a phone number, or an empty string."""
    return said(found(text, people), where)


def code_remark(code: str) -> str:
    """A warning when a client's code looks like a name. It does not refuse: nobody can know."""
    if _CODE.fullmatch(code.strip()):
        return ""
    return f"“{code}” looks like a name. Use a code that only you can read, such as A or C2."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
