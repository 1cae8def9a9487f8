"""Three machines: a sample of a tutor's marking, the claim for a learner's certificate, and a standardisation event."""

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
    guards=(
        policy.is_not_own_marking,
        policy.is_allocated_without_interest,
        policy.is_on_programme,
        policy.is_still_there_to_verify,
    ),
)
SEND_BACK = Transition(
    verb="send_back",
    label="Send back with an action",
    sources=(SampleState.SELECTED,),
    target=SampleState.RETURNED,
    needs=Can.VERIFY,
    guards=(
        policy.is_not_own_marking,
        policy.is_allocated_without_interest,
        policy.is_on_programme,
        policy.is_still_there_to_verify,
    ),
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


class EventState(TextChoices):
    PLANNED = "planned", "Planned"
    OPEN = "open", "Open for marking"
    COMPARED = "compared", "Being compared"
    CLOSED = "closed", "Closed"
    CALLED_OFF = "called_off", "Called off"


OPEN_MARKING = Transition(
    verb="open_marking",
    label="Open it for marking",
    sources=(EventState.PLANNED,),
    target=EventState.OPEN,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event, policy.is_ready_to_mark),
)
COMPARE = Transition(
    verb="compare",
    label="Compare now",
    sources=(EventState.OPEN,),
    target=EventState.COMPARED,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event,),
)
CLOSE_EVENT = Transition(
    verb="close_event",
    label="Close with the minutes",
    sources=(EventState.COMPARED,),
    target=EventState.CLOSED,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event, policy.attendance_is_noted),
)
CALL_OFF_EVENT = Transition(
    verb="call_off_event",
    label="Call it off",
    sources=(EventState.PLANNED, EventState.OPEN),
    target=EventState.CALLED_OFF,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event,),
)
EVENT_TRANSITIONS = (OPEN_MARKING, COMPARE, CLOSE_EVENT, CALL_OFF_EVENT)
TRANSITIONS = (*SAMPLE_TRANSITIONS, *CLAIM_TRANSITIONS, *EVENT_TRANSITIONS)
