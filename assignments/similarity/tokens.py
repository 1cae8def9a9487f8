"""The words of a text as they are compared, each with its place: case, accents, apostrophes and disguises do not count."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
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

    written: list[str]
    values: list[int]
    starts: list[int]
    ends: list[int]
    considered: bytearray

    def __len__(self) -> int:
        return len(self.values)

    @property
    def words(self) -> list[str]:
        """The words as they are compared."""
        return [plain(one) for one in self.written]

    @property
    def compared(self) -> int:
        """How many words are compared."""
        return sum(self.considered)


def plain(word: str) -> str:
    """A word as it is compared."""
    if word.isascii():
        return word.lower().replace("'", "")
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return _MARKS.sub("", apart).translate(_ALIKE)


class _Hashes(dict[str, int]):
    """The hash of each word met so far: the same in every process, below 2^61."""

    MOST = 1 << 18

    def __missing__(self, word: str) -> int:
        if len(self) >= self.MOST:
            self.clear()
        value = int.from_bytes(blake2b(plain(word).encode(), digest_size=8).digest(), "big") % PRIME
        self[word] = value
        return value


_hashes = _Hashes()


def tokens(text: str, left_out: Iterable[tuple[int, int]] = ()) -> Tokens:
    """The words of `text`; those that touch a range of `left_out` (from, to, in characters) are not considered."""
    found = list(_WORD.finditer(text))
    written = [one[0] for one in found]
    starts = [one.start() for one in found]
    ends = [one.end() for one in found]
    considered = bytearray(b"\x01") * len(found)
    at = 0
    for start, end in sorted(left_out):
        while at < len(found) and ends[at] <= start:
            at += 1
        place = at
        while place < len(found) and starts[place] < end:
            considered[place] = 0
            place += 1
    return Tokens(written, [_hashes[one] for one in written], starts, ends, considered)
