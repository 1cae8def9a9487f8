"""Raw HTML made inert, its paragraphs named, its sections measured. Where the HTML comes from is not known here."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import lxml.html
import nh3

from assignments import word_count

from .archives import Element

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


def arranged(raw: str) -> tuple[str, tuple[Section, ...]]:
    """Give every paragraph an id, every block and what follows a break its own line, and measure the sections."""
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
        if element.tag in _BLOCKS or element.tag == "br":
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
