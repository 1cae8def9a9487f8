"""The marking room in a browser: marking by keys alone, panes, find, the place in the text, two browsers, the next piece."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts.permissions import Role
from assignments import actions, marking
from assignments.models import Submission
from core import clock
from programmes import actions as programmes
from tests import factories
from tests.browser import SIGNED_IN_BY, barriers, eventually, fits, loaded, new_page

pytestmark = pytest.mark.browser


def url_of(piece, name="room"):
    return reverse(f"assignments:{name}", args=[piece.pk])


def ready(page):
    """The keys are heard from now on."""
    expect(page.locator("[data-marking=ready]")).to_be_visible()
    loaded(page)


def saved(page):
    expect(page.locator("[data-saved]")).to_contain_text("Saved")


@pytest.fixture
def piece(cast):
    return factories.a_submission(cast=cast)


@pytest.fixture
def room(cast, piece, page, sign_in):
    marking.take(piece, by=cast.tutor)
    sign_in(cast.tutor)
    page.goto(url_of(piece))
    ready(page)
    return page


class Marker:
    """A tutor without a mouse. Each step looks at the page with axe at both widths before it goes on."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words):
        self.page.keyboard.type(words)

    def look(self):
        for width in (320, 1280):
            fits(self.page, width)
            assert barriers(self.page) == [], (width, self.page.url)

    def opens(self, piece):
        self.page.goto(url_of(piece))
        ready(self.page)
        self.look()
        self.press("t")
        expect(self.page.get_by_text("Yours since")).to_be_attached()
        ready(self.page)

    def decides(self, value, feedback, action=""):
        """The open criterion; then the next undecided one opens."""
        self.press("p" if value == "pass" else "r")
        if value == "pass":
            self.press("i")
        self.type(feedback)
        if action:
            self.press("Tab")
            self.type(action)
        self.press("Control+Enter")

    def signs(self, *, summary):
        """From the room, where the button to sign has the focus now, through the form with space and Enter."""
        expect(self.page.locator("[data-tray-foot] a.btn-primary")).to_be_focused()
        self.press("Enter")
        self.page.wait_for_url(lambda url: "award-pass" in url or "refer" in url)
        self.look()
        self.page.get_by_label("Feedback on the whole").focus()
        self.type(summary)
        for box in self.page.get_by_role("checkbox").all():
            box.focus()
            self.press("Space")
        self.page.get_by_role("button", name="Sign pass").or_(
            self.page.get_by_role("button", name="Refer with")
        ).focus()
        self.press("Enter")
        self.page.wait_for_url("**/result-sheet/")
        self.look()


def test_a_piece_is_marked_referred_resubmitted_and_passed_by_keyboard_alone(cast, piece, page, sign_in):
    sign_in(cast.tutor)
    tutor = Marker(page)

    tutor.opens(piece)
    tutor.look()
    tutor.decides("pass", "Clear from the first line.")
    expect(page.locator("[data-tray-head]")).to_contain_text("1 of 3 criteria decided")
    for number, action in (("2", "Add a second model."), ("3", "Say what the learner gained.")):
        tutor.decides("refer", "Not yet.", action)
        expect(page.locator("[data-tray-head]")).to_contain_text(f"{number} of 3 criteria decided")
    expect(page.get_by_role("link", name="Refer with 2 actions")).to_be_visible()
    tutor.look()
    tutor.signs(summary="Two things are missing.")

    assert Submission.objects.get(pk=piece.pk).decisions.filter(decision="refer").exclude(action="").count() == 2
    again = piece.enrolment.submissions.get(attempt=2)
    factories.attach(again, file=factories.an_essay_file(words=4300, seed="another"))
    factories.hand_in(again)

    tutor.opens(again)
    assert again.decisions.filter(carried_forward=True).count() == 1
    for number in ("2", "3"):
        tutor.decides("pass", "Now it is there.")
        expect(page.locator("[data-tray-head]")).to_contain_text(f"{number} of 3 criteria decided")
    tutor.look()
    tutor.signs(summary="Well put right.")
    again.refresh_from_db()
    assert again.state == "passed"


