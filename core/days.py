"""Days and moments in words, as every page says them."""

import datetime as dt

from django.utils import timezone

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def local(value: dt.date) -> dt.date:
    """In the centre's time zone, the only one there is: nobody is asked for another."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(timezone.get_default_timezone())
    return value


def written(value: dt.date, form: str = "") -> str:
    """Fri 14 June 2024; with "short" Fri 14 June; with "plain" 14 June 2024; with "month" June 2024. `value` is local."""
    # By hand: `strftime` takes four times as long, and long lists say hundreds of moments.
    month = _MONTHS[value.month - 1]
    if form == "plain":
        return f"{value.day} {month} {value.year}"
    if form == "month":
        return f"{month} {value.year}"
    begun = f"{_DAYS[value.weekday()]} {value.day} {month}"
    return begun if form == "short" else f"{begun} {value.year}"


def moment_written(value: dt.datetime) -> str:
    """Fri 14 June 2024, 17:00, in the centre's time zone."""
    at = local(value)
    return f"{written(at)}, {at:%H:%M}"
