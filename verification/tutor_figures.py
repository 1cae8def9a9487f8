"""What is said of a tutor's marking: values in, figures with their n out. Nothing here reads the database or the clock.

A figure of a few pieces says more about chance than about a tutor. So each rate stands with its interval, and below `FEW`
pieces nothing is said at all.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import median, quantiles

from assignments.deadlines import working_days_between

FEW = 5
"""Below this many, no rate and no median."""
Z_95 = 1.959963984540054

days_between = lru_cache(maxsize=4096)(working_days_between)
"""Working days after one day up to and with another; the same few pairs of days come again and again."""


def wilson(count: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval of Wilson (1927) for `count` of `of`: with the usual z, 95 times in 100 it holds the true rate.

    Unlike the textbook interval it stays between 0 and 1 and says something honest where nobody, or everybody, was referred.
    """
    if not 0 <= count <= of or of == 0:
        raise ValueError("A share counts some of something.")
    rate, square = count / of, z * z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    half = z / (1 + square / of) * sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    return (0.0 if count == 0 else max(0.0, middle - half), 1.0 if count == of else min(1.0, middle + half))


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def is_few(self) -> bool:
        return self.of < FEW

    @property
    def rate(self) -> float | None:
        return None if self.is_few else self.count / self.of

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.is_few else wilson(self.count, self.of)

    @property
    def drawn(self) -> dict[str, str]:
        """Where the bar of the interval begins, how wide it is and where the rate lies, along the width of the drawing."""
        if self.rate is None or self.interval is None:
            return {}
        low, high = self.interval
        return {"low": f"{low:.1%}", "width": f"{high - low:.1%}", "at": f"{self.rate:.1%}"}


@dataclass(frozen=True)
class Spread:
    """The middle of some numbers and what the middle half of them lies between."""

    n: int
    median: float | None = None
    low: float | None = None
    high: float | None = None
    longest: float | None = None

    @property
    def is_few(self) -> bool:
        return self.n < FEW


def spread(values: Sequence[float]) -> Spread:
    if len(values) < FEW:
        return Spread(len(values))
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(len(values), median(values), low, high, max(values))


@dataclass(frozen=True)
class Piece:
    """One attempt at its first signed outcome: whose signature it was, and what it took."""

    tutor: int
    taken: int
    allowed: int
    referred: bool
    words: int
    comments: int = 0
    comment_words: int = 0
    sent_back: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Figures:
    """Everything that is said of one tutor, or of all of them together."""

    signed: int
    turnaround: Spread
    in_time: Share
    referred: Share
    words: Spread
    comments: Spread
    comment_words: Spread
    sent_back: int
    changed: int


def figures(pieces: Iterable[Piece]) -> Figures:
    pieces = list(pieces)
    return Figures(
        signed=len(pieces),
        turnaround=spread([one.taken for one in pieces]),
        in_time=Share(sum(one.taken <= one.allowed for one in pieces), len(pieces)),
        referred=Share(sum(one.referred for one in pieces), len(pieces)),
        words=spread([one.words for one in pieces]),
        comments=spread([one.comments for one in pieces]),
        comment_words=spread([one.comment_words for one in pieces]),
        sent_back=sum(one.sent_back for one in pieces),
        changed=sum(one.changed for one in pieces),
    )


def taken(
    handed_in: dt.date, signed: dt.date, *, used: int = 0, paused: Iterable[tuple[dt.date, dt.date | None]] = ()
) -> int:
    """Working days until the signature: with those a piece returned unmarked was here before, without those deferred."""
    days = used + days_between(handed_in, signed)
    for begin, end in paused:
        days -= days_between(max(begin, handed_in), min(end or signed, signed))
    return max(0, days)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day some months ago, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
