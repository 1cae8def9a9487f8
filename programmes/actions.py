"""What happens to clients, contracts and cohorts. The catalogue is loaded by a command; learners come with `enrolment`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale
from programmes import notices, policy
from programmes.models import (
    Assignment,
    Client,
    ClientContact,
    Cohort,
    CohortDeadline,
    Contract,
    Qualification,
    QualificationVersion,
    QualityRating,
    Release,
    SecondMarks,
    TutorAppointment,
    VerifierAllocation,
)
from programmes.states import APPROVE, DECLINE, AppointmentState


def _allow(sentence: str) -> None:
    if sentence:
        raise NotAllowed(sentence)


def _refuse(sentence: str) -> None:
    if sentence:
        raise Refused(sentence)


@transaction.atomic
def add_client(*, name: str, accent: str = "", by: User | None) -> Client:
    """Add an organisation that buys programmes. Each name once."""
    _allow(policy.may_manage_contracts(by))
    if Client.objects.filter(name__iexact=name.strip()).exists():
        raise Refused(f"There is a client called {name.strip()} already.")
    client = Client.objects.create(name=name.strip(), accent=accent)
    record(client, "add_client", by=by)
    return client


@transaction.atomic
def add_contact(client: Client, *, user: User, job_title: str = "", by: User | None) -> ClientContact:
    """Let a person of the client see its progress and approve its plans. The account is an administrator's to open."""
    _allow(policy.may_manage_contracts(by))
    _refuse(policy.holds_role(user, Role.CLIENT_CONTACT))
    if client.contacts.filter(user=user).exists():
        raise Refused(f"{user} is a contact of {client} already.")
    contact = ClientContact.objects.create(client=client, user=user, job_title=job_title.strip())
    record(client, "add_contact", by=by, contact=user.pk, reason=str(user))
    return contact


