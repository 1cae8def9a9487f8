"""Three machines: a sample of a tutor's marking, the claim for a learner's certificate, the external verifier's visit."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from verification import policy


class SampleState(TextChoices):
    SELECTED = "selected", "Being verified"
    AGREED = "agreed", "Agreed"
    RETURNED = "returned", "Sent back to the tutor"
    ANSWERED = "answered", "Answered by the tutor"


DECIDED = (SampleState.AGREED, SampleState.RETURNED, SampleState.ANSWERED)
WITH_ACTION = (SampleState.RETURNED, SampleState.ANSWERED)

AGREE = Transition(
    verb="agree",
    label="Agree with the marking",
    sources=(SampleState.SELECTED,),
    target=SampleState.AGREED,
    needs=Can.VERIFY,
    guards=(policy.is_not_own_marking, policy.is_allocated, policy.is_on_programme, policy.is_still_there_to_verify),
)
SEND_BACK = Transition(
    verb="send_back",
    label="Send back with an action",
    sources=(SampleState.SELECTED,),
    target=SampleState.RETURNED,
    needs=Can.VERIFY,
    guards=(policy.is_not_own_marking, policy.is_allocated, policy.is_on_programme, policy.is_still_there_to_verify),
)
ANSWER = Transition(
    verb="answer",
    label="Answer the verifier",
    sources=(SampleState.RETURNED,),
    target=SampleState.ANSWERED,
    needs=Can.MARK,
    guards=(policy.is_marker,),
)
SAMPLE_TRANSITIONS = (AGREE, SEND_BACK, ANSWER)


class ClaimState(TextChoices):
    CLAIMED = "claimed", "Claimed"
    CERTIFICATED = "certificated", "Certificate recorded"
    REJECTED = "rejected", "Rejected by the awarding organisation"


RECORD_CERTIFICATE = Transition(
    verb="record_certificate",
    label="Record the certificate",
    sources=(ClaimState.CLAIMED,),
    target=ClaimState.CERTIFICATED,
    needs=Can.CLAIM,
)
RECORD_REJECTION = Transition(
    verb="record_rejection",
    label="Record that the claim was rejected",
    sources=(ClaimState.CLAIMED,),
    target=ClaimState.REJECTED,
    needs=Can.CLAIM,
)
CLAIM_TRANSITIONS = (RECORD_CERTIFICATE, RECORD_REJECTION)


class VisitState(TextChoices):
    PLANNED = "planned", "Planned"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    REPORTED = "reported", "Reported"
    CALLED_OFF = "called_off", "Called off"


BEGUN = (VisitState.OPEN, VisitState.CLOSED, VisitState.REPORTED)

OPEN_VISIT = Transition(
    verb="open_visit",
    label="Open the visit",
    sources=(VisitState.PLANNED,),
    target=VisitState.OPEN,
    needs=Can.PLAN_VISITS,
    guards=(policy.visit_names_somebody, policy.visit_is_not_over),
)
CLOSE_VISIT = Transition(
    verb="close_visit",
    label="Close the visit",
    sources=(VisitState.OPEN,),
    target=VisitState.CLOSED,
    needs=Can.PLAN_VISITS,
)
REPORT_VISIT = Transition(
    verb="report_visit",
    label="Record the report",
    sources=(VisitState.CLOSED,),
    target=VisitState.REPORTED,
    needs=Can.PLAN_VISITS,
)
CALL_OFF_VISIT = Transition(
    verb="call_off_visit",
    label="Call the visit off",
    sources=(VisitState.PLANNED,),
    target=VisitState.CALLED_OFF,
    needs=Can.PLAN_VISITS,
)
VISIT_TRANSITIONS = (OPEN_VISIT, CLOSE_VISIT, REPORT_VISIT, CALL_OFF_VISIT)
TRANSITIONS = (*SAMPLE_TRANSITIONS, *CLAIM_TRANSITIONS, *VISIT_TRANSITIONS)
