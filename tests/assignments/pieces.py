"""An essay as pieces of known words, written out as .docx, .odt, Markdown, HTML, and by python-docx."""

import html
import io
from dataclasses import dataclass, field
from random import Random

import docx as python_docx

from tests.assignments import documents as build

WORDS = [
    "coach",
    "asks",
    "waits",
    "listens",
    "learner",
    "manager",
    "team",
    "trust",
    "goal",
    "review",
    "question",
    "silence",
    "feedback",
    "practice",
    "contract",
    "session",
    "mentor",
    "ethics",
    "boundary",
    "insight",
    "change",
    "purpose",
    "model",
    "support",
    "challenge",
    "evidence",
    "reflection",
    "supervision",
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "that",
    "it",
    "for",
    "with",
    "on",
    "as",
    "by",
    "from",
    "at",
    "this",
    "which",
    "when",
    "because",
    "although",
    "however",
    "therefore",
]


def words(number: int, seed: object = 0) -> str:
    """Exactly this many words, always the same for a seed."""
    dice = Random(f"{number} {seed}")
    return " ".join(dice.choice(WORDS) for _ in range(number))


@dataclass(frozen=True)
class Piece:
    """One passage. `kind` is title, heading, text, item, quotation, caption, table or note; a note hangs on a text."""

    kind: str
    text: str = ""
    level: int = 1
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass
class Essay:
    pieces: list[Piece] = field(default_factory=list)

    def add(self, kind: str, text: str = "", **more) -> "Essay":
        self.pieces.append(Piece(kind, text, **more))
        return self

    def counts(self, *, notes_in_body: bool = False) -> tuple[int, int, int]:
        """Body, references and notes by what the pieces are, the list being from "References" to an "Appendix"."""
        body = references = notes = 0
        listed = False
        for piece in self.pieces:
            if piece.kind == "heading":
                listed = piece.text == "References" or (listed and not piece.text.startswith("Appendix"))
            number = len(piece.text.split()) + sum(len(cell.split()) for row in piece.rows for cell in row)
            noted = len(piece.note.split())
            notes += 0 if notes_in_body else noted
            number += noted if notes_in_body else 0
            body, references = (body, references + number) if listed else (body + number, references)
        return body, references, notes

    # ------------------------------------------------------------ the formats

    def docx(self) -> bytes:
        styles = {"title": "Title", "quotation": "Quote", "caption": "Caption"}
        body, notes = [], {}
        for piece in self.pieces:
            if piece.kind == "heading":
                body.append(build.heading(piece.text, piece.level))
            elif piece.kind == "item":
                body.append(build.item(piece.text))
            elif piece.kind == "table":
                body.append(build.table([list(row) for row in piece.rows]))
            else:
                mark = ""
                if piece.note:
                    notes[len(notes) + 2] = piece.note
                    mark = build.note_mark(len(notes) + 1)
                body.append(build.paragraph(piece.text, style=styles.get(piece.kind, ""), inner=mark))
        return build.docx(*body, footnotes=notes)

    def odt(self) -> bytes:
        styles = {"title": "Title", "quotation": "Quotations", "caption": "Caption"}
        body = []
        for piece in self.pieces:
            if piece.kind == "heading":
                body.append(build.odt_h(piece.text, piece.level))
            elif piece.kind == "item":
                body.append(f"<text:list><text:list-item>{build.odt_p(piece.text)}</text:list-item></text:list>")
            elif piece.kind == "table":
                body.append(build.odt_table([list(row) for row in piece.rows]))
            else:
                paragraph = build.odt_p(piece.text, styles.get(piece.kind, "Standard"))
                note = build.odt_note(piece.note) if piece.note else ""
                body.append(paragraph.replace("</text:p>", f"{note}</text:p>"))
        return build.odt(*body)

    def markdown(self) -> bytes:
        found, notes = [], []
        for piece in self.pieces:
            if piece.kind == "table":
                head, *rest = piece.rows
                rows = [head, ("---",) * len(head), *rest]
                found.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
                continue
            mark = ""
            if piece.note:
                notes.append(piece.note)
                mark = f"[^{len(notes)}]"
            before = {"heading": "#" * piece.level + " ", "item": "- ", "quotation": "> "}.get(piece.kind, "")
            found.append(before + piece.text + mark)
        found += [f"[^{number}]: {note}" for number, note in enumerate(notes, 1)]
        return "\n\n".join(found).encode()

    def by_python_docx(self) -> bytes:
        made = python_docx.Document()
        styles = {"item": "List Bullet", "quotation": "Intense Quote", "caption": "Caption"}
        for piece in self.pieces:
            if piece.kind in ("title", "heading"):
                made.add_heading(piece.text, 0 if piece.kind == "title" else piece.level)
            elif piece.kind == "table":
                table = made.add_table(len(piece.rows), len(piece.rows[0]))
                for line, row in zip(table.rows, piece.rows, strict=True):
                    for cell, text in zip(line.cells, row, strict=True):
                        cell.text = text
            else:
                made.add_paragraph(piece.text, style=styles.get(piece.kind))
        target = io.BytesIO()
        made.save(target)
        return target.getvalue()

    def pdf(self, css: str = "") -> bytes:
        """Really laid out over pages, with a running head and page numbers as a word processor prints them."""
        from weasyprint import HTML

        tags = {
            "title": "h1 class=title",
            "text": "p",
            "item": "li",
            "quotation": "blockquote",
            "caption": "figcaption",
        }
        body = []
        for piece in self.pieces:
            if piece.kind == "table":
                rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in piece.rows)
                body.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
                continue
            tag = f"h{piece.level}" if piece.kind == "heading" else tags[piece.kind]
            note = f'<span class="note">{html.escape(piece.note)}</span>' if piece.note else ""
            body.append(f"<{tag}>{html.escape(piece.text)}{note}</{tag.partition(' ')[0]}>")
        page = (
            "@page { size: A4; margin: 25mm; @top-center { content: 'Coaching essay of Ada Osei' }"
            "@bottom-right { content: 'Page ' counter(page) ' of ' counter(pages) } }"
            "body { font: 11pt/1.5 serif } h1 { font-size: 17pt } h2 { font-size: 13pt } td { padding: 2mm }"
            ".note { float: footnote; font-size: 9pt }"
        )
        made = HTML(string=f"<html lang=en><style>{page}{css}</style><body>{''.join(body)}</body></html>").write_pdf()
        return made
