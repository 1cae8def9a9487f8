"""Pure decisions about work and marking: objects in, a sentence that refuses or an empty string out."""

import datetime as dt
import re
from collections.abc import Container, Sequence
from typing import Any

from django.utils import timezone

from accounts.permissions import Can
from assignments import outcome, portfolio
from assignments.deadlines import said
from assignments.standing import BEING_MARKED
from core import clock

# A tutor who leaves a piece of work open keeps it this long.
HOLD_FOR = dt.timedelta(hours=4)
# A worker has this long to examine a file; then it counts as dead, and another takes the file.
CLAIM_FOR = dt.timedelta(minutes=5)
# Files that were taken in hand this often without an end are refused.
GIVE_UP_AFTER = 3
# What has begun to arrive and has not been added is kept this long.
UPLOAD_KEPT_FOR = dt.timedelta(days=7)
# More uploads under way of one person than this, and the oldest is given up.
UPLOADS_AT_ONCE = 10


def is_own_work(submission: Any, by: Any) -> str:
    return "" if submission.enrolment.learner_id == by.pk else "Only the learner hands in their own work."


def may_hand_in_for(submission: Any, by: Any) -> str:
    """Staff hand in for a learner, never for themselves, and never what they may mark themselves."""
    enrolment = submission.enrolment
    if enrolment.learner_id == by.pk:
        return "This is your own work. Hand it in from your own pages."
    if by.can(Can.MARK) and enrolment.cohort.appointments.filter(tutor=by).exists():
        return "You are a tutor of this cohort and may have to mark it, so somebody else hands it in."
    return ""


def enrolment_is_active(submission: Any, by: Any) -> str:
    if submission.enrolment.state == "active":
        return ""
    if submission.enrolment.learner_id != by.pk:
        return f"{submission.enrolment.learner} is not on the programme, so nothing is handed in for them."
    return "Work is handed in while you are on the programme. Ask the centre if you think this is wrong."


def work_is_complete(submission: Any, by: Any) -> str:
    """An essay has its file, a portfolio its parts, and the declarations are signed (`ilm` A17 to A21)."""
    own = submission.enrolment.learner_id == by.pk
    if submission.assignment.kind == "essay" and submission.document is None:
        if any(one.is_unsettled for one in submission.documents.all()):
            return "Your file is still being checked. Hand in when its words are counted."
        return f"There is no file yet. Add {'your' if own else 'the'} essay first."
    if submission.assignment.kind == "essay" and not submission.document.is_ready:
        return "This file has not been checked. Add your essay again."
    if submission.assignment.kind == "portfolio" and (missing := portfolio.of(submission.enrolment).missing):
        more = f" {len(missing) - 1} more on {'your' if own else 'the learner’s'} list." if len(missing) > 1 else ""
        return f"{'Your' if own else 'The'} portfolio is not complete yet. {missing[0].sentence}{more}"
    if not hasattr(submission, "declaration"):
        return "Your declarations are not signed yet."
    return ""


def ai_problem(ai_use: str, ai_statement: str) -> str:
    """Whoever used AI says with what and for what (`ilm` A21)."""
    if ai_use not in ("none", "research", "assisted", "other"):
        return "Say whether you used AI."
    if ai_use != "none" and not ai_statement.strip():
        return "Say which tool you used, and what for."
    return ""


def may_begin(assignment: Any, earlier: Any, by: Any) -> str:
    """Whether another attempt at `assignment` may begin after the `earlier` ones, oldest first."""
    counted = [one for one in earlier if one.state != "withdrawn"]
    if not counted or counted[-1].state in ("draft", "returned"):
        return ""
    last, noun = counted[-1], assignment.title.lower()
    if last.state in BEING_MARKED:
        return f"Your {noun} is with the tutor. You can work on it again if it is referred."
    if last.state == "passed":
        return f"Your {noun} has passed. There is nothing more to hand in."
    allowed = attempts_allowed(last)
    if last.attempt >= allowed:
        return f"This was attempt {last.attempt} of {allowed}. Speak to the centre."
    return ""


def is_being_prepared(submission: Any, by: Any) -> str:
    if submission.state == "draft":
        return ""
    if submission.state == "withdrawn":
        return "This attempt is not needed any more, because the one before it has passed. What you wrote is kept."
    return "This has been handed in, so its file cannot be changed any more. What you handed in is safe."


