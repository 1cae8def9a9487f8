"""An essay that is written in the browser, its history, and the drafts of an essay that a tutor comments on."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.permissions import Can
from assignments.models.documents import Document
from assignments.models.submissions import Submission
from assignments.models.veiled import VeiledQuerySet
from assignments.states import DraftState, SubmissionState
from assignments.writing import fingerprint
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment


class Writing(models.Model):
    """The text of one attempt as it stands. `revision` rises with each change, so that no save overwrites unseen text."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="writing")
    body = models.TextField("Markdown", blank=True)
    words = models.PositiveIntegerField("words in the body, by the rule of counting", default=0)
    revision = models.PositiveIntegerField(default=0)
    # The open page that saved last, and the number of its save: a page may go on from its own text.
    page = models.CharField(max_length=40, blank=True)
    page_step = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Text of {self.submission}"

    def is_in(self, document: Document | None) -> bool:
        """Whether `document` holds exactly this text."""
        return document is not None and document.sha256 == fingerprint(self.body)


class VersionCause(models.TextChoices):
    """Why a version was kept."""

    AUTOSAVE = "autosave", "While you were writing"
    BY_HAND = "by_hand", "Saved by you"
    OTHER_PAGE = "other_tab", "Written in another window"
    RESTORED = "restored", "Before an earlier version came back"
    USED = "used", "Used for the hand-in or sent as a draft"
    SIGNING_OUT = "before_sign_out", "Before you signed out"


class WritingVersion(models.Model):
    """The text as it once stood. Never changed; together they are the draft history of the attempt.

    `added` and `removed` count words against the version before, each word as often as it stands.
    """

    writing = models.ForeignKey(Writing, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    words = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    cause = models.CharField(max_length=20, choices=VersionCause)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("writing", "number")
        constraints = [
            models.UniqueConstraint(fields=["writing", "number"], name="writing_version_once"),
            models.CheckConstraint(condition=Q(cause__in=VersionCause.values), name="writing_version_cause_known"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class DraftQuerySet(VeiledQuerySet["Draft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        """A learner's own; for those who read work, those of learners they see. A draft taken back is the learner's."""
        mine = Q(submission__enrolment__learner=user)
        if user.can(Can.READ_WORK):
            seen = Q(submission__enrolment__in=Enrolment.objects.visible_to(user))
            mine |= seen & ~Q(state=DraftState.WITHDRAWN)
        return self.filter(mine).read_by(user)

    def waiting(self) -> DraftQuerySet:
        """Those that still want an answer: comments on work that was handed in since come too late."""
        return self.filter(state=DraftState.SENT, submission__state=SubmissionState.DRAFT)

    def of_cohorts_of(self, tutor: User, today: dt.date) -> DraftQuerySet:
        """Those of the cohorts this tutor is appointed to today, never their own."""
        cohorts = tutor.appointments.covering(today).values("cohort")
        others = self.filter(submission__enrolment__cohort__in=cohorts).exclude(submission__enrolment__learner=tutor)
        return others.read_by(tutor)

    def counted(self) -> DraftQuerySet:
        """Those that use up the number an assignment allows."""
        return self.exclude(state=DraftState.WITHDRAWN)


class Draft(models.Model):
    """An essay sent for comment before it is handed in (`ilm` A13). Its document is frozen; it decides nothing."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="drafts")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=DraftState, default=DraftState.SENT)
    note = models.TextField("what the learner asks", blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The comments as they are typed; the learner sees them once they are sent.
    comments = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    commented_at = models.DateTimeField(null=True)
    commented_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ("submission", "sent_at", "pk")
        indexes = [models.Index(fields=["sent_at"], condition=Q(state="sent"), name="draft_waiting")]
        constraints = [
            state_is_known(DraftState, name="draft_state_known"),
            models.UniqueConstraint(fields=["submission"], condition=Q(state="sent"), name="draft_one_waiting"),
            set_exactly_when("commented_at", states=[DraftState.COMMENTED], name="draft_commented_at"),
            set_exactly_when("commented_by", states=[DraftState.COMMENTED], name="draft_commented_by"),
            set_exactly_when("withdrawn_at", states=[DraftState.WITHDRAWN], name="draft_withdrawn_at"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="draft_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.submission}"

    @property
    def is_sent(self) -> bool:
        return self.state == DraftState.SENT

    @property
    def is_commented(self) -> bool:
        return self.state == DraftState.COMMENTED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == DraftState.WITHDRAWN
