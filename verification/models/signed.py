"""Rows for the figures of tutors: each attempt at its first signed outcome, in the cohorts a verifier answers for."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Length, Replace, Trim
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from assignments.models import Comment, CriterionDecision, Decision, Marking, Outcome
from core import clock
from programmes.models import Cohort, VerifierAllocation
from verification.models.records import Sample
from verification.states import WITH_ACTION
from verification.tutor_figures import Piece, Share, Spread, spread, taken

# A run of spaces becomes one pair of these, so that pairs can be counted. PostgreSQL and SQLite both know how.
_OPEN, _CLOSE = "\x01", "\x02"


def answered_for(user: User) -> QuerySet[Cohort]:
    """The cohorts whose tutors' figures this person sees: administrators all, verifiers those they are allocated to now.

    Narrower than what one sees: who also teaches a cohort does not read its other tutors' figures.
    """
    if user.has_role(Role.ADMINISTRATOR):
        return Cohort.objects.all()
    mine = VerifierAllocation.objects.in_force(clock.today()).filter(verifier=user, role=Role.IQA)
    return Cohort.objects.filter(pk__in=mine.values("cohort")) if user.has_role(Role.IQA) else Cohort.objects.none()


def first_outcomes(cohorts: Iterable[int], since: dt.date | None = None) -> QuerySet[Marking]:
    """The first pass or referral of each attempt. One returned unmarked has none; what superseded it is not counted.

    `cohorts` are numbers and not a question, so that the database goes by them whatever it knows of its tables.
    """
    decided = Marking.objects.exclude(outcome=Outcome.RETURN)
    earlier = decided.filter(submission=OuterRef("submission"), pk__lt=OuterRef("pk"))
    rows = decided.filter(~Exists(earlier), submission__enrolment__cohort__in=list(cohorts))
    return rows.filter(marked_at__date__gte=since) if since else rows


def words_of(text: str) -> Any:
    """How many words a column holds, counted by the database: the texts themselves stay there."""
    spaced: Any = Cast(text, TextField())
    for other in ("\n", "\r", "\t"):
        spaced = _replace(spaced, other, " ")
    trimmed = Trim(spaced)
    paired = _replace(_replace(trimmed, " ", _OPEN + _CLOSE), _CLOSE + _OPEN, "")
    gaps = (Length(paired) - Length(_replace(paired, _OPEN + _CLOSE, ""))) / 2
    return Case(When(Exact(trimmed, _said("")), then=0), default=gaps + 1, output_field=IntegerField())


def _replace(text: Any, old: str, new: str) -> Replace:
    return Replace(text, _said(old), _said(new), output_field=TextField())


def _said(text: str) -> Value:
    return Value(text, output_field=TextField())


def _sum_for(rows: QuerySet[Any], total: Any) -> Any:
    """`total` of the rows that belong to the marking's attempt."""
    per_attempt = rows.filter(submission=OuterRef("submission")).order_by().values("submission")
    summed = per_attempt.annotate(n=total).values("n")
    return Coalesce(Subquery(summed, output_field=IntegerField()), 0)


