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
    keyed = with_keys(rows, columns)
    fields = [keyed.query.annotations[f"key_{n}"].output_field for n in range(len(columns) + 1)]
    back, values = read(cursor, name, fields)
    found = list(in_order(keyed, columns, back, values)[: per_page + 1])
    return as_page(found, columns, back, values, per_page=per_page, name=name)


def with_keys(rows: QuerySet[Any], columns: Sequence[str]) -> QuerySet[Any]:
    """The rows with their key beside them, as `key_0` and so on."""
    keys = {f"key_{n}": F(one.removeprefix("-")) for n, one in enumerate([*columns, "pk"])}
    found: QuerySet[Any] = rows.annotate(**keys)
    return found


def in_order(rows: QuerySet[Any], columns: Sequence[str], back: bool, values: Sequence[Any]) -> QuerySet[Any]:  # noqa: FBT001 - as the cursor has it
    """Rows with their keys, those beyond the key `values` in the direction of the page."""
    falls = [one.startswith("-") != back for one in [*columns, "pk"]]
    if values:
        rows = rows.filter(_beyond(falls, values))
    return rows.order_by(*(f"{'-' * fall}key_{n}" for n, fall in enumerate(falls)))


def as_page(
    found: list[Any],
    columns: Sequence[str],
    back: bool,  # noqa: FBT001 - as the cursor has it
    values: Sequence[Any],
    *,
    per_page: int = 50,
    name: str = "",
) -> KeysetPage:
    """The page that these rows make, of which there is one more than it shows if more follow."""
    more, found = len(found) > per_page, found[:per_page]
    if back:
        found.reverse()
    if not found:
        return KeysetPage([], is_past=bool(values))
    before, after = (more, True) if back else (bool(values), more)
    return KeysetPage(
        found,
        before=_write(found[0], name, len(columns) + 1, back=True) if before else "",
        after=_write(found[-1], name, len(columns) + 1, back=False) if after else "",
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


def read(cursor: str, name: str, fields: Sequence[Any]) -> tuple[bool, list[Any]]:
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
