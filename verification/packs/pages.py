"""What lies in a pack and the pages that lead to it: an index, a table for each part, a folder for each learner."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from assignments import bundles, declarations, results
from assignments.bundles import names
from assignments.bundles import pages as portfolios
from assignments.bundles.pages import paragraphs, plain, said_moment
from assignments.models import Bundle, Submission
from enrolment.models import Enrolment
from verification.models import Visit
from verification.packs.archive import MANIFEST, Archive, as_csv, chunks_of
from verification.packs.parts import PARTS, Context, Part, name_of

Told = Callable[[str, int], None]
STYLE = "pack.css"
_WITH = (
    "learner",
    "application",
    "registration",
    "cohort__contract__client",
    "cohort__version__qualification__organisation",
)


@dataclass(frozen=True)
class Built:
    """What was made: how many files, and about how many learners."""

    files: int
    learners: int


@dataclass(frozen=True)
class Link:
    """Something a page leads to. `href` is relative, and safe for an address."""

    label: str
    href: str
    hint: str = ""


def build(visit: Visit, path: Path, *, moment: dt.datetime, told: Told = lambda stage, share: None) -> Built:
    """Write the whole pack to `path`. `told` hears the stage and how far it is, in per cent."""
    named = visit.learners.values("enrolment")
    enrolments = list(
        Enrolment.objects.filter(pk__in=named).select_related(*_WITH).order_by("learner__full_name", "pk")
    )
    context = Context(visit, enrolments)
    folders = names.unique(f"{n:02} {name_of(one)}" for n, one in enumerate(enrolments, 1))
    problems: list[str] = []
    with Archive(path, moment) as archive:
        archive.add(STYLE, [Path(str(finders.find("css/print/pack.css"))).read_bytes()])
        tables: list[tuple[Part, int, str, str]] = []
        for number, make in enumerate(PARTS):
            told("Writing the tables", 2 + 18 * number // len(PARTS))
            tables.append(_table(archive, make(context)))
        shown = []
        for number, (one, folder) in enumerate(zip(enrolments, folders, strict=True)):
            told(f"Packing learner {number + 1} of {len(enrolments)}", 20 + 78 * number // len(enrolments))
            shown.append(
                (one, name_of(one), quote(f"learners/{folder}/index.html"), _learner(archive, one, folder, problems))
            )
        told("Writing the index", 98)
        made = _facts(visit, moment)
        archive.text("index.html", render_to_string("packs/index.html", {
            "visit": visit, "facts": made, "tables": tables, "learners": shown, "problems": problems, "style": STYLE,
            "manifest": MANIFEST, "centre": settings.CENTRE_NAME,
        }))  # fmt: skip
        count = archive.count + 1
    return Built(count, len(enrolments))


def _facts(visit: Visit, moment: dt.datetime) -> list[tuple[str, str]]:
    organisation = visit.qualification.organisation
    return [
        ("Centre", str(settings.CENTRE_NAME)),
        ("Centre number", organisation.centre_number or "not known"),
        ("Awarding organisation", str(organisation)),
        ("Qualification", str(visit.qualification)),
        ("External verifier (EQA)", str(visit.eqa)),
        ("Visit", f"{said_moment(visit.opens_at)} to {said_moment(visit.closes_at)}"),
        ("Put together", said_moment(moment)),
    ]


def _table(archive: Archive, part: Part) -> tuple[Part, int, str, str]:
    """The part as a page and as a CSV, with how many rows it has and where both lie."""
    rows = [[plain(cell) for cell in row] for row in part.rows]
    page, sheet = f"tables/{part.slug}.html", f"tables/{part.slug}.csv"
    context = {"part": part, "rows": rows, "style": f"../{STYLE}", "up": "../index.html", "sheet": f"{part.slug}.csv"}
    archive.text(page, render_to_string("packs/table.html", context))
    archive.text(sheet, as_csv(part.head, rows))
    return part, len(rows), page, sheet


# ---- one learner


def _learner(archive: Archive, enrolment: Enrolment, folder: str, problems: list[str]) -> int:
    """The folder of one learner; returns how many pieces of work it has."""
    pieces = (
        Submission.objects.handed_in()
        .filter(enrolment=enrolment)
        .select_related("assignment__version__qualification__organisation", "document", "declaration", "marked_by", "wording")
        .order_by("assignment__position", "attempt", "pk")
    )  # fmt: skip
    within = names.unique(f"{one.assignment.title}, attempt {one.attempt}" for one in pieces)
    shown = []
    for submission, name in zip(pieces, within, strict=True):
        # What leads to the learner is known, so that no piece asks for it again.
        submission.enrolment = enrolment
        links, remarks = _piece(archive, submission, f"learners/{folder}/{name}", name)
        problems += [f"{name_of(enrolment)}, {name}: {remark}" for remark in remarks]
        shown.append(
            (submission, links, remarks, list(submission.samples.select_related("verified_by")), _signed(submission))
        )
    archive.text(f"learners/{folder}/index.html", render_to_string("packs/learner.html", {
        "name": name_of(enrolment), "enrolment": enrolment, "registration": getattr(enrolment, "registration", None),
        "pieces": shown, "style": f"../../{STYLE}", "up": "../../index.html",
    }))  # fmt: skip
    return len(shown)


def _signed(submission: Submission) -> dict[str, Any] | None:
    signed = getattr(submission, "declaration", None)
    if signed is None:
        return None
    return {
        "wording": paragraphs(signed.wording),
        "ai": declarations.ai_word(signed.ai_use),
        "statement": paragraphs(signed.ai_statement),
        "name": plain(signed.signed_name),
        "at": said_moment(signed.signed_at),
    }


def _piece(archive: Archive, submission: Submission, folder: str, name: str) -> tuple[list[Link], list[str]]:
    """The frozen work of one attempt and its result sheets: links for the learner's page, and what is not as it should be."""
    found = results.of(submission)
    links = []
    for sheet in found.units:
        file = names.safe(f"Result sheet {sheet.unit.number}.html")
        archive.text(f"{folder}/{file}", results.html(found, sheet, stylesheet=f"../../../{STYLE}"))
        links.append(Link(f"Result sheet, unit {sheet.unit.number}", quote(f"{name}/{file}"), sheet.word))
    document = submission.document
    if document is None or not document.file:
        return links, ["there is no frozen file."]
    if document.kind == "portfolio":
        more, remarks = _portfolio(archive, submission, folder, name)
    else:
        more, remarks = _essay(archive, document, folder, name)
    return [*more, *links], remarks


