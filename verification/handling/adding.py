"""What is said and added to a case, and the reminders of its days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import documents
from assignments.actions.judging import judged
from assignments.actions.names import base_name
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused
from verification import case_notices as notices
from verification import case_policy as policy
from verification.handling.shared import check_open
from verification.models import Case, CaseFile, CaseNote


@transaction.atomic
def add_note(case: Case, *, body: str, internal: bool = True, by: User) -> CaseNote:
    """Staff write something down. What is not internal, the person reads on their page."""
    check_open(case)
    _check_writes(case, by)
    note = CaseNote.objects.create(case=case, body=body, internal=internal, written_at=clock.now(), written_by=by)
    record(case, "add_note", by=by, internal=internal)
    return note


@transaction.atomic
def say_more(case: Case, *, body: str, by: User) -> CaseNote:
    """The person whose case it is adds something."""
    check_open(case)
    if case.person_id != by.pk:
        raise NotAllowed("Only the person whose case it is adds to it here.")
    note = add_note(case, body=body, internal=False, by=by)
    notices.something_added(case, number=note.pk)
    return note


def add_case_file(case: Case, *, file: File[Any], internal: bool = True, by: User) -> CaseFile:
    """A file as evidence, judged by its content before anything is stored."""
    check_open(case)
    _check_writes(case, by)
    name = base_name(file.name)
    sha256 = fingerprint(file)
    if case.files.filter(sha256=sha256).exists():
        raise Refused("This file is there already. Nothing was added.")
    kind = judged(file, name, purpose=documents.Purpose.EVIDENCE).found.kind
    with transaction.atomic():
        kept = CaseFile.objects.create(
            case=case,
            name=name,
            file=file,
            mime=kind.mime,
            size=file.size,
            sha256=sha256,
            internal=internal,
            added_at=clock.now(),
            added_by=by,
        )
        record(case, "add_file", by=by, sha256=sha256)
    return kept


def _check_writes(case: Case, by: User) -> None:
    """Administrators, whoever was chosen for it, and the person whose case it is. Others who see it only read."""
    chosen = case.duties.filter(person=by, ended_at=None)
    if not (by.can(Can.HANDLE_CASES) or case.person_id == by.pk or chosen.exists()):
        raise NotAllowed("You read this case and add nothing to it.")


def remind(today: dt.date) -> int:
    """Cases whose stage ends within the time for reminders, or should have ended: each reminded of once before and once after."""
    until = policy.span(settings.CASE_REMINDER).last_day(today)
    waiting = Case.objects.open().filter(due_on__lte=until).select_related("person")
    return sum(notices.due(case, today=today) for case in waiting.order_by("due_on", "pk"))
