"""HTML to PDF. The only module that knows WeasyPrint and pikepdf; see docs/adr/0020-pdf.md.

What costs most is made once for the life of the process: the font configuration, the parsed style sheets and the URL
fetcher. The fetcher serves our static files from memory and nothing else, so a document can reach neither the network nor
the disk. The garbage collector rests during a render, and one lock keeps renders apart, for both are shared.
"""

import gc
import io
import logging
import mimetypes
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cssselect2
import pikepdf
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STATIC = "https://static.invalid/"
"""Where the documents' files seem to lie. No such host can exist (RFC 2606); only the fetcher knows it."""
FONTS = "css/print/fonts.css"
ACCENT = "#0E5A60"
"""The colour of the house, where nobody has another."""
CONTRAST = 4.5
PIXEL = 0.75
"""Points to a CSS pixel."""

_one_at_a_time = threading.Lock()


def pdf(html: str, identifier: str, *, stylesheet: str, accent: str = ACCENT) -> bytes:
    """A tagged PDF/UA-1 from HTML. Equal arguments give equal bytes on machines with the same typefaces.

    A letter that no typeface of the machine has stands as its number in Unicode, for PDF/UA knows no empty boxes.
    """
    with _one_at_a_time, _without_collection():
        names = (FONTS, stylesheet)
        with _Undrawn() as undrawn:
            raw = _written(html, identifier, names, accent)
        if undrawn.letters:
            raw = _written(undrawn.spelt(html), identifier, names, accent)
        return _repaired(raw)


def _written(html: str, identifier: str, stylesheets: Iterable[str], accent: str) -> bytes:
    try:
        raw: bytes = _page(html).write_pdf(
            stylesheets=[*map(_sheet, stylesheets), _accent(accent)],
            font_config=_fonts(),
            pdf_variant="pdf/ua-1",
            pdf_identifier=identifier.encode(),
        )
    except FatalURLFetchingError as failure:  # not an Exception, so nothing further up would catch it
        raise Unavailable(str(failure.__cause__ or failure)) from failure
    return raw


class _Undrawn(logging.Filter):
    """Letters that were drawn as empty boxes: WeasyPrint tells of them in its log only."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.letters.add(str(record.args[0]))
            return False
        return True

    def __enter__(self) -> "_Undrawn":
        LOGGER.addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        LOGGER.removeFilter(self)

    def spelt(self, html: str) -> str:
        """The same page with each such letter of its body as its number; the title keeps its letters."""
        head, body, rest = html.partition("<body")
        return head + body + rest.translate({ord(one): f"[U+{ord(one):04X}]" for one in self.letters})


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF. `read` is called once, when its turn has come, so that one file at a time is in memory."""

    name: str
    read: Callable[[], bytes]
    mime: str
    description: str


def attach(document: bytes, files: Iterable[Attachment], *, to: Path) -> None:
    """Write the PDF to a file with these files inside it, associated with it as supplements. Names must differ."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        associated = pikepdf.Array()
        for one in files:
            spec = pikepdf.AttachedFileSpec(
                pdf,
                one.read(),
                filename=one.name,
                description=one.description,
                mime_type=one.mime,
                relationship=pikepdf.Name.Supplement,
            )
            pdf.attachments[one.name] = spec
            associated.append(spec.obj)
        if len(associated):
            pdf.Root.AF = associated
        pdf.save(to, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _page(html: str) -> HTML:
    """Our templates are well-formed, and the parser of XML takes a twentieth of the time of that of HTML."""
    try:
        return _WellFormed(ElementTree.fromstring(html))  # noqa: S314 - no document type of anybody else's comes here
    except ElementTree.ParseError:
        return HTML(string=html, base_url=STATIC, url_fetcher=_fetcher())


class _WellFormed(HTML):
    """A page that is parsed already; its parent would parse it from a string."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.base_url = STATIC
        self.url_fetcher = _fetcher()
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class Unavailable(Exception):
    """The document asks for a file that is not ours or not there: no document at all, rather than one with a gap."""


class _without_collection:
    """No garbage collection: a render makes many objects and few cycles."""

    def __enter__(self) -> None:
        self.was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self.was_on:
            gc.enable()


