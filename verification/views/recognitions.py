"""Recognition of prior learning: the list, one unit, and what tutor and verifier decide about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can, Role
from core.lifecycle import choices
from core.lists import chosen, listing
from core.models import Event
from enrolment.models import Enrolment
from verification import actions
from verification.forms import AgreeRecognitionForm, DeclineRecognitionForm, ProposeRecognitionForm
from verification.models import Recognition
from verification.states import RECOGNITION_TRANSITIONS, RecognitionState

ORDERS = {
    "waits": ("Longest wait first", ("assessed_at",)),
    "learner": ("By learner", ("enrolment__learner__full_name",)),
    "unit": ("By unit", ("unit__number", "enrolment__learner__full_name")),
}


def _rows(request: AuthedRequest) -> Any:
    related = "enrolment__learner", "enrolment__cohort__version__qualification", "unit", "assessed_by", "decided_by"
    return Recognition.objects.visible_to(request.user).select_related(*related)


@requires(Can.SEE_VERIFICATION, Can.MARK)
def recognitions(request: AuthedRequest) -> HttpResponse:
    state = chosen(request, "state", "State", RecognitionState.choices)
    rows = _rows(request)
    if state.value:
        rows = rows.filter(state=state.value)
    find = ("enrolment__learner__full_name", "enrolment__cohort__code", "unit__number", "unit__title")
    found = listing(request, rows, noun="unit", orders=ORDERS, find=find, filters=[state])
    sees_queues = request.user.can(Can.SEE_VERIFICATION)
    context = {
        "listing": found,
        "frame": "base_work.html" if sees_queues else "base.html",
        "sees_queues": sees_queues,
        "only_external": not request.user.has_role(Role.IQA, Role.ADMINISTRATOR),
    }
    return render(request, "verification/recognitions.html", context)


@requires(Can.SEE_VERIFICATION, Can.MARK)
def recognition(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_rows(request), pk=pk)
    context = {
        "recognition": found,
        "choices": choices(found, request.user, RECOGNITION_TRANSITIONS),
        "events": Event.objects.about(found),
    }
    return render(request, "verification/recognition.html", context)


@requires(Can.MARK)
def propose_recognition(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = Enrolment.objects.visible_to(request.user).exclude(learner=request.user)
    enrolment = get_object_or_404(rows.select_related("learner", "cohort__version__qualification"), pk=pk)
    form = ProposeRecognitionForm(
        request.POST or None, version=enrolment.cohort.version_id, cancel_url=reverse("verification:recognitions")
    )
    if form.is_valid() and form.attempts(actions.propose_recognition, enrolment, by=request.user):
        messages.success(request, "Passed to the verifier. The unit counts once the verifier agrees.")
        return redirect(form.result)
    context = {"enrolment": enrolment, "form": form}
    return render(request, "verification/propose_recognition.html", context, status=409 if form.errors else 200)


@requires(Can.VERIFY)
def agree_recognition(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_rows(request), pk=pk)
    form = AgreeRecognitionForm(request.POST if request.method == "POST" else None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.agree_recognition, found, by=request.user):
        messages.success(request, f"Unit {found.unit.number} is recognised. Learner and tutor have been told.")
        return redirect(found)
    return _act(request, found, form, "Agree that the unit is recognised")


@requires(Can.VERIFY)
def decline_recognition(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_rows(request), pk=pk)
    form = DeclineRecognitionForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.decline_recognition, found, by=request.user):
        messages.info(request, "Declined. The tutor has been told.")
        return redirect(found)
    return _act(request, found, form, "Decline the recognition")


def _act(request: AuthedRequest, found: Recognition, form: Any, title: str) -> HttpResponse:
    context = {"recognition": found, "form": form, "title": title}
    return render(request, "verification/recognition_act.html", context, status=409 if form.errors else 200)
