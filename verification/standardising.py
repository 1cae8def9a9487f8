"""The verbs of standardisation: plan, choose the piece, invite, mark blind, compare, agree, close; afterwards corrections only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.html import linebreaks

from accounts.models import User
from accounts.permissions import Can, Role
from assignments import anonymity
from assignments.models import Submission
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes.models import Assignment, Criterion
from verification import notices, policy
from verification.models import (
    AgreedStandard,
    Attendance,
    Correction,
    Participation,
    StandardisationEvent,
    StandardMark,
)
from verification.states import CALL_OFF_EVENT, CLOSE_EVENT, COMPARE, OPEN_MARKING

_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
OVERTAKEN = (
    "This was saved in another window in the meantime. Load the page again to see both; what you typed is still here."
)


@transaction.atomic
def plan_event(*, title: str, assignment: Assignment, held_on: dt.date, chair: User, by: User) -> StandardisationEvent:
    """An event that is only a plan yet: no piece, nobody invited."""
    _check_holds(None, by)
    if not chair.can(Can.STANDARDISE):
        raise Refused(f"{chair} cannot lead an event. Choose a verifier (IQA).")
    event = StandardisationEvent.objects.create(
        title=title.strip(), assignment=assignment, held_on=held_on, chair=chair, planned_at=clock.now(), planned_by=by
    )
    record(event, "plan_event", by=by)
    return event


@transaction.atomic
def set_piece(
    event: StandardisationEvent, *, submission: Submission | None = None, text: str = "", by: User
) -> StandardisationEvent:
    """The piece that everybody marks: one that was handed in, without its names, or a text prepared for it."""
    _check_holds(event, by)
    _check_planned(event)
    if (submission is None) == (not text.strip()):
        raise Refused("Choose a piece that was handed in, or paste a text. One of the two.")
    if submission is not None:
        if submission.assignment_id != event.assignment_id:
            raise Refused("This piece belongs to another assignment. Choose one of the assignment of the event.")
        if not submission.is_released:
            raise Refused("The result of this piece is not released yet, so it is still being judged. Choose another.")
        if submission.document is None or not hasattr(submission.document, "reading"):
            raise Refused("This piece has no text to read. Choose another, or paste a text.")
        event.piece_html = nameless(submission)
    else:
        event.piece_html = linebreaks(text.strip(), autoescape=True)
    event.submission = submission
    event.save(update_fields=["piece_html", "submission"])
    record(event, "set_piece", by=by)
    return event


def nameless(submission: Submission) -> str:
    """The reading view without the learner's names, letter for letter as long as it was, and without pictures."""
    assert submission.document is not None  # noqa: S101 - the caller has looked
    learner, enrolment = submission.enrolment.learner, submission.enrolment
    html = _PICTURE.sub("<em>[a picture is left out]</em>", submission.document.reading.html)
    numbers = [submission.reference or ""]
    if registration := getattr(enrolment, "registration", None):
        numbers.append(registration.number)
    whole = [one for one in (learner.full_name, learner.email, *numbers) if one]
    return anonymity.without_people(anonymity.masked(html, whole), [learner.full_name, learner.known_as])


@transaction.atomic
def invite_participants(event: StandardisationEvent, *, people: Iterable[User], by: User) -> list[Participation]:
    """Invite people to mark the piece; whoever is invited already stays so. While it is planned or open."""
    _check_holds(event, by)
    if not (event.is_planned or event.is_open):
        raise WrongState("The comparison has begun, so nobody is invited any more.")
    there = set(event.participations.values_list("person", flat=True))
    invited = []
    for person in people:
        if person.pk in there:
            continue
        if not person.has_role(Role.TUTOR, Role.IQA):
            raise Refused(f"{person} neither marks nor verifies. Invite tutors and verifiers (IQA).")
        if event.submission_id and event.submission and event.submission.enrolment.learner_id == person.pk:
            raise Refused(f"The piece is by {person}, who cannot mark it.")
        one = event.participations.create(person=person, invited_at=clock.now(), invited_by=by)
        notices.invited_to_standardisation(one)
        invited.append(one)
    if not invited:
        raise Refused("Choose at least one person who is not invited yet.")
    record(event, "invite_participants", by=by, people=[str(one.person) for one in invited])
    return invited


@transaction.atomic
def open_marking(event: StandardisationEvent, *, by: User) -> StandardisationEvent:
    """From now on everybody invited reads the piece and decides, without seeing the others."""
    move(event, OPEN_MARKING, by=by, opened_at=clock.now())
    for one in event.participations.select_related("person"):
        notices.marking_opened(one)
    return event


@transaction.atomic
def call_off_event(event: StandardisationEvent, *, reason: str, by: User) -> StandardisationEvent:
    if not reason.strip():
        raise Refused("Say why it is called off. Those invited read it.")
    move(event, CALL_OFF_EVENT, by=by, called_off_reason=reason.strip(), detail={"reason": reason.strip()})
    for one in event.participations.select_related("person"):
        notices.event_called_off(one)
    return event


@transaction.atomic
def save_mark(
    participation: Participation, *, criterion: Criterion, decision: str, reason: str, revision: int, by: User
) -> StandardMark:
    """Keep one decision while it is made. `revision` is the one the page began from: a later one is never overwritten unseen."""
    _check_marks_blind(participation, by)
    if not participation.event.criteria().filter(pk=criterion.pk).exists():
        raise Refused(f"{criterion.number} does not belong to this assignment.")
    mark = StandardMark.objects.select_for_update().filter(participation=participation, criterion=criterion).first()
    mark = mark or StandardMark(participation=participation, criterion=criterion, revision=0)
    written = (decision, reason.strip())
    if (mark.decision, mark.reason) == written:
        return mark
    if mark.revision != revision:
        raise Stale(OVERTAKEN)
    mark.decision, mark.reason = written
    mark.revision, mark.saved_at = mark.revision + 1, clock.now()
    _save_once(mark)
    return mark


