"""Interim samples: who looks at whose assessment, at what, and when. Objects in, a sentence that refuses or nothing out."""

import datetime as dt
from typing import Any

from django.db.models import Exists, Q
from django.utils import timezone

from core import clock

# How far the day of what is looked at may lie from the day that was planned.
NEAR = dt.timedelta(days=14)


# ---- guards


def is_looked_at_by_its_verifier(sample: Any, by: Any) -> str:
    """Whoever was there writes down what they saw."""
    if by.pk == sample.verifier_id:
        return ""
    return f"{sample.verifier} planned this and looks at it. Plan one of your own."


def is_assessment_of_another(one: Any, by: Any) -> str:
    sample = _sample(one)
    return own_assessment_problem(tutor=sample.tutor_id, thing=sample.thing, by=by)


def owns_no_action_of_it(one: Any, by: Any) -> str:
    """Nobody judges an answer that was theirs to give."""
    if any(by.pk in (asked.owner_id, asked.answered_by_id) for asked in _sample(one).actions.all()):
        return "An action of this was yours, so another verifier judges the answer."
    return ""


def looks_at_this_cohort(one: Any, by: Any) -> str:
    sample = _sample(one)
    return looking_problem(sample.cohort, by, enrolment=sample.enrolment, session=sample.session)


def has_taken_place(sample: Any, by: Any) -> str:
    # A session may have been moved since it was planned.
    on = day_of(sample.thing) if sample.thing else sample.happens_on
    if on > clock.today():
        return "The day of this is still to come. Record it when you have seen it."
    return ""


def is_answered(sample: Any, by: Any) -> str:
    last = sample.last_action
    if last is None or last.state == "answered":
        return ""
    return f"{last.owner} has not answered yet."


def is_of_an_open_sample(action: Any, by: Any) -> str:
    return "" if action.sample.state == "action" else "This is closed, so nothing more is asked."


def owns_the_action(action: Any, by: Any) -> str:
    """The tutor who was asked; where their appointment has ended, a tutor appointed now."""
    if action.owner_id == by.pk:
        return ""
    sample = action.sample
    appointed = set(sample.cohort.appointments.covering(clock.today()).values_list("tutor", flat=True))
    if (
        action.owner_id not in appointed
        and by.pk in appointed
        and by.pk not in (sample.verifier_id, action.asked_by_id)
    ):
        return ""
    return f"{action.owner} was asked and answers."


def _sample(one: Any) -> Any:
    """The sample, of itself or of an action of it."""
    return getattr(one, "sample", one)


# ---- questions


def own_assessment_problem(*, tutor: int, thing: Any, by: Any) -> str:
    """Nobody looks at their own assessment (`ilm` I10): not as the tutor named, nor as the one who really did it."""
    if by.pk == tutor:
        return "This is your own assessment, so another verifier looks at it."
    if thing is not None and by.pk == doer_of(thing):
        return "You commented on this draft or held this session yourself, so another verifier looks at it."
    return ""


def doer_of(thing: Any) -> int | None:
    """Whose assessment it is: who commented on the draft, held the supervision or leads the session."""
    for name in ("commented_by_id", "supervisor_id", "tutor_id"):
        if hasattr(thing, name):
            found: int | None = getattr(thing, name)
            return found
    raise TypeError(f"{thing!r} is not looked at")


def kind_of(thing: Any) -> str:
    return {"draft": "draft", "supervisionsession": "supervision", "session": "session"}[thing._meta.model_name]


def day_of(thing: Any) -> dt.date:
    """When it was: the comments sent, the supervision held, the session begun."""
    kind = kind_of(thing)
    if kind == "supervision":
        held: dt.date = thing.held_on
        return held
    return timezone.localdate(thing.commented_at if kind == "draft" else thing.starts_at)


def enrolment_of(thing: Any) -> Any:
    """The learner's enrolment; a session has many and so none."""
    kind = kind_of(thing)
    if kind == "session":
        return None
    return thing.submission.enrolment if kind == "draft" else thing.enrolment


def looking_problem(cohort: Any, by: Any, *, enrolment: Any = None, session: Any = None) -> str:
    """A verifier looks into cohorts allocated to them, and not where they have declared an interest. One statement.

    An interest is in the employer, in the learner, or in a learner who is booked on the session.
    """
    today = clock.today()
    near = Q(client__contracts=cohort.contract_id)
    if enrolment is not None:
        near |= Q(learner=enrolment.learner_id)
    if session is not None:
        near |= Q(learner__in=session.places.values("enrolment__learner"))
    allocated = cohort.allocations.in_force(today).filter(verifier=by, role="iqa")
    declared = by.interests.in_force(today).filter(near)
    found = allocated.annotate(is_declared=Exists(declared)).values_list("is_declared", flat=True).first()
    if found is None:
        return "This cohort is not allocated to you."
    if found:
        return "You have declared an interest in a learner of this or in their employer, so somebody else looks at it."
    return ""


def thing_problem(thing: Any, *, cohort: Any, tutor: Any) -> str:
    """Whether this can be looked at as the assessment of this tutor in this cohort."""
    kind, enrolment = kind_of(thing), enrolment_of(thing)
    if kind == "draft" and thing.state != "commented":
        return "Nobody has commented on this draft yet, so there is nothing to look at. Choose one with comments."
    if kind == "session" and thing.state == "cancelled":
        return "This session was cancelled. Choose another."
    if (enrolment.cohort_id if enrolment else thing.cohort_id) != cohort.pk:
        return f"This does not belong to {cohort}. Choose something of this cohort."
    if doer_of(thing) != tutor.pk:
        return f"This is not the assessment of {tutor}, or not any more. Choose something of theirs, or call this off."
    return ""


def learner_problem(enrolment: Any) -> str:
    """Without the name: the cohort may be marked without names."""
    if enrolment is None or enrolment.state == "active":
        return ""
    return "The learner is no longer on the programme. Choose the work of somebody who is."


def planned_day_problem(happens_on: dt.date | None, *, today: dt.date) -> str:
    """For what is still to come."""
    if happens_on is None:
        return "Enter the day on which you will look at it."
    if happens_on < today:
        return "This day has passed. Enter a day from today on, or choose from the list what you saw."
    return ""


def near_problem(thing: Any, *, planned_on: dt.date) -> str:
    """That what was seen is what was planned."""
    if abs(day_of(thing) - planned_on) <= NEAR:
        return ""
    return f"This lies more than {NEAR.days} days from the day that was planned. Call this off and plan it anew."


def appointment_problem(tutor: Any, cohort: Any, day: dt.date) -> str:
    if cohort.appointments.covering(day).filter(tutor=tutor).exists():
        return ""
    return f"{tutor} is not appointed to {cohort} on that day. Choose another day or another tutor."


def interim_action_problem(*, text: str, owner: Any, due_on: dt.date | None, by: Any, today: dt.date) -> str:
    """What is asked, of whom, by when (`ilm` I12)."""
    if not text.strip():
        return "Say what has to be done: one thing that can be checked."
    if owner is None:
        return "Choose who does it."
    if owner.pk == by.pk:
        return "You cannot ask an action of yourself. Choose the tutor."
    if due_on is None:
        return "Enter the day by which it has to be done."
    return "" if due_on >= today else "This day has passed. Choose a day from today on."
