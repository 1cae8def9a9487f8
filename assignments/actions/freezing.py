"""A growing portfolio becomes a document: written out once, with its fingerprint and its evidence as they stand."""

import datetime as dt
import hashlib

from django.core.files.base import ContentFile
from django.template.loader import render_to_string

from accounts.models import User
from assignments import documents, examination, portfolio, word_count
from assignments.documents import arrangement
from assignments.models import Document, Submission
from assignments.states import DocumentState


def reading_of(found: portfolio.Portfolio) -> tuple[str, tuple[documents.Section, ...], str]:
    """A portfolio written out: as safe HTML, its outline, and its text."""
    matrix = [{**row, "shown_by": row["items"]} for row in found.facts()["matrix"]]
    raw = render_to_string(
        "assignments/portfolio_frozen.html", {"portfolio": found, "parts": portfolio.PARTS, "matrix": matrix}
    )
    safe, outline = arrangement.arranged(raw)
    return safe, outline, arrangement.text_of(safe)


def freeze_portfolio(submission: Submission, *, now: dt.datetime, by: User) -> Document:
    """The portfolio of this attempt as a document with its reading view; call inside the action's transaction."""
    found = portfolio.of(submission.enrolment)
    canonical = found.canonical()
    safe, outline, text = reading_of(found)
    document = Document(
        submission=submission,
        name=f"Portfolio, attempt {submission.attempt}",
        kind="portfolio",
        size=len(canonical),
        sha256=hashlib.sha256(canonical).hexdigest(),
        state=DocumentState.READY,
        examined_at=now,
        words=word_count.words(text),
        words_references=0,
        words_notes=0,
        upload_began_at=now,
        uploaded_at=now,
        uploaded_by=by,
    )
    document.file.save(f"{document.sha256[:16]}.json", ContentFile(canonical), save=False)
    document.save(force_insert=True)
    counts = word_count.Counts(document.words or 0, 0, 0)
    examination.keep_reading(document, documents.Reading(safe, text, outline, (), "waymark 1, portfolio", counts))
    submission.evidence.set(found.evidence)
    return document
