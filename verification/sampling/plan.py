"""Drawing a plan: which pieces are picked, the reason for each pick and each non-pick, and what cannot be met.

Nothing is drawn from a stream of random numbers. Each piece has a place that follows from the seed and from itself alone, so
that a learner who comes or goes moves nobody else, and the same seed over the same facts gives the same plan byte for byte.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from verification.sampling.pieces import CLAIMED, EARLY, LEFT, Facts, Key, Piece, Tutor
from verification.sampling.promises import Promise, promises

# A piece with one of these is not picked, and still has to be verified before a claim.
UNSETTLED = ("blocked", "waiting")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the plan says of one piece. `early`: as soon as its first outcome is signed. `promise`: the first reason, without
    its beginning; it stays with a piece that cannot be verified any more, as does its rule, and `replaced_by` says what came instead."""

    key: Key
    picked: bool
    reason: str
    rule: str = ""
    early: bool = False
    promise: str = ""
    promised_in: int = 0
    replaced_by: Key | None = None

    @property
    def needed(self) -> bool:
        """Whether a claim waits for the verification of this piece."""
        return self.picked or self.rule in UNSETTLED


class Shortfall(NamedTuple):
    """A promise that cannot be kept: how many it wants, how many there can be, and a sentence that says why."""

    rule: str
    label: str
    needed: int
    possible: int
    sentence: str

    @property
    def missing(self) -> int:
        return self.needed - self.possible


class Plan(NamedTuple):
    lines: tuple[Line, ...]
    shortfalls: tuple[Shortfall, ...]


def place(seed: int, key: Key) -> str:
    """Where a piece stands in the order in which picks are made: a fingerprint of the seed and of the piece."""
    return hashlib.sha256(f"{seed}|{key.learner}|{key.unit}|{key.assignment}".encode()).hexdigest()


def draw(facts: Facts, *, seed: int) -> Plan:
    """The plan that follows from these facts and this seed."""
    return _Draw(facts, seed).plan()


class _Pick(NamedTuple):
    rule: str
    why: str
    early: bool
    promised_in: int