@transaction.atomic
def add_contract(
    *,
    client: Client,
    reference: str,
    title: str,
    lead_supplier: str = "",
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    managers: Sequence[User],
    by: User | None,
) -> Contract:
    """Add a contract with the people who run it."""
    _allow(policy.may_manage_contracts(by))
    _refuse(policy.are_contract_managers(managers))
    _refuse(policy.begins_before_it_ends(starts_on, ends_on))
    if Contract.objects.filter(reference__iexact=reference.strip()).exists():
        raise Refused(f"The reference {reference.strip()} belongs to another contract.")
    contract = Contract.objects.create(
        client=client,
        reference=reference.strip(),
        title=title.strip(),
        lead_supplier=lead_supplier.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    contract.managers.set(managers)
    record(contract, "add_contract", by=by, managers=[str(one) for one in managers])
    return contract


@transaction.atomic
def open_cohort(
    *,
    contract: Contract,
    version: QualificationVersion,
    code: str,
    title: str,
    delivery: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    places: int = 12,
    by: User | None,
) -> Cohort:
    """Open a run of a programme for the contract's client, pinned to one version of the qualification."""
    _allow(policy.runs_the_contract(contract, by))
    _refuse(policy.begins_before_it_ends(starts_on, ends_on))
    if Cohort.objects.filter(code__iexact=code).exists():
        raise Refused(f"The code {code} belongs to another cohort.")
    cohort = Cohort.objects.create(
        contract=contract,
        version=version,
        code=code,
        title=title.strip(),
        delivery=delivery,
        starts_on=starts_on,
        ends_on=ends_on,
        places=places,
    )
    record(cohort, "open_cohort", by=by)
    return cohort


@transaction.atomic
def set_cohort_deadline(cohort: Cohort, *, assignment: Assignment, due_on: dt.date, by: User | None) -> CohortDeadline:
    """Set or change the day by which the cohort hands in. A learner's own date, if there is one, stays."""
    _allow(policy.runs_the_contract(cohort.contract, by))
    if assignment.version_id != cohort.version_id:
        raise Refused(f"{assignment} belongs to another qualification than this cohort.")
    if due_on < cohort.starts_on:
        raise Refused("The cohort begins after this day. Choose a later one.")
    before = CohortDeadline.objects.filter(cohort=cohort, assignment=assignment).first()
    deadline, _ = CohortDeadline.objects.update_or_create(
        cohort=cohort, assignment=assignment, defaults={"due_on": due_on}
    )
    if before is None or before.due_on != due_on:
        said = {"assignment": assignment.pk, "due_on": due_on.isoformat(), "reason": f"{assignment}: {due_on:%d/%m/%Y}"}
        record(cohort, "set_cohort_deadline", by=by, was=before.due_on.isoformat() if before else "", **said)
    return deadline


@transaction.atomic
def set_marking_rules(
    cohort: Cohort,
    *,
    release_rule: str,
    second_marks: str,
    anonymous_marking: bool,
    times: Mapping[int, dt.datetime | None],
    reason: str = "",
    by: User | None,
) -> Cohort:
    """When results are released, and whether work is marked twice or without names; an event for each change.

    `times` has the moment of the results by assignment, for those that have a deadline. What is released stays released.
    """
    _allow(policy.may_set_marking_rules(cohort.contract, by))
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    rows = list(held.deadlines.select_for_update(of=("self",)).select_related("assignment"))
    given = {one.pk: times.get(one.assignment_id, one.results_at) for one in rows}
    if release_rule == Release.AT_A_TIME:
        _refuse(policy.each_has_a_time({one.assignment.title: given[one.pk] for one in rows}))
    _refuse(policy.names_come_back_with_a_reason(was=held.anonymous_marking, now=anonymous_marking, reason=reason))
    changes = [
        ("set_release_rule", Release(held.release_rule).label, Release(release_rule).label),
        ("set_second_marking", SecondMarks(held.second_marks).label, SecondMarks(second_marks).label),
        ("set_anonymous_marking", _on(held.anonymous_marking), _on(anonymous_marking)),
    ]
    for one in rows:
        changes.append(
            ("set_time_of_results", _moment(one.assignment, one.results_at), _moment(one.assignment, given[one.pk]))
        )
        CohortDeadline.objects.filter(pk=one.pk).update(results_at=given[one.pk])
    facts = {"release_rule": release_rule, "second_marks": second_marks, "anonymous_marking": anonymous_marking}
    Cohort.objects.filter(pk=held.pk).update(**facts)
    for name, value in facts.items():
        setattr(cohort, name, value)
    for verb, was, now in changes:
        if was != now:
            said = f"{now}; before: {was}." + (f" {reason.strip()}" if reason.strip() else "")
            record(cohort, verb, by=by, was=was, now=now, reason=said)
    return cohort


def _on(value: object) -> str:
    return "On" if value else "Off"


def _moment(assignment: Assignment, at: dt.datetime | None) -> str:
    return f"{assignment}: {timezone.localtime(at):%d/%m/%Y, %H:%M}" if at else f"{assignment}: no time"


@transaction.atomic
def propose_tutor(
    cohort: Cohort,
    *,
    tutor: User,
    from_on: dt.date,
    to_on: dt.date | None = None,
    reason: str = "",
    by: User,
) -> TutorAppointment:
    """Propose a tutor to the client, whose contacts are told. Nothing is appointed until one of them approves."""
    _allow(policy.runs_the_contract(cohort.contract, by))
    _refuse(policy.holds_role(tutor, Role.TUTOR))
    _refuse(policy.begins_before_it_ends(from_on, to_on))
    standing = cohort.appointments.exclude(state=AppointmentState.DECLINED).filter(tutor=tutor)
    if any(policy.overlaps(from_on, to_on, one) for one in standing):
        raise Refused(f"{tutor} is proposed or appointed for this cohort in these days already.")
    appointment = TutorAppointment.objects.create(
        cohort=cohort,
        tutor=tutor,
        from_on=from_on,
        to_on=to_on,
        reason=reason.strip(),
        proposed_at=clock.now(),
        proposed_by=by,
    )
    record(appointment, "propose_tutor", by=by, reason=reason.strip())
    notices.tutor_proposed(appointment)
    return appointment


@transaction.atomic
def approve_tutor(appointment: TutorAppointment, *, decision_note: str = "", by: User) -> TutorAppointment:
    """The client agrees: the tutor sees the cohort from now on. The contract managers and the tutor are told."""
    move(appointment, APPROVE, by=by, decided_at=clock.now(), decided_by=by, decision_note=decision_note.strip())
    notices.tutor_approved(appointment)
    return appointment


@transaction.atomic
def decline_tutor(appointment: TutorAppointment, *, decision_note: str, by: User) -> TutorAppointment:
    """The client does not agree and says why. The contract managers are told, so that they can propose another."""
    move(appointment, DECLINE, by=by, decided_at=clock.now(), decided_by=by, decision_note=decision_note.strip())
    notices.tutor_declined(appointment)
    return appointment


@transaction.atomic
def end_appointment(appointment: TutorAppointment, *, to_on: dt.date, reason: str, by: User | None) -> TutorAppointment:
    """Give an approved appointment its last day. Until then the tutor sees the cohort; what they marked stays theirs."""
    _allow(policy.runs_the_contract(appointment.cohort.contract, by))
    _refuse(policy.begins_before_it_ends(appointment.from_on, to_on))
    was = appointment.to_on
    approved = TutorAppointment.objects.filter(pk=appointment.pk, state=AppointmentState.APPROVED, to_on=was)
    if not approved.update(to_on=to_on):
        raise Stale("This appointment is not in force, or somebody changed it a moment ago. Look again.")
    appointment.to_on = to_on
    said = {"to_on": to_on.isoformat(), "was": was.isoformat() if was else "", "reason": reason.strip()}
    record(appointment, "end_appointment", by=by, **said)
    return appointment


@transaction.atomic
def allocate_verifier(
    cohort: Cohort,
    *,
    verifier: User,
    role: Role | str,
    from_on: dt.date,
    to_on: dt.date | None = None,
    by: User | None,
) -> VerifierAllocation:
    """Let an IQA or EQA look into the cohort between two days. An external verifier's access always has an end."""
    _allow(policy.runs_the_contract(cohort.contract, by))
    role = Role(role)
    _refuse(policy.holds_role(verifier, role))
    _refuse(policy.begins_before_it_ends(from_on, to_on))
    _refuse(policy.external_access_ends(role, to_on))
    standing = cohort.allocations.filter(verifier=verifier, role=role)
    if any(policy.overlaps(from_on, to_on, one) for one in standing):
        raise Refused(f"{verifier} is allocated to this cohort in these days already.")
    allocation = VerifierAllocation.objects.create(
        cohort=cohort, verifier=verifier, role=role, from_on=from_on, to_on=to_on
    )
    record(
        cohort, "allocate_verifier", by=by, verifier=verifier.pk, role=role.value, reason=f"{verifier}: {role.label}"
    )
    return allocation


@transaction.atomic
def record_rating(
    qualification: Qualification,
    *,
    from_on: dt.date,
    rating: str,
    claim_route: str,
    may_register: bool = True,
    reason: str,
    source: str,
    by: User,
) -> QualityRating:
    """Record what the awarding organisation has decided. From that day it says what may be claimed and registered."""
    _allow(policy.may_record_ratings(by))
    _refuse(policy.rating_problem(from_on, today=clock.today(), rating=rating, reason=reason, source=source))
    facts = {
        "from_on": from_on,
        "rating": rating.strip(),
        "claim_route": claim_route,
        "may_register": may_register,
        "reason": reason.strip(),
        "source": source.strip(),
    }
    Qualification.objects.select_for_update().get(pk=qualification.pk)
    before = qualification.ratings.on(clock.today()).first()
    if before and all(getattr(before, name) == value for name, value in facts.items()):
        raise Stale("This rating is recorded already. Nothing was done a second time.")
    made = QualityRating.objects.create(qualification=qualification, recorded_at=clock.now(), recorded_by=by, **facts)
    said = f"{made.rating} from {from_on:%d/%m/%Y}: {made.get_claim_route_display().lower()}"
    if not may_register:
        said += ", registrations suspended"
    record(qualification, "record_rating", by=by, rating=made.pk, was=str(before.rating) if before else "", reason=said)
    notices.rating_recorded(made)
    return made
