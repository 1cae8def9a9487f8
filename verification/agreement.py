"""How far tutors agree who marked the same piece blind: counts for each criterion, one percentage for the whole, nobody ranked."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Counted:
    """The decisions on one criterion, or on several together: how many pass, how many refer."""

    passes: int = 0
    referrals: int = 0

    @property
    def n(self) -> int:
        return self.passes + self.referrals

    @property
    def pairs(self) -> int:
        """How many pairs of tutors decided on it."""
        return self.n * (self.n - 1) // 2

    @property
    def same(self) -> int:
        """How many of these pairs decided the same."""
        return (self.passes * (self.passes - 1) + self.referrals * (self.referrals - 1)) // 2

    @property
    def is_unanimous(self) -> bool:
        return self.n > 0 and self.same == self.pairs


def counted(decisions: Iterable[str]) -> Counted:
    """The counts of one criterion; what is not decided is not counted."""
    given = list(decisions)
    return Counted(given.count("pass"), given.count("refer"))


@dataclass(frozen=True)
class Agreement:
    """The whole event: pairs of decisions that are the same, of all pairs; each criterion's pairs counted by themselves."""

    same: int
    pairs: int
    tutors: int
    criteria: int

    @property
    def share(self) -> Fraction | None:
        """Nothing where no two tutors decided on the same criterion."""
        return Fraction(self.same, self.pairs) if self.pairs else None


def agreement(by_criterion: Iterable[Counted], *, tutors: int) -> Agreement:
    several = list(by_criterion)
    same, pairs = sum(one.same for one in several), sum(one.pairs for one in several)
    return Agreement(same, pairs, tutors, sum(one.n > 0 for one in several))
