"""The one source of time. Rules below a view take `now` or `today` as arguments; they do not ask here."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

_moved_to: dt.datetime | None = None


def now() -> dt.datetime:
    """The present moment, aware."""
    return _moved_to or timezone.now()


def today() -> dt.date:
    """The day at the centre (TIME_ZONE, Europe/London)."""
    return timezone.localdate(now())


def noon(day: dt.date) -> dt.datetime:
    """Twelve o'clock at the centre on `day`, aware."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_default_timezone())


@contextmanager
def at(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Pretend that it is `moment` (noon, if only a day is given).

    For the demo's loader and for tests. It holds for the whole process, every thread included, and nests.
    """
    global _moved_to
    before = _moved_to
    _moved_to = moment if isinstance(moment, dt.datetime) else noon(moment)
    try:
        yield
    finally:
        _moved_to = before
