"""A page of a list that is found by its key: it begins after the last row of the page before.

Page 400 costs what page 1 costs, and a row that comes or goes meanwhile moves no other row onto a page twice or past it. The
cursor in the address holds the key of that row, signed, so whatever nobody has made here counts as none: the first page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

_SALT = "core.keyset"


@dataclass(frozen=True)
class KeysetPage:
    """The rows of a page, and the cursors of those before and after it; empty where there are none."""

    object_list: list[Any]
    before: str = ""
    after: str = ""
    # Whether the cursor led past the last row: what was there has gone in the meantime.
    is_past: bool = False

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)


def page_of(
    rows: QuerySet[Any], columns: Sequence[str], *, cursor: str = "", per_page: int = 50, name: str = ""
) -> KeysetPage:
    """The page of `rows` at `cursor`, in one statement.

    `columns` are those of the order, with a minus for falling ones; the primary key follows by itself. None of them may be
    empty: give a nullable one a value first. `name` tells one order from another, so that a cursor of the one is none of the other.
    """
    keys = [*columns, "pk"]
    rows = rows.annotate(**{f"key_{n}": F(one.removeprefix("-")) for n, one in enumerate(keys)})
    fields = [rows.query.annotations[f"key_{n}"].output_field for n in range(len(keys))]
    back, values = _read(cursor, name, fields)
    falls = [one.startswith("-") != back for one in keys]
    if values:
        rows = rows.filter(_beyond(falls, values))
    found = list(rows.order_by(*(f"{'-' * fall}key_{n}" for n, fall in enumerate(falls)))[: per_page + 1])
    more, found = len(found) > per_page, found[:per_page]
    if back:
        found.reverse()
    if not found:
        return KeysetPage([], is_past=bool(values))
    before, after = (more, True) if back else (bool(values), more)
    return KeysetPage(
        found,
        before=_write(found[0], name, len(keys), back=True) if before else "",
        after=_write(found[-1], name, len(keys), back=False) if after else "",
    )


def _beyond(falls: Sequence[bool], values: Sequence[Any]) -> Q:
    """What comes after the key: greater in the first column, or equal there and greater in the next.

    The first column is bounded once more by itself, because a database can look that up in an index.
    """
    after, equal = Q(), Q()
    for n, (fall, value) in enumerate(zip(falls, values, strict=True)):
        after |= equal & Q(**{f"key_{n}__{'lt' if fall else 'gt'}": value})
        equal &= Q(**{f"key_{n}": value})
    return Q(**{f"key_0__{'lte' if falls[0] else 'gte'}": values[0]}) & after


def _write(row: Any, name: str, count: int, *, back: bool) -> str:
    values = [getattr(row, f"key_{n}") for n in range(count)]
    plain = [one.isoformat() if isinstance(one, dt.date) else one for one in values]
    return signing.dumps([name, back, plain], salt=_SALT)


def _read(cursor: str, name: str, fields: Sequence[Any]) -> tuple[bool, list[Any]]:
    """Whether the page lies before the key, and the key. Nothing if this is no cursor of this order."""
    if not cursor:
        return False, []
    try:
        written, back, plain = signing.loads(cursor, salt=_SALT)
        if written != name or len(plain) != len(fields):
            return False, []
        return bool(back), [field.to_python(one) for field, one in zip(fields, plain, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return False, []
