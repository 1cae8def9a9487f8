"""Samples of marking, the external sign-off, and claims for certificates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from assignments.models import Submission, VeiledQuerySet
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from programmes.models import Unit
from verification.judging import ActionKind
from verification.states import (
    ANSWERED_CLAIM,
    DECIDED,
    HAS_CERTIFICATE,
    OVER,
    WITH_ACTION,
    ClaimState,
    SampleState,
)


class SampleQuerySet(VeiledQuerySet["Sample"]):
    def visible_to(self, user: User) -> SampleQuerySet:
        """Verifiers, tutors and administrators: those of the enrolments they see. Never the learner."""
        if user.has_role(Role.IQA, Role.EQA, Role.TUTOR, Role.ADMINISTRATOR):
            seen = self.filter(submission__enrolment__in=Enrolment.objects.visible_to(user))
            return seen.exclude(submission__enrolment__learner=user).read_by(user)
        return self.none()


class Sample(models.Model):
    """One look at how one attempt was marked. Sent back and answered, it is followed by another round."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="samples")
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=SampleState, default=SampleState.SELECTED)
    reason = models.CharField("why it was picked", max_length=250)
    # Copied from the submission, so that the database itself can keep the two duties apart.
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    selected_at = models.DateTimeField()
    selected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField("to the tutor", blank=True)
    action_kind = models.CharField(max_length=10, choices=ActionKind, blank=True)
    action = models.TextField(blank=True)
    action_due_on = models.DateField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="verification_actions"
    )
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The newest of `snapshots`; none for what was opened before the state of a piece was frozen.
    snapshot = models.ForeignKey("verification.Snapshot", null=True, on_delete=models.PROTECT, related_name="+")

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ("submission", "round")
        constraints = [
            state_is_known(SampleState, name="sample_state_known"),
            models.UniqueConstraint(fields=["submission", "round"], name="sample_round_once"),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(state__in=["selected", "returned"]), name="sample_one_open"
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("marked_by")),
                name="sample_verifier_is_not_the_marker",
            ),
            models.CheckConstraint(condition=~Q(selected_by=F("marked_by")), name="sample_is_not_picked_by_the_marker"),
            set_exactly_when("decided_at", states=DECIDED, name="sample_decided_at"),
            set_exactly_when("verified_by", states=DECIDED, name="sample_verified_by"),
            set_exactly_when("action_due_on", states=WITH_ACTION, name="sample_action_due_on"),
            set_exactly_when("answered_at", states=[SampleState.ANSWERED], name="sample_answered_at"),
            set_exactly_when("answered_by", states=[SampleState.ANSWERED], name="sample_answered_by"),
            models.CheckConstraint(
                condition=~Q(state__in=WITH_ACTION) | ~Q(action=""), name="sample_sent_back_has_an_action"
            ),
            set_exactly_when("owner", states=WITH_ACTION, name="sample_owner"),
            models.CheckConstraint(
                condition=Q(state__in=WITH_ACTION, action_kind__in=ActionKind.values)
                | ~Q(state__in=WITH_ACTION) & Q(action_kind=""),
                name="sample_action_kind",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | ~Q(owner=F("verified_by")),
                name="sample_verifier_does_not_own_the_action",
            ),
        ]

    def __str__(self) -> str:
        return f"Verification of {self.submission}, round {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("verification:sample", args=[self.pk])

    @property
    def is_selected(self) -> bool:
        return self.state == SampleState.SELECTED

    @property
    def is_agreed(self) -> bool:
        return self.state == SampleState.AGREED

    @property
    def is_returned(self) -> bool:
        return self.state == SampleState.RETURNED

    @property
    def is_answered(self) -> bool:
        return self.state == SampleState.ANSWERED

    @property
    def is_correction(self) -> bool:
        return self.action_kind == ActionKind.CORRECTION

    @property
    def is_rejection(self) -> bool:
        return self.action_kind == ActionKind.REJECTION

    @property
    def was_in_time(self) -> bool:
        """Whether an answered action was answered by its day."""
        if self.answered_at is None or self.action_due_on is None:
            return False
        return timezone.localdate(self.answered_at) <= self.action_due_on

    def is_overdue(self, today: dt.date) -> bool:
        """Whether an action waits for its answer and its day has passed."""
        return self.is_returned and self.action_due_on is not None and self.action_due_on < today


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def visible_to(self, user: User) -> SignOffQuerySet:
        return self.filter(enrolment__in=Enrolment.objects.visible_to(user)).exclude(enrolment__learner=user)


