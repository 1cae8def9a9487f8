"""Reasonable adjustments and breaks in learning, from the learner's record."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from enrolment import actions
from enrolment.forms import ChangeBreakForm, EndAdjustmentForm, RecordAdjustmentForm, RecordBreakForm
from enrolment.models import BreakInLearning, ReasonableAdjustment
from enrolment.views.centre import visible_or_404


@requires(Can.RECORD_ADJUSTMENTS)
@never_cache
def record_adjustment(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = RecordAdjustmentForm(
        request.POST or None, enrolment=one, initial={"agreed_on": clock.today()}, cancel_url=one.get_absolute_url()
    )
    if form.is_valid() and form.attempts(actions.record_adjustment, one, by=request.user):
        messages.success(request, f"{one.learner} has {form.result.extra_working_days} more working days.")
        return redirect(one)
    return render(request, "enrolment/record_adjustment.html", {"enrolment": one, "form": form})


@requires(Can.RECORD_ADJUSTMENTS)
@never_cache
def end_adjustment(request: AuthedRequest, pk: int) -> HttpResponse:
    mine = ReasonableAdjustment.objects.visible_to(request.user).in_force()
    found = get_object_or_404(mine.select_related("enrolment__learner", "enrolment__cohort", "assignment"), pk=pk)
    form = EndAdjustmentForm(request.POST or None, cancel_url=found.enrolment.get_absolute_url())
    if request.method == "POST" and form.is_valid() and form.attempts(actions.end_adjustment, found, by=request.user):
        messages.success(request, "The adjustment has ended. The learner has been told.")
        return redirect(found.enrolment)
    return render(request, "enrolment/end_adjustment.html", {"adjustment": found, "form": form})


@requires(Can.RECORD_BREAKS)
@never_cache
def record_break(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = RecordBreakForm(request.POST or None, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.record_break, one, by=request.user):
        messages.success(request, f"The break is recorded. {one.learner} and the tutors have been told.")
        return redirect(one)
    return render(request, "enrolment/record_break.html", {"enrolment": one, "form": form})


@requires(Can.RECORD_BREAKS)
@never_cache
def change_break(request: AuthedRequest, pk: int) -> HttpResponse:
    seen = BreakInLearning.objects.visible_to(request.user).in_force()
    found = get_object_or_404(seen.select_related("enrolment__learner", "enrolment__cohort__contract"), pk=pk)
    known = {"back_on": found.back_on, "reason": found.reason}
    form = ChangeBreakForm(request.POST or None, initial=known, cancel_url=found.enrolment.get_absolute_url())
    if form.is_valid() and form.attempts(actions.change_break, found, by=request.user):
        messages.success(request, f"The break is changed. {found.enrolment.learner} and the tutors have been told.")
        return redirect(found.enrolment)
    return render(request, "enrolment/change_break.html", {"pause": found, "form": form})
