"""The appointment of a tutor: proposed by the contract managers, decided by the client."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from programmes import policy


class AppointmentState(TextChoices):
    PROPOSED = "proposed", "Proposed to the client"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


APPROVE = Transition(
    verb="approve_tutor",
    label="Approve this tutor",
    sources=(AppointmentState.PROPOSED,),
    target=AppointmentState.APPROVED,
    needs=Can.APPROVE_PLANS,
    guards=(policy.speaks_for_the_client,),
)
DECLINE = Transition(
    verb="decline_tutor",
    label="Decline this tutor",
    sources=(AppointmentState.PROPOSED,),
    target=AppointmentState.DECLINED,
    needs=Can.APPROVE_PLANS,
    guards=(policy.speaks_for_the_client,),
)
TRANSITIONS = (APPROVE, DECLINE)
