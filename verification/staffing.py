"""The verbs of staff files: what somebody holds and learns, what they may do, whom they know, and what has to be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.permissions import Can, Role
from assignments import documents
from assignments.actions.judging import judged
from assignments.actions.names import base_name
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from programmes.models import Client, Qualification, Unit
from verification import notices, policy
from verification.models import Approval, Development, Interest, StaffChange, StaffQualification
from verification.models.staff import ChangeKind

# How far back a change of roles is still noted as one to be told: older ones were told before this list was kept.
LOOK_BACK = dt.timedelta(days=90)
_KINDS = {
    Role.TUTOR: (ChangeKind.NEW_TUTOR, ChangeKind.TUTOR_LEFT),
    Role.IQA: (ChangeKind.NEW_IQA, ChangeKind.IQA_LEFT),
}


def add_qualification(
    person: User,
    *,
    title: str,
    awarded_on: dt.date | None = None,
    target_on: dt.date | None = None,
    evidence: File[Any] | None = None,
    by: User,
) -> StaffQualification:
    """A qualification held or worked towards. The file is scanned and opened before the transaction begins."""
    _check_keeps(person, by)
    if awarded_on is None and target_on is None:
        raise Refused("Give the day it was awarded, or the day by which it is to be reached.")
    if awarded_on and awarded_on > clock.today():
        raise Refused("The day of the award is still to come. Give it as the target instead.")
    kind = (
        judged(evidence, base_name(evidence.name), purpose=documents.Purpose.EVIDENCE).found.kind if evidence else None
    )
    return _add_qualification(person, title, awarded_on, target_on, evidence, kind, by)


@transaction.atomic
def _add_qualification(
    person: User,
    title: str,
    awarded_on: dt.date | None,
    target_on: dt.date | None,
    file: File[Any] | None,
    kind: documents.Kind | None,
    by: User,
) -> StaffQualification:
    one = StaffQualification(
        person=person,
        title=title.strip(),
        awarded_on=awarded_on,
        target_on=target_on,
        added_at=clock.now(),
        added_by=by,
    )
    if file and kind:
        one.evidence_sha256 = fingerprint(file)
        one.evidence_name, one.evidence_mime = base_name(file.name), kind.mime
        one.evidence.save(f"{one.evidence_sha256[:16]}{kind.suffix}", file, save=False)
    one.save()
    record(one, "add_qualification", by=by)
    return one


@transaction.atomic
def award_qualification(qualification: StaffQualification, *, awarded_on: dt.date, by: User) -> StaffQualification:
    """What was worked towards has been reached."""
    _check_keeps(qualification.person, by)
    if awarded_on > clock.today():
        raise Refused("This day is still to come.")
    changed = StaffQualification.objects.filter(pk=qualification.pk, awarded_on__isnull=True).update(
        awarded_on=awarded_on
    )
    if not changed:
        raise Stale("The day of the award is there already.")
    qualification.awarded_on = awarded_on
    record(qualification, "award_qualification", by=by)
    return qualification


@transaction.atomic
def add_development(
    person: User, *, done_on: dt.date, hours: Decimal, what: str, changed: str, by: User
) -> Development:
    _check_keeps(person, by)
    if done_on > clock.today():
        raise Refused("This day is still to come. Add it when it is done.")
    entry = Development.objects.create(
        person=person,
        done_on=done_on,
        hours=hours,
        what=what.strip(),
        changed=changed.strip(),
        added_at=clock.now(),
        added_by=by,
    )
    record(entry, "add_development", by=by)
    return entry


@transaction.atomic
def approve_staff(
    person: User,
    *,
    duty: str,
    qualification: Qualification,
    unit: Unit | None = None,
    from_on: dt.date,
    countersigner: User | None = None,
    countersign_until_on: dt.date | None = None,
    by: User,
) -> Approval:
    """Somebody may assess or verify from a day on, if need be with another's signature beside theirs until a day."""
    _check_keeps_all(by)
    if sentence := policy.approval_problem(
        person=person, by=by, countersigner=countersigner, countersign_until_on=countersign_until_on, from_on=from_on
    ):
        raise Refused(sentence)
    if unit is not None and unit.version.qualification_id != qualification.pk:
        raise Refused("This unit belongs to another qualification. Choose one of its own, or leave the unit out.")
    approval = Approval.objects.create(
        person=person,
        duty=duty,
        qualification=qualification,
        unit=unit,
        from_on=from_on,
        countersigner=countersigner,
        countersign_until_on=countersign_until_on,
        approved_at=clock.now(),
        approved_by=by,
    )
    record(approval, "approve_staff", by=by)
    notices.staff_approved(approval)
    return approval


