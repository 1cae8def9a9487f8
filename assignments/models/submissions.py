"""What a learner hands in: one attempt at one assignment, its file and what it reads like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Can
from assignments.models.veiled import VeiledQuerySet
from assignments.policy import HOLD_FOR
from assignments.states import (
    HANDED_IN,
    MARKED,
    OPEN,
    RELEASED,
    UNCOUNTED,
    SubmissionState,
)
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from programmes.models import Assignment, Contract, Criterion, TutorAppointment

# Stands for the last day of a clock that stands still, where rows are sorted: after every other.
NEVER = dt.date(9999, 1, 1)

if TYPE_CHECKING:
    from assignments.models.marking import CriterionDecision
    from assignments.models.wording import FrozenWording


def _pair(first: str, second: str) -> Any:
    """Two keys as one number."""
    return ExpressionWrapper(F(first) * Value(2**32) + F(second), output_field=BigIntegerField())


class SubmissionQuerySet(VeiledQuerySet["Submission"]):
    piece = ""

    def visible_to(self, user: User) -> SubmissionQuerySet:
        """A learner's own, drafts too; for those who read work, what was handed in by learners they see."""
        mine = Q(enrolment__learner=user)
        if user.can(Can.READ_WORK):
            mine |= Q(enrolment__in=Enrolment.objects.visible_to(user)) & Q(state__in=HANDED_IN)
        return self.filter(mine).read_by(user)

    def awaiting_marking(self) -> SubmissionQuerySet:
        return self.filter(state=SubmissionState.SUBMITTED)

    def in_order(self) -> SubmissionQuerySet:
        """As they came. A piece returned unmarked and the one after it are one attempt with two rows."""
        return self.order_by("attempt", "pk")

    def counting(self) -> SubmissionQuerySet:
        """Without drafts that are not needed any more."""
        return self.exclude(state=SubmissionState.WITHDRAWN)

    def handed_in(self) -> SubmissionQuerySet:
        return self.filter(state__in=HANDED_IN)

    def released(self) -> SubmissionQuerySet:
        """Those whose outcome learner and client may know."""
        return self.filter(state__in=RELEASED)

    def unreleased(self) -> SubmissionQuerySet:
        """Those whose outcome is signed and still kept from the learner."""
        return self.filter(state=SubmissionState.SIGNED)

    def outcomes_visible_to(self, user: User) -> SubmissionQuerySet:
        """Of what this person may see, those whose outcome they may know: `Submission.shows_outcome_to` for many."""
        provisional = Q(state=SubmissionState.SIGNED) & ~Q(enrolment__learner=user)
        return self.visible_to(user).filter(Q(state__in=RELEASED) | provisional)

    def waiting_for_release(self, user: User) -> SubmissionQuerySet:
        """Signed results of the learners this person sees, never one's own: for those who release by hand."""
        seen = Enrolment.objects.visible_to(user).active().exclude(learner=user)
        return self.unreleased().filter(enrolment__in=seen).read_by(user)

    def waiting_for(self, tutor: User, today: dt.date, cohorts: Sequence[int] | None = None) -> SubmissionQuerySet:
        """What this tutor may mark: of learners on the programme, in the cohorts they are appointed to, given to nobody else.

        Work given to a tutor whose appointment is over waits for every tutor of the cohort again. `cohorts` are those of the
        appointments, where they are known already: a plan made for numbers is better than one for a question.
        """
        taught: Any = tutor.appointments.covering(today).values("cohort") if cohorts is None else cohorts
        # Tutor and cohort as one number, looked up in a list that is made once: a question for each row makes every plan dear.
        there = TutorAppointment.objects.covering(today).order_by().values_list(_pair("tutor", "cohort"))
        free = Q(marker__isnull=True) | Q(marker=tutor) | ~Q(In(_pair("marker", "enrolment__cohort"), there))
        waiting = self.awaiting_marking().filter(free, enrolment__cohort__in=taught, enrolment__state="active")
        # Whoever marks it a second time, or may be asked to, does not find it among their own (`second_marking`).
        seconds: Any = self.model._meta.get_field("second_marking").related_model
        # Asked of each piece by its number: a list made first would be reckoned anew for each learner of the tutor's cohorts.
        apart = seconds.objects.kept_apart_from(tutor).filter(submission=OuterRef("pk"))
        return waiting.exclude(enrolment__learner=tutor).exclude(submitted_by=tutor).exclude(Exists(apart))

    def run_by(self, user: User) -> SubmissionQuerySet:
        """What was handed in under the contracts this person runs: all of them for an administrator. Never their own."""
        run = Contract.objects.visible_to(user).values("pk")
        return self.handed_in().filter(enrolment__cohort__contract__in=run).exclude(enrolment__learner=user)

    def with_due(self) -> Any:
        """With `mark_due`: the last day for marking, never empty, so that rows can be sorted and paged by it."""
        return self.annotate(mark_due=Coalesce("mark_by", Value(NEVER)))