def another_browser(new_context, live_server, settings, user):
    """A second browser with somebody of its own, and the list of what its console would show."""
    client = Client()
    client.force_login(user, backend=SIGNED_IN_BY)
    context = new_context(base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    return new_page(context, live_server.url)


def test_two_browsers_lose_no_word_and_both_read_a_sentence(cast, piece, room, new_context, live_server, settings):
    """One tutor in two browsers: the second text meets the first, on both screens."""
    second, faults = another_browser(new_context, live_server, settings, cast.tutor)
    second.goto(url_of(piece))
    ready(second)
    field = "details[open] textarea[name=feedback]"

    room.locator(field).fill("Written in the first browser.")
    saved(room)
    second.locator(field).fill("Written in the second browser.")
    expect(second.locator("[data-merge]")).to_contain_text("Written in the first browser.")
    expect(second.locator("[data-saved-here]").first).to_contain_text("while you were writing")
    expect(second.locator(field)).to_have_value("Written in the second browser.")
    second.locator(field).fill("Both made one.")
    second.get_by_role("button", name="Save mine").click()
    saved(second)
    room.locator(field).fill("The first browser goes on.")
    expect(room.locator("[data-merge]")).to_contain_text("Both made one.")

    expect(room.locator(field)).to_have_value("The first browser goes on.")
    assert piece.decisions.get().feedback == "Both made one."
    assert faults == []
    second.context.close()


def test_a_colleague_takes_over_and_the_first_tutor_keeps_the_words(
    cast, piece, room, new_context, live_server, settings
):
    other = factories.a_user(role=Role.TUTOR, name="Olga Other")
    appointment = programmes.propose_tutor(
        piece.enrolment.cohort, tutor=other, from_on=clock.today() - dt.timedelta(days=1), by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    second, faults = another_browser(new_context, live_server, settings, other)
    second.goto(url_of(piece))
    expect(second.locator(".wm-tray-foot")).to_contain_text("Tomas Tutor is marking this")
    assert barriers(second) == []
    second.get_by_role("link", name="take it over").click()
    second.get_by_label("Why you take it over").fill("Tomas is ill.")
    second.get_by_role("button", name="Take it over").click()
    expect(second.get_by_text("Yours since")).to_be_visible()

    field = room.locator("details[open] textarea[name=feedback]")
    field.fill("Half an hour of work.")

    expect(room.locator("[data-saved-here]").first).to_contain_text("Olga Other has been marking this since")
    expect(field).to_have_value("Half an hour of work.")
    assert not piece.decisions.exists()
    assert faults == []
    second.context.close()


def test_criteria_are_saved_one_after_the_other_so_that_no_older_stand_is_shown_last(room, piece):
    first = piece.criteria().first()
    sent, waiting = [], []
    room.on("request", lambda one: sent.append(one.url) if one.url.endswith("/decide/") else None)
    room.route(f"**/criteria/{first.pk}/decide/", lambda route: waiting.append((route, route.fetch())))
    room.keyboard.press("P")
    eventually(room, lambda: waiting)
    room.keyboard.press("P")
    expect(room.locator("[data-criterion]").nth(2)).to_have_attribute("open", "")
    assert len(sent) == 1

    route, answer = waiting[0]
    route.fulfill(response=answer)
    expect(room.locator("[data-tray-head]")).to_contain_text("2 of 3 criteria decided")
    assert piece.decisions.filter(decision="pass").count() == 2


def test_what_is_typed_before_the_scripts_are_at_work_is_saved_as_well(cast, piece, page, sign_in):
    marking.take(piece, by=cast.tutor)
    sign_in(cast.tutor)
    waiting = []
    page.route("**/js/marking.js", lambda route: waiting.append(route))
    page.goto(url_of(piece))
    page.locator("details[open] textarea[name=feedback]").fill("Faster than the script.")
    eventually(page, lambda: waiting)
    waiting[0].continue_()

    saved(page)
    assert piece.decisions.get().feedback == "Faster than the script."


def test_find_width_panes_and_the_place_in_the_text(room, piece):
    def highlighted(name):
        return room.evaluate("name => CSS.highlights.get(name)?.size ?? 0", name)

    room.keyboard.press("f")
    room.keyboard.type("word1")
    expect(room.locator("[data-find-count]")).to_contain_text("1 of")
    assert highlighted("find") > 1
    room.keyboard.press("Enter")
    expect(room.locator("[data-find-count]")).to_contain_text("2 of")
    room.keyboard.press("Escape")
    assert highlighted("find") == 0

    room.keyboard.press("w")
    expect(room.locator(".wm-room[data-width=wide]")).to_be_visible()

    grip = room.get_by_role("separator", name="Width of the criteria")
    before = int(grip.get_attribute("aria-valuenow"))
    grip.focus()
    room.keyboard.press("ArrowLeft")
    assert int(grip.get_attribute("aria-valuenow")) == before + 2

    room.keyboard.press("]")
    expect(room.locator("#tray")).to_be_hidden()
    room.keyboard.press("]")
    expect(room.locator("#tray")).to_be_visible()

    room.locator(".wm-text").evaluate("one => { one.scrollTop = one.scrollHeight / 2; }")
    eventually(room, lambda: room.evaluate("localStorage.getItem('room-places')") not in (None, "{}"))
    at = room.locator(".wm-text").evaluate("one => one.scrollTop")
    room.reload()
    ready(room)
    assert abs(room.locator(".wm-text").evaluate("one => one.scrollTop") - at) < 120
    assert int(grip.get_attribute("aria-valuenow")) == before + 2
    expect(room.locator(".wm-room[data-width=wide]")).to_be_visible()


def test_save_and_next_piece_saves_what_is_open_and_shows_the_next_text(cast, room, piece):
    one = factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort, name="Ben Bold")
    with clock.at(clock.now() + dt.timedelta(days=1)):
        following = factories.a_submission(cast=cast, one=one)
    room.reload()
    ready(room)
    room.locator("details[open] textarea[name=feedback]").fill("Typed a moment before.")
    room.get_by_role("link", name="Save, next piece: Ben Bold").press("Enter")

    expect(room).to_have_url(re.compile(f"{url_of(following)}$"))
    expect(room.get_by_role("heading", level=1)).to_contain_text("Ben Bold")
    expect(room.locator("[data-saved]")).to_contain_text("Saved")
    assert piece.decisions.get().feedback == "Typed a moment before."
    following.refresh_from_db()
    assert following.held_by is None
    room.go_back()
    expect(room.locator("details[open] textarea[name=feedback]")).to_have_value("Typed a moment before.")


def test_what_cannot_be_saved_on_the_way_is_said_on_the_next_piece_and_kept(cast, room, piece):
    one = factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort, name="Ben Bold")
    factories.a_submission(cast=cast, one=one)
    room.reload()
    ready(room)
    criterion = piece.criteria().first()
    words = {"decision": "pass", "feedback": "From elsewhere.", "action": ""}
    marking.decide(piece, criterion=criterion, revision=0, by=cast.tutor, **words)
    room.locator("details[open] textarea[name=feedback]").fill("Typed a moment before.")
    room.locator("[data-next-piece]").first.evaluate("one => one.click()")

    expect(room.get_by_role("heading", level=1)).to_contain_text("Ben Bold")
    room.get_by_role("link", name="Go back to 1.1").click()
    ready(room)
    expect(room.locator("details[open] textarea[name=feedback]")).to_have_value("Typed a moment before.")
    expect(room.locator("[data-merge]")).to_contain_text("From elsewhere.")
    assert piece.decisions.get().feedback == "From elsewhere."


