"""Word documents (.docx): passages, notes and HTML. The HTML is not yet safe; `arrangement` makes it so."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import mammoth
from lxml import etree
from mammoth import html as mammoth_html

from assignments.word_count import Passage, Place, looks_like_heading

from . import archives
from .archives import Archive, Element
from .kinds import Unacceptable
from .tracked import STRICT, TRANSITIONAL, Styles, on, settle, style_of

PREFIX = "essay-"
_STYLE_MAP = "\n".join(
    [
        "p.wmtitle => h1.title:fresh",
        "p.wmsubtitle => p.subtitle:fresh",
        "p.wmcaption => p.caption:fresh",
        "p.wmquote => blockquote > p:fresh",
        *(f"p.wmheading{level} => h{min(level + 1, 6)}:fresh" for level in range(1, 10)),
    ]
)
# The conversion takes some 20 microseconds for each element and 100 for each paragraph.
# A citation that a program manages takes three or four field marks.
FIELDS = 5_000
CHANGES = 10_000
CONVERTED = 50_000
NOTES = 1_000
_MEDIA_BYTES = 20 * 1024 * 1024
_NOTES = ("footnote", "endnote")
# As Word names them, as LibreOffice does in its .docx, and as some universities' templates do.
_QUOTATIONS = frozenset({"quote", "intense quote", "block text", "quotations", "block quotation", "block quote"})
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SHOWN = frozenset({"b", "i", "strike", "vertAlign", "rStyle", "pStyle", "numPr"})


@dataclass(frozen=True, slots=True)
class WordDocument:
    """A settled document: its parts as bytes, ready to be converted, and what was counted in them."""

    passages: list[Passage]
    notes: list[str]
    stated: int | None
    parts: dict[str, bytes]

    def html(self, keep_figure: Callable[[bytes, str], str | None]) -> str:
        """HTML by mammoth; `keep_figure` takes a picture and its alternative text and answers with its address."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
            for name, content in self.parts.items():
                target.writestr(name, content)

        def picture(image: Any) -> list[Any]:
            with image.open() as opened:
                address = keep_figure(opened.read(), image.alt_text or "")
            if address is None:
                return [mammoth_html.text("[picture not shown]")]
            return [mammoth_html.element("img", {"src": address, "alt": image.alt_text or ""})]

        packed.seek(0)
        try:
            converted = mammoth.convert_to_html(
                packed,
                style_map=_STYLE_MAP,
                include_embedded_style_map=False,
                convert_image=picture,
                id_prefix=PREFIX,
            )
        except Exception as error:  # The converter fails in ways of its own on damaged parts.
            raise Unacceptable(archives.CORRUPT) from error
        return str(converted.value)


def open_word(content: bytes) -> WordDocument:
    archive = Archive(content)
    main = _main_part(archive)
    relations = _relations(archive, main)
    root = archive.xml(main)
    if root.tag not in (f"{{{TRANSITIONAL}}}document", f"{{{STRICT}}}document"):
        raise Unacceptable(archives.CORRUPT)
    w = root.tag.partition("}")[0] + "}"
    _check_amount(root, w)
    sheet = _part(archive, relations, "styles")
    styles = Styles(sheet)
    settle(root, styles)
    parts = _copied(archive, main)
    notes, roots = [], [root]
    for kind in _NOTES:
        if (part := relations.get(f"{kind}s")) and part in archive.names:
            roots.append(archive.xml(part))
            texts = _notes(roots[-1], kind, styles)
            parts[part] = _written(roots[-1])
            wanted = dict.fromkeys(mark.get(f"{w}id") for mark in root.iter(f"{w}{kind}Reference"))
            notes += [texts[one] for one in wanted if one in texts]
            _drop_dangling(root, w, kind, texts)
        else:
            _drop_dangling(root, w, kind, {})
    passages = _passages(root, w, styles)
    _slim(root, w)
    if root.xpath("count(//*)") > CONVERTED:
        raise Unacceptable(archives.COMPLICATED)
    parts[main] = _written(root)
    if sheet is not None:
        parts[relations["styles"]] = _slimmed_styles(sheet, roots)
    return WordDocument(passages, notes, _stated(archive), parts)


def _check_amount(root: Element, w: str) -> None:
    limits = {
        "count(//w:p)": archives.PARAGRAPHS,
        "count(//w:fldChar)": FIELDS,
        "count(//w:ins | //w:del)": CHANGES,
        "string-length(/)": archives.CHARACTERS,
    }
    if any(root.xpath(asked, namespaces={"w": w[1:-1]}) > most for asked, most in limits.items()):
        raise Unacceptable(archives.COMPLICATED)


