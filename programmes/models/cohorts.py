"""One run of a programme for one client, who teaches it and who verifies it. Learners come in with `enrolment`."""

from __future__ import annotations

import datetime as dt

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core import clock
from core.lifecycle import set_exactly_when, state_is_known
from programmes.models.catalogue import Assignment, QualificationVersion
from programmes.models.clients import ClientContact, Contract
from programmes.states import AppointmentState


class Delivery(models.TextChoices):
    VIRTUAL = "virtual", "Virtual"
    IN_PERSON = "in_person", "In person"
    DISTANCE = "distance", "Distance learning"


class Release(models.TextChoices):
    """When a learner, and with them the client, learns of an outcome that has been signed."""

    AT_ONCE = "at_once", "As soon as it is signed"
    AFTER_IQA = "after_iqa", "After internal verification (IQA)"
    AT_A_TIME = "at_a_time", "At a time set for each assignment"


class SecondMarks(models.TextChoices):
    """Which work a second tutor marks without seeing the first decision."""

    ON_REQUEST = "on_request", "Only where it is asked for"
    ALL = "all", "Every piece of work"


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> CohortQuerySet:
        """Administrators all; contract managers theirs; tutors where appointed; verifiers where allocated.

        An external verifier who has had a visit sees by visits alone, learner by learner, and no cohort (docs/adr/0075).
        The client contact has a scope of its own (`for_client_contact`): this one opens staff pages.
        """
        if user.has_role(Role.ADMINISTRATOR):
            return self
        today = clock.today()
        mine = Q(pk__in=[])
        if user.has_role(Role.CONTRACT_MANAGER):
            mine |= Q(contract__in=Contract.objects.filter(managers=user).values("pk"))
        if user.has_role(Role.TUTOR):
            mine |= Q(pk__in=TutorAppointment.objects.in_force(today).filter(tutor=user).values("cohort"))
        if user.has_role(Role.IQA, Role.EQA):
            roles = user.roles & {Role.IQA, Role.EQA}
            allocated = VerifierAllocation.objects.in_force(today).filter(verifier=user, role__in=roles)
            mine |= Q(pk__in=allocated.by_visits_or_here(user).values("cohort"))
        return self.filter(mine)

    def for_client_contact(self, user: User) -> CohortQuerySet:
        """The cohorts of the organisations this person is a contact of."""
        return self.filter(contract__client__in=ClientContact.objects.filter(user=user).values("client"))

    def with_plan(self, today: dt.date) -> CohortQuerySet:
        """For lists: contract and qualification at hand, the next deadline, and how many proposals wait."""
        coming = CohortDeadline.objects.filter(cohort=models.OuterRef("pk"), due_on__gte=today).order_by("due_on")
        return self.select_related("contract__client", "version__qualification").annotate(
            next_due_on=models.Subquery(coming.values("due_on")[:1]),
            next_due=models.Subquery(coming.values("assignment__title")[:1]),
            proposals=models.Count(
                "appointments", filter=Q(appointments__state=AppointmentState.PROPOSED), distinct=True
            ),
            tutors=models.Count(
                "appointments",
                filter=Q(appointments__state=AppointmentState.APPROVED)
                & (Q(appointments__to_on__isnull=True) | Q(appointments__to_on__gte=today)),
                distinct=True,
            ),
        )

    def coming(self, today: dt.date) -> CohortQuerySet:
        return self.filter(starts_on__gt=today)

    def running(self, today: dt.date) -> CohortQuerySet:
        return self.filter(starts_on__lte=today).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))

    def over(self, today: dt.date) -> CohortQuerySet:
        return self.filter(ends_on__lt=today)


