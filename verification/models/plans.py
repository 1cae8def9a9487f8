"""Strategies, ratings of tutors and sampling plans: what internal verification promises to look at, and why."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from assignments.models import with_shown_learner
from core import clock
from enrolment.models import Enrolment
from programmes.models import Assignment, Cohort, Qualification, QualificationVersion, Unit, VerifierAllocation
from verification.sampling.pieces import DIMENSIONS, HIGH, LOW, MEDIUM, NEW, Facts, Rate, Strategy
from verification.sampling.plan import Shortfall


class Every(models.TextChoices):
    """What is looked at once at least (`ilm` I04)."""

    TUTOR = "tutor", "Every tutor"
    UNIT = "unit", "Every unit"
    METHOD = "method", "Every method of assessment"
    PATHWAY = "pathway", "Every pathway"
    COHORT = "cohort", "Every cohort"
    LEARNER = "learner", "Every learner"


def default_every() -> list[str]:
    return [one for one in DIMENSIONS if one != Every.LEARNER]


PERCENTS = (
    "low_interim", "low_summative", "medium_interim", "medium_summative", "high_interim", "high_summative",
    "new_interim", "referrals",
)  # fmt: skip


def _percent(what: str, usual: int) -> Any:
    return models.PositiveSmallIntegerField(what, default=usual)


class SamplingStrategyQuerySet(models.QuerySet["SamplingStrategy"]):
    def in_force(self, day: dt.date) -> SamplingStrategyQuerySet:
        """The strategies that have begun, the one that holds first."""
        return self.filter(from_on__lte=day).order_by("-from_on", "-number")


class SamplingStrategy(models.Model):
    """How much of the marking of a qualification is verified, from a day on. It is never changed: the next has another number.

    Shares are per cent of a tutor's pieces. The usual figures are a beginning for the form, from what centres do (`ilm` I07).
    """

    version = models.ForeignKey(QualificationVersion, on_delete=models.PROTECT, related_name="sampling_strategies")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    low_interim = _percent("low risk, early", 5)
    low_summative = _percent("low risk, before the claim", 15)
    medium_interim = _percent("medium risk, early", 10)
    medium_summative = _percent("medium risk, before the claim", 30)
    high_interim = _percent("high risk, early", 25)
    high_summative = _percent("high risk, before the claim", 50)
    new_interim = _percent("new, early", 25)
    referrals = _percent("referred work", 50)
    every = models.JSONField("looked at once at least, values of Every", default=default_every)
    note = models.TextField("why these figures", blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SamplingStrategyQuerySet.as_manager()

    class Meta:
        ordering = ("version", "number")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="strategy_number_once"),
            models.CheckConstraint(
                condition=Q(*(Q(**{f"{name}__lte": 100}) for name in PERCENTS)), name="strategy_per_cent"
            ),
        ]

    def __str__(self) -> str:
        return f"Sampling strategy {self.number} for {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("verification:strategy", args=[self.version_id])

    @property
    def figures(self) -> Strategy:
        """What the plan is drawn by. Of a new tutor everything is verified."""
        rates = {
            name: Rate(getattr(self, f"{name}_interim"), getattr(self, f"{name}_summative"))
            for name in (LOW, MEDIUM, HIGH)
        }
        return Strategy(
            rates={**rates, NEW: Rate(self.new_interim, 100)}, referrals=self.referrals, every=tuple(self.every)
        )

    @property
    def every_said(self) -> list[str]:
        return [str(Every(one).label) for one in DIMENSIONS if one in self.every]


class Risk(models.TextChoices):
    LOW = "low", "Low risk"
    MEDIUM = "medium", "Medium risk"
    HIGH = "high", "High risk"


class TutorRatingQuerySet(models.QuerySet["TutorRating"]):
    def current(self) -> TutorRatingQuerySet:
        return self.filter(superseded_at__isnull=True)


class TutorRating(models.Model):
    """How much the marking of a tutor in one qualification is looked at, until a day on which that is asked again.

    A tutor who is not `signed_off` counts as new, and so does one without a rating.
    """

    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ratings")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="+")
    risk = models.CharField(max_length=10, choices=Risk)
    signed_off = models.BooleanField("signed off: no longer new")
    reason = models.TextField()
    review_on = models.DateField("look again on")
    rated_at = models.DateTimeField()
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    objects = TutorRatingQuerySet.as_manager()

    class Meta:
        ordering = ("-rated_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["tutor", "qualification"],
                condition=Q(superseded_at__isnull=True),
                name="tutor_rating_one_current",
            ),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="tutor_rating_risk_known"),
            models.CheckConstraint(condition=~Q(rated_by=F("tutor")), name="tutor_rating_is_not_ones_own"),
            models.CheckConstraint(condition=~Q(reason=""), name="tutor_rating_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Risk of {self.tutor} in {self.qualification}"

    @property
    def standing(self) -> str:
        return self.risk if self.signed_off else NEW


def planned_cohorts(user: User) -> models.QuerySet[Cohort]:
    """The cohorts whose plans this person sees: administrators all, verifiers those allocated to them now.

    Narrower than the cohorts one sees: a tutor does not learn which pieces will be looked at.
    """
    if user.has_role(Role.ADMINISTRATOR):
        return Cohort.objects.all()
    roles = user.roles & {Role.IQA, Role.EQA}
    mine = VerifierAllocation.objects.in_force(clock.today()).filter(verifier=user, role__in=roles)
    mine = mine.by_visits_or_here(user)
    return Cohort.objects.filter(pk__in=mine.values("cohort"))


class SamplingPlanQuerySet(models.QuerySet["SamplingPlan"]):
    def visible_to(self, user: User) -> SamplingPlanQuerySet:
        return self.filter(cohort__in=planned_cohorts(user))

    def current(self) -> SamplingPlanQuerySet:
        return self.filter(superseded_at__isnull=True)


class SamplingPlan(models.Model):
    """What is verified of a cohort. Never changed: the next generation takes its place and keeps its promises.

    `facts` are all that it was drawn from. With the seed they give the same lines again, byte for byte.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="sampling_plans")
    generation = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    strategy = models.ForeignKey(SamplingStrategy, on_delete=models.PROTECT, related_name="plans")
    facts = models.JSONField("what it was drawn from")
    shortfalls = models.JSONField("promises that cannot be kept", default=list)
    why = models.CharField("why it was drawn", max_length=250, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField("when it was last held against the cohort")

    objects = SamplingPlanQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "generation")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "generation"], name="plan_generation_once"),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(superseded_at__isnull=True), name="plan_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"Sampling plan {self.generation} of {self.cohort}"

    def get_absolute_url(self) -> str:
        return reverse("verification:plan", args=[self.cohort.code])

    @cached_property
    def drawn_from(self) -> Facts:
        return Facts.from_json(self.facts)

    @property
    def short(self) -> list[Shortfall]:
        return [Shortfall(*one) for one in self.shortfalls]