class SignOff(models.Model):
    """The external verifier (EQA) has seen this learner's verified work and signed it off."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="sign_off")
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    objects = SignOffQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Sign-off for {self.enrolment}"


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User) -> ClaimQuerySet:
        return self.filter(enrolment__in=Enrolment.objects.visible_to(user)).exclude(enrolment__learner=user)

    def in_force(self) -> ClaimQuerySet:
        """Those that still ask for a certificate, or have one."""
        return self.exclude(state__in=OVER)

    def whole(self) -> ClaimQuerySet:
        return self.filter(kind=ClaimKind.WHOLE)

    def unmended(self) -> ClaimQuerySet:
        """Revoked, and nobody has said that the cause is mended."""
        return self.filter(state=ClaimState.REVOKED, mended_at__isnull=True)

    def with_awaited_since(self) -> ClaimQuerySet:
        """With the day from which an answer is awaited: when the batch was sent, else when it was claimed."""
        return self.annotate(awaited_since=Coalesce("batch__sent_on", TruncDate("claimed_at")))

    def overdue(self, today: dt.date, *, days: int) -> ClaimQuerySet:
        """Claimed, and nothing has come for more than `days` days."""
        open_ones: Any = self.filter(state=ClaimState.CLAIMED).with_awaited_since()
        found: ClaimQuerySet = open_ones.filter(awaited_since__lt=today - dt.timedelta(days=days))
        return found


class ClaimKind(models.TextChoices):
    WHOLE = "whole", "Whole qualification"
    UNITS = "units", "Units only"


class Claim(models.Model):
    """The centre asks the awarding organisation for a learner's certificate: of the qualification, or of units."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=10, choices=ClaimKind, default=ClaimKind.WHOLE)
    units = models.ManyToManyField(Unit, related_name="+", blank=True)
    batch = models.ForeignKey(
        "verification.ClaimBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    state = models.CharField(max_length=20, choices=ClaimState, default=ClaimState.CLAIMED)
    claimed_at = models.DateTimeField()
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    order_number = models.CharField(max_length=30, blank=True)
    certificate_number = models.CharField(max_length=40, blank=True)
    certificated_on = models.DateField("date on the certificate", null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    rejection_reason = models.CharField(max_length=250, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revocation_reason = models.CharField(max_length=250, blank=True)
    mended_at = models.DateTimeField("when the cause of the revocation was mended", null=True)
    mended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    mended_how = models.CharField(max_length=250, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ("-claimed_at", "pk")
        constraints = [
            state_is_known(ClaimState, name="claim_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ClaimKind.values), name="claim_kind_known"),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(kind="whole") & ~Q(state__in=["rejected", "revoked"]),
                name="claim_one_per_enrolment",
            ),
            set_exactly_when("certificated_on", states=HAS_CERTIFICATE, name="claim_certificated_on"),
            set_exactly_when("closed_at", states=ANSWERED_CLAIM, name="claim_closed_at"),
            models.CheckConstraint(
                condition=Q(state__in=HAS_CERTIFICATE) & ~Q(certificate_number="")
                | ~Q(state__in=HAS_CERTIFICATE) & Q(certificate_number=""),
                name="claim_certificate_number",
            ),
            set_exactly_when("closed_by", states=ANSWERED_CLAIM, name="claim_closed_by"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(rejection_reason=""), name="claim_rejection_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=["certificate_number"], condition=~Q(certificate_number=""), name="claim_certificate_once"
            ),
            set_exactly_when("revoked_at", states=[ClaimState.REVOKED], name="claim_revoked_at"),
            set_exactly_when("revoked_by", states=[ClaimState.REVOKED], name="claim_revoked_by"),
            models.CheckConstraint(
                condition=~Q(state="revoked") | ~Q(revocation_reason=""), name="claim_revocation_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(mended_at__isnull=True, mended_by__isnull=True, mended_how="")
                | Q(state="revoked", mended_at__isnull=False, mended_by__isnull=False) & ~Q(mended_how=""),
                name="claim_mended_after_revocation",
            ),
        ]

    def __str__(self) -> str:
        return f"Claim for {self.enrolment}"

    def get_absolute_url(self) -> str:
        return reverse("verification:claim", args=[self.pk])

    @property
    def is_whole(self) -> bool:
        return self.kind == ClaimKind.WHOLE

    @property
    def is_claimed(self) -> bool:
        return self.state == ClaimState.CLAIMED

    @property
    def waits_for_mending(self) -> bool:
        return self.state == ClaimState.REVOKED and self.mended_at is None
