"""A ZIP written to disk file by file, each with its fingerprint: half a gigabyte passes through a megabyte of memory."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

CHUNK = 1024 * 1024
MANIFEST = "MANIFEST.sha256"
_FIRST_DAY = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the beginning of time in a ZIP, which knows no zones
_SQUEEZED = (".html", ".css", ".csv", ".json", ".txt")
# What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Archive:
    """`with Archive(path, moment) as archive: archive.add(...)`. Leaving it writes the manifest for `sha256sum -c`."""

    def __init__(self, path: Path, moment: dt.datetime) -> None:
        when = max(_FIRST_DAY, timezone.make_naive(moment))
        self._stamp = (when.year, when.month, when.day, when.hour, when.minute, when.second)
        self._zip = zipfile.ZipFile(path, "w", allowZip64=True)
        self._lines: list[str] = []

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: Any, *rest: object) -> None:
        if kind is None:
            self.add(MANIFEST, ["".join(self._lines).encode()])
        self._zip.close()

    @property
    def count(self) -> int:
        """How many files lie in it, the manifest left out until it is written."""
        return len(self._lines)

    def add(self, name: str, chunks: Iterable[bytes], *, size: int = 0) -> str:
        """Put one file in and return its sha256."""
        info = zipfile.ZipInfo(name, date_time=self._stamp)
        info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(_SQUEEZED) else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        info.create_system = 3
        info.file_size = size
        found = hashlib.sha256()
        with self._zip.open(info, "w") as inside:
            for chunk in chunks:
                found.update(chunk)
                inside.write(chunk)
        self._lines.append(f"{found.hexdigest()}  {name}\n")
        return found.hexdigest()

    def text(self, name: str, text: str) -> str:
        return self.add(name, [text.encode()])


def chunks_of(file: Any) -> Iterator[bytes]:
    """A stored file in parts of a megabyte."""
    with file.open("rb") as opened:
        while part := opened.read(CHUNK):
            yield part


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet runs: what would begin a formula gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """For a spreadsheet: with a mark that says UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
