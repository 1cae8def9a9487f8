"""Begin an attempt, add its file, hand it in. After that nothing of the attempt changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from accounts.permissions import Can
from assignments import deadlines, declarations, notices, policy, tasks
from assignments.actions.freezing import freeze_portfolio
from assignments.actions.names import base_name, refuse, suffix_of
from assignments.actions.uploads import use_upload
from assignments.models import Declaration, Document, Submission, Upload
from assignments.states import SUBMIT, DocumentState, SubmissionState
from assignments.uploads import fingerprint
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


def reference(submission: Submission) -> str:
    """The number on the receipt, such as PSC22-RAM-1042: cohort, surname, and a number that is never used twice."""
    cohort = "".join(one for one in submission.enrolment.cohort.code.upper() if one.isalnum())[:6]
    surname = "".join(one for one in submission.enrolment.learner.full_name.split()[-1].upper() if one.isalpha())[:3]
    return "-".join(one for one in (cohort, surname, str(submission.pk)) if one)
