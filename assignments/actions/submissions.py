"""Begin an attempt, add its file, hand it in. After that nothing of the attempt changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import comparison, deadlines, declarations, documents, notices, policy, tasks
from assignments.actions.freezing import freeze_portfolio
from assignments.models import Declaration, Document, Figure, Reading, Submission
from assignments.states import SUBMIT, SubmissionState
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from core.tasks import ring
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
    _keep_reading(document, reading)
    drafts = Submission.objects.filter(pk=submission.pk, state=SubmissionState.DRAFT)
    if not drafts.update(document=document):
        raise Stale("This was handed in a moment ago, so its file cannot be changed any more.")
    submission.document = document
    record(submission, "attach", by=by, name=name, sha256=document.sha256, words=document.words)
    return document


@transaction.atomic
def submit(
    submission: Submission,
    *,
    ai_use: str,
    ai_statement: str = "",
    declares: Collection[str] = declarations.NAMES,
    signed_name: str,
    by: User,
) -> Submission:
    """Sign the declarations and hand the attempt in: it is frozen, and the receipt goes out."""
    if submission.enrolment.learner_id == by.pk and submission.state != SubmissionState.DRAFT:
        raise WrongState("This has been handed in already. Your receipt is on its page.")
    if not set(declarations.NAMES) <= set(declares):
        raise Refused("Tick every declaration. Without them no work can be marked.")
    now = clock.now()
    _sign(submission, ai_use=ai_use, ai_statement=ai_statement, signed_name=signed_name, now=now, by=by)
    SUBMIT.check(submission, by)
    facts: dict[str, Any] = {}
    if submission.assignment.kind == "portfolio":
        facts["document"] = freeze_portfolio(submission, now=now, by=by)
    due_on = deadlines.effective(submission.enrolment, submission.assignment).due_on
    facts |= {"submitted_at": now, "submitted_by": by, "due_on": due_on, "reference": reference(submission)}
    move(submission, SUBMIT, by=by, detail={"reference": facts["reference"]}, **facts)
    if check := comparison.queue(submission):
        ring(tasks.compare_submission, check.pk)
    notices.submission_received(submission)
    markers = submission.enrolment.cohort.appointments.covering(clock.today()).select_related("tutor")
    notices.submission_arrived(submission, {one.tutor for one in markers})
    return submission


def _sign(
    submission: Submission, *, now: dt.datetime, by: User, ai_use: str, ai_statement: str, signed_name: str
) -> None:
    """Write the declaration. If another click has signed at the same moment, that one counts."""
    if not signed_name.strip():
        raise Refused("Sign with your name, then you can hand in.")
    if problem := policy.ai_problem(ai_use, ai_statement):
        raise Refused(problem)
    try:
        with transaction.atomic():
            declaration = Declaration.objects.create(
                submission=submission,
                wording=declarations.wording(submission.assignment),
                ai_use=ai_use,
                ai_statement=ai_statement.strip(),
                signed_name=signed_name.strip(),
                signed_at=now,
                signed_by=by,
            )
    except IntegrityError:
        raise Stale("This was handed in a moment ago. Your receipt is on its page.") from None
    submission.declaration = declaration


def _keep_reading(document: Document, reading: documents.Reading) -> None:
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


def reference(submission: Submission) -> str:
    """The number on the receipt, such as PSC22-RAM-1042: cohort, surname, and a number that is never used twice."""
    cohort = "".join(one for one in submission.enrolment.cohort.code.upper() if one.isalnum())[:6]
    surname = "".join(one for one in submission.enrolment.learner.full_name.split()[-1].upper() if one.isalpha())[:3]
    return "-".join(one for one in (cohort, surname, str(submission.pk)) if one)


def base_name(name: str | None) -> str:
    """The name the learner gave the file, without a path and without characters that move text about."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in last if one.isprintable()).strip()
    return shown[-255:] or "file"


def refuse(sentence: str, kind: type[Refused] = Refused) -> None:
    """Raise the refusal that a policy has put into words, if it has."""
    if sentence:
        raise kind(sentence)
