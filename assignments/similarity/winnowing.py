"""Fingerprints by winnowing: of every few runs of words that follow each other, the one with the smallest hash is kept.

After Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (2003).
"""

from typing import NamedTuple

from .tokens import PRIME, Tokens

# One word in eight changed leaves runs of seven. A run of GRAM + WINDOW - 1 words in both texts always shares a
# fingerprint, so with five and three none of those runs is missed; half of all runs of five words are kept.
GRAM = 5
WINDOW = 3
GUARANTEE = GRAM + WINDOW - 1

_P1 = 0x1B873593CC9E2D51 % PRIME
_P2 = _P1 * _P1 % PRIME
_P3 = _P2 * _P1 % PRIME
_P4 = _P3 * _P1 % PRIME


class Fingerprint(NamedTuple):
    """A hash below 2^61, and the number of the word at which its run begins."""

    hash: int
    position: int


def grams(found: Tokens) -> list[int]:
    """The hash of the run of GRAM words that begins at each word; -1 where a word of the run is left out."""
    v = found.values
    hashes = [
        (a * _P4 + b * _P3 + c * _P2 + d * _P1 + e) % PRIME
        for a, b, c, d, e in zip(v, v[1:], v[2:], v[3:], v[4:], strict=False)
    ]
    hashes += [-1] * (len(v) - len(hashes))
    if len(found) > found.compared:
        for place, taken in enumerate(found.considered):
            if not taken:
                first = max(0, place - GRAM + 1)
                hashes[first : place + 1] = [-1] * (place + 1 - first)
    return hashes


def fingerprints(found: Tokens, hashes: list[int] | None = None) -> list[Fingerprint]:
    """The kept runs in the order of the text. Of equal ones in a window the last is kept."""
    hashes = grams(found) if hashes is None else hashes
    kept: list[Fingerprint] = []
    stretch: list[int] = []
    for place, value in enumerate([*hashes, -1]):
        if value >= 0:
            stretch.append(value)
        elif stretch:
            kept += _winnowed(stretch, place - len(stretch))
            stretch = []
    return kept


def _winnowed(stretch: list[int], begin: int) -> list[Fingerprint]:
    kept: list[Fingerprint] = []
    last = -1
    for start in range(max(1, len(stretch) - WINDOW + 1)):
        window = stretch[start : start + WINDOW]
        least = min(window)
        place = start + len(window) - 1 - window[::-1].index(least)
        if place != last:
            kept.append(Fingerprint(least, begin + place))
            last = place
    return kept
