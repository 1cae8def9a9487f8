"""What waits for a tutor: marking, resubmissions, drafts, the verifier's actions, catch-ups, questions, registers.

The desk and the tutor's home both ask here, so that they say the same. Each kind is one question in Django's words; two
statements put them together: `counts_of` by window, up to `BOUND` of each, and `rows_of` the oldest of each kind. How much
work a centre has makes neither of them longer.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import User
from assignments import deadlines
from assignments.models import NEVER, Draft, Submission
from programmes.models import TutorAppointment
from workshops.models import Place, Session, Thread

BOUND = 1000
WINDOWS = (
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("week", "Next 7 days"),
    ("later", "Later"),
    ("still", "Clock stands still"),
)
KINDS = (
    ("marking", "Marking"),
    ("resubmissions", "Resubmissions"),
    ("drafts", "Drafts"),
    ("actions", "IQA actions"),
    ("catch_ups", "Catch-ups"),
    ("questions", "Questions"),
    ("registers", "Registers"),
)
PILE = ("marking", "resubmissions")
BESIDE = tuple(kind for kind, _ in KINDS if kind not in PILE)


def window(day: dt.date | None, today: dt.date) -> str:
    """In which row of the day table a last day falls; none means that the clock stands still."""
    if day is None or day == NEVER:
        return "still"
    if day < today:
        return "overdue"
    if day == today:
        return "today"
    return "week" if day <= today + dt.timedelta(days=7) else "later"


def between(key: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first last-day of a window, and the first after it: what `window` says, as a range."""
    tomorrow, after = today + dt.timedelta(days=1), today + dt.timedelta(days=8)
    return {
        "overdue": (dt.date.min, today),
        "today": (today, tomorrow),
        "week": (tomorrow, after),
        "later": (after, NEVER),
        "still": (NEVER, dt.date.max),
    }[key]


def in_window(rows: Any, key: str, today: dt.date) -> Any:
    """Of `Submission.objects.with_due()`, those whose last day falls into this window."""
    begin, end = between(key, today)
    return rows.filter(mark_due=NEVER) if begin == NEVER else rows.filter(mark_due__gte=begin, mark_due__lt=end)


def clock_of(submission: Submission, *, today: dt.date) -> deadlines.Clock:
    """The clock for marking: it stands still while a decision is deferred, and does not run while the learner has the work."""
    return deadlines.clock_until(
        submission.mark_by,
        allowed=submission.assignment.version.marking_days,
        used=submission.clock_used,
        today=today,
    )


@dataclass(frozen=True)
class Teaching:
    """The cohorts a tutor is appointed to. `begun` are those they mark today; `all` those they answer questions of, too."""

    codes: Mapping[int, str]
    begun: Sequence[int]
    versions: Collection[int]

    @property
    def all(self) -> Sequence[int]:
        return list(self.codes)


def teaching(tutor: User, today: dt.date) -> Teaching:
    """One statement."""
    columns = "cohort", "cohort__code", "cohort__version", "from_on"
    found = tutor.appointments.in_force(today).order_by("cohort__code", "cohort").values_list(*columns)
    codes, begun, versions = {}, {}, set()
    for cohort, code, version, from_on in found:
        codes[cohort] = code
        versions.add(version)
        if from_on <= today:
            begun[cohort] = True
    return Teaching(codes, list(begun), versions)


