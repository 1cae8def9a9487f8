"""How a plan stands now: each promise of the strategy, and the dimensions a plan has to cover (CAMERA, `ilm` I04)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from verification.sampling.pieces import EARLY, Facts, Key, Piece
from verification.sampling.promises import Promise, promises


class Kept(NamedTuple):
    """One promise in figures: how many pieces it wants, how many are picked, how many of those are verified."""

    rule: str
    label: str
    needed: int
    picked: int
    verified: int
    of: int

    @property
    def missing(self) -> int:
        return max(self.needed - self.picked, 0)

    @property
    def waits(self) -> int:
        """How many are still to be verified until the promise is kept."""
        return max(self.needed - self.verified, 0)

    @property
    def sign(self) -> str:
        return "planned" if self.missing or self.waits else "done"


def kept(facts: Facts, picked: Mapping[Key, bool]) -> list[Kept]:
    """Each promise as it stands. `picked` says of each picked piece whether it is to be looked at early.

    The promise to look at every learner is one row for all of them.
    """
    found: list[Kept] = []
    learners: list[Kept] = []
    for one in promises(facts):
        row = _kept(facts, one, picked)
        (learners if one.rule == "learner" else found).append(row)
    if learners:
        of = [len(learners), *(sum(bool(getattr(one, name)) for one in learners) for name in ("picked", "verified"))]
        found.append(Kept("learner", "A piece of each learner", len(learners), of[1], of[2], len(learners)))
    return found


def _kept(facts: Facts, promise: Promise, picked: Mapping[Key, bool]) -> Kept:
    def is_picked(one: Piece) -> bool:
        if one.key not in picked or not (one.looked or facts.may_be_verified(one)):
            return False
        if not promise.early:
            return True
        return one.looked == EARLY or (picked[one.key] and not one.looked and not one.finished)

    members = [one for one in promise.members if is_picked(one)]
    verified = sum(one.looked == EARLY if promise.early else one.done for one in members)
    return Kept(promise.rule, promise.label, promise.needed, len(members), verified, len(promise.members))


class Dimension(NamedTuple):
    """One of the six: how many there are, how many the plan touches, how many a verifier has seen and agreed with."""

    letter: str
    label: str
    of: int
    picked: int
    verified: int
    untouched: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        return self.of - self.picked


def camera(facts: Facts, picked: Collection[Key]) -> list[Dimension]:
    """Candidates, assessors, methods, elements, records and assessment locations."""
    names = {one.pk: one.name for one in facts.tutors}

    def tutor(one: Piece) -> str:
        return names.get(one.tutor or 0, "")

    def record(one: Piece) -> str:
        return "results of referred work" if one.referred else "results without a referral"

    told: tuple[tuple[str, str, Callable[[Piece], object], bool], ...] = (
        ("C", "Candidates", lambda one: one.learner, False),
        ("A", "Assessors", tutor, True),
        ("M", "Methods", lambda one: facts.title(one.assignment), True),
        ("E", "Elements (units)", lambda one: one.unit, True),
        ("R", "Records", record, True),
        ("A", "Assessment locations", lambda one: facts.place, True),
    )
    counting = [one for one in facts.pieces if one.counts]
    found = []
    for letter, label, of, named in told:
        there = {of(one) for one in counting} - {""}
        touched = {of(one) for one in counting if one.key in picked} - {""}
        seen = {of(one) for one in counting if one.done} - {""}
        without = tuple(sorted(str(one) for one in there - touched)) if named else ()
        found.append(Dimension(letter, label, len(there), len(touched), len(seen), without))
    return found


# What a cell of the grid means: its sign, its word. Six, and a line through a learner who has left.
MEANINGS = {
    "not_yet": "nothing handed in, not picked",
    "unsampled": "handed in, not picked",
    "observed": "picked for an early look, waits",
    "planned": "picked, to be verified before the claim",
    "done": "verified without being picked",
    "sampled": "verified as picked",
}


def meaning(*, picked: bool, early: bool, rule: str, handed_in: bool, looked: bool, done: bool) -> str:
    """The sign of a cell. `rule` tells a piece that was in the sample from one that merely counts because it was looked at."""
    if done:
        return "sampled" if picked and rule != "verified" else "done"
    if picked:
        return "observed" if early and not looked else "planned"
    return "unsampled" if handed_in else "not_yet"
