"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.authenticity import judge_similarity, note_viva, raise_concern, settle_concern
from assignments.actions.portfolio import (
    add_evidence,
    add_practice_client,
    edit_practice_client,
    edit_session,
    log_session,
    remove_evidence,
    save_text,
)
from assignments.actions.submissions import attach, begin, submit

__all__ = [
    "add_evidence",
    "add_practice_client",
    "attach",
    "begin",
    "edit_practice_client",
    "edit_session",
    "judge_similarity",
    "log_session",
    "note_viva",
    "raise_concern",
    "remove_evidence",
    "save_text",
    "settle_concern",
    "submit",
]
