"""The journey grid: what each learner's row of stages says, as of a day. One drawing for dashboard, path and PDF.

A rule about a cell stands here and nowhere else; how a cell looks is decided by `core.templatetags.ui` and the PDF.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from reporting import wording
from reporting.facts import CohortFacts, LearnerFacts, PlaceFacts, WorkFacts
from reporting.wording import near_day

long_day = lru_cache(maxsize=2048)(wording.long_day)
SHORT = {"induction": "Induction", "workshop": "W", "guided_learning": "Guided"}
CODES = {"induction": "Ind", "workshop": "W", "guided_learning": "Gd"}
KINDS = (("essay", "Essay"), ("portfolio", "Portfolio"))


@dataclass(frozen=True)
class Column:
    """One stage. `phase` is joining, sessions, assignments or award."""

    key: str
    phase: str
    label: str
    name: str
    on: dt.date | None = None


class Cell(NamedTuple):
    """One learner at one stage: a state that has its own sign and word, and what the tooltip adds."""

    state: str
    note: str = ""


DONE, OUT, NOT_YET = Cell("done"), Cell("withdrawn"), Cell("not_yet")


class Next(NamedTuple):
    """What happens next for a learner, who acts, by when, and how many days past that it is."""

    what: str
    who: str
    due_on: dt.date | None = None
    days_late: int = 0


class Row(NamedTuple):
    learner: LearnerFacts
    cells: tuple[Cell, ...]
    next: Next


def columns(facts: CohortFacts) -> list[Column]:
    """The stages of a cohort, in the order of the journey."""
    kinds = [one.kind for one in facts.sessions]
    sessions = []
    for one in facts.sessions:
        several = one.kind == "workshop" or kinds.count(one.kind) > 1
        label = f"{SHORT[one.kind]}{one.number}" if several else SHORT[one.kind]
        sessions.append(Column(f"session-{one.pk}", "sessions", label, one.title, one.on))
    return [
        Column("form", "joining", "Enrolment", "Enrolment form"),
        Column("questionnaire", "joining", "Questions", "Knowledge and skills questionnaire"),
        *sessions,
        *(Column(kind, "assignments", label, label) for kind, label in KINDS),
        Column("iqa", "award", "IQA", "Internal verification (IQA)"),
        Column("claim", "award", "Claim", "Certification claim"),
    ]


def rows(facts: CohortFacts) -> list[Row]:
    """Everybody who started, by need: outstanding (nearest deadline first), completed, withdrawn."""
    ahead = _ahead(facts)
    found = [
        Row(one, cells(facts, one, ahead), next_step(facts, one)) for one in facts.learners.values() if one.started_on
    ]
    far = dt.date.max

    def need(row: Row) -> tuple[object, ...]:
        learner = row.learner
        group = 0 if learner.is_outstanding else 1 if learner.is_completed else 2
        when = row.next.due_on or learner.certificate_on or learner.withdrawn_on or far
        return (group, -row.next.days_late if group == 0 else 0, when, learner.name)

    return sorted(found, key=need)


def _ahead(facts: CohortFacts) -> list[Cell]:
    """For each session the cell of a learner without a mark."""
    return [
        Cell("absent", "no mark in the register") if one.is_held else Cell("not_yet", near_day(one.on, facts.as_of))
        for one in facts.sessions
    ]


def cells(facts: CohortFacts, learner: LearnerFacts, ahead: list[Cell] | None = None) -> tuple[Cell, ...]:
    """The states of one learner, one for each of `columns`. Who asks for many learners passes `ahead` along."""
    out, pk = learner.withdrawn_on, learner.enrolment
    found = [_once(learner.form_on, out, "sent"), _once(learner.questionnaire_on, out, "answered")]
    for session, unmarked in zip(facts.sessions, ahead or _ahead(facts), strict=True):
        if out and session.on > out:
            found.append(OUT)
        else:
            place = session.places.get(pk)
            found.append(unmarked if place is None else DONE if place.state == "attended" else _place_cell(place))
    found += [_work_cell(facts, learner, kind) for kind, _ in KINDS]
    found += [_iqa_cell(learner), _claim_cell(learner)]
    return tuple(found)


def _once(on: dt.date | None, withdrawn_on: dt.date | None, verb: str) -> Cell:
    if on:
        return Cell("done", f"{verb} {long_day(on)}")
    return OUT if withdrawn_on else NOT_YET


def _place_cell(place: PlaceFacts) -> Cell:
    if place.state == "part":
        return Cell("done", f"in part, {(place.minutes or 0) / 60:.1f} h")
    if place.caught_up_on:
        return Cell("caught_up", f"signed off {long_day(place.caught_up_on)}")
    return Cell("absent", "not caught up yet")


def _work_cell(facts: CohortFacts, learner: LearnerFacts, kind: str) -> Cell:
    work: WorkFacts | None = learner.work.get(kind)
    if work and work.state == "passed":
        return Cell("done", f"passed {long_day(work.marked_on)}" if work.marked_on else "")
    if learner.withdrawn_on:
        return OUT
    if work and work.state == "submitted":
        return Cell(
            "with_tutor", f"attempt {work.attempt}, in since {long_day(work.submitted_on)}" if work.submitted_on else ""
        )
    late = _days_late(facts, learner, kind)
    if late:
        return Cell("late", f"{late} {'day' if late == 1 else 'days'} late")
    if work and work.referred_at:
        return Cell("referred", f"again by {long_day(learner.deadlines[kind][0])}" if kind in learner.deadlines else "")
    return Cell("in_hand") if work else NOT_YET


def _days_late(facts: CohortFacts, learner: LearnerFacts, kind: str) -> int:
    """Days past the effective deadline for work that is not in."""
    work = learner.work.get(kind)
    if kind not in learner.deadlines or (work and work.state in ("submitted", "passed")):
        return 0
    return max((facts.as_of - learner.deadlines[kind][0]).days, 0)


def _iqa_cell(learner: LearnerFacts) -> Cell:
    checks = [work.verification for work in learner.work.values()]
    passed = len(checks) == len(KINDS) and all(work.state == "passed" for work in learner.work.values())
    if passed and all(one in ("agreed", "spared") for one in checks):
        return Cell("done", "agreed" if "spared" not in checks else "as the sampling plan has it")
    if learner.withdrawn_on:
        return OUT
    if passed:
        return Cell("in_hand", "back with the tutor" if "returned" in checks else "waiting for the IQA")
    return NOT_YET


def _claim_cell(learner: LearnerFacts) -> Cell:
    if learner.certificate_on:
        return Cell("done", f"certificate {long_day(learner.certificate_on)}")
    if learner.withdrawn_on:
        return OUT
    if learner.claimed_on:
        return Cell("in_hand", f"claimed {long_day(learner.claimed_on)}")
    return NOT_YET


def next_step(facts: CohortFacts, learner: LearnerFacts) -> Next:
    """What happens next: the work that is due first, else marking, verification, claim."""
    if learner.certificate_on:
        return Next(f"Certificate {long_day(learner.certificate_on)}", "")
    if learner.withdrawn_on:
        return Next(f"Withdrawn {long_day(learner.withdrawn_on)}", "")
    open_kinds = [
        (learner.deadlines[kind][0] if kind in learner.deadlines else dt.date.max, kind, label)
        for kind, label in KINDS
        if kind not in learner.work or learner.work[kind].state not in ("submitted", "passed")
    ]
    if open_kinds:
        due_on, kind, label = min(open_kinds)
        again = kind in learner.work and learner.work[kind].referred_at
        what = f"{label} again" if again else label
        known = None if due_on == dt.date.max else due_on
        return Next(what, "the learner", known, _days_late(facts, learner, kind))
    if any(work.state == "submitted" for work in learner.work.values()):
        label = next(label for kind, label in KINDS if learner.work[kind].state == "submitted")
        return Next(f"{label} to be marked", "the tutor")
    if learner.claimed_on:
        return Next("Certificate to arrive", "the awarding organisation")
    if _iqa_cell(learner).state == "done":
        return Next("Certificate to be claimed", "the centre")
    returned = any(work.verification == "returned" for work in learner.work.values())
    return Next("Verifier to be answered", "the tutor") if returned else Next("To be verified (IQA)", "the IQA")
