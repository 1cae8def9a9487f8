"""A file of an attempt, and what it reads like: the reading view with its pictures."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from assignments.models.submissions import Submission
from assignments.policy import CLAIM_FOR
from assignments.states import SETTLED, UNSETTLED, DocumentState
from core.lifecycle import set_exactly_when, state_is_known


class DocumentQuerySet(models.QuerySet["Document"]):
    def unsettled(self) -> DocumentQuerySet:
        """Those that still have to be examined, or examined again."""
        return self.filter(state__in=UNSETTLED)

    def claimable(self, now: dt.datetime) -> DocumentQuerySet:
        """Unsettled ones that no worker has in hand; one whose worker died is free again after a while."""
        return self.unsettled().filter(Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_FOR))


class Document(models.Model):
    """A file as it arrived, or a portfolio as it stood when it was handed in. Never changed, only replaced.

    What examination finds (kind, words, reading) is there once it is ready; `refusal` says why it was not taken.
    """

    class Stage(models.TextChoices):
        SCANNING = "scanning", "Checking for viruses"
        READING = "reading", "Opening and reading"
        COUNTING = "counting", "Counting the words"

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField("name the learner gave the file", max_length=255)
    file = models.FileField(upload_to="documents/%Y/%m/", blank=True)
    kind = models.CharField(max_length=20, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=DocumentState, default=DocumentState.RECEIVED)
    stage = models.CharField("what a worker is doing with it", max_length=20, choices=Stage, blank=True)
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField("times it was taken in hand without an end", default=0)
    scanned_at = models.DateTimeField("when the scanner found no virus", null=True)
    examined_at = models.DateTimeField(null=True)
    refusal = models.CharField("why it was not taken", max_length=500, blank=True)
    words = models.PositiveIntegerField("words in the body", null=True)
    words_references = models.PositiveIntegerField(null=True)
    words_notes = models.PositiveIntegerField(null=True)
    word_parts = models.JSONField("the count by kind of passage", default=dict)
    upload_began_at = models.DateTimeField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("submission", "uploaded_at")
        indexes = [
            models.Index(fields=["uploaded_at"], condition=Q(state__in=UNSETTLED), name="document_unsettled"),
        ]
        constraints = [
            state_is_known(DocumentState, name="document_state_known"),
            set_exactly_when("examined_at", states=SETTLED, name="document_examined_at"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return self.state == DocumentState.READY

    @property
    def is_refused(self) -> bool:
        return self.state == DocumentState.REFUSED

    @property
    def is_unsettled(self) -> bool:
        return self.state in UNSETTLED

    @property
    def is_waiting(self) -> bool:
        return self.state == DocumentState.WAITING_FOR_SCAN


class Reading(models.Model):
    """A document as safe HTML and as plain text, made once by a named converter. Kept apart, so lists stay light."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="reading")
    html = models.TextField()
    text = models.TextField()
    outline = models.JSONField(default=list)
    converter = models.CharField(max_length=60)
    sha256 = models.CharField("fingerprint of the text", max_length=64)

    def __str__(self) -> str:
        return f"Reading view of {self.document}"


class Figure(models.Model):
    """A picture inside a document, written out so that the page can show it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="figures")
    number = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="figures/%Y/%m/")
    mime = models.CharField(max_length=60)

    class Meta:
        ordering = ("document", "number")

    def __str__(self) -> str:
        return f"Figure {self.number} of {self.document}"
