"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.extensions import (
    decline_extension,
    grant_extension,
    pass_on_extension,
    request_extension,
    withdraw_extension,
)
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
    "decline_extension",
    "edit_practice_client",
    "edit_session",
    "grant_extension",
    "log_session",
    "pass_on_extension",
    "remove_evidence",
    "request_extension",
    "save_text",
    "submit",
    "withdraw_extension",
]
