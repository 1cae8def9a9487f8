"""The enrolment machine: from the invitation to a cohort to completion or withdrawal."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from enrolment import policy


class EnrolmentState(TextChoices):
    INVITED = "invited", "Invited"
    APPLIED = "applied", "Waiting for the tutor's decision"
    DECLINED = "declined", "Not suited to this programme"
    ACTIVE = "active", "On programme"
    COMPLETED = "completed", "Completed"
    WITHDRAWN = "withdrawn", "Withdrawn"


STARTED = (EnrolmentState.ACTIVE, EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN)
OPEN = (EnrolmentState.INVITED, EnrolmentState.APPLIED, EnrolmentState.ACTIVE)

APPLY = Transition(
    verb="apply",
    label="Send your enrolment",
    sources=(EnrolmentState.INVITED,),
    target=EnrolmentState.APPLIED,
    needs=Can.APPLY,
    guards=(policy.is_own, policy.form_is_complete, policy.questionnaire_is_complete),
)
ACCEPT = Transition(
    verb="accept",
    label="Accept onto the programme",
    sources=(EnrolmentState.APPLIED,),
    target=EnrolmentState.ACTIVE,
    needs=Can.DECIDE_SUITABILITY,
    guards=(policy.is_tutor_of_the_cohort, policy.is_old_enough),
)
DECLINE = Transition(
    verb="decline",
    label="Say that the programme does not suit",
    sources=(EnrolmentState.APPLIED,),
    target=EnrolmentState.DECLINED,
    needs=Can.DECIDE_SUITABILITY,
    guards=(policy.is_tutor_of_the_cohort,),
)
WITHDRAW = Transition(
    verb="withdraw",
    label="Withdraw this learner",
    sources=OPEN,
    target=EnrolmentState.WITHDRAWN,
    needs=Can.ENROL,
)
COMPLETE = Transition(
    verb="complete",
    label="Complete",
    sources=(EnrolmentState.ACTIVE,),
    target=EnrolmentState.COMPLETED,
)
REOPEN = Transition(
    verb="reopen",
    label="Reopen",
    sources=(EnrolmentState.COMPLETED,),
    target=EnrolmentState.ACTIVE,
)
TRANSITIONS = (APPLY, ACCEPT, DECLINE, WITHDRAW, COMPLETE, REOPEN)
