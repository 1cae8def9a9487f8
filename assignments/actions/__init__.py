"""What a learner does with their work. Marking is in `assignments.marking`. This package re-exports actions only."""

from assignments.actions.answers import save_answer
from assignments.actions.attempts import ask_attempt, defer, end_deferral, grant_attempt, return_unmarked
from assignments.actions.authenticity import judge_similarity, note_viva, raise_concern, settle_concern
from assignments.actions.bank import change_bank_comment, count_use, keep_in_bank, remove_bank_comment
from assignments.actions.bundles import ask_bundle, build_bundle, sweep_bundle
from assignments.actions.comments import add_comment, change_comment, put_back_comment, remove_comment
from assignments.actions.drafts import comment_on_draft, save_comments, send_draft, withdraw_draft
from assignments.actions.extensions import (
    decline_extension,
    grant_extension,
    pass_on_extension,
    request_extension,
    withdraw_extension,
)
from assignments.actions.handing_in import hand_in_for_learner, submit
from assignments.actions.moving import move_marking, plan_move
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
from assignments.actions.second_marking import (
    ask_second_marking,
    call_off_second_marking,
    confirm_agreement,
    decide_second,
    finish_first_marking,
    hand_over_second_marking,
    let_go_second_marking,
    pass_on_second_marking,
    propose_agreement,
    settle_second_marking,
    take_second_marking,
)
from assignments.actions.submissions import attach, begin
from assignments.actions.superseding import correct, met_after_all, pass_after_all, supersede, withdraw_attempt
from assignments.actions.uploads import abandon_upload, begin_upload, complete_upload, receive_piece, use_upload
from assignments.actions.writing import restore_writing, save_writing, use_writing

__all__ = [
    "abandon_upload",
    "add_comment",
    "add_evidence",
    "add_practice_client",
    "ask_attempt",
    "ask_bundle",
    "ask_for_feedback",
    "ask_second_marking",
    "attach",
    "begin",
    "begin_upload",
    "build_bundle",
    "call_off_second_marking",
    "change_bank_comment",
    "change_comment",
    "close_feedback_link",
    "comment_on_draft",
    "complete_upload",
    "confirm_agreement",
    "correct",
    "count_use",
    "decide_second",
    "decline_extension",
    "defer",
    "edit_evidence",
    "edit_practice_client",
    "edit_session",
    "end_deferral",
    "finish_first_marking",
    "give_client_feedback",
    "grant_attempt",
    "grant_extension",
    "hand_in_for_learner",
    "hand_over_second_marking",
    "judge_similarity",
    "keep_in_bank",
    "let_go_second_marking",
    "log_session",
    "map_evidence",
    "met_after_all",
    "move_marking",
    "note_viva",
    "pass_after_all",
    "pass_on_extension",
    "pass_on_second_marking",
    "plan_move",
    "propose_agreement",
    "put_back_comment",
    "raise_concern",
    "receive_piece",
    "remove_bank_comment",
    "remove_comment",
    "remove_evidence",
    "request_extension",
    "restore_writing",
    "return_unmarked",
    "save_answer",
    "save_comments",
    "save_text",
    "save_writing",
    "send_draft",
    "settle_concern",
    "settle_second_marking",
    "submit",
    "supersede",
    "sweep_bundle",
    "take_second_marking",
    "use_upload",
    "use_writing",
    "withdraw_attempt",
    "withdraw_draft",
    "withdraw_extension",
]
