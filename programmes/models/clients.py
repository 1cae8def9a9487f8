"""For whom: clients, their contacts, and contracts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> ClientQuerySet:
        if user.has_role(Role.ADMINISTRATOR, Role.CONTRACT_MANAGER):
            return self
        return self.filter(contacts__user=user).distinct()


class Client(models.Model):
    """An organisation that buys a programme for its people."""

    name = models.CharField(max_length=150, unique=True)
    accent = models.CharField("colour in its reports, #RRGGBB", max_length=7, blank=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ClientContact(models.Model):
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="client_contacts")
    job_title = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="contact_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.client}"


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, user: User) -> ContractQuerySet:
        if user.has_role(Role.ADMINISTRATOR):
            return self
        if user.has_role(Role.CONTRACT_MANAGER):
            return self.filter(managers=user)
        return self.none()


class Contract(models.Model):
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contracts")
    reference = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=150)
    lead_supplier = models.CharField(max_length=150, blank=True)
    managers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="managed_contracts")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    margin_days = models.PositiveSmallIntegerField("days wanted between deadline and registration end", default=90)
    late_days = models.PositiveSmallIntegerField("days late from which a learner is at risk", default=14)

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="contract_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("programmes:contract", args=[self.pk])
