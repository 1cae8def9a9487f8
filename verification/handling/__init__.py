"""The verbs of cases: opened, taken from stage to stage, decided by somebody who is free, closed."""

from verification.handling.adding import add_case_file, add_note, remind, say_more
from verification.handling.opening import appeal, complain, raise_case
from verification.handling.people import declare_interest, note_involvement, replace_decider
from verification.handling.stages import (
    acknowledge_case,
    begin_review,
    call_panel,
    close_case,
    decide_case,
    decide_malpractice,
    drop_case,
    hear,
    investigate,
    pass_on_case,
    record_answer,
    report_case,
    sanction,
)

__all__ = [
    "acknowledge_case",
    "add_case_file",
    "add_note",
    "appeal",
    "begin_review",
    "call_panel",
    "close_case",
    "complain",
    "decide_case",
    "decide_malpractice",
    "declare_interest",
    "drop_case",
    "hear",
    "investigate",
    "note_involvement",
    "pass_on_case",
    "raise_case",
    "record_answer",
    "remind",
    "replace_decider",
    "report_case",
    "sanction",
    "say_more",
]
