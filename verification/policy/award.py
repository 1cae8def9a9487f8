"""What a certificate depends on; claims, recognised units, certificates."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from verification import case_policy
from verification.policy.allocation import allocation_problem


class UnitOf(NamedTuple):
    """A unit of the version, as the rule of combination sees it. `assignments` are those that cover it."""

    number: str
    mandatory: bool
    credits: int
    assignments: frozenset[int]


def units_achieved(
    units: Iterable[UnitOf], *, passed: Collection[int], recognised: Collection[str] = ()
) -> list[UnitOf]:
    """Those whose every assignment has passed, and those recognised as prior learning (by number)."""
    done = set(passed)
    return [one for one in units if one.number in recognised or (one.assignments and one.assignments <= done)]


def is_achieved(
    units: Iterable[UnitOf],
    *,
    combination: str,
    credit_total: int | None,
    passed: Collection[int],
    recognised: Collection[str] = (),
) -> bool:
    """The rule of combination (`ilm` Q08, Q68): whether what has passed or is recognised adds up to the qualification.

    A unit is achieved when every assignment that covers it has passed, or by recognition of prior learning (`ilm` R21). All
    mandatory units count in both rules.
    """
    units = list(units)
    achieved = units_achieved(units, passed=passed, recognised=recognised)
    if not achieved or any(one.mandatory and one not in achieved for one in units):
        return False
    if combination == "credit_total":
        return sum(one.credits for one in achieved) >= (credit_total or 0)
    return True


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a learner is on the way to the certificate: everything a claim depends on, and nothing else.

    `units` are the numbers of the units achieved; `claimed_units` those on certificates of units already.
    """

    on_programme: bool
    registered: bool
    expires_on: dt.date | None
    achieved: bool
    open_pieces: tuple[str, ...]
    unverified: tuple[str, ...]
    route: str
    signed_off: bool
    claimed: bool
    undeclared: tuple[str, ...] = ()
    rating: str = ""
    revoked: bool = False
    has_left: bool = False
    units: tuple[str, ...] = ()
    claimed_units: tuple[str, ...] = ()
    # The reference of a case that touches a result of this learner and is open.
    open_case: str = ""


class Missing(NamedTuple):
    """A piece that is missing, in a sentence, and what it is about, so that a page can lead there."""

    sentence: str
    about: str  # rating, registration, programme, work, declaration, verification, sign_off, case, claim


def _missing_from_work(standing: Standing) -> list[Missing]:
    if not standing.on_programme:
        return [Missing("The learner is not on the programme.", "programme")]
    if standing.achieved:
        return []
    if not standing.open_pieces:
        return [Missing("The units passed so far do not add up to the qualification.", "work")]
    return [Missing(f"{piece} has not passed yet.", "work") for piece in standing.open_pieces]


def _missing_from_verification(standing: Standing) -> list[Missing]:
    return [Missing(f"{piece} is not verified internally yet.", "verification") for piece in standing.unverified]


def missing_for_verification(standing: Standing) -> list[str]:
    return [one.sentence for one in _missing_from_work(standing)]


def missing_for_sign_off(standing: Standing) -> list[str]:
    """Why the external verifier cannot sign this learner off yet. Of somebody who has left, the units achieved are signed off."""
    if standing.has_left and standing.units:
        return [one.sentence for one in _missing_from_verification(standing)]
    return [one.sentence for one in _missing_from_work(standing) + _missing_from_verification(standing)]


def missing_for_claim(standing: Standing, *, today: dt.date) -> list[str]:
    """Why a certificate cannot be claimed yet, a sentence for each missing piece (`ilm` 10.44). Empty: claim it."""
    return [one.sentence for one in pieces_missing(standing, today=today)]


def pieces_missing(standing: Standing, *, today: dt.date) -> list[Missing]:
    """The same, each with what it is about."""
    missing = _missing_from_the_organisation(standing, today=today)
    missing += _missing_from_work(standing) + _declarations_missing(standing) + _missing_from_verification(standing)
    missing += _sign_off_missing(standing) + _case_missing(standing)
    if standing.revoked:
        missing.append(Missing("The certificate was revoked. Say first that the cause is mended.", "claim"))
    if standing.claimed:
        missing.append(Missing("The certificate has been claimed already.", "claim"))
    return missing


