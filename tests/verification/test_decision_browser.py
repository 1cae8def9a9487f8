"""The decision page in a real browser: clean on a desk, on the smallest phone, and reached from the result sheet."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from core.ledger import sealing
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_decision_page_is_reached_from_the_result_sheet_and_fits_a_phone(page, sign_in, axe, cast_for_browser):
    cast = cast_for_browser
    one = factories.certificated(cast=cast, one=factories.an_enrolment(cast=cast, name="Wilhelmina " + "Longname" * 8))
    piece = one.submissions.get(assignment__kind="portfolio")
    sealing.seal(now=clock.now())
    sign_in(cast.iqa)

    page.goto(reverse("assignments:result_sheet", args=[piece.pk]))
    page.get_by_role("link", name="Who decided what").click()

    expect(page.get_by_role("heading", name="Every step, in the ledger")).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        axe(f"decision page at {width}")
        assert page.locator("html").evaluate("one => one.scrollWidth") <= width
