"""Typing in a real browser: what is typed is on the server a moment later, also after the session has ended."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from enrolment.models import Application, Rating
from tests import factories as f
from tests.browser import eventually, fits, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def one(cast):
    return f.an_enrolment(cast=cast, learner=cast.learner, state="invited")


def test_what_is_typed_is_saved_without_a_button_and_a_wrong_date_as_well(cast, one, page, sign_in, axe):
    sign_in(cast.learner)
    opened(page, reverse("enrolment:about", args=[one.pk]))
    page.get_by_label("Legal first names").fill("Lena")
    page.get_by_label("Date of birth").fill("31 June 1985")
    page.get_by_label("Legal last name").focus()
    eventually(page, lambda: Application.objects.filter(unread__date_of_birth="31 June 1985").exists())
    page.reload()

    expect(page.get_by_label("Date of birth")).to_have_value("31 June 1985")
    expect(page.get_by_role("alert")).to_contain_text("Enter your date of birth as a day that exists")
    assert Application.objects.get().legal_first_name == "Lena"
    axe()


def test_a_session_that_ended_while_typing_loses_nothing(cast, one, page, sign_in, settings):
    sign_in(cast.learner)
    address = reverse("enrolment:contact", args=[one.pk])
    opened(page, address)
    session = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("Your experience of coaching or mentoring").fill("Six years of mentoring apprentices")
    page.get_by_label("Postcode").focus()
    expect(page.locator("[data-saved]")).to_contain_text("signed out")
    assert not Application.objects.exists()

    page.context.add_cookies(session)
    page.goto(address)
    expect(page.get_by_label("Your experience of coaching or mentoring")).to_have_value(
        "Six years of mentoring apprentices"
    )
    eventually(page, lambda: Application.objects.filter(experience="Six years of mentoring apprentices").exists())


def test_the_questionnaire_is_answered_with_the_keyboard_on_a_narrow_phone(cast, one, page, sign_in, axe):
    sign_in(cast.learner)
    page.set_viewport_size({"width": 320, "height": 640})
    opened(page, reverse("enrolment:questionnaire", args=[one.pk]))
    first = page.get_by_role("radio", name="0", exact=True).first
    first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")

    eventually(page, lambda: list(Rating.objects.values_list("rating", flat=True)) == [4])
    fits(page, 320)
    axe()