def _essay(archive: Archive, document: Any, folder: str, name: str) -> tuple[list[Link], list[str]]:
    file = names.safe(f"Work {document.name}")
    try:
        found = archive.add(f"{folder}/{file}", chunks_of(document.file), size=document.size)
    except OSError:
        return [], ["the frozen file is not in its place, so it is not in this pack."]
    link = Link("The work as it was handed in", quote(f"{name}/{file}"), f"sha256 {found}")
    if found == document.sha256:
        return [link], []
    return [link], [f"the file has the fingerprint {found}, not the one it was handed in with ({document.sha256})."]


def _portfolio(archive: Archive, submission: Submission, folder: str, name: str) -> tuple[list[Link], list[str]]:
    """The frozen portfolio as a page to read and as data, with every file of evidence."""
    try:
        source = bundles.read(Bundle(enrolment=submission.enrolment, submission=submission))
    except bundles.Broken as broken:
        return [], [str(broken)]
    files = portfolios.chosen(source)
    context = {**portfolios.context_of(source, files), "style": f"../../../{STYLE}", "facts_file": portfolios.FACTS}
    context["up"] = "../index.html"
    archive.text(f"{folder}/portfolio.html", render_to_string("packs/portfolio.html", context))
    archive.add(f"{folder}/{portfolios.FACTS}", [source.canonical])
    for one in files:
        if one.piece.is_there:
            archive.add(f"{folder}/{one.path}", one.piece.chunks(), size=one.piece.size)
    sha256 = hashlib.sha256(source.canonical).hexdigest()
    link = Link("The portfolio as it was handed in", quote(f"{name}/portfolio.html"), f"sha256 {sha256}")
    return [link], [plain(one) for one in source.problems]
