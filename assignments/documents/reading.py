"""A document made into safe HTML with an outline and a word count. What is inside each format is read elsewhere."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.metadata import version

import lxml.html
import nh3
from PIL import Image

from assignments import word_count
from assignments.word_count import Counts, Passage, Place

from . import opendocument, portable, word
from .archives import Element
from .inspection import Source, content_of
from .kinds import Kind, Unacceptable

FIGURES = 60
FIGURE_BYTES = 8 * 1024 * 1024
FIGURES_BYTES = 20 * 1024 * 1024
_FIGURE_PIXELS = 60_000_000
_PICTURES = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "GIF": ("gif", "image/gif")}

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_BLOCKS = {"p", "li", "ul", "ol", "table", "thead", "tbody", "tr", "td", "th", "blockquote", *HEADINGS}
_TAGS = _BLOCKS | {"a", "sup", "sub", "strong", "em", "s", "br", "img"}
_ATTRIBUTES = {
    "a": {"href", "id"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    **{tag: {"id"} for tag in ("p", "li", "sup", *HEADINGS)},
}
_CLASSES = {"h2": {"title"}, "p": {"subtitle", "caption"}, "ol": {"notes"}}
_ID = re.compile(r"(?:p[0-9]{1,6}|essay-[A-Za-z0-9_.-]{1,80})")
_NOTE = re.compile(r"#?essay-(?:footnote|endnote|note)-[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the outline. Its words are all up to the next heading of its level, its own included."""

    level: int
    title: str
    id: str
    words: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture taken out of the document. The HTML names it `figure:N`, N its place in the list."""

    name: str
    content: bytes
    mime: str
    alt: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is exactly the text content of `html`, so that positions in one are positions in the other."""

    html: str
    text: str
    outline: tuple[Section, ...]
    figures: tuple[Figure, ...]
    converter: str
    counts: Counts


def read(source: Source, kind: Kind) -> Reading:
    """The document for reading in the browser. Only for kinds that are `readable`, after `inspect`."""
    content = content_of(source)
    figures = _Figures()
    raw, counts = _READERS[kind](content, figures.keep) if kind in _READERS else _unreadable(kind)
    safe, outline = _arranged(raw)
    return Reading(safe, text_of(safe), outline, tuple(figures.kept), converter(kind), counts)


def count(source: Source, kind: Kind) -> Counts:
    """The word count alone, without HTML."""
    content = content_of(source)
    if kind is Kind.DOCX:
        document = word.open_word(content)
        return word_count.count(document.passages, notes=document.notes, stated=document.stated)
    if kind not in _READERS:
        _unreadable(kind)
    return _READERS[kind](content, lambda _content, _alt: None)[1]


def converter(kind: Kind) -> str:
    """What made the HTML. Comments are anchored to its text, so it is stored beside them."""
    tools = {Kind.DOCX: ("mammoth",), Kind.PDF: ("pypdfium2",)}.get(kind, ())
    return ", ".join(["waymark 1", *(f"{tool} {version(tool)}" for tool in (*tools, "nh3"))])


