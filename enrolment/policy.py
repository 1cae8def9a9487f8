"""Pure decisions about enrolment: objects and values in, a sentence that refuses or an empty string out."""

import calendar
import datetime as dt
from collections.abc import Collection
from typing import Any

from accounts.permissions import Can, Role
from core import clock

# The wording of the notice about support needs to which a learner agrees. A new wording gets a new name.
CONSENT_VERSION = "2024-05"
REFUND_DAYS = 30
SHORTEST, LONGEST = 14, 100  # years of age that can be meant
MOST_EXTRA_DAYS = 60  # of one reasonable adjustment


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
    if enrolment.cohort.appointments.in_force(clock.today()).filter(tutor=by).exists():
        return ""
    return "Only a tutor appointed to this cohort does this."


def is_old_enough(enrolment: Any, by: Any) -> str:
    """On the day the cohort starts the learner has the qualification's minimum age."""
    form = getattr(enrolment, "application", None)
    return age_problem(
        form.date_of_birth if form else None,
        minimum=enrolment.cohort.version.qualification.minimum_age,
        starts_on=enrolment.cohort.starts_on,
    )


def age_problem(born_on: dt.date | None, *, minimum: int | None, starts_on: dt.date) -> str:
    """Why somebody born on `born_on` is too young for the qualification, or an empty string."""
    if minimum is None or (born_on and age_on(born_on, starts_on) >= minimum):
        return ""
    day = f"{starts_on:%a} {starts_on.day} {starts_on:%B %Y}"
    if born_on is None:
        return f"The learner has given no date of birth, and this qualification is for people of {minimum} or older."
    return (
        f"The learner is younger than {minimum} on {day}, when the cohort starts. This qualification asks for that age."
    )


def age_on(born_on: dt.date, day: dt.date) -> int:
    """Whole years of age on `day`; somebody born on 29 February has their birthday on 1 March in other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def birth_problem(born_on: dt.date, *, today: dt.date) -> str:
    """Why `born_on` can hardly be the birth date of a learner, or an empty string."""
    if born_on > today:
        return "This day lies in the future. Enter the day you were born."
    age = age_on(born_on, today)
    if age < SHORTEST:
        return f"This would make you {age} years old. Check the year."
    if age > LONGEST:
        return f"This would make you more than {LONGEST} years old. Check the year."
    return ""


def may_still_be_changed(enrolment: Any, by: Any) -> str:
    """The learner fills in their forms until they send them."""
    if enrolment.state == "invited":
        return ""
    return "You have sent your enrolment. If something in it has to change, tell the centre."


def may_be_invited(cohort: Any, learner: Any) -> str:
    """Nobody learns twice on one cohort, and nobody learns where they teach."""
    if learner is None:
        return ""
    if cohort.enrolments.filter(learner=learner).exists():
        return f"{learner} is on cohort {cohort} already."
    if cohort.appointments.in_force(clock.today()).filter(tutor=learner).exists():
        return f"{learner} teaches this cohort and cannot be a learner on it."
    return ""


def may_be_registered(enrolment: Any) -> str:
    """Those who have applied or are on the programme are registered, once."""
    if enrolment.state not in ("applied", "active"):
        return f"This enrolment is “{enrolment.get_state_display().lower()}”, so there is nobody to register."
    if getattr(enrolment, "registration", None):
        return f"This learner is registered already, under {enrolment.registration.number}."
    return ""


def registration_problem(*, registered_on: dt.date, expires_on: dt.date, today: dt.date) -> str:
    """Why these two dates of a registration cannot be right, or an empty string."""
    if registered_on > today:
        return "The day of registration lies in the future. Enter the day on which the order was placed."
    if expires_on <= registered_on:
        return "The registration ends on or before the day it begins. Change one of the two dates."
    return ""


def registration_ends(registered_on: dt.date, *, months: int) -> dt.date:
    """The last day of a registration of so many months: the day before the same day of the month."""
    year, month = divmod(registered_on.year * 12 + registered_on.month - 1 + months, 12)
    day = min(registered_on.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)


def registered_before_the_start(registered_on: dt.date, *, starts_on: dt.date) -> str:
    """Allowed, but worth a look: the period runs before the programme does."""
    if registered_on >= starts_on:
        return ""
    days = (starts_on - registered_on).days
    return (
        f"The registration begins {days} day{'s' * (days != 1)} before the cohort starts, so its period runs from then."
    )


def refund_sentence(registration: Any, *, today: dt.date) -> str:
    """What a withdrawal means for the fee."""
    if registration is None:
        return "This learner is not registered with the awarding organisation, so no fee is lost."
    until = registration.registered_on + dt.timedelta(days=REFUND_DAYS)
    said = f"{until:%a} {until.day} {until:%B %Y}"
    if today <= until:
        return f"The registration fee can be reclaimed until {said}, if no result has been entered. Cancel the registration there too."
    return f"The registration fee could be reclaimed until {said}. That day has passed."


def may_set_deadlines(enrolment: Any, by: Any) -> str:
    """The cohort's tutor, the contract's managers and the administrators give a learner a date of their own."""
    if not by.can(Can.SET_DEADLINES):
        return "Your role does not let you set deadlines."
    if by.has_role(Role.ADMINISTRATOR) or enrolment.cohort.contract.managers.filter(pk=by.pk).exists():
        return ""
    if enrolment.cohort.appointments.in_force(clock.today()).filter(tutor=by).exists():
        return ""
    return "Only the cohort's tutor, its contract managers and the administrators set a learner's deadline."


def ratings_problem(ratings: dict[int, int], *, outcomes: Collection[int]) -> str:
    """Each rating runs from 0 to 10 and belongs to an outcome of the learner's own qualification."""
    if not set(ratings) <= set(outcomes):
        return "One of these learning outcomes belongs to another qualification. Load the page again."
    if any(not 0 <= rating <= 10 for rating in ratings.values()):
        return "A rating is a whole number from 0 to 10."
    return ""


