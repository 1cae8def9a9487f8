"""The verbs of enrolment: the learner's in `joining`, the centre's in `deciding` and `arranging`."""

from enrolment.actions.arranging import change_break, end_adjustment, record_adjustment, record_break
from enrolment.actions.deciding import accept, complete, decline, register, reopen, set_deadline, withdraw
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
    "change_break",
    "complete",
    "decline",
    "end_adjustment",
    "invite_learner",
    "record_adjustment",
    "record_break",
    "register",
    "reopen",
    "save_application",
    "save_questionnaire",
    "save_support_needs",
    "set_deadline",
    "withdraw",
    "withdraw_support_needs",
]
