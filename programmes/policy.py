"""Pure decisions about plans: objects in, a sentence that refuses or an empty string out."""

import datetime as dt
from typing import Any

from accounts.permissions import Can, Role


def speaks_for_the_client(plan: Any, by: Any) -> str:
    """A plan is approved by a contact of the client whose cohort it is."""
    if any(one.user_id == by.pk for one in plan.cohort.contract.client.contacts.all()):
        return ""
    return f"Only a contact of {plan.cohort.contract.client} approves this."


def may_manage_contracts(by: Any) -> str:
    """Clients and contracts are added by contract managers and administrators."""
    if by is None or by.can(Can.MANAGE_CONTRACTS):
        return ""
    return "Only a contract manager or a centre administrator does this."


def runs_the_contract(contract: Any, by: Any) -> str:
    """A contract is run by its own managers; an administrator may stand in for any of them."""
    if sentence := may_manage_contracts(by):
        return sentence
    if by is None or by.has_role(Role.ADMINISTRATOR) or contract.managers.filter(pk=by.pk).exists():
        return ""
    return f"Only the managers of contract {contract.reference} and the administrators do this."


def may_set_marking_rules(contract: Any, by: Any) -> str:
    """How a cohort is marked and when it learns of it is set by those who run its contract."""
    if by is not None and not by.can(Can.SET_MARKING_RULES):
        return "Only a contract manager or a centre administrator sets the rules of marking."
    return runs_the_contract(contract, by)


def names_come_back_with_a_reason(*, was: bool, now: bool, reason: str) -> str:
    """Once names are shown again nobody can take them back, so ending anonymous marking is explained."""
    if was and not now and not reason.strip():
        return "Say why the names are shown again. Tutors see them at once, on work that is being marked too."
    return ""


def each_has_a_time(times: Any) -> str:
    """A rule that releases at a time needs one for each assignment that has a deadline. `times` is by its title."""
    without = [title for title, at in times.items() if at is None]
    if not times:
        return "Set a deadline for each assignment first: the time of the results goes with it."
    if without:
        return f"Set the time for {' and '.join(without)}. Without it those results are never released by themselves."
    return ""


def after_the_change(was: str, now: str) -> str:
    """What a new rule of release means for results that are signed and wait, in a sentence."""
    if was == now:
        return "What is released stays released."
    means = {
        "at_once": "Results that were signed and waited are released within minutes.",
        "after_iqa": "Results that are signed wait for internal verification (IQA) now; what is released stays released.",
        "at_a_time": "Results that are signed wait for the time you set; what is released stays released.",
    }
    return means[now]


def are_contract_managers(managers: Any) -> str:
    """A contract has somebody who runs it, and they hold the role."""
    if not managers:
        return "Choose at least one contract manager."
    for one in managers:
        if not one.has_role(Role.CONTRACT_MANAGER):
            return f"{one} is not a contract manager. An administrator can give that role."
    return ""


def holds_role(person: Any, role: Role) -> str:
    """Whoever is appointed or allocated must hold the role it is about."""
    return "" if person.has_role(role) else f"{person} does not hold the role it needs: {role.label}."


def begins_before_it_ends(from_on: dt.date, to_on: dt.date | None) -> str:
    return "The last day lies before the first. Change one of them." if to_on and to_on < from_on else ""


def overlaps(from_on: dt.date, to_on: dt.date | None, other: Any) -> bool:
    """Whether a period touches that of `other`, which has `from_on` and `to_on`; no end means for good."""
    return (other.to_on is None or from_on <= other.to_on) and (to_on is None or other.from_on <= to_on)


def external_access_ends(role: Role, to_on: dt.date | None) -> str:
    """An external verifier visits; they do not stay."""
    return "Give the external verifier's access a last day." if role == Role.EQA and to_on is None else ""


def may_record_ratings(by: Any) -> str:
    if by is None or by.can(Can.RECORD_RATINGS):
        return ""
    return "Only a centre administrator records what the awarding organisation has decided."


def rating_problem(from_on: dt.date, *, today: dt.date, rating: str, reason: str, source: str) -> str:
    """Why a rating cannot be recorded like this, or an empty string."""
    if from_on > today:
        return "This day is still to come. Record the rating when it is in force."
    if not rating.strip():
        return "Enter the rating in the words of the awarding organisation."
    if not reason.strip():
        return "Write the reason the awarding organisation gave."
    if not source.strip():
        return "Name the document or the visit this comes from."
    return ""


def registrations_allowed(found: Any, *, organisation: str) -> str:
    """Why learners cannot be registered under this rating (an `Allowed`), or an empty string."""
    if found.may_register:
        return ""
    since = found.rating.from_on
    return (
        f"{organisation} has suspended registrations for this qualification since {since:%a} {since.day} {since:%B %Y} "
        f"(rating {found.rating.rating}). A learner can be registered again once a new rating allows it."
    )
