"""The mail about timetables, sessions, catch-up and questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from accounts.models import User
from core import clock
from core.notices import queue
from enrolment.models import Enrolment
from workshops.models import CatchUp, Message, Session, Timetable


def _tell(key: str, template: str, people: Iterable[User], *, link: str, **context: Any) -> None:
    for person in people:
        queue(
            f"{key}:{person.pk}",
            to=person,
            template=f"emails/{template}.txt",
            context={"link": settings.SITE_URL + link, **context},
        )


def _tutors(cohort: Any) -> list[User]:
    appointments = cohort.appointments.in_force(clock.today()).select_related("tutor")
    return list({one.tutor_id: one.tutor for one in appointments}.values())


def _learners(cohort: Any) -> list[User]:
    return [one.learner for one in Enrolment.objects.filter(cohort=cohort).active().select_related("learner")]


def timetable_proposed(timetable: Timetable) -> None:
    contacts = timetable.cohort.contract.client.contacts.select_related("user")
    _timetable(timetable, "proposed", [one.user for one in contacts])


def timetable_approved(timetable: Timetable) -> None:
    """The contract managers and the tutors hear that the dates stand."""
    people = {one.pk: one for one in [*timetable.cohort.contract.managers.all(), *_tutors(timetable.cohort)]}
    _timetable(timetable, "approved", people.values())


def timetable_returned(timetable: Timetable) -> None:
    _timetable(timetable, "returned", timetable.cohort.contract.managers.all())


def _timetable(timetable: Timetable, word: str, people: Iterable[User]) -> None:
    _tell(
        f"timetable:{timetable.pk}:{word}",
        f"timetable_{word}",
        people,
        link=timetable.get_absolute_url(),
        timetable=timetable,
        cohort=timetable.cohort,
        sessions=list(timetable.cohort.sessions.counted()),
    )


def session_changed(session: Session) -> None:
    _session(session, "changed", session.get_absolute_url())


def session_cancelled(session: Session) -> None:
    _session(session, "cancelled", session.get_absolute_url())


def _session(session: Session, word: str, link: str) -> None:
    key = f"session:{session.pk}:{word}:{session.calendar_revision}"
    people = [*_learners(session.cohort), session.tutor]
    _tell(key, f"session_{word}", people, link=link, session=session, cohort=session.cohort)


def caught_up(catch_up: CatchUp) -> None:
    place = catch_up.place
    learner = place.enrolment.learner
    link = place.session.get_absolute_url()
    _tell(
        f"catch_up:{catch_up.pk}", "session_caught_up", [learner], link=link, catch_up=catch_up, session=place.session
    )


def asked(message: Message) -> None:
    """The tutors of the cohort have a question to answer."""
    _message(message, "question_asked", _tutors(message.thread.enrolment.cohort))


def answered(message: Message) -> None:
    _message(message, "question_answered", [message.thread.enrolment.learner])


def _message(message: Message, template: str, people: Iterable[User]) -> None:
    thread = message.thread
    link = thread.get_absolute_url()
    others = [one for one in people if one.pk != message.author_id]
    _tell(f"message:{message.pk}", template, others, link=link, message=message, thread=thread)