@transaction.atomic
def end_approval(approval: Approval, *, until_on: dt.date, reason: str, by: User) -> Approval:
    _check_keeps_all(by)
    if until_on < approval.from_on:
        raise Refused("This day lies before the approval began. Choose a later one.")
    if not reason.strip():
        raise Refused("Say why it ends. The reason is kept with the file.")
    if not Approval.objects.filter(pk=approval.pk, until_on__isnull=True).update(
        until_on=until_on, ended_reason=reason.strip()
    ):
        raise Stale("This approval has been ended already.")
    approval.until_on, approval.ended_reason = until_on, reason.strip()
    record(approval, "end_approval", by=by, reason=reason.strip())
    return approval


@transaction.atomic
def declare_interest(
    person: User,
    *,
    learner: User | None = None,
    client: Client | None = None,
    nature: str,
    from_on: dt.date,
    until_on: dt.date | None = None,
    by: User,
) -> Interest:
    """From the first day on this person verifies nothing of the learner, or of the client's learners."""
    _check_keeps(person, by)
    if sentence := policy.interest_problem(learner=learner, client=client, from_on=from_on, until_on=until_on):
        raise Refused(sentence)
    declared = Interest.objects.create(
        person=person,
        learner=learner,
        client=client,
        nature=nature.strip(),
        from_on=from_on,
        until_on=until_on,
        declared_at=clock.now(),
        declared_by=by,
    )
    record(declared, "declare_interest", by=by)
    return declared


@transaction.atomic
def end_interest(interest: Interest, *, until_on: dt.date, by: User) -> Interest:
    """An interest ends with a day and stays in the file. Verifiers and administrators end it, not the person concerned."""
    _check_keeps_all(by)
    if interest.person_id == by.pk:
        raise Refused("You declared this interest yourself, so somebody else ends it.")
    if until_on < interest.from_on:
        raise Refused("This day lies before the interest began. Choose a later one.")
    if not Interest.objects.filter(pk=interest.pk, until_on__isnull=True).update(until_on=until_on):
        raise Stale("This interest has its last day already.")
    interest.until_on = until_on
    record(interest, "end_interest", by=by)
    return interest


@transaction.atomic
def note_change(*, person: User, kind: str, happened_on: dt.date, note: str = "", by: User | None) -> StaffChange:
    """Something of which the awarding organisation must hear. The same change is noted once."""
    if by is not None:
        _check_keeps_all(by)
    change, created = StaffChange.objects.get_or_create(
        person=person,
        kind=kind,
        happened_on=happened_on,
        defaults={"note": note.strip(), "noted_at": clock.now(), "noted_by": by},
    )
    if not created:
        raise Refused("This change is on the list already.")
    record(change, "note_change", by=by)
    return change


@transaction.atomic
def tell_change(change: StaffChange, *, told_on: dt.date, told_how: str, by: User) -> StaffChange:
    """The awarding organisation has heard of it: when and how."""
    _check_keeps_all(by)
    if told_on > clock.today():
        raise Refused("This day is still to come. Note it when they have been told.")
    if not told_how.strip():
        raise Refused("Say how they were told, such as the form and who received it.")
    if not StaffChange.objects.filter(pk=change.pk, told_on__isnull=True).update(
        told_on=told_on, told_how=told_how.strip(), told_by=by
    ):
        raise Stale("Somebody else has noted this already.")
    change.told_on, change.told_how, change.told_by = told_on, told_how.strip(), by
    record(change, "tell_change", by=by)
    return change


def note_staff_changes() -> int:
    """Put tutors and verifiers who came or left lately on the list. Run twice it does nothing new."""
    begun = clock.now() - LOOK_BACK
    done = 0
    for grant in RoleGrant.objects.filter(role__in=_KINDS).select_related("user").order_by("granted_at"):
        came, left = _KINDS[Role(grant.role)]
        for kind, at in ((came, grant.granted_at), (left, grant.ended_at)):
            if at is None or at < begun:
                continue
            day = timezone.localdate(at)
            if not StaffChange.objects.filter(person=grant.user, kind=kind, happened_on=day).exists():
                note_change(person=grant.user, kind=kind, happened_on=day, by=None)
                done += 1
    return done


def _check_keeps(person: User, by: User) -> None:
    """One's own file, or that of others for those who keep all."""
    if (person.pk == by.pk and by.can(Can.KEEP_OWN_FILE)) or by.can(Can.KEEP_STAFF_FILES):
        return
    raise NotAllowed("You add to your own file only.")


def _check_keeps_all(by: User) -> None:
    if not by.can(Can.KEEP_STAFF_FILES):
        raise NotAllowed("Verifiers (IQA) and administrators keep this part of a staff file.")
