"""The portfolio as one readable document: what stands in it, in which order, and which files lie inside it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils import timezone

from assignments import declarations, portfolio
from assignments.bundles import names
from assignments.bundles.source import Piece, Source
from assignments.models import PracticeRole
from core import printing

TEMPLATE = "pdf/portfolio.html"
STYLESHEET = "css/print/portfolio.css"
MEGABYTE = 1024 * 1024
ATTACHED_EACH = 25 * MEGABYTE
ATTACHED_TOGETHER = 100 * MEGABYTE

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True)
class File:
    """A piece of evidence with its name in every bundle, and whether the PDF holds it."""

    piece: Piece
    name: str
    is_attached: bool

    @property
    def path(self) -> str:
        """Where the ZIP has it."""
        return f"evidence/{self.name}"

    @property
    def href(self) -> str:
        return quote(self.path)


@dataclass
class Part:
    """A chapter with its place in the contents. `kind` chooses the template that prints it."""

    kind: str
    title: str
    id: str
    facts: dict[str, Any] = field(default_factory=dict)
    inner: list[tuple[str, str]] = field(default_factory=list)


def print_to(source: Source, path: Path) -> None:
    """Write the PDF with its attachments."""
    files = chosen(source)
    html = render_to_string(TEMPLATE, context_of(source, files))
    pdf = printing.pdf(html, identifier(source), stylesheet=STYLESHEET)
    printing.attach(pdf, [_facts_file(source), *map(_attachment, (one for one in files if one.is_attached))], to=path)


def identifier(source: Source) -> str:
    return f"waymark-portfolio:{source.enrolment.pk}:{source.submission.pk if source.submission else 0}:{source.sha256}"


def chosen(source: Source, *, each: int = ATTACHED_EACH, together: int = ATTACHED_TOGETHER) -> list[File]:
    """Each piece with a name of its own; those go into the PDF that are small enough, in order, until it is full."""
    found, room = [], together
    called = names.unique([FACTS, *(one.name for one in source.evidence)])[1:]
    for piece, name in zip(source.evidence, called, strict=True):
        fits = piece.is_there and piece.size <= min(each, room)
        room -= piece.size if fits else 0
        found.append(File(piece, name, fits))
    return found


FACTS = "portfolio.json"


def _facts_file(source: Source) -> printing.Attachment:
    told = "Everything the learner wrote, as data: the fingerprint on the receipt is the sha256 of this file"
    return printing.Attachment(FACTS, lambda: source.canonical, "application/json", told)


def _attachment(file: File) -> printing.Attachment:
    piece = file.piece
    spoken = f", criteria {', '.join(piece.criteria)}" if piece.criteria else ""
    told = plain(f"{piece.title}{spoken}")
    return printing.Attachment(file.name, lambda: b"".join(piece.chunks()), piece.mime, told)


def context_of(source: Source, files: Sequence[File]) -> dict[str, Any]:
    """What the template prints."""
    return {
        "title": title_of(source),
        "source": source,
        "cover": cover_of(source),
        "problems": [plain(one) for one in source.problems],
        "parts": parts_of(source, files),
    }


def title_of(source: Source) -> str:
    attempt = f", attempt {source.submission.attempt}" if source.submission else ""
    return plain(f"Portfolio of {source.learner}{attempt}: {source.enrolment.cohort.version.qualification}")


def cover_of(source: Source) -> list[tuple[str, str]]:
    """The facts of the cover sheet, in the order of the awarding organisation's."""
    submission, version = source.submission, source.enrolment.cohort.version
    lines = [
        ("Centre", source.centre),
        ("Learner", source.learner),
        ("Enrolment number with the awarding organisation", source.registration_number),
        ("Qualification", str(version)),
        ("Units", "; ".join(f"{one.number} {one.title}" for one in source.units)),
        ("Cohort", source.enrolment.cohort.code),
    ]
    if submission:
        lines += [
            ("Attempt", str(submission.attempt)),
            ("Reference", str(submission.reference)),
            ("Handed in", said_moment(source.moment)),
        ]
    else:
        lines.append(("As it stood", f"{said_moment(source.moment)}. It has not been handed in like this."))
    return [(label, plain(value)) for label, value in [*lines, ("Fingerprint", f"sha256 {source.sha256}")] if value]


# ---- the chapters


