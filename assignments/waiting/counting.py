"""What waits for a tutor: how many of each kind in each window, and the oldest of each kind."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import User
from assignments import anonymity, deadlines
from assignments.models import NEVER
from assignments.waiting.questions import COVERED, Given, Ground, Union, ground
from assignments.waiting.windows import BESIDE, PILE, WINDOWS, between, clock_beside, due_after, window

BOUND = 1000


@dataclass(frozen=True)
class Teaching:
    """The cohorts a tutor is appointed to. `begun` are those they mark today; `all` those they answer questions of, too."""

    codes: Mapping[int, str]
    begun: Sequence[int]
    versions: Collection[int]
    # What the caller asked besides of each appointment.
    also: Sequence[tuple[Any, ...]] = ()

    @property
    def all(self) -> Sequence[int]:
        return list(self.codes)


def teaching(tutor: User, today: dt.date, also: Mapping[str, Any] | None = None) -> Teaching:
    """One statement. `also` names what a later app wants to know of each appointment that has begun."""
    asked, begun_only = also or {}, []
    columns = "cohort", "cohort__code", "cohort__version", "from_on"
    found = tutor.appointments.in_force(today).annotate(**asked).order_by("cohort__code", "cohort")
    codes, begun, versions = {}, {}, set()
    for cohort, code, version, from_on, *more in found.values_list(*columns, *asked):
        codes[cohort] = code
        versions.add(version)
        if from_on <= today:
            begun[cohort] = True
            begun_only.append(tuple(more))
    return Teaching(codes, list(begun), versions, begun_only)


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
    today, union, counts = timezone.localdate(now), Union(), Counts()
    given = Given(tutor.pk, taught.begun, taught.all, now)
    pile = ground("pile", given)
    again = "case when attempt > 1 then 'resubmissions' else 'marking' end"
    union.add(
        f"select {again} as kind, 0 as pk, count(*) as n, {_NO_MOMENT} as since, mark_due as due from "  # noqa: S608 - our own words
        f"(select attempt, mark_due from @rows order by mark_due, pk limit {BOUND + 1}) bounded group by 1, mark_due",
        pile,
    )
    union.add(
        "select * from (select 'held' as kind, pk, 1 as n, held_at as since, mark_due as due from @rows "
        "where held_by_id = %s and held_at is not null order by held_at desc limit 1) held",
        pile,
        after=[tutor.pk],
    )
    if taught.versions:
        union.plain(_CRITERIA.format(", ".join(["%s"] * len(taught.versions))), list(taught.versions))
    for kind in BESIDE:
        # Not in any order, so that counting can stop; what is shown of a kind is sorted below.
        union.add(
            f"select * from (select '{kind}' as kind, pk, 1 as n, since, due from @rows limit {BOUND + 1}) bounded",  # noqa: S608 - our own words
            ground(kind, given),
        )
    queued: dict[str, list[Any]] = defaultdict(list)
    for kind, pk, n, since, due in union.fetched():
        if kind == "held":
            counts.held = pk
        elif kind == "criteria":
            counts.criteria[pk] = n
        else:
            days = settings.TURNAROUND.get(kind)
            due_on = _as_day(due) if days is None else due_after(timezone.localdate(_as_moment(since)), days)
            counts.by[kind, window(due_on, today)] += n
            if pk:
                queued[kind].append((due_on or NEVER, since, pk))
    if pile and counts.of(*PILE) > BOUND:
        _count_windows(counts, pile, today)
    for kind in BESIDE:
        counts.stop(kind)
        counts.queues[kind] = [pk for *_, pk in sorted(queued[kind])]
    return counts


_NO_MOMENT = "cast(null as timestamp with time zone)"
# Of the assignments of these versions: how many criteria each is marked against.
_CRITERIA = f"""select 'criteria', u.assignment_id, count(*), {_NO_MOMENT}, cast(null as date) from programmes_assignment_units u
join programmes_assignment a on a.id = u.assignment_id join programmes_learningoutcome o on o.unit_id = u.unit_id
join programmes_criterion c on c.outcome_id = o.id where a.version_id in ({{}}) group by u.assignment_id"""  # noqa: S608 - our own words


def _count_windows(counts: Counts, pile: Ground, today: dt.date) -> None:
    """A pile that is too large to be counted at once: first attempts up to the bound in each window, and resubmissions."""
    for counted in [one for one in counts.by if one[0] in PILE]:
        del counts.by[counted]
    union = Union()
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
    today, union = timezone.localdate(now), Union()
    given = Given(tutor.pk, taught.begun, taught.all, now)
    for kind in kinds:
        if first := counts.queues.get(kind, [])[:each]:
            union.add(
                f"select '{kind}' as kind, pk, since, due, person, about, code, more from @rows",  # noqa: S608 - our own words
                ground(f"{kind} drawn", replace(given, first=tuple(first))),
            )
    found: dict[str, list[Waiting]] = {kind: [] for kind in kinds}
    for kind, pk, since, due, person, about, code, more in union.fetched():
        began = _as_moment(since)
        stands = clock_beside(_as_day(due), timezone.localdate(began), settings.TURNAROUND.get(kind), today)
        shown = anonymity.name(int(person[1:])) if person.startswith(COVERED) else person
        found[kind].append(Waiting(kind, pk, began, stands, shown, about, code, more))
    for rows_of_kind in found.values():
        rows_of_kind.sort(key=lambda one: (one.clock.due_on or NEVER, one.since, one.pk))
    return found


def _as_moment(found: Any) -> dt.datetime:
    """SQLite gives text, PostgreSQL a moment."""
    moment: dt.datetime = parse_datetime(found) if isinstance(found, str) else found  # type: ignore[assignment]
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=dt.UTC)


def _as_day(found: Any) -> dt.date | None:
    return parse_date(found) if isinstance(found, str) else found
