"""Pure decisions about extensions: who may ask, who decides, and how far a date may move."""

import datetime as dt
from typing import Any

from accounts.permissions import Can
from assignments.deadlines import Deadline, days, said
from assignments.standing import BEING_MARKED
from core import clock


def is_own_request(extension: Any, by: Any) -> str:
    return "" if extension.enrolment.learner_id == by.pk else "Only the learner takes back their own request."


def is_for_decider(extension: Any, by: Any) -> str:
    """The tutor appointed today and the managers of the contract decide; nobody about their own date."""
    if extension.enrolment.learner_id == by.pk:
        return "This is your own request, so somebody else decides on it."
    cohort = extension.enrolment.cohort
    if decides_at_length(extension, by):
        return ""
    if cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        return ""
    return "Only a tutor appointed to this cohort today and the managers of its contract decide on extensions."


def decides_at_length(extension: Any, by: Any) -> bool:
    """Whether this person decides beyond the tutor's limit: a manager of the learner's contract."""
    return by.can(Can.GRANT_LONG_EXTENSIONS) and by in extension.enrolment.cohort.contract.managers.all()


def is_within_the_tutors_limit(extension: Any, by: Any) -> str:
    """A tutor decides about so many days in all beyond the date without extensions; the rest goes to the contract manager."""
    if decides_at_length(extension, by):
        return ""
    if extension.passed_on_at:
        return "This has been passed on to the contract manager, who decides on it."
    return limit_problem(extension, extension.wanted_on)


def limit_problem(extension: Any, day: dt.date) -> str:
    """Why a tutor cannot grant this day, or an empty string."""
    limit, begun = extension.assignment.version.tutor_extension_days, extension.deadline.unextended_on
    beyond = (day - begun).days if begun else 0
    if beyond <= limit:
        return ""
    return (
        f"{said(day)} is {days(beyond)} after {said(begun)}, the date without extensions. A tutor grants up to "
        f"{days(limit)} in all, so the contract manager decides: pass it on."
    )


def work_is_not_in(extension: Any, by: Any) -> str:
    states = {one.state for one in extension.enrolment.submissions.filter(assignment=extension.assignment_id)}
    if states & {*BEING_MARKED, "passed"}:
        return f"The {extension.assignment.title.lower()} has been handed in, so it needs no other date."
    return ""


def learner_is_registered(extension: Any, by: Any) -> str:
    if getattr(extension.enrolment, "registration", None):
        return ""
    return "Register the learner with the awarding organisation first: the date has to lie inside the registration."


def asking_problem(enrolment: Any, deadline: Deadline) -> str:
    """Why nobody can ask for more time at present, whatever the day, or an empty string."""
    if enrolment.state != "active":
        return "More time is asked for while you are on the programme."
    if deadline.due_on is None:
        return "No date has been set for this yet, so there is nothing to extend."
    ends = deadline.registration_ends_on
    if ends and deadline.due_on >= ends:
        return (
            f"{said(ends)} is the last day of the registration. Nothing is handed in after it, so no date goes past it."
        )
    if deadline.asked:
        return f"You have asked for {said(deadline.asked.wanted_on)} already. It waits for an answer; take it back to ask anew."
    return ""


def extension_problem(day: dt.date, deadline: Deadline, *, today: dt.date) -> str:
    """Why `day` cannot be the date after an extension, or an empty string. `deadline` is the one that holds now."""
    if deadline.due_on is None:
        return "No date has been set for this yet, so there is nothing to extend."
    ends = deadline.registration_ends_on
    if day <= today:
        return "Choose a day after today."
    if day <= deadline.due_on:
        return f"{said(deadline.due_on)} holds already. Choose a day after it."
    if ends and day > ends:
        return f"The registration ends on {said(ends)}. Choose a day on or before it."
    return ""
