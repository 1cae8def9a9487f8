"""What kind of file this is, by its content alone, and whether it may be taken. Its words are not read here."""

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeAlias

import puremagic
from PIL import Image

from . import archives, opendocument, portable, word
from .archives import Archive
from .kinds import MAXIMUM_BYTES, Kind, Purpose, Unacceptable

Source: TypeAlias = str | Path | bytes | IO[bytes]

_PIXELS = 60_000_000
_HEAD = 64 * 1024
_BOXES = 10_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WANTED_DOC = "Open it in Word or LibreOffice, save it as .docx and choose that file."
_MAIN = re.compile(
    r"(wordprocessingml\.document|presentationml\.(?:presentation|slideshow)|spreadsheetml\.sheet)\.main\+xml$"
)
_OFFICE_KINDS = {"word": Kind.DOCX, "pres": Kind.PPTX, "spre": Kind.XLSX}
_REMOTE = ("attachedTemplate", "oleObject", "subDocument", "frame", "externalLinkPath")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"#!")
_DAMAGED_PICTURE = "This picture is damaged and cannot be shown. Save it again as PNG or JPEG."
_LARGE_PICTURE = "This picture has too many pixels to be shown. Save it smaller and choose that file."
_CUT_RECORDING = (
    "This recording is damaged or was cut off on its way. Check that it plays on your computer, then choose it again."
)
_OTHERS = {
    b"{\\rtf": f"This is a rich text file (.rtf). {_WANTED_DOC}",
    b"Rar!": "This is a RAR archive. Unpack it and choose the document itself.",
    b"7z\xbc\xaf": "This is a 7-Zip archive. Unpack it and choose the document itself.",
    b"\x1f\x8b": "This is a packed archive. Unpack it and choose the document itself.",
}


def inspect(source: Source, name: str = "", *, purpose: Purpose = Purpose.ESSAY) -> Kind:
    """The kind of the file, or Unacceptable. The name is used to explain, never to decide.

    Of a recording only the head and the frame are looked at, so that its 500 MB never come into memory.
    """
    kind, content = recognise(source, name, purpose=purpose)
    if kind is Kind.DOCX:
        word.open_word(content)
    elif kind is Kind.ODT:
        opendocument.open_text(content, lambda _content, _alt: None)
    return kind


def recognise(source: Source, name: str, *, purpose: Purpose) -> tuple[Kind, bytes]:
    """The kind, with the content that shows it: whole, or the head of a recording.

    Whether a .docx or .odt can be read remains to be seen by reading it.
    """
    with _opened(source) as file:
        size = _size(file)
        _check_size(size, purpose.limit)
        content = file.read(min(size, _HEAD))
        kind = _by_head(content, name)
        if kind is None or not kind.is_recording:
            _check_size(size, MAXIMUM_BYTES)
            content += file.read(MAXIMUM_BYTES + 1 - len(content))
            _check_size(len(content), MAXIMUM_BYTES)
        kind = kind or _by_whole(content, name)
        if kind not in purpose.kinds:
            raise Unacceptable(f"This file is {_article(kind.label)}. {purpose.wanted}")
        if kind is Kind.PDF:
            portable.check(content, scanned=purpose is Purpose.EVIDENCE)
        elif kind in (Kind.PNG, Kind.JPEG):
            _check_picture(content)
        elif kind in (Kind.M4A, Kind.MP4):
            _check_boxes(file, size)
        return kind, content


