"""Certificates on paper: each one that came, what it said, whether it was right, and when it went to the learner."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from core.lifecycle import set_from, state_is_known
from verification.models.records import Claim
from verification.states import CHECKED_ONCE, CertificateState


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: User) -> CertificateQuerySet:
        return self.filter(claim__in=Claim.objects.visible_to(user))


class Certificate(models.Model):
    """One certificate of a claim. A reprint is a new row, and the old one says that it was replaced."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="certificates")
    state = models.CharField(max_length=20, choices=CertificateState, default=CertificateState.RECEIVED)
    number = models.CharField(max_length=40)
    certificated_on = models.DateField("date on the certificate")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField("name as printed", max_length=200, blank=True)
    printed_title = models.CharField("qualification as printed", max_length=250, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_because = models.CharField("why a difference is right", max_length=250, blank=True)
    correction = models.CharField("what has to be corrected", max_length=250, blank=True)
    correction_asked_at = models.DateTimeField(null=True)
    correction_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_on = models.DateField(null=True)
    sent_how = models.CharField(max_length=120, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ("claim", "received_at", "pk")
        constraints = [
            state_is_known(CertificateState, name="certificate_state_known"),
            models.CheckConstraint(condition=~Q(number=""), name="certificate_has_a_number"),
            models.UniqueConstraint(
                fields=["claim"], condition=~Q(state__in=["replaced", "void"]), name="certificate_one_in_force"
            ),
            set_from("checked_at", states=CHECKED_ONCE, name="certificate_checked_at"),
            set_from("checked_by", states=CHECKED_ONCE, name="certificate_checked_by"),
            set_from(
                "correction_asked_at",
                states=[CertificateState.DIFFERS, CertificateState.REPLACED],
                name="certificate_correction_asked_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["differs", "replaced"]) | ~Q(correction=""),
                name="certificate_correction_is_said",
            ),
            set_from("sent_on", states=[CertificateState.SENT], name="certificate_sent_on"),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, sent_by__isnull=True, sent_how="")
                | Q(sent_on__isnull=False, sent_by__isnull=False) & ~Q(sent_how=""),
                name="certificate_sent_somehow_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Certificate {self.number}"

    def get_absolute_url(self) -> str:
        return self.claim.get_absolute_url()

    @property
    def is_in_force(self) -> bool:
        return self.state not in (CertificateState.REPLACED, CertificateState.VOID)
