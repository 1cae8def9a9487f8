"""What a bundle is made of. For a handed-in attempt that is the frozen document and its evidence, never the rows of today.

The document's keys have grown over time, so every one may be missing: an older attempt says less, and breaks nothing.
Whatever does not agree with its fingerprint, or is not there, becomes a sentence that the bundle shows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from assignments import portfolio
from assignments.models import Bundle, Evidence, Submission

CHUNK = 1024 * 1024


class Broken(Exception):
    """The bundle cannot be made at all. `str(broken)` is a sentence for the person who asked."""


@dataclass(frozen=True)
class Piece:
    """A file of evidence: what the frozen list says of it, the row that holds the file, and what is wrong with it."""

    title: str
    name: str
    sha256: str
    client: str
    criteria: tuple[str, ...]
    size: int
    mime: str
    row: Evidence | None
    problem: str = ""

    @property
    def is_there(self) -> bool:
        return self.row is not None

    def chunks(self) -> Iterator[bytes]:
        """The file in parts of a megabyte."""
        if self.row is not None:
            with self.row.file.open("rb") as file:
                while part := file.read(CHUNK):
                    yield part


@dataclass(frozen=True)
class Source:
    """Everything that is printed and packed. `moment` is when it was handed in, or read if it was not."""

    enrolment: Any
    submission: Submission | None
    moment: dt.datetime
    canonical: bytes
    facts: dict[str, Any]
    evidence: tuple[Piece, ...]
    problems: tuple[str, ...]

    @property
    def learner(self) -> str:
        return " ".join(one for one in legal_name(self.enrolment) if one)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def registration_number(self) -> str:
        return str(getattr(getattr(self.enrolment, "registration", None), "number", "") or "not registered yet")

    @property
    def organisation(self) -> Any:
        return self.enrolment.cohort.version.qualification.organisation

    @property
    def units(self) -> list[Any]:
        work = self.submission.assignment if self.submission else None
        work = work or self.enrolment.cohort.version.assignments.filter(kind="portfolio").first()
        return list(work.units.order_by("number")) if work else []

    @property
    def declaration(self) -> Any:
        return getattr(self.submission, "declaration", None)

    @property
    def centre(self) -> str:
        number = self.organisation.centre_number
        return f"{settings.CENTRE_NAME}, centre {number}" if number else str(settings.CENTRE_NAME)


def read(bundle: Bundle) -> Source:
    """All of it, every file of evidence checked against its fingerprint. Raises `Broken`."""
    enrolment, submission = bundle.enrolment, bundle.submission
    problems: list[str] = []
    if submission is None:
        folder = portfolio.of(enrolment)
        canonical = folder.canonical()
        rows = list(folder.evidence)
        moment = bundle.started_at or bundle.asked_at
    else:
        canonical, problems = _frozen(submission)
        rows = list(submission.evidence.order_by("added_at", "pk"))
        moment = submission.submitted_at or bundle.asked_at
    facts = _facts(canonical)
    evidence = tuple(_pieces(facts.get("evidence"), rows))
    problems += [f"{one.title}: {one.problem}" for one in evidence if one.problem]
    return Source(enrolment, submission, moment, canonical, facts, evidence, tuple(problems))


def legal_name(enrolment: Any) -> tuple[str, str]:
    """First and last name as given for the certificate, else as signed up with; under the veil the code."""
    if getattr(enrolment.learner, "stands_for", None):
        first, _, last = enrolment.learner.full_name.partition(" ")
        return first, last
    form = getattr(enrolment, "application", None)
    if form and form.legal_first_name and form.legal_last_name:
        return form.legal_first_name, form.legal_last_name
    first, _, last = enrolment.learner.full_name.rpartition(" ")
    return first, last


def _frozen(submission: Submission) -> tuple[bytes, list[str]]:
    document = submission.document
    if document is None or document.kind != "portfolio" or not document.file:
        raise Broken("This attempt has no frozen portfolio, so there is nothing to put together.")
    try:
        with document.file.open("rb") as file:
            canonical: bytes = file.read()
    except OSError:
        raise Broken(
            "The frozen copy of this portfolio is not in its place. Tell the centre; nothing else is lost."
        ) from None
    if hashlib.sha256(canonical).hexdigest() == document.sha256:
        return canonical, []
    return canonical, [
        f"The frozen copy no longer has the fingerprint on the receipt ({document.sha256}). Somebody has to look into this."
    ]


def _facts(canonical: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(canonical)
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        raise Broken(
            "The frozen copy of this portfolio cannot be read any more. Tell the centre; nothing else is lost."
        )
    return facts


def _pieces(listed: Any, rows: Iterable[Evidence]) -> Iterator[Piece]:
    """Each file on the frozen list with its row, then rows that the list does not know."""
    left = list(rows)
    for one in listed if isinstance(listed, list) else []:
        row = next((row for row in left if _is(row, one)), None)
        if row is not None:
            left.remove(row)
        yield _piece(one, row)
    for row in left:
        yield _piece(
            {"title": row.title, "name": row.name, "sha256": row.sha256},
            row,
            "it is not on the frozen list of evidence.",
        )


def _is(row: Evidence, listed: dict[str, Any]) -> bool:
    if "id" in listed:
        return bool(row.pk == listed["id"])
    return (row.sha256, row.name, row.title) == tuple(listed.get(key) for key in ("sha256", "name", "title"))


def _piece(listed: dict[str, Any], row: Evidence | None, problem: str = "") -> Piece:
    size, found = _measured(row)
    wanted = str(listed.get("sha256") or "")
    if not found:
        row, problem = None, "the file is missing, so it is not in this bundle."
    elif found != wanted:
        problem = f"the file has the fingerprint {found}, not the one it was handed in with."
    return Piece(
        title=str(listed.get("title") or listed.get("name") or "Evidence"),
        name=str(listed.get("name") or "file"),
        sha256=wanted,
        client=str(listed.get("client") or ""),
        criteria=tuple(str(one) for one in listed.get("criteria") or ()),
        size=size or int(listed.get("size") or 0),
        mime=row.mime if row else "application/octet-stream",
        row=row,
        problem=problem,
    )


def _measured(row: Evidence | None) -> tuple[int, str]:
    """Size and fingerprint of the file as it lies there; nothing if it does not."""
    if row is None or not row.file:
        return 0, ""
    size, found = 0, hashlib.sha256()
    try:
        with row.file.open("rb") as file:
            while part := file.read(CHUNK):
                size += len(part)
                found.update(part)
    except OSError:
        return 0, ""
    return size, found.hexdigest()
