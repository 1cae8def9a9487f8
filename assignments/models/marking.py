"""What tutors decide: criterion by criterion, the signed outcome of an attempt, and the result of each unit."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from json import dumps

from django.conf import settings
from django.db import models
from django.db.models import Q

from assignments.models.submissions import Submission
from programmes.models import Criterion, Unit


class Decision(models.TextChoices):
    PASS = "pass", "Pass"
    REFER = "refer", "Refer"


class Outcome(models.TextChoices):
    PASS = "pass", "Pass"
    REFERRAL = "referral", "Referral"
    RETURN = "return", "Returned unmarked"


class CriterionDecision(models.Model):
    """One criterion of one attempt, saved while the tutor works. `revision` rises with each save, so none is lost."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    mark = models.PositiveSmallIntegerField("marks given, in a scheme with marks", null=True)
    evidence = models.CharField("where in the work: the id of a heading or of a piece", max_length=120, blank=True)
    feedback = models.TextField(blank=True)
    action = models.TextField("what the learner has to do", blank=True)
    carried_forward = models.BooleanField("met in an earlier attempt", default=False)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("submission", "criterion__outcome__unit__number", "criterion__position")
        constraints = [
            models.UniqueConstraint(fields=["submission", "criterion"], name="decision_once"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="decision_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.number}: {self.get_decision_display() or 'open'}"


def fingerprint_of(decisions: Iterable[CriterionDecision]) -> str:
    """Of all that was decided on an attempt. The event of each signature has it, so that it shows what was signed."""
    rows = sorted(
        [one.criterion_id, one.decision, one.mark, one.feedback, one.action, one.carried_forward] for one in decisions
    )
    return sha256(dumps(rows, separators=(",", ":")).encode()).hexdigest()


class Marking(models.Model):
    """A signed outcome. It is never changed: a later one supersedes it and both stay."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="markings")
    outcome = models.CharField(max_length=10, choices=Outcome)
    summary = models.TextField("feedback on the whole", blank=True)
    is_authentic = models.BooleanField("the tutor is satisfied that this is the learner's own work", default=True)
    centre_wording = models.TextField("what the tutor declared for the centre, word for word", blank=True)
    reason = models.TextField("why it supersedes the outcome before it", blank=True)
    # Each as {"criterion": its key, "number": "1.1"}. Where there are any, decisions and outcome are those before it.
    corrected = models.JSONField("criteria whose feedback was put right", default=list)
    resubmit_by = models.DateField(null=True)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("submission", "marked_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="pass", resubmit_by__isnull=True)
                | Q(outcome__in=["referral", "return"], resubmit_by__isnull=False),
                name="marking_date_with_referral",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.submission}"

    @property
    def corrected_numbers(self) -> list[str]:
        return [one["number"] for one in self.corrected]


class UnitResult(models.Model):
    """The result of one unit in one signed outcome: an essay has one, a portfolio may have several (`ilm` Q53)."""

    marking = models.ForeignKey(Marking, on_delete=models.CASCADE, related_name="unit_results")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)

    class Meta:
        ordering = ("unit__number",)
        constraints = [models.UniqueConstraint(fields=["marking", "unit"], name="unit_result_once")]

    def __str__(self) -> str:
        return f"{self.unit.number}: {self.get_outcome_display()}"
