"""A file that arrives piece by piece, so that a lost connection costs a piece and not the file."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from assignments import uploads
from assignments.models.submissions import Submission
from assignments.states import ARRIVED, UploadState
from core.lifecycle import set_from, state_is_known
from enrolment.models import Enrolment


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User) -> UploadQuerySet:
        """Nobody but the person who sends it."""
        return self.filter(owner=user)

    def pending(self) -> UploadQuerySet:
        """Those that are arriving, or have arrived and are not added yet."""
        return self.filter(state__in=(UploadState.OPEN, UploadState.COMPLETE))

    def arrived(self) -> UploadQuerySet:
        return self.filter(state=UploadState.COMPLETE)


class Upload(models.Model):
    """What has arrived of one file. `began_at` is the moment of the first request, which counts for the deadline."""

    class Purpose(models.TextChoices):
        ESSAY = "essay", "The file of an essay"
        EVIDENCE = "evidence", "A file of a portfolio"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    purpose = models.CharField(max_length=20, choices=Purpose)
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="uploads")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField("name of the file on the sender's side", max_length=255)
    size = models.PositiveBigIntegerField("bytes the sender says it has")
    modified = models.BigIntegerField("when the file was last changed, in milliseconds, by the sender's clock")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    received = models.PositiveBigIntegerField("bytes that are here for good", default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=20, choices=UploadState, default=UploadState.OPEN)
    began_at = models.DateTimeField()
    touched_at = models.DateTimeField("when the last piece arrived")
    completed_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ("owner", "began_at")
        indexes = [
            models.Index(fields=["touched_at"], condition=Q(state__in=("open", "complete")), name="upload_pending"),
        ]
        constraints = [
            state_is_known(UploadState, name="upload_state_known"),
            set_from("completed_at", states=ARRIVED, name="upload_completed_at"),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_not_more_than_stated"),
            models.CheckConstraint(
                condition=Q(purpose="essay", submission__isnull=False, enrolment__isnull=True)
                | Q(purpose="evidence", submission__isnull=True, enrolment__isnull=False),
                name="upload_one_target",
            ),
            models.UniqueConstraint(
                fields=["owner", "submission", "name", "size", "modified"],
                condition=Q(state="open"),
                name="upload_essay_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "enrolment", "name", "size", "modified"],
                condition=Q(state="open"),
                name="upload_evidence_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def part(self) -> uploads.Part:
        """What lies on the disk."""
        return uploads.Part(self.token)

    @property
    def is_open(self) -> bool:
        return self.state == UploadState.OPEN

    @property
    def is_complete(self) -> bool:
        return self.state == UploadState.COMPLETE

    def as_file(self) -> Any:
        """The arrived file, to be stored without copying it."""
        return self.part.as_file(self.name)
