"""The page of parts in a browser: it keeps the policy, is accessible in both themes at three widths, and its scripts work."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import fits, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_part_is_accessible_and_nothing_scrolls_sideways(page, sign_in, axe, cast, width, theme):
    sign_in(cast.tutor)
    page.emulate_media(color_scheme=theme)
    page.goto(reverse("core:components") + "?errors")
    fits(page, width)
    axe()


def test_reading_begins_at_the_error_summary_and_leads_to_the_control(page, sign_in, cast):
    sign_in(cast.tutor)
    page.goto(reverse("core:components") + "?errors")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Enter the hours of practice as a number, such as 1.5").click()
    expect(page.get_by_label("Hours of practice")).to_be_focused()
    expect(page.get_by_label("Hours of practice")).to_have_value("one and a half")


def test_the_theme_changes_at_once_and_stays(page, sign_in, cast):
    sign_in(cast.tutor)
    opened(page, reverse("core:components"))
    page.locator(".wm-person summary").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_page_of_parts_is_for_staff(client, cast):
    assert cast.client_of("learner").get(reverse("core:components")).status_code == 403
    assert cast.client_of("tutor").get(reverse("core:components")).status_code == 200