def content_of(source: Source, kind: Kind) -> bytes:
    """The bytes of a file, none of them read when there are too many. Only what is still being written may be empty."""
    with _opened(source) as file:
        size = _size(file)
        if size == 0 and kind is Kind.WRITTEN:
            return b""
        _check_size(size, MAXIMUM_BYTES)
        content = file.read(MAXIMUM_BYTES + 1)
        _check_size(len(content), MAXIMUM_BYTES)
        return content


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    """The source from its start. A file that came open stays open, and at its start."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield file
    else:
        source.seek(0)
        try:
            yield source
        finally:
            source.seek(0)


def _size(file: IO[bytes]) -> int:
    end = file.seek(0, io.SEEK_END)
    size = file.tell() if end is None else end
    file.seek(0)
    return size


def _check_size(size: int, limit: int) -> None:
    if size == 0:
        raise Unacceptable("This file is empty. Check that it opens on your computer, then choose it again.")
    if size > limit:
        smaller = "Make its pictures smaller and save it again." if limit == MAXIMUM_BYTES else "Save it smaller."
        raise Unacceptable(
            f"This file is {size / 1024 / 1024:.0f} MB, and {limit // 1024 // 1024} MB is the most that can be "
            f"taken. {smaller}"
        )


def _by_head(content: bytes, name: str) -> Kind | None:
    """What the first bytes alone tell, or None where the rest has to be seen."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLD_OFFICE)):
        return None
    if b"%PDF-" in content[:1024] and not content.startswith(_PROGRAMS):
        return Kind.PDF
    if content.startswith(_PROGRAMS):
        raise Unacceptable(
            f"{_shown(name)} is a program and not a document, whatever its name says. Choose the document itself."
        )
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content[4:8] == b"ftyp":
        return _recording(content[8:12])
    if content.startswith(b"ID3") or (content[0] == 0xFF and len(content) > 1 and content[1] & 0xE6 == 0xE2):
        return Kind.MP3
    for start, sentence in _OTHERS.items():
        if content.startswith(start):
            raise Unacceptable(sentence)
    return None


def _by_whole(content: bytes, name: str) -> Kind:
    if content.startswith(b"PK"):
        return _package(content)
    if content.startswith(_OLD_OFFICE):
        raise Unacceptable(_old_office(content))
    if _is_text(content):
        if re.match(rb"\s*<(?:!doctype|html|\?xml|svg|script)", content[:200], re.IGNORECASE):
            raise Unacceptable(f"This is a web page or another marked-up file. {_WANTED_DOC}")
        return Kind.TXT
    raise Unacceptable(_unknown(content, name))


def _package(content: bytes) -> Kind:
    archive = Archive(content)
    if "mimetype" in archive.names and "content.xml" in archive.names:
        return _opendocument(archive)
    if "[Content_Types].xml" in archive.names:
        return _office(archive)
    if any(member.endswith(".iwa") for member in archive.names):
        raise Unacceptable(
            "This is a Pages, Keynote or Numbers file. Export it as Word (.docx) or PDF and choose that file."
        )
    raise Unacceptable("This is a zip archive and not a document. Unpack it and choose the document itself.")


def _office(archive: Archive) -> Kind:
    archive.check()
    types = {
        str(part.get("PartName", "")).lower(): str(part.get("ContentType", ""))
        for part in archive.xml("[Content_Types].xml").iterchildren("{*}Override")
    }
    lower = {member.lower() for member in archive.names}
    if any("macroenabled" in one.lower() for one in types.values()) or any(
        member.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in member for member in lower
    ):
        raise Unacceptable(
            "This document contains macros. Save it as a document without macros (.docx) and choose that file."
        )
    _check_relations(archive)
    for part, stated in types.items():
        if (found := _MAIN.search(stated)) and part.lstrip("/") in lower:
            kind = _OFFICE_KINDS[found.group(1)[:4]]
            main = next(member for member in archive.names if member.lower() == part.lstrip("/"))
            archive.xml(main)
            return kind
        if ".template.main+xml" in stated:
            raise Unacceptable(
                "This is a template and not a document. Save it as a document (.docx) and choose that file."
            )
    raise Unacceptable(archives.CORRUPT)


def _check_relations(archive: Archive) -> None:
    for member in archive.names:
        if not member.endswith(".rels"):
            continue
        for relation in archive.xml(member):
            target = str(relation.get("Target", "")).strip().lower()
            if (
                relation.get("TargetMode") == "External"
                and str(relation.get("Type", "")).rpartition("/")[2] in _REMOTE
                and target.startswith(("http:", "https:", "ftp:", "mhtml:"))
            ):
                raise Unacceptable(
                    "This document loads a part of itself from another computer when it is opened. Copy its text into "
                    "a new document, save it and choose that one."
                )


