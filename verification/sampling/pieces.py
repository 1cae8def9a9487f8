"""What a plan is drawn from: the strategy, the tutors with their standing, who may verify, and the pieces of a cohort.

All of it can be written as JSON and read back, so that a plan keeps what it was drawn from and can be drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

NEW, LOW, MEDIUM, HIGH = "new", "low", "medium", "high"
STANDINGS = (NEW, LOW, MEDIUM, HIGH)
# What a strategy may promise to look at once at least.
DIMENSIONS = ("tutor", "unit", "method", "pathway", "cohort", "learner")
LEFT, CLAIMED = "left", "claimed"
EARLY, LATE = "early", "late"


class Key(NamedTuple):
    """Which piece: an enrolment, the number of a unit, and the kind of the assignment."""

    learner: int
    unit: str
    assignment: str


class Rate(NamedTuple):
    """Shares of a tutor's pieces in per cent: looked at early, and verified before the certificate is claimed."""

    interim: int
    summative: int

    @property
    def overall(self) -> int:
        """An early look is a look: where more is promised early than in all, all of that is picked."""
        return max(self)


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """`rates` by standing; of a new tutor everything is verified, whatever else the rate says. `every`: some of DIMENSIONS."""

    rates: Mapping[str, Rate]
    referrals: int = 0
    every: tuple[str, ...] = ()

    def rate(self, standing: str) -> Rate:
        found = Rate(*self.rates[standing])
        return Rate(found.interim, 100) if standing == NEW else found


@dataclass(frozen=True, kw_only=True)
class Tutor:
    """`review_on`: the day, as 2026-03-14, on which the rating is looked at again; empty without one."""

    pk: int
    name: str
    standing: str = NEW
    review_on: str = ""

    @property
    def said(self) -> str:
        return "new, not signed off" if self.standing == NEW else f"{self.standing} risk"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One unit in one assignment of one learner.

    `tutor` marked it, or will. `had_a_part` are those who may not verify it. `out`: why it cannot be verified any more, `left` or
    `claimed`. `finished`: the learner has passed everything, too late for an early look. `looked`: `early` or `late`, once a
    verifier has begun with it; `done`: agreed. The rest is what earlier plans promised.
    """

    learner: int
    unit: str
    assignment: str
    tutor: int | None = None
    had_a_part: tuple[int, ...] = ()
    pathway: str = ""
    referred: bool = False
    out: str = ""
    finished: bool = False
    looked: str = ""
    done: bool = False
    rule: str = ""
    promise: str = ""
    promised_in: int = 0
    early: bool = False
    replaced_by: Key | None = None
    by_hand: str = ""

    @property
    def key(self) -> Key:
        return Key(self.learner, self.unit, self.assignment)

    @property
    def counts(self) -> bool:
        """Whether a share is a share of it: what a learner left behind unseen is no piece any more."""
        return self.out != LEFT or bool(self.looked)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything a plan is drawn from, besides the seed. `titles` and `pathways` say how codes are read."""

    cohort: str
    place: str
    strategy: Strategy
    tutors: tuple[Tutor, ...]
    verifiers: tuple[int, ...]
    pieces: tuple[Piece, ...]
    generation: int = 1
    titles: Mapping[str, str] = field(default_factory=dict)
    pathways: Mapping[str, str] = field(default_factory=dict)

    def may_be_verified(self, piece: Piece) -> bool:
        """Whether anybody allocated had no part in marking it."""
        return any(one not in piece.had_a_part for one in self.verifiers)

    def title(self, assignment: str) -> str:
        return self.titles.get(assignment, assignment)

    def as_json(self) -> dict[str, Any]:
        """Plain values in a fixed order; of a piece only what differs from the usual, because a large cohort has thousands."""
        usual = asdict(Piece(learner=0, unit="", assignment=""))
        strategy = {
            "rates": {name: list(self.strategy.rate(name)) for name in STANDINGS},
            "referrals": self.strategy.referrals,
            "every": list(self.strategy.every),
        }
        pieces = [
            {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in vars(one).items()
                if name in Key._fields or value != usual[name]
            }
            for one in self.pieces
        ]
        return {
            "cohort": self.cohort,
            "place": self.place,
            "strategy": strategy,
            "tutors": [asdict(one) for one in self.tutors],
            "verifiers": list(self.verifiers),
            "pieces": pieces,
            "generation": self.generation,
            "titles": dict(self.titles),
            "pathways": dict(self.pathways),
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Facts:
        strategy = written["strategy"]
        rates = {name: Rate(*rate) for name, rate in strategy["rates"].items()}
        given: dict[str, Any] = {
            **written,
            "strategy": Strategy(rates=rates, referrals=strategy["referrals"], every=tuple(strategy["every"])),
            "tutors": tuple(Tutor(**one) for one in written["tutors"]),
            "verifiers": tuple(written["verifiers"]),
            "pieces": tuple(_piece(one) for one in written["pieces"]),
        }
        return cls(**given)


def _piece(written: Mapping[str, Any]) -> Piece:
    given = {**written, "had_a_part": tuple(written.get("had_a_part", ()))}
    if given.get("replaced_by"):
        given["replaced_by"] = Key(*given["replaced_by"])
    return Piece(**given)
