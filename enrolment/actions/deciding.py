"""What tutors, administrators and contract managers decide about an enrolment."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import notices, policy
from enrolment.models import Enrolment, IndividualDeadline, Registration
from enrolment.states import ACCEPT, COMPLETE, DECLINE, REOPEN, WITHDRAW, EnrolmentState
from programmes import policy as programmes
from programmes.models import Assignment, AwardingOrganisation
from programmes.models.ratings import allowed


@transaction.atomic
def accept(enrolment: Enrolment, *, decision_note: str = "", by: User) -> Enrolment:
    """The tutor agrees that the programme suits: the learner is on it from this moment."""
    now = clock.now()
    move(
        enrolment,
        ACCEPT,
        by=by,
        decided_at=now,
        decided_by=by,
        decision_note=decision_note.strip(),
        activated_at=now,
    )
    notices.accepted(enrolment)
    return enrolment


@transaction.atomic
def decline(enrolment: Enrolment, *, decision_note: str, by: User) -> Enrolment:
    """The tutor finds that the programme does not suit, and tells the learner why."""
    if not decision_note.strip():
        raise Refused("Write why the programme does not suit. The learner reads it.")
    move(enrolment, DECLINE, by=by, decided_at=clock.now(), decided_by=by, decision_note=decision_note.strip())
    notices.declined(enrolment)
    return enrolment


@transaction.atomic
def register(
    enrolment: Enrolment,
    *,
    number: str,
    registered_on: dt.date,
    expires_on: dt.date,
    order_number: str = "",
    is_funded: bool = False,
    by: User,
) -> Registration:
    """Record that the learner has been entered with the awarding organisation, under which number and until when."""
    if not by.can(Can.ENROL):
        raise NotAllowed("Only a centre administrator registers learners with the awarding organisation.")
    if sentence := policy.may_be_registered(enrolment):
        raise WrongState(sentence)
    today = clock.today()
    if sentence := policy.registration_problem(registered_on=registered_on, expires_on=expires_on, today=today):
        raise Refused(sentence)
    version = enrolment.cohort.version
    rated = allowed(version, on=registered_on)
    if sentence := programmes.registrations_allowed(rated, organisation=str(version.qualification.organisation)):
        raise Refused(sentence)
    number = number.strip().upper()
    # Whoever registers with this organisation at the same moment waits here.
    AwardingOrganisation.objects.select_for_update().get(pk=enrolment.cohort.version.qualification.organisation_id)
    if other := Registration.objects.filter(Q(number=number) | Q(enrolment=enrolment)).first():
        if other.enrolment_id == enrolment.pk:
            raise Stale(f"Somebody else registered this learner a moment ago, under {other.number}.")
        raise Refused(f"The number {number} belongs to {other.enrolment.learner} already.")
    registration = Registration.objects.create(
        enrolment=enrolment,
        number=number,
        order_number=order_number.strip(),
        is_funded=is_funded,
        registered_on=registered_on,
        expires_on=expires_on,
        recorded_at=clock.now(),
        recorded_by=by,
    )
    said = {"number": number, "registered_on": registered_on.isoformat(), "expires_on": expires_on.isoformat()}
    record(enrolment, "register", by=by, **said)
    return registration


@transaction.atomic
def set_deadline(
    enrolment: Enrolment, *, assignment: Assignment, due_on: dt.date, reason: str, by: User
) -> IndividualDeadline:
    """Give the learner a date of their own. The newest one holds; earlier ones stay readable, with their reasons."""
    if sentence := policy.may_set_deadlines(enrolment, by):
        raise NotAllowed(sentence)
    if enrolment.state != EnrolmentState.ACTIVE:
        raise WrongState("Deadlines are set for learners who are on the programme.")
    if assignment.version_id != enrolment.cohort.version_id:
        raise Refused(f"{assignment} belongs to another qualification than this learner's.")
    registration = Registration.objects.filter(enrolment=enrolment).first()
    expires_on = registration.expires_on if registration else None
    if sentence := policy.deadline_problem(due_on, today=clock.today(), expires_on=expires_on):
        raise Refused(sentence)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    newest = enrolment.deadlines.filter(assignment=assignment).first()
    if newest and (newest.due_on, newest.reason, newest.set_by_id) == (due_on, reason.strip(), by.pk):
        return newest
    deadline = IndividualDeadline.objects.create(
        enrolment=enrolment, assignment=assignment, due_on=due_on, reason=reason.strip(), set_at=clock.now(), set_by=by
    )
    was = newest.due_on.isoformat() if newest else ""
    record(enrolment, "set_deadline", by=by, assignment=str(assignment), due_on=due_on.isoformat(), was=was)
    notices.deadline_set(deadline)
    return deadline


@transaction.atomic
def withdraw(enrolment: Enrolment, *, withdrawal_reason: str, by: User) -> Enrolment:
    """Take the learner off the programme, with the reason. What they did before stays as it is."""
    if not withdrawal_reason.strip():
        raise Refused("Write why the learner leaves.")
    move(
        enrolment,
        WITHDRAW,
        by=by,
        withdrawn_at=clock.now(),
        withdrawn_by=by,
        withdrawal_reason=withdrawal_reason.strip(),
    )
    notices.withdrawn(enrolment)
    return enrolment


@transaction.atomic
def complete(enrolment: Enrolment, *, by: None = None) -> Enrolment:
    """The system ends the journey when the certificate is recorded; no person does this by hand."""
    move(enrolment, COMPLETE, by=by, completed_at=clock.now())
    return enrolment


@transaction.atomic
def reopen(enrolment: Enrolment, *, by: None = None) -> Enrolment:
    """The certificate has been revoked: the learner is on the programme again. That it was completed stays in the events."""
    move(enrolment, REOPEN, by=by, completed_at=None)
    return enrolment
