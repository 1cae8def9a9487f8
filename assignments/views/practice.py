"""The learner's own practice: clients, their sessions, the log of reflections, and links for feedback."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, invitations, policy
from assignments import portfolio as folders
from assignments.forms.practice import (
    AddPracticeClientForm,
    EditPracticeClientForm,
    EditSessionForm,
    LogSessionForm,
)
from assignments.models import Evidence, FeedbackRequest, PracticeClient, PracticeSession
from assignments.portfolio import remarks
from assignments.views.entries import check_open, entry, own_client, own_enrolment, warn, where_remarked
from core import clock

_CLIENT_FIELDS = ("code", "role", "context", "goals", "terms", "contract_agreed_on", "review")
_SESSION_FIELDS = ("held_on", "minutes", "focus", "notes", "reflection")
_LINK_WORDS = {
    "open": "Waits for the answer",
    "used": "Answered",
    "closed": "Closed",
    "expired": "Has run out",
}


@requires(Can.SUBMIT_WORK)
def practice_client(request: AuthedRequest, pk: int) -> HttpResponse:
    """One client: what was agreed, the sessions, what they said, what came of it."""
    client = own_client(request, pk)
    sessions = list(client.sessions.all())
    closed = policy.portfolio_is_open(client.enrolment, request.user)
    asked = [
        _link(request, one) for one in client.feedback_requests.select_related("feedback").order_by("-made_at", "-pk")
    ]
    told = [] if closed else list(remarks.of_client(client, folders.of(client.enrolment).people, sessions))
    context = {
        "client": client,
        "sessions": sessions,
        "minutes": sum(one.minutes for one in sessions),
        "contracts": Evidence.objects.present().filter(client=client, is_contract=True),
        "links": [one for one in asked if one["feedback"] is None],
        "answers": [one["feedback"] for one in asked if one["feedback"]],
        "waiting": any(one["state"] == "open" for one in asked),
        "closed": closed,
        "remarks": [{"sentence": one.sentence, "url": where_remarked(client.enrolment, one)} for one in told],
        "early": _before_the_contract(client, sessions),
    }
    return render(request, "assignments/practice_client.html", context)


def _link(request: AuthedRequest, asked: FeedbackRequest) -> dict[str, Any]:
    state = invitations.state_of(asked).value
    url = request.build_absolute_uri(invitations.path(asked)) if state == "open" else ""
    return {
        "pk": asked.pk,
        "asked": asked,
        "state": state,
        "word": _LINK_WORDS[state],
        "url": url,
        "feedback": getattr(asked, "feedback", None),
    }


def _before_the_contract(client: PracticeClient, sessions: list[PracticeSession]) -> str:
    agreed = client.contract_agreed_on
    if agreed and any(one.held_on < agreed for one in sessions):
        return "A session lies before the day the contract was agreed. Say in your reflection why."
    return ""


def _warn_of_client(request: AuthedRequest, client: PracticeClient, folder: folders.Portfolio) -> None:
    warn(request, *(one.sentence for one in remarks.of_client(client, folder.people, [])))


def _warn_of_session(request: AuthedRequest, session: PracticeSession, client: PracticeClient) -> None:
    people = folders.of(client.enrolment).people
    warn(request, *(one.sentence for one in remarks.of_session(session, client.code, people)))


@requires(Can.SUBMIT_WORK)
def add_practice_client(request: AuthedRequest, pk: int) -> HttpResponse:
    enrolment = own_enrolment(request, pk)
    check_open(request, enrolment)
    back = reverse("assignments:portfolio", args=[pk])
    form = AddPracticeClientForm(request.POST or None, enrolment=enrolment, cancel_url=back)
    if form.is_valid() and form.attempts(actions.add_practice_client, enrolment, by=request.user):
        _warn_of_client(request, form.result, folders.of(enrolment))
        return redirect("assignments:practice_client", form.result.pk)
    return entry(request, form, title="Add a practice client", back=back)


@requires(Can.SUBMIT_WORK)
def edit_practice_client(request: AuthedRequest, pk: int) -> HttpResponse:
    client = own_client(request, pk)
    check_open(request, client.enrolment)
    back = reverse("assignments:practice_client", args=[pk])
    given = {name: getattr(client, name) for name in _CLIENT_FIELDS}
    form = EditPracticeClientForm(request.POST or None, enrolment=client.enrolment, initial=given, cancel_url=back)
    if form.is_valid() and form.attempts(actions.edit_practice_client, client, by=request.user):
        messages.success(request, f"Client {form.result.code} is saved.")
        _warn_of_client(request, form.result, folders.of(client.enrolment))
        return redirect("assignments:practice_client", pk)
    return entry(request, form, title="Goals, contract and what was achieved", back=back, client=client)


@requires(Can.SUBMIT_WORK)
def log_session(request: AuthedRequest, pk: int) -> HttpResponse:
    client = own_client(request, pk)
    check_open(request, client.enrolment)
    back = reverse("assignments:practice_client", args=[pk])
    form = LogSessionForm(
        request.POST or None, enrolment=client.enrolment, initial={"held_on": clock.today()}, cancel_url=back
    )
    if form.is_valid() and form.attempts(actions.log_session, client, by=request.user):
        messages.success(request, f"Logged: {folders.hours(form.result.minutes)} with client {client.code}.")
        _warn_of_session(request, form.result, client)
        return redirect("assignments:practice_client", pk)
    return entry(request, form, title=f"A session with client {client.code}", back=back, client=client)


@requires(Can.SUBMIT_WORK)
def edit_session(request: AuthedRequest, pk: int) -> HttpResponse:
    mine = PracticeSession.objects.filter(client__enrolment__learner=request.user)
    session = get_object_or_404(
        mine.select_related("client__enrolment__cohort__version", "client__enrolment__learner"), pk=pk
    )
    check_open(request, session.client.enrolment)
    back = reverse("assignments:practice_client", args=[session.client_id])
    given = {name: getattr(session, name) for name in _SESSION_FIELDS}
    form = EditSessionForm(request.POST or None, enrolment=session.client.enrolment, initial=given, cancel_url=back)
    if form.is_valid() and form.attempts(actions.edit_session, session, by=request.user):
        messages.success(request, "The session is saved.")
        _warn_of_session(request, form.result, session.client)
        return redirect(back)
    return entry(request, form, title=f"A session with client {session.client.code}", back=back, client=session.client)


@requires(Can.SUBMIT_WORK)
def reflective_log(request: AuthedRequest, pk: int) -> HttpResponse:
    """Every session with its reflection in the order of its day, then what the supervisor said. To read and to print."""
    enrolment = own_enrolment(request, pk)
    folder = folders.of(enrolment)
    rows = sorted(
        ((session, client) for client in folder.clients for session in client.sessions.all()),
        key=lambda row: (row[0].held_on, row[0].pk),
    )
    entries, so_far = [], 0
    for session, client in rows:
        so_far += session.minutes
        entries.append({"session": session, "client": client, "so_far": so_far})
    context = {
        "enrolment": enrolment,
        "portfolio": folder,
        "entries": entries,
        "minutes": so_far,
        "closed": policy.portfolio_is_open(enrolment, request.user),
    }
    return render(request, "assignments/practice_log.html", context)


# ---- links for feedback


@require_POST
@requires(Can.SUBMIT_WORK)
def ask_for_feedback(request: AuthedRequest, pk: int) -> HttpResponse:
    """Make a link; the page of the client shows it."""
    client = own_client(request, pk)
    asked = actions.ask_for_feedback(client, by=request.user)
    until = f"{asked.expires_on.day} {asked.expires_on:%B %Y}"
    messages.success(request, f"The link for client {client.code} is below. It can be answered once, until {until}.")
    return redirect(reverse("assignments:practice_client", args=[pk]) + "#feedback")


@require_POST
@requires(Can.SUBMIT_WORK)
def close_feedback_link(request: AuthedRequest, pk: int) -> HttpResponse:
    mine = FeedbackRequest.objects.filter(client__enrolment__learner=request.user)
    asked = get_object_or_404(mine.select_related("client__enrolment"), pk=pk)
    actions.close_feedback_link(asked, by=request.user)
    messages.success(request, "The link is closed. It opens nothing any more.")
    return redirect(reverse("assignments:practice_client", args=[asked.client_id]) + "#feedback")
