"""Files that go between the centre and the awarding organisation: claims out, answers in. Text and rows only, no database.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read without it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 5000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d/%m/%y")

# What a line of an answer may say. The first is needed in every file, the others where they apply.
COLUMNS = {
    "registration": "Registration number",
    "name": "Name",
    "certificate": "Certificate number",
    "date": "Date of the certificate",
    "reason": "Reason for a rejection",
}


class Unreadable(Exception):
    """The file cannot be read. The text is a sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Line:
    """A line of the file: its number, counted as a spreadsheet shows it, and what the mapped columns hold."""

    number: int
    cells: Mapping[str, str]


def safe(value: Any) -> str:
    """The text of a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _bare(cell: str) -> str:
    """The cell as it was meant."""
    text = cell.strip()
    return text[1:].strip() if text[:1] == "'" and text[1:].lstrip(" ").startswith(_FORMULA) else text


def written(columns: Sequence[Sequence[str]], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The file of a batch: `columns` are pairs of a key and its heading, in the organisation's order."""
    out = io.StringIO(newline="")
    pen = csv.writer(out)
    pen.writerow([safe(heading) for _, heading in columns])
    pen.writerows([safe(row.get(key)) for key, _ in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read(content: bytes, mapping: Mapping[str, str]) -> list[Line]:
    """The lines of an answer. `mapping` names the heading of each column of `COLUMNS`; an empty heading: not in the file."""
    rows = _rows(content)
    if not rows:
        raise Unreadable("This file is empty. Choose the file with the answers of the awarding organisation.")
    (_, headings), *rest = rows
    places = _places([_bare(one) for one in headings], mapping)
    lines = []
    for number, row in rest:
        cells = {key: _bare(row[place]) if place < len(row) else "" for key, place in places.items()}
        if any(cells.values()):
            lines.append(Line(number, cells))
    if not lines:
        raise Unreadable("This file has headings and no line under them. Choose the file with the answers.")
    if len(lines) > MOST_LINES:
        raise Unreadable(f"This file has {len(lines):,} lines. Part it into files of at most {MOST_LINES:,} lines.")
    return lines


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    if len(content) > MOST_BYTES:
        raise Unreadable(
            "This file is larger than 2 MB, more than a list of answers needs. Look whether it is the right one."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(
            "This file is not UTF-8 text. Open it in a spreadsheet, save it as “CSV UTF-8” and choose it again."
        ) from None
    if "\x00" in text:
        raise Unreadable("This is not a text file. Save the answers as “CSV UTF-8” and choose that file.")
    first = next((one for one in text.splitlines() if one.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, begins = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((begins, row))
            begins = reader.line_num + 1
    except csv.Error:
        raise Unreadable(
            f"Line {begins} cannot be read: a quotation mark in it is not closed, or stands in the wrong place. "
            "Mend it in a spreadsheet and save again."
        ) from None
    return rows


def _places(headings: list[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Which column holds what. A heading is found without regard to capitals and spaces."""
    known = {_key(one): place for place, one in reversed(list(enumerate(headings)))}
    wanted = {key: heading for key, heading in mapping.items() if heading.strip()}
    if missing := [heading for heading in wanted.values() if _key(heading) not in known]:
        named = ", ".join(f"“{one}”" for one in headings if one)[:300]
        raise Unreadable(
            f"This file has no column “{missing[0]}”. Its columns are {named or 'without headings'}. "
            "Write the headings as they stand in the file."
        )
    return {key: known[_key(heading)] for key, heading in wanted.items()}


def _key(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def day_in(text: str) -> dt.date | None:
    """The day that is written in a cell, British first, or None."""
    for form in _DATES:
        try:
            return dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None