@dataclass
class Counts:
    """How many of each kind wait in each window. What was counted up to `BOUND` may be more."""

    by: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    # Where counting stopped, so that there are more.
    stopped: set[tuple[str, str]] = field(default_factory=set)
    # Of each kind beside the marking: what waits, as far as it was counted, by its last day.
    queues: dict[str, list[int]] = field(default_factory=dict)
    # How many criteria each assignment is marked against, and the piece this tutor held last.
    criteria: dict[int, int] = field(default_factory=dict)
    held: int | None = None

    def of(self, *kinds: str, window: str = "") -> int:
        """The number, of one window or of all."""
        return sum(n for (kind, key), n in self.by.items() if kind in kinds and window in ("", key))

    def is_bounded(self, *kinds: str, window: str = "") -> bool:
        """Whether there are more than `of` says."""
        return any(kind in kinds and window in ("", key) for kind, key in self.stopped)

    def stop(self, kind: str) -> None:
        """Where all of a kind were counted up to the bound: take off the one past it, and say that there may be more."""
        keys = [one for one in self.by if one[0] == kind]
        if self.of(kind) > BOUND:
            self.by[max(keys, key=lambda one: self.by[one])] -= 1
            self.stopped |= set(keys)


def counts_of(tutor: User, taught: Teaching, *, now: dt.datetime) -> Counts:
    """By kind and window, in one statement; where more than `BOUND` pieces are to be marked, in a second for each window."""
    today, union, counts = timezone.localdate(now), _Union(), Counts()
    pile = _pile(tutor, taught, today)
    again = "case when attempt > 1 then 'resubmissions' else 'marking' end"
    union.add(
        f"select {again} as kind, 0 as pk, count(*) as n, {_NO_MOMENT} as since, mark_due as due from "  # noqa: S608 - our own words
        f"(select attempt, mark_due from @rows limit {BOUND + 1}) bounded group by 1, mark_due",
        pile,
    )
    union.add(
        "select * from (select 'held' as kind, pk, 1 as n, held_at as since, mark_due as due from @rows "
        "where held_by_id = %s and held_at is not null order by held_at desc limit 1) held",
        pile,
        after=[tutor.pk],
    )
    if taught.versions:
        union.add(_CRITERIA.format(", ".join(["%s"] * len(taught.versions))), after=list(taught.versions))
    for kind, (rows, since, due) in _beside(tutor, taught, now).items():
        columns = rows.annotate(since=since, due=due).values_list("pk", "since", "due")
        order = "since" if kind in settings.TURNAROUND else "due"
        union.add(
            f"select * from (select '{kind}' as kind, pk, 1 as n, since, due from @rows "  # noqa: S608 - our own words
            f"order by {order}, pk limit {BOUND + 1}) bounded",
            columns,
        )
    for kind, pk, n, since, due in union.fetched():
        if kind == "held":
            counts.held = pk
        elif kind == "criteria":
            counts.criteria[pk] = n
        else:
            days = settings.TURNAROUND.get(kind)
            due_on = _as_day(due) if days is None else _due_on(timezone.localdate(_as_moment(since)), days)
            counts.by[kind, window(due_on, today)] += n
            if pk:
                counts.queues.setdefault(kind, []).append(pk)
    if counts.of(*PILE) > BOUND:
        _count_windows(counts, pile, today)
    for kind in BESIDE:
        counts.stop(kind)
    return counts


_NO_MOMENT = "cast(null as timestamp with time zone)"
# Of the assignments of these versions: how many criteria each is marked against.
_CRITERIA = f"""select 'criteria', u.assignment_id, count(*), {_NO_MOMENT}, cast(null as date) from programmes_assignment_units u
join programmes_assignment a on a.id = u.assignment_id join programmes_learningoutcome o on o.unit_id = u.unit_id
join programmes_criterion c on c.outcome_id = o.id where a.version_id in ({{}}) group by u.assignment_id"""  # noqa: S608 - our own words


