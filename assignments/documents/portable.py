"""PDF: whether it may be read, and its text as passages. Its pictures are not taken out."""

import io
import re
import statistics
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

from assignments.word_count import Passage, Place, looks_like_heading

from .kinds import Unacceptable

PAGES = 200
STREAM_BYTES = 100 * 1024 * 1024
ENOUGH_TEXT = 40

# PDFium keeps state for the whole process and is not safe in threads.
_ONE_AT_A_TIME = threading.Lock()

_CORRUPT = "This PDF is damaged and cannot be opened. Export it again from your word processor."
_ACTIVE = "This PDF runs a script or starts a program when it is opened. Export it again from your word processor."
_NO_TEXT = (
    "This PDF holds pictures of pages and no text. Export it as PDF from your word processor, or choose the .docx "
    "itself."
)
_ENDLESS = "This PDF unpacks to far more than a document holds. Export it again from your word processor."
_BREAKS = "\x02\ufffe\u00ad"
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?[-–]?\s*[0-9]{1,4}\s*[-–]?(?:\s*(?:of|/)\s*[0-9]{1,4})?$", re.IGNORECASE)
_ENDED = (".", "?", "!", ":", ";", "”", '"', ")", "’")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    page: int
    left: float
    right: float
    top: float
    size: float
    bold: bool


def check(content: bytes, *, scanned: bool = False) -> None:
    """Refuse a PDF that needs a password, acts by itself, unpacks without end, or has no text."""
    _check_objects(content)
    with _ONE_AT_A_TIME:
        document = _open(content)
        try:
            if len(document) > PAGES:
                raise Unacceptable(
                    f"This PDF has {len(document):,} pages, and {PAGES} is the most that can be taken. Choose the work "
                    "alone."
                )
            if not scanned and not _has_text(document):
                raise Unacceptable(_NO_TEXT)
        except pypdfium2.PdfiumError:
            raise Unacceptable(_CORRUPT) from None
        finally:
            document.close()


def passages(content: bytes) -> list[Passage]:
    """The text as headings and paragraphs, without what repeats at the edges of the pages."""
    with _ONE_AT_A_TIME:
        document = _open(content)
        try:
            pages = [_lines(document, number) for number in range(min(len(document), PAGES))]
        except pypdfium2.PdfiumError:
            raise Unacceptable(_CORRUPT) from None
        finally:
            document.close()
    return list(_paragraphs([line for page in _without_edges(pages) for line in page]))


def _check_objects(content: bytes) -> None:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            names: Any = document.Root.get("/Names", {})
            opening = document.Root.get("/OpenAction")
            acts = opening.get("/S") if isinstance(opening, pikepdf.Dictionary) else None
            if "/JavaScript" in names or acts in ("/JavaScript", "/Launch"):
                raise Unacceptable(_ACTIVE)
            left = STREAM_BYTES
            for one in document.objects:
                if isinstance(one, pikepdf.Stream) and one.get("/Subtype") != "/Image":
                    left -= _unpacked(one, left)
                    if left <= 0:
                        raise Unacceptable(_ENDLESS)
    except pikepdf.PasswordError:
        raise Unacceptable(
            "This PDF is protected by a password. Remove the password, save it and choose it again."
        ) from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        raise Unacceptable(_CORRUPT) from None


def _unpacked(stream: pikepdf.Stream, limit: int) -> int:
    filters = stream.get("/Filter")
    first = filters[0] if isinstance(filters, pikepdf.Array) and len(filters) else filters
    packed = stream.read_raw_bytes()
    if first != "/FlateDecode":
        return len(packed)
    unpacker, total = zlib.decompressobj(), 0
    try:
        while packed and total <= limit:
            total += len(unpacker.decompress(packed, 1024 * 1024))
            packed = unpacker.unconsumed_tail
    except zlib.error:
        pass
    return total


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise Unacceptable(_CORRUPT) from None