def _opendocument(archive: Archive) -> Kind:
    archive.check()
    stated = archive.read("mimetype", limit=200).strip()
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names and b"encryption-data" in archive.read(manifest):
        raise Unacceptable(archives.PROTECTED)
    if any(member.startswith(("Basic/", "Scripts/")) for member in archive.names):
        raise Unacceptable("This document contains macros. Remove them, save it again and choose that file.")
    if stated != Kind.ODT.mime.encode():
        raise Unacceptable(f"This OpenDocument file is not a text. {_WANTED_DOC}")
    return Kind.ODT


def _old_office(content: bytes) -> str:
    """Old Office files and encrypted new ones share one container; its directory names tell them apart."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return archives.PROTECTED
    if "WordDocument".encode("utf-16-le") in content:
        return f"This is a Word document of the old kind (.doc). {_WANTED_DOC}"
    return (
        "This is a file of an old Office program. Open it there, save it in today's format (.docx, .xlsx, .pptx) and "
        "choose that file."
    )


def _recording(brand: bytes) -> Kind:
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"):
        raise Unacceptable(
            "This is a picture in a phone's own format (HEIC). Save or share it as JPEG and choose that file."
        )
    if brand in (b"M4A ", b"M4B "):
        return Kind.M4A
    if brand in (b"qt  ",):
        raise Unacceptable("This is a QuickTime film. Export it as MP4 and choose that file.")
    return Kind.MP4


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    # Not necessarily UTF-8: an old Windows text has bytes above 127, but no control characters.
    odd = len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]", content[:65_536]))
    high = len(re.findall(rb"[\x80-\xff]", content[:65_536]))
    return odd == 0 and high * 3 < len(content[:65_536])


def _check_picture(content: bytes) -> None:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            wide, high = picture.size
            if wide * high > _PIXELS:
                raise Unacceptable(_LARGE_PICTURE)
            picture.verify()
    except Image.DecompressionBombError:
        raise Unacceptable(_LARGE_PICTURE) from None
    except (OSError, SyntaxError, ValueError):
        raise Unacceptable(_DAMAGED_PICTURE) from None
    # Before its pixels a JPEG may hold a small copy of itself, which has an end of its own.
    if content.startswith(b"\xff\xd8\xff") and content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda"):
        raise Unacceptable(_DAMAGED_PICTURE)


def _check_boxes(file: IO[bytes], size: int) -> None:
    """An MP4 is a row of boxes, each of which states its length: the last one must end within the file."""
    position = 0
    for _ in range(_BOXES):
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            return
        stated = int.from_bytes(head[:4], "big")
        if stated == 0:  # to the end of the file
            return
        length = int.from_bytes(head[8:16], "big") if stated == 1 else stated
        if length < 8 or position + length > size:
            raise Unacceptable(_CUT_RECORDING)
        position += length
        if position == size:
            return
    raise Unacceptable(_CUT_RECORDING)


def _unknown(content: bytes, name: str) -> str:
    try:
        found = puremagic.from_string(content[:4096])
    except (puremagic.PureError, ValueError):
        found = ""
    looks = f" It looks like {found}." if re.fullmatch(r"\.[a-z0-9]{2,5}", str(found)) else ""
    return (
        f"{_shown(name)} is not a kind of file that can be taken here, or it is damaged.{looks} Save it as .docx or "
        "PDF and choose that file."
    )


def _shown(name: str) -> str:
    base = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", re.split(r"[/\\]", name)[-1]).strip()
    return base[:80] if base else "This file"


def _article(label: str) -> str:
    return label if label.startswith(("plain", "PowerPoint")) else ("an " if label[0] in "AEIOU" else "a ") + label
