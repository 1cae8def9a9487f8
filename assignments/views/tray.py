"""The tray of the marking room: its criteria with what is saved, and where the marking stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from assignments import outcome, policy
from assignments.models import CriterionDecision, Deferral, Submission
from assignments.views.outline import sections_of
from core.statements import Statement
from programmes.models import Criterion

_BLANK: Mapping[str, Any] = {
    "revision": 0,
    "decision": "",
    "mark": None,
    "evidence": "",
    "feedback": "",
    "action": "",
}
SIGNS = {"pass": ("done", "pass"), "refer": ("referred", "refer"), "": ("not_yet", "not decided yet")}


@dataclass
class Row:
    """One criterion in the tray. `theirs` is what somebody else saved meanwhile, beside what is in the fields.

    The fields are drawn as plain markup: twelve form objects cost more than the rest of the tray. `DecideForm` judges
    what is posted.
    """

    criterion: Criterion
    decision: CriterionDecision | None
    written: Mapping[str, Any]
    section: str = ""
    errors: Sequence[str] = ()
    open: bool = False
    theirs: CriterionDecision | None = None
    following: str = ""
    label: str = ""

    @property
    def key(self) -> str:
        return f"k-{self.criterion.pk}"

    @property
    def value(self) -> str:
        return self.decision.decision if self.decision else ""

    @property
    def sign(self) -> str:
        return SIGNS[self.value][0]

    @property
    def word(self) -> str:
        word = SIGNS[self.value][1]
        if self.has_marks and self.decision and self.decision.mark is not None:
            return f"{self.decision.mark} of {self.criterion.marks} marks, {'met' if word == 'pass' else 'not met'}"
        return word

    @property
    def has_marks(self) -> bool:
        """Whether the tutor gives marks here, from which the decision follows."""
        return outcome.has_marks(self.criterion.outcome.unit.marking_scheme)

    @property
    def enough_marks(self) -> int:
        """The lowest mark that meets the criterion."""
        return -(-self.criterion.outcome.unit.pass_mark * self.criterion.marks // 100)

    @property
    def remark(self) -> str:
        return "met in an earlier attempt" if self.decision and self.decision.carried_forward else ""


@dataclass(frozen=True)
class Stand:
    """Where the marking stands: what the outcome would be, and what is still missing before it can be signed.

    `refers` counts the criteria for which the learner has to do something; `under` those that lie under the pass mark in
    a unit that passes by average. `deferred` says until when the decision waits.
    """

    passes: int
    refers: int
    open: tuple[Row, ...]
    without_action: tuple[Row, ...]
    outcome: str
    limit: str
    under: int = 0
    rule: str = ""
    totals: tuple[tuple[str, int, int], ...] = ()
    to_do: frozenset[int] = frozenset()
    deferral: Deferral | None = None

    @property
    def decided(self) -> int:
        return self.passes + self.refers + self.under

    @property
    def total(self) -> int:
        return self.decided + len(self.open)

    @property
    def sentence(self) -> str:
        if self.refers and (self.outcome or not self.totals):
            return f"referral with {self.refers} action{'' if self.refers == 1 else 's'}"
        if not self.decided:
            return "nothing decided yet"
        if self.open and self.totals:
            return ", ".join(f"{given} of {possible} marks in unit {unit}" for unit, given, possible in self.totals)
        return "pass" if not self.open else "pass so far"

    @property
    def can_pass(self) -> bool:
        return self.outcome == "pass" and not self.deferral

    @property
    def can_refer(self) -> bool:
        return self.outcome == "referral" and not self.without_action and not self.limit and not self.deferral


def _saved(_shape: object, *, submission: int) -> list[QuerySet[CriterionDecision]]:
    return [CriterionDecision.objects.filter(submission=submission).select_related("saved_by").order_by()]


_SAVED = Statement(_saved)


def rows_of(submission: Submission) -> list[Row]:
    """The criteria in the awarding organisation's order, each with what is saved, to go on with."""
    saved = {one.criterion_id: one for one in _SAVED.objects(submission=submission.pk)}
    sections = sections_of(submission)
    rows = []
    for criterion in submission.asked():
        decision = saved.get(criterion.pk)
        written = dict(_BLANK)
        if decision:
            written = {name: getattr(decision, name) for name in _BLANK}
        rows.append(Row(criterion, decision, written, sections.get(criterion.number, "")))
    for row, label in zip(rows, policy.numbers_of([row.criterion for row in rows]), strict=True):
        row.label = label
    for row in rows:
        following = next_open(rows, row.criterion.pk)
        row.following = following.label if following else ""
    return rows


def next_open(rows: list[Row], criterion: int) -> Row | None:
    """The next criterion that is not decided, after this one and then from the start."""
    at = next((n for n, row in enumerate(rows) if row.criterion.pk == criterion), 0)
    return next((row for row in [*rows[at + 1 :], *rows[:at]] if not row.value), None)


def units_of(rows: list[Row]) -> list[str]:
    """The numbers of the units these criteria belong to."""
    return list(dict.fromkeys(row.criterion.outcome.unit.number for row in rows))


def stand_of(submission: Submission, rows: list[Row]) -> Stand:
    found = outcome.lines([row.criterion for row in rows], {row.criterion.pk: row.decision for row in rows})
    wanted = frozenset(outcome.to_do(found))
    unmet = [row for row in rows if row.criterion.pk in wanted]
    undecided = {one.criterion for one in found if one.is_open}
    values = [row.value for row in rows if row.criterion.pk not in undecided]
    units = {row.criterion.outcome.unit_id: row.criterion.outcome.unit for row in rows}
    schemes = sorted(units.values(), key=lambda one: one.number)
    # The clock of a deferred piece stands still, and only that of a deferred one.
    waits = submission.state == "submitted" and submission.mark_by is None
    return Stand(
        passes=values.count("pass"),
        refers=len(unmet),
        under=values.count("refer") - len(unmet),
        open=tuple(row for row in rows if row.criterion.pk in undecided),
        without_action=tuple(row for row in unmet if row.decision and not row.decision.action.strip()),
        outcome=outcome.of_work(found),
        limit=policy.attempts_are_left(submission, None) if unmet else "",
        rule=outcome.rule((one.marking_scheme, one.pass_mark) for one in schemes),
        totals=tuple((units[unit].number, given, possible) for unit, given, possible in outcome.totals(found)),
        to_do=wanted,
        deferral=submission.deferrals.filter(state="open").select_related("deferred_by").first() if waits else None,
    )
