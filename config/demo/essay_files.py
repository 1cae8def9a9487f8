"""A composed essay written as .docx, .odt or .pdf. What it says is decided in `essays`."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
import pikepdf
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Pt

from assignments.word_count import words as words_in
from config.demo.essay_parts import Essay, Table

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)


def write_docx(path: Path, essay: Essay) -> None:
    document = docx.Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    document.core_properties.author = document.core_properties.last_modified_by = essay.author
    document.core_properties.title = essay.title
    document.core_properties.comments = ""
    document.add_paragraph(essay.title, style="Title")
    document.add_paragraph(essay.author, style="Subtitle")
    notes: list[str] = []
    for section in essay.sections:
        document.add_paragraph(section.heading, style="Heading 1")
        for block in section.blocks:
            if isinstance(block, Table):
                _add_table(document, block)
                continue
            paragraph = document.add_paragraph(block.text)
            if block.note:
                notes.append(block.note)
                paragraph.add_run()._r.append(
                    parse_xml(f'<w:footnoteReference xmlns:w="{_W}" w:id="{len(notes) + 1}"/>')
                )
    listed = ["References", *essay.references] if essay.references else []
    for number, line in enumerate(listed):
        document.add_paragraph(line, style=None if number else "Heading 1")
    _add_footnotes(document, notes)
    _state_words(document, essay.body + sum(words_in(line) for line in listed))
    document.save(str(path))


def _add_table(document: Any, table: Table) -> None:
    document.add_paragraph(table.caption, style="Caption")
    made = document.add_table(rows=len(table.rows), cols=len(table.rows[0]), style="Table Grid")
    for row, cells in zip(made.rows, table.rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


def _add_footnotes(document: Any, notes: list[str]) -> None:
    """python-docx has no footnotes, so their part is written by hand."""
    if not notes:
        return
    inner = "".join(
        f'<w:footnote w:type="{kind}" w:id="{n}"><w:p><w:r><w:{mark}/></w:r></w:p></w:footnote>'
        for n, kind, mark in ((0, "separator", "separator"), (1, "continuationSeparator", "continuationSeparator"))
    ) + "".join(
        f'<w:footnote w:id="{n}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r><w:r>'
        f'<w:t xml:space="preserve"> {escape(note)}</w:t></w:r></w:p></w:footnote>'
        for n, note in enumerate(notes, 2)
    )
    blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes xmlns:w="{_W}">{inner}</w:footnotes>'
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES, blob.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _state_words(document: Any, words: int) -> None:
    """Leave the count in the file as a word processor does."""
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/docProps/app.xml":
            part._blob = re.sub(rb"<Words>\d*</Words>", f"<Words>{words}</Words>".encode(), part.blob)


def write_odt(path: Path, essay: Essay) -> None:
    body = [_p(essay.title, "Title"), _p(essay.author, "Subtitle")]
    number = 0
    for section in essay.sections:
        body.append(f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{escape(section.heading)}</text:h>')
        for block in section.blocks:
            if isinstance(block, Table):
                body.append(_p(block.caption, "Caption") + _odt_table(block))
                continue
            note = ""
            if block.note:
                number += 1
                note = (
                    f'<text:note text:id="ftn{number}" text:note-class="footnote"><text:note-citation>{number}'
                    f"</text:note-citation><text:note-body>{_p(block.note, 'Footnote')}</text:note-body></text:note>"
                )
            body.append(f'<text:p text:style-name="Text_20_body">{escape(block.text)}{note}</text:p>')
    body.append('<text:h text:style-name="Heading_20_1" text:outline-level="1">References</text:h>')
    body += [_p(reference, "Text_20_body") for reference in essay.references]
    named = "".join(
        f'<style:style style:name="{name}" style:display-name="{name.replace("_20_", " ")}" style:family="paragraph">'
        f'<style:text-properties fo:font-size="{size}pt" fo:font-weight="{weight}"/></style:style>'
        for name, size, weight in (
            ("Title", 22, "bold"),
            ("Subtitle", 13, "normal"),
            ("Heading_20_1", 15, "bold"),
            ("Text_20_body", 11, "normal"),
            ("Caption", 10, "normal"),
            ("Footnote", 9, "normal"),
        )
    )
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in (
            ("/", "application/vnd.oasis.opendocument.text"),
            ("content.xml", "text/xml"),
            ("styles.xml", "text/xml"),
        )
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = {
        "content.xml": f'{head}<office:document-content {_ODF} office:version="1.3"><office:body><office:text>'
        f"{''.join(body)}</office:text></office:body></office:document-content>",
        "styles.xml": f'{head}<office:document-styles {_ODF} office:version="1.3"><office:styles>{named}</office:styles>'
        "</office:document-styles>",
        "META-INF/manifest.xml": f'{head}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
        f'manifest:1.0" manifest:version="1.3">{manifest}</manifest:manifest>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        for name, content in parts.items():
            target.writestr(name, content)


def _p(text: str, style: str) -> str:
    return f'<text:p text:style-name="{style}">{escape(text)}</text:p>'


def _odt_table(table: Table) -> str:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string">{_p(cell, "Text_20_body")}</table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in table.rows
    )
    columns = f'<table:table-column table:number-columns-repeated="{len(table.rows[0])}"/>'
    return f'<table:table table:name="Table1">{columns}{rows}</table:table>'


_LINES = 48
_MEASURE = 88


def write_pdf(path: Path, essay: Essay) -> None:
    """A plain PDF as a word processor exports one: running head, page numbers, headings in bold."""
    lines: list[tuple[str, str, int]] = [(one, "B", 17) for one in _broken(essay.title, 52)]
    lines += [(essay.author, "R", 11), ("", "R", 11)]
    for section in essay.sections:
        lines += [("", "R", 11), *((one, "B", 13) for one in _broken(section.heading, 66)), ("", "R", 11)]
        for block in section.blocks:
            rows = ["    ".join(row) for row in block.rows] if isinstance(block, Table) else []
            texts = [block.caption, *rows] if isinstance(block, Table) else [block.text]
            for text in texts:
                lines += [(one, "R", 11) for one in _broken(text, _MEASURE)]
            lines.append(("", "R", 11))
    lines += [("", "R", 11), ("References", "B", 13), ("", "R", 11)]
    for reference in essay.references:
        lines += [*((one, "R", 11) for one in _broken(reference, _MEASURE)), ("", "R", 11)]
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    document = pikepdf.new()
    fonts = pikepdf.Dictionary(
        {
            f"/{key}": document.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name(f"/{name}"),
                    Encoding=pikepdf.Name.WinAnsiEncoding,
                )
            )
            for key, name in (("R", "Helvetica"), ("B", "Helvetica-Bold"))
        }
    )
    for number, page in enumerate(pages, 1):
        document.add_blank_page(page_size=(595, 842))
        made = document.pages[-1]
        made.Resources = pikepdf.Dictionary(Font=fonts)
        made.Contents = document.make_stream(_drawn(page, essay.author, f"Page {number} of {len(pages)}"))
    with document.open_metadata() as facts:
        facts["dc:title"] = essay.title
    target = io.BytesIO()
    document.save(target, compress_streams=True, deterministic_id=True)
    path.write_bytes(target.getvalue())


def _broken(text: str, measure: int) -> list[str]:
    found, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > measure:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*found, line]


def _drawn(page: list[tuple[str, str, int]], head: str, foot: str) -> bytes:
    commands = [_set(head, "R", 9, 812), _set(foot, "R", 9, 30)]
    top = 780
    for text, font, size in page:
        if text:
            commands.append(_set(text, font, size, top))
        top -= 15 if size < 14 else 22
    return b"\n".join(commands)


def _set(text: str, font: str, size: int, top: int) -> bytes:
    encoded = text.encode("cp1252", errors="replace")
    for character in (b"\\", b"(", b")"):
        encoded = encoded.replace(character, b"\\" + character)
    return b"BT /%s %d Tf 1 0 0 1 60 %d Tm (%s) Tj ET" % (font.encode(), size, top, encoded)
