"""Standardisation events and staff files."""

import datetime as dt
from typing import Any

from accounts.permissions import Role


def holds_event(event: Any, by: Any) -> str:
    """The chair leads an event; a verifier may do it in the chair's place. Waymark opens it when everybody is done."""
    if by is None or by.pk == event.chair_id or by.has_role(Role.IQA):
        return ""
    return "Only the chair or a verifier (IQA) leads this event."


def is_ready_to_mark(event: Any, by: Any) -> str:
    """A piece to mark, and at least two who mark it: one alone agrees with nobody."""
    if not event.piece_html:
        return "Choose the piece that everybody marks first."
    if event.participations.count() < 2:
        return "Invite at least two people to mark the piece."
    return ""


def attendance_is_noted(event: Any, by: Any) -> str:
    without = [str(one.person) for one in event.participations.filter(attendance="").select_related("person")]
    return f"Note first whether they were there: {', '.join(without)}." if without else ""


def event_may_change(event: Any) -> str:
    """What is closed or called off stays as it is."""
    if event.state == "closed":
        return "This event is closed, so its record stays as it is. Add a correction instead."
    if event.state == "called_off":
        return "This event was called off, so nothing is changed in it."
    return ""


def sees_the_marks(event: Any) -> bool:
    """Nobody sees another's decisions before the comparison begins, the chair neither."""
    return event.state in ("compared", "closed")


def may_mark_blind(event: Any, participation: Any) -> str:
    if event.state != "open":
        return "Marking is not open, so what you decided stays as it is."
    if participation.done_at:
        return "You have handed your decisions over, so they stay as they are."
    return ""


def interest_problem(*, learner: Any, client: Any, from_on: dt.date, until_on: dt.date | None) -> str:
    if (learner is None) == (client is None):
        return "Choose either a learner or a client."
    if until_on and until_on < from_on:
        return "The last day lies before the first. Change one of the two."
    return ""


def approval_problem(*, person: Any, by: Any, countersigner: Any, countersign_until_on: Any, from_on: dt.date) -> str:
    """Nobody approves or countersigns themselves; countersigning has a person and a last day, or neither."""
    if person.pk == by.pk:
        return "You cannot approve yourself. Somebody else does."
    if countersigner is not None and countersigner.pk == person.pk:
        return "Nobody countersigns their own decisions. Choose somebody else."
    if (countersigner is None) != (countersign_until_on is None):
        return "Countersigning needs a person and a last day. Fill in both, or neither."
    if countersign_until_on and countersign_until_on < from_on:
        return "Countersigning ends before the approval begins. Change one of the two days."
    return ""


def months_ago(day: dt.date, months: int) -> dt.date:
    """The same day so many months before; the last of the month where there is no such day."""
    months_since = day.year * 12 + day.month - 1 - months
    year, month = divmod(months_since, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError  # every month has 28 days
