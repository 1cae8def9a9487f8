"""Zip containers and XML from strangers, opened only within limits. What the parts mean is not known here."""

import io
import re
import zipfile
import zlib
from typing import Any, TypeAlias

from lxml import etree

from .kinds import Unacceptable

Element: TypeAlias = Any

MEMBERS = 2_000
UNPACKED_BYTES = 100 * 1024 * 1024
RATIO = 100
XML_BYTES = 16 * 1024 * 1024
ELEMENTS = 300_000
DEPTH = 100
# An essay of 20,000 words has some 1,000 paragraphs and 140,000 characters.
PARAGRAPHS = 2_000
CHARACTERS = 1_000_000

_END = b"PK\x05\x06"
_END_SIZE = 22
_END64_LOCATOR = b"PK\x06\x07"
_DIRECTORY_BYTES = 1024 * 1024
_DAMAGES = (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_TOO_DEEP = "/*" * (DEPTH + 1)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")

CORRUPT = (
    "This file is damaged and cannot be opened. Open it on your computer, save it under a new name and choose that one."
)
BOMB = (
    "This file unpacks to far more than a document holds. Copy its text into a new document, save it and choose "
    "that one."
)
PROTECTED = "This file is protected by a password. Remove the password, save the file and choose it again."
DECLARATIONS = (
    "This file declares its own entities, which a word processor never writes. Save it again from Word or LibreOffice."
)
COMPLICATED = (
    "This document is built too deep or from too many parts to be read safely. Copy its text into a new document."
)


class Archive:
    """A zip container whose directory has been found harmless before anything is unpacked."""

    def __init__(self, content: bytes) -> None:
        _check_directory(content)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeDecodeError):
            raise Unacceptable(CORRUPT) from None
        self._members = self._zip.infolist()
        self._check_members(len(content))
        self.names = frozenset(member.filename for member in self._members)

    def _check_members(self, size: int) -> None:
        members = self._members
        if len(members) > MEMBERS:
            raise Unacceptable(BOMB)
        unpacked = sum(member.file_size for member in members)
        if unpacked > UNPACKED_BYTES or (unpacked > 20 * 1024 * 1024 and unpacked > RATIO * size):
            raise Unacceptable(BOMB)
        if any(member.flag_bits & 1 for member in members):
            raise Unacceptable(PROTECTED)
        known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if any(member.compress_type not in known for member in members):
            raise Unacceptable(CORRUPT)
        if len({member.filename for member in members}) != len(members):
            raise Unacceptable(CORRUPT)

    def read(self, name: str, *, limit: int = UNPACKED_BYTES) -> bytes:
        """One member, its checksum tested. Never longer than its directory declares."""
        try:
            if self._zip.getinfo(name).file_size > limit:
                raise Unacceptable(COMPLICATED)
            return self._zip.read(name)
        except _DAMAGES:
            raise Unacceptable(CORRUPT) from None

    def xml(self, name: str) -> Element:
        return parse(self.read(name, limit=XML_BYTES))

    def check(self) -> None:
        """Read every member once: each must be whole, no XML may declare entities, none may be a program."""
        for member in self._members:
            if member.filename.lower().endswith((".xml", ".rels", ".vml", ".rdf")):
                content = self.read(member.filename, limit=XML_BYTES)
                _refuse_declarations(content)
            elif self._start(member).startswith((b"MZ", b"\x7fELF")):
                raise Unacceptable(
                    "This document carries a program inside it. Remove the embedded object and save it again."
                )

    def _start(self, member: zipfile.ZipInfo) -> bytes:
        """The first bytes of a member, which is read to its end without being kept."""
        try:
            with self._zip.open(member) as opened:
                start = opened.read(8)
                while opened.read(1024 * 1024):
                    pass
            return start
        except _DAMAGES:
            raise Unacceptable(CORRUPT) from None

    def size(self, name: str) -> int:
        return self._zip.getinfo(name).file_size


def parse(content: bytes) -> Element:
    """The root of an XML part, without entities, network, or a tree too deep or too large to walk."""
    if len(content) > XML_BYTES:
        raise Unacceptable(COMPLICATED)
    _refuse_declarations(content)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unacceptable(COMPLICATED if "depth" in str(error).lower() else CORRUPT) from None
    if root.xpath(_TOO_DEEP) or root.xpath("count(//*)") > ELEMENTS:
        raise Unacceptable(COMPLICATED)
    return root


def _refuse_declarations(content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Unacceptable(DECLARATIONS)
    # In another encoding the two words above could hide.
    declared = _DECLARED.match(content[:200].removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in content or (declared and declared.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        raise Unacceptable(CORRUPT)


def _check_directory(content: bytes) -> None:
    """Refuse on the last bytes alone what would take memory merely to list."""
    end = content.rfind(_END, max(0, len(content) - 65_557))
    if end < 0 or len(content) < end + _END_SIZE:
        raise Unacceptable(CORRUPT)
    entries = int.from_bytes(content[end + 10 : end + 12], "little")
    directory = int.from_bytes(content[end + 12 : end + 16], "little")
    if entries > MEMBERS or directory > _DIRECTORY_BYTES:
        raise Unacceptable(BOMB)
    if content[max(0, end - 20) : end].startswith(_END64_LOCATOR):
        raise Unacceptable(BOMB)
