"""Standardisation events: the list with who has had none for too long, one event, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import personal
from assignments.models import Submission
from core import clock
from core.lifecycle import choices
from core.lists import chosen, listing
from core.models import Event
from verification import forms, policy, standardising
from verification.agreement import agreement, counted
from verification.models import Participation, StandardisationEvent
from verification.models.standardisation import without_standardisation
from verification.states import EVENT_TRANSITIONS, EventState

ORDERS = {
    "held": ("Latest first", ("-held_on",)),
    "title": ("By title", ("title",)),
    "assignment": ("By assignment", ("assignment__version__qualification__number", "assignment__title")),
}


def _seen(request: AuthedRequest) -> QuerySet[StandardisationEvent]:
    related = "chair", "closed_by", "assignment__version__qualification", "submission__enrolment"
    return StandardisationEvent.objects.visible_to(request.user).select_related(*related)


def frame_of(request: AuthedRequest) -> dict[str, Any]:
    """Those who see the queues have these pages beside them; others have a strip of their own."""
    railed = request.user.can(Can.SEE_VERIFICATION)
    only_external = railed and not request.user.can(Can.KEEP_STAFF_FILES)
    return {"frame": "base_work.html" if railed else "base.html", "only_external": only_external}


@requires(Can.SEE_STANDARDISATION)
def standardisation(request: AuthedRequest) -> HttpResponse:
    """Events with how many marked; above them, who has had none for too long: verifiers read all, tutors their own."""
    state = chosen(request, "state", "State", EventState.choices)
    rows = _seen(request).annotate(
        invited=Count("participations"),
        done=Count("participations", filter=Q(participations__done_at__isnull=False)),
        there=Count("participations", filter=Q(participations__attendance="present")),
    )
    if state.value:
        rows = rows.filter(state=state.value)
    find = "title", "assignment__title", "assignment__version__qualification__number", "chair__full_name"
    found = listing(request, rows, noun="event", orders=ORDERS, find=find, filters=[state])
    late = without_standardisation(clock.today())
    user = request.user
    if not user.can(Can.KEEP_STAFF_FILES):
        late = late.filter(tutor=user)
    context = {
        "listing": found,
        "late": list(late),
        "own": not user.can(Can.KEEP_STAFF_FILES),
        "months": settings.STANDARDISATION_MONTHS,
        "may_plan": user.can(Can.STANDARDISE),
        **frame_of(request),
        "now": clock.now(),
    }
    return render(request, "verification/standardisation.html", context)


@requires(Can.STANDARDISE)
def plan_event(request: AuthedRequest) -> HttpResponse:
    form = forms.PlanEventForm(
        request.POST or None,
        initial={"chair": request.user.pk},
        cancel_url=reverse("verification:standardisation"),
    )
    if form.is_valid() and form.attempts(standardising.plan_event, by=request.user):
        messages.success(request, "Planned. Choose the piece that everybody marks, and invite people.")
        return redirect(form.result)
    return act(
        request, form, "Plan a standardisation event", reverse("verification:standardisation"), "Standardisation"
    )


def act(
    request: AuthedRequest, form: Any, title: str, back_url: str, back: str, lead: str = "", warning: str = ""
) -> HttpResponse:
    """A form on a page of its own, under the page it belongs to."""
    context = {"form": form, "title": title, "back_url": back_url, "back": back, "lead": lead, "warning": warning}
    return render(request, "verification/plain_act.html", context, status=409 if form.errors else 200)


def criteria_of(event: StandardisationEvent, people: list[Participation], *, opened: bool) -> list[dict[str, Any]]:
    """Each criterion with everybody's decision beside it, and what was agreed. Not opened: criteria only."""
    rows: list[dict[str, Any]] = [{"criterion": one, "marks": []} for one in event.criteria()]
    if not opened:
        return rows
    agreed = {one.criterion_id: one for one in event.standards.all()}
    by_person = {one.pk: {mark.criterion_id: mark for mark in one.marks.all()} for one in people}
    for row in rows:
        pk = row["criterion"].pk
        row["marks"] = [
            {"person": one.person, "mark": by_person[one.pk].get(pk)} for one in people if pk in by_person[one.pk]
        ]
        row["counted"] = counted(one["mark"].decision for one in row["marks"])
        row["agreed"] = agreed.get(pk)
    return rows


