import json

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from accounts import actions, invitations
from accounts.models import RoleGrant, User
from accounts.permissions import Role
from core.models import Notice
from tests import factories


@pytest.fixture
def admin(cast):
    return cast.client_of("administrator")


@pytest.fixture
def invited(cast):
    return actions.invite(email="new@example.org", full_name="Nora New", roles=[Role.TUTOR], by=cast.administrator)


# ---- people


def test_people_are_found_counted_and_sorted(cast, admin):
    page = admin.get(reverse("accounts:people"), {"q": "Tomas"}).content.decode()
    assert "1 person found" in page
    assert "Tomas Tutor" in page
    assert "Ines" not in page

    page = admin.get(reverse("accounts:people"), {"role": "iqa"}).content.decode()
    assert "Ines Verifier" in page
    assert "Tomas" not in page

    page = admin.get(reverse("accounts:people"), {"order": "-name"}).content.decode()
    body = page[page.index("<tbody") :]
    assert body.index("Tomas") < body.index("Adam")


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_of_people_costs_the_same_however_long(cast, admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.a_user(role=Role.LEARNER)
    admin.get(reverse("accounts:people"))

    with django_assert_num_queries(6):
        admin.get(reverse("accounts:people"))


@pytest.mark.parametrize("rows", [3, 30])
def test_the_outbox_costs_the_same_however_long(cast, admin, invited, django_assert_num_queries, rows):
    for _ in range(rows):
        actions.invite_again(invited, by=cast.administrator)

    with django_assert_num_queries(5):
        admin.get(reverse("accounts:outbox"))


def test_a_person_is_invited_from_the_form(cast, admin):
    given = {"email": "a@example.org", "full_name": "Ada Example", "roles": ["tutor", "iqa"]}
    answer = admin.post(reverse("accounts:invite"), given)

    person = User.objects.get(email="a@example.org")
    assert answer.headers["Location"] == reverse("accounts:person", args=[person.pk])
    assert person.roles == {Role.TUTOR, Role.IQA}


def test_an_invitation_without_a_role_says_so_beside_the_field(admin):
    page = admin.post(reverse("accounts:invite"), {"email": "x@example.org", "full_name": "X"}).content.decode()

    assert "Choose the roles" in page
    assert not User.objects.filter(email="x@example.org").exists()


def test_a_persons_page_has_roles_history_and_for_administrators_the_buttons(cast, admin, invited):
    page = admin.get(invited.get_absolute_url()).content.decode()
    assert "Nora New" in page
    assert "invited, no password yet" in page
    assert "Invite again" in page
    assert "Grant role" in page

    page = cast.client_of("contract_manager").get(invited.get_absolute_url()).content.decode()
    assert "Nora New" in page
    assert "Invite again" not in page


def test_a_role_is_given_and_ended_from_the_page(cast, admin):
    admin.post(reverse("accounts:grant_role", args=[cast.tutor.pk]), {"role": "iqa"})
    grant = RoleGrant.objects.get(user=cast.tutor, role="iqa")

    assert admin.get(reverse("accounts:end_role", args=[grant.pk])).status_code == 200
    admin.post(reverse("accounts:end_role", args=[grant.pk]))

    assert User.objects.get(pk=cast.tutor.pk).roles == {Role.TUTOR}


def test_a_rule_that_refuses_is_said_on_the_form(cast, admin):
    grant = cast.administrator.grants.get()

    page = admin.post(reverse("accounts:end_role", args=[grant.pk])).content.decode()

    assert "cannot end your own role" in page
    assert User.objects.get(pk=cast.administrator.pk).roles == {Role.ADMINISTRATOR}


def test_somebody_is_invited_again(admin, invited):
    admin.post(reverse("accounts:invite_again", args=[invited.pk]))

    assert Notice.objects.filter(recipient=invited).count() == 2


# ---- invitation


def test_a_visitor_sets_the_first_password_and_signs_in_with_it(invited):
    visitor = Client()
    link = invitations.path(invited)
    given = {"password": "lantern meadow fifteen", "again": "lantern meadow fifteen"}

    assert "Welcome, Nora" in visitor.get(link).content.decode()
    assert visitor.post(link, given).headers["Location"] == reverse("account_login")
    answer = visitor.post(reverse("account_login"), {"login": "new@example.org", "password": "lantern meadow fifteen"})

    assert answer.headers["Location"] == "/"
    assert get_user(visitor) == invited


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"password": "lantern meadow fifteen", "again": "lantern meadow"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "", "again": ""}, "Enter the password"),
    ],
)
def test_a_password_that_will_not_do_says_why(invited, given, sentence):
    assert sentence in Client().post(invitations.path(invited), given).content.decode()
    assert not User.objects.get(pk=invited.pk).has_usable_password()