def missing_for_units(standing: Standing, *, units: Collection[str], today: dt.date) -> list[Missing]:
    """Why a certificate of these units cannot be claimed for somebody who leaves without the qualification (`ilm` R18)."""
    missing = _missing_from_the_organisation(standing, today=today)
    if not standing.has_left:
        missing.append(
            Missing("The learner is on the programme. Claim units when somebody leaves without the rest.", "programme")
        )
    if not units:
        missing.append(Missing("Choose at least one unit.", "work"))
    for number in sorted(set(units)):
        if number not in standing.units:
            missing.append(Missing(f"Unit {number} is not achieved.", "work"))
        elif number in standing.claimed_units:
            missing.append(Missing(f"Unit {number} has been claimed already.", "claim"))
    missing += _declarations_missing(standing) + _missing_from_verification(standing) + _sign_off_missing(standing)
    missing += _case_missing(standing)
    if standing.claimed:
        missing.append(Missing("The whole certificate has been claimed already.", "claim"))
    return missing


def _missing_from_the_organisation(standing: Standing, *, today: dt.date) -> list[Missing]:
    missing = []
    if standing.route == "blocked":
        rated = f" ({standing.rating})" if standing.rating else ""
        missing.append(
            Missing(f"The awarding organisation has blocked claims for this qualification{rated}.", "rating")
        )
    if not standing.registered:
        missing.append(Missing("The learner is not registered with the awarding organisation.", "registration"))
    elif standing.expires_on and standing.expires_on < today:
        ended = standing.expires_on
        said = f"The registration ended on {ended:%a} {ended.day} {ended:%B %Y}. Ask for an extension first."
        missing.append(Missing(said, "registration"))
    return missing


def _declarations_missing(standing: Standing) -> list[Missing]:
    said = "has no signed declaration of authenticity. Ask the learner for it."
    return [Missing(f"{piece} {said}", "declaration") for piece in standing.undeclared]


def _sign_off_missing(standing: Standing) -> list[Missing]:
    if standing.route == "sign_off" and not standing.signed_off:
        return [Missing("The external verifier (EQA) has not signed off yet.", "sign_off")]
    return []


def _case_missing(standing: Standing) -> list[Missing]:
    sentence = case_policy.claim_problem(standing.open_case)
    return [Missing(sentence, "case")] if sentence else []


def certificate_problem(certificated_on: dt.date, *, claimed_on: dt.date, today: dt.date) -> str:
    """Why this cannot be the date on the certificate, or an empty string."""
    if certificated_on > today:
        return "This day is still to come. Enter the date printed on the certificate."
    if certificated_on < claimed_on:
        claimed = f"{claimed_on:%a} {claimed_on.day} {claimed_on:%B %Y}"
        return f"The certificate was claimed on {claimed}. Its date cannot be earlier."
    return ""


def has_claims(batch: Any, by: Any) -> str:
    """A claim that was answered by hand meanwhile has nothing to ask for."""
    return "" if batch.claims.filter(state="claimed").exists() else "There is no open claim in this batch."


def is_not_own_proposal(recognition: Any, by: Any) -> str:
    """Whoever assessed the prior learning does not verify it. The database says the same."""
    if recognition.assessed_by_id == by.pk:
        return "You assessed this prior learning, so somebody else verifies it."
    return ""


def is_allocated_to_recognise(recognition: Any, by: Any) -> str:
    return allocation_problem(recognition.enrolment, by)


def is_still_on_programme(recognition: Any, by: Any) -> str:
    one = recognition.enrolment
    return "" if one.state == "active" else f"{one.learner} is no longer on the programme."


def differences(*, printed_name: str, printed_title: str, names: Collection[str], title: str) -> list[str]:
    """How a certificate differs from the record, a sentence for each difference; capitals and spaces do not count."""
    found = []
    if _plain(printed_name) not in {_plain(one) for one in names}:
        found.append(f"The certificate says “{printed_name}”, the record says “{next(iter(names), '')}”.")
    if _plain(printed_title) != _plain(title):
        found.append(f"The certificate says “{printed_title}”, the qualification is “{title}”.")
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def sent_problem(sent_on: dt.date, *, not_before: dt.date, today: dt.date) -> str:
    """Why this cannot be the day on which something was sent, or an empty string."""
    if sent_on > today:
        return "This day is still to come. Record it when it has been sent."
    if sent_on < not_before:
        return (
            f"This lies before {not_before:%a} {not_before.day} {not_before:%B %Y}, when it was there. Check the day."
        )
    return ""
