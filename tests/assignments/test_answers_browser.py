"""A learner answers a referral with the keyboard, and a tutor finds the answer in the new text and walks its changes."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assignments import actions, marking
from tests import factories
from tests.assignments.texts import FIRST, SECOND
from tests.browser import loaded, opened, resized

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(cast):
    """The second attempt at an essay that was referred, with its text."""
    one = factories.an_enrolment(cast=cast, name="Priya Raman")
    for body in (FIRST, SECOND):
        essay = actions.begin(one, assignment=factories.essay_of(one.cohort), by=one.learner)
        actions.save_writing(essay, body=body, revision=0, by=one.learner)
        essay.refresh_from_db()
        actions.use_writing(essay, by=one.learner)
        if body == FIRST:
            factories.hand_in(essay)
            factories.mark(essay, cast=cast, unmet=2)
    essay.refresh_from_db()
    return essay


def test_a_learner_answers_with_the_keyboard_and_every_word_is_kept(page, sign_in, looked_at, draft):
    sign_in(draft.enrolment.learner)
    opened(page, reverse("assignments:submission", args=[draft.pk]))
    looked_at()
    resized(page, 1280)
    page.get_by_role("link", name="1.1 Add a second example").press("Enter")
    first = page.locator("article").first
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 2 things answered")
    loaded(page)
    first.get_by_label("Your answer").focus()
    page.keyboard.type("I say when telling is wrong.")
    page.keyboard.press("Tab")
    page.keyboard.type("1.1")
    page.keyboard.press("Tab")
    page.keyboard.type("a mentor is a colleague of higher rank")

    expect(first.locator("[data-saved]")).to_contain_text("Saved")
    expect(first.locator("[data-remark]")).to_contain_text("Found under “1.1 Define”")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 2 things answered")
    expect(first.locator("[data-state-of]")).to_have_text("answered")
    kept = draft.answers.get()
    assert draft.document.reading.text[kept.start : kept.end] == kept.quote
    looked_at()


def test_two_windows_show_both_answers(page, sign_in, axe, draft):
    sign_in(draft.enrolment.learner)
    opened(page, reverse("assignments:answers", args=[draft.pk]))
    subject = draft.criteria().first()
    actions.save_answer(
        draft, criterion=subject, answer="From the other window", revision=0, by=draft.enrolment.learner
    )
    first = page.locator("article").first
    first.get_by_label("Your answer").fill("From this window")
    expect(first.locator("[data-saved]")).to_contain_text("changed in another window")
    first.get_by_role("button", name="Save").click()

    expect(first).to_contain_text("From the other window")
    expect(first.get_by_label("Your answer")).to_have_value("From this window")
    axe()
    first.get_by_label("Your answer").fill("From both windows")
    first.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Your answer to {subject.number} is saved.")).to_be_visible()
    expect(first.get_by_label("Your answer")).to_have_value("From both windows")
    assert draft.answers.get().answer == "From both windows"


def test_a_tutor_is_taken_to_what_answers_and_walks_the_changes(page, sign_in, axe, looked_at, cast, draft):
    subject, words = draft.criteria().first(), "a mentor is a colleague of higher rank"
    actions.save_answer(
        draft, criterion=subject, answer="See 1.1.", quote=words, revision=0, by=draft.enrolment.learner
    )
    factories.hand_in(draft)
    marking.take(draft, by=cast.tutor)
    sign_in(cast.tutor)
    opened(page, reverse("assignments:room", args=[draft.pk]))
    link = page.locator("[data-answer-from]")
    link.press("Enter")
    expect(page.locator(f"#{link.get_attribute('href')[1:]}")).to_be_focused()
    drawn = page.evaluate("[...CSS.highlights.get('answer')].map((one) => one.toString())")
    assert drawn == [words]
    axe()

    page.get_by_role("link", name="What changed since attempt 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman: what changed since attempt 1")
    loaded(page)
    for key, number in (("n", 1), ("n", 2), ("p", 1)):
        page.keyboard.press(key)
        expect(page.locator(f"#c{number}")).to_be_focused()
    page.get_by_label("Keys work").uncheck()
    page.locator("#c1").focus()
    page.keyboard.press("n")
    expect(page.locator("#c1")).to_be_focused()
    looked_at()
