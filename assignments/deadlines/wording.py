"""How a date is said, and the sentence that tells the learner where it comes from."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.text import Truncator

from core import clock

COHORT, INDIVIDUAL, REFERRAL, NONE = "cohort", "individual", "referral", "none"
EXTENSION, ADJUSTMENT, BREAK, REGISTRATION = "extension", "adjustment", "break", "registration"
TITLES = {
    COHORT: "Date of the cohort",
    INDIVIDUAL: "Individual date",
    REFERRAL: "Date given for handing in again",
    EXTENSION: "Extension",
    ADJUSTMENT: "Reasonable adjustment",
    BREAK: "Break in learning",
    REGISTRATION: "End of the registration",
}

LONGEST_REASON = 200  # characters of a reason inside a sentence


def said(day: dt.date) -> str:
    """Fri 14 June 2024."""
    return f"{day:%a} {day.day} {day:%B %Y}"


def day_of(moment: dt.datetime) -> dt.date:
    """The day at the centre."""
    return timezone.localdate(moment)


def days(number: int, noun: str = "day") -> str:
    """1 day, 5 working days."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def because(reason: str) -> str:
    """ ", because: ill since Monday", in small letters unless it begins with an abbreviation."""
    reason = Truncator(" ".join(reason.split())).chars(LONGEST_REASON).rstrip(".")
    if reason and not reason[1:2].isupper():
        reason = reason[0].lower() + reason[1:]
    return f", because: {reason}" if reason else ""


def sentence_of(steps: Sequence[Any]) -> str:
    """Which date holds and why, to the learner: what moved it last comes first. The cap is said by who caps."""
    moves = [one for one in steps if one.what in (EXTENSION, ADJUSTMENT, BREAK)]
    begun = next(one for one in reversed(steps) if one not in moves)
    if not moves:
        return _begun_alone(begun)
    last, *earlier = reversed(moves)
    sentence = f"{said(last.after)}, {_move(last)}."
    sentence += "".join(f" Before that it was {_move(one)}." for one in earlier)
    return sentence + _begun_before(begun)


def _move(step: Any) -> str:
    """One move as a clause, such as: extended from Fri 31 May 2024 by Helen Marsh on Mon 20 May 2024, because: ill."""
    since = f"from {said(step.before)}"
    if step.what == EXTENSION:
        return f"extended {since} by {step.who} on {said(step.on)}{because(step.reason)}"
    if step.what == ADJUSTMENT:
        return f"moved {since} by your reasonable adjustment, {step.reason}"
    return f"moved {since} by {days((step.after - step.before).days)} for your break: {step.reason}"


def _begun_alone(step: Any) -> str:
    if step.what == COHORT:
        return f"{said(step.after)}, the date for your whole cohort."
    if step.what == REFERRAL:
        return f"{said(step.after)}, set on {said(step.on)} when {step.reason}."
    sentence = f"{said(step.after)}, set for you by {step.who} on {said(step.on)}{because(step.reason)}."
    return sentence + _cohort_too(step)


def _begun_before(step: Any) -> str:
    """Where the date came from that was moved."""
    if step.what == COHORT:
        return f" The date of your cohort is {said(step.after)}."
    if step.what == REFERRAL:
        return f" {said(step.after)} was set on {said(step.on)} when {step.reason}."
    told = f" {said(step.after)} was set for you by {step.who} on {said(step.on)}{because(step.reason)}."
    return told + _cohort_too(step)


def _cohort_too(step: Any) -> str:
    return f" The date of your cohort is {said(step.before)}." if step.before and step.before != step.after else ""


def lateness(due_on: dt.date | None, handed_in_at: dt.datetime) -> str:
    """Whether work came in time, in one sentence. Late work is taken, and said to be late."""
    if due_on is None:
        return "No date had been set for it."
    left = (due_on - day_of(handed_in_at)).days
    if left == 0:
        return "Handed in on the last day, in time."
    if left > 0:
        return f"Handed in {days(left)} before the deadline."
    return f"Handed in {days(-left)} after the deadline, so it is late. It is marked all the same."


def is_late(due_on: dt.date | None, today: dt.date | None = None) -> bool:
    """Whether the date has passed; the day itself is still in time."""
    return due_on is not None and due_on < (today or clock.today())
