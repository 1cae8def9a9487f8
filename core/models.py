"""What every stage shares: what happened, the chain that holds it, and which mail goes out. No word of the learner's world here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, *objects: models.Model) -> EventQuerySet:
        """Events whose subject is one of `objects`, newest first."""
        wanted = Q(pk__in=[])
        for one in objects:
            wanted |= Q(subject_type=one._meta.label_lower, subject_id=one.pk)
        return self.filter(wanted).order_by("-happened_at", "-pk")

    def update(self, **facts: Any) -> int:
        """Refused: what happened is not changed."""
        raise TypeError("Events are only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused: what happened stays."""
        raise TypeError("Events are only ever added.")


class Event(models.Model):
    """Something that happened. Only ever added, in the transaction of the change it tells of.

    The subject is kept by type and number, without a foreign key, so that history neither blocks nor vanishes.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    old_state = models.CharField(max_length=30, blank=True)
    new_state = models.CharField(max_length=30, blank=True)
    happened_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "happened_at"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.subject_label}: {self.verb}"


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def update(self, **facts: Any) -> int:
        """Refused: a sealed place is not changed."""
        raise TypeError("The ledger is only ever added to.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused: a sealed place stays."""
        raise TypeError("The ledger is only ever added to.")


class LedgerEntry(models.Model):
    """One place in the ledger: which event stands there, under a hash of the place before it and of the whole event.

    The event is kept by its number, without a foreign key, so that the entry stays and says so when its event is gone.
    `sealed_at` is the moment of the run of sealing, the same for all of its entries.
    """

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects = LedgerEntryQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Position {self.position}: event {self.event_id}"


class NoticeState(models.TextChoices):
    PENDING = "pending", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> NoticeQuerySet:
        """A person sees the mail that went to them."""
        return self.filter(recipient=user)

    def waiting(self) -> NoticeQuerySet:
        return self.filter(state=NoticeState.PENDING)


class Notice(models.Model):
    """One e-mail to one person. The row is the queue; the broker only rings the bell."""

    key = models.CharField(max_length=120, unique=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.PENDING)
    queued_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["queued_at"], condition=Q(state="pending"), name="notice_waiting"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="notice_sent_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.address}"