def _slim(root: Element, w: str) -> None:
    """Fonts, languages and sizes are most of a document's elements, and none of them reaches the HTML."""
    for element in root.iter(f"{w}p", f"{w}r", f"{w}tr"):
        # Numbers of the sessions in which something was edited.
        element.attrib.clear()
    for properties in root.iter(f"{w}rPr", f"{w}pPr"):
        for child in [one for one in properties if one.tag.partition("}")[2] not in _SHOWN]:
            properties.remove(child)
    # Each time a sentence is edited, a word processor cuts it into more runs.
    alike: list[Element] = []
    look = b""
    for run in [*root.iter(f"{w}r"), None]:
        plain = run is not None and all(child.tag in (f"{w}rPr", f"{w}t") for child in run)
        properties = run.find(f"{w}rPr") if plain else None
        same = b"" if properties is None else etree.tostring(properties)
        if plain and alike and run.getprevious() is alike[-1] and same == look:
            alike.append(run)
            continue
        _join_runs(alike, w)
        alike, look = ([run] if plain else []), same


def _join_runs(runs: list[Element], w: str) -> None:
    texts = [text for run in runs for text in run.findall(f"{w}t")]
    if len(texts) < 2:
        return
    texts[0].text = "".join(text.text or "" for text in texts)
    texts[0].set(_SPACE, "preserve")
    first = texts[0].getparent()
    for text in texts[1:]:
        if text.getparent() is first:
            first.remove(text)
    for run in runs:
        if run is not first:
            run.getparent().remove(run)


def _slimmed_styles(sheet: Element, roots: list[Element]) -> bytes:
    """The names and the numbering of the styles in use: a full sheet takes longer to convert than the text."""
    w = sheet.tag.partition("}")[0] + "}"
    asked = f"{w}pStyle", f"{w}rStyle", f"{w}tblStyle"
    used = {mark.get(f"{w}val") for root in roots for mark in root.iter(*asked)}
    for child in [one for one in sheet if one.tag != f"{w}style" or one.get(f"{w}styleId") not in used]:
        sheet.remove(child)
    for style in sheet:
        for child in [one for one in style if one.tag not in (f"{w}name", f"{w}basedOn", f"{w}pPr")]:
            style.remove(child)
    _slim(sheet, w)
    return _written(sheet)


