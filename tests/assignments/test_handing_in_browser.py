"""The staff's form, the receipt and the cover sheet in a browser: by the guidelines, on a phone, and on paper."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assignments.models import Submission
from core import clock
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_staff_hand_in_for_a_learner_who_finds_the_receipt_and_the_cover_sheet(
    cast_for_browser, page, sign_in, looked_at, tmp_path
):
    cast = cast_for_browser
    cohort = factories.a_cohort(cast=cast)
    with clock.at(clock.now() - dt.timedelta(days=30)):
        one = factories.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    path = tmp_path / "essay.docx"
    path.write_bytes(factories.docx_bytes())
    arrived = timezone.localtime(clock.now() - dt.timedelta(days=2))
    sign_in(cast.administrator)
    page.goto(one.get_absolute_url())
    page.get_by_role("link", name="Hand in for the learner").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand in for Lena Learner")
    looked_at()

    page.get_by_role("radio", name="Essay").check()
    page.locator("[name=file]").set_input_files(path)
    page.get_by_label("When it really arrived").fill(f"{arrived:%Y-%m-%dT%H:%M}")
    page.get_by_role("radio", name="By e-mail").check()
    page.get_by_label("Why you hand it in for the learner").fill("The line was down.")
    for box in page.locator("[name=declares]").all():
        box.check()
    page.get_by_role("radio", name="No", exact=True).check()
    page.get_by_label("Name the learner signed with").fill("Lena Learner")
    page.get_by_label("Day the learner signed").fill(f"{arrived:%Y-%m-%d}")
    page.get_by_role("button", name="Hand in for the learner").click()

    expect(page.get_by_text("is handed in for Lena Learner: receipt")).to_be_visible()
    submission = Submission.objects.get()
    sign_in(cast.learner)
    page.goto(reverse("assignments:own"))
    page.get_by_role("link", name=submission.reference).click()
    expect(page.get_by_text("by Adam Administrator, for you")).to_be_visible()
    looked_at()
    page.get_by_role("link", name="Cover sheet").click()
    expect(page.get_by_role("heading", name="The learner declares")).to_be_visible()
    looked_at()
    page.emulate_media(media="print")
    expect(page.locator(".wm-top")).to_be_hidden()
    expect(page.get_by_text("This is my own work, in my own words.")).to_be_visible()