def portfolio_is_open(enrolment: Any, by: Any) -> str:
    """A portfolio grows until it is handed in, and again after a referral."""
    if enrolment.learner_id != by.pk:
        return "Only the learner writes in their own portfolio."
    if enrolment.state != "active":
        return "A portfolio grows while you are on the programme. Ask the centre if you think this is wrong."
    states = {one.state for one in enrolment.submissions.all() if one.assignment.kind == "portfolio"}
    if states & set(BEING_MARKED):
        return "Your portfolio is with the tutor. It opens again if it is referred."
    if "passed" in states:
        return "Your portfolio has passed, so it is closed. You can still read all of it."
    return ""


def bundle_tells_no_name(submission: Any) -> str:
    """A portfolio as one file has the learner's name on every cover, so it waits for the release of an anonymous marking."""
    if not submission.is_veiled:
        return ""
    return (
        "This cohort is marked without names, and the one file names the learner on its cover. Read the portfolio here; "
        "the file can be asked for when the result is released."
    )


def feedback_may_arrive(enrolment: Any) -> str:
    """A practice client may answer as long as the answer can still count, also while an attempt is with the tutor."""
    passed = any(one.state == "passed" for one in enrolment.submissions.all() if one.assignment.kind == "portfolio")
    return "This feedback is no longer needed. Thank you." if passed or enrolment.state != "active" else ""


def day_problem(day: dt.date | None, *, today: dt.date, not_before: dt.date, what: str) -> str:
    """Why a day of practice cannot be right, or an empty string. `what` begins the sentence: "The session"."""
    if day is None:
        return ""
    if day > today:
        return f"{what} lies in the future. Enter it when it has taken place."
    if day < not_before:
        return f"{what} lies before your enrolment began ({not_before.day} {not_before:%B %Y}). Check the year."
    return ""


def file_name(
    *, initial: str, surname: str, number: str, centre: str, units: Sequence[str], attempt: int, suffix: str
) -> str:
    """The name the awarding organisation wants, such as R Jones-ABC123-012345-8588-500(1).docx (`ilm` A23)."""
    person = re.sub(r"[^\w '’-]", "", f"{initial} {surname}").strip()
    return f"{'-'.join([person, number, centre, *units])}({attempt}){suffix}"


def is_marker(submission: Any, by: Any) -> str:
    """A tutor marks while appointed to the learner's cohort, what was given to nobody else, and never their own work."""
    if submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else marks it."
    if submission.submitted_by_id == by.pk:
        return "You handed this in for the learner, so somebody else marks it."
    appointed = submission.enrolment.cohort.appointments.covering(clock.today())
    if not appointed.filter(tutor=by).exists():
        return "You are not appointed to this cohort today, so you cannot mark its work."
    # Work of a tutor whose appointment is over is free for every other.
    if submission.marker_id not in (None, by.pk) and appointed.filter(tutor=submission.marker_id).exists():
        return f"This was given to {submission.marker} for marking. The contract manager can give it to you."
    return ""


def may_judge(submission: Any, by: Any) -> str:
    """Who adds to an authenticity file: the tutor appointed today or the IQA allocated, never about their own work."""
    if submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else looks at it."
    cohort, today = submission.enrolment.cohort, clock.today()
    if cohort.appointments.covering(today).filter(tutor=by).exists():
        return ""
    if cohort.allocations.in_force(today).filter(verifier=by, role="iqa").exists():
        return ""
    return "You are not appointed to this cohort today, so you can read this file and not add to it."


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


def _lines(submission: Any) -> list[outcome.Line]:
    return outcome.lines(submission.asked(), {one.criterion_id: one for one in submission.decisions.all()})


def _numbers(submission: Any, chosen: Container[int]) -> list[str]:
    return numbers_of([one for one in submission.asked() if one.pk in chosen])


def every_criterion_is_decided(submission: Any, by: Any) -> str:
    open_ones = _numbers(submission, {one.criterion for one in _lines(submission) if one.is_open})
    if open_ones:
        return f"Decide {listed(open_ones)}, then you can sign the outcome."
    return ""


