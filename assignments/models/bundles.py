"""A portfolio asked for as one file: the row is the job, and stays when its file has been cleared away."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from assignments.models.submissions import Submission
from enrolment.models import Enrolment

SILENCE = dt.timedelta(minutes=15)
"""A worker that has said nothing for so long has died; another may take its place."""
KEPT_FOR = dt.timedelta(days=7)
TRIES = 3


class BundleKind(models.TextChoices):
    PDF = "pdf", "PDF"
    ZIP = "zip", "ZIP"


class BundleQuerySet(models.QuerySet["Bundle"]):
    def visible_to(self, user: User) -> BundleQuerySet:
        """A learner's own; for others those of attempts that they may read."""
        return self.filter(
            Q(enrolment__learner=user)
            | Q(submission__isnull=False, submission__in=Submission.objects.handed_in().visible_to(user))
        )

    def of(self, enrolment: Enrolment, submission: Submission | None) -> BundleQuerySet:
        """Those of one attempt, or with none those of the growing portfolio."""
        return self.filter(enrolment=enrolment, submission=submission)

    def unfinished(self) -> BundleQuerySet:
        return self.filter(done_at__isnull=True, failed_at__isnull=True)

    def unattended(self, now: dt.datetime) -> BundleQuerySet:
        """Those that no living worker has in hand."""
        return self.unfinished().filter(Q(seen_at__isnull=True) | Q(seen_at__lt=now - SILENCE))

    def ready(self) -> BundleQuerySet:
        return self.filter(done_at__isnull=False, swept_at__isnull=True)

    def past_keeping(self, now: dt.datetime) -> BundleQuerySet:
        return self.ready().filter(done_at__lt=now - KEPT_FOR)


class Bundle(models.Model):
    """One PDF or ZIP of a portfolio, of a handed-in attempt or (without one) of the growing portfolio."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="bundles")
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="bundles")
    kind = models.CharField(max_length=10, choices=BundleKind)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField("what the worker does now", max_length=80, blank=True)
    progress = models.PositiveSmallIntegerField("per cent", default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField("last sign of life of the worker", null=True)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failed_sentence = models.CharField(max_length=250, blank=True)
    file = models.FileField(upload_to="bundles/%Y/%m/", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    swept_at = models.DateTimeField(null=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(done_at__isnull=True, failed_at__isnull=True), name="bundle_unfinished"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BundleKind.values), name="bundle_kind_known"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="bundle_progress"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(failed_at__isnull=True), name="bundle_done_or_failed"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, sha256="") | (Q(done_at__isnull=False) & ~Q(sha256="")),
                name="bundle_done_with_fingerprint",
            ),
            models.CheckConstraint(
                condition=Q(swept_at__isnull=True) | Q(done_at__isnull=False), name="bundle_swept_when_done"
            ),
            models.UniqueConstraint(
                fields=["submission", "kind"],
                condition=Q(submission__isnull=False, done_at__isnull=True, failed_at__isnull=True),
                name="bundle_one_unfinished_of_attempt",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(submission__isnull=True, done_at__isnull=True, failed_at__isnull=True),
                name="bundle_one_unfinished_of_portfolio",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.submission or f'the portfolio of {self.enrolment.learner}'}"

    @property
    def is_unfinished(self) -> bool:
        return self.done_at is None and self.failed_at is None

    @property
    def is_ready(self) -> bool:
        return self.done_at is not None and self.swept_at is None

    @property
    def kept_until_at(self) -> dt.datetime | None:
        return self.done_at and self.done_at + KEPT_FOR