def test_a_portfolio_has_its_matrix_beside_it_and_a_criterion_names_what_one_reads(cast, page, sign_in, axe):
    piece = factories.a_submission(cast=cast, kind="portfolio", state="draft")
    shows = {("supervision", piece.criteria()[0].pk)}
    actions.map_evidence(piece.enrolment, shows=shows, no_longer=set(), by=piece.enrolment.learner)
    factories.hand_in(piece)
    marking.take(piece, by=cast.tutor)
    sign_in(cast.tutor)
    page.goto(url_of(piece))
    ready(page)
    page.keyboard.press("o")
    matrix = page.locator("[data-outline]")
    expect(matrix).to_have_attribute("open", "")
    axe()
    place = matrix.locator("a[href^='#']").first
    heading = place.get_attribute("href").removeprefix("#")
    place.press("Enter")
    expect(page.locator(f"#{heading}")).to_be_in_viewport()
    expect(place).to_have_attribute("aria-current", "true")
    page.locator("details[open] > summary").first.focus()
    page.keyboard.press("e")
    saved(page)

    evidence = piece.decisions.get().evidence
    assert evidence in {one["id"] for one in piece.document.reading.outline}
    expect(page.get_by_role("link", name="Go there")).to_have_attribute("href", f"#{evidence}")
