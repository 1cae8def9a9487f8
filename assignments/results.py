"""The result sheet of each unit, in the order of the awarding organisation's (`ilm` A01, Q53), to show and to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils import timezone

from assignments import bundles, outcome, policy
from assignments.bundles.pages import paragraphs, plain, said_day, said_moment
from assignments.models import CriterionDecision, Marking, Outcome, Submission, UnitResult
from core import printing
from programmes.models import Unit

TEMPLATE = "pdf/result_sheet.html"
STYLESHEET = "css/print/result_sheet.css"


@dataclass(frozen=True)
class Line:
    """One criterion as the sheet has it. `word` is the organisation's for a pass or a referral."""

    decision: CriterionDecision
    word: str
    sign: str
    asks: bool
    """Whether the learner has something to do for it."""
    corrected_at: Any = None
    """When its feedback was put right, if it was."""

    @property
    def criterion(self) -> Any:
        return self.decision.criterion

    @property
    def marks(self) -> str:
        given = self.decision.mark
        return "" if given is None else f"{given} of {self.criterion.marks}"


@dataclass(frozen=True)
class Sheet:
    """The result sheet of one unit: its criteria in the awarding organisation's order, and what follows from them."""

    unit: Unit
    outcome: str
    word: str
    lines: list[Line]
    totals: str = ""
    product_code: str = ""
    """The unit's with the awarding organisation, as it is today."""

    @property
    def has_marks(self) -> bool:
        return outcome.has_marks(self.unit.marking_scheme)

    @property
    def rule(self) -> str:
        return outcome.rule([(self.unit.marking_scheme, self.unit.pass_mark)])


@dataclass
class Sheets:
    """All sheets of one attempt, and every outcome that was signed for it, oldest first."""

    submission: Submission
    markings: list[Marking]
    units: list[Sheet] = field(default_factory=list)

    @property
    def marking(self) -> Marking | None:
        return self.markings[-1] if self.markings else None

    @property
    def superseded(self) -> list[Marking]:
        return self.markings[:-1]

    @property
    def words(self) -> list[tuple[str, Marking]]:
        """Each outcome in the organisation's word."""
        referral = referral_word(self.submission)
        return [(word_of(one.outcome, referral), one) for one in self.markings]


def referral_word(submission: Submission) -> str:
    return str(submission.assignment.version.qualification.organisation.referral_word)


def word_of(value: str, referral: str) -> str:
    return {Outcome.PASS.value: "Pass", Outcome.REFERRAL.value: referral}.get(value, Outcome(value).label)


def of(submission: Submission) -> Sheets:
    """The sheets in three statements. A piece that came back unmarked has none, whatever had been decided about it."""
    results = Prefetch("unit_results", UnitResult.objects.select_related("unit"))
    found = Sheets(submission, list(submission.markings.select_related("marked_by").prefetch_related(results)))
    if found.marking is None or found.marking.outcome == Outcome.RETURN:
        return found
    order = "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
    saved = submission.decisions.select_related("criterion__outcome__unit", "saved_by").order_by(*order)
    decisions = submission.worded(saved)
    by_unit = {one.unit_id: one for one in found.marking.unit_results.all()}
    judged = outcome.lines((one.criterion for one in decisions), {one.criterion_id: one for one in decisions})
    todo, referral = set(outcome.to_do(judged)), referral_word(submission)
    corrected = {each["criterion"]: one.marked_at for one in found.markings for each in one.corrected}
    sums = {unit: f"{given} of {possible}" for unit, given, possible in outcome.totals(judged)}
    for unit, of_unit in groupby(decisions, key=lambda one: one.criterion.outcome.unit):
        result = by_unit.get(unit.pk)
        value = result.outcome if result else ""
        lines = [_line(one, referral, asks=one.criterion_id in todo, corrected=corrected) for one in of_unit]
        word = word_of(value, referral) if value else ""
        code = result.unit.product_code if result else ""
        found.units.append(Sheet(unit, value, word, lines, sums.get(unit.pk, ""), code))
    return found


