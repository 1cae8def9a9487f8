"""What waits for a tutor: marking, resubmissions, drafts, the verifier's actions, catch-ups, questions, registers.

The desk and the tutor's home both ask here, so that they say the same. Each kind is one question in Django's words; two
statements put them together: `counts_of` by window, up to `BOUND` of each, and `rows_of` the oldest of each kind. How many
learners or how much work a centre has makes neither of them longer.
"""

from __future__ import annotations

import datetime as dt
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

    by: dict[tuple[str, str], int] = field(default_factory=dict)
    # Where counting stopped, so that there are more.
    stopped: set[tuple[str, str]] = field(default_factory=set)
    criteria: dict[int, int] = field(default_factory=dict)
    held: int | None = None

    def of(self, *kinds: str, window: str = "") -> int:
        """The number, of one window or of all."""
        return sum(n for (kind, key), n in self.by.items() if kind in kinds and window in ("", key))

    def is_bounded(self, *kinds: str, window: str = "") -> bool:
        """Whether there are more than `of` says."""
        return any(kind in kinds and window in ("", key) for kind, key in self.stopped)

    def stop(self) -> None:
        """Take off the one that was counted past the bound. Of marking each window is counted, of the rest each kind."""
        for kind, key in [one for one, n in self.by.items() if one[0] in PILE and n > BOUND]:
            self.by[kind, key] = BOUND
            self.stopped.add((kind, key))
        for kind in BESIDE:
            keys = [one for one in self.by if one[0] == kind]
            if self.of(kind) > BOUND:
                self.by[max(keys, key=lambda one: self.by[one])] -= 1
                self.stopped |= set(keys)


def counts_of(tutor: User, taught: Teaching, *, now: dt.datetime) -> Counts:
    """By kind and window, in one statement; also how many criteria an assignment has, and the piece held last."""
    today, union = timezone.localdate(now), _Union()
    pile = _pile(tutor, taught, today)
    for key, _ in WINDOWS:
        lies, days = "mark_due >= %s and mark_due < %s", [_day(one) for one in between(key, today)]
        for kind, which in zip(PILE, ("= 1", "> 1"), strict=True):
            union.add(
                f"select '{kind}' as kind, '{key}' as place, count(*) as n from (select 1 as one from @rows "  # noqa: S608 - our own words
                f"where {lies} and attempt {which} limit {BOUND + 1}) bounded",
                pile,
                after=days,
            )
    for kind, rows in _beside(tutor, taught, now).items():
        column = "since" if kind in settings.TURNAROUND else "due"
        union.add(
            f"select '{kind}', place, count(*) from (select case when {column} < %s then 'overdue' "  # noqa: S608 - our own words
            f"when {column} < %s then 'today' when {column} < %s then 'week' else 'later' end as place "
            f"from @rows limit {BOUND + 1}) bounded group by place",
            rows,
            before=_edges(today, settings.TURNAROUND.get(kind)),
        )
    union.add(
        "select 'held', cast(pk as varchar(20)), 1 from (select pk from @rows where held_by_id = %s "
        "and held_at is not null order by held_at desc limit 1) last",
        pile,
        after=[tutor.pk],
    )
    if taught.versions:
        union.add(_CRITERIA.format(", ".join(["%s"] * len(taught.versions))), after=list(taught.versions))
    counts = Counts()
    for kind, place, n in union.fetched():
        if kind == "criteria":
            counts.criteria[int(place)] = n
        elif kind == "held":
            counts.held = int(place)
        elif n:
            counts.by[kind, place] = n
    counts.stop()
    return counts


# Of the assignments of these versions: how many criteria each is marked against.
_CRITERIA = """select 'criteria', cast(u.assignment_id as varchar(20)), count(*) from programmes_assignment_units u
join programmes_assignment a on a.id = u.assignment_id join programmes_learningoutcome o on o.unit_id = u.unit_id
join programmes_criterion c on c.outcome_id = o.id where a.version_id in ({}) group by u.assignment_id"""


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
    tutor: User, taught: Teaching, *, now: dt.datetime, each: int, kinds: Collection[str] = BESIDE
) -> dict[str, list[Waiting]]:
    """The first `each` of each kind by their last day, in one statement."""
    today, union = timezone.localdate(now), _Union()
    for kind, rows in _beside(tutor, taught, now).items():
        if kind in kinds:
            order = "since" if kind in settings.TURNAROUND else "due"
            union.add(
                f"select * from (select '{kind}' as kind, pk, since, due, person, about, code, more from @rows "  # noqa: S608 - our own words
                f"order by {order}, pk limit {each}) few",
                rows,
            )
    found: dict[str, list[Waiting]] = {kind: [] for kind in kinds}
    for kind, pk, since, due, person, about, code, more in union.fetched():
        began = _as_moment(since)
        stands = _clock(_as_day(due), timezone.localdate(began), settings.TURNAROUND.get(kind), today)
        found[kind].append(Waiting(kind, pk, began, stands, person, about, code, more))
    for rows_of_kind in found.values():
        rows_of_kind.sort(key=lambda one: (one.clock.due_on or NEVER, one.since, one.pk))
    return found


