"""What is read of the journey when a case is opened: who had a part in the matter, and the evidence as it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.models import F, Q, Value

from accounts.models import User
from accounts.permissions import STAFF
from assignments.models import CriterionDecision, Marking, SecondMarking, Submission
from verification import case_policy as policy
from verification.case_states import CaseKind
from verification.models.cases import Case, CaseKept
from verification.models.records import Sample, SignOff


def parts_in(case: Case) -> dict[str, list[int | None]]:
    """By what they did, the people who had a part in the matter. The words stand behind a name on the page."""
    parts: dict[str, list[int | None]] = {
        "made the appeal or complaint": [case.person_id],
        "is the person the case is about": [case.accused_id],
    }
    if case.kind == CaseKind.MALPRACTICE:
        parts["reported the suspicion"] = [case.raised_by_id]
    if case.enrolment is None:
        return parts
    of_learner = Submission.objects.filter(enrolment=case.enrolment)
    pieces = of_learner.filter(assignment=case.submission.assignment_id) if case.submission else of_learner
    work = pieces.order_by().values("pk")
    second = SecondMarking.objects.filter(submission__in=work).exclude(state="withdrawn", opened_at=None)
    samples = Sample.objects.filter(submission__in=work)
    # In the order in which a page says them. One statement for all.
    did: list[tuple[str, Any, tuple[str, ...]]] = [
        ("marked the work", Marking.objects.filter(submission__in=work), ("marked_by",)),
        ("marked the work", CriterionDecision.objects.filter(submission__in=work), ("saved_by",)),
        ("had a part in the second marking", second, ("marker", "first_done_by", "agreed_by")),
        ("verified the marking", samples, ("selected_by", "verified_by", "answered_by")),
        ("signed the work off", SignOff.objects.filter(enrolment=case.enrolment), ("signed_by",)),
        ("teaches or taught the learner", case.enrolment.cohort.appointments.filter(state="approved"), ("tutor",)),
    ]
    parts["is the learner"] = [case.enrolment.learner_id]
    parts |= {why: [] for why, *_ in did}
    first, *others = [_said(why, rows, person) for why, rows, people in did for person in people]
    for why, person in first.union(*others):
        parts[why].append(person)
    return parts


def _said(why: str, rows: Any, person: str) -> Any:
    """Of each row what the person in this column did."""
    return rows.order_by().annotate(why=Value(why), who=F(person)).values_list("why", "who")


def candidates(case: Case) -> list[Any]:
    """Members of staff who could be chosen, each with `reasons` that stand against it: none for those who are free."""
    why = policy.involvement(parts_in(case))
    noted = case.involvements.order_by().annotate(said=F("why"), who=F("person")).values_list("said", "who")
    for said, person in [*noted.union(_handled(case), all=True)]:
        if said not in why.setdefault(person, []):
            why[person].append(said)
    staff = Q(grants__role__in=STAFF, grants__ended_at=None)
    found: list[Any] = list(User.objects.filter(staff, is_active=True).distinct().order_by("full_name", "pk"))
    for one in found:
        one.reasons = why.get(one.pk, [])
    return found


def _handled(case: Case) -> Any:
    rows = case.duties.order_by().annotate(said=Value("handled an earlier stage"), who=F("person"))
    return rows.values_list("said", "who")


def kept_of(case: Case) -> list[CaseKept]:
    """The evidence as it is now, unsaved: the frozen file, the portfolio's files, the declaration and each signed outcome."""
    submission = case.submission
    if submission is None:
        return []
    found = []
    document = submission.document
    if document is not None:
        facts = {"name": document.name, "size": document.size, "words": document.words}
        found.append(
            CaseKept(label=f"The file that was handed in: {document.name}"[:250], document=document, content=facts)
        )
        found[-1].sha256 = document.sha256
    pieces = list(submission.evidence.order_by("pk").values("pk", "title", "name", "size", "sha256"))
    if pieces:
        noun = "file" if len(pieces) == 1 else "files"
        found.append(_as_data(f"{len(pieces)} {noun} of the portfolio", {"files": pieces}))
    declaration = getattr(submission, "declaration", None)
    if declaration is not None:
        told = {"wording": declaration.wording, "signed": declaration.signed_name, "ai": declaration.ai_use}
        found.append(_as_data("The declaration of authenticity", told))
    signed = list(submission.markings.select_related("marked_by"))
    found += [_outcome(one, submission, newest=one is signed[-1]) for one in signed]
    return found


def _outcome(marking: Marking, submission: Submission, *, newest: bool) -> CaseKept:
    """What was signed. The criteria stand with the newest: of what it superseded only the outcome and its words are left."""
    rows = submission.decisions.select_related("criterion").order_by(
        "criterion__outcome__unit__number", "criterion__number"
    )
    content = {
        "outcome": marking.get_outcome_display(),
        "by": str(marking.marked_by),
        "at": marking.marked_at.isoformat(),
        "summary": marking.summary,
        "criteria": [
            {
                "number": one.criterion.number,
                "decision": one.get_decision_display(),
                "feedback": one.feedback,
                "action": one.action,
            }
            for one in (rows if newest else ())
        ],
    }
    return _as_data(f"Outcome signed by {marking.marked_by}: {marking.get_outcome_display().lower()}"[:250], content)


def _as_data(label: str, content: dict[str, Any]) -> CaseKept:
    return CaseKept(label=label, content=content, sha256=fingerprint(content))


def fingerprint(content: dict[str, Any]) -> str:
    """The sha256 of what was kept, in one order of its names."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
