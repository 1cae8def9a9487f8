"""What is hashed, and how rows are read for it: the same on PostgreSQL and on SQLite.

The hash of a place is SHA-256 over the hash of the place before it and a JSON array of its position, the moment of its sealing
and every column of its event, in the order of `COLUMNS`. Moments are text in UTC with microseconds. Whoever has the rows can
recompute it; nothing secret goes in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection

START = "0" * 64
"""What stands in the place of the hash before the first."""
COLUMNS = (
    "id", "subject_type", "subject_id", "subject_label", "verb", "old_state", "new_state", "happened_at", "actor_id",
    "actor_label", "detail",
)  # fmt: skip
_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
BATCH = 10_000

# What is no JSON, as only a change by hand leaves it, is hashed as Python names it.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=repr).encode
_decode = json.JSONDecoder().decode

EventRow = tuple[Any, ...]


class Place(NamedTuple):
    """One entry with its event, as the database has them now. `event` is nothing where the event is gone."""

    position: int
    sealed_at: str
    hash: str
    event_id: int
    event: EventRow | None


def moment(at: dt.datetime) -> str:
    """A moment as it is hashed. As text, moments compare as they do in time."""
    return at.astimezone(dt.UTC).strftime(_MOMENT)


def from_moment(text: str) -> dt.datetime | None:
    """The moment that was hashed so; nothing, where a hand has made it something else."""
    try:
        return dt.datetime.strptime(text, _MOMENT).replace(tzinfo=dt.UTC)
    except (TypeError, ValueError):
        return None


def hash_of(previous: str, position: int, sealed_at: str, event: EventRow) -> str:
    """The hash of a place that stands after `previous`."""
    said = _encode([position, sealed_at, *event[:-1], _plain(event[-1])])
    return hashlib.sha256(f"{previous}{said}".encode()).hexdigest()


def _plain(detail: Any) -> Any:
    """The detail as data: how a database spaces and orders its JSON makes no difference."""
    if detail == "{}":
        return {}
    try:
        return _decode(detail)
    except (TypeError, ValueError, RecursionError):
        return {"not JSON": repr(detail)}


# ---- reading


def _said(column: str) -> str:
    """A moment in SQL, as `moment` writes it."""
    if connection.vendor == "postgresql":
        text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        # A year before the first is written like the same year after it.
        return f"CASE WHEN {column} < '0001-01-01 00:00+00' THEN {text} || ' BC' ELSE {text} END"
    return f"CASE WHEN length({column}) = 19 THEN {column} || '.000000' ELSE CAST({column} AS text) END"


def _event_columns() -> str:
    special = {"happened_at": _said("e.happened_at"), "detail": "CAST(e.detail AS text)"}
    return ", ".join(special.get(name, f"e.{name}") for name in COLUMNS)


def places(after: int = -(2**63)) -> Iterator[list[Place]]:
    """All places in their order, in batches; also those that no run of sealing can have made, below the first position."""
    sql = (
        f"SELECT l.position, {_said('l.sealed_at')}, l.hash, l.event_id, {_event_columns()} FROM core_ledgerentry l "  # noqa: S608 - our own words
        "LEFT JOIN core_event e ON e.id = l.event_id WHERE l.position > %s ORDER BY l.position LIMIT %s"
    )
    while rows := _rows(sql, after, BATCH):
        yield [Place(row[0], row[1], row[2], row[3], None if row[4] is None else row[4:]) for row in rows]
        after = rows[-1][0]


def unsealed(after: int = 0) -> Iterator[list[EventRow]]:
    """The events after a number that have no place yet, by their numbers, in batches."""
    sql = (
        f"SELECT {_event_columns()} FROM core_event e WHERE e.id > %s "  # noqa: S608 - our own words
        "AND NOT EXISTS (SELECT 1 FROM core_ledgerentry l WHERE l.event_id = e.id) ORDER BY e.id LIMIT %s"
    )
    while rows := _rows(sql, after, BATCH):
        yield rows
        after = rows[-1][0]


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def flat(batches: Iterable[list[Any]]) -> Iterator[Any]:
    for batch in batches:
        yield from batch
