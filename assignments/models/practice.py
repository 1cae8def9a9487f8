"""What a practice client says of the learner, asked for by a signed link and given without an account."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from assignments.models.portfolio import PracticeClient


class FeedbackRequest(models.Model):
    """One link for one practice client: good for one answer, until its last day, or until the learner closes it."""

    client = models.ForeignKey(PracticeClient, on_delete=models.PROTECT, related_name="feedback_requests")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField("last day of the link")
    closed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("client", "made_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(closed_at__isnull=True, answered_at__isnull=True),
                name="feedback_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(answered_at__isnull=True),
                name="feedback_request_closed_or_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"Link for feedback, {self.client}"

    @property
    def is_waiting(self) -> bool:
        """Neither answered nor closed; it may still have run out."""
        return self.closed_at is None and self.answered_at is None


def _rating(words: str) -> Any:
    return models.PositiveSmallIntegerField(words)


class ClientFeedback(models.Model):
    """The answer, never changed by anybody. Ratings run from 0 to 10; `consent` is the sentence that was ticked."""

    RATINGS = ("listening", "questions", "boundaries", "usefulness")
    LABELS = {
        "listening": "Listening",
        "questions": "Questions that helped to think",
        "boundaries": "Keeping to what was agreed",
        "usefulness": "Usefulness as a whole",
    }

    request = models.OneToOneField(FeedbackRequest, on_delete=models.PROTECT, related_name="feedback")
    listening = _rating("listening")
    questions = _rating("questions that helped to think")
    boundaries = _rating("keeping to what was agreed")
    usefulness = _rating("usefulness as a whole")
    helped = models.TextField("what helped", blank=True)
    differently = models.TextField("what could be done differently", blank=True)
    consent = models.TextField("the sentence agreed to")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("given_at", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(**{f"{one}__lte": 10}), name=f"client_feedback_{one}")
            for one in ("listening", "questions", "boundaries", "usefulness")
        ]

    def __str__(self) -> str:
        return f"Feedback, {self.request.client}"

    @property
    def ratings(self) -> list[tuple[str, int]]:
        """What was rated, in words, with its number."""
        return [(self.LABELS[name], getattr(self, name)) for name in self.RATINGS]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Both questions with what was answered, which may be nothing."""
        return [("What helped", self.helped), ("What could be done differently", self.differently)]

    @property
    def given_on(self) -> dt.date:
        return timezone.localdate(self.given_at)
