"""What was judged of a sample, frozen; the judgement of it; what is typed meanwhile; and what a tutor works on because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Can
from programmes.models import Criterion
from verification.judging import Aspect, Judgement, Rated, Rating, Said, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable


class Snapshot(models.Model):
    """The state of a piece as it was judged. A trigger keeps it; frozen again, there is another row, and both stay.

    A row of its own, so that lists of samples stay light. `Sample.snapshot` is the newest.
    """

    sample = models.ForeignKey("verification.Sample", on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField(default=1)
    judged = models.JSONField("files, wording, declaration, decisions, signature, comments, second marking")
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("sample", "number")
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="snapshot_once"),
            models.CheckConstraint(condition=~Q(sha256=""), name="snapshot_has_a_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"State of {self.sample}, frozen {self.number}"

    @property
    def is_whole(self) -> bool:
        """Whether what stands here is what the fingerprint was made of."""
        return fingerprint(self.judged) == self.sha256


class SampleJudgement(models.Model):
    """One line of a judgement: of a criterion, or of an aspect. Written with the decision, and never changed."""

    sample = models.ForeignKey("verification.Sample", on_delete=models.PROTECT, related_name="judgements")
    criterion = models.ForeignKey(Criterion, null=True, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField(null=True)
    aspect = models.CharField(max_length=20, choices=Aspect, blank=True)
    rating = models.CharField(max_length=10, choices=Rating, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("sample", "pk")
        constraints = [
            models.UniqueConstraint(fields=["sample", "criterion"], name="judgement_criterion_once"),
            models.UniqueConstraint(fields=["sample", "aspect"], condition=~Q(aspect=""), name="judgement_aspect_once"),
            models.CheckConstraint(
                condition=Q(criterion__isnull=False, agrees__isnull=False, aspect="", rating="")
                | Q(criterion__isnull=True, agrees__isnull=True, aspect__in=Aspect.values, rating__in=Rating.values),
                name="judgement_of_a_criterion_or_an_aspect",
            ),
            models.CheckConstraint(condition=~Q(agrees=False) | ~Q(note=""), name="judgement_against_has_a_note"),
            models.CheckConstraint(
                condition=~Q(rating="develop") | ~Q(note=""), name="judgement_to_develop_has_a_note"
            ),
        ]

    def __str__(self) -> str:
        return self.get_aspect_display() or f"{self.criterion}"


def judgement_of(rows: Iterable[SampleJudgement]) -> Judgement:
    found = list(rows)
    return Judgement(
        {one.criterion_id: Said(bool(one.agrees), one.note) for one in found if one.criterion_id},
        {one.aspect: Rated(one.rating, one.note) for one in found if one.aspect},
    )


class JudgementDraft(models.Model):
    """What is typed about an open sample. `revision` rises with each save, so that two verifiers overwrite nothing unseen."""

    sample = models.OneToOneField("verification.Sample", on_delete=models.PROTECT, related_name="draft")
    typed = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Draft of a judgement, {self.sample}"


class DevelopmentPointQuerySet(models.QuerySet["DevelopmentPoint"]):
    def visible_to(self, user: User) -> DevelopmentPointQuerySet:
        """One's own; those who verify and administer see those of the tutors they see (`models.developing`)."""
        return self if user.can(Can.SEE_DEVELOPMENT) else self.filter(tutor=user)


class DevelopmentPoint(models.Model):
    """Something a tutor works on in their marking, agreed with a verifier, to be looked at again on a day."""

    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="development_points")
    text = models.TextField("what to work on")
    agreed_on = models.DateField()
    look_again_on = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_note = models.TextField("what has changed", blank=True)

    objects = DevelopmentPointQuerySet.as_manager()

    class Meta:
        ordering = ("done_at", "look_again_on", "pk")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="development_point_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, done_note="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(done_note=""),
                name="development_point_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(tutor=models.F("added_by")), name="development_point_is_agreed_with_another"
            ),
            models.CheckConstraint(
                condition=Q(look_again_on__gte=models.F("agreed_on")), name="development_point_looked_at_later"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return reverse("verification:development_of", args=[self.tutor_id])
