"""Comments of a tutor on a passage, on a criterion, or on both; and the bank of those that are written again and again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from assignments.models.submissions import Submission
from programmes.models import Criterion


class Comment(models.Model):
    """One comment on one attempt. The learner reads it once the outcome is released.

    A passage is kept as W3C annotations keep it: the quoted words with what stands before and after them
    (TextQuoteSelector), and their place in the reading's text (TextPositionSelector). `start` and `end` count characters
    (Unicode code points) of `Reading.text`, whose fingerprint is `of_text`. `key` is chosen by the browser, so that a
    comment that is sent twice is kept once.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="comments")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    criterion = models.ForeignKey(Criterion, null=True, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    quote = models.TextField(blank=True)
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    of_text = models.CharField("fingerprint of the text it is tied to", max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("submission", "start", "created_at", "pk")
        indexes = [
            models.Index(fields=["submission"], condition=Q(removed_at__isnull=True), name="comment_standing"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(criterion__isnull=False, start__isnull=True, end__isnull=True, quote="")
                | (Q(start__lt=models.F("end")) & ~Q(quote="")),
                name="comment_is_tied",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]


class BankComment(models.Model):
    """A comment kept for use again: a tutor's own, or without an owner shared by all tutors of the centre."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="bank_comments"
    )
    body = models.TextField()
    label = models.CharField("a few words to find it by", max_length=60)
    criterion_number = models.CharField("criterion it is meant for, such as 1.2", max_length=10, blank=True)
    used = models.PositiveIntegerField("times it was used", default=0)
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("label", "pk")
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="bank_comment_says_something")]

    def __str__(self) -> str:
        return self.label
