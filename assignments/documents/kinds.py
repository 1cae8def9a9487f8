"""The kinds of file Waymark takes, and the refusal it gives. Nothing is opened here."""

from enum import Enum, StrEnum

MAXIMUM_BYTES = 25 * 1024 * 1024
RECORDING_BYTES = 500 * 1024 * 1024


class Unacceptable(Exception):
    """A file that cannot be taken. The sentence says what is wrong and what to do about it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Kind(StrEnum):
    """What a file is, by its content. Only what is WRITTEN in the browser is known beforehand, and never recognised."""

    DOCX = "docx"
    ODT = "odt"
    PDF = "pdf"
    TXT = "txt"
    WRITTEN = "md"
    PPTX = "pptx"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpg"
    MP3 = "mp3"
    M4A = "m4a"
    MP4 = "mp4"

    @property
    def label(self) -> str:
        return _FACTS[self][0]

    @property
    def mime(self) -> str:
        return _FACTS[self][1]

    @property
    def suffix(self) -> str:
        return f".{self.value}"

    @property
    def readable(self) -> bool:
        """Whether `read` can show it in the browser."""
        return self in (Kind.DOCX, Kind.ODT, Kind.PDF, Kind.TXT, Kind.WRITTEN, Kind.PNG, Kind.JPEG)

    @property
    def limit(self) -> int:
        """The most bytes that are taken. A recording is judged by its head, everything else is read whole."""
        return RECORDING_BYTES if self.is_recording else MAXIMUM_BYTES

    @property
    def is_recording(self) -> bool:
        return self in (Kind.MP3, Kind.M4A, Kind.MP4)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_FACTS: dict[Kind, tuple[str, str]] = {
    Kind.DOCX: ("Word document", f"{_OFFICE}.wordprocessingml.document"),
    Kind.ODT: ("OpenDocument text", "application/vnd.oasis.opendocument.text"),
    Kind.PDF: ("PDF", "application/pdf"),
    Kind.TXT: ("plain text", "text/plain"),
    Kind.WRITTEN: ("text written in Waymark", "text/markdown"),
    Kind.PPTX: ("PowerPoint slides", f"{_OFFICE}.presentationml.presentation"),
    Kind.XLSX: ("Excel workbook", f"{_OFFICE}.spreadsheetml.sheet"),
    Kind.PNG: ("picture (PNG)", "image/png"),
    Kind.JPEG: ("picture (JPEG)", "image/jpeg"),
    Kind.MP3: ("sound (MP3)", "audio/mpeg"),
    Kind.M4A: ("sound (M4A)", "audio/mp4"),
    Kind.MP4: ("video (MP4)", "video/mp4"),
}

ESSAY_KINDS = frozenset({Kind.DOCX, Kind.ODT, Kind.PDF})


class Purpose(Enum):
    """What a file is handed in as. An essay must have words; evidence may also be a scan, a picture or a recording."""

    ESSAY = "essay"
    EVIDENCE = "evidence"

    @property
    def kinds(self) -> frozenset[Kind]:
        return ESSAY_KINDS if self is Purpose.ESSAY else frozenset(Kind) - {Kind.WRITTEN}

    @property
    def limit(self) -> int:
        """The most bytes of any file of this purpose."""
        return max(kind.limit for kind in self.kinds)

    @property
    def wanted(self) -> str:
        if self is Purpose.ESSAY:
            return "Hand in a Word document (.docx), an OpenDocument text (.odt) or a PDF."
        return (
            "Add a Word document (.docx), an OpenDocument text (.odt), a PDF, plain text, slides (.pptx), a workbook "
            "(.xlsx), a picture (PNG or JPEG), a sound (MP3 or M4A) or a video (MP4)."
        )
