"""How the outcome of a piece of work follows from its criteria, by the scheme of each unit's version (`ilm` A02, A04, A05).

Pure: values in, a word out. Whoever signs, shows or counts an outcome asks here, so that none is ever typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ALL_PASS, MINIMUM, AVERAGE = "all_pass", "minimum", "average"
PASS, REFER, REFERRAL = "pass", "refer", "referral"


@dataclass(frozen=True)
class Line:
    """One criterion with what was decided about it. `mark` is for a scheme with marks, out of `marks`."""

    criterion: int
    unit: int
    decision: str = ""
    mark: int | None = None
    scheme: str = ALL_PASS
    pass_mark: int = 50
    marks: int = 10

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided. In a scheme with marks the mark decides."""
        return not self.decision or (has_marks(self.scheme) and self.mark is None)


def has_marks(scheme: str) -> bool:
    return scheme in (MINIMUM, AVERAGE)


def lines(asked: Iterable[Any], decided: Mapping[int, Any]) -> list[Line]:
    """The criteria as they were asked, each with its decision: anything with `decision` and `mark`."""
    found = []
    for one in asked:
        unit, saved = one.outcome.unit, decided.get(one.pk)
        decision, mark = (saved.decision, saved.mark) if saved else ("", None)
        found.append(Line(one.pk, unit.pk, decision, mark, unit.marking_scheme, unit.pass_mark, one.marks))
    return found


def of_criterion(mark: int | None, *, marks: int, pass_mark: int) -> str:
    """The decision that follows from a mark: a pass from the pass mark up. Without a mark there is none."""
    if mark is None:
        return ""
    return PASS if mark * 100 >= pass_mark * marks else REFER


def of_unit(found: Iterable[Line]) -> str:
    """Pass or referral; empty while a criterion is open, and where there is none."""
    those = list(found)
    if not those or any(one.is_open for one in those):
        return ""
    if those[0].scheme == AVERAGE:
        given, possible = sum(one.mark or 0 for one in those), sum(one.marks for one in those)
        return PASS if given * 100 >= those[0].pass_mark * possible else REFERRAL
    return REFERRAL if any(one.decision == REFER for one in those) else PASS


def by_unit(found: Iterable[Line]) -> dict[int, str]:
    """The outcome of each unit, in the order in which the units come."""
    units: dict[int, list[Line]] = {}
    for one in found:
        units.setdefault(one.unit, []).append(one)
    return {unit: of_unit(those) for unit, those in units.items()}


def of_work(found: Iterable[Line]) -> str:
    """A piece of work passes when each of its units passes; one referral makes it a referral, once all is decided."""
    results = set(by_unit(found).values())
    if not results or "" in results:
        return ""
    return REFERRAL if REFERRAL in results else PASS


def to_do(found: Iterable[Line]) -> list[int]:
    """The criteria for which the learner has to do something: those under a pass, in units that do not pass.

    By average a unit may pass though a criterion lies under; then nothing is asked for it.
    """
    those = list(found)
    results = by_unit(those)
    return [one.criterion for one in those if one.decision == REFER and results[one.unit] != PASS]


def totals(found: Iterable[Line]) -> list[tuple[int, int, int]]:
    """The units marked by average: unit, marks given so far, marks possible."""
    sums: dict[int, tuple[int, int]] = {}
    for one in found:
        if one.scheme == AVERAGE:
            given, possible = sums.get(one.unit, (0, 0))
            sums[one.unit] = given + (one.mark or 0), possible + one.marks
    return [(unit, *both) for unit, both in sums.items()]


def carried(found: Iterable[Line]) -> list[int]:
    """The criteria that the next attempt need not show again: those met, and all of a unit that passes."""
    those = list(found)
    results = by_unit(those)
    return [one.criterion for one in those if one.decision == PASS or results[one.unit] == PASS]


def mark_problem(mark: int | None, *, number: str, marks: int) -> str:
    """Why this is no mark for the criterion, or an empty string."""
    if mark is None or 0 <= mark <= marks:
        return ""
    return f"{number} has {marks} marks at most. Enter a mark from 0 to {marks}."


def rule(schemes: Iterable[tuple[str, int]]) -> str:
    """How a piece of work is marked, in a sentence. Each unit gives its scheme and its pass mark."""
    told = {
        ALL_PASS: "Every criterion must pass.",
        MINIMUM: "Every criterion must reach {} per cent of its marks.",
        AVERAGE: "The marks of a unit must reach {} per cent on average.",
    }
    return " ".join(dict.fromkeys(told[scheme].format(pass_mark) for scheme, pass_mark in schemes))
