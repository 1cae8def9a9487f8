"""The awarding organisation's quality rating of a qualification: dated, and the source of what the centre may do with it.

The words of a rating ("02", "Direct claims with an action plan") are the organisation's and are kept as text. What counts is what
the rating allows: a route for claims, and whether learners may be registered. A rating is never changed; a new one follows it.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from programmes.models.catalogue import ClaimRoute, Qualification, QualificationVersion


class QualityRatingQuerySet(models.QuerySet["QualityRating"]):
    def on(self, day: dt.date) -> QualityRatingQuerySet:
        """Those that had begun by `day`, the one in force first: the latest day, and of one day the latest record."""
        return self.filter(from_on__lte=day).order_by("-from_on", "-recorded_at", "-pk")


class QualityRating(models.Model):
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="ratings")
    from_on = models.DateField("in force from")
    rating = models.CharField("the organisation's word for it", max_length=40)
    claim_route = models.CharField("claims", max_length=20, choices=ClaimRoute)
    may_register = models.BooleanField("learners may be registered", default=True)
    reason = models.TextField()
    source = models.CharField("document or visit it comes from", max_length=250)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = QualityRatingQuerySet.as_manager()

    class Meta:
        ordering = ("qualification", "-from_on", "-recorded_at", "-pk")
        indexes = [models.Index(fields=["qualification", "-from_on"], name="rating_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(claim_route__in=ClaimRoute.values), name="rating_route_known"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(source=""), name="rating_has_reason_and_source"),
        ]

    def __str__(self) -> str:
        return f"{self.qualification}: {self.rating} from {self.from_on}"


class Allowed(NamedTuple):
    """What the centre may do with a qualification on a day. `rating` is None where none is recorded: the catalogue's route holds."""

    claim_route: str
    may_register: bool
    rating: QualityRating | None


def allowed(version: QualificationVersion, *, on: dt.date) -> Allowed:
    """The one question: which claims and registrations the quality rating allows on this day."""
    found = QualityRating.objects.filter(qualification=version.qualification_id).on(on).first()
    if found is None:
        return Allowed(version.claim_route, may_register=True, rating=None)
    return Allowed(found.claim_route, found.may_register, found)


def route_on(day: dt.date, *, version: str) -> Coalesce:
    """The same for many rows at once, as an expression; `version` is the way from the row to its version."""
    ratings = QualityRating.objects.filter(qualification=OuterRef(f"{version}__qualification")).on(day)
    return Coalesce(Subquery(ratings.values("claim_route")[:1]), F(f"{version}__claim_route"))