def _has_text(document: pypdfium2.PdfDocument) -> bool:
    found = 0
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        found += sum(character.isalnum() for character in text.get_text_range(0, min(text.count_chars(), 5_000)))
        text.close()
        page.close()
        if found >= ENOUGH_TEXT:
            return True
    return False


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    page = document[number]
    text = page.get_textpage()
    whole = text.get_text_range()
    lines, start = [], 0
    for piece in re.split(r"(\r\n|\n|\r)", whole):
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped[0])
            last = first + len(stripped) - 1
            try:
                left, _, _, top = text.get_charbox(first, loose=True)
                _, _, right, _ = text.get_charbox(last, loose=True)
            except (pypdfium2.PdfiumError, ValueError, IndexError):
                left = top = right = 0.0
            size = raw.FPDFText_GetFontSize(text.raw, first)
            bold = raw.FPDFText_GetFontWeight(text.raw, first) >= 600
            lines.append(Line(stripped, number, left, right, top, float(size), bool(bold)))
        start += len(piece)
    text.close()
    page.close()
    return lines


def _without_edges(pages: list[list[Line]]) -> list[list[Line]]:
    """Drop running heads and feet: what stands on most pages at the same edge, and bare page numbers there."""
    edges = Counter(key for page in pages for key in {_edge_key(line) for line in page[:2] + page[-2:]})
    often = max(2, (len(pages) + 1) // 2)
    kept = []
    for page in pages:
        edge = {id(line) for line in page[:2] + page[-2:]}
        kept.append(
            [
                line
                for line in page
                if id(line) not in edge or not (edges[_edge_key(line)] >= often or _PAGE_NUMBER.match(line.text))
            ]
        )
    return kept


def _edge_key(line: Line) -> str:
    return re.sub(r"[0-9]+", "#", line.text)


def _paragraphs(lines: list[Line]) -> Iterator[Passage]:
    if not lines:
        return
    size = statistics.median(line.size for line in lines)
    right = statistics.quantiles((line.right for line in lines), n=10)[-1] if len(lines) > 1 else lines[0].right
    gaps = [a.top - b.top for a, b in pairwise(lines) if a.page == b.page and a.top > b.top]
    gap = statistics.median(gaps) if gaps else size * 1.3
    gathered: list[Line] = []
    for line in lines:
        # A heading on two lines is set wider apart than the text.
        if gathered and _begins(gathered[-1], line, gap=gap * max(1.0, line.size / (size or 1.0)), right=right):
            yield _passage(gathered, size)
            gathered = []
        gathered.append(line)
    yield _passage(gathered, size)


def _begins(before: Line, line: Line, *, gap: float, right: float) -> bool:
    if abs(before.size - line.size) > 0.6 or before.bold != line.bold:
        # A bold or larger word within a paragraph begins no paragraph, a whole line of another size or weight does.
        return abs(before.size - line.size) > 0.6 or before.right < right * 0.85
    if before.page != line.page:
        return before.text.endswith(_ENDED) and before.right < right * 0.97
    if before.top - line.top > gap * 1.3 or line.top > before.top + gap:
        return True
    return before.right < right * 0.8 and before.text.endswith(_ENDED)


def _passage(lines: list[Line], size: float) -> Passage:
    text = lines[0].text
    for line in lines[1:]:
        broken = len(text) > 1 and text[-1] in "-‐" and text[-2].islower() and line.text[0].islower()
        text = text[:-1] + line.text if broken or text[-1] in _BREAKS else f"{text} {line.text}"
    # PDFium joins some broken words itself and leaves its mark where the hyphen was.
    text = re.sub(f"[{_BREAKS}]", "", text)
    larger = min(line.size for line in lines) > size * 1.08
    bold = all(line.bold for line in lines)
    if (larger or bold) and looks_like_heading(text):
        return Passage(text, Place.HEADING, 1 if min(line.size for line in lines) > size * 1.3 else 2, bold=bold)
    return Passage(text, bold=bold)
