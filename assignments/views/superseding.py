"""Signing anew what is signed: before it is released, and a referral that passes after all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions
from assignments.forms.marking import JudgeAgainForm, PassAfterAllForm, SupersedeForm
from assignments.models import Submission
from assignments.views.marking import pieces
from assignments.views.signing import proposed_date
from assignments.views.tray import rows_of, stand_of


@requires(Can.MARK)
def supersede(request: AuthedRequest, pk: int) -> HttpResponse:
    """Judge criteria anew and sign once more. What was signed first stays in the result sheet."""
    submission = get_object_or_404(pieces(request.user), pk=pk)
    if request.method == "GET" and not submission.is_signed:
        return (
            redirect("assignments:result_sheet", pk=pk) if submission.marked_at else redirect("assignments:room", pk=pk)
        )
    before = submission.markings.last()
    proposed, hint = proposed_date(submission)
    form = SupersedeForm(
        request.POST or None,
        rows=rows_of(submission),
        initial={
            "summary": before.summary if before else "",
            "resubmit_by": before.resubmit_by if before and before.resubmit_by else proposed,
        },
        cancel_url=_sheet(submission),
    )
    form.fields["resubmit_by"].help_text = f"Only if it is a referral. {hint}"
    form.fields["reason"].help_text = "It stays in the result sheet, beside both outcomes."
    if form.is_valid() and form.attempts(actions.supersede, submission, by=request.user):
        outcome = form.result.get_outcome_display().lower()
        messages.success(request, f"Signed anew: {outcome}. The outcome before it stays in the result sheet.")
        return redirect("assignments:result_sheet", pk=pk)
    return _page(request, submission, form, "supersede")


@requires(Can.MARK)
def pass_after_all(request: AuthedRequest, pk: int) -> HttpResponse:
    """Turn a referral into a pass, while the next attempt is a draft still."""
    submission = get_object_or_404(pieces(request.user), pk=pk)
    if request.method == "GET" and not submission.is_referred:
        return (
            redirect("assignments:result_sheet", pk=pk) if submission.marked_at else redirect("assignments:room", pk=pk)
        )
    rows = rows_of(submission)
    wanted = stand_of(submission, rows).to_do
    rows = [row for row in rows if row.criterion.pk in wanted]
    form = PassAfterAllForm(request.POST or None, rows=rows, cancel_url=_sheet(submission))
    if form.is_valid() and form.attempts(actions.pass_after_all, submission, by=request.user):
        messages.success(
            request, f"{submission.enrolment.learner} passes after all and has been told. The draft is put aside."
        )
        return redirect("assignments:result_sheet", pk=pk)
    return _page(request, submission, form, "pass_after_all")


def _sheet(submission: Submission) -> str:
    return reverse("assignments:result_sheet", args=[submission.pk])


def _page(request: AuthedRequest, submission: Submission, form: JudgeAgainForm, act: str) -> HttpResponse:
    context = {"submission": submission, "form": form}
    return render(request, f"assignments/{act}.html", context, status=409 if form.errors else 200)