def parts_of(source: Source, files: Sequence[File]) -> list[Part]:
    facts, ids = source.facts, _Ids()
    clients = [one for one in listed(facts.get("clients")) if isinstance(one, dict)]
    parts = [
        _matrix(facts, files, ids),
        Part("totals", "Practice and supervision in figures", ids("Figures"), _totals(source, clients)),
        *(_client(one, ids) for one in clients),
    ]
    supervision = [_supervised(one) for one in listed(facts.get("supervision")) if isinstance(one, dict)]
    parts.append(Part("supervision", "Supervision", ids("Supervision"), {"entries": supervision}))
    texts = mapping(facts.get("texts"))
    labels = {part: label.replace("your own", "own").removeprefix("Your ") for part, label in portfolio.PARTS}
    for part in [*labels, *(one for one in texts if one not in labels)]:
        label = labels.get(part, part.replace("_", " "))
        label = label[:1].upper() + label[1:]
        parts.append(Part("text", label, ids(label), {"paragraphs": paragraphs(texts.get(part))}))
    parts.append(Part("evidence", "Evidence", ids("Evidence"), {"files": files}))
    if source.declaration:
        parts.append(Part("declaration", "Declaration", ids("Declaration"), {"signed": _signed(source.declaration)}))
    parts.append(Part("about", "About this file", ids("About this file")))
    return parts


def _matrix(facts: dict[str, Any], files: Sequence[File], ids: _Ids) -> Part:
    """By unit and criterion. An attempt from before the matrix was frozen shows what its files were said to speak to."""
    units: dict[str, list[dict[str, Any]]] = {}
    given = [one for one in listed(facts.get("matrix")) if isinstance(one, dict)]
    for one in given:
        unit = plain(said(one.get("unit")))
        items = [plain(said(item)) for item in listed(one.get("items"))]
        row = {"number": plain(one.get("number")), "title": plain(one.get("title")), "items": items}
        units.setdefault(unit, []).append(row)
    if not given:
        spoken = sorted({number for file in files for number in file.piece.criteria}, key=_in_order)
        rows = [
            {
                "number": plain(number),
                "title": "",
                "items": [plain(one.piece.title) for one in files if number in one.piece.criteria],
            }
            for number in spoken
        ]
        units = {"": rows} if rows else {}
    title = "Criteria and what shows them"
    tables = [{"unit": unit, "rows": rows, "titled": any(row["title"] for row in rows)} for unit, rows in units.items()]
    return Part("matrix", title, ids(title), {"tables": tables})


def _in_order(number: str) -> list[tuple[int, str]]:
    return [(int(one), "") if one.isdigit() else (10**6, one) for one in number.split(".")]


def _totals(source: Source, clients: Sequence[dict[str, Any]]) -> dict[str, Any]:
    version, cohort = source.enrolment.cohort.version, source.enrolment.cohort
    practice = sum(minutes_of(one) for client in clients for one in listed(client.get("sessions")))
    minimum = version.practice_minutes or 0
    target = max(cohort.centre_practice_minutes or 0, minimum)
    supervised = sum(minutes_of(one) for one in listed(source.facts.get("supervision")))
    rows = [("Practice", practice, minimum, target), ("Supervision", supervised, version.supervision_minutes or 0, 0)]
    return {
        "rows": [[label, *(portfolio.hours(one) if one else "–" for one in figures)] for label, *figures in rows],
        "clients": len(clients),
        "asked": (version.practice_clients_min, version.practice_clients_max),
        "by_client": [
            (
                plain(one.get("code")),
                len(listed(one.get("sessions"))),
                portfolio.hours(sum(map(minutes_of, listed(one.get("sessions"))))) or "–",
            )
            for one in clients
        ],
    }


def _client(client: dict[str, Any], ids: _Ids) -> Part:
    code = plain(client.get("code")) or "without a code"
    sessions = [_session(one) for one in listed(client.get("sessions")) if isinstance(one, dict)]
    part = Part("client", f"Client {code}", ids(f"Client {code}"))
    heads = ("Needs and goals", "Contract", "Sessions", "Reflections", "Feedback", "What was achieved")
    part.inner = [(ids(f"{head} of client {code}"), head) for head in heads]
    part.facts = {
        "ids": {head.split()[0].lower(): anchor for anchor, head in part.inner},
        "role": dict(PracticeRole.choices).get(str(client.get("role")), plain(client.get("role"))),
        "context": plain(client.get("context")),
        "goals": paragraphs(client.get("goals")),
        "agreed": said_day(client.get("contract_agreed_on")),
        "contract": paragraphs(client.get("contract")),
        "sessions": sessions,
        "total": portfolio.hours(sum(one["minutes"] for one in sessions)),
        "feedback": [_feedback(one) for one in listed(client.get("feedback")) if isinstance(one, dict)],
        "achieved": paragraphs(client.get("review")),
    }
    return part


