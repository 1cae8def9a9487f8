"""OpenDocument texts (.odt) by a walk of our own. Their HTML is not yet safe; `arrangement` makes it so."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from assignments.word_count import Passage, Place, looks_like_heading

from . import archives
from .archives import Archive, Element
from .kinds import Unacceptable

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
HREF = "{http://www.w3.org/1999/xlink}href"

PREFIX = "essay-"
_SKIPPED = {
    f"{TEXT}{name}"
    for name in (
        "tracked-changes", "table-of-content", "illustration-index", "table-index", "alphabetical-index",
        "object-index", "user-index", "sequence-decls", "variable-decls", "user-field-decls", "hidden-text",
        "hidden-paragraph", "ruby-text", "note-citation", "soft-page-break", "page-number", "page-count",
    )
} | {f"{OFFICE}annotation", f"{OFFICE}annotation-end", f"{OFFICE}forms"}  # fmt: skip
_INLINE_SPACE = {f"{TEXT}tab", f"{TEXT}line-break"}


@dataclass
class _Walk:
    archive: Archive
    styles: dict[str, Element]
    keep_figure: Callable[[bytes, str], str | None]
    passages: list[Passage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    notes_html: list[str] = field(default_factory=list)
    in_note: bool = False
    floating: list[str] = field(default_factory=list)
    by_look: bool = False

    def blocks(self, parent: Element, *, place: Place = Place.TEXT) -> str:
        shown = "".join(self.block(child, place=place) for child in parent)
        return shown.replace("</blockquote><blockquote>", "")

    def block(self, element: Element, *, place: Place) -> str:
        tag = element.tag
        if tag in _SKIPPED:
            return ""
        if tag == f"{TEXT}h" or tag == f"{TEXT}p":
            return self.paragraph(element, place)
        if tag == f"{TEXT}list":
            kind = "ol" if self._numbered(element) else "ul"
            item = Place.CELL if place is Place.CELL else Place.ITEM
            inner = "".join(
                f"<li>{self.blocks(one, place=item)}</li>"
                for one in element
                if one.tag in (f"{TEXT}list-item", f"{TEXT}list-header")
            )
            return f"<{kind}>{inner}</{kind}>"
        if tag == f"{TABLE}table":
            return f"<table>{self._rows(element)}</table>"
        if tag == f"{TEXT}section" and element.get(f"{TEXT}display") == "none":
            return ""
        if tag.startswith(DRAW):
            return self._drawing(element, place)
        return self.blocks(element, place=place)

    def paragraph(self, element: Element, place: Place) -> str:
        # Notes and text boxes inside a paragraph are passages of their own, after it.
        outer, self.floating = self.floating, []
        position = len(self.passages)
        inner, text = self._inline(element)
        names = self._style_names(element.get(f"{TEXT}style-name"))
        level = self._level(element, names)
        bold = bool(text.strip()) and self._bold(element)
        if self.by_look and bold and not names & {"Caption", "Quotations"} and looks_like_heading(text):
            level = level or 1
        if self._hidden(element.get(f"{TEXT}style-name")):
            self.floating = outer
            return ""
        floating, self.floating = "".join(self.floating), outer
        if self.in_note:
            self.notes.append(text)
            return f"<p>{inner}</p>{floating}"
        if place is Place.CELL:
            tag, kind = "p", Place.CELL
        elif "Title" in names:
            tag, kind = 'h2 class="title"', Place.TITLE
        elif level and text.strip():
            tag, kind = f"h{min(level + 1, 6)}", Place.HEADING
        elif "Caption" in names:
            tag, kind = 'p class="caption"', Place.CAPTION
        elif "Quotations" in names:
            tag, kind = "p", Place.QUOTATION
        else:
            tag, kind = "p", place
        if text.strip():
            self.passages.insert(position, Passage(text, kind, level if kind is Place.HEADING else 0, bold))
        elif not inner.strip():
            return floating
        shown = f"<{tag}>{inner}</{tag.partition(' ')[0]}>"
        return (f"<blockquote>{shown}</blockquote>" if kind is Place.QUOTATION else shown) + floating

    def _level(self, element: Element, names: set[str]) -> int:
        if element.tag == f"{TEXT}h":
            stated = element.get(f"{TEXT}outline-level", "1")
            return int(stated) if stated.isdecimal() and stated != "0" else 1
        return 1 if names & {"Heading", "Bibliography_20_Heading"} else 0

    def _inline(self, element: Element) -> tuple[str, str]:
        marks, words = [html.escape(_squeezed(element.text))], [_squeezed(element.text)]
        for child in element:
            mark, word = self._inline_child(child)
            marks += [mark, html.escape(_squeezed(child.tail))]
            words += [word, _squeezed(child.tail)]
        return "".join(marks), "".join(words)

    def _inline_child(self, child: Element) -> tuple[str, str]:
        tag = child.tag
        if tag in _SKIPPED:
            return "", ""
        if tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            return (" " * min(int(count), 50) if count.isdecimal() else " "), " "
        if tag in _INLINE_SPACE:
            return ("<br>" if tag.endswith("line-break") else "\t"), " "
        if tag == f"{TEXT}note":
            return self._note(child), ""
        if tag.startswith(DRAW):
            self.floating.append(self._drawing(child, Place.TEXT))
            return "", ""
        if tag == f"{TEXT}span" and self._hidden(child.get(f"{TEXT}style-name")):
            return "", ""
        inner, text = self._inline(child)
        if tag == f"{TEXT}a":
            inner = f'<a href="{html.escape(child.get(HREF, ""))}">{inner}</a>'
        elif tag == f"{TEXT}span":
            inner = self._dressed(child.get(f"{TEXT}style-name"), inner)
        return inner, text

    def _note(self, note: Element) -> str:
        body = note.find(f"{TEXT}note-body")
        if body is None or self.in_note:
            return ""
        number = len(self.notes_html) + 1
        outer, self.in_note = self.in_note, True
        inner = self.blocks(body)
        self.in_note = outer
        self.notes_html.append(
            f'<li id="{PREFIX}note-{number}">{inner}<p><a href="#{PREFIX}note-ref-{number}">↑</a></p></li>'
        )
        return f'<sup><a href="#{PREFIX}note-{number}" id="{PREFIX}note-ref-{number}">[{number}]</a></sup>'

    def _drawing(self, element: Element, place: Place) -> str:
        found = []
        frames: set[Element] = set()
        for child in element.iter(f"{DRAW}text-box", f"{DRAW}image"):
            if child.tag == f"{DRAW}text-box":
                if _inside(child, element, f"{DRAW}text-box"):
                    continue
                found.append(self.blocks(child, place=place))
            # A frame may hold the same picture twice, for programs that cannot draw the first.
            elif child.getparent() not in frames and not _inside(child, element, f"{DRAW}text-box"):
                frames.add(child.getparent())
                found.append(self._image(child))
        if not found:
            found = [self.block(child, place=place) for child in element if child.tag in (f"{TEXT}p", f"{TEXT}list")]
        return "".join(found)

    def _image(self, image: Element) -> str:
        name = image.get(HREF, "").removeprefix("./")
        if name not in self.archive.names:
            return "<p>[picture not shown]</p>"
        frame = image.getparent()
        alt = " ".join((one.text or "").strip() for one in frame.iterchildren(f"{SVG}title", f"{SVG}desc"))
        address = self.keep_figure(self.archive.read(name), alt)
        return f'<p><img src="{address}" alt="{html.escape(alt)}"></p>' if address else "<p>[picture not shown]</p>"

    def _rows(self, table: Element, *, head: bool = False) -> str:
        found = []
        for child in table:
            if child.tag == f"{TABLE}table-header-rows":
                found.append(f"<thead>{self._rows(child, head=True)}</thead>")
            elif child.tag == f"{TABLE}table-row":
                cell = "th" if head else "td"
                cells = [
                    f"<{cell}{_span(one, 'columns', 'colspan')}{_span(one, 'rows', 'rowspan')}>"
                    f"{self.blocks(one, place=Place.CELL)}</{cell}>"
                    for one in child.iterchildren(f"{TABLE}table-cell")
                ]
                found.append(f"<tr>{''.join(cells)}</tr>")
            elif child.tag in (f"{TABLE}table-rows", f"{TABLE}table-row-group"):
                found.append(self._rows(child, head=head))
        return "".join(found)

    def _chain(self, name: str | None) -> list[Element]:
        found: list[Element] = []
        while name and name in self.styles and len(found) < 20:
            found.append(self.styles[name])
            name = self.styles[name].get(f"{STYLE}parent-style-name")
        return found

    def _style_names(self, name: str | None) -> set[str]:
        names = {name or ""}
        for style in self._chain(name):
            names |= {style.get(f"{STYLE}name", ""), style.get(f"{STYLE}parent-style-name", "")}
        return names

    def _text_property(self, name: str | None, attribute: str) -> str:
        for style in self._chain(name):
            for properties in style.iterchildren(f"{STYLE}text-properties"):
                if properties.get(attribute):
                    return str(properties.get(attribute))
        return ""

    def _hidden(self, name: str | None) -> bool:
        return self._text_property(name, f"{TEXT}display") == "none"

    def _dressed(self, name: str | None, inner: str) -> str:
        if self._text_property(name, f"{FO}font-weight") in ("bold", "600", "700", "800", "900"):
            inner = f"<strong>{inner}</strong>"
        if self._text_property(name, f"{FO}font-style") == "italic":
            inner = f"<em>{inner}</em>"
        return inner

    def _bold(self, element: Element) -> bool:
        if self._text_property(element.get(f"{TEXT}style-name"), f"{FO}font-weight") == "bold":
            return True
        spans = element.findall(f"{TEXT}span")
        bare = (element.text or "") + "".join(child.tail or "" for child in element)
        return (
            bool(spans)
            and not bare.strip()
            and all(self._text_property(span.get(f"{TEXT}style-name"), f"{FO}font-weight") == "bold" for span in spans)
        )

    def _numbered(self, element: Element) -> bool:
        style = self.styles.get(f"list {element.get(f'{TEXT}style-name')}")
        first = None if style is None else next(iter(style), None)
        return first is not None and first.tag == f"{TEXT}list-level-style-number"


@dataclass(frozen=True, slots=True)
class OpenDocument:
    passages: list[Passage]
    notes: list[str]
    stated: int | None
    html: str


def open_text(content: bytes, keep_figure: Callable[[bytes, str], str | None]) -> OpenDocument:
    archive = Archive(content)
    root = archive.xml("content.xml")
    text = root.find(f"{OFFICE}body/{OFFICE}text")
    if text is None:
        raise Unacceptable(archives.CORRUPT)
    if text.xpath("count(.//text:p | .//text:h)", namespaces={"text": TEXT[1:-1]}) > archives.PARAGRAPHS or (
        root.xpath("string-length(/)") > archives.CHARACTERS
    ):
        raise Unacceptable(archives.COMPLICATED)
    sheets = [root] + ([archive.xml("styles.xml")] if "styles.xml" in archive.names else [])
    headed = any((one.text or len(one)) for one in text.iter(f"{TEXT}h"))
    walk = _Walk(archive, _styles(sheets), keep_figure, by_look=not headed)
    shown = walk.blocks(text)
    if walk.notes_html:
        shown += f"<ol>{''.join(walk.notes_html)}</ol>"
    return OpenDocument(walk.passages, walk.notes, _stated(archive), shown)


def _styles(sheets: list[Element]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for sheet in sheets:
        for style in sheet.iter(f"{STYLE}style", f"{TEXT}list-style"):
            prefix = "list " if style.tag == f"{TEXT}list-style" else ""
            found.setdefault(prefix + style.get(f"{STYLE}name", ""), style)
    return found


def _stated(archive: Archive) -> int | None:
    if "meta.xml" not in archive.names:
        return None
    for statistic in archive.xml("meta.xml").iter(f"{META}document-statistic"):
        stated = statistic.get(f"{META}word-count", "")
        if stated.isdecimal() and len(stated) < 8:
            return int(stated) or None
    return None


def _squeezed(text: str | None) -> str:
    """White space in the file is one space; spaces that matter have elements of their own."""
    return re.sub(r"[ \t\r\n]+", " ", text or "")


def _span(cell: Element, what: str, attribute: str) -> str:
    stated = cell.get(f"{TABLE}number-{what}-spanned", "1")
    return f' {attribute}="{stated}"' if stated.isdecimal() and 1 < int(stated) <= 1000 else ""


def _inside(element: Element, top: Element, tag: str) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if parent.tag == tag:
            return True
        parent = parent.getparent()
    return False
