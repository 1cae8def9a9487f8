"""What home pages are made of: tasks in lists, each list with the sentence it shows when it is empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Task:
    """One line that leads to work. `state` draws a badge; without it `status` is a plain word."""

    label: str
    url: str
    hint: str = ""
    state: str = ""
    status: str = ""


@dataclass(frozen=True)
class Section:
    """A list of tasks. `total` may be larger than what is listed; then `all_url` leads to all of them."""

    title: str
    tasks: list[Task]
    empty: str
    total: int = 0
    all_url: str = ""
    note: str = ""

    @property
    def hidden(self) -> int:
        return max(self.total - len(self.tasks), 0)


@dataclass(frozen=True)
class Home:
    """A role's home page: the sentence on top, what stands under it, and its sections."""

    role: str
    heading: str
    lead: str
    sections: list[Section]
    extra: dict[str, Any] = field(default_factory=dict)


SHOWN = 6


def first_few(rows: QuerySet[Any]) -> tuple[list[Any], int]:
    """The first rows and how many there are, in one statement up to a hundred."""
    found = list(rows[:100])
    return found[:SHOWN], len(found)


def said(number: int, one: str, many: str) -> str:
    """ "1 essay", "3 essays", "no essays"."""
    return f"{number or 'no'} {one if number == 1 else many}"
