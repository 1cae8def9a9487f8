"""Handing in for a learner, and the cover sheet that goes with each attempt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, bundles, declarations
from assignments.forms.handing_in import HandInForLearnerForm
from assignments.models import Submission
from assignments.views.learner import receipt_of
from enrolment.models import Enrolment


@requires(Can.SUBMIT_FOR_LEARNER)
def hand_in_for_learner(request: AuthedRequest, pk: int) -> HttpResponse:
    """From the learner's record. What the learner reads about it is on the receipt, so the reason is theirs to see."""
    seen = Enrolment.objects.visible_to(request.user).select_related("learner", "cohort__version")
    one = get_object_or_404(seen, pk=pk)
    form = HandInForLearnerForm(
        request.POST or None, request.FILES or None, enrolment=one, cancel_url=one.get_absolute_url()
    )
    if form.is_valid() and form.attempts(actions.hand_in_for_learner, one, by=request.user):
        done: Submission = form.result
        messages.success(
            request,
            f"{done.assignment.title}, attempt {done.attempt}, is handed in for {one.learner}: receipt {done.reference}. "
            "The learner and the tutor have been told.",
        )
        return redirect(one)
    open_drafts = one.submissions.filter(state="draft", document__isnull=False).select_related("assignment")
    context = {"enrolment": one, "form": form, "open_drafts": open_drafts}
    return render(request, "assignments/hand_in_for_learner.html", context)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def cover_sheet(request: AuthedRequest, pk: int) -> HttpResponse:
    """All that the awarding organisation wants on the front of a piece of work (`ilm` A17, A18), for printing."""
    seen = Submission.objects.visible_to(request.user).handed_in()
    found = get_object_or_404(
        seen.select_related(
            "enrolment__learner",
            "enrolment__registration",
            "enrolment__application",
            "enrolment__cohort",
            "assignment__version__qualification__organisation",
            "document",
            "declaration__copied_by",
            "submitted_by",
            "wording",
        ),
        pk=pk,
    )
    marked = found.shows_outcome_to(request.user)
    context: dict[str, Any] = {
        "submission": found,
        "legal_name": " ".join(one for one in bundles.legal_name(found.enrolment) if one),
        "units": _units(found),
        "ai_rule": declarations.ai_rule(found.asked_for),
        "ai_answer": dict(declarations.AI_USES).get(found.declaration.ai_use, ""),
        "marking": found.markings.select_related("marked_by").last() if marked else None,
        **receipt_of(found),
    }
    return render(request, "assignments/cover_sheet.html", context)


def _units(found: Submission) -> list[Any]:
    """The units the attempt covers, as they were called at the hand-in."""
    units = [one.outcome.unit for one in found.asked()]
    return list({one.pk: one for one in units}.values())