@transaction.atomic
def hand_over_marks(participation: Participation, *, by: User) -> Participation:
    """The decisions are final. When everybody has handed over, the comparison begins by itself."""
    _check_marks_blind(participation, by)
    if missing := missing_marks(participation):
        raise Refused(f"Decide and give a reason for {', '.join(missing)} first.")
    participation.done_at = clock.now()
    participation.save(update_fields=["done_at"])
    event = participation.event
    record(event, "hand_over_marks", by=by)
    if not event.participations.filter(done_at__isnull=True).exists():
        move(event, COMPARE, by=None, compared_at=clock.now())
    return participation


def missing_marks(participation: Participation) -> list[str]:
    """The numbers of the criteria without a decision or without a reason."""
    done = participation.marks.exclude(decision="").exclude(reason="").values_list("criterion", flat=True)
    return [one.number for one in participation.event.criteria().exclude(pk__in=done)]


@transaction.atomic
def compare(event: StandardisationEvent, *, by: User) -> StandardisationEvent:
    """Begin the comparison though somebody is not done: what they decided so far counts, nothing is added."""
    move(event, COMPARE, by=by, compared_at=clock.now())
    return event


@transaction.atomic
def save_standard(
    event: StandardisationEvent,
    *,
    criterion: Criterion,
    discussion: str,
    decision: str,
    standard: str,
    revision: int,
    by: User,
) -> AgreedStandard:
    """Keep what was said about one criterion and what is agreed, while it is written."""
    _check_holds(event, by)
    if not event.is_compared:
        raise WrongState(policy.event_may_change(event) or "The comparison has not begun yet.")
    if not event.criteria().filter(pk=criterion.pk).exists():
        raise Refused(f"{criterion.number} does not belong to this assignment.")
    kept = AgreedStandard.objects.select_for_update().filter(event=event, criterion=criterion).first()
    kept = kept or AgreedStandard(event=event, criterion=criterion, revision=0)
    written = (discussion.strip(), decision, standard.strip())
    if (kept.discussion, kept.decision, kept.standard) == written:
        return kept
    if kept.revision != revision:
        raise Stale(OVERTAKEN)
    kept.discussion, kept.decision, kept.standard = written
    kept.revision, kept.saved_at, kept.saved_by = kept.revision + 1, clock.now(), by
    _save_once(kept)
    return kept


@transaction.atomic
def note_attendance(
    participation: Participation,
    *,
    attendance: str,
    came: dt.time | None = None,
    left: dt.time | None = None,
    note: str = "",
    by: User,
) -> Participation:
    """Who was there, from when to when, and who sent apologies."""
    event = participation.event
    _check_holds(event, by)
    if sentence := policy.event_may_change(event):
        raise WrongState(sentence)
    if attendance != Attendance.PRESENT:
        came = left = None
    if came and left and left <= came:
        raise Refused("The end lies before the beginning. Change one of the two times.")
    participation.attendance, participation.came, participation.left = attendance, came, left
    participation.note = note.strip()
    participation.save(update_fields=["attendance", "came", "left", "note"])
    record(event, "note_attendance", by=by, person=str(participation.person), attendance=attendance)
    return participation


@transaction.atomic
def close_event(event: StandardisationEvent, *, minutes: str, by: User) -> StandardisationEvent:
    """The record is complete and stays so. Whoever was there has had their standardisation on the day of the meeting."""
    if not minutes.strip():
        raise Refused("Write the minutes first. They are kept with the event.")
    if event.held_on > clock.today():
        raise Refused("The day of the meeting is still to come. Close the event after it.")
    move(event, CLOSE_EVENT, by=by, minutes=minutes.strip(), closed_at=clock.now(), closed_by=by)
    return event


@transaction.atomic
def add_correction(event: StandardisationEvent, *, text: str, by: User) -> Correction:
    """Say something about a closed event; what stands in it is not changed."""
    _check_holds(event, by)
    if not event.is_closed:
        raise WrongState("This event is not closed, so change the record itself.")
    if not text.strip():
        raise Refused("Write what has to be corrected.")
    note = event.corrections.create(text=text.strip(), written_at=clock.now(), written_by=by)
    record(event, "add_correction", by=by)
    return note


def _check_holds(event: StandardisationEvent | None, by: User) -> None:
    if not by.can(Can.STANDARDISE):
        raise NotAllowed("Your role does not let you lead standardisation events.")
    if event is None:
        return
    if sentence := policy.holds_event(event, by):
        raise Refused(sentence)
    # The row is held and its state read anew, so that nothing is written into an event that is being closed.
    event.refresh_from_db(fields=["state"], from_queryset=StandardisationEvent.objects.select_for_update())


def _check_planned(event: StandardisationEvent) -> None:
    if not event.is_planned:
        raise WrongState("Marking has begun, so the piece stays as it is.")


def _check_marks_blind(participation: Participation, by: User) -> None:
    if participation.person_id != by.pk:
        raise NotAllowed("Only the person invited decides here.")
    # The row of the event is held, so that nobody saves while the comparison begins.
    event = StandardisationEvent.objects.select_for_update().get(pk=participation.event_id)
    participation.refresh_from_db(fields=["done_at"])
    participation.event = event
    if sentence := policy.may_mark_blind(event, participation):
        raise WrongState(sentence)


def _save_once(row: StandardMark | AgreedStandard) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Stale(OVERTAKEN) from None