def text_of(safe: str) -> str:
    """The text content of the HTML, as a browser gives it."""
    parser = _Text()
    parser.feed(safe)
    parser.close()
    return "".join(parser.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


class _Figures:
    def __init__(self) -> None:
        self.kept: list[Figure] = []
        self._bytes = 0

    def keep(self, content: bytes, alt: str) -> str | None:
        """Keep a picture a browser can show; others stay in the original file."""
        if len(self.kept) >= FIGURES or len(content) > FIGURE_BYTES or self._bytes + len(content) > FIGURES_BYTES:
            return None
        try:
            with Image.open(io.BytesIO(content)) as picture:
                known = _PICTURES.get(picture.format or "")
                wide, high = picture.size
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return None
        if known is None or wide * high > _FIGURE_PIXELS:
            return None
        number = len(self.kept)
        self.kept.append(Figure(f"figure-{number}.{known[0]}", content, known[1], alt[:500]))
        self._bytes += len(content)
        return f"figure:{number}"


Keep = Callable[[bytes, str], str | None]


def _read_word(content: bytes, keep: Keep) -> tuple[str, Counts]:
    document = word.open_word(content)
    return document.html(keep), word_count.count(document.passages, notes=document.notes, stated=document.stated)


def _read_opendocument(content: bytes, keep: Keep) -> tuple[str, Counts]:
    document = opendocument.open_text(content, keep)
    return document.html, word_count.count(document.passages, notes=document.notes, stated=document.stated)


def _read_portable(content: bytes, _keep: Keep) -> tuple[str, Counts]:
    passages = portable.passages(content)
    return _plain_html(passages), word_count.count(passages, about=True)


def _read_text(content: bytes, _keep: Keep) -> tuple[str, Counts]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    passages = [Passage(one) for one in re.split(r"\r?\n[ \t]*\r?\n", text) if one.strip()]
    return _plain_html(passages), word_count.count(passages)


def _read_picture(content: bytes, keep: Keep) -> tuple[str, Counts]:
    address = keep(content, "")
    shown = f'<p><img src="{address}" alt=""></p>' if address else "<p>[picture not shown]</p>"
    return shown, Counts(0, 0, 0)


_READERS: dict[Kind, Callable[[bytes, Keep], tuple[str, Counts]]] = {
    Kind.DOCX: _read_word,
    Kind.ODT: _read_opendocument,
    Kind.PDF: _read_portable,
    Kind.TXT: _read_text,
    Kind.PNG: _read_picture,
    Kind.JPEG: _read_picture,
}


def _unreadable(kind: Kind) -> tuple[str, Counts]:
    raise Unacceptable(f"This file ({kind.label}) cannot be shown here. Download it to open it.")


def _plain_html(passages: list[Passage]) -> str:
    found = []
    for passage in passages:
        tag = f"h{min(passage.level + 1, 6)}" if passage.place is Place.HEADING else "p"
        found.append(f"<{tag}>{html.escape(passage.text)}</{tag}>")
    return "".join(found)


def clean(raw: str) -> str:
    """Only what is listed survives: no script, style, handler, foreign picture or address of another scheme."""
    return nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_attribute,
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math", "noscript", "title"},
        url_schemes={"http", "https", "mailto", "figure"},
        link_rel="noopener nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return value if _ID.fullmatch(value) else None
    if name == "src":
        return value if re.fullmatch(r"figure:[0-9]{1,3}", value) else None
    if name == "href":
        return value if re.match(r"(?:https?://|mailto:|#essay-)", value, re.IGNORECASE) else None
    if name in ("colspan", "rowspan"):
        return value if re.fullmatch(r"[0-9]{1,3}", value) else None
    return value


def _arranged(raw: str) -> tuple[str, tuple[Section, ...]]:
    """Give every paragraph an id, every block its own line, and measure the sections."""
    lifted = re.sub(r"<(/?)h1\b", r"<\1h2", raw)
    root = lxml.html.fragment_fromstring(clean(lifted), create_parent="div")
    _mark_notes(root)
    _number(root)
    outline = _outline(root)
    inner = (html.escape(root.text or "", quote=False)) + "".join(
        lxml.html.tostring(child, encoding="unicode", with_tail=True) for child in root
    )
    return clean(inner), outline


def _mark_notes(root: Element) -> None:
    for notes in root.iterchildren("ol"):
        first = next(iter(notes), None)
        if first is not None and _NOTE.fullmatch(first.get("id", "")):
            notes.set("class", "notes")


def _number(root: Element) -> None:
    number, seen = 0, set()
    for element in root.iter():
        given = element.get("id")
        if given is not None and (given in seen or not given.startswith("essay-")):
            del element.attrib["id"]
            given = None
        if given:
            seen.add(given)
        elif element.tag in ("p", *HEADINGS) or (element.tag == "li" and element.find("p") is None):
            number += 1
            element.set("id", f"p{number}")
        if element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "").lstrip()


def _outline(root: Element) -> tuple[Section, ...]:
    headings: list[list[int | str]] = []
    gathered: list[str] = []

    def close() -> None:
        if headings:
            headings[-1][3] = word_count.words("".join(gathered))
        gathered.clear()

    def walk(element: Element) -> None:
        if element.get("class") == "notes" or (element.tag == "sup" and _marks_note(element)):
            return
        if element.tag in HEADINGS and element.get("class") != "title":
            title = " ".join(_shown(element).split())
            if title:
                close()
                headings.append([int(element.tag[1]) - 1, title, str(element.get("id")), 0])
        if element.tag in _BLOCKS or element.tag == "br":
            gathered.append(" ")
        gathered.append(element.text or "")
        for child in element:
            walk(child)
            gathered.append(child.tail or "")
        if element.tag in _BLOCKS:
            gathered.append(" ")

    walk(root)
    close()
    return tuple(_nested(headings))


def _nested(headings: list[list[int | str]]) -> list[Section]:
    found = []
    for position, (level, title, anchor, own) in enumerate(headings):
        total = int(own)
        for below in headings[position + 1 :]:
            if int(below[0]) <= int(level):
                break
            total += int(below[3])
        found.append(Section(int(level), str(title), str(anchor), total))
    return found


def _marks_note(mark: Element) -> bool:
    link = mark.find("a")
    return link is not None and _NOTE.fullmatch(link.get("href", "")) is not None


def _shown(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if not (child.tag == "sup" and _marks_note(child)):
            parts.append(" " if child.tag == "br" else _shown(child))
        parts.append(child.tail or "")
    return "".join(parts)
