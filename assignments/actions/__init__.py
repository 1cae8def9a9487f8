"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.drafts import comment_on_draft, save_comments, send_draft, withdraw_draft
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
from assignments.actions.writing import restore_writing, save_writing, use_writing

__all__ = [
    "add_evidence",
    "add_practice_client",
    "attach",
    "begin",
    "comment_on_draft",
    "edit_practice_client",
    "edit_session",
    "log_session",
    "remove_evidence",
    "restore_writing",
    "save_comments",
    "save_text",
    "save_writing",
    "send_draft",
    "submit",
    "use_writing",
    "withdraw_draft",
]
