"""The register, what makes up for an absence, and what learners say of a session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import Transition, move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from enrolment.policy import is_tutor_of_the_cohort
from workshops import notices, policy
from workshops.models import CatchUp, Feedback, Place, Session
from workshops.states import HOLD, MARK_ABSENT, MARK_ATTENDED, MARK_PART, PlaceState, SessionState


@dataclass(frozen=True)
class Mark:
    """One row of the register. `seen` is the state that whoever marks had before their eyes, if they had one."""

    enrolment: Enrolment
    state: str
    minutes: int | None = None
    seen: str | None = None


MOVES: dict[str, Transition] = {
    PlaceState.ATTENDED: MARK_ATTENDED,
    PlaceState.PART: MARK_PART,
    PlaceState.ABSENT: MARK_ABSENT,
}


def _check_register(by: User) -> None:
    if not by.can(Can.TAKE_REGISTER):
        raise NotAllowed("Only a tutor or a centre administrator takes the register.")


def _check_marks(session: Session, marks: Sequence[Mark]) -> None:
    for mark in marks:
        learner = mark.enrolment.learner
        for sentence in (
            policy.may_be_on_register(mark.enrolment, session),
            policy.mark_problem(learner, state=mark.state, minutes=mark.minutes, planned=session.minutes),
        ):
            if sentence:
                raise Refused(sentence)


def _places(session: Session, enrolments: Sequence[Enrolment]) -> dict[int, Place]:
    """The place of each learner, made where it is missing; two people who begin at once make it once."""
    Place.objects.bulk_create([Place(session=session, enrolment=one) for one in enrolments], ignore_conflicts=True)
    known = {one.pk: one for one in enrolments}
    places = Place.objects.filter(session=session, enrolment__in=enrolments)
    for place in places:
        place.session, place.enrolment = session, known[place.enrolment_id]
    return {place.enrolment_id: place for place in places}


@transaction.atomic
def take_register(session: Session, *, marks: Sequence[Mark], by: User) -> list[Place]:
    """Mark who was there. What is marked already and stays is left alone; a correction leaves its event.

    A mark that another person set since `seen` is not overwritten: the whole register is refused, to be looked at again.
    """
    _check_register(by)
    if session.state == SessionState.CANCELLED:
        raise WrongState("This session was cancelled, so it has no register.")
    if sentence := policy.has_begun(session, by):
        raise Refused(sentence)
    _check_marks(session, marks)
    places = _places(session, [mark.enrolment for mark in marks])
    now = clock.now()
    return [place for mark in marks if (place := _mark(places[mark.enrolment.pk], mark, now=now, by=by))]


def _mark(place: Place, mark: Mark, *, now: dt.datetime, by: User) -> Place | None:
    minutes = mark.minutes if mark.state == PlaceState.PART else None
    if (place.state, place.minutes) == (mark.state, minutes):
        return None
    if mark.seen is not None and place.state != mark.seen:
        was = place.get_state_display().lower()
        raise Stale(
            f"Somebody else marked {mark.enrolment.learner} as “{was}” a moment ago. Look at that row and save again."
        )
    detail = {"minutes": minutes} if minutes else {}
    move(place, MOVES[mark.state], by=by, detail=detail, minutes=minutes, marked_at=now, marked_by=by)
    return place


@transaction.atomic
def hold(session: Session, *, by: User) -> Session:
    """Close the register when everybody who was on the programme has a mark. From then on the session counts."""
    move(session, HOLD, by=by, held_at=clock.now())
    return session


@transaction.atomic
def note_apology(session: Session, enrolment: Enrolment, *, apology: str, by: User) -> Place:
    """Keep the reason why a learner will not be there. The register still says whether they were."""
    if sentence := policy.may_give_apology(session, enrolment, by):
        raise Refused(sentence)
    if sentence := policy.may_be_on_register(enrolment, session):
        raise Refused(sentence)
    place, _ = Place.objects.get_or_create(session=session, enrolment=enrolment)
    if not Place.objects.filter(pk=place.pk, state=PlaceState.BOOKED).update(apology=apology.strip()):
        raise WrongState("The register has been taken for this learner already.")
    place.apology = apology.strip()
    record(place, "note_apology", by=by)
    return place


@transaction.atomic
def add_recording(session: Session, *, recording_link: str, by: User) -> Session:
    """Say where the recording is, so that whoever missed the session can watch it."""
    _check_register(by)
    if session.state == SessionState.CANCELLED:
        raise WrongState("This session was cancelled, so there is no recording.")
    if sentence := policy.has_begun(session, by):
        raise Refused(sentence)
    if session.recording_link == recording_link:
        return session
    Session.objects.filter(pk=session.pk).update(recording_link=recording_link)
    was, session.recording_link = session.recording_link, recording_link
    record(session, "add_recording", by=by, was=was)
    return session


@transaction.atomic
def catch_up(place: Place, *, kind: str, held_on: dt.date, note: str = "", by: User) -> CatchUp:
    """The tutor signs off how a missed session was made up. The absence stays an absence, and counts as covered."""
    _check_register(by)
    for sentence in (
        is_tutor_of_the_cohort(place.enrolment, by),
        policy.can_be_caught_up(place, held_on=held_on, today=clock.today()),
    ):
        if sentence:
            raise Refused(sentence)
    made, created = CatchUp.objects.get_or_create(
        place=place,
        defaults={
            "kind": kind,
            "held_on": held_on,
            "note": note.strip(),
            "signed_off_at": clock.now(),
            "signed_off_by": by,
        },
    )
    if not created:
        raise Stale("This session has been caught up already.")
    record(place, "catch_up", by=by, kind=kind, held_on=held_on.isoformat())
    notices.caught_up(made)
    return made


@transaction.atomic
def give_feedback(
    place: Place,
    *,
    overall: int | None,
    tutor: int | None,
    knowledge_before: int | None,
    knowledge_after: int | None,
    comment: str = "",
    may_quote: bool = False,
    by: User,
) -> Feedback:
    """Keep what a learner says of a session, once. Nobody is asked for what they cannot know."""
    if not by.can(Can.GIVE_FEEDBACK):
        raise NotAllowed("Only learners answer the feedback form.")
    if sentence := policy.may_answer(place, by):
        raise Refused(sentence)
    ratings = {"overall": overall, "tutor": tutor, "before": knowledge_before, "after": knowledge_after}
    if sentence := policy.feedback_problem(place, **ratings):
        raise Refused(sentence)
    feedback, created = Feedback.objects.get_or_create(
        place=place,
        defaults={
            "overall": overall,
            "tutor": tutor,
            "knowledge_before": knowledge_before,
            "knowledge_after": knowledge_after,
            "comment": comment.strip(),
            "may_quote": may_quote,
            "given_at": clock.now(),
        },
    )
    if not created:
        raise Stale("You have answered this form already. Thank you.")
    record(place, "give_feedback", by=by)
    return feedback
