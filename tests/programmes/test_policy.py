import datetime as dt
import inspect
from types import SimpleNamespace

import pytest

from accounts.permissions import GRANTS, Role
from programmes import actions, forms, policy

D = dt.date


class Person:
    """Somebody with roles, without a database."""

    def __init__(self, *roles, pk=1):
        self.roles, self.pk = set(roles), pk

    def can(self, capability):
        return any(capability in GRANTS[role] for role in self.roles)

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)

    def __str__(self):
        return "Pat"


def contract_of(*managers):
    found = SimpleNamespace(filter=lambda pk: SimpleNamespace(exists=lambda: pk in managers))
    return SimpleNamespace(managers=found, reference="C-1")


@pytest.mark.parametrize("role", Role)
def test_a_contract_is_run_by_its_managers_and_by_administrators(role):
    stranger, own = contract_of(99), contract_of(1)

    assert bool(policy.runs_the_contract(stranger, Person(role))) == (role != Role.ADMINISTRATOR)
    may = role in (Role.ADMINISTRATOR, Role.CONTRACT_MANAGER)
    assert bool(policy.runs_the_contract(own, Person(role))) == (not may)
    assert policy.runs_the_contract(stranger, None) == ""


def test_a_contract_has_managers_who_hold_the_role():
    assert "at least one" in policy.are_contract_managers([])
    assert "Pat is not a contract manager" in policy.are_contract_managers([Person(Role.TUTOR)])
    assert policy.are_contract_managers([Person(Role.CONTRACT_MANAGER)]) == ""


@pytest.mark.parametrize(
    ("begin", "end", "ours", "touches"),
    [
        (D(2024, 1, 1), D(2024, 1, 31), (D(2024, 1, 31), D(2024, 2, 5)), True),
        (D(2024, 1, 1), D(2024, 1, 31), (D(2024, 2, 1), D(2024, 2, 5)), False),
        (D(2024, 1, 1), None, (D(2030, 1, 1), None), True),
        (D(2024, 6, 1), None, (D(2024, 1, 1), D(2024, 5, 31)), False),
        (D(2024, 6, 1), D(2024, 6, 30), (D(2024, 1, 1), None), True),
    ],
)
def test_two_periods_touch_or_do_not(begin, end, ours, touches):
    assert policy.overlaps(*ours, SimpleNamespace(from_on=begin, to_on=end)) is touches


def test_the_external_verifier_gets_a_last_day():
    assert policy.external_access_ends(Role.EQA, None)
    assert not policy.external_access_ends(Role.EQA, D(2024, 1, 1))
    assert not policy.external_access_ends(Role.IQA, None)


@pytest.mark.parametrize(
    ("form", "action"),
    [
        (forms.AddClientForm, actions.add_client),
        (forms.AddContactForm, actions.add_contact),
        (forms.AddContractForm, actions.add_contract),
        (forms.OpenCohortForm, actions.open_cohort),
        (forms.SetCohortDeadlineForm, actions.set_cohort_deadline),
        (forms.ProposeTutorForm, actions.propose_tutor),
        (forms.ApproveTutorForm, actions.approve_tutor),
        (forms.DeclineTutorForm, actions.decline_tutor),
        (forms.EndAppointmentForm, actions.end_appointment),
        (forms.AllocateVerifierForm, actions.allocate_verifier),
    ],
)
def test_a_form_asks_for_what_its_action_takes(form, action):
    taken = inspect.signature(action).parameters

    assert set(form.base_fields) <= set(taken)
    missing = {name for name, one in taken.items() if one.default is one.empty and one.kind is one.KEYWORD_ONLY}
    assert missing - set(form.base_fields) <= {"by", "contract"}
