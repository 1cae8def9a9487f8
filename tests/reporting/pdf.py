"""What a reader of a PDF meets: its pages' text, its alternatives, its metadata, its structure."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from core.printing import walk

_open: list[pikepdf.Pdf] = []


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, with plain spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [plain(page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\ufffe", "-").replace("\x02", "-").split())


def structure(pdf: bytes) -> list[Any]:
    """The elements of the structure tree. The file stays open as long as they are held."""
    document = pikepdf.open(io.BytesIO(pdf))
    _open.append(document)
    return list(walk(document.Root.StructTreeRoot.K))


def everything_said(pdf: bytes) -> str:
    """Text, alternatives and metadata: wherever a word could hide."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        said = [*page_texts(pdf), *strings_of(document)]
        if "/Metadata" in document.Root:
            said.append(document.Root.Metadata.read_bytes().decode())
    return "\n".join(said)


def strings_of(document: pikepdf.Pdf) -> Iterator[str]:
    """Every string in the document's objects: alternatives, titles, outlines, the information dictionary."""
    for one in document.objects:
        yield from _strings(one, depth=0)
    yield from _strings(document.trailer.get("/Info", pikepdf.Dictionary()), depth=0)


def _strings(one: Any, *, depth: int) -> Iterator[str]:
    if isinstance(one, pikepdf.String):
        yield plain(str(one))
    elif depth < 4 and isinstance(one, pikepdf.Array):
        for kid in one:
            if not (hasattr(kid, "is_indirect") and kid.is_indirect):
                yield from _strings(kid, depth=depth + 1)
    elif depth < 4 and isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        for _, kid in one.items():
            if not (hasattr(kid, "is_indirect") and kid.is_indirect):
                yield from _strings(kid, depth=depth + 1)
