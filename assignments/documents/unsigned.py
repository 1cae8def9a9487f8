"""A Word or OpenDocument file as it arrived, without the names that the writing program put into it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

# What the programs keep of people: author, last editor, company, and who made a comment or a tracked change.
_PROPERTIES = re.compile(
    rb"(<(dc:creator|cp:lastModifiedBy|meta:initial-creator|Manager|Company|dc:title|meta:printed-by)\b[^>]*>)[^<]*(</\2>)"
)
_AUTHORS = re.compile(rb"(\b(?:w|w15|office):(?:author|initials|userId)=)\"[^\"]*\"")
_LARGEST = 64 * 1024 * 1024


def without_authors(file: Any) -> io.BytesIO | None:
    """A copy without them, its text untouched; nothing if this is no such file, or one too large to be rewritten here."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(one.file_size for one in archive.infolist()) > _LARGEST:
                return None
            copy = io.BytesIO()
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as out:
                for one in archive.infolist():
                    content = archive.read(one)
                    if one.filename.endswith(".xml"):
                        content = _AUTHORS.sub(rb'\1""', _PROPERTIES.sub(rb"\1\3", content))
                    # The mark of OpenDocument comes first and is not packed.
                    out.writestr(one, content, compress_type=one.compress_type)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return None
    copy.seek(0)
    return copy
