"""Questions to the tutor and their answers, and the supervision of practice."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused
from enrolment.models import Enrolment
from enrolment.policy import is_tutor_of_the_cohort
from workshops import notices, policy
from workshops.models import Message, SupervisionSession, Thread

AGAIN = dt.timedelta(minutes=10)  # within which the same words are the same click


@transaction.atomic
def ask(enrolment: Enrolment, *, subject: str, body: str, by: User) -> Thread:
    """Begin a talk with the tutors of the cohort, who are told. The same question twice is one question."""
    if sentence := policy.may_ask(enrolment, by):
        raise NotAllowed(sentence)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    now, subject, body = clock.now(), subject.strip(), body.strip()
    same = Thread.objects.filter(enrolment=enrolment, subject=subject, asked_at__gt=now - AGAIN, asked_at__lte=now)
    if twin := same.filter(messages__body=body).first():
        return twin
    thread = Thread.objects.create(enrolment=enrolment, subject=subject, asked_at=now, last_at=now)
    message = Message.objects.create(thread=thread, author=by, body=body, written_at=now)
    record(thread, "ask", by=by)
    notices.asked(message)
    return thread


@transaction.atomic
def reply(thread: Thread, *, body: str, by: User) -> Message:
    """Go on with a talk. A tutor's answer goes to the learner, a learner's word back to the tutors."""
    if sentence := policy.may_reply(thread, by):
        raise NotAllowed(sentence)
    Thread.objects.select_for_update().get(pk=thread.pk)
    now, body = clock.now(), body.strip()
    last = thread.messages.order_by("-written_at", "-pk").first()
    if last and (last.author_id, last.body) == (by.pk, body) and now - last.written_at < AGAIN:
        return last
    message = Message.objects.create(thread=thread, author=by, body=body, written_at=now)
    from_learner = thread.enrolment.learner_id == by.pk
    Thread.objects.filter(pk=thread.pk).update(last_at=now, awaits_tutor=from_learner)
    thread.last_at, thread.awaits_tutor = now, from_learner
    record(thread, "reply", by=by)
    (notices.asked if from_learner else notices.answered)(message)
    return message


@transaction.atomic
def supervise(
    enrolment: Enrolment, *, held_on: dt.date, minutes: int, topics: str = "", feedback: str, by: User
) -> SupervisionSession:
    """Record supervision with its minutes and the feedback, which becomes part of the portfolio."""
    if not by.can(Can.SUPERVISE):
        raise NotAllowed("Only a tutor records supervision.")
    for sentence in (
        is_tutor_of_the_cohort(enrolment, by),
        policy.supervision_problem(enrolment, held_on=held_on, minutes=minutes, today=clock.today()),
    ):
        if sentence:
            raise Refused(sentence)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    given = {"held_on": held_on, "minutes": minutes, "topics": topics.strip(), "feedback": feedback.strip()}
    if twin := SupervisionSession.objects.filter(enrolment=enrolment, supervisor=by, **given).first():
        return twin
    session = SupervisionSession.objects.create(enrolment=enrolment, supervisor=by, recorded_at=clock.now(), **given)
    record(enrolment, "supervise", by=by, held_on=held_on.isoformat(), minutes=minutes)
    return session
