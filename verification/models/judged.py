"""The state of a piece as somebody judges it, read from the tables as plain data. Neither its state nor its release is part of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, F, TextField, Value
from django.db.models.functions import Cast

from assignments.models import CriterionDecision, Marking, Submission
from verification.judging import fingerprint


def state_of(
    submission: Submission,
    *,
    decisions: Iterable[CriterionDecision] | None = None,
    marking: Marking | None = None,
) -> dict[str, Any]:
    """Everything a verifier judges by. `decisions` and the newest `marking` are given where a page has them already."""
    if decisions is None:
        decisions = submission.worded(submission.decisions.select_related("criterion__outcome__unit"))
    marking = marking or submission.markings.order_by("marked_at", "pk").last()
    evidence, comments = _beside(submission)
    return {
        "attempt": submission.attempt,
        "files": _files(submission, evidence),
        "wording": submission.frozen.fingerprint if submission.frozen else "",
        "declaration": _declaration(submission),
        "decisions": decided(decisions),
        "marking": _marking(marking),
        "comments": {"count": len(comments), "sha256": fingerprint({"comments": comments}) if comments else ""},
        "second": _second(submission),
    }


def decided(decisions: Iterable[CriterionDecision]) -> list[dict[str, Any]]:
    rows = [
        {
            "criterion": one.criterion_id,
            "number": one.criterion.number,
            "unit": one.criterion.outcome.unit.number,
            "decision": one.decision,
            "mark": one.mark,
            "feedback": one.feedback,
            "action": one.action,
            "carried_forward": one.carried_forward,
        }
        for one in decisions
    ]
    return sorted(rows, key=lambda one: one["criterion"])


def _moment(value: dt.datetime | None) -> str:
    return value.astimezone(dt.UTC).isoformat() if value else ""


def _files(submission: Submission, evidence: list[str]) -> list[dict[str, Any]]:
    """The document, and the evidence of a portfolio, by content and never by name: names may tell whose it is."""
    document = submission.document
    found: list[dict[str, Any]] = [{"sha256": document.sha256, "words": document.words}] if document else []
    return found + [{"sha256": one, "words": None} for one in evidence]


def _beside(submission: Submission) -> tuple[list[str], list[Any]]:
    """The fingerprints of the evidence, and the comments that stand, each in an order that says nothing. One statement."""
    columns = "its_what", "its_name", "its_said", "its_quoted", "its_about", "its_begins", "its_ends"
    nothing = Value("", TextField())
    number = Value(None, BigIntegerField())
    standing = submission.comments.filter(removed_at__isnull=True).order_by()
    comments = standing.annotate(
        its_what=Value("comment"),
        its_name=Cast("key", TextField()),
        its_said=F("body"),
        its_quoted=F("quote"),
        its_about=Cast("criterion", BigIntegerField()),
        its_begins=Cast("start", BigIntegerField()),
        its_ends=Cast("end", BigIntegerField()),
    ).values_list(*columns)
    files = submission.evidence.order_by().annotate(
        its_what=Value("file"),
        its_name=Cast("sha256", TextField()),
        its_said=nothing,
        its_quoted=nothing,
        its_about=number,
        its_begins=number,
        its_ends=number,
    )
    rows = list(comments.union(files.values_list(*columns), all=True))
    said = sorted([str(name).replace("-", ""), *rest] for what, name, *rest in rows if what == "comment")
    return sorted(name for what, name, *_ in rows if what == "file"), said


def _declaration(submission: Submission) -> dict[str, Any] | None:
    declaration = getattr(submission, "declaration", None)
    if declaration is None:
        return None
    return {
        "signed_at": _moment(declaration.signed_at),
        "ai_use": declaration.ai_use,
        "ai_statement": declaration.ai_statement,
    }


def _marking(marking: Marking | None) -> dict[str, Any] | None:
    if marking is None:
        return None
    return {
        "marking": marking.pk,
        "outcome": marking.outcome,
        "summary": marking.summary,
        "marked_at": _moment(marking.marked_at),
        "marked_by": marking.marked_by_id,
        "resubmit_by": str(marking.resubmit_by or ""),
    }


def _second(submission: Submission) -> dict[str, Any] | None:
    second = submission.second_marking
    if second is None or not second.is_agreed:
        return None
    return {
        "marker": second.marker_id,
        "agreed_at": _moment(second.agreed_at),
        "agreed_by": second.agreed_by_id,
        "agreement": second.agreement,
    }


def as_decisions(submission: Submission, rows: list[dict[str, Any]]) -> list[CriterionDecision]:
    """Frozen decisions as unsaved rows, in the wording and the order of the hand-in, for a page that draws decisions."""
    words = {one.pk: (place, one) for place, one in enumerate(submission.asked())}
    found = []
    for row in sorted(rows, key=lambda one: words[one["criterion"]][0] if one["criterion"] in words else len(words)):
        names = "decision", "mark", "feedback", "action", "carried_forward"
        one = CriterionDecision(criterion_id=row["criterion"], **{name: row[name] for name in names})
        if row["criterion"] in words:
            one.criterion = words[row["criterion"]][1]
        found.append(one)
    return found
