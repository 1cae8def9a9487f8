"""The result sheet: all units of an attempt on one page, one unit alone, and one unit as a PDF."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments import bundles, counting, deadlines, policy, results
from assignments.models import Submission
from assignments.states import PASS_AFTER_ALL
from assignments.views.files import note_copy, sent
from core.lifecycle import choices

_DRAWN = (
    "enrolment__learner",
    "enrolment__application",
    "enrolment__registration",
    "enrolment__cohort",
    "assignment__version__qualification__organisation",
    "declaration__copied_by",
    "document",
    "marked_by",
    "submitted_by",
    "wording",
    "second_marking__marker",
    "second_marking__agreed_by",
    "second_marking__first_done_by",
)


def _signed(user: User, pk: int) -> Submission:
    """What has an outcome that this person may know: staff once it is signed, the learner once it is released."""
    seen = Submission.objects.outcomes_visible_to(user)
    return get_object_or_404(seen.select_related(*_DRAWN), pk=pk)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def result_sheet(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was signed, unit by unit, for printing. Nobody sees decisions before they are signed."""
    submission = _signed(request.user, pk)
    found = results.of(submission)
    return _page(request, found, found.units)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def unit_result_sheet(request: AuthedRequest, pk: int, unit: int) -> HttpResponse:
    """The sheet of one unit."""
    found = results.of(_signed(request.user, pk))
    return _page(request, found, [_one(found, unit)], alone=True)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def result_sheet_file(request: AuthedRequest, pk: int, unit: int) -> HttpResponse:
    """The sheet of one unit as a PDF, under the awarding organisation's name for files if all its parts are known."""
    found = results.of(_signed(request.user, pk))
    sheet = _one(found, unit)
    made = results.pdf(found, sheet)
    name = _name(found.submission, sheet)
    note_copy(request, found.submission, name, hashlib.sha256(made).hexdigest())
    return sent(ContentFile(made), name=name, mime="application/pdf")


def _one(found: results.Sheets, unit: int) -> results.Sheet:
    sheet = results.sheet_for(found, unit)
    if sheet is None:
        raise Http404
    return sheet


def _page(
    request: AuthedRequest, found: results.Sheets, units: list[results.Sheet], *, alone: bool = False
) -> HttpResponse:
    submission, user = found.submission, request.user
    assert submission.counted_at is not None  # noqa: S101 - it has been handed in
    context: dict[str, Any] = {
        "submission": submission,
        "found": found,
        "marking": found.marking,
        "sheets": units,
        "alone": alone,
        "why_counted": counting.why_counted(submission),
        "lateness": deadlines.lateness(submission.due_on, submission.counted_at),
        "acts": choices(submission, user, (PASS_AFTER_ALL,)) if user.can(Can.MARK) else [],
        "may_supersede": submission.is_signed and user.can(Can.MARK),
        "may_read_decisions": user.can(Can.READ_DECISIONS) and submission.enrolment.learner_id != user.pk,
    }
    return render(request, "assignments/result_sheet.html", context)


def _name(submission: Submission, sheet: results.Sheet) -> str:
    registration = getattr(submission.enrolment, "registration", None)
    centre = submission.assignment.version.qualification.organisation.centre_number
    first, last = bundles.legal_name(submission.enrolment)
    if registration is None or not centre or not sheet.product_code:
        return f"Result sheet {sheet.unit.number}, {first} {last}, attempt {submission.attempt}.pdf"
    return policy.file_name(
        initial=first[:1],
        surname=last,
        number=registration.number,
        centre=centre,
        units=[sheet.product_code],
        attempt=submission.attempt,
        suffix=" result sheet.pdf",
    )
