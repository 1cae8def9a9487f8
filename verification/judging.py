"""What a verifier judges of somebody's marking, and the frozen state it is judged by: values in, sentences out, no database.

A judgement is made criterion by criterion (agreed or not) and by aspect (strong, sound, to develop). Its state is plain data
with a fingerprint, so that whoever asks later sees what was judged and not what became of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from django.db.models import TextChoices

YES, NO = "yes", "no"


class Aspect(TextChoices):
    """What is looked at in every piece (`ilm` I11). The one list of them."""

    FAIR = "fair", "Decisions are fair and consistent"
    REASONED = "reasoned", "Feedback says what was met, and why"
    HELPING = "helping", "Feedback helps the learner on without writing the answer"
    RECORDS = "records", "Records are accurate and complete"
    TASK = "task", "The task lets a learner show what the criteria ask"


class Rating(TextChoices):
    STRONG = "strong", "Strong"
    SOUND = "sound", "Sound"
    DEVELOP = "develop", "To develop"


class ActionKind(TextChoices):
    """A record that is put right is no failed check, so the two are told apart."""

    CORRECTION = "correction", "Correction"
    REJECTION = "rejection", "Rejection"


class Said(NamedTuple):
    """Of one criterion: whether the verifier agrees, and what they say about it."""

    agrees: bool
    note: str = ""


class Rated(NamedTuple):
    rating: str
    note: str = ""


@dataclass(frozen=True)
class Judgement:
    """By the primary keys of the criteria, and by aspect. What is left out was not judged."""

    criteria: Mapping[int, Said]
    aspects: Mapping[str, Rated] = field(default_factory=dict)

    @property
    def not_agreed(self) -> list[int]:
        return [pk for pk, said in self.criteria.items() if not said.agrees]


def agreeing(criteria: Iterable[int]) -> Judgement:
    """Of a verifier who agrees with everything and says no more."""
    return Judgement({pk: Said(agrees=True) for pk in criteria})


def listed(words: Collection[str]) -> str:
    """1.1, 1.2 and 1.4"""
    found = list(words)
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def note_problem(judgement: Judgement, numbers: Mapping[int, str]) -> str:
    """Whoever does not agree, or asks for something to be developed, says why: the tutor learns from nothing else."""
    silent = [numbers[pk] for pk in numbers if pk in judgement.not_agreed and not judgement.criteria[pk].note.strip()]
    if silent:
        return f"Say why you do not agree with {listed(silent)}. The tutor reads it."
    for aspect in Aspect:
        rated = judgement.aspects.get(aspect.value)
        if rated and rated.rating == Rating.DEVELOP and not rated.note.strip():
            return f"Say what there is to develop: “{aspect.label}”."
    return ""


def unjudged_problem(judgement: Judgement, numbers: Mapping[int, str]) -> str:
    missing = [number for pk, number in numbers.items() if pk not in judgement.criteria]
    if not missing:
        return ""
    return f"Say of {listed(missing)} whether you agree, or agree with all that you have not marked otherwise."


def agree_problem(judgement: Judgement, numbers: Mapping[int, str]) -> str:
    """Agreed is a piece of which every criterion is agreed with."""
    if against := [number for pk, number in numbers.items() if pk in judgement.not_agreed]:
        return (
            f"You do not agree with {listed(against)}, so ask for an action; or change your mind about "
            f"{'it' if len(against) == 1 else 'them'} first."
        )
    return unjudged_problem(judgement, numbers) or note_problem(judgement, numbers)


def action_problem(judgement: Judgement, numbers: Mapping[int, str], *, kind: str) -> str:
    """A rejection says which decision is not supported. Under a correction the outcome stands, so every decision is agreed with."""
    if kind not in ActionKind.values:
        return "Choose whether this is a correction or a rejection."
    against = [number for pk, number in numbers.items() if pk in judgement.not_agreed]
    if kind == ActionKind.REJECTION and not against:
        return "A rejection says which decision is not supported. Mark at least one criterion “Not agreed”, or ask for a correction."
    if kind == ActionKind.CORRECTION and against:
        return (
            f"You do not agree with {listed(against)}. Under a correction the outcome stands: reject the marking, "
            "or agree with the decision and say in the action what has to be put right."
        )
    return note_problem(judgement, numbers)


# ---- what is typed, as it is kept while the verifier works


def name_of(criterion: int) -> str:
    return f"k{criterion}"


ACTION_FIELDS = ("action_kind", "action", "owner", "action_due_on")
NAMED = ("comment", *ACTION_FIELDS)
LONGEST = 5000


def names(criteria: Iterable[int]) -> list[str]:
    """The fields of one judgement, as they stand in the form and in what is kept of it."""
    found = [one for pk in criteria for one in (name_of(pk), f"{name_of(pk)}-note")]
    return [*found, *(one for a in Aspect.values for one in (f"a-{a}", f"a-{a}-note")), *NAMED]


def kept(given: Mapping[str, Any], criteria: Iterable[int]) -> dict[str, str]:
    """What was typed, letter for letter and without what is empty. Only the sign that no database keeps is left out."""
    found = {one: str(given.get(one) or "").replace("\x00", "")[:LONGEST] for one in names(criteria)}
    return {one: text for one, text in found.items() if text.strip()}


def read(typed: Mapping[str, str], criteria: Iterable[int]) -> Judgement:
    """The judgement in what was typed. A choice nobody offered counts as none."""
    said = {
        pk: Said(typed[name_of(pk)] == YES, typed.get(f"{name_of(pk)}-note", "").strip())
        for pk in criteria
        if typed.get(name_of(pk)) in (YES, NO)
    }
    rated = {
        one: Rated(typed[f"a-{one}"], typed.get(f"a-{one}-note", "").strip())
        for one in Aspect.values
        if typed.get(f"a-{one}") in Rating.values
    }
    return Judgement(said, rated)


def written(judgement: Judgement) -> dict[str, str]:
    """The judgement as it would have been typed: the beginning of the next round."""
    found: dict[str, str] = {}
    for pk, said in judgement.criteria.items():
        found[name_of(pk)], found[f"{name_of(pk)}-note"] = YES if said.agrees else NO, said.note
    for aspect, rated in judgement.aspects.items():
        found[f"a-{aspect}"], found[f"a-{aspect}-note"] = rated.rating, rated.note
    return {one: text for one, text in found.items() if text}


def with_the_rest(typed: Mapping[str, str], criteria: Iterable[int]) -> dict[str, str]:
    """Agreed with wherever nothing was marked."""
    rest = {name_of(pk): YES for pk in criteria if typed.get(name_of(pk)) not in (YES, NO)}
    return {**typed, **rest}


# ---- what is judged, frozen


def numbered(decisions: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The criteria by their numbers; where several units are judged together, each with its unit."""
    rows = list(decisions)
    several = len({one.get("unit", "") for one in rows}) > 1
    return {one["criterion"]: f"{one['unit']} {one['number']}" if several else one["number"] for one in rows}


