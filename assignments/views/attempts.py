"""What comes in place of a decision, each on a page that says what follows: return, deferral, one attempt more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, policy
from assignments.deadlines import said
from assignments.forms.marking import AskAttemptForm, DeferForm, EndDeferralForm, GrantAttemptForm, ReturnForm
from assignments.models import Deferral, Submission
from assignments.views.marking import pieces
from assignments.views.signing import proposed_date
from core.forms import Form
from enrolment.models import Enrolment
from programmes.models import Assignment


@requires(Can.MARK)
def return_unmarked(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give it back without a decision; the attempt is not used up."""
    submission = get_object_or_404(pieces(request.user), pk=pk)
    if request.method == "GET" and submission.marked_at:
        return redirect("assignments:room", pk=pk)
    proposed, hint = proposed_date(submission)
    form = ReturnForm(request.POST or None, initial={"resubmit_by": proposed}, hint=hint, cancel_url=_room(submission))
    if form.is_valid() and form.attempts(actions.return_unmarked, submission, by=request.user):
        messages.success(
            request,
            f"Returned unmarked. {submission.enrolment.learner} has been told, and hands in attempt "
            f"{submission.attempt} again by {said(form.cleaned_data['resubmit_by'])}.",
        )
        return redirect("assignments:desk")
    return _page(request, submission, form, "return_unmarked")


@requires(Can.MARK)
def defer(request: AuthedRequest, pk: int) -> HttpResponse:
    """Put the decision off until a day."""
    submission = get_object_or_404(pieces(request.user), pk=pk)
    if request.method == "GET" and submission.marked_at:
        return redirect("assignments:room", pk=pk)
    form = DeferForm(request.POST or None, cancel_url=_room(submission))
    if form.is_valid() and form.attempts(actions.defer, submission, by=request.user):
        until = said(form.cleaned_data["until"])
        messages.success(request, f"Deferred until {until}. {submission.enrolment.learner} has been told.")
        return redirect("assignments:room", pk=pk)
    return _page(request, submission, form, "defer")


@requires(Can.MARK)
def end_deferral(request: AuthedRequest, pk: int) -> HttpResponse:
    """Go on with a piece that waited."""
    named = [
        f"submission__{one}" for one in ("enrolment__learner", "enrolment__cohort", "assignment__version", "wording")
    ]
    theirs = Deferral.objects.filter(submission__in=pieces(request.user).order_by().values("pk"))
    deferral = get_object_or_404(theirs.select_related("deferred_by", "ended_by", *named), pk=pk)
    submission = deferral.submission
    form = EndDeferralForm(request.POST or None, cancel_url=_room(submission))
    if form.is_valid() and form.attempts(actions.end_deferral, deferral, by=request.user):
        messages.success(request, f"The deferral has ended. Mark this by {said(submission.mark_by)}.")  # type: ignore[arg-type] # set again by the action
        return redirect("assignments:room", pk=submission.pk)
    return _page(request, submission, form, "end_deferral", deferral=deferral)


@requires(Can.MARK)
def ask_attempt(request: AuthedRequest, pk: int) -> HttpResponse:
    """Write to the managers of the contract that one attempt more is wanted."""
    submission = get_object_or_404(pieces(request.user), pk=pk)
    if request.method == "GET" and submission.marked_at:
        return redirect("assignments:room", pk=pk)
    form = AskAttemptForm(request.POST or None, cancel_url=_room(submission))
    if form.is_valid() and form.attempts(actions.ask_attempt, submission, by=request.user):
        messages.success(request, "Asked. You get an e-mail when an attempt has been granted.")
        return redirect("assignments:room", pk=pk)
    return _page(request, submission, form, "ask_attempt", allowed=policy.attempts_allowed(submission))


@requires(Can.GRANT_ATTEMPTS)
def grant_attempt(request: AuthedRequest, enrolment: int, assignment: int) -> HttpResponse:
    """One attempt more for one learner; what was granted before stands below."""
    theirs = Enrolment.objects.visible_to(request.user).filter(cohort__contract__managers=request.user)
    found = get_object_or_404(theirs.select_related("learner", "cohort__contract", "cohort__version"), pk=enrolment)
    work = get_object_or_404(Assignment, pk=assignment, version=found.cohort.version_id)
    form = GrantAttemptForm(request.POST or None, cancel_url=reverse("enrolment:enrolment", args=[found.pk]))
    if form.is_valid() and form.attempts(actions.grant_attempt, found, assignment=work, by=request.user):
        messages.success(request, f"Granted: {found.learner} has one attempt more at the {work.title.lower()}.")
        return redirect(request.path)
    attempts = Submission.objects.handed_in().filter(enrolment=found, assignment=work).in_order()
    grants = list(found.attempt_grants.filter(assignment=work).select_related("granted_by"))
    context = {
        "enrolment": found,
        "assignment": work,
        "attempts": list(attempts),
        "grants": grants,
        "allowed": found.cohort.version.attempts + len(grants),
        "form": form,
    }
    return render(request, "assignments/grant_attempt.html", context, status=409 if form.errors else 200)


def _room(submission: Submission) -> str:
    return reverse("assignments:room", args=[submission.pk])


def _page(request: AuthedRequest, submission: Submission, form: Form, act: str, **more: Any) -> HttpResponse:
    context = {"submission": submission, "form": form, **more}
    return render(request, f"assignments/{act}.html", context, status=409 if form.errors else 200)
