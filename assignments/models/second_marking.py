"""Second marking: another tutor decides without seeing the first decision, then both agree."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from assignments.models.marking import Decision
from assignments.models.submissions import Submission
from assignments.states import SecondMarkingState
from core.lifecycle import set_exactly_when, state_is_known
from programmes.models import Criterion


class SecondMarking(models.Model):
    """The second marking of one attempt. `requested_by` is nobody where the cohort asks for it of every piece."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="second_marking")
    state = models.CharField(max_length=20, choices=SecondMarkingState, default=SecondMarkingState.ASKED)
    reason = models.CharField(max_length=250)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="second_markings"
    )
    summary = models.TextField("what the second marker says on the whole", blank=True)
    marked_at = models.DateTimeField(null=True)
    # Both decisions open at once: when the first marker is done with every criterion, and the second has handed over.
    first_done_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    agreement = models.TextField("how the two came to agree, where they differed", blank=True)

    class Meta:
        constraints = [
            state_is_known(SecondMarkingState, name="second_marking_state_known"),
            set_exactly_when(
                "marked_at",
                states=[SecondMarkingState.MARKED, SecondMarkingState.AGREED],
                name="second_marking_marked_at",
            ),
            set_exactly_when("agreed_at", states=[SecondMarkingState.AGREED], name="second_marking_agreed_at"),
            set_exactly_when("agreed_by", states=[SecondMarkingState.AGREED], name="second_marking_agreed_by"),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True) | Q(marker__isnull=False), name="second_marking_has_a_marker"
            ),
        ]

    def __str__(self) -> str:
        return f"Second marking of {self.submission}"


class SecondDecision(models.Model):
    """What the second marker decides about one criterion, saved while they work."""

    marking = models.ForeignKey(SecondMarking, on_delete=models.PROTECT, related_name="decisions")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    mark = models.PositiveSmallIntegerField("marks given, in a scheme with marks", null=True)
    feedback = models.TextField(blank=True)
    action = models.TextField("what the learner has to do", blank=True)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("marking", "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position")
        constraints = [
            models.UniqueConstraint(fields=["marking", "criterion"], name="second_decision_once"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="second_decision_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.number}: {self.get_decision_display() or 'open'}"
