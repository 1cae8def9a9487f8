"""Begin an attempt and add its file. Handing it in is in `handing_in`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from accounts.permissions import Can
from assignments import policy, tasks
from assignments.actions.names import base_name, refuse, suffix_of
from assignments.actions.uploads import use_upload
from assignments.models import Document, Submission, Upload
from assignments.states import OPEN, DocumentState, SubmissionState
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from core.tasks import ring
from enrolment.models import Enrolment
from programmes.models import Assignment


@transaction.atomic
def begin(enrolment: Enrolment, *, assignment: Assignment, by: User) -> Submission:
    """The learner's open attempt at `assignment`: the one being prepared, or the next one."""
    if not by.can(Can.SUBMIT_WORK) or enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner prepares their own work.")
    mine = Submission.objects.counting().filter(enrolment=enrolment, assignment=assignment)
    earlier = list(mine.in_order())
    if earlier and earlier[-1].state == SubmissionState.DRAFT:
        return earlier[-1]
    refuse(policy.may_begin(assignment, earlier, by))
    attempt = earlier[-1].attempt + (not earlier[-1].is_returned) if earlier else 1
    one = Submission(enrolment=enrolment, assignment=assignment, attempt=attempt, begun_at=clock.now())
    refuse(policy.enrolment_is_active(one, by))
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        # A second click came in between; both get the same attempt.
        return mine.get(attempt=attempt, state__in=OPEN)
    record(one, "begin", by=by)
    return one


@transaction.atomic
def attach(
    submission: Submission,
    *,
    file: File[Any],
    upload: Upload | None = None,
    began_at: dt.datetime | None = None,
    by: User,
) -> Document:
    """Store a file of an essay, and have it examined. Once it is ready it is the one to hand in; older ones stay.

    `upload` is the one that brought the file piece by piece. Raises Refused if the very same file is there already.
    """
    if submission.enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner adds a file to their own work.")
    for sentence in (policy.is_being_prepared(submission, by), policy.enrolment_is_active(submission, by)):
        refuse(sentence, WrongState)
    if submission.assignment.kind != "essay":
        raise Refused("A portfolio has no file of its own. Add files to it as evidence.")
    if not Submission.objects.select_for_update().filter(pk=submission.pk, state=SubmissionState.DRAFT).exists():
        raise Stale("This was handed in a moment ago, so its file cannot be changed any more.")
    sha256 = upload.sha256 if upload else fingerprint(file)
    name = base_name(file.name)
    if there := _there_already(submission, sha256):
        if upload:
            use_upload(upload, by=by)
        return _again(submission, there, by=by)
    now = clock.now()
    document = Document(
        submission=submission,
        name=name,
        size=file.size,
        sha256=sha256,
        upload_began_at=min(upload.began_at if upload else began_at or now, now),
        uploaded_at=now,
        uploaded_by=by,
    )
    document.file.save(f"{sha256[:16]}{suffix_of(name)}", file, save=False)
    document.save(force_insert=True)
    if upload:
        use_upload(upload, by=by)
    record(submission, "attach", by=by, name=name, sha256=sha256, document=document.pk)
    ring(tasks.examine_document, document.pk)
    return document


def _there_already(submission: Submission, sha256: str) -> Document | None:
    """A document of this attempt with the same content that was taken, or may still be."""
    same = submission.documents.filter(sha256=sha256).exclude(state=DocumentState.REFUSED)
    return same.order_by("-pk").first()


def _again(submission: Submission, there: Document, *, by: User) -> Document:
    """The same file once more: no second document. One that was replaced becomes the one to hand in again."""
    if there.is_unsettled or there.pk == submission.document_id:
        received = date_format(timezone.localtime(there.uploaded_at), "j F Y, H:i")
        raise Refused(f"This file is there already: {there.name}, received on {received}. Nothing was added.")
    Submission.objects.filter(pk=submission.pk).update(document=there)
    submission.document = there
    record(submission, "attach", by=by, name=there.name, sha256=there.sha256, document=there.pk)
    return there