def is_uln(text: str) -> bool:
    """A unique learner number: ten digits, the first not zero, weighted sum modulo 11 equal to 10."""
    if len(text) != 10 or not text.isascii() or not text.isdigit() or text[0] == "0":
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, range(10, 0, -1), strict=True)) % 11 == 10


def uln_problem(text: str) -> str:
    """Why `text` is no unique learner number, or an empty string. It may be left out."""
    if not text or is_uln(text):
        return ""
    if not text.isascii() or not text.isdigit() or len(text) != 10:
        return "A unique learner number has ten digits. Type it again, or leave it empty and tell us later."
    return "These ten digits are no unique learner number: the last one does not fit the others. Look for a slip."


def deadline_problem(due_on: dt.date, *, today: dt.date, expires_on: dt.date | None) -> str:
    """Why `due_on` cannot be a learner's individual deadline, or an empty string."""
    if due_on < today:
        return "This date has passed. Choose a day from today on."
    if expires_on is None:
        return "Register the learner with the awarding organisation first: the deadline has to lie inside the registration."
    if due_on > expires_on:
        return f"The registration ends on {expires_on:%-d %B %Y}. Choose a day on or before it."
    return ""


def may_record_breaks(enrolment: Any, by: Any) -> str:
    """The administrators and the contract's managers."""
    if not by.can(Can.RECORD_BREAKS):
        return "Your role does not let you record a break in learning."
    if by.has_role(Role.ADMINISTRATOR) or enrolment.cohort.contract.managers.filter(pk=by.pk).exists():
        return ""
    return "Only the contract's managers and the administrators record a break in learning."


def break_problem(
    from_on: dt.date, back_on: dt.date, *, began_on: dt.date, others: Collection[tuple[dt.date, dt.date]]
) -> str:
    """Why these days cannot be a break in learning beside the `others` (first day, day back), or an empty string."""
    if back_on <= from_on:
        return "The learner is back on or before the day the break begins. Change one of the two days."
    if from_on < began_on:
        return f"The learner has been on the programme since {began_on:%-d %B %Y}. A break begins on that day or later."
    for begins, ends in others:
        if from_on < ends and begins < back_on:
            return (
                f"There is a break from {begins:%-d %B %Y} already, until the learner is back on {ends:%-d %B %Y}. "
                "Change that one, or choose days outside it."
            )
    return ""


def adjustment_problem(*, extra_working_days: int, agreed_on: dt.date, today: dt.date) -> str:
    """Why an adjustment cannot be recorded like this, or an empty string."""
    if not 1 <= extra_working_days <= MOST_EXTRA_DAYS:
        return f"An adjustment gives from 1 to {MOST_EXTRA_DAYS} more working days."
    if agreed_on > today:
        return "The day of the agreement lies in the future. Record it when it has been agreed."
    return ""
