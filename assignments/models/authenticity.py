"""What speaks for an attempt being the learner's own work: what it has in common with other work, and what people found."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from assignments.models.documents import Document
from assignments.models.submissions import Submission
from assignments.models.veiled import VeiledQuerySet

# A worker that has not finished by then is taken for dead, and somebody else may compare.
CLAIM_HOLDS = dt.timedelta(minutes=15)
GIVE_UP_AFTER = 5


class Fingerprint(models.Model):
    """One run of words of a handed-in document, as a hash, with the number of the word at which it begins.

    The primary key is the only index, and no constraint is checked for each of the thousands of rows that come at once: a
    document is looked up by its hashes, never changes, and one that is gone is passed over.
    """

    pk = models.CompositePrimaryKey("hash", "document_id", "position")
    hash = models.BigIntegerField()
    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.hash} at {self.position}"


class SimilarityCheckQuerySet(models.QuerySet["SimilarityCheck"]):
    def waiting(self, now: dt.datetime) -> SimilarityCheckQuerySet:
        """Neither done nor in a living worker's hands, nor given up."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lte=now - CLAIM_HOLDS)
        return self.filter(free, computed_at__isnull=True, tries__lt=GIVE_UP_AFTER)

    def claim(self, pk: int, now: dt.datetime) -> bool:
        """Whether this caller, and no other, may compare it now."""
        return bool(self.waiting(now).filter(pk=pk).update(claimed_at=now, tries=F("tries") + 1))


class SimilarityCheck(models.Model):
    """One handed-in document compared with all others of the centre. It waits until `computed_at` is set.

    `words` are those that were compared, `matched` those of them that stand in other work too, `left_out` the stretches
    that were not compared: from, to (in characters of the reading's text) and why.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="similarity_check")
    queued_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    compared_with = models.PositiveIntegerField("other documents at the time", default=0)
    words = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list)
    words_left_out = models.JSONField("words not compared, by the reason", default=dict)
    engine = models.CharField(max_length=60, blank=True)

    objects = SimilarityCheckQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["queued_at"], condition=Q(computed_at__isnull=True), name="similarity_waiting"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(matched__lte=F("words")), name="similarity_matched_within_words"),
        ]

    def __str__(self) -> str:
        return f"Comparison of {self.document}"

    @property
    def share(self) -> float | None:
        """The part of the compared words that stands in other work too; None where there were none."""
        return self.matched / self.words if self.words else None

    @property
    def is_given_up(self) -> bool:
        return self.computed_at is None and self.tries >= GIVE_UP_AFTER


class SimilarityMatch(models.Model):
    """What a document has in common with one other. `passages` hold start, end, other_start, other_end and words."""

    comparison = models.ForeignKey(SimilarityCheck, on_delete=models.PROTECT, related_name="matches")
    other = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="found_in")
    words = models.PositiveIntegerField()
    share = models.FloatField("words in common / words compared")
    passages = models.JSONField(default=list)

    class Meta:
        ordering = ("comparison", "-words", "pk")
        constraints = [
            models.UniqueConstraint(fields=["comparison", "other"], name="similarity_match_once"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="similarity_share"),
        ]

    def __str__(self) -> str:
        return f"{self.words} words in common"

    def seen_from(self, document: int) -> list[dict[str, int]]:
        """The passages in the order of this one of the two documents; `other_` is then the other's."""
        if document == self.comparison.document_id:
            return list(self.passages)
        turned = [
            {
                "start": one["other_start"],
                "end": one["other_end"],
                "other_start": one["start"],
                "other_end": one["end"],
                "words": one["words"],
            }
            for one in self.passages
        ]
        return sorted(turned, key=lambda one: one["start"])


class Verdict(models.TextChoices):
    """What a person makes of a similarity. A percentage decides nothing."""

    NOTHING = "nothing", "Looked at, nothing to follow"
    TALK = "talk", "Talk to the learner"


class SimilarityDecision(models.Model):
    """A person has looked at what is in common. A later one stands beside it and counts."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="similarity_decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("submission", "-decided_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="similarity_verdict_known"),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()


class VivaNote(models.Model):
    """A short talk with the learner about their own work, to hear that they know it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="viva_notes")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    note = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("submission", "held_on", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=240), name="viva_minutes"),
        ]

    def __str__(self) -> str:
        return f"Talk on {self.held_on}, {self.minutes} minutes"


class ConcernOutcome(models.TextChoices):
    NO_CASE = "no_case", "Settled, no case"
    PASSED_ON = "passed_on", "Passed on to the centre’s malpractice procedure"


class ConcernQuerySet(VeiledQuerySet["Concern"]):
    def visible_to(self, user: User) -> ConcernQuerySet:
        return self.filter(submission__in=Submission.objects.visible_to(user)).read_by(user)


class Concern(models.Model):
    """A question about whose work this is, from raising it to its outcome. It accuses nobody."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="concerns")
    text = models.TextField("what the question is")
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=ConcernOutcome, blank=True)
    note = models.TextField("why", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ("submission", "raised_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(outcome__in=ConcernOutcome.values, decided_at__isnull=False, decided_by__isnull=False),
                name="concern_outcome_with_its_author",
            ),
        ]

    def __str__(self) -> str:
        return f"Question of {self.raised_at:%d/%m/%Y}: {self.get_outcome_display() or 'open'}"

    @property
    def is_open(self) -> bool:
        return not self.outcome
