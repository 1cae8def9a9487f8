"""More time for an assignment: the learner asks, a tutor decides up to a limit, the contract manager beyond it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import deadlines, documents, extending, notices
from assignments.actions.judging import judged
from assignments.actions.names import base_name, refuse
from assignments.models import Extension
from assignments.states import DECLINE_EXTENSION, GRANT_EXTENSION, WITHDRAW_EXTENSION
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from programmes.models import Assignment


def request_extension(
    enrolment: Enrolment,
    *,
    assignment: Assignment,
    wanted_on: dt.date,
    reason: str,
    evidence: File[Any] | None = None,
    by: User,
) -> Extension:
    """Ask for another day, with the reason and, if there is any, evidence. One request for an assignment at a time.

    Evidence is scanned and opened before the transaction begins.
    """
    if not by.can(Can.SUBMIT_WORK) or enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner asks for more time for their own work.")
    if not reason.strip():
        raise Refused("Write why you need more time. Your tutor reads it.")
    kind = (
        judged(evidence, base_name(evidence.name), purpose=documents.Purpose.EVIDENCE).found.kind if evidence else None
    )
    return _request(enrolment, evidence, kind, assignment=assignment, wanted_on=wanted_on, reason=reason.strip(), by=by)


@transaction.atomic
def _request(
    enrolment: Enrolment,
    evidence: File[Any] | None,
    kind: documents.Kind | None,
    *,
    assignment: Assignment,
    wanted_on: dt.date,
    reason: str,
    by: User,
) -> Extension:
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    deadline = deadlines.effective(enrolment, assignment)
    refuse(extending.asking_problem(enrolment, deadline), WrongState)
    refuse(extending.extension_problem(wanted_on, deadline, today=clock.today()))
    assert deadline.due_on is not None  # noqa: S101 - `extension_problem` has refused it otherwise
    extension = Extension(
        enrolment=enrolment,
        assignment=assignment,
        wanted_on=wanted_on,
        reason=reason,
        due_before_on=deadline.due_on,
        requested_at=clock.now(),
        requested_by=by,
    )
    refuse(extending.work_is_not_in(extension, by), WrongState)
    if evidence and kind:
        _keep_evidence(extension, evidence, kind)
    try:
        with transaction.atomic():
            extension.save(force_insert=True)
    except IntegrityError:
        raise Stale("You have asked for more time already. It waits for an answer; take it back to ask anew.") from None
    record(extension, "request_extension", by=by, wanted_on=wanted_on.isoformat(), due_on=deadline.due_on.isoformat())
    notices.extension_requested(extension)
    return extension


def _keep_evidence(extension: Extension, file: File[Any], kind: documents.Kind) -> None:
    extension.evidence_name, extension.evidence_mime = base_name(file.name), kind.mime
    extension.evidence_sha256 = fingerprint(file)
    extension.evidence.save(f"{extension.evidence_sha256[:16]}{kind.suffix}", file, save=False)


@transaction.atomic
def grant_extension(extension: Extension, *, granted_on: dt.date, decision_note: str = "", by: User) -> Extension:
    """Give the day that was asked for, or another one. It holds from this moment, and the learner is told."""
    _look_again(extension)
    GRANT_EXTENSION.check(extension, by)
    refuse(extending.extension_problem(granted_on, extension.deadline, today=clock.today()))
    if not extending.decides_at_length(extension, by):
        refuse(extending.limit_problem(extension, granted_on))
    was = extension.deadline.due_on
    assert was is not None  # noqa: S101 - `extension_problem` has refused it otherwise
    said = {"granted_on": granted_on.isoformat(), "was": was.isoformat()}
    facts: dict[str, Any] = {"decided_at": clock.now(), "decided_by": by, "decision_note": decision_note.strip()}
    if extension.wanted_on > was:
        facts["due_before_on"] = was
    move(extension, GRANT_EXTENSION, by=by, detail=said, granted_on=granted_on, **facts)
    notices.extension_decided(extension)
    return extension


@transaction.atomic
def decline_extension(extension: Extension, *, decision_note: str, by: User) -> Extension:
    """The date stays as it is; the learner is told why."""
    if not decision_note.strip():
        raise Refused("Write why the date stays as it is. The learner reads it.")
    _look_again(extension)
    facts: dict[str, Any] = {"decided_at": clock.now(), "decided_by": by, "decision_note": decision_note.strip()}
    move(extension, DECLINE_EXTENSION, by=by, **facts)
    notices.extension_decided(extension)
    return extension


@transaction.atomic
def pass_on_extension(extension: Extension, *, passed_on_note: str = "", by: User) -> Extension:
    """The tutor leaves the decision to the managers of the contract, with a word of their own."""
    if not by.can(Can.GRANT_EXTENSIONS):
        raise NotAllowed("Your role does not let you pass on a request for more time.")
    refuse(extending.is_for_decider(extension, by))
    if extending.decides_at_length(extension, by):
        raise Refused("You manage this contract, so you decide on this yourself.")
    if not extension.is_waiting:
        raise WrongState("This has been decided already, so there is nothing to pass on.")
    waiting = Extension.objects.waiting().filter(pk=extension.pk, passed_on_at__isnull=True)
    facts = {"passed_on_at": clock.now(), "passed_on_by": by, "passed_on_note": passed_on_note.strip()}
    if not waiting.update(**facts):
        raise Stale("This has been passed on already. The contract manager decides on it.")
    for name, value in facts.items():
        setattr(extension, name, value)
    record(extension, "pass_on_extension", by=by)
    notices.extension_passed_on(extension)
    return extension


@transaction.atomic
def withdraw_extension(extension: Extension, *, by: User) -> Extension:
    """The learner needs it no more. The date stays as it is."""
    move(extension, WITHDRAW_EXTENSION, by=by)
    return extension


def _look_again(extension: Extension) -> None:
    """Whoever decides about dates of the same learner waits here, and then sees what has become of them."""
    Enrolment.objects.select_for_update().get(pk=extension.enrolment_id)
    extension.__dict__.pop("deadline", None)
