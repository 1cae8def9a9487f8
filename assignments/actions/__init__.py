"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.portfolio import add_evidence, edit_evidence, map_evidence, remove_evidence, save_text
from assignments.actions.practice import (
    add_practice_client,
    ask_for_feedback,
    close_feedback_link,
    edit_practice_client,
    edit_session,
    give_client_feedback,
    log_session,
)
from assignments.actions.submissions import attach, begin, submit

__all__ = [
    "add_evidence",
    "add_practice_client",
    "ask_for_feedback",
    "attach",
    "begin",
    "close_feedback_link",
    "edit_evidence",
    "edit_practice_client",
    "edit_session",
    "give_client_feedback",
    "log_session",
    "map_evidence",
    "remove_evidence",
    "save_text",
    "submit",
]