class PlanLineQuerySet(models.QuerySet["PlanLine"]):
    def visible_to(self, user: User) -> PlanLineQuerySet:
        """Those of the plans that hold now, never of one's own work."""
        return self.filter(plan__in=SamplingPlan.objects.visible_to(user).current()).exclude(enrolment__learner=user)


def shown_learner_of_lines(lines: Any, user: User) -> Any:
    """Lines with `shown_learner`, to find and to sort by: the name, or the same word for all that this reader may not know."""
    seen = with_shown_learner(Enrolment.objects.filter(pk=models.OuterRef("enrolment")), user)
    return lines.annotate(shown_learner=models.Subquery(seen.values("shown_learner")[:1]))


class PlanLine(models.Model):
    """What a plan says of one unit in one assignment of one learner, with the reason. Never changed; triggers see to it."""

    plan = models.ForeignKey(SamplingPlan, on_delete=models.PROTECT, related_name="lines")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="plan_lines")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    # Who marked it, or will, as far as is known. Copied, so that the database itself can keep the duties apart.
    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    picked = models.BooleanField()
    early = models.BooleanField("looked at as soon as the first outcome is signed (interim)", default=False)
    needed = models.BooleanField("a claim waits for its verification")
    rule = models.CharField(max_length=20, blank=True)
    reason = models.TextField()
    promise = models.TextField("the reason it was first picked for", blank=True)
    promised_in = models.PositiveSmallIntegerField("the generation that picked it first", default=0)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = PlanLineQuerySet.as_manager()

    class Meta:
        ordering = ("plan", "enrolment", "unit", "assignment")
        indexes = [models.Index(fields=["enrolment", "assignment"], name="plan_line_of_piece")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "enrolment", "unit", "assignment"], name="plan_line_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="plan_line_has_a_reason"),
            models.CheckConstraint(condition=Q(picked=False) | Q(needed=True), name="plan_line_picked_is_needed"),
            models.CheckConstraint(
                condition=Q(added_by__isnull=True) | Q(tutor__isnull=True) | ~Q(added_by=F("tutor")),
                name="plan_line_is_not_added_by_the_marker",
            ),
            models.CheckConstraint(
                condition=~Q(rule="by_hand", added_by__isnull=True)
                & (Q(rule="by_hand") | ~Q(picked=True, added_by__isnull=False)),
                name="plan_line_by_hand_says_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}, {self.unit.number}, {self.assignment}"