class Route(models.TextChoices):
    """How work reached the centre that staff hand in for a learner."""

    EMAIL = "email", "by e-mail"
    PAPER = "paper", "on paper"
    OTHER = "other", "in another way"


class Submission(models.Model):
    """One attempt. Once handed in, its document, evidence, declaration and wording never change; triggers see to it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="submissions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="submissions")
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=SubmissionState, default=SubmissionState.DRAFT)
    begun_at = models.DateTimeField()
    document = models.ForeignKey("Document", null=True, on_delete=models.PROTECT, related_name="+")
    # The date that held when the work was handed in, kept with it.
    due_on = models.DateField(null=True)
    reference = models.CharField("number on the receipt", max_length=20, null=True, unique=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The moment that is held against `due_on` (`policy.counted_at`): the upload's beginning, the hand-in or the arrival.
    counted_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField("when it really arrived, if staff handed it in", null=True)
    behalf_route = models.CharField("how it arrived", max_length=10, choices=Route, blank=True)
    behalf_reason = models.TextField("why staff handed it in for the learner", blank=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField(null=True)
    marked_at = models.DateTimeField(null=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    resubmit_by = models.DateField(null=True)
    # The tutor this piece was given to; nobody: whoever of the appointed tutors takes it.
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    mark_by = models.DateField("last day for marking; none while the clock stands still", null=True)
    clock_used = models.PositiveSmallIntegerField("working days for marking used before this hand-in", default=0)
    released_at = models.DateTimeField("when the learner came to know the outcome", null=True)
    # The newest of `second_markings`, the only one that can decide anything.
    second_marking = models.OneToOneField("SecondMarking", null=True, on_delete=models.PROTECT, related_name="+")

    # Whether this object was fetched for somebody who may not know whose work it is (`assignments.anonymity`).
    is_veiled = False

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "assignment", "attempt", "pk")
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(state="submitted"), name="submission_awaiting_marking"),
            # The desk asks in this order: the last day, work whose clock stands still at the end.
            models.Index(
                Coalesce("mark_by", Value(NEVER)), "id", condition=Q(state="submitted"), name="submission_due"
            ),
            models.Index(
                Coalesce("mark_by", Value(NEVER)),
                "id",
                condition=Q(state="submitted", attempt__gt=1),
                name="submission_due_again",
            ),
        ]
        constraints = [
            state_is_known(SubmissionState, name="submission_state_known"),
            models.UniqueConstraint(
                fields=["enrolment", "assignment", "attempt"],
                condition=~Q(state__in=UNCOUNTED),
                name="submission_attempt_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "assignment"], condition=Q(state__in=OPEN), name="submission_one_open"
            ),
            set_exactly_when("submitted_at", states=HANDED_IN, name="submission_submitted_at"),
            set_exactly_when("submitted_by", states=HANDED_IN, name="submission_submitted_by"),
            set_exactly_when("counted_at", states=HANDED_IN, name="submission_counted_at"),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True, behalf_route="", behalf_reason="")
                | (
                    Q(arrived_at__isnull=False, arrived_at=models.F("counted_at"), behalf_route__in=Route.values)
                    & ~Q(behalf_reason="")
                ),
                name="submission_behalf_says_when_how_why",
            ),
            set_exactly_when("reference", states=HANDED_IN, name="submission_reference"),
            set_exactly_when("marked_at", states=MARKED, name="submission_marked_at"),
            set_exactly_when("marked_by", states=MARKED, name="submission_marked_by"),
            set_exactly_when(
                "resubmit_by",
                states=[SubmissionState.REFERRED, SubmissionState.RETURNED],
                name="submission_resubmit_by",
            ),
            set_exactly_when("released_at", states=RELEASED, name="submission_released_at"),
            models.CheckConstraint(
                condition=Q(mark_by__isnull=True) | ~Q(state=SubmissionState.DRAFT),
                name="submission_mark_by_after_hand_in",
            ),
            models.CheckConstraint(
                condition=Q(marked_by__isnull=True) | ~Q(marked_by=models.F("submitted_by")),
                name="submission_marker_is_not_the_learner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.title}, attempt {self.attempt}, {self.enrolment.learner}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:submission", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == SubmissionState.DRAFT

    @property
    def is_passed(self) -> bool:
        return self.state == SubmissionState.PASSED

    @property
    def is_signed(self) -> bool:
        """Whether an outcome has been signed that is still kept from the learner."""
        return self.state == SubmissionState.SIGNED

    @property
    def is_returned(self) -> bool:
        return self.state == SubmissionState.RETURNED

    @property
    def is_withdrawn(self) -> bool:
        """Whether this is a draft that is not needed any more."""
        return self.state == SubmissionState.WITHDRAWN

    @property
    def is_released(self) -> bool:
        """Whether the learner and the client may know the outcome: the one question that every page, mail and file asks."""
        return self.released_at is not None

    @property
    def is_referred(self) -> bool:
        return self.state == SubmissionState.REFERRED

    def shows_outcome_to(self, user: User) -> bool:
        """Whether this person may know the outcome: everybody once it is released, before that those who read work."""
        return self.is_released or (self.is_signed and self.enrolment.learner_id != user.pk and user.can(Can.READ_WORK))

    def get_state_display(self) -> str:  # type: ignore[no-redef] # instead of the one Django makes
        """The state in words that anybody may read: an outcome that is not released reads as work with the tutor."""
        told = SubmissionState.SUBMITTED if self.is_signed else SubmissionState(self.state)
        return str(told.label)

    @property
    def state_for_staff(self) -> str:
        """The state as it is, for pages that no learner and no client sees."""
        return str(SubmissionState(self.state).label)

    def is_held(self, now: dt.datetime) -> bool:
        """Whether a tutor holds this for marking at `now`."""
        return self.held_at is not None and now - self.held_at < HOLD_FOR

    @property
    def is_for_learner(self) -> bool:
        """Whether staff handed this in for the learner."""
        return self.arrived_at is not None

    @property
    def frozen(self) -> FrozenWording | None:
        """What was asked as it was worded at the hand-in; nothing while this is a draft."""
        return None if self.is_draft else getattr(self, "wording", None)

    @property
    def asked_for(self) -> Assignment:
        """The assignment with its title, brief, word rule and AI level as they stood at the hand-in."""
        return self.frozen.as_assignment(self.assignment) if self.frozen else self.assignment

    def criteria(self) -> models.QuerySet[Criterion]:
        """The criteria this is marked against, in the awarding organisation's order; `asked` has them as worded then."""
        asked = Criterion.objects.filter(outcome__unit__assignments=self.assignment_id)
        if self.frozen:
            asked = Criterion.objects.filter(pk__in=self.frozen.numbers)
        order = "outcome__unit__number", "outcome__number", "position", "pk"
        return asked.select_related("outcome__unit").order_by(*order)

    def asked(self) -> list[Criterion]:
        """The criteria this is marked against, in the words of the hand-in."""
        return self.frozen.as_criteria() if self.frozen else list(self.criteria())

    def worded(self, decisions: Iterable[CriterionDecision]) -> list[CriterionDecision]:
        """The decisions, each criterion in the words of the hand-in."""
        found = list(decisions)
        words = {one.pk: one for one in self.frozen.as_criteria()} if self.frozen else {}
        for one in found:
            one.criterion = words.get(one.criterion_id, one.criterion)
        return found


class Declaration(models.Model):
    """What the learner signed with this attempt: authenticity and the use of AI, in the words shown at the time."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="declaration")
    wording = models.TextField()
    ai_use = models.CharField(max_length=20)
    ai_statement = models.TextField("which tools, and for what", blank=True)
    signed_name = models.CharField(max_length=150)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Only where the learner signed a cover sheet and staff copied it; `signed_at` is then the moment of copying.
    signed_on = models.DateField("day on the signed cover sheet", null=True)
    copied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True, copied_by__isnull=True)
                | Q(signed_on__isnull=False, copied_by__isnull=False),
                name="declaration_copied_with_its_day",
            )
        ]

    def __str__(self) -> str:
        return f"Declaration for {self.submission}"
