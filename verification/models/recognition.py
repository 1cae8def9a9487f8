"""Units recognised as prior learning (RPL, `ilm` R21): assessed by a tutor, agreed by the internal verifier."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core.lifecycle import set_exactly_when, state_is_known
from enrolment.models import Enrolment
from programmes.models import Unit
from verification.states import RecognitionState

_DECIDED = (RecognitionState.AGREED, RecognitionState.DECLINED)

# ---- the rule of combination where something is recognised, as SQL for `standing`; {e} is the enrolment, {v} its version

RECOGNISED = "select r.unit_id from verification_recognition r where r.enrolment_id = {e} and r.state = 'agreed'"
_OF_UNIT = "from programmes_assignment_units c where c.unit_id = u.id"
UNIT_ACHIEVED = f"""(u.id in ({RECOGNISED}) or (exists (select 1 {_OF_UNIT}) and not exists (select 1 {_OF_UNIT}
    and not exists (select 1 from assignments_submission s
    where s.enrolment_id = {{e}} and s.assignment_id = c.assignment_id and s.state = 'passed'))))"""  # noqa: S608 (constants of this file)
_UNITS = "from programmes_unit u where u.version_id = {v}"
ACHIEVED_WITH_RECOGNITION = f"""(exists (select 1 {_UNITS} and {UNIT_ACHIEVED})
    and not exists (select 1 {_UNITS} and u.mandatory and not {UNIT_ACHIEVED})
    and ({{v}} in (select id from programmes_qualificationversion where combination = 'fixed')
        or (select coalesce(sum(u.credits), 0) {_UNITS} and {UNIT_ACHIEVED})
            >= (select coalesce(credit_total, 0) from programmes_qualificationversion where id = {{v}})))"""  # noqa: S608
HAS_A_UNIT = f"exists (select 1 {_UNITS} and {UNIT_ACHIEVED})"


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    def visible_to(self, user: User) -> RecognitionQuerySet:
        """Tutors, verifiers and administrators: of the enrolments they see, and never their own."""
        if user.has_role(Role.TUTOR, Role.IQA, Role.EQA, Role.ADMINISTRATOR):
            return self.filter(enrolment__in=Enrolment.objects.visible_to(user)).exclude(enrolment__learner=user)
        return self.none()

    def agreed(self) -> RecognitionQuerySet:
        return self.filter(state=RecognitionState.AGREED)


class Recognition(models.Model):
    """That a learner has shown what a unit asks for before, elsewhere. It stands in the place of the unit's assignments."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="recognitions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=RecognitionState, default=RecognitionState.PROPOSED)
    evidence = models.TextField("what it rests on")
    judgement = models.TextField("why it is enough: valid, authentic, current, sufficient, reliable")
    assessed_at = models.DateTimeField()
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.TextField(blank=True)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        ordering = ("enrolment", "unit__number", "-assessed_at")
        constraints = [
            state_is_known(RecognitionState, name="recognition_state_known"),
            models.UniqueConstraint(
                fields=["enrolment", "unit"], condition=~Q(state="declined"), name="recognition_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("assessed_by")),
                name="recognition_verifier_is_not_the_assessor",
            ),
            models.CheckConstraint(condition=~Q(evidence="") & ~Q(judgement=""), name="recognition_says_why"),
            set_exactly_when("decided_at", states=_DECIDED, name="recognition_decided_at"),
            set_exactly_when("decided_by", states=_DECIDED, name="recognition_decided_by"),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(decision_note=""), name="recognition_declined_with_a_note"
            ),
        ]

    def __str__(self) -> str:
        return f"Unit {self.unit.number} of {self.enrolment} by prior learning"

    def get_absolute_url(self) -> str:
        return reverse("verification:recognition", args=[self.pk])

    @property
    def is_proposed(self) -> bool:
        return self.state == RecognitionState.PROPOSED
