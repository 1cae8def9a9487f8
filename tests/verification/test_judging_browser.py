"""The page on which a verifier judges: by keyboard, kept while it is typed, on a desk and on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from verification import actions
from verification.models import JudgementDraft

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_verifier_judges_by_keyboard_and_finds_it_again(page, sign_in, looked_at, cast_for_browser):
    cast = cast_for_browser
    piece = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast), state="passed")
    sample = actions.select(piece, reason="A new tutor", by=cast.iqa)
    sign_in(cast.iqa)
    page.goto(sample.get_absolute_url())
    expect(page.locator("[data-at-work]")).to_have_count(1)

    first = page.get_by_role("group", name="1.1: do you agree?")
    first.get_by_role("radio", name="Later").focus()
    page.keyboard.press("ArrowLeft")
    expect(first.get_by_role("radio", name="Not agreed")).to_be_checked()
    note = page.get_by_label("Why you do not agree with 1.1")
    note.fill("It names one of the two.")
    page.get_by_label("Comment to the tutor").fill("Nearly there.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    looked_at("judging")
    page.reload()
    expect(note).to_have_value("It names one of the two.")
    page.get_by_role("button", name="Agree with all that I have not marked otherwise").click()
    expect(page.get_by_text("Agreed wherever you had marked nothing.")).to_be_visible()
    page.get_by_role("button", name="Agree with the marking").click()
    expect(page.get_by_role("alert")).to_contain_text("You do not agree with 1.1")
    looked_at("refused")

    assert JudgementDraft.objects.get().typed["comment"] == "Nearly there."
    page.goto(reverse("verification:development"))
    expect(page.get_by_role("heading", name="Development of tutors")).to_be_visible()
    looked_at("development")
