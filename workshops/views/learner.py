"""A learner's own sessions: the next one, what has been, what to read, and the feedback to give."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from enrolment.models import Enrolment
from workshops import actions, policy
from workshops.forms import GiveFeedbackForm, NoteApologyForm
from workshops.models import Place, Session
from workshops.states import PRESENT, PlaceState, SessionState

SIGNS = {PlaceState.ATTENDED: "done", PlaceState.PART: "done", PlaceState.ABSENT: "absent"}


def state_sign(place: Place | None) -> tuple[str, str]:
    """The sign of the journey and the word for a learner at a session."""
    if place is None or place.state == PlaceState.BOOKED:
        return "not_yet", "not marked yet"
    if place.state == PlaceState.ABSENT and hasattr(place, "catch_up"):
        return "caught_up", "absent, caught up"
    return SIGNS[PlaceState(place.state)], place.get_state_display().lower()


@requires(Can.GIVE_FEEDBACK)
def own(request: AuthedRequest) -> HttpResponse:
    """Every session of the programmes one is on, the next one on top."""
    mine = Enrolment.objects.of_learner(request.user)
    sessions = Session.objects.on_programme_of(request.user).counted().select_related("cohort", "tutor")
    places = {
        one.session_id: one
        for one in Place.objects.filter(enrolment__in=mine).select_related("catch_up", "feedback", "enrolment")
    }
    now = clock.now()
    following = next((one for one in sessions if one.ends_at > now), None)
    rows = [_stage(one, places.get(one.pk), now=now) for one in sessions if one.ends_at <= now]
    ahead = [one for one in sessions if one.ends_at > now and one is not following]
    to_answer = [one for one in sessions if (place := places.get(one.pk)) and may_answer_now(place, request.user)]
    context = {
        "following": following,
        "place": places.get(following.pk) if following else None,
        "past": rows,
        "ahead": ahead,
        "to_answer": [{"session": one, "place": places[one.pk]} for one in to_answer],
    }
    return render(request, "workshops/own.html", context)


def may_answer_now(place: Place, user: Any) -> bool:
    """Whether this learner still has a feedback form to fill in."""
    return not hasattr(place, "feedback") and not policy.may_answer(place, user)


def _stage(session: Session, place: Place | None, *, now: dt.datetime) -> dict[str, Any]:
    state, word = state_sign(place)
    said = [word]
    if place and place.state == PlaceState.PART:
        said.append(f"{place.minutes} of {session.minutes} minutes")
    if session.recording_link:
        said.append("recording")
    return {"session": session, "state": state, "text": ", ".join(said), "place": place}


def _own_place(request: AuthedRequest, pk: int) -> Place:
    places = Place.objects.filter(enrolment__learner=request.user).select_related(
        "session__cohort", "session__tutor", "enrolment__learner", "catch_up", "feedback"
    )
    return get_object_or_404(places, pk=pk)


@requires(Can.GIVE_FEEDBACK)
def give_feedback(request: AuthedRequest, pk: int) -> HttpResponse:
    """The feedback form of a session, once."""
    place = _own_place(request, pk)
    form = GiveFeedbackForm(
        request.POST or None, was_there=place.state in PRESENT, cancel_url=place.session.get_absolute_url()
    )
    if form.is_valid() and form.attempts(actions.give_feedback, place, by=request.user):
        messages.success(request, "Your feedback is kept. Your tutor sees it without your name.")
        return redirect("workshops:own")
    blocked = (
        "You have answered this form already." if hasattr(place, "feedback") else policy.may_answer(place, request.user)
    )
    context = {"place": place, "session": place.session, "form": form, "blocked": blocked}
    return render(request, "workshops/give_feedback.html", context)


@requires(Can.GIVE_FEEDBACK)
def note_apology(request: AuthedRequest, pk: int) -> HttpResponse:
    """A learner says beforehand that they cannot come."""
    session = get_object_or_404(Session.objects.on_programme_of(request.user).select_related("cohort"), pk=pk)
    own = Enrolment.objects.of_learner(request.user).filter(cohort=session.cohort_id).select_related("learner").get()
    form = NoteApologyForm(request.POST or None, cancel_url=session.get_absolute_url())
    if form.is_valid() and form.attempts(actions.note_apology, session, own, by=request.user):
        messages.success(request, "Your tutor sees your apology in the register.")
        return redirect(session)
    if session.state != SessionState.PLANNED and request.method == "GET":
        return redirect(session)
    return render(request, "workshops/note_apology.html", {"session": session, "form": form})