def _count_windows(counts: Counts, pile: QuerySet[Any, Any], today: dt.date) -> None:
    """A pile that is too large to be counted at once: first attempts up to the bound in each window, and resubmissions."""
    for key in [one for one in counts.by if one[0] in PILE]:
        del counts.by[key]
    union = _Union()
    for key, _ in WINDOWS:
        union.add(
            f"select 'marking' as kind, '{key}' as place, count(*) as n from (select 1 as one from @rows where "  # noqa: S608 - our own words
            f"mark_due >= %s and mark_due < %s and attempt = 1 limit {BOUND + 1}) bounded",
            pile,
            after=[connection.ops.adapt_datefield_value(one) for one in between(key, today)],
        )
    edges = [between(key, today)[1] for key, _ in WINDOWS[:-1]]
    cases = " ".join(f"when mark_due < %s then '{key}'" for key, _ in WINDOWS[:-1])
    union.add(
        f"select 'resubmissions', place, count(*) from (select case {cases} else 'still' end as place from @rows "  # noqa: S608 - our own words
        f"where attempt > 1 limit {BOUND + 1}) bounded group by place",
        pile,
        before=[connection.ops.adapt_datefield_value(one) for one in edges],
    )
    for kind, place, n in union.fetched():
        if n:
            counts.by[kind, place] = n
        if kind == "marking" and n > BOUND:
            counts.by[kind, place] = BOUND
            counts.stopped.add((kind, place))
    counts.stop("resubmissions")


@dataclass(frozen=True)
class Waiting:
    """One thing that waits beside the marking: what, of whom, since when, and what its clock says."""

    kind: str
    pk: int
    since: dt.datetime
    clock: deadlines.Clock
    person: str
    about: str
    cohort: str
    more: str = ""

    @property
    def url(self) -> str:
        return reverse(_ROUTES[self.kind], args=[self.pk])


_ROUTES = {
    "drafts": "assignments:draft",
    "actions": "verification:sample",
    "catch_ups": "workshops:catch_up",
    "questions": "workshops:thread",
    "registers": "workshops:take_register",
}


def rows_of(
    tutor: User, taught: Teaching, counts: Counts, *, now: dt.datetime, each: int, kinds: Collection[str] = BESIDE
) -> dict[str, list[Waiting]]:
    """The first `each` of each kind by their last day, in one statement; in none if nothing waits."""
    today, union = timezone.localdate(now), _Union()
    for kind, (rows, since, due) in _beside(tutor, taught, now).items():
        if kind not in kinds or kind not in counts.queues:
            continue
        enrolment, about, more = _DRAWN[kind]
        named: dict[str, Any] = {
            "since": since,
            "due": due,
            "person": F(f"{enrolment}__learner__full_name") if enrolment else Value(""),
            "about": F(about),
            "code": F(f"{enrolment}__cohort__code" if enrolment else "cohort__code"),
            "more": F(more) if more else Value(""),
        }
        first = rows.filter(pk__in=counts.queues[kind][:each]).annotate(**named).values_list("pk", *named)
        union.add(f"select '{kind}' as kind, pk, since, due, person, about, code, more from @rows", first)  # noqa: S608 - our own words
    found: dict[str, list[Waiting]] = {kind: [] for kind in kinds}
    for kind, pk, since, due, person, about, code, more in union.fetched():
        began = _as_moment(since)
        stands = _clock(_as_day(due), timezone.localdate(began), settings.TURNAROUND.get(kind), today)
        found[kind].append(Waiting(kind, pk, began, stands, person, about, code, more))
    for rows_of_kind in found.values():
        rows_of_kind.sort(key=lambda one: (one.clock.due_on or NEVER, one.since, one.pk))
    return found


@lru_cache(maxsize=4096)
def _due_on(began_on: dt.date, days: int) -> dt.date:
    return deadlines.add_working_days(began_on, days)


@lru_cache(maxsize=4096)
def _clock(due_on: dt.date | None, began_on: dt.date, days: int | None, today: dt.date) -> deadlines.Clock:
    """A kind has so many working days from when it began, or, without them, a day that somebody set."""
    if days is None:
        allowed = deadlines.working_days_between(began_on, due_on or began_on)
        return deadlines.clock_until(due_on, allowed=allowed, today=today)
    return deadlines.clock_until(_due_on(began_on, days), allowed=days, today=today)


# ---- each kind, in Django's words


