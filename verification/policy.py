"""Pure decisions about verification and claims: objects in, a sentence that refuses or an empty string out."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.permissions import Role
from core import clock
from verification import case_policy

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


def is_allocated(sample: Any, by: Any) -> str:
    """A verifier works on the cohorts allocated to them."""
    allocations = sample.submission.enrolment.cohort.allocations
    if allocations.in_force(clock.today()).filter(verifier=by, role="iqa").exists():
        return ""
    return "This cohort is not allocated to you."


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
    *, rule: str, results_at: dt.datetime | None, sample: str, verifier: str = "", now: dt.datetime
) -> tuple[str, str]:
    """What a signed result waits for before its release: a sign of the journey grid, and the words."""
    words = {
        "selected": ("in_hand", f"being verified by {verifier}"),
        "returned": ("referred", "sent back to the tutor"),
        "answered": ("in_hand", "answered, to verify again"),
    }
    if sample in words:
        return words[sample]
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


def is_marker(sample: Any, by: Any) -> str:
    """The tutor whose marking was sent back answers; after a change of tutor, the one appointed now."""
    cohort = sample.submission.enrolment.cohort
    if cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        return ""
    if sample.marked_by_id == by.pk:
        return "Your appointment to this cohort has ended, so the tutor appointed now answers."
    return "Only the tutor who marked this, or the one appointed to the cohort now, answers."


class UnitOf(NamedTuple):
    """A unit of the version, as the rule of combination sees it. `assignments` are those that cover it."""

    number: str
    mandatory: bool
    credits: int
    assignments: frozenset[int]


def is_achieved(
    units: Iterable[UnitOf], *, combination: str, credit_total: int | None, passed: Collection[int]
) -> bool:
    """The rule of combination (`ilm` Q08, Q68): whether these passed assignments add up to the qualification.

    A unit is achieved when every assignment that covers it has passed. All mandatory units count in both rules.
    """
    units = list(units)
    achieved = [one for one in units if one.assignments and one.assignments <= set(passed)]
    if not achieved or any(one.mandatory and one not in achieved for one in units):
        return False
    if combination == "credit_total":
        return sum(one.credits for one in achieved) >= (credit_total or 0)
    return True


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a learner is on the way to the certificate: everything a claim depends on, and nothing else."""

    on_programme: bool
    registered: bool
    expires_on: dt.date | None
    achieved: bool
    open_pieces: tuple[str, ...]
    unverified: tuple[str, ...]
    route: str
    signed_off: bool
    claimed: bool
    # The reference of a case that touches a result of this learner and is open.
    open_case: str = ""


def missing_for_verification(standing: Standing) -> list[str]:
    if not standing.on_programme:
        return ["The learner is not on the programme."]
    if standing.achieved:
        return []
    if not standing.open_pieces:
        return ["The units passed so far do not add up to the qualification."]
    return [f"{piece} has not passed yet." for piece in standing.open_pieces]


def missing_for_sign_off(standing: Standing) -> list[str]:
    """Why the external verifier cannot sign this learner off yet."""
    missing = missing_for_verification(standing)
    return missing + [f"{piece} is not verified internally yet." for piece in standing.unverified]


def missing_for_claim(standing: Standing, *, today: dt.date) -> list[str]:
    """Why a certificate cannot be claimed yet, a sentence for each missing piece (`ilm` 10.44). Empty: claim it."""
    missing = []
    if standing.route == "blocked":
        missing.append("The awarding organisation has blocked claims for this qualification.")
    if not standing.registered:
        missing.append("The learner is not registered with the awarding organisation.")
    elif standing.expires_on and standing.expires_on < today:
        ended = standing.expires_on
        missing.append(f"The registration ended on {ended:%a} {ended.day} {ended:%B %Y}. Ask for an extension first.")
    missing += missing_for_sign_off(standing)
    if standing.route == "sign_off" and not standing.signed_off:
        missing.append("The external verifier (EQA) has not signed off yet.")
    if sentence := case_policy.claim_problem(standing.open_case):
        missing.append(sentence)
    if standing.claimed:
        missing.append("The certificate has been claimed already.")
    return missing


def certificate_problem(certificated_on: dt.date, *, claimed_on: dt.date, today: dt.date) -> str:
    """Why this cannot be the date on the certificate, or an empty string."""
    if certificated_on > today:
        return "This day is still to come. Enter the date printed on the certificate."
    if certificated_on < claimed_on:
        claimed = f"{claimed_on:%a} {claimed_on.day} {claimed_on:%B %Y}"
        return f"The certificate was claimed on {claimed}. Its date cannot be earlier."
    return ""


def action_due_problem(due_on: dt.date, *, today: dt.date) -> str:
    return "" if due_on >= today else "This day has passed. Choose a day from today on."
