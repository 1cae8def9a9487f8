"""Planning a cohort's sessions, and the timetable that the client approves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core.lifecycle import choices
from core.models import Event
from programmes.models import Cohort
from workshops import actions, policy
from workshops.forms import (
    ApproveTimetableForm,
    ChangeSessionForm,
    PlanSessionForm,
    PlanSessionsForm,
    ReturnTimetableForm,
    ShapeFormSet,
    tutors_of,
)
from workshops.models import Session, Timetable
from workshops.states import TIMETABLE_TRANSITIONS
from workshops.views.sessions import visible_or_404


def _cohort_or_404(request: AuthedRequest, code: str) -> Cohort:
    return get_object_or_404(Cohort.objects.visible_to(request.user).select_related("contract"), code=code)


def _list(cohort: Cohort) -> str:
    return f"{reverse('workshops:sessions')}?cohort={cohort.code}"


def _only_tutor(cohort: Cohort) -> Any:
    """The tutor, where there is no choice."""
    found = list(tutors_of(cohort)[:2])
    return found[0] if len(found) == 1 else None


@requires(Can.PLAN_SESSIONS)
def plan_session(request: AuthedRequest, code: str) -> HttpResponse:
    cohort = _cohort_or_404(request, code)
    initial = {"tutor": _only_tutor(cohort), "minutes": 420}
    form = PlanSessionForm(request.POST or None, cohort=cohort, initial=initial, cancel_url=_list(cohort))
    if form.is_valid() and form.attempts(actions.plan_session, cohort, by=request.user):
        messages.success(request, f"{form.result.title} is planned.")
        return redirect(form.result)
    return render(request, "workshops/plan_session.html", {"cohort": cohort, "form": form})


def _open_shape(cohort: Cohort) -> list[dict[str, Any]]:
    """The rows of the usual shape that the cohort does not have yet."""
    planned = set(Session.objects.filter(cohort=cohort).counted().values_list("kind", "number"))
    names = ("kind", "number", "title", "begins", "ends", "minutes")
    return [dict(zip(names, row, strict=True)) for row in policy.USUAL_SHAPE if row[:2] not in planned]


@requires(Can.PLAN_SESSIONS)
def plan_sessions(request: AuthedRequest, code: str) -> HttpResponse:
    """The usual shape of a programme: only the days are filled in."""
    cohort = _cohort_or_404(request, code)
    form = PlanSessionsForm(request.POST or None, cohort=cohort, initial={"tutor": _only_tutor(cohort)})
    rows = ShapeFormSet(request.POST or None, initial=_open_shape(cohort), prefix="rows")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        planned = [one for row in rows if (one := row.planned())]
        if form.attempts(actions.plan_sessions, cohort, sessions=planned, by=request.user):
            n = len(planned)
            messages.success(request, f"{n} session{'s' * (n != 1)} planned.")
            return redirect(_list(cohort))
    context = {"cohort": cohort, "form": form, "rows": rows, "back": _list(cohort)}
    return render(request, "workshops/plan_sessions.html", context)


@requires(Can.PLAN_SESSIONS)
def change_session(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    names = ("title", "starts_at", "ends_at", "minutes", "tutor", "join_link")
    initial = {name: getattr(one, name) for name in names}
    form = ChangeSessionForm(
        request.POST or None, cohort=one.cohort, initial=initial, cancel_url=one.get_absolute_url()
    )
    if form.is_valid() and form.attempts(actions.change_session, one, by=request.user):
        messages.success(request, "The session is changed.")
        return redirect(one)
    return render(request, "workshops/change_session.html", {"session": one, "form": form})


def _timetable_or_404(request: AuthedRequest, pk: int) -> Timetable:
    rows = Timetable.objects.visible_to(request.user)
    rows = rows.select_related("cohort__contract__client", "proposed_by", "decided_by")
    return get_object_or_404(rows, pk=pk)


@requires(Can.SEE_COHORTS, Can.APPROVE_PLANS)
def timetable(request: AuthedRequest, pk: int) -> HttpResponse:
    """The dates of a cohort as one thing: the client's contact approves them or sends them back."""
    one = _timetable_or_404(request, pk)
    context = {
        "timetable": one,
        "sessions": Session.objects.filter(cohort=one.cohort).counted().select_related("tutor"),
        "rounds": Timetable.objects.visible_to(request.user).filter(cohort=one.cohort).exclude(pk=one.pk),
        "choices": choices(one, request.user, TIMETABLE_TRANSITIONS),
        "events": Event.objects.about(one)[:20],
        "may_open": request.user.can(Can.SEE_SESSIONS),
    }
    return render(request, "workshops/timetable.html", context)


@requires(Can.PLAN_SESSIONS)
def propose_timetable(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _timetable_or_404(request, pk)
    if request.method == "POST":
        actions.propose_timetable(one, by=request.user)
        messages.success(request, f"The timetable is with {one.cohort.contract.client}.")
        return redirect(one)
    return render(request, "workshops/propose_timetable.html", {"timetable": one, "back": one.get_absolute_url()})


@requires(Can.APPROVE_PLANS)
def approve_timetable(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _timetable_or_404(request, pk)
    form = ApproveTimetableForm(request.POST or None, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.approve_timetable, one, by=request.user):
        messages.success(request, "The dates are approved. The centre has been told.")
        return redirect(one)
    return render(request, "workshops/approve_timetable.html", {"timetable": one, "form": form})


@requires(Can.APPROVE_PLANS)
def return_timetable(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _timetable_or_404(request, pk)
    form = ReturnTimetableForm(request.POST or None, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.return_timetable, one, by=request.user):
        messages.success(request, "The timetable is back with the centre, with your note.")
        return redirect(one)
    return render(request, "workshops/return_timetable.html", {"timetable": one, "form": form})
