"""Pure decisions about enrolment: objects and values in, a sentence that refuses or an empty string out."""

import datetime as dt
from typing import Any


def is_own(enrolment: Any, by: Any) -> str:
    return "" if enrolment.learner_id == by.pk else "Only the learner sends their own enrolment."


def form_is_complete(enrolment: Any, by: Any) -> str:
    """Everything the awarding organisation needs to register a learner has been given."""
    form = getattr(enrolment, "application", None)
    if form is None or form.missing():
        return "Your enrolment form is not finished. Open it to see what is still missing."
    return ""


def questionnaire_is_complete(enrolment: Any, by: Any) -> str:
    """Every learning outcome has been rated (asked before the induction)."""
    questionnaire = getattr(enrolment, "questionnaire", None)
    if questionnaire is None or questionnaire.unanswered():
        return "Your knowledge and skills questionnaire is not finished. Rate every learning outcome."
    return ""


def is_tutor_of_the_cohort(enrolment: Any, by: Any) -> str:
    """The tutor appointed to the cohort decides, nobody else."""
    if enrolment.cohort.appointments.filter(tutor=by, state="approved").exists():
        return ""
    return "Only a tutor appointed to this cohort decides this."


def age_on(born_on: dt.date, day: dt.date) -> int:
    """Whole years of age on `day`; somebody born on 29 February has their birthday on 1 March in other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def is_uln(text: str) -> bool:
    """A unique learner number: ten digits, the first not zero, weighted sum modulo 11 equal to 10 (`ilm` R08)."""
    if len(text) != 10 or not text.isascii() or not text.isdigit() or text[0] == "0":
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, range(10, 0, -1), strict=True)) % 11 == 10


def deadline_problem(due_on: dt.date, *, today: dt.date, expires_on: dt.date | None) -> str:
    """Why `due_on` cannot be a learner's individual deadline, or an empty string."""
    if due_on < today:
        return "This date has passed. Choose a day from today on."
    if expires_on is None:
        return "Register the learner with the awarding organisation first: the deadline has to lie inside the registration."
    if due_on > expires_on:
        return f"The registration ends on {expires_on:%-d %B %Y}. Choose a day on or before it."
    return ""
