"""A learner on a cohort of the centre (enrolment), and entered with the awarding organisation (registration)."""

from __future__ import annotations

import datetime as dt

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can, Role
from core.lifecycle import set_exactly_when, set_from, state_is_known
from enrolment.states import STARTED, EnrolmentState
from programmes.models import Assignment, Cohort, LearningOutcome


class Pathway(models.TextChoices):
    COACHING = "coaching", "Coaching"
    MENTORING = "mentoring", "Mentoring"
    BOTH = "both", "Coaching and mentoring"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> EnrolmentQuerySet:
        """A learner sees their own; others those of the cohorts they see; an external verifier those named for an open visit."""
        if user.has_role(Role.ADMINISTRATOR):
            return self
        mine = Q(learner=user)
        if user.can(Can.SEE_COHORTS):
            mine |= Q(cohort__in=Cohort.objects.visible_to(user))
        if user.has_role(Role.EQA):
            named = apps.get_model("verification", "VisitLearner").objects.open_to(user)
            mine |= Q(pk__in=named.values("enrolment"))
        return self.filter(mine)

    def with_forms(self) -> EnrolmentQuerySet:
        """With everything a page about one enrolment reads of it."""
        return self.select_related(
            "learner",
            "cohort__contract__client",
            "cohort__version__qualification__organisation",
            "application",
            "questionnaire",
            "support_needs",
            "registration",
            "decided_by",
            "withdrawn_by",
        ).prefetch_related("questionnaire__ratings")

    def of_learner(self, user: User) -> EnrolmentQuerySet:
        return self.filter(learner=user)

    def active(self) -> EnrolmentQuerySet:
        return self.filter(state=EnrolmentState.ACTIVE)

    def expected_by(self, starts_at: dt.datetime, ends_at: dt.datetime) -> EnrolmentQuerySet:
        """Those who were on the programme at a session: joined before its end, not withdrawn before its day."""
        day = timezone.localtime(starts_at).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.filter(Q(activated_at__lte=ends_at), Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=day))

    def awaiting_suitability(self) -> EnrolmentQuerySet:
        return self.filter(state=EnrolmentState.APPLIED)


class Enrolment(models.Model):
    """A learner's place on a cohort. The cohort's qualification version is the one this learner is pinned to."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments")
    pathway = models.CharField(max_length=20, choices=Pathway, default=Pathway.BOTH)
    state = models.CharField(max_length=20, choices=EnrolmentState, default=EnrolmentState.INVITED)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.TextField("why the programme suits, or does not", blank=True)
    activated_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawal_reason = models.CharField(max_length=250, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "learner__full_name")
        indexes = [models.Index(fields=["cohort", "state"], name="enrolment_cohort_state")]
        constraints = [
            state_is_known(EnrolmentState, name="enrolment_state_known"),
            models.UniqueConstraint(fields=["cohort", "learner"], name="enrolment_once"),
            set_exactly_when("completed_at", states=[EnrolmentState.COMPLETED], name="enrolment_completed_at"),
            set_exactly_when("withdrawn_at", states=[EnrolmentState.WITHDRAWN], name="enrolment_withdrawn_at"),
            set_exactly_when("withdrawn_by", states=[EnrolmentState.WITHDRAWN], name="enrolment_withdrawn_by"),
            set_from(
                "activated_at", states=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED], name="enrolment_activated_at"
            ),
            models.CheckConstraint(
                condition=~Q(state=EnrolmentState.WITHDRAWN) | ~Q(withdrawal_reason=""),
                name="enrolment_withdrawal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=EnrolmentState.DECLINED) | ~Q(decision_note=""), name="enrolment_decline_has_a_note"
            ),
            set_from(
                "decided_at",
                states=[EnrolmentState.DECLINED, EnrolmentState.ACTIVE, EnrolmentState.COMPLETED],
                name="enrolment_decided_at",
            ),
            models.CheckConstraint(condition=Q(pathway__in=Pathway.values), name="enrolment_pathway_known"),
        ]

    def __str__(self) -> str:
        return f"{self.learner}, {self.cohort}"

    def get_absolute_url(self) -> str:
        return reverse("enrolment:enrolment", args=[self.pk])

    @property
    def is_applied(self) -> bool:
        return self.state == EnrolmentState.APPLIED

    @property
    def is_declined(self) -> bool:
        return self.state == EnrolmentState.DECLINED

    @property
    def is_active(self) -> bool:
        return self.state == EnrolmentState.ACTIVE

    @property
    def is_withdrawn(self) -> bool:
        return self.state == EnrolmentState.WITHDRAWN

    @property
    def has_started(self) -> bool:
        return self.state in STARTED and self.activated_at is not None


class Application(models.Model):
    """The enrolment form: what the awarding organisation needs to register the learner. Saved as it is typed."""

    REQUIRED = ("legal_first_name", "legal_last_name", "date_of_birth", "email", "postcode", "data_notice_at")

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="application")
    legal_first_name = models.CharField(max_length=80, blank=True)
    legal_last_name = models.CharField(max_length=80, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    uln = models.CharField("unique learner number", max_length=10, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    address = models.TextField(max_length=400, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    line_manager = models.CharField(max_length=120, blank=True)
    experience = models.TextField("experience of coaching or mentoring", blank=True)
    data_notice_at = models.DateTimeField("has read how the data is used", null=True, blank=True)
    unread = models.JSONField("typed, but not yet a value the field can hold", default=dict, blank=True)
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Enrolment form of {self.enrolment}"

    def missing(self) -> list[str]:
        """Names of the required fields that are still empty, and of any field that cannot be read as typed."""
        return [name for name in self.REQUIRED if not getattr(self, name) and name not in self.unread] + list(
            self.unread
        )


class SupportNeeds(models.Model):
    """Special-category answers, apart from everything else and only with the learner's explicit consent (`ilm` G07)."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="support_needs")
    ethnicity = models.CharField(max_length=80, blank=True)
    disability = models.CharField(max_length=250, blank=True)
    adjustments = models.TextField("what would help", blank=True)
    consented_at = models.DateTimeField()
    consent_version = models.CharField("which wording was agreed to", max_length=20)

    def __str__(self) -> str:
        return f"Support needs of {self.enrolment}"


