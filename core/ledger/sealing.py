"""Adds events to the chain, after their transactions: whoever acts waits for nobody, and whatever commits late is sealed later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection, transaction

from core.ledger import chain
from core.models import LedgerEntry

# Any number, as long as nothing else in this database takes an advisory lock under it.
_LOCK = 0x1ED6E5
# No transaction stays open that long, so an event with a lower number than those sealed before is not looked for.
_LOOKED_BACK = dt.timedelta(days=1)


@transaction.atomic
def seal(
    *, now: dt.datetime, everything: bool = False, progress: Callable[[int], None] = lambda done: None
) -> int | None:
    """Seal the events that wait, in one transaction; how many, or nothing where another run is under way.

    A run looks at the events of about a day. `everything` looks at all, which takes in what a hand has put between older ones.
    """
    if not _alone():
        return None
    last = LedgerEntry.objects.order_by("-position").first()
    position, previous = (last.position, last.hash) if last else (0, chain.START)
    sealed_at, began = chain.moment(now), position
    for rows in chain.unsealed(after=0 if everything else _settled(now)):
        entries = []
        for row in rows:
            position += 1
            previous = chain.hash_of(previous, position, sealed_at, row)
            entries.append(LedgerEntry(position=position, event_id=row[0], hash=previous, sealed_at=now))
        LedgerEntry.objects.bulk_create(entries, batch_size=2_000)
        progress(position - began)
    return position - began


def _alone() -> bool:
    """Whether no other run seals now. SQLite lets one transaction write at a time by itself."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _settled(now: dt.datetime) -> int:
    """The number up to which every event was sealed long ago."""
    old = LedgerEntry.objects.filter(sealed_at__lt=now - _LOOKED_BACK).order_by("-event_id")
    return old.values_list("event_id", flat=True).first() or 0
