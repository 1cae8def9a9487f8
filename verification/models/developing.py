"""What verification found in the marking of tutors, over time: for those who verify them, and each tutor of their own. Nothing ranks."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from core import clock
from verification.interim_states import RECORDED
from verification.judging import Aspect, Rating
from verification.models.interim import InterimSample
from verification.models.judging import DevelopmentPoint, SampleJudgement
from verification.models.records import Sample
from verification.states import DECIDED, WITH_ACTION, SampleState

QUARTERS = 4
"""So many quarters stand side by side: a year."""


def found_of(tutor: User | Any, *, reader: User) -> Any:
    """What was decided about this tutor's marking, as far as the reader sees it; of one's own marking all of it."""
    rows = Sample.objects.filter(marked_by=tutor, state__in=DECIDED)
    if reader.pk == tutor.pk:
        return rows.exclude(submission__enrolment__learner=reader).read_by(reader)
    return rows.filter(pk__in=Sample.objects.visible_to(reader).values("pk")).read_by(reader)


def developed(user: User) -> QuerySet[User]:
    """The tutors whose marking was verified where this person verifies or administers, each with counts. Never themselves."""
    seen = Sample.objects.visible_to(user).filter(state__in=DECIDED)
    of = seen.filter(marked_by=OuterRef("pk")).order_by()
    lines = SampleJudgement.objects.filter(
        sample__marked_by=OuterRef("pk"), sample__in=seen.order_by().values("pk")
    ).order_by()
    points = DevelopmentPoint.objects.filter(tutor=OuterRef("pk"), done_at__isnull=True).order_by()
    waiting, today = of.filter(state=SampleState.RETURNED), clock.today()
    rows: Any = User.objects.filter(Exists(of)).exclude(pk=user.pk)
    return rows.annotate(  # type: ignore[no-any-return]
        verified=_count(of, "marked_by"),
        with_action=_count(of.filter(state__in=WITH_ACTION), "marked_by"),
        waiting=_count(waiting, "marked_by"),
        overdue=_count(waiting.filter(action_due_on__lt=today), "marked_by"),
        to_develop=_count(lines.filter(rating=Rating.DEVELOP), "sample__marked_by"),
        points=_count(points, "tutor"),
    )


def _count(rows: QuerySet[Any], by: str) -> Any:
    counted = rows.values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted[:1], output_field=IntegerField()), 0)


def with_what_came_of_it(rows: Any, *, reader: User) -> Any:
    """Each with whether the reader may open its page."""
    opened = Sample.objects.visible_to(reader).filter(pk=OuterRef("pk"))
    related = "submission__enrolment__learner", "submission__enrolment__cohort", "submission__assignment"
    return rows.select_related(*related, "verified_by", "owner", "answered_by").annotate(opens=Exists(opened))


def seen_while_assessing(tutor: User | Any, *, reader: User, since: dt.date) -> list[InterimSample]:
    """The recorded interim samples from a day on, newest first, each with how often it was rated `strong`, `sound`, `to_develop`."""
    rows = InterimSample.objects.visible_to(reader).filter(tutor=tutor, state__in=RECORDED, happens_on__gte=since)
    rated = {
        name: Count("notes", filter=Q(notes__rating=rating))
        for name, rating in (("strong", Rating.STRONG), ("sound", Rating.SOUND), ("to_develop", Rating.DEVELOP))
    }
    return list(rows.annotate(**rated).select_related("verifier", "cohort").order_by("-happens_on", "-pk"))


@dataclass(frozen=True)
class Quarter:
    year: int
    number: int

    def __str__(self) -> str:
        return f"{('January to March', 'April to June', 'July to September', 'October to December')[self.number - 1]} {self.year}"

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    @property
    def begins_on(self) -> dt.date:
        return dt.date(self.year, self.number * 3 - 2, 1)


def quarter_of(day: dt.date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def quarters(today: dt.date, count: int = QUARTERS) -> list[Quarter]:
    """The last ones, newest first, the one under way included."""
    found = [quarter_of(today)]
    while len(found) < count:
        found.append(found[-1].before)
    return found


@dataclass
class Ratings:
    """How often an aspect was rated how, in one quarter."""

    quarter: Quarter
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def said(self) -> list[tuple[str, str, int]]:
        """Rating, word and number, those that were given only."""
        return [(one.value, str(one.label).lower(), self.counts[one.value]) for one in Rating if self.counts[one.value]]


@dataclass(frozen=True)
class Against:
    """A criterion with which verifiers did not agree, how often, and of how many."""

    number: str
    title: str
    unit: str
    count: int
    of: int


def judged_since(rows: QuerySet[Sample], since: dt.date) -> list[dict[str, Any]]:
    """The lines of all these judgements, in one statement."""
    lines: Any = SampleJudgement.objects.filter(sample__in=rows.order_by().values("pk"))
    return list(
        lines.filter(Q(sample__decided_at__date__gte=since))
        .order_by()
        .values(
            "aspect",
            "rating",
            "agrees",
            "criterion",
            "criterion__number",
            "criterion__title",
            "criterion__outcome__unit__number",
            "sample__decided_at",
        )
    )


def by_quarter(lines: Iterable[dict[str, Any]], shown: list[Quarter]) -> list[tuple[str, list[Ratings]]]:
    """Each aspect with its ratings, quarter by quarter."""
    counted: dict[tuple[str, Quarter], Counter[str]] = defaultdict(Counter)
    for one in lines:
        if one["aspect"]:
            counted[one["aspect"], quarter_of(timezone.localdate(one["sample__decided_at"]))][one["rating"]] += 1
    return [(str(aspect.label), [Ratings(each, counted[aspect.value, each]) for each in shown]) for aspect in Aspect]


def most_against(lines: Iterable[dict[str, Any]], most: int = 5) -> list[Against]:
    """The criteria that were not agreed with most often."""
    judged: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in lines:
        if one["criterion"]:
            judged[one["criterion"]].append(one)
    found = []
    for rows in judged.values():
        first, against = rows[0], sum(one["agrees"] is False for one in rows)
        unit = first["criterion__outcome__unit__number"]
        found.append(Against(first["criterion__number"], first["criterion__title"], unit, against, len(rows)))
    found = [one for one in found if one.count]
    return sorted(found, key=lambda one: (-one.count, one.unit, one.number))[:most]


def may_read(reader: User, tutor: User) -> bool:
    """Whether this is the reader's own page, or they see pages of others."""
    return reader.pk == tutor.pk or reader.can(Can.SEE_DEVELOPMENT)
