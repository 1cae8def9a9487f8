"""Second marking: another tutor decides without seeing the first decision, then both agree."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.urls import reverse

from accounts.models import User
from assignments.models.marking import CriterionDecision, Decision
from assignments.models.submissions import Submission
from assignments.models.veiled import VeiledQuerySet
from assignments.states import SecondMarkingState
from core.lifecycle import set_exactly_when, state_is_known
from programmes.models import Cohort, Criterion

UNDER_WAY = (SecondMarkingState.ASKED, SecondMarkingState.MARKED)


class SecondMarkingQuerySet(VeiledQuerySet["SecondMarking"]):
    def visible_to(self, user: User) -> SecondMarkingQuerySet:
        """Those of the cohorts this person has to do with, never of their own work."""
        seen = self.filter(submission__enrolment__cohort__in=Cohort.objects.visible_to(user))
        return seen.exclude(submission__enrolment__learner=user).read_by(user)

    def under_way(self) -> SecondMarkingQuerySet:
        return self.filter(state__in=UNDER_WAY)

    def not_opened(self) -> SecondMarkingQuerySet:
        """Those in which one of the two is not done, so that neither may see the other."""
        return self.under_way().exclude(state=SecondMarkingState.MARKED, first_done_at__isnull=False)

    def with_parts(self, user: User) -> SecondMarkingQuerySet:
        """With what this person has to do with the first marking: `is_first`, and whether anybody has begun it."""
        saved = CriterionDecision.objects.filter(submission=OuterRef("submission"), carried_forward=False)
        holds = Q(submission__held_by=user) | Q(submission__marker=user) | Q(first_done_by=user)
        begun = Q(submission__held_by__isnull=False) | Q(submission__marker__isnull=False)
        return self.annotate(
            is_first=_whether(Q(Exists(saved.filter(saved_by=user))) | holds),
            is_begun=_whether(Q(Exists(saved)) | begun),
        )

    def kept_apart_from(self, user: User) -> SecondMarkingQuerySet:
        """Those whose first marking is no business of this tutor until both are done.

        They are the second marker; or somebody else has begun the first marking, and they might become the second.
        """
        taught = self.filter(submission__enrolment__cohort__in=user.appointments.values("cohort"))
        apart = taught.not_opened().with_parts(user)
        return apart.filter(Q(marker=user) | Q(is_begun=True, is_first=False)).order_by()


def _whether(condition: Q) -> Case:
    """A condition as yes or no, never as the unknown that a comparison with nobody is in SQL."""
    return Case(When(condition, then=Value(value=True)), default=Value(value=False))


class SecondMarking(models.Model):
    """One second marking of an attempt. `requested_by` is nobody where the cohort asks for it of every piece.

    One that was called off may be asked for anew, in another round. `Submission.second_marking` is the newest.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="second_markings")
    round = models.PositiveSmallIntegerField(default=1)
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
    # When that was. It stays if the second marking is called off, because whoever saw both does not mark anew.
    opened_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    agreement = models.TextField("how the two came to agree, where they differed", blank=True)
    first_done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # When the first marker wrote down what both decide together; the second confirms it.
    proposed_at = models.DateTimeField(null=True)
    # Where the two cannot agree, the verifier (IQA) decides.
    passed_on_at = models.DateTimeField(null=True)
    passed_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    passed_on_reason = models.TextField("why the two cannot agree", blank=True)

    objects = SecondMarkingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "round"], name="second_marking_round_once"),
            models.UniqueConstraint(
                fields=["submission"],
                condition=~Q(state=SecondMarkingState.WITHDRAWN),
                name="second_marking_one_counts",
            ),
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
            models.CheckConstraint(
                condition=Q(first_done_by__isnull=True) | Q(marker__isnull=True) | ~Q(marker=models.F("first_done_by")),
                name="second_marking_by_another",
            ),
        ]

    def __str__(self) -> str:
        again = f", round {self.round}" if self.round > 1 else ""
        return f"Second marking of {self.submission}{again}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:agreement", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        """Whether no outcome can be signed yet because of it."""
        return self.state in UNDER_WAY

    @property
    def is_opened(self) -> bool:
        """Whether both are done, so that each may see what the other decided."""
        return self.marked_at is not None and self.first_done_at is not None

    @property
    def is_agreed(self) -> bool:
        return self.state == SecondMarkingState.AGREED

    @property
    def is_passed_on(self) -> bool:
        return self.passed_on_at is not None and self.is_under_way


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

    # The tray draws both kinds of decision; of a second one it says nothing about earlier attempts.
    carried_forward = False

    class Meta:
        ordering = ("marking", "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position")
        constraints = [
            models.UniqueConstraint(fields=["marking", "criterion"], name="second_decision_once"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="second_decision_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.number}: {self.get_decision_display() or 'open'}"


class AgreedDecision(models.Model):
    """What stands in the end for one criterion on which the two markers differed; a proposal until it is confirmed."""

    class Source(models.TextChoices):
        FIRST = "first", "As first marked"
        SECOND = "second", "As marked the second time"
        OTHER = "other", "Other words"

    marking = models.ForeignKey(SecondMarking, on_delete=models.PROTECT, related_name="agreed")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    source = models.CharField("whose decision it is", max_length=10, choices=Source)
    decision = models.CharField(max_length=10, choices=Decision)
    mark = models.PositiveSmallIntegerField("marks given, in a scheme with marks", null=True)
    feedback = models.TextField(blank=True)
    action = models.TextField("what the learner has to do", blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("marking", "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position")
        constraints = [
            models.UniqueConstraint(fields=["marking", "criterion"], name="agreed_decision_once"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="agreed_decision_known"),
            models.CheckConstraint(
                condition=Q(source__in=["first", "second", "other"]), name="agreed_decision_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.number}: {self.get_decision_display()}"
