"""Numbers, lists and dates as the report says them."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
)
NBSP = "\N{NO-BREAK SPACE}"


def counted(number: int) -> str:
    """In words below twenty, then in figures."""
    return WORDS[number] if number < len(WORDS) else str(number)


def count_of(number: int, one: str, many: str) -> str:
    return f"{counted(number)} {plural(number, one, many)}"


def plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def listed(items: Sequence[str]) -> str:
    """a, b and c"""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""


def sentence(words: str) -> str:
    """With a capital first letter, the rest as it is."""
    return words[:1].upper() + words[1:]


def mid(name: str) -> str:
    """A session's name within a sentence: "workshop 1", "induction", "the guided learning day"."""
    lower = name if name[:2].isupper() else name[:1].lower() + name[1:]
    return f"the {lower}" if " " in name and not name[-1:].isdigit() else lower


def full_day(day: date) -> str:
    """Fri 14 June 2024"""
    return f"{day:%a} {day.day} {day:%B %Y}"


def long_day(day: date) -> str:
    """14 June 2024"""
    return f"{day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """14 Jun 2024"""
    return f"{day.day} {day:%b %Y}"


def head_day(day: date) -> str:
    """7 Sept, 14 June: for the heads of narrow columns."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]}"


def near_day(day: date, today: date) -> str:
    """14 June, with its year only if that is another one."""
    return f"{day.day} {day:%B}" if day.year == today.year else long_day(day)


def is_a_month(start: date, end: date) -> bool:
    return start.day == 1 and (start.year, start.month) == (end.year, end.month) and (end + timedelta(days=1)).day == 1


def period_name(start: date, end: date) -> str:
    """ "June 2024" for a calendar month, else its two days."""
    return f"{end:%B %Y}" if is_a_month(start, end) else span(start, end)


def span(start: date, end: date) -> str:
    """ "1 to 30 June 2024", leaving out of the first day what the second says too."""
    if start == end:
        return long_day(end)
    first = (
        long_day(start)
        if start.year != end.year
        else f"{start.day} {start:%B}"
        if start.month != end.month
        else str(start.day)
    )
    return f"{first} to {long_day(end)}"


def bound(html: str) -> str:
    """No line ends between a number and its sign, a day and its month, a weekday and its date, or n and its number."""
    html = re.sub(r"(\d) %", rf"\1{NBSP}%", html)
    html = re.sub(rf"\b(\d{{1,2}}) ({MONTHS})\b", rf"\1{NBSP}\2", html)
    html = re.sub(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d)", rf"\1{NBSP}", html)
    html = re.sub(r"\b([Ll]earner) (?=\d)", rf"\1{NBSP}", html)
    html = re.sub(r"(?<=[\d)]) ([+−÷]) (?=[\d(])", rf"{NBSP}\1{NBSP}", html)
    return re.sub(r"\bn (?=\d)", f"n{NBSP}", html)
