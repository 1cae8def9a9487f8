"""Signing an outcome, and the result sheet that shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import counting, deadlines, marking
from assignments.deadlines import said, working_day_from
from assignments.forms.marking import AwardPassForm, ReferForm
from assignments.models import CriterionDecision, Marking, Outcome, Submission
from assignments.states import MARKED
from assignments.views.marking import pieces
from assignments.views.tray import rows_of, stand_of
from core import clock
from programmes.models import Unit

# What a referred learner is given unless the tutor says otherwise; the registration may end sooner.
USUAL_WEEKS = 4


@requires(Can.MARK)
def award_pass(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = get_object_or_404(pieces(request.user), pk=pk)
    form = AwardPassForm(request.POST or None, cancel_url=reverse("assignments:room", args=[pk]))
    if form.is_valid() and form.attempts(marking.award_pass, submission, by=request.user):
        messages.success(request, f"Signed: {submission.enrolment.learner} passes. The learner has been told.")
        return redirect("assignments:result_sheet", pk=pk)
    if form.errors and _was_signed(request, submission, Outcome.PASS):
        return redirect("assignments:result_sheet", pk=pk)
    rows = rows_of(submission)
    context = {"submission": submission, "rows": rows, "stand": stand_of(submission, rows), "form": form}
    return render(request, "assignments/award_pass.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
def refer(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = get_object_or_404(pieces(request.user), pk=pk)
    rows = rows_of(submission)
    stand = stand_of(submission, rows)
    proposed, hint = proposed_date(submission)
    form = ReferForm(
        request.POST or None,
        initial={"resubmit_by": proposed},
        hint=hint,
        submit_label=f"Refer with {stand.refers} action{'' if stand.refers == 1 else 's'}",
        cancel_url=reverse("assignments:room", args=[pk]),
    )
    if form.is_valid() and form.attempts(marking.refer, submission, by=request.user):
        messages.success(
            request,
            f"Signed: {submission.enrolment.learner} is referred with {stand.sentence.removeprefix('referral with ')}. "
            f"Attempt {submission.attempt + 1} is open, and the learner has been told.",
        )
        return redirect("assignments:result_sheet", pk=pk)
    if form.errors and _was_signed(request, submission, Outcome.REFERRAL):
        return redirect("assignments:result_sheet", pk=pk)
    context = {"submission": submission, "rows": rows, "stand": stand, "form": form}
    return render(request, "assignments/refer.html", context, status=409 if form.errors else 200)


def _was_signed(request: AuthedRequest, submission: Submission, outcome: Outcome) -> bool:
    """Whether this is a second click: the same tutor, outcome and words have been signed with the first."""
    last = submission.markings.order_by("marked_at", "pk").last()
    words = request.POST.get("summary", "").strip()
    if last is None or (last.marked_by_id, last.outcome, last.summary) != (request.user.pk, outcome, words):
        return False
    messages.info(request, "You have signed this already. Nothing was done a second time.")
    return True


def proposed_date(submission: Submission) -> tuple[dt.date, str]:
    """The day proposed for the next attempt, and the sentence that says where it comes from."""
    today = clock.today()
    proposed = working_day_from(max(today + dt.timedelta(weeks=USUAL_WEEKS), submission.due_on or today))
    registration = getattr(submission.enrolment, "registration", None)
    origin = f"{USUAL_WEEKS} weeks from today, or the day that held for this attempt if that is later"
    on_top = "A reasonable adjustment or a break of the learner comes on top."
    if registration is None:
        return proposed, f"Proposed: {origin}. The learner is not registered yet. {on_top}"
    ends = registration.expires_on
    if proposed > ends:
        return ends, f"The registration ends on {said(ends)}. It cannot be later than that."
    return proposed, f"Proposed: {origin}. The registration ends on {said(ends)}. {on_top}"


@dataclass(frozen=True)
class Sheet:
    """The result sheet of one unit: its criteria in the awarding organisation's order, and what follows from them."""

    unit: Unit
    outcome: str
    decisions: list[CriterionDecision]


def sheets_of(submission: Submission, marked: Marking | None) -> list[Sheet]:
    decisions = submission.worded(
        submission.decisions.select_related("criterion__outcome__unit", "saved_by").order_by(
            "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
        )
    )
    results = {one.unit_id: one.get_outcome_display() for one in marked.unit_results.all()} if marked else {}
    return [
        Sheet(unit, results.get(unit.pk, ""), list(of_unit))
        for unit, of_unit in groupby(decisions, key=lambda one: one.criterion.outcome.unit)
    ]


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def result_sheet(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was signed, unit by unit, for printing. Nobody sees decisions before they are signed."""
    seen = Submission.objects.visible_to(request.user).filter(state__in=MARKED)
    submission = get_object_or_404(
        seen.select_related(
            "enrolment__learner",
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
        ),
        pk=pk,
    )
    assert submission.counted_at is not None  # noqa: S101 - it has been handed in
    markings = list(submission.markings.select_related("marked_by").prefetch_related("unit_results"))
    marked = markings[-1] if markings else None
    context = {
        "submission": submission,
        "marking": marked,
        "superseded": markings[:-1],
        "sheets": sheets_of(submission, marked),
        "why_counted": counting.why_counted(submission),
        "lateness": deadlines.lateness(submission.due_on, submission.counted_at),
    }
    return render(request, "assignments/result_sheet.html", context)