class Cohort(models.Model):
    """One run of a programme for one client: about twelve learners who start together."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="cohorts")
    version = models.ForeignKey(QualificationVersion, on_delete=models.PROTECT, related_name="cohorts")
    code = models.SlugField(unique=True, max_length=30)
    title = models.CharField(max_length=150)
    delivery = models.CharField(max_length=20, choices=Delivery, default=Delivery.VIRTUAL)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    places = models.PositiveSmallIntegerField("places bought", default=12)
    centre_practice_minutes = models.PositiveIntegerField("practice minutes the centre asks for", null=True, blank=True)
    release_rule = models.CharField(
        "when results are released", max_length=20, choices=Release, default=Release.AT_ONCE
    )
    anonymous_marking = models.BooleanField("work is marked without the learner's name", default=False)
    second_marks = models.CharField(
        "second marking", max_length=20, choices=SecondMarks, default=SecondMarks.ON_REQUEST
    )

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="cohort_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(delivery__in=Delivery.values), name="cohort_delivery_known"),
            models.CheckConstraint(condition=Q(release_rule__in=Release.values), name="cohort_release_known"),
            models.CheckConstraint(condition=Q(second_marks__in=SecondMarks.values), name="cohort_second_marks_known"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:cohort", args=[self.code])


class CohortDeadline(models.Model):
    """The date by which a cohort hands in an assignment. A learner's own date is in `enrolment`."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="deadlines")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    results_at = models.DateTimeField("when results are released, where the cohort sets a time", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "assignment"], name="cohort_deadline_once")]

    def __str__(self) -> str:
        return f"{self.cohort}, {self.assignment}: {self.due_on}"


class TutorAppointmentQuerySet(models.QuerySet["TutorAppointment"]):
    def visible_to(self, user: User) -> TutorAppointmentQuerySet:
        """Those of the cohorts one sees, and for a client contact those of their organisation."""
        seen = Q(cohort__in=Cohort.objects.visible_to(user))
        if user.has_role(Role.CLIENT_CONTACT):
            seen |= Q(cohort__in=Cohort.objects.for_client_contact(user))
        return self.filter(seen)

    def awaiting_the_client(self) -> TutorAppointmentQuerySet:
        return self.filter(state=AppointmentState.PROPOSED)

    def in_force(self, day: dt.date) -> TutorAppointmentQuerySet:
        """Approved appointments that cover `day`; one that has not begun yet counts, so that a tutor can prepare."""
        return self.filter(state=AppointmentState.APPROVED).filter(Q(to_on__isnull=True) | Q(to_on__gte=day))

    def covering(self, day: dt.date) -> TutorAppointmentQuerySet:
        return self.in_force(day).filter(from_on__lte=day)


class TutorAppointment(models.Model):
    """That a tutor teaches, marks and supervises a cohort between two dates, proposed by us and approved by the client."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="appointments")
    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    reason = models.CharField("why this tutor, or why the change", max_length=250, blank=True)
    state = models.CharField(max_length=20, choices=AppointmentState, default=AppointmentState.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.CharField(max_length=250, blank=True)

    objects = TutorAppointmentQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "from_on")
        constraints = [
            state_is_known(AppointmentState, name="appointment_state_known"),
            set_exactly_when(
                "decided_at",
                states=[AppointmentState.APPROVED, AppointmentState.DECLINED],
                name="appointment_decided_at",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="appointment_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tutor}, tutor of {self.cohort}"

    def get_absolute_url(self) -> str:
        return self.cohort.get_absolute_url()

    @property
    def is_approved(self) -> bool:
        return self.state == AppointmentState.APPROVED


class VerifierAllocationQuerySet(models.QuerySet["VerifierAllocation"]):
    def in_force(self, day: dt.date) -> VerifierAllocationQuerySet:
        return self.filter(from_on__lte=day).filter(Q(to_on__isnull=True) | Q(to_on__gte=day))

    def of_iqa(self, user: int, day: dt.date) -> VerifierAllocationQuerySet:
        """Those by which this person, given by number, verifies internally on the day."""
        return self.in_force(day).filter(verifier=user, role=Role.IQA)

    def by_visits_or_here(self, user: User) -> VerifierAllocationQuerySet:
        """Without this external verifier's, if a visit of theirs was ever opened: then visits say what they see."""
        if not user.has_role(Role.EQA):
            return self
        visits = apps.get_model("verification", "Visit").objects.begun().filter(eqa=user)
        return self.exclude(role=Role.EQA, verifier__in=visits.values("eqa"))


class VerifierAllocation(models.Model):
    """That an IQA or EQA may look into a cohort, from one day to another. It moves nobody and ends by itself."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="allocations")
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="allocations")
    role = models.CharField(max_length=10, choices=[(Role.IQA.value, Role.IQA.label), (Role.EQA.value, Role.EQA.label)])
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    objects = VerifierAllocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["iqa", "eqa"]), name="allocation_role_known"),
            models.CheckConstraint(
                condition=~Q(role="eqa") | Q(to_on__isnull=False), name="allocation_of_eqa_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verifier}, {self.get_role_display()} of {self.cohort}"