class _Draw:
    def __init__(self, facts: Facts, seed: int) -> None:
        self.facts = facts
        self.order = sorted(facts.pieces, key=lambda one: place(seed, one.key))
        self.by_key = {one.key: one for one in facts.pieces}
        self.able = {one.key: facts.may_be_verified(one) for one in facts.pieces}
        self.tutors: dict[int | None, Tutor] = {one.pk: one for one in facts.tutors}
        self.picks: dict[Key, _Pick] = {}
        self.replaced: dict[Key, Key] = {one.key: one.replaced_by for one in self.order if one.replaced_by}
        self.shortfalls: list[Shortfall] = []

    def plan(self) -> Plan:
        for one in self.order:
            self._keep(one)
        for one in self.order:
            if self._is_broken(one) and one.key not in self.replaced:
                self._replace(one)
        for promise in promises(self.facts):
            self._fulfil(promise)
        picked = self._counted()
        lines = tuple(self._line(one, picked) for one in sorted(self.facts.pieces, key=lambda one: one.key))
        return Plan(lines, tuple(self.shortfalls))

    # ---- what is settled before anything is drawn

    def _keep(self, one: Piece) -> None:
        """What was looked at counts, what was promised stays, what was added by hand is in."""
        if one.promise and (one.looked or not one.out):
            early = one.looked == EARLY if one.looked else one.early
            self.picks[one.key] = _Pick(one.rule, one.promise, early, one.promised_in)
        elif one.looked:
            why = "a verifier had begun with it before the plan was drawn, so it counts"
            self._pick(one, "verified", why, early=one.looked == EARLY)
        elif one.by_hand and not one.out:
            self._pick(one, "by_hand", one.by_hand, early=False)

    @staticmethod
    def _is_broken(one: Piece) -> bool:
        """A promise that nobody can keep any more, because there is nothing left to look at."""
        return bool(one.promise and one.out and not one.looked)

    def _replace(self, gone: Piece) -> None:
        """Another piece comes in the place of a promised one: the nearest, and of those the first in the order."""
        same_tutor = [one for one in self.order if one.tutor == gone.tutor]
        nearness: tuple[Callable[[Piece], bool], ...] = (
            lambda one: (one.unit, one.assignment) == (gone.unit, gone.assignment),
            lambda one: one.assignment == gone.assignment,
            lambda one: True,
        )
        # All of a new tutor is verified anyway: nothing of another tutor would make up for a piece of theirs.
        pools = [same_tutor] if gone.rule == "new_tutor" else [same_tutor, self.order]
        for pool in pools:
            for near in nearness:
                found = next((one for one in pool if near(one) and self._is_free(one)), None)
                if found is not None:
                    what = f"unit {gone.unit}, {self.facts.title(gone.assignment).lower()}"
                    why = f"in place of a piece that was promised ({what}) and cannot be verified any more"
                    self._pick(found, "replacement", why, early=gone.early and not found.finished)
                    self.replaced[gone.key] = found.key
                    return

    # ---- drawing

    def _is_free(self, one: Piece) -> bool:
        return one.key not in self.picks and not one.out and self.able[one.key]

    def _pick(self, one: Piece, rule: str, why: str, *, early: bool) -> None:
        self.picks[one.key] = _Pick(rule, why, early, self.facts.generation)

    def _has(self, promise: Promise, one: Piece) -> bool:
        """Whether this piece counts for the promise: picked, and somebody can or did look at it."""
        pick = self.picks.get(one.key)
        return pick is not None and (self.able[one.key] or bool(one.looked)) and (pick.early or not promise.early)

    def _fulfil(self, promise: Promise) -> None:
        members = {one.key for one in promise.members}
        has = sum(self._has(promise, one) for one in promise.members)
        if has < promise.needed:
            # For an early look, what is picked anyway comes first; what is known of its tutor before what is not.
            ordered = [one for one in self.order if one.key in members and self._can_take(promise, one)]
            ordered.sort(key=lambda one: (one.key not in self.picks, one.tutor is None))
            for one in ordered[: promise.needed - has]:
                if pick := self.picks.get(one.key):
                    self.picks[one.key] = pick._replace(early=True)
                else:
                    self._pick(one, promise.rule, promise.why, early=promise.early)
                has += 1
        if has < promise.needed:
            self.shortfalls.append(self._shortfall(promise, has))

    def _can_take(self, promise: Promise, one: Piece) -> bool:
        if not promise.early:
            return self._is_free(one)
        open_to_it = not one.finished and not one.looked and not one.out and self.able[one.key]
        return open_to_it and not (one.key in self.picks and self.picks[one.key].early)

    def _shortfall(self, promise: Promise, has: int) -> Shortfall:
        rest = [one for one in promise.members if not self._has(promise, one)]
        nobody = sum(not self.able[one.key] and not one.looked for one in rest)
        claimed = sum(one.out == CLAIMED and self.able[one.key] and not one.looked for one in rest)
        late = len(rest) - nobody - claimed
        because = []
        if nobody and not self.facts.verifiers:
            because.append("no internal verifier is allocated to this cohort")
        elif nobody:
            had = "had a part in marking it" if nobody == 1 else "had a part in marking them"
            because.append(f"of {nobody}, every internal verifier of this cohort {had}")
        if claimed:
            because.append(f"of {claimed}, the certificate has been claimed")
        if late and promise.early:
            because.append(f"for {late} it is too late to be looked at early")
        missing = promise.needed - has
        sentence = f"{promise.label}: {promise.needed} promised, {has} possible, {missing} missing, because {' and '.join(because)}."
        return Shortfall(promise.rule, promise.label, promise.needed, has, sentence)

    # ---- what is said of each piece

    def _counted(self) -> Counter[tuple[str, object]]:
        """How many pieces there are of each tutor, and how many are picked of each tutor and each unit."""
        found: Counter[tuple[str, object]] = Counter()
        for one in self.facts.pieces:
            found["of", one.tutor] += one.counts
            if one.key in self.picks:
                found["tutor", one.tutor] += 1
                found["unit", one.unit] += 1
        return found

    def _line(self, one: Piece, counted: Counter[tuple[str, object]]) -> Line:
        if pick := self.picks.get(one.key):
            start = "Picked for an early look" if pick.early and one.looked != EARLY else "Picked"
            return Line(
                key=one.key,
                picked=True,
                reason=f"{start}: {pick.why}.",
                rule=pick.rule,
                early=pick.early,
                promise=pick.why,
                promised_in=pick.promised_in,
            )
        rule, reason = self._not_picked(one, counted)
        return Line(
            key=one.key,
            picked=False,
            reason=reason,
            rule=rule,
            promise=one.promise,
            promised_in=one.promised_in,
            early=bool(one.promise and one.early),
            replaced_by=self.replaced.get(one.key),
        )

    def _not_picked(self, one: Piece, counted: Counter[tuple[str, object]]) -> tuple[str, str]:
        if one.out:
            why = "the learner has left the programme" if one.out == LEFT else "the certificate has been claimed"
            if not one.promise:
                return one.out, f"Not picked: {why}."
            instead = (
                "Another piece is picked in its place"
                if one.key in self.replaced
                else "Nothing is left that could be picked in its place"
            )
            return one.rule, f"Not picked any more: {why}. It was promised in plan {one.promised_in}. {instead}."
        if not self.able[one.key]:
            why = "every internal verifier of this cohort had a part in marking it"
            if not self.facts.verifiers:
                why = "no internal verifier is allocated to this cohort"
            return "blocked", f"Not picked: {why}. A claim waits until somebody can verify it."
        tutor = self.tutors.get(one.tutor)
        if tutor is None:
            return "waiting", "Not picked yet: nobody has been given it to mark, so it is not known whose rate counts."
        rate = self.facts.strategy.rate(tutor.standing).overall
        picked, of = counted["tutor", one.tutor], counted["of", one.tutor]
        covered = counted["unit", one.unit]
        others = f"unit {one.unit} is covered by {covered} other{'' if covered == 1 else 's'}"
        if not covered:
            others = f"the strategy asks for nothing more of unit {one.unit}"
        return (
            "",
            f"Not picked: {others}; {picked} of the {of} pieces of {tutor.name} are picked, the rate is {rate} %.",
        )


def changed(facts: Facts, pieces: dict[Key, Piece]) -> Facts:
    """The same facts with some of the pieces changed."""
    return replace(facts, pieces=tuple(pieces.get(one.key, one) for one in facts.pieces))
