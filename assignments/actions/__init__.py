"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.bundles import ask_bundle, build_bundle, sweep_bundle
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
    "ask_bundle",
    "attach",
    "begin",
    "build_bundle",
    "edit_practice_client",
    "edit_session",
    "log_session",
    "remove_evidence",
    "save_text",
    "submit",
    "sweep_bundle",
]
