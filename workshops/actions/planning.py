"""The timetable of a cohort: sessions are planned, proposed to the client, approved or sent back, changed, cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes.models import Cohort
from workshops import notices, policy
from workshops.models import Session, Timetable
from workshops.states import (
    APPROVE_TIMETABLE,
    CANCEL,
    PROPOSE_TIMETABLE,
    RETURN_TIMETABLE,
    SessionState,
    TimetableState,
)


def _open_timetable(cohort: Cohort, by: User | None) -> Timetable:
    """The draft that a change goes into. After an approval or a return that is the next round.

    The cohort's row is locked until the end, so that two people who plan at once do it one after the other.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    latest = Timetable.objects.filter(cohort=cohort).order_by("-round").first()
    if sentence := policy.timetable_is_open(latest):
        raise WrongState(sentence)
    if latest is not None and latest.state == TimetableState.DRAFT:
        return latest
    following = latest.round + 1 if latest else 1
    timetable = Timetable.objects.create(cohort=cohort, round=following)
    record(timetable, "draw_up_timetable", by=by)
    return timetable


def _check(
    cohort: Cohort, *, starts_at: dt.datetime, ends_at: dt.datetime, minutes: int, tutor: User, by: User
) -> None:
    if sentence := policy.may_plan(cohort, by):
        raise NotAllowed(sentence)
    if sentence := policy.session_problem(starts_at=starts_at, ends_at=ends_at, minutes=minutes):
        raise Refused(sentence)
    if sentence := policy.teaches(cohort, tutor, timezone.localdate(starts_at)):
        raise Refused(sentence)


@transaction.atomic
def plan_session(
    cohort: Cohort,
    *,
    kind: str,
    number: int,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    minutes: int,
    tutor: User,
    join_link: str = "",
    by: User,
) -> Session:
    """Plan one session. It joins the draft timetable of the cohort, which is opened if there is none."""
    _check(cohort, starts_at=starts_at, ends_at=ends_at, minutes=minutes, tutor=tutor, by=by)
    _open_timetable(cohort, by)
    taken = Session.objects.counted().filter(cohort=cohort, kind=kind, number=number)
    if taken.exists():
        raise Refused(f"{cohort} has a session of this kind with number {number} already. Choose another number.")
    session = Session.objects.create(
        cohort=cohort,
        kind=kind,
        number=number,
        title=title.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        minutes=minutes,
        tutor=tutor,
        join_link=join_link,
    )
    record(session, "plan_session", by=by, starts_at=starts_at.isoformat())
    return session


@transaction.atomic
def plan_sessions(
    cohort: Cohort, *, sessions: Sequence[dict[str, Any]], tutor: User, join_link: str = "", by: User
) -> list[Session]:
    """Plan several sessions at once, all or none: each is what `plan_session` takes, tutor and link apart."""
    if not sessions:
        raise Refused("Enter at least one date.")
    return [plan_session(cohort, **one, tutor=tutor, join_link=join_link, by=by) for one in sessions]


@transaction.atomic
def change_session(
    session: Session,
    *,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    minutes: int,
    tutor: User,
    join_link: str = "",
    tell_learners: bool = False,
    by: User,
) -> Session:
    """Change a planned session. A new date opens the next round of an approved timetable; calendars update themselves."""
    cohort = session.cohort
    _check(cohort, starts_at=starts_at, ends_at=ends_at, minutes=minutes, tutor=tutor, by=by)
    if session.state != SessionState.PLANNED:
        raise WrongState(f"This session is {session.get_state_display().lower()}, so its plan no longer changes.")
    was = session.starts_at
    if (was, session.ends_at) != (starts_at, ends_at):
        _open_timetable(cohort, by)
    given = {
        "title": title.strip(),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "minutes": minutes,
        "tutor": tutor,
        "join_link": join_link,
    }
    revision = session.calendar_revision
    planned = Session.objects.filter(pk=session.pk, state=SessionState.PLANNED, calendar_revision=revision)
    if not planned.update(**given, calendar_revision=F("calendar_revision") + 1):
        raise Stale("Somebody else changed this session a moment ago. Look again.")
    for name, value in {**given, "calendar_revision": revision + 1}.items():
        setattr(session, name, value)
    record(session, "change_session", by=by, starts_at=starts_at.isoformat(), was=was.isoformat())
    if tell_learners:
        notices.session_changed(session)
    return session


@transaction.atomic
def cancel(session: Session, *, cancellation_reason: str, by: User) -> Session:
    """Call a planned session off and tell everybody it concerns. Figures leave it out."""
    if sentence := policy.may_plan(session.cohort, by):
        raise NotAllowed(sentence)
    move(
        session,
        CANCEL,
        by=by,
        cancelled_at=clock.now(),
        cancellation_reason=cancellation_reason.strip(),
        calendar_revision=session.calendar_revision + 1,
    )
    notices.session_cancelled(session)
    return session


@transaction.atomic
def propose_timetable(timetable: Timetable, *, by: User) -> Timetable:
    """Put the dates before the client's contacts, who are told."""
    if sentence := policy.may_plan(timetable.cohort, by):
        raise NotAllowed(sentence)
    move(timetable, PROPOSE_TIMETABLE, by=by, proposed_at=clock.now(), proposed_by=by)
    notices.timetable_proposed(timetable)
    return timetable


@transaction.atomic
def approve_timetable(timetable: Timetable, *, decision_note: str = "", by: User) -> Timetable:
    """The client agrees with the dates."""
    note = decision_note.strip()
    move(timetable, APPROVE_TIMETABLE, by=by, decided_at=clock.now(), decided_by=by, decision_note=note)
    notices.timetable_approved(timetable)
    return timetable


@transaction.atomic
def return_timetable(timetable: Timetable, *, decision_note: str, by: User) -> Timetable:
    """The client asks for other dates and says which: the next round is opened as a draft."""
    note = decision_note.strip()
    if not note:
        raise Refused("Write which dates do not suit, so that others can be found.")
    move(timetable, RETURN_TIMETABLE, by=by, decided_at=clock.now(), decided_by=by, decision_note=note)
    _open_timetable(timetable.cohort, by)
    notices.timetable_returned(timetable)
    return timetable