def _written(root: Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _main_part(archive: Archive) -> str:
    for relation in archive.xml("_rels/.rels"):
        if str(relation.get("Type", "")).endswith("/officeDocument"):
            name = str(relation.get("Target", "")).lstrip("/")
            if name in archive.names:
                return name
    raise Unacceptable(archives.CORRUPT)


def _relations(archive: Archive, part: str) -> dict[str, str]:
    """The parts a part points to, by the last word of the relation's type."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels".lstrip("/")
    if name not in archive.names:
        return {}
    found = {}
    for relation in archive.xml(name):
        if relation.get("TargetMode") != "External":
            target = str(relation.get("Target", ""))
            whole = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            found[str(relation.get("Type", "")).rpartition("/")[2]] = whole
    return found


def _part(archive: Archive, relations: dict[str, str], kind: str) -> Element | None:
    name = relations.get(kind)
    return archive.xml(name) if name and name in archive.names else None


def _copied(archive: Archive, main: str) -> dict[str, bytes]:
    """The parts a conversion needs. Comments, headers, embedded objects and fonts are left behind."""
    wanted = re.compile(r"(?:^\[Content_Types\]\.xml$|\.rels$|/(?:styles|numbering)[0-9]*\.xml$|/media/[^/]+$)")
    found, left = {}, _MEDIA_BYTES
    for name in sorted(archive.names):
        if name == main or not wanted.search(name):
            continue
        size = archive.size(name)
        is_kept = "/media/" not in name or size <= left
        left -= size if is_kept and "/media/" in name else 0
        found[name] = archive.read(name) if is_kept else b""
    return found


def _notes(root: Element, kind: str, styles: Styles) -> dict[str, str]:
    """The text of each note by its id, from a tree that is settled on the way."""
    w = root.tag.partition("}")[0] + "}"
    _check_amount(root, w)
    if root.xpath("count(w:*)", namespaces={"w": w[1:-1]}) > NOTES:
        raise Unacceptable(archives.COMPLICATED)
    settle(root, styles)
    texts = {}
    for note in root.iterchildren(f"{w}{kind}"):
        if note.get(f"{w}type") in (None, "normal"):
            texts[str(note.get(f"{w}id"))] = " ".join(_text(paragraph, w) for paragraph in note.iter(f"{w}p"))
    _slim(root, w)
    return texts


def _drop_dangling(root: Element, w: str, kind: str, texts: dict[str, str]) -> None:
    for mark in list(root.iter(f"{w}{kind}Reference")):
        if mark.get(f"{w}id") not in texts:
            mark.getparent().remove(mark)


def _stated(archive: Archive) -> int | None:
    """The count the document's own program stored in it last. Zero is what programs write that do not count."""
    if "docProps/app.xml" not in archive.names:
        return None
    for element in archive.xml("docProps/app.xml").iter("{*}Words"):
        text = (element.text or "").strip()
        if text.isdecimal() and len(text) < 8:
            return int(text) or None
    return None


def _passages(root: Element, w: str, styles: Styles) -> list[Passage]:
    """Each paragraph once, marking its own element with a style that the conversion knows."""
    found = []
    paragraphs = list(root.iter(f"{w}p"))
    headed = False
    for paragraph in paragraphs:
        passage = _passage(paragraph, w, styles)
        headed = headed or passage.place is Place.HEADING
        found.append(passage)
    if not headed:
        found = [_heading_by_look(passage) for passage in found]
    for paragraph, passage in zip(paragraphs, found, strict=True):
        _mark(paragraph, passage, w, styles)
    return [passage for passage in found if passage.text.strip()]


def _passage(paragraph: Element, w: str, styles: Styles) -> Passage:
    text, style = _text(paragraph, w), style_of(paragraph, w)
    bold = bool(text.strip()) and _bold(paragraph, w, styles, style)
    in_cell = any(True for _ in paragraph.iterancestors(f"{w}tc"))
    outline = paragraph.find(f"{w}pPr/{w}outlineLvl")
    level = styles.level(style)
    if outline is not None and outline.get(f"{w}val", "9").isdecimal():
        level = int(outline.get(f"{w}val")) + 1 if int(outline.get(f"{w}val")) < 9 else 0
    if in_cell:
        return Passage(text, Place.CELL, bold=bold)
    names = styles.names(style)
    if "title" in names:
        return Passage(text, Place.TITLE, bold=bold)
    if level and text.strip():
        return Passage(text, Place.HEADING, min(level, 9), bold=bold)
    if "caption" in names:
        return Passage(text, Place.CAPTION, bold=bold)
    if not _QUOTATIONS.isdisjoint(names):
        return Passage(text, Place.QUOTATION, bold=bold)
    if paragraph.find(f"{w}pPr/{w}numPr") is not None:
        return Passage(text, Place.ITEM, bold=bold)
    return Passage(text, bold=bold)


def _heading_by_look(passage: Passage) -> Passage:
    if passage.bold and passage.place in (Place.TEXT, Place.ITEM) and looks_like_heading(passage.text):
        return replace(passage, place=Place.HEADING, level=1)
    return passage


def _mark(paragraph: Element, passage: Passage, w: str, styles: Styles) -> None:
    names = styles.names(style_of(paragraph, w))
    style = ""
    if passage.place is Place.HEADING:
        style = f"wmheading{passage.level}"
    elif passage.place is Place.TITLE:
        style = "wmtitle"
    elif "subtitle" in names:
        style = "wmsubtitle"
    elif "caption" in names:
        style = "wmcaption"
    elif not _QUOTATIONS.isdisjoint(names):
        style = "wmquote"
    elif any(re.fullmatch(r"heading [1-9]", name) for name in names) or re.match(
        r"(?i)heading|title", style_of(paragraph, w) or ""
    ):
        style = "wmplain"
    if not style:
        return
    properties = paragraph.find(f"{w}pPr")
    if properties is None:
        properties = paragraph.makeelement(f"{w}pPr")
        paragraph.insert(0, properties)
    mark = properties.find(f"{w}pStyle")
    if mark is None:
        mark = properties.makeelement(f"{w}pStyle")
        properties.insert(0, mark)
    mark.set(f"{w}val", style)


def _text(paragraph: Element, w: str) -> str:
    parts = []
    for run in paragraph.iter(f"{w}r"):
        for child in run:
            if child.tag == f"{w}t":
                parts.append(child.text or "")
            elif child.tag in (f"{w}tab", f"{w}ptab", f"{w}br", f"{w}cr"):
                parts.append(" ")
            elif child.tag == f"{w}noBreakHyphen":
                parts.append("\u2011")
    return "".join(parts)


def _bold(paragraph: Element, w: str, styles: Styles, style: str | None) -> bool:
    by_style = styles.is_on(style, "b")
    for run in paragraph.iter(f"{w}r"):
        if not any((text.text or "").strip() for text in run.iterchildren(f"{w}t")):
            continue
        direct = run.find(f"{w}rPr/{w}b")
        run_style = run.find(f"{w}rPr/{w}rStyle")
        by_run_style = run_style is not None and styles.is_on(run_style.get(f"{w}val"), "b")
        if not (on(direct, w) if direct is not None else by_style or by_run_style):
            return False
    return True