def _session(session: dict[str, Any]) -> dict[str, Any]:
    return {
        "day": said_day(session.get("held_on")) or "No day",
        "minutes": minutes_of(session),
        "time": portfolio.hours(minutes_of(session)) or "–",
        "focus": plain(session.get("focus")),
        "notes": paragraphs(session.get("notes")),
        "reflection": paragraphs(session.get("reflection")),
    }


def _supervised(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "day": said_day(one.get("held_on")) or "No day",
        "time": portfolio.hours(minutes_of(one)) or "–",
        "supervisor": plain(one.get("supervisor")),
        "topics": paragraphs(one.get("topics")),
        "feedback": paragraphs(one.get("feedback")),
    }


def _feedback(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "day": said_day(one.get("given_on")),
        "ratings": [(plain(label), plain(said(value))) for label, value in pairs(one.get("ratings"))],
        "texts": [(plain(label), paragraphs(said(value))) for label, value in pairs(one.get("texts"))],
    }


def _signed(declaration: Any) -> dict[str, Any]:
    return {
        "wording": paragraphs(declaration.wording),
        "use": declarations.ai_word(declaration.ai_use),
        "ai": plain(declaration.ai_statement),
        "name": plain(declaration.signed_name),
        "moment": said_moment(declaration.signed_at),
    }


# ---- words, days and numbers out of data whose shape has grown


class _Ids:
    """Anchors in words, for a reader of links hears them: "Client-A". None twice."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def __call__(self, title: str) -> str:
        base = re.sub(r"[\W_]+", "-", title).strip("-") or "Part"
        base = base if base[0].isalpha() else f"Part-{base}"
        found, number = base, 1
        while found in self.taken:
            number += 1
            found = f"{base}-{number}"
        self.taken.add(found)
        return found


def plain(value: Any) -> str:
    """On one line, without what no XML may hold."""
    return " ".join(_NOT_TEXT.sub("", "" if value is None else str(value)).split())


def paragraphs(value: Any) -> list[list[str]]:
    """Paragraphs, each a list of its lines."""
    text = _NOT_TEXT.sub("", "" if value is None else str(value)).replace("\r\n", "\n").replace("\r", "\n")
    found = [
        [" ".join(line.split()) for line in part.split("\n") if line.strip()] for part in re.split(r"\n\s*\n", text)
    ]
    return [lines for lines in found if lines]


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def said(value: Any) -> str:
    """A thing of the facts in words, whatever it is made of."""
    if isinstance(value, dict):
        return ": ".join(
            str(value[key]) for key in ("number", "title", "label", "name", "value", "text") if value.get(key)
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(said, value))
    return "" if value is None else str(value)


_LABEL, _VALUE = ("label", "question", "title", "name"), ("value", "rating", "answer", "text")


def pairs(value: Any) -> list[tuple[str, Any]]:
    """Label and value, from a mapping or from a list of pairs or of mappings."""
    if isinstance(value, dict):
        return list(value.items())
    if not isinstance(value, list | tuple):
        return [("", value)] if value else []
    found: list[tuple[str, Any]] = []
    for one in value:
        if isinstance(one, dict):
            found.append((_first(one, _LABEL), _first(one, _VALUE)))
        elif isinstance(one, list | tuple) and len(one) == 2:
            found.append((str(one[0]), one[1]))
        else:
            found.append(("", one))
    return found


def _first(one: dict[str, Any], keys: Iterable[str]) -> Any:
    return next((one[key] for key in keys if one.get(key) not in (None, "")), "")


def minutes_of(one: Any) -> int:
    minutes = one.get("minutes") if isinstance(one, dict) else 0
    return minutes if isinstance(minutes, int) else 0


def said_day(value: Any) -> str:
    """14 June 2024, from 2024-06-14; whatever else it is stays as it is."""
    try:
        day = dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return plain(value)
    return f"{day.day} {day:%B %Y}"


def said_moment(value: dt.datetime) -> str:
    local = timezone.localtime(value)
    return f"{local.day} {local:%B %Y, %H:%M:%S}"
