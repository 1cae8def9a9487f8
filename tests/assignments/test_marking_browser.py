import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assignments import marking
from tests import factories
from tests.browser import fits, loaded

pytestmark = pytest.mark.browser


@pytest.fixture
def piece(cast):
    found = factories.a_submission(cast=cast)
    marking.take(found, by=cast.tutor)
    return found


@pytest.fixture
def room(cast, piece, page, sign_in):
    sign_in(cast.tutor)
    page.goto(reverse("assignments:room", args=[piece.pk]))
    ready(page)
    return page


def ready(page):
    """The keys are heard from now on."""
    expect(page.locator("[data-marking=ready]")).to_be_visible()
    loaded(page)


def test_a_tutor_marks_a_piece_with_the_keyboard_alone(room, piece):
    for _ in range(2):
        room.keyboard.press("P")
    room.keyboard.press("r")
    room.keyboard.type("Not yet.")
    room.locator("details[open] textarea[name=action]").fill("Add a second skill.")
    room.keyboard.press("Control+Enter")

    expect(room.get_by_role("link", name="Refer with 1 action")).to_be_visible()
    expect(room.locator("[data-tray-head]")).to_contain_text("3 of 3 criteria decided")
    assert [one.decision for one in piece.decisions.order_by("criterion__position")] == ["pass", "pass", "refer"]


def test_the_keys_can_be_switched_off_and_stay_off(room, piece):
    room.keyboard.press("?")
    room.get_by_label("Single letters work outside text fields").uncheck()
    room.get_by_role("button", name="Close").click()
    room.reload()
    ready(room)

    room.keyboard.press("p")

    expect(room.locator("details[open] input[value=pass]")).not_to_be_checked()


def test_what_is_typed_is_saved_by_itself(room, piece):
    room.locator("details[open] textarea[name=feedback]").fill("Clear from the first line.")

    expect(room.locator("[data-saved]")).to_contain_text("Saved")
    assert piece.decisions.get().feedback == "Clear from the first line."


def test_two_windows_show_both_texts_and_the_tutor_makes_one_of_them(room, piece, cast):
    criterion = piece.criteria().first()
    marking.decide(
        piece,
        criterion=criterion,
        decision="pass",
        feedback="From the other window",
        action="",
        revision=0,
        by=cast.tutor,
    )
    feedback = room.locator("details[open] textarea[name=feedback]")
    feedback.fill("From this window")

    expect(room.locator("[data-merge]")).to_contain_text("From the other window")
    expect(feedback).to_have_value("From this window")
    feedback.fill("From both windows")
    room.get_by_role("button", name="Save mine").click()

    expect(room.locator("[data-merge]")).to_have_count(0)
    assert piece.decisions.get().feedback == "From both windows"


@pytest.mark.parametrize("width", [1280, 320])
def test_room_and_desk_keep_to_the_guidelines_and_never_scroll_sideways(room, piece, axe, width):
    for url in (room.url, reverse("assignments:desk")):
        room.goto(url)
        fits(room, width)
        axe()
