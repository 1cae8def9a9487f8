"""Three machines: the timetable a client approves, the session, and a learner's place at it."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from programmes.policy import speaks_for_the_client
from workshops import policy


class TimetableState(TextChoices):
    DRAFT = "draft", "Being drawn up"
    PROPOSED = "proposed", "Proposed to the client"
    APPROVED = "approved", "Approved"
    RETURNED = "returned", "Sent back by the client"


PROPOSE_TIMETABLE = Transition(
    verb="propose_timetable",
    label="Propose the timetable to the client",
    sources=(TimetableState.DRAFT,),
    target=TimetableState.PROPOSED,
    needs=Can.PLAN_SESSIONS,
    guards=(policy.has_sessions,),
)
APPROVE_TIMETABLE = Transition(
    verb="approve_timetable",
    label="Approve the timetable",
    sources=(TimetableState.PROPOSED,),
    target=TimetableState.APPROVED,
    needs=Can.APPROVE_PLANS,
    guards=(speaks_for_the_client,),
)
RETURN_TIMETABLE = Transition(
    verb="return_timetable",
    label="Send the timetable back",
    sources=(TimetableState.PROPOSED,),
    target=TimetableState.RETURNED,
    needs=Can.APPROVE_PLANS,
    guards=(speaks_for_the_client,),
)
TIMETABLE_TRANSITIONS = (PROPOSE_TIMETABLE, APPROVE_TIMETABLE, RETURN_TIMETABLE)


class SessionState(TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


HOLD = Transition(
    verb="hold",
    label="Close the register",
    sources=(SessionState.PLANNED,),
    target=SessionState.HELD,
    needs=Can.TAKE_REGISTER,
    guards=(policy.has_begun, policy.register_is_complete),
)
CANCEL = Transition(
    verb="cancel",
    label="Cancel this session",
    sources=(SessionState.PLANNED,),
    target=SessionState.CANCELLED,
    needs=Can.PLAN_SESSIONS,
    guards=(policy.has_no_marks,),
)
SESSION_TRANSITIONS = (HOLD, CANCEL)


class PlaceState(TextChoices):
    BOOKED = "booked", "Expected"
    ATTENDED = "attended", "Attended"
    PART = "part", "Attended in part"
    ABSENT = "absent", "Absent"


PRESENT = (PlaceState.ATTENDED, PlaceState.PART)

# The register may be corrected, so every mark leads to every other; each change leaves its event.
MARK_ATTENDED = Transition(
    verb="mark_attended",
    label="Mark as attended",
    sources=(PlaceState.BOOKED, PlaceState.PART, PlaceState.ABSENT),
    target=PlaceState.ATTENDED,
    needs=Can.TAKE_REGISTER,
    guards=(policy.session_has_begun,),
)
MARK_PART = Transition(
    verb="mark_part",
    label="Mark as attended in part",
    sources=(PlaceState.BOOKED, PlaceState.ATTENDED, PlaceState.ABSENT, PlaceState.PART),
    target=PlaceState.PART,
    needs=Can.TAKE_REGISTER,
    guards=(policy.session_has_begun,),
)
MARK_ABSENT = Transition(
    verb="mark_absent",
    label="Mark as absent",
    sources=(PlaceState.BOOKED, PlaceState.ATTENDED, PlaceState.PART),
    target=PlaceState.ABSENT,
    needs=Can.TAKE_REGISTER,
    guards=(policy.session_has_begun,),
)
PLACE_TRANSITIONS = (MARK_ATTENDED, MARK_PART, MARK_ABSENT)
TRANSITIONS = (*TIMETABLE_TRANSITIONS, *SESSION_TRANSITIONS, *PLACE_TRANSITIONS)
