"""Which ratings may be shown to a client: never those of fewer than five, and never so that they can be worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

SMALL_GROUP = 5


class Withheld(StrEnum):
    """Why a figure is not printed, in the words printed in its place."""

    NOTHING = "no answers"
    FEW = "fewer than 5 answers"
    PROTECTED = "withheld"


@dataclass(frozen=True)
class Feedback:
    """The answers to one workshop's feedback, raw. It is an argument of `disclosed` and goes no further."""

    name: str
    code: str
    asked: int
    """Learners who attended and so were asked."""
    overall: tuple[int | None, ...] = ()
    tutor: tuple[int | None, ...] = ()
    before: tuple[int | None, ...] = ()
    """Aligned with `after`: one place for each answer, None where the rating is missing."""
    after: tuple[int | None, ...] = ()
    lowest: int = 0
    highest: int = 10


@dataclass(frozen=True)
class Rating:
    """One mean rating between 0 and 1 with its n, or the reason why neither is shown."""

    value: Fraction | None
    n: int | None
    withheld: Withheld | None = None


@dataclass(frozen=True)
class WorkshopRatings:
    """One workshop, as far as it may be shown."""

    name: str
    code: str
    overall: Rating
    tutor: Rating
    before: Rating
    after: Rating
    """n of `before` and `after` is the pairs: answers with both ratings."""


@dataclass(frozen=True)
class Ratings:
    """All workshops, and the figures pooled over them."""

    workshops: tuple[WorkshopRatings, ...]
    asked: int
    overall: Rating
    tutor: Rating
    before: Rating
    after: Rating
    scale: tuple[int, int] | None = (0, 10)
    """Lowest and highest rating; None when the workshops differ."""
    without_before: int = 0
    """Answers left out of the pairs because a rating is missing."""


def withheld(counts: Sequence[int], *, threshold: int = SMALL_GROUP) -> frozenset[int]:
    """The places in `counts` whose figure must not be shown while the pooled one is.

    A group under the threshold is withheld. What is withheld can be worked out together by subtraction, so it must be
    at least two groups and at least the threshold; until it is, the next smallest is withheld too (the earlier of equals).
    """
    hidden = {i for i, n in enumerate(counts) if 0 < n < threshold}
    if not hidden:
        return frozenset()
    for i in sorted((i for i, n in enumerate(counts) if n >= threshold), key=lambda i: (counts[i], i)):
        if sum(counts[k] for k in hidden) >= threshold:  # and so at least two groups
            break
        hidden.add(i)
    return frozenset(hidden)


def disclosed(feedback: Sequence[Feedback], *, threshold: int = SMALL_GROUP) -> Ratings:
    """What of the answers may be printed."""
    columns = {
        "overall": [_shares(one, one.overall) for one in feedback],
        "tutor": [_shares(one, one.tutor) for one in feedback],
        "before": [_shares(one, [b for b, _ in _pairs(one)]) for one in feedback],
        "after": [_shares(one, [a for _, a in _pairs(one)]) for one in feedback],
    }
    shown = {key: _column(values, threshold) for key, values in columns.items()}
    pooled = {key: _pooled([v for one in values for v in one], threshold) for key, values in columns.items()}
    scales = {(one.lowest, one.highest) for one in feedback}
    answers = sum(len(one.overall) for one in feedback)
    return Ratings(
        workshops=tuple(
            WorkshopRatings(one.name, one.code, *(shown[key][i] for key in ("overall", "tutor", "before", "after")))
            for i, one in enumerate(feedback)
        ),
        asked=sum(one.asked for one in feedback),
        overall=pooled["overall"],
        tutor=pooled["tutor"],
        before=pooled["before"],
        after=pooled["after"],
        scale=scales.pop() if len(scales) == 1 else None,
        without_before=max(0, answers - (pooled["before"].n or answers)),
    )


def _pairs(one: Feedback) -> list[tuple[int, int]]:
    return [(b, a) for b, a in zip(one.before, one.after, strict=True) if b is not None and a is not None]


def _shares(one: Feedback, ratings: Sequence[int | None]) -> list[Fraction]:
    return [Fraction(rating - one.lowest, one.highest - one.lowest) for rating in ratings if rating is not None]


def _column(values: Sequence[Sequence[Fraction]], threshold: int) -> list[Rating]:
    counts = [len(one) for one in values]
    hidden = withheld(counts, threshold=threshold)
    return [_rating(one, hidden=i in hidden, threshold=threshold) for i, one in enumerate(values)]


def _rating(values: Sequence[Fraction], *, hidden: bool, threshold: int) -> Rating:
    if not values:
        return Rating(None, 0, Withheld.NOTHING)
    if hidden:
        return Rating(None, None, Withheld.FEW if len(values) < threshold else Withheld.PROTECTED)
    return Rating(sum(values, Fraction(0)) / len(values), len(values))


def _pooled(values: Sequence[Fraction], threshold: int) -> Rating:
    return _rating(values, hidden=0 < len(values) < threshold, threshold=threshold)
