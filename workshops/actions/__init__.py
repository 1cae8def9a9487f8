"""The verbs of workshops: the plan, the register and what follows it, and the talk between learner and tutor."""

from workshops.actions.planning import (
    approve_timetable,
    cancel,
    change_session,
    plan_session,
    plan_sessions,
    propose_timetable,
    return_timetable,
)
from workshops.actions.register import (
    Mark,
    add_recording,
    catch_up,
    give_feedback,
    hold,
    note_apology,
    take_register,
)
from workshops.actions.talking import ask, reply, supervise

__all__ = [
    "Mark",
    "add_recording",
    "approve_timetable",
    "ask",
    "cancel",
    "catch_up",
    "change_session",
    "give_feedback",
    "hold",
    "note_apology",
    "plan_session",
    "plan_sessions",
    "propose_timetable",
    "reply",
    "return_timetable",
    "supervise",
    "take_register",
]
