"""What a strategy promises of a cohort, each promise with the pieces it is about and how many of them it wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from verification.sampling.pieces import HIGH, LOW, MEDIUM, NEW, Facts, Piece, Tutor

RISK = {LOW: "low risk", MEDIUM: "medium risk", HIGH: "high risk"}


@dataclass(frozen=True, kw_only=True)
class Promise:
    """`needed` of `members` are picked. `why` is the reason given with a pick that this promise makes."""

    rule: str
    label: str
    members: tuple[Piece, ...]
    needed: int
    why: str
    early: bool = False


def share_of(percent: int, number: int) -> int:
    """How many of `number` are at least `percent` of them, in whole numbers, so that no rounding error makes it one more."""
    return -(-percent * number // 100)


def promises(facts: Facts) -> Iterator[Promise]:
    """In the order in which they are kept: the strict ones first, so that they count for those that follow."""
    counting = [one for one in facts.pieces if one.counts]
    of_tutor = {tutor.pk: tuple(one for one in counting if one.tutor == tutor.pk) for tutor in facts.tutors}
    taught = [(tutor, of_tutor[tutor.pk]) for tutor in facts.tutors if of_tutor[tutor.pk]]
    for tutor, members in taught:
        if tutor.standing == NEW:
            why = f"{tutor.name} is new and not signed off, so everything is verified"
            label = f"Everything of {tutor.name} (new, not signed off)"
            yield Promise(rule="new_tutor", label=label, members=members, needed=len(members), why=why)
    yield from _once_each(facts, counting, taught)
    if referred := tuple(one for one in counting if one.referred):
        percent = facts.strategy.referrals
        why = f"it was referred, and {percent} % of what was referred is verified"
        needed = share_of(percent, len(referred))
        yield Promise(
            rule="referral", label=f"{percent} % of what was referred", members=referred, needed=needed, why=why
        )
    for tutor, members in taught:
        if tutor.standing != NEW:
            percent = facts.strategy.rate(tutor.standing).overall
            why = f"{percent} % of the pieces of {tutor.name} are verified ({RISK[tutor.standing]})"
            label = f"{percent} % of {tutor.name} ({RISK[tutor.standing]})"
            needed = share_of(percent, len(members))
            yield Promise(rule="rate", label=label, members=members, needed=needed, why=why)
    for tutor, members in taught:
        if percent := facts.strategy.rate(tutor.standing).interim:
            why = f"{percent} % of the pieces of {tutor.name} are looked at early ({tutor.said})"
            label = f"{percent} % of {tutor.name} early (interim)"
            needed = share_of(percent, len(members))
            yield Promise(rule="early", label=label, members=members, needed=needed, why=why, early=True)


def _once_each(facts: Facts, counting: list[Piece], taught: list[tuple[Tutor, tuple[Piece, ...]]]) -> Iterator[Promise]:
    every = facts.strategy.every
    if "tutor" in every:
        for tutor, members in taught:
            why = f"first piece of {tutor.name} in this cohort"
            yield Promise(rule="tutor", label=f"A piece of {tutor.name}", members=members, needed=1, why=why)
    told: tuple[tuple[str, Callable[[Piece], str], Callable[[str], str]], ...] = (
        ("unit", lambda one: one.unit, lambda value: f"unit {value}"),
        ("method", lambda one: one.assignment, lambda value: f"the method {facts.title(value).lower()}"),
        ("pathway", lambda one: one.pathway, lambda value: f"the pathway {facts.pathways.get(value, value).lower()}"),
        ("learner", lambda one: str(one.learner), lambda value: "a learner"),
    )
    for rule, of, said in told:
        if rule not in every:
            continue
        for value, members in _by(counting, of).items():
            label = "A piece of each learner" if rule == "learner" else f"A piece of {said(value)}"
            why = (
                "every learner is looked at once"
                if rule == "learner"
                else f"first piece of {said(value)} in this cohort"
            )
            yield Promise(rule=rule, label=label, members=members, needed=1, why=why)
    if "cohort" in every and counting:
        yield Promise(
            rule="cohort",
            label=f"A piece of {facts.cohort}",
            members=tuple(counting),
            needed=1,
            why="first of the cohort",
        )


def _by(pieces: Iterable[Piece], of: Callable[[Piece], str]) -> dict[str, tuple[Piece, ...]]:
    found: dict[str, list[Piece]] = {}
    for one in pieces:
        found.setdefault(of(one), []).append(one)
    return {value: tuple(found[value]) for value in sorted(found)}