@requires(Can.SEE_STANDARDISATION)
def event(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything about one event; decisions only once the comparison has begun."""
    found = get_object_or_404(_seen(request), pk=pk)
    opened = policy.sees_the_marks(found)
    participations = found.participations.select_related("person").order_by("person__full_name")
    people = list(participations.prefetch_related("marks") if opened else participations)
    rows = criteria_of(found, people, opened=opened)
    user = request.user
    own = next((one for one in people if one.person_id == user.pk), None)
    holds = user.can(Can.STANDARDISE) and not policy.holds_event(found, user)
    reads = user.can(Can.READ_WORK) and (holds or own is not None or (user.can(Can.SIGN_OFF) and opened))
    context = {
        "event": found,
        "people": people,
        "rows": rows,
        "own": own,
        "opened": opened,
        "holds": holds,
        "reads": reads and bool(found.piece_html) and (holds or not found.is_planned),
        "may_change": not policy.event_may_change(found),
        "whole": agreement(
            [row["counted"] for row in rows], tutors=len({m["person"].pk for r in rows for m in r["marks"]})
        )
        if opened
        else None,
        "done": sum(one.done_at is not None for one in people),
        "choices": choices(found, user, EVENT_TRANSITIONS) if user.can(Can.STANDARDISE) else [],
        "remark": personal.remark(found.piece_html) if holds and found.is_planned and found.piece_html else "",
        "corrections": list(found.corrections.select_related("written_by")) if found.is_closed else [],
        "events": Event.objects.filter(subject_type="verification.standardisationevent", subject_id=found.pk).order_by(
            "-happened_at", "-pk"
        )[:30],
        "editing": holds and found.is_compared,
    }
    return render(request, "verification/event.html", context)


@requires(Can.STANDARDISE)
def set_piece(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    pieces = (
        Submission.objects.visible_to(request.user)
        .released()
        .filter(assignment=found.assignment, document__reading__isnull=False)
        .select_related("enrolment__cohort", "enrolment__learner", "enrolment__registration", "document__reading")
        .order_by("-submitted_at")
    )
    form = forms.PieceForm(request.POST or None, pieces=pieces, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(standardising.set_piece, found, by=request.user):
        messages.success(
            request, "This is the piece. Read it here as everybody will, and look for names that are left."
        )
        return redirect(found)
    lead = "Everybody marks this one piece. Whose it is, nobody is told."
    return act(request, form, "Choose the piece", found.get_absolute_url(), found.title, lead)


@requires(Can.STANDARDISE)
def invite_participants(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    form = forms.InviteForm(request.POST or None, event=found, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(standardising.invite_participants, found, by=request.user):
        messages.success(request, "Invited. They have been sent a mail.")
        return redirect(found)
    return act(request, form, "Invite people to mark the piece", found.get_absolute_url(), found.title)


@requires(Can.STANDARDISE)
def open_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    form = forms.ConfirmForm(
        request.POST if request.method == "POST" else None,
        submit_label="Open it for marking",
        cancel_url=found.get_absolute_url(),
    )
    if form.is_valid() and form.attempts(standardising.open_marking, found, by=request.user):
        messages.success(request, "Open. Everybody invited has been sent a mail.")
        return redirect(found)
    lead = "From now on the piece stays as it is. Everybody invited reads it and decides on each criterion, alone."
    return act(request, form, "Open it for marking", found.get_absolute_url(), found.title, lead)


@requires(Can.STANDARDISE)
def compare(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    form = forms.ConfirmForm(
        request.POST if request.method == "POST" else None,
        submit_label="Compare now",
        cancel_url=found.get_absolute_url(),
    )
    if form.is_valid() and form.attempts(standardising.compare, found, by=request.user):
        messages.success(request, "The decisions are open to everybody who takes part.")
        return redirect(found)
    left = list(found.participations.filter(done_at__isnull=True).select_related("person"))
    names = ", ".join(str(one.person) for one in left)
    lead = f"Not done yet: {names}. What they decided so far counts, and they add nothing more." if names else ""
    return act(request, form, "Compare now", found.get_absolute_url(), found.title, lead)


@requires(Can.STANDARDISE)
def call_off_event(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    form = forms.CallOffEventForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(standardising.call_off_event, found, by=request.user):
        messages.success(request, "Called off. Those invited have been told.")
        return redirect(found)
    return act(request, form, "Call it off", found.get_absolute_url(), found.title)


@requires(Can.STANDARDISE)
def note_attendance(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = Participation.objects.filter(event__in=StandardisationEvent.objects.visible_to(request.user))
    one = get_object_or_404(rows.select_related("event", "person"), pk=pk)
    began = {"attendance": one.attendance, "came": one.came, "left": one.left, "note": one.note}
    back = one.event.get_absolute_url()
    form = forms.AttendanceForm(request.POST or None, initial=began, cancel_url=back)
    if form.is_valid() and form.attempts(standardising.note_attendance, one, by=request.user):
        messages.success(request, f"Noted for {one.person}.")
        return redirect(one.event)
    return act(request, form, f"Attendance of {one.person}", back, one.event.title)


@requires(Can.STANDARDISE)
def close_event(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    form = forms.CloseEventForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(standardising.close_event, found, by=request.user):
        messages.success(request, "Closed. The record stays as it is.")
        return redirect(found)
    blocked = policy.attendance_is_noted(found, request.user)
    return act(request, form, "Close with the minutes", found.get_absolute_url(), found.title, warning=blocked)


@requires(Can.STANDARDISE)
def add_correction(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request), pk=pk)
    form = forms.CorrectionForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(standardising.add_correction, found, by=request.user):
        messages.success(request, "Added below the record.")
        return redirect(found)
    return act(request, form, "Add a correction", found.get_absolute_url(), found.title)
