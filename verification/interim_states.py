"""Interim samples: assessment that a verifier looks at while it goes on (docs/adr/0078)."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from verification.policy import interim as policy


class InterimState(TextChoices):
    PLANNED = "planned", "Planned"
    AGREED = "agreed", "Agreed"
    ACTION = "action", "Action required"
    CLOSED = "closed", "Closed"
    CALLED_OFF = "called_off", "Called off"


RECORDED = (InterimState.AGREED, InterimState.ACTION, InterimState.CLOSED)

_RECORDS = (
    policy.is_looked_at_by_its_verifier,
    policy.is_assessment_of_another,
    policy.looks_at_this_cohort,
    policy.has_taken_place,
)
_FOLLOWS = (policy.is_assessment_of_another, policy.owns_no_action_of_it, policy.looks_at_this_cohort)

AGREE_INTERIM = Transition(
    verb="agree_interim",
    label="Agree with what was seen",
    sources=(InterimState.PLANNED,),
    target=InterimState.AGREED,
    needs=Can.VERIFY,
    guards=_RECORDS,
)
REQUIRE_ACTION = Transition(
    verb="require_action",
    label="Require an action",
    sources=(InterimState.PLANNED,),
    target=InterimState.ACTION,
    needs=Can.VERIFY,
    guards=_RECORDS,
)
CALL_OFF_INTERIM = Transition(
    verb="call_off_interim",
    label="Call it off",
    sources=(InterimState.PLANNED,),
    target=InterimState.CALLED_OFF,
    needs=Can.VERIFY,
    guards=(policy.is_looked_at_by_its_verifier,),
)
CLOSE_INTERIM = Transition(
    verb="close_interim",
    label="Close it",
    sources=(InterimState.ACTION,),
    target=InterimState.CLOSED,
    needs=Can.VERIFY,
    guards=(policy.is_answered, *_FOLLOWS),
)
INTERIM_TRANSITIONS = (AGREE_INTERIM, REQUIRE_ACTION, CALL_OFF_INTERIM, CLOSE_INTERIM)


class InterimActionState(TextChoices):
    """One round. Asked for more, it is followed by another row, so that no answer is overwritten."""

    ASKED = "asked", "Waits for an answer"
    ANSWERED = "answered", "Answered"
    FOLLOWED = "followed", "Answered, more was asked"


HAS_ANSWER = (InterimActionState.ANSWERED, InterimActionState.FOLLOWED)

ANSWER_INTERIM = Transition(
    verb="answer_interim",
    label="Answer the verifier",
    sources=(InterimActionState.ASKED,),
    target=InterimActionState.ANSWERED,
    needs=Can.MARK,
    guards=(policy.owns_the_action,),
)
SEND_INTERIM_AGAIN = Transition(
    verb="send_interim_again",
    label="Ask for more",
    sources=(InterimActionState.ANSWERED,),
    target=InterimActionState.FOLLOWED,
    needs=Can.VERIFY,
    guards=(policy.is_of_an_open_sample, *_FOLLOWS),
)
INTERIM_ACTION_TRANSITIONS = (ANSWER_INTERIM, SEND_INTERIM_AGAIN)
