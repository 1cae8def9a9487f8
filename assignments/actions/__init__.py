"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.attempts import ask_attempt, defer, end_deferral, grant_attempt, return_unmarked
from assignments.actions.authenticity import judge_similarity, note_viva, raise_concern, settle_concern
from assignments.actions.bundles import ask_bundle, build_bundle, sweep_bundle
from assignments.actions.drafts import comment_on_draft, save_comments, send_draft, withdraw_draft
from assignments.actions.extensions import (
    decline_extension,
    grant_extension,
    pass_on_extension,
    request_extension,
    withdraw_extension,
)
from assignments.actions.handing_in import hand_in_for_learner, submit
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
from assignments.actions.submissions import attach, begin
from assignments.actions.superseding import pass_after_all, supersede, withdraw_attempt
from assignments.actions.uploads import abandon_upload, begin_upload, complete_upload, receive_piece, use_upload
from assignments.actions.writing import restore_writing, save_writing, use_writing

__all__ = [
    "abandon_upload",
    "add_evidence",
    "add_practice_client",
    "ask_attempt",
    "ask_bundle",
    "ask_for_feedback",
    "attach",
    "begin",
    "begin_upload",
    "build_bundle",
    "close_feedback_link",
    "comment_on_draft",
    "complete_upload",
    "decline_extension",
    "defer",
    "edit_evidence",
    "edit_practice_client",
    "edit_session",
    "end_deferral",
    "give_client_feedback",
    "grant_attempt",
    "grant_extension",
    "hand_in_for_learner",
    "judge_similarity",
    "log_session",
    "map_evidence",
    "note_viva",
    "pass_after_all",
    "pass_on_extension",
    "raise_concern",
    "receive_piece",
    "remove_evidence",
    "request_extension",
    "restore_writing",
    "return_unmarked",
    "save_comments",
    "save_text",
    "save_writing",
    "send_draft",
    "settle_concern",
    "submit",
    "supersede",
    "sweep_bundle",
    "use_upload",
    "use_writing",
    "withdraw_attempt",
    "withdraw_draft",
    "withdraw_extension",
]
