"""The decision page: for one result who decided what, on which files, against which wording, under which rule, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import anonymity, outcome, results
from assignments.agreement import second_of
from assignments.models import CriterionDecision, Marking, Outcome, Submission
from core.models import Event
from programmes.models import Release, Unit
from verification.models import Claim, Sample, SignOff
from verification.models.decided import compared, decided_for, decisions_of, samples_of, steps_of


@dataclass(frozen=True)
class OfUnit:
    """One unit: its rule as it was frozen, what followed from it, and the decisions it followed from."""

    unit: Unit
    word: str
    passes: bool
    rule: str
    totals: str
    decisions: list[CriterionDecision]

    @property
    def has_marks(self) -> bool:
        return outcome.has_marks(self.unit.marking_scheme)


@dataclass(frozen=True)
class File:
    """A file as it was handed in, named as this reader may read it."""

    name: str
    sha256: str
    size: int
    received_at: Any


@dataclass(frozen=True)
class Step:
    """One event, with its place in the ledger where it has one."""

    event: Event
    by: str
    about: str
    told: str

    @property
    def position(self) -> int | None:
        return self.event.position  # type: ignore[attr-defined,no-any-return]

    @property
    def hash(self) -> str:
        return self.event.sealed_hash or ""  # type: ignore[attr-defined]


_ABOUT = {
    Sample._meta.label_lower: "internal verification",
    SignOff._meta.label_lower: "external verification",
    Claim._meta.label_lower: "certificate",
    "assignments.secondmarking": "second marking",
    "assignments.deferral": "deferral",
}


@requires(Can.READ_DECISIONS)
def decision(request: AuthedRequest, pk: int) -> HttpResponse:
    """One signed result and everything that led to it. What is not signed yet has no such page."""
    submission = get_object_or_404(decided_for(request.user), pk=pk)
    decisions = decisions_of(submission)
    steps = list(steps_of(submission))
    samples = samples_of(submission)
    markings = list(submission.markings.select_related("marked_by"))
    shown = [_step(submission, one) for one in steps]
    released = next((one for one in shown if one.event.new_state in ("passed", "referred")), None)
    second = second_of(submission)
    context = {
        "submission": submission,
        "markings": _signed(submission, markings),
        "files": _files(submission),
        "units": [] if submission.is_returned else _units(submission, decisions),
        "second": second if second and second.is_agreed else None,
        "samples": samples,
        "sign_off": getattr(submission.enrolment, "sign_off", None),
        "released": released,
        "release_rule": _release_rule(submission, released),
        "steps": shown,
        "waiting": sum(one.position is None for one in shown),
        "compared": compared(submission, decisions, steps),
        "reads_work": request.user.can(Can.READ_WORK),
    }
    return render(request, "verification/decision.html", context)


def _units(submission: Submission, decisions: list[CriterionDecision]) -> list[OfUnit]:
    judged = outcome.lines(submission.asked(), {one.criterion_id: one for one in decisions})
    by_unit, referral = outcome.by_unit(judged), results.referral_word(submission)
    sums = {unit: f"{given} of {possible}" for unit, given, possible in outcome.totals(judged)}
    found = []
    for unit, of_unit in groupby(decisions, key=lambda one: one.criterion.outcome.unit):
        value = by_unit.get(unit.pk, "")
        passes = value == outcome.PASS
        word = results.word_of(Outcome.PASS if passes else Outcome.REFERRAL, referral) if value else ""
        rule = outcome.rule([(unit.marking_scheme, unit.pass_mark)])
        found.append(OfUnit(unit, word, passes, rule, sums.get(unit.pk, ""), list(of_unit)))
    return found


def _signed(submission: Submission, markings: list[Marking]) -> list[tuple[str, Marking]]:
    referral = results.referral_word(submission)
    return [(results.word_of(one.outcome, referral), one) for one in markings]


def _files(submission: Submission) -> list[File]:
    """The document, and the evidence of a portfolio. Their names say whose they are only to those who may know."""
    document = submission.document
    assert document is not None  # noqa: S101 - it has been handed in
    found = [File(document.name, document.sha256, document.size, document.uploaded_at)]
    if submission.assignment.kind != "essay":
        for one in submission.evidence.order_by("added_at", "pk"):
            name = anonymity.file_name(submission, one.name) if submission.is_veiled else one.name
            found.append(File(name, one.sha256, one.size, one.added_at))
    return found


def _step(submission: Submission, event: Event) -> Step:
    learner = submission.enrolment.learner
    by = str(learner) if event.actor_id == submission.enrolment.learner_id else event.actor_label
    told = [event.detail.get("reason") or ""]
    if event.detail.get("criterion"):
        told.insert(0, f"Criterion {event.detail['criterion']}")
    if event.verb == "sign_outcome":
        value = Outcome(event.detail["outcome"])
        told = [results.word_of(value, results.referral_word(submission)), *told]
    return Step(event, by, _ABOUT.get(event.subject_type, ""), ". ".join(filter(None, told)))


def _release_rule(submission: Submission, released: Step | None) -> str:
    """The rule the result was released under, or for one that waits, the cohort's of today."""
    said = released.event.detail.get("rule") if released else submission.enrolment.cohort.release_rule
    return str(Release(said).label) if said in Release.values else ""
