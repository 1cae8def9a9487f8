"""Names for files in an archive that somebody unpacks on a machine we do not know."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 100
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def safe(name: str) -> str:
    """One name without a path, without characters that move text about, and that every system takes."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] != "C")
    kept = re.sub(r'[<>:"|?*\s]+', " ", kept).strip(" .-~")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or not stem or len(suffix) > 8:
        stem, suffix = kept, ""
    stem = _within(stem.rstrip(" ."), LONGEST) or "file"
    if stem.split(".")[0].casefold() in _RESERVED:
        stem = f"file {stem}"
    return f"{stem}.{suffix}" if suffix else stem


def unique(names: Iterable[str]) -> list[str]:
    """Safe names, none like another even where capitals and forms of letters count for nothing."""
    taken: set[str] = set()
    found = []
    for name in map(safe, names):
        stem, dot, suffix = name.rpartition(".")
        if not dot:
            stem, suffix = name, ""
        chosen, number = name, 1
        while _key(chosen) in taken:
            number += 1
            chosen = f"{stem} ({number}){dot}{suffix}"
        taken.add(_key(chosen))
        found.append(chosen)
    return found


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _within(text: str, size: int) -> str:
    """Cut to bytes, for a name of 100 letters may be 400 bytes long, and file systems allow 255."""
    return text.encode()[: size * 2].decode(errors="ignore").rstrip(" .")
