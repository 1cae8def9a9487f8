import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assignments import marking
from tests import factories
from tests.browser import opened, resized

pytestmark = pytest.mark.browser


def test_marks_are_saved_by_themselves_and_added_up_and_each_act_has_a_page_that_anybody_can_use(
    cast, page, sign_in, axe
):
    piece = factories.a_submission(cast=cast, state="draft")
    piece.assignment.units.update(marking_scheme="average")
    factories.hand_in(piece)
    marking.take(piece, by=cast.tutor)
    sign_in(cast.tutor)
    opened(page, reverse("assignments:room", args=[piece.pk]))

    page.get_by_label("Marks for 1.1, out of 10").fill("11")
    expect(page.locator("details[open] [data-saved-here]")).to_contain_text("1.1 has 10 marks at most")
    page.get_by_label("Marks for 1.1, out of 10").fill("4")
    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-tray-foot]")).to_contain_text("4 of 30 marks in unit 500")
    expect(page.get_by_label("Marks for 1.2, out of 10")).to_be_visible()
    assert (piece.decisions.get().mark, piece.decisions.get().decision) == (4, "refer")
    resized(page, 320)
    for link, heading in (("Return it unmarked", "unmarked"), ("Defer the decision", "Defer the decision on")):
        opened(page, reverse("assignments:room", args=[piece.pk]))
        axe()
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        axe()
