"""The words of a text as they are compared, each with its place: case, accents, apostrophes and disguises do not count."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

# Marks that stand inside a word without ending it: accents set apart, apostrophes, soft hyphens, characters of no width.
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff'\u2019\u02bc"
_WORD = re.compile(rf"[^\W_]+(?:[{_INSIDE}]+[^\W_]+)*")
_MARKS = re.compile(rf"[{_INSIDE}]+")
# Letters of other scripts that look like Latin ones: a word written with them reads the same.
_ALIKE = str.maketrans(
    dict(zip("аеорсухіјѕԁһοανικτρυıſ", "aeopcyxijsdhoaviktpuis", strict=True))  # Cyrillic, Greek, then Latin itself
)
PRIME = (1 << 61) - 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words in their order. `values` are their hashes; `considered` is 0 where a word is left out of comparing."""

    words: list[str]
    values: list[int]
    starts: list[int]
    ends: list[int]
    considered: bytearray

    def __len__(self) -> int:
        return len(self.words)

    @property
    def compared(self) -> int:
        """How many words are compared."""
        return sum(self.considered)


@lru_cache(maxsize=1 << 17)
def known(word: str) -> tuple[str, int]:
    """A word as it is compared, and its hash: the same in every process, below 2^61."""
    if word.isascii():
        plain = word.lower().replace("'", "")
    else:
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
        plain = _MARKS.sub("", apart).translate(_ALIKE)
    return plain, int.from_bytes(blake2b(plain.encode(), digest_size=8).digest(), "big") % PRIME


def tokens(text: str, left_out: Iterable[tuple[int, int]] = ()) -> Tokens:
    """The words of `text`; those that touch a range of `left_out` (from, to, in characters) are not considered."""
    words, values, starts, ends = [], [], [], []
    for found in _WORD.finditer(text):
        word, value = known(found[0])
        words.append(word)
        values.append(value)
        starts.append(found.start())
        ends.append(found.end())
    considered = bytearray(b"\x01") * len(words)
    at = 0
    for start, end in sorted(left_out):
        while at < len(words) and ends[at] <= start:
            at += 1
        place = at
        while place < len(words) and starts[place] < end:
            considered[place] = 0
            place += 1
    return Tokens(words, values, starts, ends, considered)
