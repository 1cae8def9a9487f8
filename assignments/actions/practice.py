"""The learner's own practice: clients by code, sessions with minutes, and feedback asked for by a signed link."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from assignments import notices, policy
from assignments.actions.names import refuse
from assignments.models import ClientFeedback, FeedbackRequest, PracticeClient, PracticeSession
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from enrolment.models import Enrolment

KEEP: Any = object()
# A link for feedback is good this long, today included.
LINK_DAYS = 60


@transaction.atomic
def add_practice_client(
    enrolment: Enrolment,
    *,
    code: str,
    role: str,
    context: str = "",
    goals: str = "",
    terms: str = "",
    contract_agreed_on: dt.date | None = None,
    by: User,
) -> PracticeClient:
    """Somebody the learner coaches or mentors, under a code."""
    check_open(enrolment, by)
    _check_contract_day(enrolment, contract_agreed_on)
    client = PracticeClient(
        enrolment=enrolment,
        code=code.strip(),
        role=role,
        context=context,
        goals=goals,
        terms=terms,
        contract_agreed_on=contract_agreed_on,
        added_at=clock.now(),
    )
    _save_client(client)
    record(client, "add_practice_client", by=by)
    return client


@transaction.atomic
def edit_practice_client(
    client: PracticeClient,
    *,
    code: str = KEEP,
    role: str = KEEP,
    context: str = KEEP,
    goals: str = KEEP,
    terms: str = KEEP,
    contract_agreed_on: dt.date | None = KEEP,
    review: str = KEEP,
    by: User,
) -> PracticeClient:
    """Change what is given; the rest stays as it is."""
    check_open(client.enrolment, by)
    if contract_agreed_on is not KEEP:
        _check_contract_day(client.enrolment, contract_agreed_on)
    given = {
        "code": code,
        "role": role,
        "context": context,
        "goals": goals,
        "terms": terms,
        "contract_agreed_on": contract_agreed_on,
        "review": review,
    }
    changed = [name for name, value in given.items() if value is not KEEP and value != getattr(client, name)]
    for name in changed:
        setattr(client, name, given[name])
    _save_client(client)
    record(client, "edit_practice_client", by=by, changed=changed)
    return client


@transaction.atomic
def log_session(
    client: PracticeClient, *, held_on: dt.date, minutes: int, focus: str, notes: str = "", reflection: str, by: User
) -> PracticeSession:
    """One session of practice, with its minutes and what the learner makes of it."""
    check_open(client.enrolment, by)
    _check_session_day(client.enrolment, held_on)
    session = client.sessions.create(
        held_on=held_on, minutes=minutes, focus=focus, notes=notes, reflection=reflection, added_at=clock.now()
    )
    record(session, "log_session", by=by, minutes=minutes)
    return session


@transaction.atomic
def edit_session(
    session: PracticeSession, *, held_on: dt.date, minutes: int, focus: str, notes: str = "", reflection: str, by: User
) -> PracticeSession:
    check_open(session.client.enrolment, by)
    _check_session_day(session.client.enrolment, held_on)
    before = session.minutes
    session.held_on, session.minutes = held_on, minutes
    session.focus, session.notes, session.reflection = focus, notes, reflection
    session.save()
    record(session, "edit_session", by=by, minutes=minutes, minutes_before=before)
    return session


@transaction.atomic
def ask_for_feedback(client: PracticeClient, *, by: User) -> FeedbackRequest:
    """Make the link with which this practice client says what they think. It takes the place of one that waits."""
    check_open(client.enrolment, by)
    now = clock.now()
    waiting = client.feedback_requests.filter(closed_at__isnull=True, answered_at__isnull=True)
    waiting.update(closed_at=now)
    try:
        with transaction.atomic():
            asked = client.feedback_requests.create(
                made_at=now, made_by=by, expires_on=clock.today() + dt.timedelta(days=LINK_DAYS)
            )
    except IntegrityError:
        # A second click came in between; both get the same link.
        return waiting.get()
    record(asked, "ask_for_feedback", by=by)
    return asked


@transaction.atomic
def close_feedback_link(asked: FeedbackRequest, *, by: User) -> FeedbackRequest:
    """From now on the link opens nothing. An answer that has come stays."""
    if asked.client.enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner closes their own link.")
    now = clock.now()
    waiting = FeedbackRequest.objects.filter(pk=asked.pk, closed_at__isnull=True, answered_at__isnull=True)
    if not waiting.update(closed_at=now):
        raise Stale("This link is closed already, or has been answered a moment ago.")
    asked.closed_at = now
    record(asked, "close_feedback_link", by=by)
    return asked


@transaction.atomic
def give_client_feedback(
    asked: FeedbackRequest,
    *,
    listening: int,
    questions: int,
    boundaries: int,
    usefulness: int,
    helped: str = "",
    differently: str = "",
    consent: str,
    by: None = None,
) -> ClientFeedback:
    """Keep what a practice client says, once. They have no account, so nobody stands beside it in the history."""
    refuse(policy.feedback_may_arrive(asked.client.enrolment))
    now, today = clock.now(), clock.today()
    waiting = FeedbackRequest.objects.filter(
        pk=asked.pk, closed_at__isnull=True, answered_at__isnull=True, expires_on__gte=today
    )
    if not waiting.update(answered_at=now):
        raise Stale("This link has been used, closed or has run out.")
    asked.answered_at = now
    given = ClientFeedback.objects.create(
        request=asked,
        listening=listening,
        questions=questions,
        boundaries=boundaries,
        usefulness=usefulness,
        helped=helped.strip(),
        differently=differently.strip(),
        consent=consent,
        given_at=now,
    )
    record(given, "give_client_feedback", by=by)
    notices.client_feedback_arrived(given)
    return given


def check_open(enrolment: Enrolment, by: User) -> None:
    """Only its learner writes in a portfolio, and only while it is open."""
    if not by.can(Can.SUBMIT_WORK) or enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner writes in their own portfolio.")
    refuse(policy.portfolio_is_open(enrolment, by))


def began_on(enrolment: Enrolment) -> dt.date:
    """The day from which practice counts: the day the learner was taken onto the programme."""
    return timezone.localdate(enrolment.activated_at or enrolment.invited_at)


def _check_session_day(enrolment: Enrolment, day: dt.date) -> None:
    refuse(policy.day_problem(day, today=clock.today(), not_before=began_on(enrolment), what="The session"))


def _check_contract_day(enrolment: Enrolment, day: dt.date | None) -> None:
    """A contract may be agreed before the learner is accepted, but not before the cohort or the invitation."""
    earliest = min(enrolment.cohort.starts_on, timezone.localdate(enrolment.invited_at))
    refuse(policy.day_problem(day, today=clock.today(), not_before=earliest, what="The contract"))


def _save_client(client: PracticeClient) -> None:
    try:
        with transaction.atomic():
            client.save()
    except IntegrityError:
        raise Refused(f"You already have a client {client.code}. Choose another code.") from None
