"""Every page and file that an external verifier (EQA) opens is written down, in one place, before it is handed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model, Subquery
from django.http import HttpRequest, HttpResponse

from accounts.permissions import Role
from assignments.models import Bundle, Document, Draft, Evidence, Extension, Submission
from core import clock
from core.lifecycle import record
from enrolment.models import Enrolment
from verification.models import Case, Claim, InterimSample, Recognition, Sample, Visit, VisitView

# Whose data a page shows: the thing its first number names, and how it leads to the learner's enrolment.
_THINGS: dict[type[Model], tuple[str, tuple[str, ...]]] = {
    Enrolment: ("pk", ("enrolment:enrolment", "workshops:supervision", "verification:sign_off")),
    Submission: (
        "enrolment",
        (
            "assignments:submission",
            "assignments:cover_sheet",
            "assignments:read",
            "assignments:frozen_matrix",
            "assignments:bundle",
            "assignments:comments",
            "assignments:changes",
            "assignments:result_sheet",
            "assignments:unit_result_sheet",
            "assignments:result_sheet_file",
            "assignments:authenticity",
            "assignments:similarity",
            "verification:decision",
        ),
    ),
    Document: ("submission__enrolment", ("assignments:document", "assignments:figure")),
    Draft: ("submission__enrolment", ("assignments:draft",)),
    Evidence: ("enrolment", ("assignments:evidence",)),
    Extension: ("enrolment", ("assignments:extension_evidence",)),
    Bundle: ("enrolment", ("assignments:bundle_file",)),
    Sample: ("submission__enrolment", ("verification:sample",)),
    InterimSample: ("enrolment", ("verification:interim_sample",)),
    Claim: ("enrolment", ("verification:claim",)),
    Recognition: ("enrolment", ("verification:recognition",)),
    Case: (
        "enrolment",
        (
            "verification:case",
            "verification:case_file",
            "verification:case_kept",
            "verification:case_kept_file",
            "verification:case_kept_figure",
            "verification:case_kept_evidence",
        ),
    ),
}
_ABOUT = {route: (model, path) for model, (path, routes) in _THINGS.items() for route in routes}
# The account is one's own; every other page behind the door may name a learner.
_OWN = ("accounts:account",)
_HANDED_OUT = (200, 206, 409)


class ExternalViews:
    """Writes a `VisitView` for each answer that shows something. If that cannot be written, nothing is shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or not hasattr(match.func, "needs") or match.view_name in _OWN:
            return response
        user: Any = request.user
        if response.status_code in _HANDED_OUT and user.is_authenticated and user.has_role(Role.EQA):
            note(user, match, request.path)
        return response


def note(user: Any, match: Any, path: str) -> VisitView:
    """One row and its event: who, when, which page, of whom, and within which visit. By the event it stands in the ledger.

    The database finds the visit and the learner while it writes the row: two statements in all, for every page.
    """
    now = clock.now()
    visit, enrolment = _of(match, Visit.objects.open_to(user, now).order_by("closes_at", "pk"))
    page, path = match.view_name[:80], path[:250]
    with transaction.atomic(savepoint=False):
        seen = VisitView.objects.create(
            visit_id=visit, seen_by=user, seen_at=now, enrolment_id=enrolment, page=page, path=path
        )
        record(seen, "look", by=user, page=page, path=path)
    return seen


def _of(match: Any, open_now: Any) -> tuple[Any, Any]:
    """The open visit, the one the address names before any other, and the learner's enrolment: values, or where to find them."""
    if "enrolment" in match.kwargs:
        return int(match.kwargs["pk"]), int(match.kwargs["enrolment"])
    visit = Subquery(open_now.values("pk")[:1])
    if match.view_name not in _ABOUT:
        return visit, None
    model, path = _ABOUT[match.view_name]
    key = next(iter(match.kwargs.values()))
    return visit, Subquery(model._base_manager.filter(pk=key).order_by().values(path)[:1])
