"""The verbs of enrolment: those of the learner in `joining`, those of the centre in `deciding`."""

from enrolment.actions.deciding import accept, complete, decline, register, set_deadline, withdraw
from enrolment.actions.joining import (
    apply,
    invite_learner,
    save_application,
    save_questionnaire,
    save_support_needs,
    withdraw_support_needs,
)

__all__ = [
    "accept",
    "apply",
    "complete",
    "decline",
    "invite_learner",
    "register",
    "save_application",
    "save_questionnaire",
    "save_support_needs",
    "set_deadline",
    "withdraw",
    "withdraw_support_needs",
]
