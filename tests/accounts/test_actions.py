import datetime as dt

import pytest

from accounts import actions, invitations
from accounts.models import User
from accounts.permissions import Role
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale


def invite(cast, **facts):
    given = {"email": "new@example.org", "full_name": "Nora New", "roles": [Role.TUTOR], "by": cast.administrator}
    return actions.invite(**{**given, **facts})


def test_an_invited_person_has_roles_a_mail_with_a_link_and_no_password(cast):
    user = invite(cast, roles=[Role.TUTOR, Role.IQA], known_as="Nor")

    assert user.roles == {Role.TUTOR, Role.IQA}
    assert not user.has_usable_password()
    assert user.first_name == "Nor"
    notice = Notice.objects.get(recipient=user)
    assert notice.subject == "Your account with Northgate Learning"
    assert "/invitation/" in notice.body
    assert [e.verb for e in Event.objects.about(user)] == ["invite", "grant_role", "grant_role"]


def test_an_address_that_is_known_gets_the_roles_and_no_second_account(cast):
    actions.invite(
        email=cast.tutor.email.upper(), full_name="Else", roles=[Role.TUTOR, Role.IQA], by=cast.administrator
    )

    user = User.objects.get(email__iexact=cast.tutor.email)
    assert user.roles == {Role.TUTOR, Role.IQA}
    assert user.full_name == "Tomas Tutor"
    assert "can do more" in Notice.objects.get(recipient=user).subject


def test_inviting_again_with_nothing_new_sends_no_mail_to_who_signs_in_already(cast):
    actions.invite(email=cast.tutor.email, full_name="Tomas", roles=[Role.TUTOR], by=cast.administrator)

    assert not Notice.objects.filter(recipient=cast.tutor).exists()


def test_only_administrators_invite_give_and_end_roles(cast):
    grant = cast.tutor.grants.get()
    for person in (cast.tutor, cast.contract_manager, cast.client_contact, cast.stranger):
        with pytest.raises(NotAllowed):
            invite(cast, by=person)
        with pytest.raises(NotAllowed):
            actions.grant_role(cast.tutor, role=Role.IQA, by=person)
        with pytest.raises(NotAllowed):
            actions.end_role(grant, by=person)


def test_a_closed_account_is_not_invited(cast):
    User.objects.filter(pk=cast.tutor.pk).update(is_active=False)

    with pytest.raises(Refused, match="closed"):
        actions.invite(email=cast.tutor.email, full_name="Tomas", roles=[Role.IQA], by=cast.administrator)


def test_an_invitation_is_accepted_once(cast):
    user = invite(cast)
    twin = User.objects.get(pk=user.pk)

    actions.accept_invitation(user, password="a long enough password")

    assert user.check_password("a long enough password")
    with pytest.raises(Refused, match="used already"):
        actions.accept_invitation(user, password="another long password")
    with pytest.raises(Stale):
        actions.accept_invitation(twin, password="another long password")
    assert User.objects.get(pk=user.pk).check_password("a long enough password")


def test_inviting_again_sends_a_second_mail_until_the_password_is_set(cast):
    user = invite(cast)

    actions.invite_again(user, by=cast.administrator)

    assert Notice.objects.filter(recipient=user).count() == 2
    actions.accept_invitation(user, password="a long enough password")
    with pytest.raises(Refused, match="set a password already"):
        actions.invite_again(user, by=cast.administrator)


def test_a_link_says_whether_it_is_open_used_expired_or_broken(cast):
    user = invite(cast)
    token = invitations.token(user)

    assert invitations.read(token) == invitations.Link(invitations.LinkState.OPEN, user)
    assert invitations.read(token + "x").state is invitations.LinkState.BROKEN
    with clock.at(clock.today() + dt.timedelta(days=14)):
        assert invitations.read(token).state is invitations.LinkState.OPEN
    with clock.at(clock.today() + dt.timedelta(days=15)):
        assert invitations.read(token).state is invitations.LinkState.EXPIRED
    actions.accept_invitation(user, password="a long enough password")
    assert invitations.read(token).state is invitations.LinkState.USED


def test_a_role_is_given_once_and_ended_with_its_row_kept(cast):
    grant = actions.grant_role(cast.tutor, role=Role.IQA, by=cast.administrator)

    assert cast.tutor.roles == {Role.TUTOR, Role.IQA}
    with pytest.raises(Refused, match="holds this role already"):
        actions.grant_role(cast.tutor, role=Role.IQA, by=cast.administrator)
    actions.end_role(grant, by=cast.administrator)
    assert User.objects.get(pk=cast.tutor.pk).roles == {Role.TUTOR}
    grant.refresh_from_db()
    assert (grant.ended_by, grant.ended_at is not None) == (cast.administrator, True)
    with pytest.raises(Stale):
        actions.end_role(grant, by=cast.administrator)


def test_the_centre_keeps_an_administrator(cast):
    own = cast.administrator.grants.get()
    with pytest.raises(Refused, match="your own role"):
        actions.end_role(own, by=cast.administrator)
    with pytest.raises(Refused, match="only administrator"):
        actions.end_role(own, by=None)

    other = invite(cast, roles=[Role.ADMINISTRATOR])
    actions.end_role(own, by=other)

    assert not User.objects.get(pk=cast.administrator.pk).roles
