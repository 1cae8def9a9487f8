"""Who verifies a sample, and what a result waits for."""

import datetime as dt
from collections.abc import Container
from typing import Any

from django.utils import timezone

from accounts.permissions import Role
from core import clock
from verification.policy.allocation import allocation_problem

VERIFIABLE = ("signed", "passed")


def is_not_own_marking(sample: Any, by: Any) -> str:
    """Nobody verifies their own marking, the first or the second. Of the first the database says the same (`ilm` I10)."""
    if by.pk in (sample.marked_by_id, sample.submission.marked_by_id):
        return "You marked this work, so somebody else verifies it."
    second = getattr(sample.submission, "second_marking", None)
    if second is None or second.state == "withdrawn":
        return ""
    if by.pk in (second.marker_id, second.first_done_by_id, second.agreed_by_id):
        return "You had a part in the two markings of this work, so somebody else verifies it."
    return ""


def is_allocated_without_interest(sample: Any, by: Any) -> str:
    return allocation_problem(sample.submission.enrolment, by)


def is_still_there_to_verify(sample: Any, by: Any) -> str:
    """A pass, or any signed outcome that is not released yet."""
    if sample.submission.state in VERIFIABLE:
        return ""
    return "The outcome of this piece has changed, so there is nothing to agree with any more."


def may_release_by_hand(submission: Any, by: Any) -> str:
    """Who releases without verification: the IQA allocated to the cohort and the administrators, unless it is being verified."""
    if (
        by.has_role(Role.ADMINISTRATOR)
        or submission.enrolment.cohort.allocations.in_force(clock.today()).filter(verifier=by, role="iqa").exists()
    ):
        sentence = ""
    else:
        sentence = "This cohort is not allocated to you."
    latest = submission.samples.order_by("-round").first()
    if latest is not None and latest.state != "agreed":
        sentence = sentence or "This was picked for verification, so it is released when the verifier agrees."
    return sentence


def how_it_is_released(rule: str) -> str:
    """What has to happen before a signed result of a cohort with this rule is released."""
    return {
        "at_once": "The rule of the cohort has changed: it is released within minutes.",
        "after_iqa": "It is released as soon as a verifier agrees.",
        "at_a_time": "It is released at the time that is set for the assignment.",
    }[rule]


def waits_for(
    *,
    rule: str,
    results_at: dt.datetime | None,
    sample: str,
    verifier: str = "",
    spared: bool = False,
    now: dt.datetime,
) -> tuple[str, str]:
    """What a signed result waits for before its release: a sign of the journey grid, and the words."""
    words = {
        "selected": ("in_hand", f"being verified by {verifier}"),
        "returned": ("referred", "sent back to the tutor"),
        "answered": ("in_hand", "answered, to verify again"),
    }
    if sample in words:
        return words[sample]
    if rule == "after_iqa" and spared:
        return "unsampled", "not in the sample, released within minutes"
    if rule == "after_iqa":
        return ("done", "agreed, released within minutes") if sample == "agreed" else ("not_yet", "not verified yet")
    if rule == "at_a_time" and results_at is None:
        return "not_yet", "no time is set for it"
    if rule == "at_a_time" and results_at and results_at > now:
        at = timezone.localtime(results_at)
        return "not_yet", f"{at:%a} {at.day} {at:%B %Y}, {at:%H:%M}"
    return "done", "released within minutes"


def is_on_programme(sample: Any, by: Any) -> str:
    enrolment = sample.submission.enrolment
    if enrolment.state == "active":
        return ""
    return f"{enrolment.learner} is no longer on the programme."


def is_owner(sample: Any, by: Any) -> str:
    """Whoever owns the action answers it; where they are appointed no more, whoever is. Records an administrator corrects too."""
    if sample.submission.enrolment.learner_id == by.pk:
        return "This is about your own work, so somebody else answers."
    tutors = set(
        sample.submission.enrolment.cohort.appointments.covering(clock.today()).values_list("tutor", flat=True)
    )
    if sample.owner_id == by.pk:
        if _may_own(sample, by, tutors):
            return ""
        return "Your appointment to this cohort has ended, so the tutor appointed now answers."
    if _may_own(sample, sample.owner, tutors):
        return f"This action is {sample.owner}’s, who answers it."
    if _may_own(sample, by, tutors):
        return ""
    return "Only the owner of this action, or a tutor appointed to the cohort now, answers."


def _may_own(sample: Any, person: Any, tutors: Container[int]) -> bool:
    return person.pk in tutors or (sample.action_kind == "correction" and person.has_role(Role.ADMINISTRATOR))


def action_due_problem(due_on: dt.date, *, today: dt.date) -> str:
    return "" if due_on >= today else "This day has passed. Choose a day from today on."
