"""Begin an attempt and add its file. Handing it in is in `handing_in`."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import documents, policy
from assignments.models import Document, Figure, Reading, Submission
from assignments.states import SubmissionState
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from programmes.models import Assignment


@transaction.atomic
def begin(enrolment: Enrolment, *, assignment: Assignment, by: User) -> Submission:
    """The learner's open attempt at `assignment`: the one being prepared, or the next one."""
    if not by.can(Can.SUBMIT_WORK) or enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner prepares their own work.")
    earlier = list(Submission.objects.filter(enrolment=enrolment, assignment=assignment).order_by("attempt"))
    if earlier and earlier[-1].state == SubmissionState.DRAFT:
        return earlier[-1]
    refuse(policy.may_begin(assignment, earlier, by))
    attempt = earlier[-1].attempt + 1 if earlier else 1
    one = Submission(enrolment=enrolment, assignment=assignment, attempt=attempt, begun_at=clock.now())
    refuse(policy.enrolment_is_active(one, by))
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        # A second click came in between; both get the same attempt.
        return Submission.objects.get(enrolment=enrolment, assignment=assignment, attempt=attempt)
    record(one, "begin", by=by)
    return one


@transaction.atomic
def attach(submission: Submission, *, file: File[Any], began_at: dt.datetime | None = None, by: User) -> Document:
    """Keep a file of an essay, checked by its content and read. It becomes the one to hand in; older ones stay."""
    if submission.enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner adds a file to their own work.")
    for sentence in (policy.is_being_prepared(submission, by), policy.enrolment_is_active(submission, by)):
        refuse(sentence, WrongState)
    if submission.assignment.kind != "essay":
        raise Refused("A portfolio has no file of its own. Add files to it as evidence.")
    name = base_name(file.name)
    content = file.read()
    try:
        kind = documents.inspect(content, name)
        reading = documents.read(content, kind)
    except documents.Unacceptable as refusal:
        raise Refused(refusal.sentence) from None
    now = clock.now()
    document = Document(
        submission=submission,
        name=name,
        kind=kind.value,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        words=reading.counts.body,
        words_references=reading.counts.references,
        words_notes=reading.counts.notes,
        upload_began_at=min(began_at or now, now),
        uploaded_at=now,
        uploaded_by=by,
    )
    document.file.save(f"{document.sha256[:16]}{kind.suffix}", ContentFile(content), save=False)
    document.save(force_insert=True)
    keep_reading(document, reading)
    drafts = Submission.objects.filter(pk=submission.pk, state=SubmissionState.DRAFT)
    if not drafts.update(document=document):
        raise Stale("This was handed in a moment ago, so its file cannot be changed any more.")
    submission.document = document
    record(submission, "attach", by=by, name=name, sha256=document.sha256, words=document.words)
    return document


def keep_reading(document: Document, reading: documents.Reading) -> None:
    Reading.objects.create(
        document=document,
        html=reading.html,
        text=reading.text,
        outline=[{"level": one.level, "title": one.title, "id": one.id, "words": one.words} for one in reading.outline],
        converter=reading.converter,
        sha256=hashlib.sha256(reading.text.encode()).hexdigest(),
    )
    for number, one in enumerate(reading.figures):
        figure = Figure(document=document, number=number, mime=one.mime)
        figure.file.save(f"{document.sha256[:16]}-{one.name}", ContentFile(one.content), save=False)
        figure.save(force_insert=True)


def base_name(name: str | None) -> str:
    """The name the learner gave the file, without a path and without characters that move text about."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in last if one.isprintable()).strip()
    return shown[-255:] or "file"


def refuse(sentence: str, kind: type[Refused] = Refused) -> None:
    """Raise the refusal that a policy has put into words, if it has."""
    if sentence:
        raise kind(sentence)
