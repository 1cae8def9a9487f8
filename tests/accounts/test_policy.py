import pytest

from accounts import policy
from accounts.forms import AcceptInvitationForm, ConfirmForm, GrantRoleForm, InviteForm
from accounts.models import RoleGrant, User
from accounts.permissions import GRANTS, Can, Role


class Person:
    """Somebody with roles, without a database."""

    def __init__(self, *roles, pk=1):
        self.roles, self.pk = set(roles), pk

    def can(self, capability):
        return any(capability in GRANTS[role] for role in self.roles)

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)


@pytest.mark.parametrize("role", Role)
def test_only_administrators_and_the_system_manage_people(role):
    assert bool(policy.may_manage_people(Person(role))) == (role != Role.ADMINISTRATOR)
    assert policy.may_manage_people(None) == ""


@pytest.mark.parametrize(
    ("role", "by", "others", "sentence"),
    [
        (Role.TUTOR, 7, 0, ""),
        (Role.ADMINISTRATOR, 7, 3, "your own role"),
        (Role.ADMINISTRATOR, 8, 0, "only administrator"),
        (Role.ADMINISTRATOR, 8, 1, ""),
    ],
)
def test_the_last_administrator_stays_and_nobody_ends_their_own(role, by, others, sentence):
    said = policy.keeps_an_administrator(RoleGrant(role=role, user_id=7), Person(pk=by), others=others)

    assert sentence in said
    assert bool(said) == bool(sentence)


@pytest.mark.parametrize("role", Role)
def test_staff_and_the_external_verifier_need_a_second_step(role):
    assert policy.needs_second_factor(Person(role)) == (role not in (Role.LEARNER, Role.CLIENT_CONTACT))


def test_nobody_holds_two_duties_by_one_role():
    """Who marks does not verify, who verifies does not sign off, who signs off does not claim: each a role of its own."""
    for pair in ((Can.MARK, Can.VERIFY), (Can.VERIFY, Can.SIGN_OFF), (Can.SIGN_OFF, Can.CLAIM)):
        assert not [role for role, grants in GRANTS.items() if set(pair) <= grants]


def test_a_form_for_a_role_offers_only_what_is_not_held():
    person = User(email="a@example.org", full_name="A")
    person.__dict__["roles"] = frozenset({Role.TUTOR})

    offered = [value for value, _ in GrantRoleForm(person=person).fields["role"].choices]

    assert Role.TUTOR not in offered
    assert len(offered) == len(Role) - 1


def test_the_forms_ask_for_what_their_actions_take():
    assert list(InviteForm.base_fields) == ["email", "full_name", "known_as", "roles"]
    assert list(GrantRoleForm.base_fields) == ["role"]
    assert list(ConfirmForm.base_fields) == []
    assert "password" in AcceptInvitationForm.base_fields
