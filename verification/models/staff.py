"""The file of a member of staff: qualifications, development, approvals, interests, and changes to be told (`ilm` I16, I17, E13)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import RoleGrant, User
from accounts.permissions import Role
from enrolment.models import Enrolment
from programmes.models import Client, Qualification, TutorAppointment, Unit, VerifierAllocation
from verification.models.visits import cohorts_looked_at

# Those whose competence the awarding organisation asks about.
KEPT_ROLES = (Role.TUTOR, Role.IQA)


def staff_visible_to(user: User) -> models.QuerySet[User]:
    """The members of staff whose file this person reads; one who has left still has a file.

    Verifiers (IQA) and administrators: all. An EQA: those who teach or verify the cohorts they look at. Others: their own.
    """
    kept: models.QuerySet[User] = User.objects.filter(
        pk__in=RoleGrant.objects.filter(role__in=KEPT_ROLES).values("user")
    )
    if user.has_role(Role.IQA, Role.ADMINISTRATOR):
        return kept
    mine = Q(pk=user.pk)
    if user.has_role(Role.EQA):
        cohorts = cohorts_looked_at(user)
        mine |= Q(pk__in=TutorAppointment.objects.filter(cohort__in=cohorts, state="approved").values("tutor"))
        mine |= Q(pk__in=VerifierAllocation.objects.filter(cohort__in=cohorts, role=Role.IQA).values("verifier"))
    return kept.filter(mine)


class InFileQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(person__in=staff_visible_to(user))


class StaffQualification(models.Model):
    """A qualification held, or worked towards until a day, with the file that shows it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_qualifications")
    title = models.CharField(max_length=150)
    awarded_on = models.DateField(null=True)
    target_on = models.DateField("to be reached by", null=True)
    evidence = models.FileField(upload_to="staff/%Y/%m/", blank=True)
    evidence_name = models.CharField(max_length=255, blank=True)
    evidence_mime = models.CharField(max_length=100, blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = InFileQuerySet.as_manager()

    class Meta:
        ordering = ("awarded_on", "target_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(awarded_on__isnull=False) | Q(target_on__isnull=False), name="staff_qualification_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.person}"


class Development(models.Model):
    """One entry of continuing professional development (CPD): what it was, and what it changed in the work."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="development")
    done_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    what = models.CharField(max_length=250)
    changed = models.TextField("what it changed")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = InFileQuerySet.as_manager()

    class Meta:
        ordering = ("-done_on", "pk")
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="development_takes_time")]

    def __str__(self) -> str:
        return self.what


class Duty(models.TextChoices):
    ASSESS = "assess", "Assess"
    VERIFY = "verify", "Verify internally (IQA)"


class Approval(models.Model):
    """That somebody may assess or verify a qualification, or one unit of it; and whose signature stands beside theirs."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    duty = models.CharField(max_length=10, choices=Duty)
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    countersigner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    countersign_until_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=250, blank=True)

    objects = InFileQuerySet.as_manager()

    class Meta:
        ordering = ("-from_on", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="approval_duty_known"),
            models.CheckConstraint(condition=~Q(approved_by=F("person")), name="approval_by_another"),
            models.CheckConstraint(
                condition=Q(countersigner__isnull=True) | ~Q(countersigner=F("person")),
                name="approval_countersigned_by_another",
            ),
            models.CheckConstraint(
                condition=Q(countersigner__isnull=True, countersign_until_on__isnull=True)
                | Q(countersigner__isnull=False, countersign_until_on__isnull=False),
                name="approval_countersigner_and_day",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="approval_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_duty_display().lower()} {self.qualification.number}"


class InterestQuerySet(InFileQuerySet):
    def visible_to(self, user: User) -> Self:
        """As the file; but an EQA reads only interests in learners they see, and in the clients of the cohorts they look at."""
        seen = super().visible_to(user)
        if user.has_role(Role.IQA, Role.ADMINISTRATOR):
            return seen
        near = Q(learner__enrolments__in=Enrolment.objects.visible_to(user))
        near |= Q(client__contracts__cohorts__in=cohorts_looked_at(user))
        return seen.filter(Q(pk__in=Interest.objects.filter(near).values("pk")) | Q(person=user))

    def in_force(self, day: dt.date) -> Self:
        return self.filter(from_on__lte=day).filter(Q(until_on__isnull=True) | Q(until_on__gte=day))

    def concerning(self, enrolment: Any) -> Self:
        """Those in this learner, or in the client whose cohort it is."""
        return self.filter(Q(learner=enrolment.learner_id) | Q(client__contracts=enrolment.cohort.contract_id))


class Interest(models.Model):
    """That somebody has to do with a learner or a client beyond the work, from one day to another."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="interests")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    nature = models.CharField("what it is", max_length=250)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ("-from_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(learner__isnull=False, client__isnull=True) | Q(learner__isnull=True, client__isnull=False),
                name="interest_in_one",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="interest_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"Interest of {self.person}"


class ChangeKind(models.TextChoices):
    NEW_TUTOR = "new_tutor", "New tutor"
    TUTOR_LEFT = "tutor_left", "A tutor has left"
    NEW_IQA = "new_iqa", "New internal verifier (IQA)"
    IQA_LEFT = "iqa_left", "An internal verifier (IQA) has left"
    OTHER = "other", "Another change"


class StaffChange(models.Model):
    """A change of which the awarding organisation must hear: a to-do until it says when and how it was told."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_changes")
    kind = models.CharField(max_length=20, choices=ChangeKind)
    happened_on = models.DateField()
    note = models.CharField(max_length=250, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    told_on = models.DateField(null=True)
    told_how = models.CharField("how it was told", max_length=250, blank=True)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = InFileQuerySet.as_manager()

    class Meta:
        ordering = ("happened_on", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="staff_change_kind_known"),
            models.UniqueConstraint(fields=["person", "kind", "happened_on"], name="staff_change_once"),
            models.CheckConstraint(
                condition=Q(told_on__isnull=True, told_by__isnull=True, told_how="")
                | (Q(told_on__isnull=False, told_by__isnull=False) & ~Q(told_how="")),
                name="staff_change_told_with_day_and_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("verification:changes")
