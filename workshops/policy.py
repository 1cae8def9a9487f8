"""Pure decisions about sessions: objects in, a sentence that refuses or an empty string out."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.permissions import Can
from core import clock

MARKED = ("attended", "part", "absent")
PRESENT = ("attended", "part")
LONGEST_SUPERVISION = 480  # minutes

# The centre's usual shape of a programme: kind, number, title, from, to, minutes of learning. Dates are filled in.
USUAL_SHAPE = (
    ("induction", 1, "Induction", dt.time(10), dt.time(11, 30), 90),
    ("workshop", 1, "Workshop 1", dt.time(9, 30), dt.time(17, 30), 420),
    ("workshop", 2, "Workshop 2", dt.time(9, 30), dt.time(17, 30), 420),
    ("workshop", 3, "Workshop 3", dt.time(9, 30), dt.time(17, 30), 420),
    ("workshop", 4, "Workshop 4", dt.time(9, 30), dt.time(17, 30), 420),
    ("guided_learning", 1, "Guided learning day", dt.time(9, 30), dt.time(17, 30), 420),
)


def has_sessions(timetable: Any, by: Any) -> str:
    """A timetable without sessions cannot be proposed."""
    if timetable.cohort.sessions.exclude(state="cancelled").exists():
        return ""
    return "This timetable has no sessions yet. Add them first."


def has_begun(session: Any, by: Any) -> str:
    """A register is closed on the day or after it."""
    if session.starts_at <= clock.now():
        return ""
    return f"This session begins on {session.starts_at:%-d %B %Y}. The register opens then."


def session_has_begun(place: Any, by: Any) -> str:
    return has_begun(place.session, by)


def register_is_complete(session: Any, by: Any) -> str:
    """Nobody who was on the programme that day is left without a mark when the register is closed."""
    enrolments = session.cohort.enrolments
    expected = enrolments.expected_by(session.starts_at, session.ends_at)
    booked = enrolments.filter(pk__in=session.places.filter(state="booked").values("enrolment"))
    left = (expected | booked).exclude(pk__in=session.places.filter(state__in=MARKED).values("enrolment")).count()
    if left:
        return f"{left} {'learner has' if left == 1 else 'learners have'} no mark in the register yet."
    return ""


def has_no_marks(session: Any, by: Any) -> str:
    """A session whose register was begun took place."""
    if session.places.filter(state__in=MARKED).exists():
        return "The register of this session has been begun, so it took place and is not cancelled."
    return ""


def timetable_is_open(timetable: Any) -> str:
    """While the client looks at a timetable, it does not change under their eyes."""
    if timetable is not None and timetable.state == "proposed":
        return "The timetable is with the client. Wait for the answer before you change it."
    return ""


def may_plan(cohort: Any, by: Any) -> str:
    """Contract managers plan for their contracts, administrators for all."""
    if not by.can(Can.PLAN_SESSIONS):
        return "Only a contract manager or a centre administrator plans sessions."
    if by.can(Can.ENROL) or cohort.contract.managers.filter(pk=by.pk).exists():
        return ""
    return f"Only the managers of contract {cohort.contract} and the administrators do this."


def session_problem(*, starts_at: dt.datetime, ends_at: dt.datetime, minutes: int) -> str:
    """Why a session cannot have these times, or an empty string."""
    if ends_at <= starts_at:
        return "The session ends before it begins. Change one of the two times."
    whole = int((ends_at - starts_at).total_seconds() // 60)
    if whole > 24 * 60:
        return "The session would last longer than a day. Plan one session for each day."
    if not 0 < minutes <= whole:
        return f"From beginning to end there are {whole} minutes. Enter learning time between 1 and {whole} minutes."
    return ""


def teaches(cohort: Any, tutor: Any, day: dt.date) -> str:
    """A session is given by a tutor of the cohort, or by one the client has still to approve."""
    appointments = cohort.appointments.exclude(state="declined").filter(tutor=tutor)
    if any(one.to_on is None or one.to_on >= day for one in appointments):
        return ""
    return f"{tutor} is not appointed to this cohort on that day. Propose {tutor} to the client first, or choose another tutor."


def may_be_on_register(enrolment: Any, session: Any) -> str:
    """On the register stand the learners of the cohort, from when they are on the programme until they leave."""
    if enrolment.cohort_id != session.cohort_id:
        return f"{enrolment.learner} belongs to another cohort."
    if enrolment.activated_at is None:
        return f"{enrolment.learner} is not on the programme yet."
    day = timezone.localdate(session.starts_at)
    if enrolment.withdrawn_at and timezone.localdate(enrolment.withdrawn_at) < day:
        return f"{enrolment.learner} left the programme before this session."
    return ""


def mark_problem(learner: Any, *, state: str, minutes: int | None, planned: int) -> str:
    """Part attendance has its minutes, fewer than the whole; nothing else has any."""
    if state not in MARKED:
        return f"Choose how {learner} attended."
    if state != "part":
        return ""
    if minutes is None or not 0 < minutes < planned:
        return f"Enter the minutes {learner} was there, between 1 and {planned - 1}."
    return ""


def may_give_apology(session: Any, enrolment: Any, by: Any) -> str:
    """A learner sends an apology before the session begins; whoever takes the register may note it later."""
    if session.state != "planned":
        return f"This session is {session.get_state_display().lower()}, so an apology is no longer noted."
    if by.can(Can.TAKE_REGISTER):
        return ""
    if enrolment.learner_id != by.pk:
        return "You can give an apology only for yourself."
    return "" if session.starts_at > clock.now() else "This session has begun. Tell your tutor why you are not there."


def can_be_caught_up(place: Any, *, held_on: dt.date, today: dt.date) -> str:
    """What was missed, in whole or in part, is made up once, on a day that has been."""
    if place.state not in ("absent", "part"):
        return f"{place.enrolment.learner} did not miss this session, so there is nothing to catch up."
    if getattr(place, "catch_up", None):
        return "This session has been caught up already."
    if held_on > today:
        return "This day lies in the future. Note the catch-up when it has been."
    return ""


def may_answer(place: Any, by: Any) -> str:
    """Who answers the feedback form: those present all of it; those who caught up only what they know now."""
    if place.enrolment.learner_id != by.pk:
        return "Only the learner says what a session was like for them."
    if place.state in PRESENT or getattr(place, "catch_up", None):
        return ""
    if place.state == "absent":
        return "You were not at this session. The form opens when you have caught up."
    return "The form opens when the tutor has taken the register."


def feedback_problem(
    place: Any, *, overall: int | None, tutor: int | None, before: int | None, after: int | None
) -> str:
    """Whoever was not there rates neither the session nor the tutor; knowledge is rated twice or not at all."""
    if place.state not in PRESENT and (overall is not None or tutor is not None):
        return "You were not at this session, so you rate what you know now, not the session and the tutor."
    if (before is None) != (after is None):
        return "Rate what you knew before and what you know now, or leave both empty."
    if any(one is not None and not 0 <= one <= 10 for one in (overall, tutor, before, after)):
        return "A rating is a whole number from 0 to 10."
    return ""


def may_ask(enrolment: Any, by: Any) -> str:
    """A learner asks on their own enrolment, for as long as it lives."""
    if enrolment.learner_id != by.pk:
        return "Only the learner asks here."
    if enrolment.state in ("declined", "withdrawn"):
        return "You are no longer on this programme. Write to the centre instead."
    return ""


def may_reply(thread: Any, by: Any) -> str:
    """The learner who asked and the tutors of the cohort talk here."""
    if thread.enrolment.learner_id == by.pk:
        return ""
    if by.can(Can.ANSWER_QUESTIONS) and teaches_now(thread.enrolment, by):
        return ""
    return "Only the learner who asked and the tutors of the cohort write here."


def teaches_now(enrolment: Any, by: Any) -> bool:
    return bool(enrolment.cohort.appointments.in_force(clock.today()).filter(tutor=by).exists())


def supervision_problem(enrolment: Any, *, held_on: dt.date, minutes: int, today: dt.date) -> str:
    """Why supervision cannot be recorded like this, or an empty string."""
    if enrolment.state != "active":
        return f"This enrolment is “{enrolment.get_state_display().lower()}”. Supervision belongs to learners on the programme."
    if held_on > today:
        return "This day lies in the future. Record the supervision when it has been."
    if not 0 < minutes <= LONGEST_SUPERVISION:
        return f"Enter between 1 and {LONGEST_SUPERVISION} minutes."
    return ""