def pieces(firsts: QuerySet[Marking]) -> list[Piece]:
    """What the figures are made of, in one query; a piece that was deferred comes once for each deferral."""
    own = CriterionDecision.objects.filter(carried_forward=False)
    standing = Comment.objects.filter(removed_at__isnull=True)
    later = Marking.objects.filter(submission=OuterRef("submission"), pk__gt=OuterRef("pk")).exclude(
        outcome=OuterRef("outcome")
    )
    back = Sample.objects.filter(submission=OuterRef("submission"), state__in=WITH_ACTION)
    rows: Any = (
        firsts.order_by()
        .annotate(
            words=words_of("summary") + _sum_for(own, Sum(words_of("feedback") + words_of("action"))),
            comments=_sum_for(standing, Count("pk")),
            comment_words=_sum_for(standing, Sum(words_of("body"))),
            sent_back=Exists(back),
            changed=Exists(later),
        )
        .values(
            "pk",
            "marked_by",
            "outcome",
            "marked_at",
            "words",
            "comments",
            "comment_words",
            "sent_back",
            "changed",
            handed_in=F("submission__submitted_at"),
            used=F("submission__clock_used"),
            allowed=F("submission__assignment__version__marking_days"),
            deferred=F("submission__deferrals__deferred_at"),
            ended=F("submission__deferrals__ended_at"),
        )
    )
    found: dict[int, dict[str, Any]] = {}
    paused: dict[int, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    for row in rows:
        found[row["pk"]] = row
        if row["deferred"]:
            ended = timezone.localdate(row["ended"]) if row["ended"] else None
            paused[row["pk"]].append((timezone.localdate(row["deferred"]), ended))
    return [_piece(row, paused[pk]) for pk, row in found.items()]


def _piece(row: dict[str, Any], paused: list[tuple[dt.date, dt.date | None]]) -> Piece:
    handed_in, signed = timezone.localdate(row["handed_in"]), timezone.localdate(row["marked_at"])
    return Piece(
        tutor=row["marked_by"],
        taken=taken(handed_in, signed, used=row["used"], paused=paused),
        allowed=row["allowed"],
        referred=row["outcome"] == Outcome.REFERRAL,
        words=row["words"],
        comments=row["comments"],
        comment_words=row["comment_words"],
        sent_back=row["sent_back"],
        changed=row["changed"],
    )


@dataclass
class CriterionFigures:
    """One criterion: how often this tutor referred it, how often everybody did, and how much the tutor wrote on it."""

    number: str
    title: str
    unit: str
    referred: Share
    everybody: Share
    words: Spread = field(default_factory=lambda: Spread(0))


def by_criterion(firsts: QuerySet[Marking], tutor: User) -> list[CriterionFigures]:
    """The criteria this tutor decided, in two queries.

    Left out: what was met in an earlier attempt and carried forward, and what was changed after the first signature.
    """
    decided = firsts.order_by().filter(
        submission__decisions__decision__in=Decision.values,
        submission__decisions__carried_forward=False,
        submission__decisions__saved_at__lte=F("marked_at"),
    )
    columns = {
        "criterion": F("submission__decisions__criterion"),
        "decision": F("submission__decisions__decision"),
    }
    criterion = "submission__decisions__criterion__"
    named = {
        "number": F(criterion + "number"),
        "title": F(criterion + "title"),
        "unit": F(criterion + "outcome__unit__number"),
        "unit_title": F(criterion + "outcome__unit__title"),
        "version": F(criterion + "outcome__unit__version"),
        "place": F(criterion + "position"),
        "outcome_number": F(criterion + "outcome__number"),
    }
    mine: dict[int, list[Any]] = defaultdict(list)
    facts: dict[int, dict[str, Any]] = {}
    own = decided.filter(marked_by=tutor)
    words = words_of("submission__decisions__feedback") + words_of("submission__decisions__action")
    written: Any = own.annotate(words=words).values("words", **columns, **named)
    for row in written:
        mine[row["criterion"]].append(row)
        facts[row["criterion"]] = row
    referred, of = Counter[int](), Counter[int]()
    counted: Any = decided.values(**columns)
    for row in counted.annotate(count=Count("pk")):
        of[row["criterion"]] += row["count"]
        referred[row["criterion"]] += row["count"] if row["decision"] == Decision.REFER else 0

    def order(pk: int) -> tuple[Any, ...]:
        return (*(facts[pk][name] for name in ("version", "unit", "outcome_number", "place")), pk)

    return [
        CriterionFigures(
            number=facts[pk]["number"],
            title=facts[pk]["title"],
            unit=f"{facts[pk]['unit']} {facts[pk]['unit_title']}",
            referred=Share(sum(row["decision"] == Decision.REFER for row in mine[pk]), len(mine[pk])),
            everybody=Share(referred[pk], of[pk]),
            words=spread([row["words"] for row in mine[pk]]),
        )
        for pk in sorted(mine, key=order)
    ]


def tutors(signed: Mapping[int, int]) -> QuerySet[User]:
    """These people, with how many they `signed`."""
    counts = [When(pk=pk, then=Value(count)) for pk, count in signed.items()]
    found: QuerySet[User] = User.objects.filter(pk__in=list(signed))
    return found.annotate(signed=Case(*counts, default=Value(0), output_field=IntegerField()))


def who_signed(cohorts: Iterable[int]) -> QuerySet[User]:
    """Everybody who ever signed an outcome in these cohorts, for finding one of them by number."""
    own = Marking.objects.filter(marked_by=OuterRef("pk"), submission__enrolment__cohort__in=list(cohorts))
    found: QuerySet[User] = User.objects.filter(Exists(own))
    return found