@lru_cache(maxsize=4096)
def _clock(due_on: dt.date | None, began_on: dt.date, days: int | None, today: dt.date) -> deadlines.Clock:
    """A kind has so many working days from when it began, or, without them, a day that somebody set."""
    if days is None:
        allowed = deadlines.working_days_between(began_on, due_on or began_on)
        return deadlines.clock_until(due_on, allowed=allowed, today=today)
    return deadlines.clock_until(deadlines.add_working_days(began_on, days), allowed=days, today=today)


# ---- each kind, in Django's words


def _pile(tutor: User, taught: Teaching, today: dt.date) -> QuerySet[Any, Any]:
    rows = Submission.objects.waiting_for(tutor, today, taught.begun).with_due().order_by()
    return rows.values_list("pk", "mark_due", "attempt", "held_by_id", "held_at")


def _beside(tutor: User, taught: Teaching, now: dt.datetime) -> dict[str, QuerySet[Any, Any]]:
    """Everything but the marking: since when, by when if somebody set a day, of whom, about what, in which cohort."""
    today = timezone.localdate(now)
    drafts = Draft.objects.waiting().filter(submission__enrolment__cohort__in=taught.begun)
    drafts = drafts.exclude(submission__enrolment__learner=tutor)
    places = Place.objects.to_catch_up(taught.all).exclude(enrolment__learner=tutor)
    open_registers = Session.objects.awaiting_register(now).filter(tutor=tutor)
    return {
        "drafts": _columns(drafts, "sent_at", "submission__enrolment", "submission__assignment__title"),
        "actions": _columns(
            _sent_back(tutor, taught, today),
            "decided_at",
            "submission__enrolment",
            "submission__assignment__title",
            due=F("action_due_on"),
            more=F("action"),
        ),
        "catch_ups": _columns(places, "session__starts_at", "enrolment", "session__title"),
        "questions": _columns(Thread.objects.waiting_for(tutor, taught.all), "waits_since", "enrolment", "subject"),
        "registers": _columns(open_registers, "ends_at", "", "title"),
    }


def _sent_back(tutor: User, taught: Teaching, today: dt.date) -> Any:
    """What the verifier sent back to this tutor, or to one whose appointment is over. Samples come at a later stage."""
    still_there = TutorAppointment.objects.covering(today).filter(
        tutor=OuterRef("marked_by"), cohort=OuterRef("submission__enrolment__cohort")
    )
    samples: Any = apps.get_model("verification", "Sample")._default_manager
    theirs = samples.filter(state="returned", submission__enrolment__cohort__in=taught.begun)
    return theirs.exclude(submission__enrolment__learner=tutor).filter(Q(marked_by=tutor) | ~Exists(still_there))


def _columns(rows: Any, since: str, enrolment: str, about: str, **more: Any) -> QuerySet[Any, Any]:
    """A question as columns of one shape. A register belongs to a cohort and to no learner."""
    named: dict[str, Any] = {
        "since": F(since),
        "due": Cast(Value(None), DateField()),
        "person": F(f"{enrolment}__learner__full_name") if enrolment else Value(""),
        "about": F(about),
        "code": F(f"{enrolment}__cohort__code" if enrolment else "cohort__code"),
        "more": Value(""),
        **more,
    }
    return rows.order_by().annotate(**named).values_list("pk", *named)


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


def _edges(today: dt.date, days: int | None) -> list[Any]:
    """Where the windows of a kind part: for last days themselves, or for moments from which so many working days are given."""
    parted = [between(key, today)[0] for key in ("today", "week", "later")]
    if days is None:
        return [_day(one) for one in parted]
    begun = (dt.datetime.combine(deadlines.first_day_due(one, days), dt.time.min) for one in parted)
    return [connection.ops.adapt_datetimefield_value(timezone.make_aware(one)) for one in begun]


def _day(day: dt.date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _as_moment(found: Any) -> dt.datetime:
    """SQLite gives text, PostgreSQL a moment."""
    moment: dt.datetime = parse_datetime(found) if isinstance(found, str) else found  # type: ignore[assignment]
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=dt.UTC)


def _as_day(found: Any) -> dt.date | None:
    return parse_date(found) if isinstance(found, str) else found