# --- what is shared --------------------------------------------------------------------------------------------------


class StaticFilesOnly(URLFetcher):
    """Serves our own static files, each read once; refuses every other address."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        body, kind = _static_file(url)
        return URLFetcherResponse(url, body, {"Content-Type": kind})


@lru_cache(maxsize=256)
def _static_file(url: str) -> tuple[bytes, str]:
    if not url.startswith(STATIC):
        raise ValueError(f"A document may use our static files only, not {url[:80]}")
    name = url.removeprefix(STATIC).partition("?")[0].partition("#")[0]
    try:
        found = finders.find(name)
    except SuspiciousFileOperation:
        found = None
    if not found or not Path(found).is_file():
        raise ValueError(f"No static file {name[:80]}")
    return Path(found).read_bytes(), mimetypes.guess_type(name)[0] or "font/woff2"


@lru_cache(maxsize=1)
def _fetcher() -> StaticFilesOnly:
    return StaticFilesOnly(fail_on_errors=True)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@lru_cache(maxsize=16)
def _sheet(name: str) -> CSS:
    return CSS(url=STATIC + name, font_config=_fonts(), url_fetcher=_fetcher())


@lru_cache(maxsize=64)
def _accent(colour: str) -> CSS:
    """The accent, if it can be read on paper."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) or contrast_on_white(colour) < CONTRAST:
        raise ValueError(f"An accent is #RRGGBB with a contrast of {CONTRAST} to 1 on white, not {colour!r}.")
    return CSS(string=f":root {{ --accent: {colour}; }}", url_fetcher=_fetcher())


def contrast_on_white(colour: str) -> float:
    """As the accessibility guidelines compute it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


# --- what WeasyPrint leaves undone -----------------------------------------------------------------------------------


def _repaired(raw: bytes) -> bytes:
    """Scope on each TH, spanning headers on each column they span, the box of a Figure in points from below, and links
    inside the document named in words: `A-heading` becomes "A heading".
    """
    with pikepdf.open(io.BytesIO(raw)) as document:
        height = float(document.pages[0].MediaBox[3])
        table: Any = None
        spanned: list[Any] = []
        for node in walk(document.Root.StructTreeRoot.K):
            if node.S == "/Table":
                table = node
            elif node.S == "/TH":
                heads = _within(node, "/THead")
                node.A.Scope = pikepdf.Name("/Column" if heads else "/Row")
                if heads and "/ColSpan" in node.A and (not spanned or spanned[-1].objgen != table.objgen):
                    spanned.append(table)
            elif node.S == "/Figure" and "/A" in node and "/BBox" in node.A:
                x1, y1, x2, y2 = (float(value) * PIXEL for value in node.A.BBox)
                node.A.BBox = pikepdf.Array([round(value, 2) for value in (x1, height - y2, x2, height - y1)])
        for one in spanned:
            _link_spanning_headers(one)
        for page in document.pages:
            for link in page.get("/Annots", []):
                if "/Dest" in link:
                    link.Contents = pikepdf.String(str(link.Dest).replace("-", " "))
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def walk(node: Any) -> Iterator[Any]:
    """Every element of the structure tree, in reading order."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from walk(kid)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from walk(node.K)


def _link_spanning_headers(table: Any) -> None:
    spans: dict[int, list[Any]] = {}
    for row in (node for node in walk(table.K) if node.S == "/TR"):
        column, heads = 0, _within(row, "/THead")
        for cell in (kid for kid in row.K if kid.S in ("/TH", "/TD")):
            width = int(cell.A.get("/ColSpan", 1))
            if heads and cell.S == "/TH" and width > 1:
                for covered in range(column, column + width):
                    spans.setdefault(covered, []).append(cell.ID)
            elif cell.S == "/TD" and "/Headers" in cell.A:
                held = {str(one) for one in cell.A.Headers}
                cell.A.Headers.extend(one for one in spans.get(column, []) if str(one) not in held)
            column += width


def _within(node: Any, kind: str) -> bool:
    while "/P" in node and "/S" in node:
        node = node.P
        if node.get("/S") == kind:
            return True
    return False
