"""The door in a real browser: nothing inline, nothing foreign, nothing that axe objects to, and a passkey that works."""

import json

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from accounts import actions, invitations
from accounts.permissions import Role
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"


def test_the_pages_about_people_are_clean(page, sign_in, axe, cast, settings, tmp_path):
    settings.DEMO, settings.DEMO_PEOPLE = True, tmp_path / "people.json"
    one = {"email": cast.tutor.email, "name": "Tomas Tutor", "role": "tutor", "finds": "14 pieces to mark"}
    settings.DEMO_PEOPLE.write_text(json.dumps([one]))
    invited = actions.invite(email="n@example.org", full_name="Nora New", roles=[Role.TUTOR], by=cast.administrator)
    for address in (reverse("account_login"), reverse("account_reset_password"), invitations.path(invited)):
        page.goto(address)
        axe(address)
    sign_in(cast.administrator)
    names = ("people", "invite", "outbox", "account")
    for address in (*(reverse(f"accounts:{name}") for name in names), invited.get_absolute_url(), reverse("mfa_index")):
        page.goto(address)
        axe(address)


def test_one_walks_in_with_one_press(page, cast, settings, tmp_path):
    settings.DEMO, settings.DEMO_PEOPLE = True, tmp_path / "people.json"
    one = {"email": cast.learner.email, "name": "Lena Learner", "role": "learner", "finds": "an essay"}
    settings.DEMO_PEOPLE.write_text(json.dumps([one]))

    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Sign in as Lena Learner").click()
    expect(page.locator("[data-signed-in]")).to_be_visible()
    page.goto(reverse("accounts:account"))

    expect(page.get_by_text("Change your password")).to_be_visible()


def test_a_passkey_is_added_and_signs_its_owner_in_under_the_strict_policy(page, axe, live_server):
    cache.clear()
    person = factories.a_user(role=Role.LEARNER)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    own = live_server.url.replace("127.0.0.1", "localhost")

    def sign_in_with_the_password():
        page.goto(own + reverse("account_login"))
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    sign_in_with_the_password()
    expect(page.locator("[data-signed-in]")).to_be_visible()
    page.goto(own + reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("A name for it")).to_be_visible()
    axe()
    page.get_by_label("A name for it").fill("laptop")
    page.get_by_role("button", name="Add a key").click()
    expect(page.get_by_role("heading", name="recovery codes left of 10")).to_be_visible()

    page.context.clear_cookies()
    sign_in_with_the_password()
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    axe()
    page.get_by_role("button", name="Use a key").click()
    page.wait_for_url(lambda address: "authenticate" not in address)
    page.goto(own + reverse("accounts:account"))
    expect(page.get_by_text("1 app or key set up")).to_be_visible()
