"""A verifier looks at a draft and asks for an action; the pages of interim samples hold no barrier at 1280 and at 320 px."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assignments import actions as assignments
from tests import factories
from tests.browser import opened, resized
from verification.models import InterimSample

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_draft_is_looked_at_and_an_action_asked_for(page, sign_in, looked_at, cast):
    one = factories.an_enrolment(cast=cast, name="Priya Raman")
    sent = assignments.send_draft(factories.a_submission(cast=cast, one=one, state="draft"), by=one.learner)
    assignments.comment_on_draft(sent, comments="Why, on 1.2?", revision=0, by=cast.tutor)
    sign_in(cast.iqa)
    opened(page, reverse("verification:plan_interim"))
    looked_at()
    resized(page, 1280)
    page.get_by_label("What you look at").select_option(index=1)
    page.get_by_role("button", name="Look at this").click()
    expect(page.get_by_role("heading", name="What you saw of Tomas Tutor")).to_be_visible()
    looked_at()
    resized(page, 1280)

    page.get_by_role("group", name="Feedback that helps the learner on").get_by_label("To develop").check()
    page.get_by_label("What you saw: feedback that helps the learner on").fill("It writes the answer.")
    page.get_by_label("Feedback to the tutor").fill("Clear and kind. Ask before you tell.")
    page.get_by_label("Action required").check()
    page.get_by_role("button", name="Record it and tell the tutor").click()
    expect(page.get_by_role("link", name="Say what has to be done").first).to_be_visible()
    page.get_by_label("Action, if one is required").fill("Ask two questions first.")
    page.get_by_label("By", exact=False).last.fill("2099-01-31")
    page.get_by_role("button", name="Record it and tell the tutor").click()

    expect(page.get_by_role("heading", name="Draft with comments, Tomas Tutor: action required")).to_be_visible()
    looked_at()
    assert InterimSample.objects.get().seen_text == "Why, on 1.2?"
    opened(page, reverse("verification:interim_samples"))
    looked_at()
