import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.models import RoleGrant, User
from accounts.permissions import Role
from core import clock
from tests import factories


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_an_address_has_one_account_whatever_its_case(db):
    factories.a_user(email="a@example.org")

    refused(lambda: factories.a_user(email="A@Example.org"))


def test_a_role_is_open_once_known_and_ends_after_it_begins(cast):
    grant = cast.tutor.grants.get()

    refused(lambda: RoleGrant.objects.create(user=cast.tutor, role=Role.TUTOR, granted_at=clock.now()))
    refused(lambda: RoleGrant.objects.filter(pk=grant.pk).update(role="king"))
    refused(lambda: RoleGrant.objects.filter(pk=grant.pk).update(ended_at=grant.granted_at - dt.timedelta(days=1)))


def test_who_held_a_role_in_march_can_be_answered(cast):
    grant = cast.tutor.grants.get()
    march, june = (clock.noon(dt.date(2024, month, 15)) for month in (3, 6))
    RoleGrant.objects.filter(pk=grant.pk).update(granted_at=clock.noon(dt.date(2024, 1, 1)), ended_at=june)

    assert grant in RoleGrant.objects.current(at=march)
    assert grant not in RoleGrant.objects.current(at=june)


def test_people_see_themselves_and_those_who_manage_people_see_all(cast):
    assert list(User.objects.visible_to(cast.tutor)) == [cast.tutor]
    assert User.objects.visible_to(cast.administrator).count() == 8
    assert list(RoleGrant.objects.visible_to(cast.tutor)) == [cast.tutor.grants.get()]


def test_a_closed_account_holds_no_role_for_others(cast):
    User.objects.filter(pk=cast.tutor.pk).update(is_active=False)

    assert cast.tutor not in User.objects.holding(Role.TUTOR)
