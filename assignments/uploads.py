"""How a file arrives: the moment an ordinary upload begins, and the part file of one that comes piece by piece."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from core import clock

PIECE = 2 * 1024 * 1024  # bytes that a browser sends at once
LARGEST_PIECE = 4 * 1024 * 1024
_READ = 1024 * 1024


class BeginningNoted(FileUploadHandler):
    """Notes the moment and lets the other handlers keep the file."""

    began_at: dt.datetime | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.began_at = self.began_at or clock.now()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def note_beginning(request: HttpRequest) -> BeginningNoted:
    """Call before anything reads the form of the request."""
    handler = BeginningNoted(request)
    request.upload_handlers.insert(0, handler)
    return handler


def folder() -> Path:
    """Where parts lie: beside the stored files, so that a whole one is linked to its place and not copied."""
    return Path(settings.MEDIA_ROOT) / "uploads"


class Part:
    """The bytes of one upload that are on the disk. One writer at a time: the caller holds the upload's row."""

    def __init__(self, token: uuid.UUID) -> None:
        self.path = folder() / f"{token.hex}.part"

    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, content: bytes, *, at: int) -> None:
        """Put `content` at `at`, drop what a dead process left behind it, and return when the disk has it."""
        new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("wb" if new else "r+b") as file:
            file.truncate(at)
            file.seek(at)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            _sync_folder(self.path.parent)

    def holds(self, content: bytes, *, at: int) -> bool:
        """Whether exactly these bytes are there already."""
        try:
            with self.path.open("rb") as file:
                file.seek(at)
                return file.read(len(content)) == content
        except FileNotFoundError:
            return False

    def fingerprint(self) -> str:
        with self.path.open("rb") as file:
            return fingerprint(file)

    def as_file(self, name: str) -> PartFile:
        return PartFile(self.path, name)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)


class PartFile(File):  # type: ignore[type-arg] # generic in the stubs only
    """A whole part as a file to be stored: the storage moves a second link to it, and the part stays until it is used."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(None, name=name)
        self.path = path

    @property
    def size(self) -> int:
        """Bytes. The file is never opened here."""
        return self.path.stat().st_size

    def temporary_file_path(self) -> str:
        """What Django's storage moves instead of copying."""
        link = self.path.with_name(f"{self.path.stem}-{uuid.uuid4().hex[:8]}.link")
        try:
            os.link(self.path, link)
        except OSError:  # a file system without links
            shutil.copyfile(self.path, link)
        # The file may have arrived days ago, and the sweep takes old files that no row knows.
        os.utime(link)
        return str(link)


@contextlib.contextmanager
def on_disk(file: File[Any]) -> Iterator[Path]:
    """A path under which another process can read the file. What came in memory is written out for a while."""
    if isinstance(file, PartFile):
        yield file.path
        return
    if hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path())
        return
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{uuid.uuid4().hex}.link"
    try:
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
        file.seek(0)
        yield path
    finally:
        path.unlink(missing_ok=True)


def fingerprint(file: IO[bytes] | File[Any]) -> str:
    """The sha256 of a file, read in pieces; afterwards it stands at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_READ):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _sync_folder(path: Path) -> None:
    """A new file's name is on the disk too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
