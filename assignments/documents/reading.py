"""A document as its reader sees it: safe HTML, outline, figures, counts. Each format is read in its own module."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from PIL import Image

from assignments import word_count
from assignments.word_count import Counts, Passage, Place

from . import opendocument, portable, word, written
from .arrangement import Section, arranged, text_of
from .inspection import Source, content_of
from .kinds import Kind, Unacceptable

FIGURES = 60
FIGURE_BYTES = 8 * 1024 * 1024
FIGURES_BYTES = 20 * 1024 * 1024
_FIGURE_PIXELS = 60_000_000
PICTURES = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "GIF": ("gif", "image/gif")}


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
    content = content_of(source, kind)
    figures = _Figures()
    raw, counts = _READERS[kind](content, figures.keep) if kind in _READERS else _unreadable(kind)
    safe, outline = arranged(raw)
    return Reading(safe, text_of(safe), outline, tuple(figures.kept), converter(kind), counts)


def count(source: Source, kind: Kind) -> Counts:
    """The word count alone, without HTML."""
    content = content_of(source, kind)
    if kind is Kind.DOCX:
        document = word.open_word(content)
        return word_count.count(document.passages, notes=document.notes, stated=document.stated)
    if kind not in _READERS:
        _unreadable(kind)
    return _READERS[kind](content, lambda _content, _alt: None)[1]


def converter(kind: Kind) -> str:
    """What made the HTML. Comments are anchored to its text, so it is stored beside them."""
    tools = {Kind.DOCX: ("mammoth",), Kind.PDF: ("pypdfium2",), Kind.WRITTEN: ("markdown-it-py",)}.get(kind, ())
    return ", ".join(["waymark 2", *(f"{tool} {version(tool)}" for tool in (*tools, "nh3"))])


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
                known = PICTURES.get(picture.format or "")
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


def _read_written(content: bytes, _keep: Keep) -> tuple[str, Counts]:
    document = written.open_written(content)
    return document.html, word_count.count(document.passages, notes=document.notes)


def _read_picture(content: bytes, keep: Keep) -> tuple[str, Counts]:
    address = keep(content, "")
    shown = f'<p><img src="{address}" alt=""></p>' if address else "<p>[picture not shown]</p>"
    return shown, Counts(0, 0, 0)


_READERS: dict[Kind, Callable[[bytes, Keep], tuple[str, Counts]]] = {
    Kind.DOCX: _read_word,
    Kind.ODT: _read_opendocument,
    Kind.PDF: _read_portable,
    Kind.TXT: _read_text,
    Kind.WRITTEN: _read_written,
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
