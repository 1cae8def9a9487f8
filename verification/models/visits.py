"""A visit of the external verifier (EQA): whom it concerns, from when to when, what was opened, found and asked for."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from assignments.models import Submission
from core import clock
from core.lifecycle import set_exactly_when, set_from, state_is_known
from enrolment.models import Enrolment
from programmes.models import Cohort, Qualification
from verification.states import BEGUN, VisitState


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> VisitQuerySet:
        """Administrators all; the external verifier their own; the internal one those of learners they see, every one."""
        if user.has_role(Role.ADMINISTRATOR):
            return self
        mine = Q(pk__in=[])
        if user.has_role(Role.EQA):
            mine |= Q(eqa=user)
        if user.has_role(Role.IQA):
            seen = VisitLearner.objects.filter(enrolment__in=Enrolment.objects.visible_to(user))
            unseen = VisitLearner.objects.exclude(enrolment__in=Enrolment.objects.visible_to(user))
            mine |= Q(pk__in=seen.values("visit")) & ~Q(pk__in=unseen.values("visit"))
        return self.filter(mine)

    def begun(self) -> VisitQuerySet:
        """Those that were opened at some time: from the first on, their verifier sees by visits alone."""
        return self.filter(state__in=BEGUN)

    def open_to(self, user: User, now: dt.datetime) -> VisitQuerySet:
        """Those in which this person may look at the named learners now."""
        return self.filter(eqa=user, state=VisitState.OPEN, opens_at__lte=now, closes_at__gt=now)

    def past(self, now: dt.datetime) -> VisitQuerySet:
        """Still called open, though their time is over."""
        return self.filter(state=VisitState.OPEN, closes_at__lte=now)


class Visit(models.Model):
    """One look of the awarding organisation at one qualification of the centre. It moves nobody."""

    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="visits")
    eqa = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    state = models.CharField(max_length=20, choices=VisitState, default=VisitState.PLANNED)
    purpose = models.CharField("what it is for", max_length=250, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    report = models.TextField("what the awarding organisation wrote", blank=True)
    report_file = models.FileField(upload_to="visits/%Y/", blank=True)
    report_sha256 = models.CharField(max_length=64, blank=True)
    rating = models.CharField("quality rating that resulted", max_length=60, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ("-opens_at", "pk")
        constraints = [
            state_is_known(VisitState, name="visit_state_known"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="visit_closes_after_it_opens"),
            set_from("opened_at", states=BEGUN, name="visit_opened_at"),
            set_exactly_when("closed_at", states=[VisitState.CLOSED, VisitState.REPORTED], name="visit_closed_at"),
            set_exactly_when("reported_at", states=[VisitState.REPORTED], name="visit_reported_at"),
            set_exactly_when("reported_by", states=[VisitState.REPORTED], name="visit_reported_by"),
            models.CheckConstraint(
                condition=~Q(state=VisitState.REPORTED) | (~Q(report="") & ~Q(rating="")), name="visit_report_says_both"
            ),
        ]

    def __str__(self) -> str:
        return f"Visit of {self.eqa} to {self.qualification}"

    def get_absolute_url(self) -> str:
        return reverse("verification:visit", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == VisitState.PLANNED

    @property
    def is_called_off(self) -> bool:
        return self.state == VisitState.CALLED_OFF

    @property
    def is_ahead(self) -> bool:
        """Opened by the centre, and its beginning is still to come."""
        return self.state == VisitState.OPEN and self.opens_at > clock.now()

    @property
    def is_reported(self) -> bool:
        return self.state == VisitState.REPORTED

    def is_open_at(self, now: dt.datetime) -> bool:
        """Whether its verifier may look now; after the last minute nobody has to close it for that."""
        return self.state == VisitState.OPEN and self.opens_at <= now < self.closes_at

    @property
    def takes_learners(self) -> bool:
        return self.state in (VisitState.PLANNED, VisitState.OPEN)


class VisitLearnerQuerySet(models.QuerySet["VisitLearner"]):
    def open_to(self, user: User) -> VisitLearnerQuerySet:
        """Whom this person may look at now."""
        return self.filter(visit__in=Visit.objects.open_to(user, clock.now()))


def cohorts_looked_at(user: User) -> models.QuerySet[Cohort]:
    """The cohorts one sees, and those of the learners named for one's open visit: for what is of a cohort's staff, not of its learners."""
    named = VisitLearner.objects.open_to(user).values("enrolment__cohort")
    return Cohort.objects.filter(Q(pk__in=Cohort.objects.visible_to(user).values("pk")) | Q(pk__in=named))


class VisitLearner(models.Model):
    """A learner named for a visit, on the programme or not any more."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="learners")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="named_in")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = VisitLearnerQuerySet.as_manager()

    class Meta:
        ordering = ("visit", "enrolment__learner__full_name", "pk")
        constraints = [models.UniqueConstraint(fields=["visit", "enrolment"], name="visit_names_once")]

    def __str__(self) -> str:
        return f"{self.enrolment}, named for {self.visit}"


class VisitViewQuerySet(models.QuerySet["VisitView"]):
    def update(self, **facts: object) -> int:
        """Refused: what was looked at is not changed."""
        raise TypeError("What an external verifier opened is only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused: what was looked at stays."""
        raise TypeError("What an external verifier opened is only ever added.")


class VisitView(models.Model):
    """That an external verifier opened a page or a file. Only ever added, before the page is handed out."""

    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="views")
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="+")
    page = models.CharField("name of the page", max_length=80)
    path = models.CharField(max_length=250)

    objects = VisitViewQuerySet.as_manager()

    class Meta:
        ordering = ("-seen_at", "-pk")
        indexes = [models.Index(fields=["visit", "-seen_at"], name="visit_view_newest")]

    def __str__(self) -> str:
        return f"{self.seen_by}: {self.path}"

    @property
    def said(self) -> str:
        """The page in words: `assignments:result_sheet` is a result sheet."""
        return self.page.rpartition(":")[2].replace("_", " ").capitalize()


class Finding(models.TextChoices):
    AGREED = "agreed", "Agrees with the decision"
    NOT_AGREED = "not_agreed", "Does not agree"


class VisitSample(models.Model):
    """A piece the external verifier looked at, and whether they agree with what was decided about it."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="samples")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="visit_samples")
    finding = models.CharField(max_length=20, choices=Finding)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("visit", "submission", "pk")
        constraints = [
            models.UniqueConstraint(fields=["visit", "submission"], name="visit_sample_once"),
            models.CheckConstraint(condition=Q(finding__in=Finding.values), name="visit_finding_known"),
            models.CheckConstraint(condition=Q(finding="agreed") | ~Q(note=""), name="visit_disagreement_has_a_note"),
        ]

    def __str__(self) -> str:
        return f"{self.get_finding_display()}: {self.submission}"

    @property
    def agrees(self) -> bool:
        return self.finding == Finding.AGREED


class VisitAction(models.Model):
    """Something the centre has to do after a visit: who, and by which day."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="actions")
    text = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visit_actions")
    due_on = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_note = models.TextField("what was done", blank=True)

    class Meta:
        ordering = ("visit", "due_on", "pk")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="visit_action_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, done_note="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(done_note="")),
                name="visit_action_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Action for {self.owner} by {self.due_on}"
