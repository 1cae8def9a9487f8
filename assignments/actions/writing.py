"""Keep an essay while it is written, with its versions, and turn it into the document that is handed in."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.models import User
from assignments import documents, examination, policy, word_count, writing
from assignments.documents import Section
from assignments.models import Document, Submission, VersionCause, Writing, WritingVersion
from assignments.states import DocumentState, SubmissionState
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale, WrongState

CLASH = (
    "This essay was changed in another window since you opened this one. Your text is kept, and nothing was overwritten: "
    "compare the two and say which one holds."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a save came to: the text as it stands, or beside it the version that a stale page's text became."""

    writing: Writing
    beside: WritingVersion | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """The count that holds, and the sections."""

    words: int
    outline: tuple[Section, ...] = ()


@transaction.atomic
def save_writing(
    submission: Submission,
    *,
    body: str,
    revision: int,
    page: str = "",
    step: int = 0,
    cause: str = VersionCause.AUTOSAVE,
    by: User,
) -> Kept:
    """Keep the text of an attempt as it is typed. Key strokes are no events, so none is written.

    `revision` is the one the page began from; `page` names the open page and `step` counts its saves. A page that missed
    a change made elsewhere overwrites nothing: its text becomes a version, and the caller shows both.
    """
    _check(submission, by)
    body = writing.tidied(body)
    if sentence := writing.size_problem(body):
        raise Refused(sentence)
    found = _locked(submission, by)
    if body == found.body and cause == VersionCause.AUTOSAVE:
        if page != found.page:
            # Two pages hold this text now, so whichever goes on from it, it is kept first.
            Writing.objects.filter(pk=found.pk).update(page="", page_step=0)
        return Kept(found)
    same_page = bool(page) and page == found.page
    if same_page and step <= found.page_step:
        # A save that was overtaken by a later one of the same page.
        return Kept(found)
    if revision != found.revision and not same_page and body != found.body:
        return Kept(found, _version(found, body, VersionCause.OTHER_PAGE, by=by))
    last = found.versions.order_by("-number").first()
    now = clock.now()
    if writing.must_keep(
        found.body, body, same_page=same_page, kept_at=last.saved_at if last else found.begun_at, now=now
    ):
        _version(found, found.body, VersionCause.AUTOSAVE, by=found.saved_by)
    if body != found.body:
        _replace(found, body, by=by)
    Writing.objects.filter(pk=found.pk).update(page=page, page_step=step)
    if cause != VersionCause.AUTOSAVE:
        _version(found, body, cause, by=by)
    return Kept(found)


@transaction.atomic
def restore_writing(submission: Submission, *, number: int, revision: int, by: User) -> Writing:
    """An earlier version becomes the text again; the present text becomes a version first."""
    _check(submission, by)
    found = _locked(submission, by)
    if revision != found.revision:
        raise Stale("The text has changed since you opened this page. Look at it again, then choose.")
    version = found.versions.get(number=number)
    _version(found, found.body, VersionCause.RESTORED, by=found.saved_by)
    if version.body != found.body:
        _replace(found, version.body, by=by)
        Writing.objects.filter(pk=found.pk).update(page="", page_step=0)
    record(submission, "restore_writing", by=by, number=number, words=found.words)
    return found


@transaction.atomic
def use_writing(submission: Submission, *, by: User) -> Document:
    """The text as it stands becomes the document to hand in, like a file that was added. Later writing leaves it alone."""
    document = keep_text(submission, by=by)
    drafts = Submission.objects.filter(pk=submission.pk, state=SubmissionState.DRAFT)
    if not drafts.update(document=document):
        raise Stale("This was handed in a moment ago, so its text cannot be changed any more.")
    submission.document = document
    record(submission, "use_writing", by=by, name=document.name, sha256=document.sha256, words=document.words)
    return document


def keep_text(submission: Submission, *, by: User) -> Document:
    """The text as it stands as a document with its reading view. Call inside the action's transaction."""
    _check(submission, by)
    found = _locked(submission, by)
    if not found.body.strip():
        raise Refused("There is no text yet. Write your essay first.")
    content = found.body.encode()
    kind = documents.Kind.WRITTEN
    try:
        reading = documents.read(content, kind)
    except documents.Unacceptable as refusal:
        raise Refused(refusal.sentence) from None
    now = clock.now()
    document = Document(
        submission=submission,
        name=f"{submission.assignment.title}, attempt {submission.attempt}{kind.suffix}",
        kind=kind.value,
        size=len(content),
        sha256=writing.fingerprint(found.body),
        state=DocumentState.READY,
        examined_at=now,
        word_parts=dict(reading.counts.parts),
        words=reading.counts.body,
        words_references=reading.counts.references,
        words_notes=reading.counts.notes,
        upload_began_at=now,
        uploaded_at=now,
        uploaded_by=by,
    )
    document.file.save(f"{document.sha256[:16]}{kind.suffix}", ContentFile(content), save=False)
    document.save(force_insert=True)
    examination.keep_reading(document, reading)
    _version(found, found.body, VersionCause.USED, by=by)
    return document


def measure(body: str) -> Measure:
    """Words and sections by the same reader that counts the document later. A text it cannot read is still counted."""
    try:
        reading = documents.read(body.encode(), documents.Kind.WRITTEN)
    except documents.Unacceptable:
        return Measure(word_count.words(body))
    return Measure(reading.counts.body, reading.outline)


def _check(submission: Submission, by: User) -> None:
    if submission.enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner writes their own work.")
    if submission.assignment.kind != "essay":
        raise Refused("Only an essay is written here. A portfolio has pages of its own.")
    for sentence in (policy.is_being_prepared(submission, by), policy.enrolment_is_active(submission, by)):
        if sentence:
            raise WrongState(sentence)


def _locked(submission: Submission, by: User) -> Writing:
    """The text of this attempt, an empty one if nothing was written, locked until the transaction ends."""
    # The row of the attempt is locked as well, so that a hand-in at this moment comes before or after, not between.
    state = Submission.objects.select_for_update().values_list("state", flat=True).get(pk=submission.pk)
    if state != SubmissionState.DRAFT:
        raise WrongState("This has been handed in, so it cannot be changed any more. What you handed in is safe.")
    try:
        with transaction.atomic():
            found, _ = Writing.objects.select_for_update().get_or_create(
                submission=submission, defaults={"begun_at": clock.now(), "saved_at": clock.now(), "saved_by": by}
            )
    except IntegrityError:
        found = Writing.objects.select_for_update().get(submission=submission)
    return found


def _replace(found: Writing, body: str, *, by: User) -> None:
    found.body, found.words = body, measure(body).words
    found.revision, found.saved_at, found.saved_by = found.revision + 1, clock.now(), by
    found.save(update_fields=["body", "words", "revision", "saved_at", "saved_by"])


def _version(found: Writing, body: str, cause: str, *, by: User) -> WritingVersion:
    """Keep `body` as the next version; the same text as in the last one is not kept twice."""
    last = found.versions.order_by("-number").first()
    if last is not None and last.body == body:
        return last
    differs = writing.change(last.body if last else "", body)
    return WritingVersion.objects.create(
        writing=found,
        number=last.number + 1 if last else 1,
        body=body,
        words=found.words if body == found.body else measure(body).words,
        added=differs.added,
        removed=differs.removed,
        cause=cause,
        saved_at=found.saved_at if body == found.body else clock.now(),
        saved_by=by,
    )
