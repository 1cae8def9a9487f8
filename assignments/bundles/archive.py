"""The portfolio as a ZIP that outlives the system: it opens anywhere, and anybody can check that nothing was changed.

Written to disk part by part: a video of half a gigabyte passes through a megabyte of memory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone

from assignments import declarations
from assignments.bundles import pages
from assignments.bundles.source import CHUNK, Source

MANIFEST = "manifest-sha256.txt"
_FIRST_DAY = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the beginning of time in a ZIP, which knows no zones
_SQUEEZED = (".html", ".css", ".json", ".txt")
Told = Callable[[str, int], None]


def pack(source: Source, path: Path, *, told: Told = lambda stage, share: None) -> None:
    """Write the ZIP. `told` hears the stage and how far it is, in per cent."""
    files = pages.chosen(source)
    told("Printing the PDF", 10)
    pdf = path.with_suffix(".pdf")
    pages.print_to(source, pdf)
    there = [one for one in files if one.piece.is_there]
    total, done = sum(one.piece.size for one in there) + pdf.stat().st_size or 1, 0
    told("Packing the files", 40)
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        lines = [
            _add(archive, source, "index.html", [_index(source, files)]),
            _add(archive, source, "portfolio.css", [_stylesheet()]),
            _add(archive, source, pages.FACTS, [source.canonical]),
            _add(archive, source, "cover-sheet.txt", [_cover_sheet(source)]),
        ]
        large = [("portfolio.pdf", _read(pdf), pdf.stat().st_size)]
        large += [(one.path, one.piece.chunks(), one.piece.size) for one in there]
        for name, chunks, size in large:
            lines.append(_add(archive, source, name, _counted(chunks, told, done, total), size=size))
            done += size
        remarks = [f"# {line}\n" for line in source.problems]
        _add(archive, source, MANIFEST, ["".join([*remarks, *lines]).encode()])
    pdf.unlink()


def _add(archive: zipfile.ZipFile, source: Source, name: str, chunks: Iterable[bytes], *, size: int = 0) -> str:
    """Put one file in and return its line for the manifest."""
    when = max(_FIRST_DAY, timezone.make_naive(source.moment))
    info = zipfile.ZipInfo(name, date_time=(when.year, when.month, when.day, when.hour, when.minute, when.second))
    info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(_SQUEEZED) and "/" not in name else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    info.create_system = 3
    info.file_size = size
    found = hashlib.sha256()
    with archive.open(info, "w") as inside:
        for chunk in chunks:
            found.update(chunk)
            inside.write(chunk)
    return f"{found.hexdigest()}  {name}\n"


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _counted(chunks: Iterable[bytes], told: Told, done: int, total: int) -> Iterator[bytes]:
    """The same chunks, with word of how much is packed of all there is."""
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        told("Packing the files", 40 + 60 * done // total)


def _index(source: Source, files: list[pages.File]) -> bytes:
    return render_to_string("assignments/bundle_index.html", pages.context_of(source, files)).encode()


def _stylesheet() -> bytes:
    return Path(str(finders.find("css/print/archive.css"))).read_bytes()


def _cover_sheet(source: Source) -> bytes:
    lines = [pages.title_of(source), "", *(f"{label}: {value}" for label, value in pages.cover_of(source))]
    lines += ["", *(f"Not as it was handed in: {pages.plain(one)}" for one in source.problems)]
    if signed := source.declaration:
        lines += [
            "",
            "Declaration",
            "",
            signed.wording,
            "",
            f"On the use of AI: {declarations.ai_word(signed.ai_use)}. {signed.ai_statement}".strip(),
        ]
        lines += [f"Signed: {pages.plain(signed.signed_name)}, {pages.said_moment(signed.signed_at)}"]
    return ("\n".join(lines).strip() + "\n").encode()
