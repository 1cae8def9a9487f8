"""Pure decisions about cases: how long a stage may take, and who is free to decide. A sentence refuses, an empty one does not."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from assignments.deadlines import add_working_days, working_days_between

# What may not touch the reader of a mail or a blocked claim: the reference says nothing of the kind.
PREFIX = "C"
UPHELD = ("upheld", "partly")


@dataclass(frozen=True)
class Span:
    """So many working or calendar days."""

    days: int
    working: bool

    def last_day(self, begun_on: dt.date) -> dt.date:
        """The day of beginning itself does not count."""
        return add_working_days(begun_on, self.days) if self.working else begun_on + dt.timedelta(days=self.days)

    def used(self, begun_on: dt.date, today: dt.date) -> int:
        """How many of its days have gone by."""
        if today <= begun_on:
            return 0
        return working_days_between(begun_on, today) if self.working else (today - begun_on).days

    def __str__(self) -> str:
        unit = "day" if self.days == 1 else "days"
        return f"{self.days} working {unit}" if self.working else f"{self.days} {unit}"


@cache
def span(text: str) -> Span:
    """Read 10w (working days) or 30d (calendar days)."""
    found = re.fullmatch(r"\s*([1-9][0-9]{0,2})([wd])\s*", text)
    if found is None:
        raise ValueError(f"“{text}” is no time. Write 10w for ten working days or 30d for thirty days.")
    return Span(int(found[1]), found[2] == "w")


def time_for(kind: str, state: str) -> Span | None:
    """How long this stage may take, by the centre's settings. None for a stage without a time, such as closed."""
    for part in settings.CASE_TIMES[kind].split(","):
        stage, _, text = part.strip().partition(" ")
        if stage == state:
            return span(text)
    return None


@dataclass(frozen=True)
class Timer:
    """How far a stage is: day 3 of 10."""

    used: int
    span: Span

    @property
    def is_overdue(self) -> bool:
        return self.used > self.span.days

    @property
    def words(self) -> str:
        if self.used == 0:
            return f"{self.span} left"
        if not self.is_overdue:
            return f"{'working day' if self.span.working else 'day'} {self.used} of {self.span.days}"
        late = self.used - self.span.days
        unit = "working day" if self.span.working else "day"
        return f"{late} {unit}{'s' if late > 1 else ''} overdue"


def appeal_until(released_on: dt.date) -> dt.date:
    """The last day for an appeal against a result that was released on a day."""
    return span(settings.APPEAL_WITHIN).last_day(released_on)


def appeal_problem(*, released_on: dt.date | None, today: dt.date) -> str:
    """Why a learner cannot appeal, or an empty string."""
    if released_on is None:
        return "There is no result yet to appeal against."
    last = appeal_until(released_on)
    if today > last:
        return (
            f"The time for an appeal ended on {last:%a} {last.day} {last:%B %Y}. If something kept you from appealing in "
            "time, write to the centre: it can still open an appeal for you."
        )
    return ""


def involvement(facts: Mapping[str, Iterable[int | None]]) -> dict[int, list[str]]:
    """By person, each part they had in the matter. `facts` is in the words the page says them with."""
    found: dict[int, list[str]] = {}
    for why, people in facts.items():
        for person in {one for one in people if one is not None}:
            found.setdefault(person, []).append(why)
    return found


def chosen_problem(name: str, reasons: Iterable[str]) -> str:
    """Why this person cannot be chosen, or an empty string."""
    said = list(reasons)
    return f"{name} {_and(said)}, so somebody else decides." if said else ""


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# ---- guards


def is_decider(case: Any, by: Any) -> str:
    """The one person chosen for this stage decides; the others of a panel advise."""
    if case.duties.filter(stage=case.state, person=by, decides=True, ended_at=None).exists():
        return ""
    return "Somebody else was chosen to decide this."


def is_free(case: Any, by: Any) -> str:
    """Nobody decides who had a part in the matter. A trigger of the database says the same."""
    reasons = case.involvements.filter(person=by).values_list("why", flat=True)
    return f"You cannot decide this: it is on record that {by} {_and(list(reasons))}." if reasons else ""


def one_stage_is_left(case: Any, by: Any) -> str:
    if case.decisions.filter(stage="panel").exists():
        return "The panel has decided already."
    return ""


def own_procedure_has_ended(case: Any, by: Any) -> str:
    """The centre's own procedure comes first (`ilm` R25)."""
    if case.decisions.filter(stage="panel").exists():
        return ""
    return "The centre’s own procedure comes first: call the panel."


def answer_is_recorded(case: Any, by: Any) -> str:
    """Nobody is judged unheard."""
    return (
        "" if case.answer else "The person’s answer is not recorded yet. If they give none, record that they gave none."
    )


def is_proven(case: Any, by: Any) -> str:
    if case.decisions.filter(outcome__in=UPHELD).exists():
        return ""
    return "No malpractice was found, so there is nothing to sanction."


def is_settled(case: Any, by: Any) -> str:
    """What was found is answered by a sanction, if only a warning, before the case is closed."""
    if case.state == "decided" and case.decisions.filter(outcome__in=UPHELD).exists():
        return "Malpractice was found, so record the sanction first, if only a warning."
    return ""


def claim_problem(reference: str) -> str:
    """Why a claim waits, in words that say nothing of what the case is about."""
    return f"Case {reference} touches a result and is still open." if reference else ""
