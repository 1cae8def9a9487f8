"""What happens to a file after it has arrived: scanned, opened in a process of its own, counted, and ready or refused.

A worker claims a document by a moment, writes down at which stage it is, and settles it in one transaction. Whoever dies on the
way leaves a claim that grows old; then another begins again. Nothing here asks who somebody is: the system does it.
"""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F

from assignments import documents, scanning
from assignments.models import Document, Figure, Reading, Submission
from assignments.policy import GIVE_UP_AFTER
from assignments.states import EXAMINE, MAKE_READY, TURN_AWAY, WAIT_FOR_SCAN, DocumentState
from core import clock
from core.lifecycle import move
from core.refusals import Stale, WrongState

log = logging.getLogger(__name__)
Stage = Document.Stage

UNREADABLE = (
    "This file could not be opened here, and trying again did not help. Save it as a new file, or as a PDF, and add that "
    "one. If that does not help either, send it to the centre: what you sent is kept."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a file that may be taken."""

    found: documents.Examined
    is_scanned: bool


def judge(path: Path, name: str, *, purpose: documents.Purpose, at: "Document | None" = None) -> Judged:
    """Scan and open one file: the one path for essays and evidence. `at` is the document whose stage is written.

    Raises documents.Unacceptable, scanning.Infected, scanning.Unreachable.
    """
    if scanning.is_configured():
        _note(at, Stage.SCANNING)
    scanned = scanning.scan(path)
    _note(at, Stage.READING)
    return Judged(documents.examine(path, name, purpose=purpose), scanned)


def examine(pk: int) -> str:
    """Take one document in hand and settle it. Its state afterwards; empty if another worker has it or it is settled."""
    document = _claim(pk)
    if document is None:
        return ""
    try:
        _settle(document)
    except (Stale, WrongState):
        # This worker was so slow that another one settled the document in the meantime.
        log.warning("Document %s was settled by another worker.", pk)
        document.refresh_from_db()
    except Exception:
        log.exception("Document %s could not be examined.", pk)
        _let_go(document)
    return document.state


def _settle(document: Document) -> None:
    if document.tries > GIVE_UP_AFTER:
        turn_away(document, UNREADABLE)
        return
    try:
        judged = judge(Path(document.file.path), document.name, purpose=documents.Purpose.ESSAY, at=document)
        _note(document, Stage.COUNTING)
        make_ready(document, judged.found, scanned=judged.is_scanned)
    except scanning.Unreachable as reason:
        log.warning("The virus scanner does not answer (%s); document %s waits.", reason, document.pk)
        wait_for_scan(document)
    except scanning.Infected as virus:
        turn_away(document, virus.sentence)
        _drop_infected(document)
    except documents.Unacceptable as refusal:
        turn_away(document, refusal.sentence)


@transaction.atomic
def _claim(pk: int) -> Document | None:
    now = clock.now()
    if not Document.objects.claimable(now).filter(pk=pk).update(claimed_at=now, tries=F("tries") + 1):
        return None
    document = Document.objects.get(pk=pk)
    if document.state == DocumentState.RECEIVED:
        move(document, EXAMINE, by=None)
    return document


def _note(document: Document | None, stage: str) -> None:
    """For the page that shows it: committed at once, outside any transaction."""
    if document is not None:
        Document.objects.filter(pk=document.pk).unsettled().update(stage=stage)


def _let_go(document: Document) -> None:
    Document.objects.filter(pk=document.pk).unsettled().update(claimed_at=None, stage="")


@transaction.atomic
def wait_for_scan(document: Document) -> None:
    """The scanner is out of reach, so nobody can say that the file is clean. The sweep asks again."""
    if document.state == DocumentState.EXAMINING:
        move(document, WAIT_FOR_SCAN, by=None)
    Document.objects.filter(pk=document.pk).unsettled().update(claimed_at=None, stage="", tries=0)


@transaction.atomic
def turn_away(document: Document, sentence: str) -> None:
    """The file is not taken. What was there before stays the one to hand in."""
    move(document, TURN_AWAY, by=None, refusal=sentence[:500], examined_at=clock.now(), claimed_at=None, stage="")


@transaction.atomic
def make_ready(document: Document, found: documents.Examined, *, scanned: bool = False) -> None:
    """Keep what was read, and make this the document to hand in while the attempt is a draft.

    Of two files that are checked at once, the one that was added last wins, whichever is ready first.
    """
    submission = Submission.objects.select_for_update().get(pk=document.submission_id)
    now, reading = clock.now(), found.reading
    counts = reading.counts if reading else None
    move(
        document,
        MAKE_READY,
        by=None,
        detail={"words": counts.body} if counts else {},
        kind=found.kind.value,
        words=counts.body if counts else None,
        words_references=counts.references if counts else None,
        words_notes=counts.notes if counts else None,
        word_parts=dict(getattr(counts, "parts", None) or {}),
        scanned_at=now if scanned else None,
        examined_at=now,
        claimed_at=None,
        stage="",
    )
    if reading:
        keep_reading(document, reading)
    ready = Document.objects.filter(submission=submission, state=DocumentState.READY)
    if submission.is_draft and not ready.filter(pk__gt=document.pk).exists():
        Submission.objects.filter(pk=submission.pk).update(document=document)


def keep_reading(document: Document, reading: documents.Reading) -> None:
    """The reading view of a document with its pictures; call inside the transaction that makes it ready."""
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


def _drop_infected(document: Document) -> None:
    """The row stays with its fingerprint and its sentence; the virus does not."""
    name = document.file.name
    if name and Document.objects.filter(pk=document.pk).update(file=""):
        document.file.storage.delete(name)
