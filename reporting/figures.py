"""The numbers that are defined once. Every page, command and PDF takes its figures from here.

| figure | definition |
| started | enrolments that became active on or before the day, withdrawn ones included |
| completed | enrolments whose certificate is claimed and confirmed on or before the day |
| withdrawn | enrolments withdrawn on or before the day, after they started |
| outstanding | started less completed less withdrawn |
| expected places | pairs of learner and session held on or before the day, the learner not withdrawn before the session's day |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reporting.facts import CohortFacts, LearnerFacts, PlaceFacts, SessionFacts

PRESENT = ("attended", "part")
SCALE = 10  # ratings run from 0 to 10


@dataclass(frozen=True)
class Figure:
    """A share or a mean as an exact fraction of one, with what it was made of. `value` is None when there is nothing."""

    value: Fraction | None
    n: int
    formula: str
    counts: str
    """What n counts: places, hours, ratings, pairs."""

    def as_json(self) -> dict[str, Any]:
        """`percent` is exact to the precision of a double; `ratio` is the exact fraction."""
        return {
            "percent": float(self.value * 100) if self.value is not None else None,
            "n": self.n,
            "ratio": f"{self.value.numerator}/{self.value.denominator}" if self.value is not None else None,
            "formula": self.formula,
            "of": self.counts,
        }


@dataclass(frozen=True)
class Figures:
    started: int
    completed: int
    withdrawn: int
    outstanding: int
    individual_deadlines: int
    """Outstanding learners who have a deadline of their own inside their registration."""
    attendance: Figure
    hours_attendance: Figure
    covered: Figure
    satisfaction_overall: Figure
    satisfaction_tutor: Figure
    knowledge_gain: Figure


def places(facts: CohortFacts, session: SessionFacts) -> list[tuple[LearnerFacts, PlaceFacts | None]]:
    """The expected places of one session: each learner expected, with the place if the register has one."""
    of, on = session.places.get, session.on
    return [(one, of(one.enrolment)) for one in facts.started if one.withdrawn_on is None or one.withdrawn_on >= on]


def is_present(place: PlaceFacts | None) -> bool:
    return place is not None and place.state in PRESENT


def is_covered(place: PlaceFacts | None) -> bool:
    """Present, or absent and since caught up with the tutor's signature."""
    return place is not None and (place.state in PRESENT or place.caught_up_on is not None)


def minutes_present(place: PlaceFacts | None, session: SessionFacts) -> int:
    if place is None or place.state not in PRESENT:
        return 0
    return session.minutes if place.state == "attended" else min(place.minutes or 0, session.minutes)


def ratings(facts: CohortFacts) -> list[tuple[int | None, int | None, int | None, int | None]]:
    """All answers on workshops held on or before the day: overall, tutor, knowledge before, knowledge after."""
    return [
        place.ratings
        for session in facts.held
        if session.kind == "workshop"
        for place in session.places.values()
        if place.ratings
    ]


def deadlines_inside_registration(learner: LearnerFacts) -> bool:
    """Whether every piece still to be passed has a date of the learner's own that lies inside the registration."""
    open_kinds = [
        kind for kind in learner.deadlines if (work := learner.work.get(kind)) is None or work.state != "passed"
    ]
    if learner.registration_ends is None or not open_kinds:
        return False
    return all(
        learner.deadlines[kind][1] and learner.deadlines[kind][0] <= learner.registration_ends for kind in open_kinds
    )


def _share(part: int, whole: int, *, formula: str, counts: str) -> Figure:
    return Figure(Fraction(part, whole) if whole else None, whole, formula, counts)


def _mean(values: Iterable[int | None], *, formula: str, counts: str) -> Figure:
    given = [one for one in values if one is not None]
    return Figure(Fraction(sum(given), len(given) * SCALE) if given else None, len(given), formula, counts)


def compute(facts: CohortFacts) -> Figures:
    """All figures of a cohort as of its day."""
    started = facts.started
    outstanding = [one for one in started if one.is_outstanding]
    expected = present = covered = planned_minutes = present_minutes = 0
    for session in facts.held:
        found = places(facts, session)
        expected += len(found)
        planned_minutes += session.minutes * len(found)
        for _, place in found:
            if place is not None:
                present += is_present(place)
                covered += is_covered(place)
                present_minutes += minutes_present(place, session)
    answers = ratings(facts)
    gains = [after - before for _, _, before, after in answers if before is not None and after is not None]
    hours = _share(present_minutes, planned_minutes, formula="hours attended ÷ hours planned", counts="minutes planned")
    return Figures(
        started=len(started),
        completed=sum(one.is_completed for one in started),
        withdrawn=sum(one.is_withdrawn and not one.is_completed for one in started),
        outstanding=len(outstanding),
        individual_deadlines=sum(deadlines_inside_registration(one) for one in outstanding),
        attendance=_share(present, expected, formula="places attended ÷ places expected", counts="places"),
        hours_attendance=hours,
        covered=_share(
            covered, expected, formula="(places attended + absences caught up) ÷ places expected", counts="places"
        ),
        satisfaction_overall=_mean(
            (one[0] for one in answers), formula="mean rating ÷ 10, scale 0 to 10, all workshops", counts="ratings"
        ),
        satisfaction_tutor=_mean(
            (one[1] for one in answers), formula="mean rating of the tutor ÷ 10, scale 0 to 10", counts="ratings"
        ),
        knowledge_gain=_mean(
            gains, formula="mean of (after − before) ÷ 10, scale 0 to 10, in percentage points", counts="pairs"
        ),
    )


def as_json(facts: CohortFacts) -> dict[str, Any]:
    """The figures under the names that `manage.py cohort_figures --json` prints."""
    figures = compute(facts)
    shares = (
        "attendance",
        "hours_attendance",
        "covered",
        "satisfaction_overall",
        "satisfaction_tutor",
        "knowledge_gain",
    )
    counts = ("started", "completed", "withdrawn", "outstanding", "individual_deadlines")
    return {
        "cohort": facts.code,
        "as_of": facts.as_of.isoformat(),
        **{name: getattr(figures, name) for name in counts},
        **{name: getattr(figures, name).as_json() for name in shares},
        "deadlines": [
            {
                "learner": one.name,
                "assignment": kind,
                "due_on": due_on.isoformat(),
                "is_individual": own,
                "registration_ends_on": one.registration_ends.isoformat() if one.registration_ends else None,
            }
            for one in facts.started
            if one.is_outstanding
            for kind, (due_on, own) in sorted(one.deadlines.items())
            if kind not in one.work or one.work[kind].state != "passed"
        ],
    }
