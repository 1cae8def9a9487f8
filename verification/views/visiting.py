"""What the external verifier does on a visit: look at a learner, record findings, ask for actions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments.models import Submission, veil_enrolments
from core import clock
from verification import visiting
from verification.forms import FindingForm, FinishActionForm, VisitActionForm
from verification.models import Sample, Visit, VisitAction, VisitLearner, VisitSample
from verification.views.visits import seen_by


def _open(request: AuthedRequest, pk: int) -> Visit:
    """The visit, for its verifier while it is open."""
    found: Visit = get_object_or_404(
        Visit.objects.open_to(request.user, clock.now()).select_related("eqa", "qualification"), pk=pk
    )
    return found


@requires(Can.RECORD_FINDINGS)
def visit_learner(request: AuthedRequest, pk: int, enrolment: int) -> HttpResponse:
    """One named learner: everything handed in, with the way to read it and to say what one found."""
    visit = _open(request, pk)
    named = VisitLearner.objects.filter(visit=visit).select_related(
        "enrolment__learner", "enrolment__cohort__version__qualification", "enrolment__registration"
    )
    one = get_object_or_404(named, enrolment=enrolment).enrolment
    veil_enrolments(request.user, [one])
    work = list(
        Submission.objects.visible_to(request.user)
        .handed_in()
        .filter(enrolment=one)
        .select_related("assignment", "marked_by", "document")
        .order_by("assignment__position", "attempt", "pk")
    )
    found = {s.submission_id: s for s in VisitSample.objects.filter(visit=visit, submission__in=work)}
    checked = {s.submission_id: s for s in Sample.objects.filter(submission__in=work).order_by("round")}
    pieces = [(piece, checked.get(piece.pk), found.get(piece.pk)) for piece in work]
    in_order = VisitLearner.objects.filter(visit=visit).order_by("enrolment__learner__full_name", "pk")
    others = list(in_order.values_list("enrolment", flat=True))
    at = others.index(one.pk)
    context = {
        "visit": visit,
        "enrolment": one,
        "registration": getattr(one, "registration", None),
        "pieces": pieces,
        "position": at + 1,
        "of": len(others),
        "following": others[at + 1] if at + 1 < len(others) else None,
    }
    return render(request, "verification/visits/learner.html", context)


@requires(Can.RECORD_FINDINGS)
def record_finding(request: AuthedRequest, pk: int, enrolment: int, submission: int) -> HttpResponse:
    visit = _open(request, pk)
    rows = Submission.objects.visible_to(request.user).handed_in().select_related("assignment", "enrolment__learner")
    piece = get_object_or_404(
        rows, pk=submission, enrolment=enrolment, enrolment__in=visit.learners.values("enrolment")
    )
    back = reverse("verification:visit_learner", args=[pk, enrolment])
    known = VisitSample.objects.filter(visit=visit, submission=piece).first()
    initial = {"finding": known.finding, "note": known.note} if known else {}
    form = FindingForm(request.POST or None, initial=initial, cancel_url=back)
    if form.is_valid() and form.attempts(visiting.record_finding, visit, submission=piece, by=request.user):
        messages.success(request, f"Recorded: {form.result.get_finding_display().lower()}.")
        return redirect(back)
    says = (
        f"{piece.assignment.title}, attempt {piece.attempt}, of {piece.enrolment.learner}. {piece.get_state_display()}."
    )
    context = {"visit": visit, "form": form, "title": "Record a finding", "says": says}
    return render(request, "verification/visits/act.html", context, status=409 if form.errors else 200)


@requires(Can.RECORD_FINDINGS, Can.PLAN_VISITS)
def add_action(request: AuthedRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(seen_by(request.user), pk=pk) if request.user.can(Can.PLAN_VISITS) else _open(request, pk)
    form = VisitActionForm(request.POST or None, cancel_url=visit.get_absolute_url())
    if form.is_valid() and form.attempts(visiting.add_action, visit, by=request.user):
        messages.success(request, f"Added. {form.result.owner} has been told.")
        return redirect(visit)
    context = {"visit": visit, "form": form, "title": "Ask for an action", "says": ""}
    return render(request, "verification/visits/act.html", context, status=409 if form.errors else 200)


@requires(Can.PLAN_VISITS)
def finish_action(request: AuthedRequest, pk: int) -> HttpResponse:
    actions = VisitAction.objects.filter(visit__in=Visit.objects.visible_to(request.user))
    action = get_object_or_404(actions.select_related("visit__eqa", "visit__qualification", "owner"), pk=pk)
    form = FinishActionForm(request.POST or None, cancel_url=action.visit.get_absolute_url())
    if form.is_valid() and form.attempts(visiting.finish_action, action, by=request.user):
        messages.success(request, "Done. What was done is kept with the visit.")
        return redirect(action.visit)
    context = {"visit": action.visit, "form": form, "title": "Finish an action", "says": action.text}
    return render(request, "verification/visits/act.html", context, status=409 if form.errors else 200)
