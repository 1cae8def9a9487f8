"""Pure decisions about work and marking: objects in, a sentence that refuses or an empty string out."""

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from typing import Any

from django.utils import timezone

from core import clock

# A tutor who leaves a piece of work open keeps it this long.
HOLD_FOR = dt.timedelta(hours=4)


def is_own_work(submission: Any, by: Any) -> str:
    return "" if submission.enrolment.learner_id == by.pk else "Only the learner hands in their own work."


def enrolment_is_active(submission: Any, by: Any) -> str:
    if submission.enrolment.state == "active":
        return ""
    return "Work is handed in while you are on the programme. Ask the centre if you think this is wrong."


def work_is_complete(submission: Any, by: Any) -> str:
    """An essay has its file, a portfolio its parts, and the declarations are signed (`ilm` A17 to A21)."""
    if submission.assignment.kind == "essay" and submission.document is None:
        return "There is no file yet. Add your essay first."
    if not hasattr(submission, "declaration"):
        return "Your declarations are not signed yet."
    return ""


def is_marker(submission: Any, by: Any) -> str:
    """A tutor marks while appointed to the learner's cohort, and never their own work."""
    if submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else marks it."
    today = clock.today()
    if submission.enrolment.cohort.appointments.covering(today).filter(tutor=by).exists():
        return ""
    return "You are not appointed to this cohort today, so you cannot mark its work."


def learner_is_on_programme(submission: Any, by: Any) -> str:
    """The work of somebody who has left the programme is kept, and marked no more."""
    if submission.enrolment.state == "active":
        return ""
    return f"{submission.enrolment.learner} is no longer on the programme, so this is not marked."


def is_held_by_marker(submission: Any, by: Any) -> str:
    """Two tutors never mark one piece at once: whoever opened it holds it for a while."""
    if submission.held_by_id in (None, by.pk) or not submission.is_held(clock.now()):
        return ""
    since = timezone.localtime(submission.held_at)
    return f"{submission.held_by} has been marking this since {since:%H:%M}. Nothing of yours was changed."


def _decisions(submission: Any) -> list[Any]:
    return list(submission.decisions.select_related("criterion"))


def every_criterion_is_decided(submission: Any, by: Any) -> str:
    decided = {one.criterion_id for one in _decisions(submission) if one.decision}
    open_ones = [one.number for one in submission.criteria() if one.pk not in decided]
    if open_ones:
        return f"Decide {listed(open_ones)}, then you can sign the outcome."
    return ""


def every_criterion_passes(submission: Any, by: Any) -> str:
    """Any criterion below a pass makes the whole submission a referral (`ilm` A02)."""
    if sentence := every_criterion_is_decided(submission, by):
        return sentence
    unmet = [one.criterion.number for one in _decisions(submission) if one.decision == "refer"]
    if unmet:
        return f"{listed(unmet)} {'is' if len(unmet) == 1 else 'are'} not met, so this is a referral."
    return ""


def some_criterion_is_unmet(submission: Any, by: Any) -> str:
    if any(one.decision == "refer" for one in _decisions(submission)):
        return ""
    return "Every criterion is met, so this is a pass."


def each_unmet_criterion_has_an_action(submission: Any, by: Any) -> str:
    without = [one.criterion.number for one in _decisions(submission) if one.decision == "refer" and not one.action.strip()]
    if without:
        return f"Say what the learner has to do for {listed(without)}."
    return ""


def attempts_are_left(submission: Any, by: Any) -> str:
    allowed = submission.assignment.version.attempts
    if submission.attempt < allowed:
        return ""
    return f"This was attempt {submission.attempt} of {allowed}, so it cannot be referred again. Speak to the centre."


def listed(names: Sequence[str]) -> str:
    """The names in a sentence: "1.1", "1.1 and 1.2", "1.1, 1.2 and 2.1"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def outcome(decisions: Iterable[str]) -> str:
    """What follows from the criteria of a unit or of a whole attempt: one referral makes it a referral (`ilm` A02).

    Empty while a criterion is open, or if there is none.
    """
    found = set(decisions)
    if "refer" in found:
        return "" if "" in found else "referral"
    return "pass" if found == {"pass"} else ""


def resubmission_problem(resubmit_by: dt.date, *, today: dt.date, expires_on: dt.date | None) -> str:
    """Why a learner cannot be given this day for the next attempt, or an empty string."""
    if resubmit_by <= today:
        return "Choose a day after today for the next attempt."
    if expires_on and resubmit_by > expires_on:
        return f"The registration ends on {expires_on:%a} {expires_on.day} {expires_on:%B %Y}. Choose a day on or before it."
    return ""


def is_working_day(day: dt.date, bank_holidays: Container[dt.date]) -> bool:
    return day.weekday() < 5 and day not in bank_holidays


def working_days_between(begin: dt.date, end: dt.date, bank_holidays: Container[dt.date]) -> int:
    """How many working days lie after `begin`, up to and with `end`. The day of hand-in itself does not count."""
    days = (begin + dt.timedelta(days=n) for n in range(1, (end - begin).days + 1))
    return sum(is_working_day(day, bank_holidays) for day in days)


def add_working_days(begin: dt.date, days: int, bank_holidays: Container[dt.date]) -> dt.date:
    """The day that is `days` working days after `begin`."""
    day = begin
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_working_day(day, bank_holidays)
    return day
