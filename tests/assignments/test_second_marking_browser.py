"""Marked twice in a real browser: the second marker's room keeps what is typed, and both agree, at 1280 and 320 px and by axe."""

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.permissions import Role
from assignments import actions as assignments
from assignments import marking
from core import clock
from programmes import actions as programmes
from tests import factories
from tests.browser import loaded, opened

pytestmark = pytest.mark.browser


def test_two_tutors_mark_one_piece_and_agree(cast, page, sign_in, looked_at):
    piece = factories.a_submission(cast=cast)
    other = factories.a_user(role=Role.TUTOR, name="Olga Other")
    since = clock.today() - dt.timedelta(days=1)
    appointment = programmes.propose_tutor(piece.enrolment.cohort, tutor=other, from_on=since, by=cast.contract_manager)
    programmes.approve_tutor(appointment, by=cast.client_contact)
    second = assignments.ask_second_marking(piece, reason="A borderline piece", by=cast.iqa)
    marking.take(piece, by=cast.tutor)
    for criterion in piece.criteria():
        said = {"criterion": criterion, "feedback": f"Sound on {criterion.number}.", "action": "", "revision": 0}
        marking.decide(piece, decision="pass", **said, by=cast.tutor)

    sign_in(other)
    opened(page, reverse("assignments:second_markings"))
    looked_at()
    page.get_by_role("button", name="Mark it a second time").click()
    expect(page.locator("[data-marking=ready]")).to_be_visible()
    loaded(page)
    for number in (1, 2):
        page.keyboard.press("p")
        expect(page.locator("[data-tray-head]")).to_contain_text(f"{number} of 3 criteria decided")
        page.keyboard.press("n")
    page.keyboard.press("r")
    page.locator("details[open] textarea[name=feedback]").fill("One source only.")
    page.locator("details[open] textarea[name=action]").fill("Add a second source.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-tray-head]")).to_contain_text("3 of 3 criteria decided")
    looked_at()
    page.get_by_role("link", name="Hand over").click()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Handed over.")).to_be_visible()

    sign_in(cast.tutor)
    page.goto(reverse("assignments:room", args=[piece.pk]))
    page.get_by_role("link", name="I am done").click()
    page.get_by_role("button", name="I am done").click()
    expect(page.get_by_text("You are done.")).to_be_visible()
    page.goto(reverse("assignments:agreement", args=[second.pk]))
    expect(page.get_by_role("heading", level=1)).to_have_text("1 criterion to agree on")
    page.get_by_label("As marked the second time").check()
    page.get_by_label("How you came to agree").fill("We read the sources again.")
    looked_at()
    page.get_by_role("button", name="Put this to the second marker").click()
    expect(page.get_by_text("Put to Olga Other, who confirms it.")).to_be_visible()

    sign_in(other)
    page.goto(reverse("assignments:agreement", args=[second.pk]))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agreed")
    looked_at()
    assert piece.decisions.get(criterion__number="2.1").action == "Add a second source."