def every_unit_passes(submission: Any, by: Any) -> str:
    """Each unit passes by its own scheme; one that does not makes the whole submission a referral (`ilm` A02)."""
    if sentence := every_criterion_is_decided(submission, by):
        return sentence
    found = _lines(submission)
    if outcome.of_work(found) == outcome.PASS:
        return ""
    results = outcome.by_unit(found)
    units = {one.outcome.unit_id: one.outcome.unit.number for one in submission.asked()}
    for unit, given, possible in outcome.totals(found):
        if results[unit] == outcome.REFERRAL:
            return f"Unit {units[unit]} has {given} of {possible} marks, under its pass mark, so this is a referral."
    unmet = _numbers(submission, outcome.to_do(found))
    return f"{listed(unmet)} {'is' if len(unmet) == 1 else 'are'} not met, so this is a referral."


def some_unit_is_referred(submission: Any, by: Any) -> str:
    if outcome.of_work(_lines(submission)) == outcome.REFERRAL:
        return ""
    return "Every unit passes, so this is a pass."


def each_unmet_criterion_has_an_action(submission: Any, by: Any) -> str:
    told = {one.criterion_id for one in submission.decisions.all() if one.action.strip()}
    without = _numbers(submission, set(outcome.to_do(_lines(submission))) - told)
    if without:
        return f"Say what the learner has to do for {listed(without)}."
    return ""


def attempts_allowed(submission: Any) -> int:
    """How many attempts there are: those of the qualification, and each that was granted to this learner."""
    allowed: int = submission.assignment.version.attempts
    if submission.attempt < allowed:
        return allowed
    granted: int = submission.enrolment.attempt_grants.filter(assignment=submission.assignment_id).count()
    return allowed + granted


def attempts_are_left(submission: Any, by: Any) -> str:
    allowed = attempts_allowed(submission)
    if submission.attempt < allowed:
        return ""
    return (
        f"This was attempt {submission.attempt} of {allowed}, so it cannot be referred again. It can pass, be returned "
        "unmarked, or wait; or the contract manager grants one attempt more."
    )


def no_deferral_is_open(submission: Any, by: Any) -> str:
    waiting = submission.deferrals.filter(state="open").first()
    if waiting is None:
        return ""
    return f"The decision on this is deferred until {said(waiting.until_on)}. End the deferral first."


def is_marker_of_deferred(deferral: Any, by: Any) -> str:
    return is_marker(deferral.submission, by)


def no_later_attempt_is_in(submission: Any, by: Any) -> str:
    """What came after stands on what was signed before, so an attempt is settled when the next one has been handed in."""
    same = submission.enrolment.submissions.filter(assignment=submission.assignment_id, submitted_at__isnull=False)
    later = same.filter(attempt__gte=submission.attempt, pk__gt=submission.pk).order_by("attempt", "pk").last()
    if later is None:
        return ""
    if later.attempt == submission.attempt:
        return (
            f"Attempt {later.attempt} has been handed in again. Look at that piece; this one stays as it was returned."
        )
    return f"Attempt {later.attempt} has been handed in. Mark that one; attempt {submission.attempt} stays as it was signed."


def is_not_released_by_its_marker(submission: Any, by: Any) -> str:
    """Whoever signed an outcome does not also release it by hand. The system (`by` is nobody) releases by the rule."""
    if by is None:
        return ""
    if submission.marked_by_id == by.pk or submission.markings.filter(marked_by=by).exists():
        return "You marked this work, so somebody else releases its result."
    if submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else releases its result."
    return ""


def learner_has_not_left(submission: Any, by: Any) -> str:
    """What was signed of somebody who left before the release stays as it is: no attempt opens for them."""
    if submission.enrolment.state == "active":
        return ""
    return f"{submission.enrolment.learner} is no longer on the programme, so this result is not released."


def numbers_of(criteria: Sequence[Any]) -> list[str]:
    """The numbers of criteria; where they belong to several units, each with its unit: 501 1.1."""
    several = len({one.outcome.unit_id for one in criteria}) > 1
    return [f"{one.outcome.unit.number} {one.number}" if several else one.number for one in criteria]


def listed(names: Sequence[str]) -> str:
    """The names in a sentence: "1.1", "1.1 and 1.2", "1.1, 1.2 and 2.1"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def resubmission_problem(resubmit_by: dt.date, *, today: dt.date, expires_on: dt.date | None) -> str:
    """Why a learner cannot be given this day for the next attempt, or an empty string."""
    if resubmit_by <= today:
        return "Choose a day after today for the next attempt."
    if expires_on and resubmit_by > expires_on:
        return f"The registration ends on {expires_on:%a} {expires_on.day} {expires_on:%B %Y}. Choose a day on or before it."
    return ""