def _pile(tutor: User, taught: Teaching, today: dt.date) -> QuerySet[Any, Any]:
    rows = Submission.objects.waiting_for(tutor, today, taught.begun).with_due().order_by()
    return rows.values_list("pk", "mark_due", "attempt", "held_by_id", "held_at")


def _beside(tutor: User, taught: Teaching, now: dt.datetime) -> dict[str, tuple[Any, Any, Any]]:
    """Everything but the marking: the rows, since when they wait, and by when if somebody set a day."""
    drafts = Draft.objects.waiting().filter(submission__enrolment__cohort__in=taught.begun)
    no_day = Cast(Value(None), DateField())
    return {
        "drafts": (drafts.exclude(submission__enrolment__learner=tutor).order_by(), F("sent_at"), no_day),
        "actions": (_sent_back(tutor, taught, timezone.localdate(now)), F("decided_at"), F("action_due_on")),
        "catch_ups": (
            Place.objects.to_catch_up(taught.all).exclude(enrolment__learner=tutor).order_by(),
            F("session__starts_at"),
            no_day,
        ),
        "questions": (Thread.objects.waiting_for(tutor, taught.all).order_by(), F("waits_since"), no_day),
        "registers": (Session.objects.awaiting_register(now).filter(tutor=tutor).order_by(), F("ends_at"), no_day),
    }


# How a kind leads to its enrolment (a register belongs to a cohort and to no learner), what it is about, and what else it says.
_DRAWN = {
    "drafts": ("submission__enrolment", "submission__assignment__title", ""),
    "actions": ("submission__enrolment", "submission__assignment__title", "action"),
    "catch_ups": ("enrolment", "session__title", ""),
    "questions": ("enrolment", "subject", ""),
    "registers": ("", "title", ""),
}


def _sent_back(tutor: User, taught: Teaching, today: dt.date) -> Any:
    """What the verifier sent back to this tutor, or to one whose appointment is over. Samples come at a later stage."""
    still_there = TutorAppointment.objects.covering(today).filter(
        tutor=OuterRef("marked_by"), cohort=OuterRef("submission__enrolment__cohort")
    )
    samples: Any = apps.get_model("verification", "Sample")._default_manager
    theirs = samples.filter(state="returned", submission__enrolment__cohort__in=taught.begun)
    theirs = theirs.exclude(submission__enrolment__learner=tutor).order_by()
    return theirs.filter(Q(marked_by=tutor) | ~Exists(still_there))


# ---- one statement of several questions


class _Union:
    """Parts of a statement, put together. `@rows` in a part stands for the question that is its ground."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.given: list[Any] = []
        self._written: dict[int, tuple[str, Sequence[Any]]] = {}

    def add(
        self,
        part: str,
        rows: QuerySet[Any, Any] | None = None,
        *,
        before: Sequence[Any] = (),
        after: Sequence[Any] = (),
    ) -> None:
        """`before` and `after` are the values of the part that stand before and after its question."""
        sql, values = "", ()
        if rows is not None:
            try:
                sql, values = self._sql(rows)
            except EmptyResultSet:
                return
        self.parts.append(part.replace("@rows", f"({sql}) ground"))
        self.given += [*before, *values, *after]

    def _sql(self, rows: QuerySet[Any, Any]) -> tuple[str, Any]:
        if id(rows) not in self._written:
            self._written[id(rows)] = rows.query.sql_with_params()
        return self._written[id(rows)]

    def fetched(self) -> list[Any]:
        if not self.parts:
            return []
        with connection.cursor() as cursor:
            cursor.execute(" union all ".join(self.parts), self.given)
            return list(cursor.fetchall())


def _as_moment(found: Any) -> dt.datetime:
    """SQLite gives text, PostgreSQL a moment."""
    moment: dt.datetime = parse_datetime(found) if isinstance(found, str) else found  # type: ignore[assignment]
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=dt.UTC)


def _as_day(found: Any) -> dt.date | None:
    return parse_date(found) if isinstance(found, str) else found
