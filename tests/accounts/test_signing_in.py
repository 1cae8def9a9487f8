import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import actions
from accounts.models import User
from accounts.permissions import Role
from core.models import Notice
from core.refusals import Refused
from tests import factories

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_remembered_attempts():
    cache.clear()


def sign_in(person, client=None, password=PASSWORD):
    client = client or Client()
    return client, client.post(reverse("account_login"), {"login": person.email, "password": password})


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_wrong_password_says_what_to_check(cast):
    client, answer = sign_in(cast.learner, password="wrong")

    assert "E-mail and password do not belong together" in answer.content.decode()
    assert not get_user(client).is_authenticated


def test_signing_in_is_noted(cast):
    client, _ = sign_in(cast.learner)

    assert get_user(client) == cast.learner
    assert User.objects.get(pk=cast.learner.pk).last_login


def test_after_ten_failures_the_person_is_locked_out_at_this_address(cast, settings):
    settings.AXES_ENABLED = True
    settings.ACCOUNT_RATE_LIMITS = False
    for _ in range(9):
        sign_in(cast.learner, password="wrong")

    _, answer = sign_in(cast.learner, password="wrong")
    assert answer.status_code == 429
    assert "Too many attempts have failed" in answer.content.decode()
    client, _ = sign_in(cast.learner)
    assert not get_user(client).is_authenticated
    client, _ = sign_in(cast.tutor)
    assert get_user(client) == cast.tutor


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_email_verification_sent", "account_set_password"],
)
def test_pages_that_waymark_does_not_have_are_not_there(cast, name):
    assert Client().get(reverse(name)).status_code == 404
    assert cast.client_of("learner").post(reverse(name)).status_code == 404


def test_a_forgotten_password_is_set_anew_by_mail(cast):
    visitor = Client()
    visitor.post(reverse("account_reset_password"), {"email": cast.learner.email})
    notice = Notice.objects.get(recipient=cast.learner)
    link = re.search(r"http://[^/]+(/account/password/reset/key/\S+)", notice.body)[1]

    page = visitor.get(link, follow=True)
    assert "Set a new password" in page.content.decode()
    new = {"password1": "lantern meadow fifteen", "password2": "lantern meadow fifteen"}
    page = visitor.post(page.redirect_chain[-1][0], new, follow=True)

    assert "Your password is set" in page.content.decode()
    assert User.objects.get(pk=cast.learner.pk).check_password("lantern meadow fifteen")
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_an_address_nobody_has_gets_the_same_answer_and_no_mail(cast):
    answer = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)

    assert "Look into your mail" in answer.content.decode()
    assert not Notice.objects.exists()


def test_changing_the_password_is_told_by_mail(cast):
    client, _ = sign_in(cast.learner)
    new = {"oldpassword": PASSWORD, "password1": "lantern meadow fifteen", "password2": "lantern meadow fifteen"}

    answer = client.post(reverse("account_change_password"), new)

    assert answer.headers["Location"] == reverse("accounts:account")
    assert Notice.objects.get(recipient=cast.learner).subject == "Your password for Waymark has changed"


# ---- the second step


@pytest.fixture
def strict(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def test_staff_set_up_a_second_step_before_they_see_anything(cast, strict):
    for person in ("tutor", "iqa", "eqa", "administrator", "contract_manager"):
        answer = cast.client_of(person).get(reverse("accounts:account"))
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("mfa_index"))


def test_learners_and_client_contacts_need_none(cast, strict):
    for person in ("learner", "client_contact"):
        assert cast.client_of(person).get(reverse("accounts:account")).status_code == 200


def test_staff_add_an_app_and_are_asked_for_its_code_from_then_on(cast, strict, django_capture_on_commit_callbacks):
    client, _ = sign_in(cast.tutor)
    page = client.get(reverse("mfa_activate_totp"), follow=True).content.decode()
    assert "Is it still you?" in page
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>(\w+)</code>", page)[1]
    assert "<svg" in page
    assert "data:image" not in page

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})

    assert client.get(reverse("accounts:account")).status_code == 200
    assert "recovery codes left of 10" in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert Notice.objects.filter(recipient=cast.tutor, subject__startswith="The second step").exists()
    cache.clear()
    again, answer = sign_in(cast.tutor)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not get_user(again).is_authenticated
    assert "The second step" in again.get(reverse("mfa_authenticate")).content.decode()
    again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not get_user(again).is_authenticated
    recovery = Authenticator.objects.get(user=cast.tutor, type="recovery_codes").wrap().get_unused_codes()[0]
    again.post(reverse("mfa_authenticate"), {"code": recovery})
    assert get_user(again) == cast.tutor


def with_app(person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)


def test_staff_keep_their_last_second_step_and_learners_may_remove_theirs(cast, strict):
    from accounts.adapter import SecondStepAdapter

    with_app(cast.tutor)
    with_app(cast.learner)
    adapter = SecondStepAdapter()

    assert not adapter.can_delete_authenticator(Authenticator.objects.get(user=cast.tutor, type="totp"))
    assert adapter.can_delete_authenticator(Authenticator.objects.get(user=cast.learner, type="totp"))
    Authenticator.objects.create(user=cast.tutor, type="webauthn", data={})
    assert adapter.can_delete_authenticator(Authenticator.objects.get(user=cast.tutor, type="totp"))


def test_an_administrator_removes_the_second_step_of_somebody_who_lost_it(cast):
    with_app(cast.tutor)

    cast.client_of("administrator").post(reverse("accounts:reset_second_step", args=[cast.tutor.pk]))

    assert not Authenticator.objects.filter(user=cast.tutor).exists()
    assert "an administrator removed it" in Notice.objects.get(recipient=cast.tutor).body
    with pytest.raises(Refused, match="no second step"):
        actions.reset_second_step(cast.tutor, by=cast.administrator)
    with pytest.raises(Refused, match="for yourself"):
        actions.reset_second_step(cast.administrator, by=cast.administrator)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_change_password",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
    ],
)
def test_the_pages_of_signing_in_have_our_frame_and_nothing_inline(cast, name):
    person = factories.a_user(role=Role.LEARNER)
    client, _ = sign_in(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    if name != "mfa_activate_totp":
        with_app(person)

    page = client.get(reverse(name), follow=True).content.decode()

    assert 'class="wm-brand"' in page
    assert not re.search(r'\sstyle="|\son\w+="|data:image|<script>', page)
    assert "lease " not in page