class Questionnaire(models.Model):
    """The knowledge and skills questionnaire, answered before the induction."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="questionnaire")
    hopes = models.TextField("what the learner wants from the programme", blank=True)
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Questionnaire of {self.enrolment}"

    def unanswered(self) -> int:
        """How many learning outcomes of the qualification version have no rating yet."""
        outcomes = LearningOutcome.objects.filter(unit__version__cohorts=self.enrolment.cohort_id)
        return outcomes.exclude(pk__in=self.ratings.values("outcome")).count()


class Rating(models.Model):
    """How well the learner knows one learning outcome, 0 (nothing) to 10 (could teach it)."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="ratings")
    outcome = models.ForeignKey(LearningOutcome, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "outcome"], name="rating_once"),
            models.CheckConstraint(condition=Q(rating__lte=10), name="rating_0_to_10"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.rating}"


class Registration(models.Model):
    """The learner's entry with the awarding organisation. Its number is called ENR there and is text."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="registration")
    number = models.CharField("enrolment number (ENR)", max_length=20, unique=True)
    order_number = models.CharField(max_length=30, blank=True)
    is_funded = models.BooleanField("publicly funded", default=False)
    registered_on = models.DateField()
    expires_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("registered_on")), name="registration_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"Registration {self.number}"


class IndividualDeadline(models.Model):
    """A date of this learner's own for an assignment. The newest one holds; the older ones remain as history."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="deadlines")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    reason = models.CharField(max_length=250)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("enrolment", "assignment", "-set_at", "-pk")
        indexes = [models.Index(fields=["enrolment", "assignment", "-set_at"], name="individual_deadline_newest")]

    def __str__(self) -> str:
        return f"{self.enrolment}, {self.assignment}: {self.due_on}"


class ReasonableAdjustmentQuerySet(models.QuerySet["ReasonableAdjustment"]):
    def visible_to(self, user: User) -> ReasonableAdjustmentQuerySet:
        """In confidence: the learner's own, and for those who record them or see personal data."""
        seen = Q(enrolment__learner=user)
        if user.can(Can.RECORD_ADJUSTMENTS) or user.can(Can.SEE_PERSONAL_DATA):
            seen |= Q(enrolment__in=Enrolment.objects.visible_to(user))
        return self.filter(seen)

    def in_force(self) -> ReasonableAdjustmentQuerySet:
        return self.filter(ended_at__isnull=True)


class ReasonableAdjustment(models.Model):
    """More time for a learner, agreed for a reason that is confidential (`ilm` R23). Whoever sees a date sees the days only."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="adjustments")
    assignment = models.ForeignKey(
        Assignment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="empty: for all of them",
    )
    extra_working_days = models.PositiveSmallIntegerField()
    arrangement = models.TextField("what was agreed, in confidence")
    agreed_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReasonableAdjustmentQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "recorded_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(extra_working_days__gte=1, extra_working_days__lte=60), name="adjustment_days_1_to_60"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="adjustment_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.extra_working_days} more working days"


class BreakInLearningQuerySet(models.QuerySet["BreakInLearning"]):
    def visible_to(self, user: User) -> BreakInLearningQuerySet:
        """The learner's own, and for those who record breaks."""
        seen = Q(enrolment__learner=user)
        if user.can(Can.RECORD_BREAKS):
            seen |= Q(enrolment__in=Enrolment.objects.visible_to(user))
        return self.filter(seen)

    def in_force(self) -> BreakInLearningQuerySet:
        """As they are known now; one that was changed is superseded by the row that says how."""
        return self.filter(superseded_at__isnull=True)


class BreakInLearning(models.Model):
    """Time away from the programme: `from_on` is the first day of it, `back_on` the first day after it.

    A change is a new row that supersedes the old one, so that any earlier day can still be told as it was known then.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="breaks")
    from_on = models.DateField()
    back_on = models.DateField()
    reason = models.CharField("why, in confidence", max_length=250)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    objects = BreakInLearningQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "from_on", "recorded_at", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(back_on__gt=F("from_on")), name="break_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["enrolment", "from_on"], condition=Q(superseded_at__isnull=True), name="break_begins_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: away from {self.from_on}, back on {self.back_on}"
