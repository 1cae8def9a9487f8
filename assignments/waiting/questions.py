"""Each kind of what waits as a question in Django's words, and several of them as one statement.

A question is written once in a process: to write it costs more than to ask it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, DateField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.models import User
from assignments.models import Draft, Submission
from programmes.models import TutorAppointment
from workshops.models import Place, Session, Thread

# Stands before the number of an enrolment whose learner's name is kept from who reads this. No name begins so.
COVERED = "\x1f"


@dataclass(frozen=True)
class Given:
    """What a question is asked with."""

    tutor: int
    begun: Sequence[int]
    all: Sequence[int]
    now: dt.datetime
    first: Sequence[int] = ()

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)


def _pile(given: Given) -> Any:
    rows = Submission.objects.waiting_for(User(pk=given.tutor), given.today, given.begun).with_due().order_by()
    return rows.values_list("pk", "mark_due", "attempt", "held_by_id", "held_at")


def _beside(kind: str, given: Given) -> tuple[Any, Any, Any]:
    """Everything but the marking: the rows, since when they wait, and by when if somebody set a day."""
    tutor, no_day = User(pk=given.tutor), Cast(Value(None), DateField())
    if kind == "drafts":
        drafts = Draft.objects.waiting().filter(submission__enrolment__cohort__in=given.begun)
        return drafts.exclude(submission__enrolment__learner=tutor), F("sent_at"), no_day
    if kind == "actions":
        return _sent_back(given), F("decided_at"), F("action_due_on")
    if kind == "catch_ups":
        missed = Place.objects.to_catch_up(given.all).exclude(enrolment__learner=tutor)
        return missed, F("session__starts_at"), no_day
    if kind == "questions":
        return Thread.objects.waiting_for(tutor, given.all), F("waits_since"), no_day
    return Session.objects.awaiting_register(given.now).filter(tutor=tutor), F("ends_at"), no_day


def _question(name: str, given: Given) -> Any:
    """A kind as columns of one shape: to be counted, or, with its first rows given, to be drawn."""
    if name == "pile":
        return _pile(given)
    kind, _, drawn = name.partition(" ")
    rows, since, due = _beside(kind, given)
    rows = rows.order_by().annotate(since=since, due=due)
    if not drawn:
        return rows.values_list("pk", "since", "due")
    enrolment, about, more = _DRAWN[kind]
    named = {
        "person": _person(kind, enrolment) if enrolment else Value(""),
        "about": F(about),
        "code": F(f"{enrolment}__cohort__code" if enrolment else "cohort__code"),
        "more": F(more) if more else Value(""),
    }
    return rows.filter(pk__in=given.first).annotate(**named).values_list("pk", "since", "due", *named)


def _person(kind: str, enrolment: str) -> Any:
    """The learner's name; of work that is marked anonymously, the number of the enrolment behind `COVERED`."""
    name = F(f"{enrolment}__learner__full_name")
    if kind not in ("drafts", "actions"):
        return name
    hidden = Q(**{f"{enrolment}__cohort__anonymous_marking": True, "submission__released_at__isnull": True})
    number = Concat(Value(COVERED), Cast(F(f"{enrolment}__pk"), CharField()))
    return Case(When(hidden, then=number), default=name, output_field=CharField())


# How a kind leads to its enrolment (a register belongs to a cohort and to no learner), what it is about, and what else it says.
_DRAWN = {
    "drafts": ("submission__enrolment", "submission__assignment__title", ""),
    "actions": ("submission__enrolment", "submission__assignment__title", "action"),
    "catch_ups": ("enrolment", "session__title", ""),
    "questions": ("enrolment", "subject", ""),
    "registers": ("", "title", ""),
}


def _sent_back(given: Given) -> Any:
    """The actions of verification this tutor owns, and those of an owner who may not answer any more. Samples come at a later stage."""
    still_there = TutorAppointment.objects.covering(given.today).filter(
        tutor=OuterRef("owner"), cohort=OuterRef("submission__enrolment__cohort")
    )
    samples: Any = apps.get_model("verification", "Sample")._default_manager
    theirs = samples.filter(state="returned", submission__enrolment__cohort__in=given.begun)
    theirs = theirs.exclude(submission__enrolment__learner=given.tutor)
    # Records an administrator puts right.
    grants: Any = apps.get_model("accounts", "RoleGrant")._default_manager.current(given.now)
    centre = grants.filter(user=OuterRef("owner"), role="administrator")
    forgotten = ~Exists(still_there) & ~(Q(action_kind="correction") & Exists(centre))
    return theirs.filter(Q(owner=given.tutor) | forgotten)


# ---- one statement of several questions, each written once in a process


@dataclass(frozen=True)
class Ground:
    """A question in SQL, with its values."""

    sql: str
    values: Sequence[Any]


@dataclass(frozen=True)
class _Place:
    """Where the value number `at` of a question belongs."""

    at: int


_STAND_IN = dt.datetime(1900, 1, 1, 12, tzinfo=dt.UTC)
_WRITTEN: dict[tuple[str, str, int, int, int], tuple[str, Sequence[Any]] | None] = {}


def ground(name: str, given: Given) -> Ground | None:
    """The question with these values; nothing if it cannot find anything.

    Django writes a question with stand-ins where the values will be, because to write it costs more than to ask it.
    """
    sizes = len(given.begun), len(given.all), len(given.first)
    key = (connection.vendor, name, *sizes)
    if key not in _WRITTEN:
        if len(_WRITTEN) > 1000:
            _WRITTEN.clear()
        begun, every, first = (
            tuple(-base - n for n in range(size)) for base, size in zip((10**6, 10**7, 10**8), sizes, strict=True)
        )
        stand_in = Given(-7, begun, every, _STAND_IN, first)
        try:
            sql, values = _question(name, stand_in).query.sql_with_params()
        except EmptyResultSet:
            _WRITTEN[key] = None
        else:
            at = {one: _Place(n) for n, one in enumerate(_flat(stand_in))}
            _WRITTEN[key] = sql, [at.get(one, one) if _is_value(one) else one for one in values]
    if (written := _WRITTEN[key]) is None:
        return None
    flat = _flat(given)
    return Ground(written[0], [flat[one.at] if isinstance(one, _Place) else one for one in written[1]])


def _is_value(one: Any) -> bool:
    return isinstance(one, int | str | dt.date) and not isinstance(one, bool)


def _flat(given: Given) -> list[Any]:
    """The values of a question in one row, as the database takes them."""
    moment = connection.ops.adapt_datetimefield_value(given.now)
    day = connection.ops.adapt_datefield_value(given.today)
    return [given.tutor, moment, day, *given.begun, *given.all, *given.first]


class Union:
    """Parts of a statement, put together. `@rows` in a part stands for the question that is its ground."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.given: list[Any] = []

    def add(self, part: str, ground: Ground | None, *, before: Sequence[Any] = (), after: Sequence[Any] = ()) -> None:
        """`before` and `after` are the values of the part that stand before and after its question."""
        if ground is not None:
            self.plain(part.replace("@rows", f"({ground.sql}) ground"), [*before, *ground.values, *after])

    def plain(self, part: str, values: Sequence[Any]) -> None:
        self.parts.append(part)
        self.given += values

    def fetched(self) -> list[Any]:
        if not self.parts:
            return []
        with connection.cursor() as cursor:
            cursor.execute(" union all ".join(self.parts), self.given)
            return list(cursor.fetchall())
