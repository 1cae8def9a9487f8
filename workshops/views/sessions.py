"""The list of sessions, one session with its resources, and what happens to it around the register."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can, Role
from core import clock
from core.lifecycle import Choice, choices
from core.lists import chosen, listing
from core.models import Event
from programmes.models import Cohort, Resource
from workshops import actions, policy
from workshops.forms import AddRecordingForm, CancelForm, CatchUpForm
from workshops.models import Feedback, Place, Session, Timetable
from workshops.states import SESSION_TRANSITIONS, SessionState
from workshops.views.learner import may_answer_now, state_sign

ORDERS = {
    "date": ("By date", ("starts_at",)),
    "cohort": ("By cohort", ("cohort__code", "starts_at")),
    "title": ("By title", ("title",)),
}
HEADS = [
    {"label": "Session", "order": "title"},
    {"label": "Cohort", "order": "cohort"},
    {"label": "Begins", "order": "date"},
    {"label": "Tutor", "order": ""},
    {"label": "Register", "order": ""},
]


def visible_or_404(request: AuthedRequest, pk: int) -> Session:
    sessions = Session.objects.visible_to(request.user)
    return get_object_or_404(sessions.select_related("cohort__contract__client", "cohort__version", "tutor"), pk=pk)


@requires(Can.SEE_COHORTS)
def sessions(request: AuthedRequest) -> HttpResponse:
    """The sessions of all cohorts one sees, or of one of them; from there they are planned."""
    cohorts = list(Cohort.objects.visible_to(request.user))
    cohort = chosen(request, "cohort", "Cohort", [(one.code, one.code) for one in cohorts])
    state = chosen(request, "state", "State", SessionState.choices)
    rows = Session.objects.of_staff(request.user).select_related("cohort", "tutor")
    if cohort.value:
        rows = rows.filter(cohort__code=cohort.value)
    if state.value:
        rows = rows.filter(state=state.value)
    found = listing(
        request,
        rows,
        noun="session",
        orders=ORDERS,
        find=("title", "cohort__code", "tutor__full_name"),
        filters=[cohort, state],
    )
    picked = next((one for one in cohorts if one.code == cohort.value), None)
    context = {
        "listing": found,
        "heads": HEADS,
        "cohort": picked,
        "may_plan": request.user.can(Can.PLAN_SESSIONS),
        "may_open": request.user.can(Can.SEE_SESSIONS),
        "timetable": Timetable.objects.filter(cohort=picked).order_by("-round").first() if picked else None,
        "now": clock.now(),
    }
    return render(request, "workshops/sessions.html", context)


def resources_of(session: Session) -> Any:
    """What belongs to this place of the programme, for every cohort alike."""
    return Resource.objects.filter(
        version=session.cohort.version_id, session_kind=session.kind, session_number=session.number
    )


@requires(Can.SEE_SESSIONS)
def session(request: AuthedRequest, pk: int) -> HttpResponse:
    """One session: for the learner what to join, watch, read and answer; for the centre who was there."""
    one = visible_or_404(request, pk)
    context = {"session": one, "resources": resources_of(one), "has_begun": one.starts_at <= clock.now()}
    places = Place.objects.filter(session=one).select_related("enrolment__learner", "catch_up", "feedback", "marked_by")
    if _works_for(one, request.user):
        return render(request, "workshops/session.html", {**context, **_for_staff(one, places, request.user)})
    return render(request, "workshops/session_learner.html", {**context, **_for_learner(one, places, request.user)})


def _works_for(one: Session, user: User) -> bool:
    """A learner sees the learner's page; whoever is staff as well sees the other one only of cohorts they work for."""
    if not user.can(Can.GIVE_FEEDBACK):
        return True
    return user.can(Can.SEE_COHORTS) and Session.objects.of_staff(user).filter(pk=one.pk).exists()


def _for_staff(one: Session, places: Any, user: User) -> dict[str, Any]:
    rows = [{"place": place, "sign": state_sign(place)} for place in places.order_by("enrolment__learner__full_name")]
    given = Feedback.objects.filter(place__session=one).aggregate(n=Count("pk"), overall=Avg("overall"))
    return {
        "rows": rows,
        "feedback": given,
        "choices": [*choices(one, user, SESSION_TRANSITIONS), *_further(one, user)],
        "events": Event.objects.about(one)[:20],
        "may_catch_up": user.has_role(Role.TUTOR),
    }


def _further(one: Session, user: User) -> list[Choice]:
    """The verbs that move no state of the session itself."""
    found = []

    def offer(verb: str, label: str, blocked: str = "") -> None:
        found.append(Choice(verb, label, reverse(f"workshops:{verb}", args=[one.pk]), blocked))

    if one.state == SessionState.CANCELLED:
        return []
    if user.can(Can.TAKE_REGISTER):
        label = "Take the register" if one.state == SessionState.PLANNED else "Correct the register"
        offer("take_register", label, policy.has_begun(one, user))
        if not policy.has_begun(one, user):
            offer("add_recording", "Change the recording" if one.recording_link else "Add the recording")
    if user.can(Can.PLAN_SESSIONS) and one.state == SessionState.PLANNED:
        offer("change_session", "Change this session")
    return found


def _for_learner(one: Session, places: Any, user: User) -> dict[str, Any]:
    place = places.filter(enrolment__learner=user).first()
    return {
        "place": place,
        "sign": state_sign(place),
        "may_answer": bool(place) and may_answer_now(place, user),
        "may_apologise": one.state == SessionState.PLANNED and one.starts_at > clock.now(),
    }


@requires(Can.SEE_SESSIONS)
def resource(request: AuthedRequest, pk: int, resource_pk: int) -> HttpResponse:
    """Something to read, set for reading."""
    one = visible_or_404(request, pk)
    found = get_object_or_404(resources_of(one).exclude(body=""), pk=resource_pk)
    return render(request, "workshops/resource.html", {"session": one, "resource": found})


@requires(Can.TAKE_REGISTER)
def add_recording(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = AddRecordingForm(
        request.POST or None, initial={"recording_link": one.recording_link}, cancel_url=one.get_absolute_url()
    )
    if form.is_valid() and form.attempts(actions.add_recording, one, by=request.user):
        messages.success(request, "The recording is on the session’s page.")
        return redirect(one)
    return render(request, "workshops/add_recording.html", {"session": one, "form": form})


@requires(Can.PLAN_SESSIONS)
def cancel(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = CancelForm(request.POST or None, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.cancel, one, by=request.user):
        messages.success(request, "The session is cancelled. Learners and tutor are told.")
        return redirect(one)
    return render(request, "workshops/cancel.html", {"session": one, "form": form})


@requires(Can.TAKE_REGISTER)
def catch_up(request: AuthedRequest, pk: int) -> HttpResponse:
    """How one learner made up for one session."""
    places = Place.objects.visible_to(request.user).select_related(
        "session__cohort", "enrolment__learner", "enrolment__cohort", "catch_up"
    )
    place = get_object_or_404(places, pk=pk)
    back = place.session.get_absolute_url()
    form = CatchUpForm(request.POST or None, initial={"held_on": clock.today()}, cancel_url=back)
    if form.is_valid() and form.attempts(actions.catch_up, place, by=request.user):
        messages.success(request, f"{place.enrolment.learner} has caught up on this session and is told.")
        return redirect(back)
    return render(request, "workshops/catch_up.html", {"place": place, "session": place.session, "form": form})
