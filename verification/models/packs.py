"""The pack of a visit as one file: the row is the job, and stays when its file has been cleared away."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.permissions import Can
from core import clock
from verification.models.visits import Visit

SILENCE = dt.timedelta(minutes=15)
"""A worker that has said nothing for so long has died; another may take its place."""
TRIES = 3


class PackQuerySet(models.QuerySet["Pack"]):
    def visible_to(self, user: User) -> PackQuerySet:
        """Whoever builds packs those of the visits they see; the external verifier those of their visit while it is open."""
        seen = Q(pk__in=[])
        if user.can(Can.BUILD_PACKS):
            seen |= Q(visit__in=Visit.objects.visible_to(user))
        return self.filter(seen | Q(visit__in=Visit.objects.open_to(user, clock.now())))

    def unfinished(self) -> PackQuerySet:
        return self.filter(done_at__isnull=True, failed_at__isnull=True)

    def unattended(self, now: dt.datetime) -> PackQuerySet:
        """Those that no living worker has in hand."""
        return self.unfinished().filter(Q(seen_at__isnull=True) | Q(seen_at__lt=now - SILENCE))

    def ready(self) -> PackQuerySet:
        return self.filter(done_at__isnull=False)


class Pack(models.Model):
    """Everything a visit looks at, as one ZIP. It is a record of what was shown, so its file stays."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="packs")
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
    file = models.FileField(upload_to="packs/%Y/%m/", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField("how many files lie in it", default=0)
    learners = models.PositiveIntegerField("how many learners it is about", default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = PackQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="pack_progress"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(failed_at__isnull=True), name="pack_done_or_failed"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, sha256="") | (Q(done_at__isnull=False) & ~Q(sha256="")),
                name="pack_done_with_fingerprint",
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(done_at__isnull=True, failed_at__isnull=True),
                name="pack_one_unfinished_of_visit",
            ),
        ]

    def __str__(self) -> str:
        return f"Pack for {self.visit}"

    @property
    def is_unfinished(self) -> bool:
        return self.done_at is None and self.failed_at is None

    @property
    def is_ready(self) -> bool:
        return self.done_at is not None

    @property
    def seconds(self) -> int:
        """How long it took, from the last start to the end."""
        return round((self.done_at - self.started_at).total_seconds()) if self.done_at and self.started_at else 0