def test_a_used_link_offers_to_sign_in_and_changes_nothing(invited):
    actions.accept_invitation(invited, password="lantern meadow fifteen")
    other = {"password": "another thing entirely", "again": "another thing entirely"}

    page = Client().post(invitations.path(invited), other).content.decode()

    assert "has been used already" in page
    assert reverse("account_login") in page
    assert User.objects.get(pk=invited.pk).check_password("lantern meadow fifteen")


def test_a_broken_link_says_what_to_do(db):
    assert "This link is not whole" in Client().get("/invitation/nonsense/").content.decode()


# ---- the outbox


def test_the_outbox_hides_the_links_that_open_an_account(admin, invited, settings):
    notice = Notice.objects.get(recipient=invited)
    token = notice.body.split("/invitation/")[1].split("/")[0]
    address = reverse("accounts:notice", args=[notice.pk])

    page = admin.get(address).content.decode()
    assert token not in page
    assert "the link is shown only to the person" in page

    settings.DEMO = True
    assert token in admin.get(address).content.decode()


def test_only_administrators_read_the_outbox(cast):
    for person in ("tutor", "iqa", "eqa", "contract_manager", "client_contact", "learner", "stranger"):
        assert cast.client_of(person).get(reverse("accounts:outbox")).status_code == 403


# ---- one's own account


def test_everybody_with_a_role_has_an_account_page(cast):
    page = cast.client_of("learner").get(reverse("accounts:account")).content.decode()

    assert cast.learner.email in page
    assert "Change your password" in page


# ---- walking in


@pytest.fixture
def demo(settings, tmp_path, cast):
    settings.DEMO = True
    settings.DEMO_PEOPLE = tmp_path / "demo-people.json"
    somebody = {"email": cast.tutor.email, "name": "Tomas Tutor", "role": "tutor", "finds": "14 pieces to mark"}
    settings.DEMO_PEOPLE.write_text(json.dumps([somebody]))


def test_in_the_demonstration_one_walks_in_as_somebody(cast, demo):
    visitor = Client()
    assert "Finds 14 pieces to mark" in visitor.get(reverse("account_login")).content.decode()

    visitor.post(reverse("accounts:demo_sign_in"), {"email": cast.tutor.email})

    assert get_user(visitor) == cast.tutor


def test_one_walks_in_only_as_those_who_are_offered(cast, demo):
    assert Client().post(reverse("accounts:demo_sign_in"), {"email": cast.iqa.email}).status_code == 404


def test_outside_the_demonstration_nobody_walks_in(cast, demo, settings):
    settings.DEMO = False
    visitor = Client()

    assert visitor.post(reverse("accounts:demo_sign_in"), {"email": cast.tutor.email}).status_code == 404
    assert "walk in" not in visitor.get(reverse("account_login")).content.decode()
    assert not get_user(visitor).is_authenticated


def test_a_demonstration_without_its_file_offers_nobody(settings, tmp_path, db):
    settings.DEMO = True
    settings.DEMO_PEOPLE = tmp_path / "missing.json"

    assert "walk in" not in Client().get(reverse("account_login")).content.decode()