def fingerprint(judged: Mapping[str, Any]) -> str:
    """Of canonical JSON: the order in which anything was written makes no difference, every letter does."""
    said = json.dumps(judged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(said.encode()).hexdigest()


_PARTS = {
    "attempt": "the attempt",
    "files": "the files",
    "wording": "the wording",
    "declaration": "the declaration",
    "marking": "the signed outcome",
    "comments": "the comments in the text",
    "second": "the second marking",
}
_OF_DECISION = {
    "decision": "the decision on",
    "mark": "the marks for",
    "feedback": "the feedback on",
    "action": "what is to do for",
}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is not as it was, in words: each decision by its number, and each other part."""
    found = []
    was = {one["criterion"]: one for one in before.get("decisions", [])}
    stands = {one["criterion"]: one for one in now.get("decisions", [])}
    by_word: dict[str, list[str]] = {}
    words_of = numbered({**was, **stands}.values())
    for pk in sorted(words_of, key=lambda pk: (words_of[pk], pk)):
        one, other = was.get(pk), stands.get(pk)
        if one is None or other is None:
            by_word.setdefault("the decision on", []).append(words_of[pk])
            continue
        for name, words in _OF_DECISION.items():
            if one.get(name) != other.get(name):
                by_word.setdefault(words, []).append(words_of[pk])
        if one.get("carried_forward") != other.get("carried_forward"):
            by_word.setdefault("whether it was met before:", []).append(words_of[pk])
    found += [f"{words} {listed(numbers)}" for words, numbers in by_word.items()]
    return found + [words for name, words in _PARTS.items() if before.get(name) != now.get(name)]