def _line(one: CriterionDecision, referral: str, *, asks: bool, corrected: Mapping[int, Any]) -> Line:
    at = corrected.get(one.criterion_id)
    if one.decision == outcome.PASS:
        return Line(one, "Pass", "done", asks=False, corrected_at=at)
    return Line(one, referral if asks else "Under the pass mark", "referred", asks, at)


# ---- on paper


def pdf(found: Sheets, sheet: Sheet) -> bytes:
    """One unit as a tagged PDF."""
    last = found.marking.pk if found.marking else 0
    identifier = f"waymark-result-sheet:{found.submission.pk}:{sheet.unit.pk}:{last}"
    return printing.pdf(html(found, sheet), identifier, stylesheet=STYLESHEET)


def html(found: Sheets, sheet: Sheet, *, stylesheet: str = "") -> str:
    """One unit as a page of its own. `stylesheet` is a relative address, for a page that is not printed."""
    context = {
        "title": title_of(found, sheet),
        "centre": plain(settings.CENTRE_NAME),
        "sheet": sheet,
        "head": _head(found, sheet),
        "lines": [_printed(one) for one in sheet.lines],
        "outcomes": [_signed(word, one) for word, one in found.words],
        "declared": paragraphs(found.marking.centre_wording if found.marking else ""),
        "summary": paragraphs(found.marking.summary if found.marking else ""),
        "stylesheet": stylesheet,
    }
    return render_to_string(TEMPLATE, context)


def title_of(found: Sheets, sheet: Sheet) -> str:
    submission = found.submission
    return plain(
        f"Result sheet, unit {sheet.unit.number}, attempt {submission.attempt}: {submission.enrolment.learner}"
    )


def _head(found: Sheets, sheet: Sheet) -> list[tuple[str, str]]:
    """What stands above the criteria, in the organisation's order: centre, then learner, then the work."""
    submission, version = found.submission, found.submission.assignment.version
    registration = getattr(submission.enrolment, "registration", None)
    first, last = bundles.legal_name(submission.enrolment)
    lines = [
        ("Centre number", version.qualification.organisation.centre_number or "not known"),
        ("Centre name", settings.CENTRE_NAME),
        ("Learner registration number", registration.number if registration else "not registered"),
        ("Learner name", f"{first} {last}"),
        ("Qualification", str(version)),
        ("Unit", f"{sheet.unit.number} {sheet.unit.title}"),
        ("Assignment", f"{submission.asked_for.title}, attempt {submission.attempt}"),
        ("Handed in", f"{said_moment(submission.submitted_at)}, receipt {submission.reference}"),  # type: ignore[arg-type] # a result is of work that was handed in
    ]
    return [(label, plain(value)) for label, value in lines]


def _printed(line: Line) -> dict[str, Any]:
    criterion = line.criterion
    return {
        "number": plain(criterion.number),
        "title": plain(criterion.title),
        "text": plain(criterion.text),
        "paraphrase": criterion.is_paraphrase,
        "enough": paragraphs(criterion.enough),
        "feedback": paragraphs(line.decision.feedback),
        "action": paragraphs(line.decision.action) if line.asks else [],
        "carried": line.decision.carried_forward,
        "corrected": said_day(timezone.localdate(line.corrected_at)) if line.corrected_at else "",
        "word": plain(line.word),
        "marks": line.marks,
    }


def _signed(word: str, one: Marking) -> dict[str, Any]:
    return {
        "word": plain(word),
        "by": plain(one.marked_by),
        "at": said_moment(one.marked_at),
        "until": said_day(one.resubmit_by) if one.resubmit_by else "",
        "reason": paragraphs(one.reason),
        "is_authentic": one.is_authentic,
        "corrected": policy.listed(one.corrected_numbers) if one.corrected else "",
    }


def sheet_for(found: Sheets, unit: int) -> Sheet | None:
    return next((one for one in found.units if one.unit.pk == unit), None)
