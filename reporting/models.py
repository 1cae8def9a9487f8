"""The reports that went to clients. Everything else here only reads."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core.lifecycle import set_exactly_when, set_from, state_is_known
from programmes.models import Cohort
from reporting.states import ReportState


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        """Contract managers those of their cohorts; the client contact those that were sent."""
        mine = models.Q(pk__in=[])
        if user.has_role(Role.CONTRACT_MANAGER):
            mine |= models.Q(cohort__in=Cohort.objects.visible_to(user))
        if user.has_role(Role.CLIENT_CONTACT):
            mine |= models.Q(cohort__in=Cohort.objects.for_client_contact(user), state=ReportState.SENT)
        return self.filter(mine)

    def awaiting_pdf(self) -> ReportQuerySet:
        return self.filter(state=ReportState.APPROVED, drawn_at__isnull=True)


class Report(models.Model):
    """One version of a cohort's progress report. The PDF that was sent is kept and never drawn again."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="reports")
    as_of = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=ReportState, default=ReportState.DRAFT)
    standing = models.CharField("where the programme stands", max_length=250)
    request = models.CharField("what is asked, and by when", max_length=250, blank=True)
    change = models.CharField("what changed since the version before", max_length=250, blank=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="reports/%Y/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-as_of", "-version")
        constraints = [
            state_is_known(ReportState, name="report_state_known"),
            models.UniqueConstraint(fields=["cohort", "as_of", "version"], name="report_version_once"),
            set_from("approved_at", states=[ReportState.APPROVED, ReportState.SENT], name="report_approved_at"),
            set_from("drawn_at", states=[ReportState.SENT], name="report_drawn_at"),
            set_exactly_when("sent_at", states=[ReportState.SENT], name="report_sent_at"),
        ]

    def __str__(self) -> str:
        return f"Progress report of {self.cohort}, {self.as_of:%-d %B %Y}, version {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("reporting:report", args=[self.pk])
