"""Comments in a browser: what is selected is what the server keeps, with the mouse, with the keyboard alone, four hundred of them."""

import re
import uuid
from functools import cache

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import expect

from assignments import actions, marking, passages
from assignments.models import Comment
from core import clock
from tests import factories
from tests.assignments import documents as build
from tests.assignments.pieces import words
from tests.browser import eventually, fits, loaded

pytestmark = pytest.mark.browser

LONG = " ".join(f"{words(9, n).capitalize()}." for n in range(12))


@cache
def essay():
    """Headings with lengths, an emoji, a mark that turns text round, a table and a footnote."""
    note = build.run("as agreed") + build.note_mark(1)
    body = [
        build.heading("1.1 Define and compare"),
        build.paragraph(f"Well done 🎓 e\u0301tude. {LONG}"),
        build.paragraph(f"The word \u200fשלום\u200e means peace. {LONG}"),
        build.heading("1.2 Weigh the setting"),
        build.paragraph(inner=note),
        build.table([["who", "what"], ["coach", "asks 👩\u200d🏫 well"]]),
        *(build.paragraph(f"Part {n}. {LONG}") for n in range(12)),
    ]
    return build.docx(*body, footnotes={1: "Hawkins says so."})


@pytest.fixture
def piece(cast):
    found = factories.a_submission(cast=cast, state="draft")
    factories.attach(found, file=ContentFile(essay(), name="essay.docx"))
    factories.hand_in(found)
    marking.take(found, by=cast.tutor)
    found.refresh_from_db()
    return found


@pytest.fixture
def text(piece):
    return piece.document.reading.text


@pytest.fixture
def room(cast, piece, page, sign_in):
    sign_in(cast.tutor)
    page.goto(reverse("assignments:room", args=[piece.pk]))
    ready(page)
    return page


def ready(page):
    expect(page.locator("[data-comments][data-ready]")).to_be_attached()
    loaded(page)


SELECT = """([from, to]) => {
  const walker = document.createTreeWalker(document.getElementById("work"), NodeFilter.SHOW_TEXT);
  const found = (words, end) => {
    walker.currentNode = walker.root;
    while (walker.nextNode()) {
      const at = walker.currentNode.data.indexOf(words);
      if (at >= 0) return [walker.currentNode, at + (end ? words.length : 0)];
    }
  };
  getSelection().setBaseAndExtent(...found(from, false), ...found(to, true));
}"""


# Chosen again, and drawn.
FILTER = """async () => {
  document.getElementById("remarks-about").dispatchEvent(new Event("change"));
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}"""


def select(page, begin, end):
    page.evaluate(SELECT, [begin, end])


def compose(page, key="c"):
    page.keyboard.press(key)
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()


def saved(page, number=1):
    expect(page.locator("[data-remark-said]")).to_contain_text(f"Comment {number} saved at")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("Well done", "🎓"),
        ("1.1 Define", "means peace"),
        ("as agreed", "👩\u200d🏫"),
        ("coach", "Part 0"),
        ("1.1 Define", "says so."),
    ],
    ids=["an emoji", "heading to paragraph", "note and table", "table to paragraph", "everything"],
)
def test_what_is_selected_is_what_the_server_keeps(room, piece, text, begin, end):
    select(room, begin, end)
    compose(room)
    room.keyboard.type("Said about this.")
    room.keyboard.press("Control+Enter")
    saved(room)

    kept = Comment.objects.get()
    start = text.index(begin)
    assert kept.quote == text[start : text.index(end, start) + len(end)]
    assert (kept.start, kept.prefix) == (start, text[max(0, start - passages.AROUND) : start])
    assert "words" not in kept.quote.split("\n")[0]


def test_a_mouse_selects_and_comments_and_a_passage_leads_to_its_comment(room, piece):
    words = room.locator("#work p").first
    box = words.bounding_box()
    room.mouse.move(box["x"] + 4, box["y"] + 14)
    room.mouse.down()
    room.mouse.move(box["x"] + 180, box["y"] + 14, steps=4)
    room.mouse.up()
    room.get_by_role("button", name="Comment c", exact=True).click()
    room.get_by_label("Comment", exact=True).fill("Two clear differences.")
    room.get_by_role("button", name="Save comment").click()
    saved(room)

    assert Comment.objects.get().quote.startswith("Well done")
    expect(room.locator(".wm-remark.is-current")).to_have_count(1)
    room.mouse.click(box["x"] + 300, box["y"] + 400)
    room.mouse.click(box["x"] + 60, box["y"] + 14)
    expect(room.locator(".wm-remark.is-current")).to_contain_text("Two clear differences.")
    assert room.evaluate("CSS.highlights.get('comments').size") == 1


def test_a_tutor_comments_with_the_keyboard_alone(room, piece, text, axe):
    room.keyboard.press("v")
    expect(room.locator(".wm-picker")).to_be_focused()
    for key in ("Home", "ArrowDown", "ArrowRight", "Shift+ArrowRight"):
        room.keyboard.press(key)
    axe()
    compose(room)
    room.keyboard.type("From the keyboard.")
    axe()
    room.keyboard.press("Control+Enter")
    saved(room)

    expect(room.locator(".wm-picker")).to_be_focused()
    room.keyboard.press("ArrowDown")
    compose(room, "Enter")
    room.keyboard.type("And another.")
    room.keyboard.press("Control+Enter")
    saved(room, 2)
    room.keyboard.press("Escape")
    first, second = Comment.objects.order_by("start")
    assert first.quote in text
    assert re.match(r"[A-Z]", first.quote)
    assert first.quote.count(".") == 2
    assert second.start > first.end
    assert first.criterion.number == "1.1"
    axe()


def test_a_browser_that_was_closed_in_mid_sentence_has_the_words_again(room, piece):
    select(room, "Well done", "🎓")
    compose(room)
    room.keyboard.type("This is half a")
    room.reload()
    ready(room)

    expect(room.get_by_label("Comment", exact=True)).to_have_value("This is half a")
    expect(room.locator("[data-composer-quote]")).to_have_text("Well done 🎓")
    room.get_by_label("Comment", exact=True).press_sequentially(" sentence.")
    room.keyboard.press("Control+Enter")
    saved(room)
    assert Comment.objects.get().body == "This is half a sentence."
    room.reload()
    ready(room)
    expect(room.get_by_label("Comment", exact=True)).to_be_hidden()


def test_escape_keeps_a_draft_and_the_focus_comes_back(room):
    room.get_by_role("button", name="Add a comment").click()
    room.keyboard.type("Not yet")
    room.keyboard.press("Escape")

    expect(room.get_by_role("button", name="Add a comment")).to_be_focused()
    expect(room.locator("[data-remark-said]")).to_contain_text("Your draft is kept")
    compose(room)
    expect(room.get_by_label("Comment", exact=True)).to_have_value("Not yet")


def test_two_windows_change_one_comment_and_no_word_is_lost(room, piece, cast):
    kept = actions.add_comment(piece, key=uuid.uuid4(), body="As it was", quote="Well done", by=cast.tutor)
    room.reload()
    ready(room)
    remark = room.locator(f"#comment-{kept.pk}")
    remark.focus()
    remark.get_by_role("link", name="Change").click()
    expect(room.get_by_label("Comment", exact=True)).to_have_value("As it was")
    actions.change_comment(kept, body="From the other window", criterion=None, revision=1, by=cast.tutor)
    room.get_by_label("Comment", exact=True).fill("From this window")
    room.keyboard.press("Control+Enter")

    expect(room.locator("[data-composer]")).to_contain_text("Their text: From the other window")
    expect(room.get_by_label("Comment", exact=True)).to_have_value("From this window")
    room.get_by_label("Comment", exact=True).fill("From both")
    room.keyboard.press("Control+Enter")
    saved(room)
    assert piece.comments.get().body == "From both"


def test_a_tutor_who_lost_the_piece_reads_a_sentence_and_keeps_the_words(room, piece):
    type(piece).objects.filter(pk=piece.pk).update(held_by=factories.a_user(name="Olga Other"), held_at=clock.now())
    compose(room)
    room.keyboard.type("A long thought")
    room.keyboard.press("Control+Enter")

    expect(room.locator("[data-composer-said]")).to_contain_text("Olga Other has been marking this")
    expect(room.get_by_label("Comment", exact=True)).to_have_value("A long thought")


def test_a_comment_is_taken_away_and_put_back(room, piece, cast):
    kept = actions.add_comment(piece, key=uuid.uuid4(), body="As it was", quote="Well done", by=cast.tutor)
    room.reload()
    ready(room)
    room.locator(f"#comment-{kept.pk}").focus()
    room.get_by_role("button", name="Remove comment 1").click()
    expect(room.locator(".wm-remark")).to_have_count(0)
    room.get_by_role("button", name="Put it back").click()

    expect(room.locator(".wm-remark")).to_be_focused()
    assert piece.comments.get().removed_at is None


def test_the_bank_puts_a_comment_into_the_feedback_and_into_a_comment(room, piece, cast, axe):
    actions.keep_in_bank(body="Where is this figure from?", criterion_number="1.1", by=cast.tutor)
    other = actions.keep_in_bank(body="Say whose words these are.", by=cast.tutor)
    room.keyboard.press("b")
    expect(room.locator("#bank-list [role=option]")).to_have_count(2)
    axe()
    with room.expect_response("**/used/"):
        room.keyboard.press("1")
    feedback = room.locator("details[open] textarea[name=feedback]")
    expect(feedback).to_have_value("Where is this figure from?")
    expect(feedback).to_be_focused()
    expect(room.locator("[data-saved]")).to_contain_text("Saved")

    feedback.press("Alt+b")
    room.keyboard.type("whose")
    expect(room.locator("#bank-list [role=option]")).to_have_count(1)
    with room.expect_response("**/used/"):
        room.keyboard.press("Enter")
    expect(feedback).to_have_value("Where is this figure from? Say whose words these are.")

    room.get_by_role("button", name="Add a comment").click()
    room.keyboard.type("Mine is")
    room.keyboard.press("Alt+b")
    expect(room.locator("#bank-list [role=option]")).to_have_count(2)
    room.keyboard.press("ArrowDown")
    with room.expect_response("**/used/"):
        room.keyboard.press("Enter")
    expect(room.get_by_label("Comment", exact=True)).to_have_value("Mine is Say whose words these are.")
    other.refresh_from_db()
    assert other.used == 2


def test_a_late_answer_does_not_change_what_was_searched_for_since(room, piece, cast):
    for body in ("Where is this figure from?", "Say whose words these are."):
        actions.keep_in_bank(body=body, by=cast.tutor)
    room.keyboard.press("b")
    expect(room.locator("#bank-list [role=option]")).to_have_count(2)
    late = []
    room.route(re.compile(r"[?&]q=w&"), lambda route: late.append(route))
    room.keyboard.type("w")
    eventually(room, lambda: late)
    room.keyboard.type("hose")
    expect(room.locator("#bank-list [role=option]")).to_have_count(1)
    with room.expect_response(re.compile(r"[?&]q=w&")) as answer:
        late[0].continue_()
    answer.value.finished()
    room.keyboard.press("Enter")

    expect(room.locator("details[open] textarea[name=feedback]")).to_have_value("Say whose words these are.")


def four_hundred(piece, cast):
    reading, now = piece.document.reading, clock.now()
    step = (len(reading.text) - 100) // 400
    found = (passages.passage(reading.text, n * step, n * step + 60) for n in range(400))
    Comment.objects.bulk_create(
        Comment(
            submission=piece, body=f"Remark {n}. {words(12, n)}", quote=one.quote, prefix=one.prefix, suffix=one.suffix,
            start=one.start, end=one.end, of_text=reading.sha256, created_at=now, saved_at=now, saved_by=cast.tutor,
        )
        for n, one in enumerate(found)
    )  # fmt: skip


@pytest.mark.parametrize("holds", [True, False], ids=["while marking", "while reading"])
def test_no_comment_stands_on_the_text(piece, cast, text, page, sign_in, holds):
    at = text.index("Well done")
    words_of_it = {"quote": "Well done", "start": at, "end": at + len("Well done")}
    actions.add_comment(piece, key=uuid.uuid4(), body="Where is this from?", **words_of_it, by=cast.tutor)
    if not holds:
        marking.let_go(piece, by=cast.tutor)
    sign_in(cast.tutor)
    page.goto(reverse("assignments:room", args=[piece.pk]))
    ready(page)

    expect(page.locator(".is-beside")).to_be_attached()
    work, beside = page.locator("#work").bounding_box(), page.locator("[data-comment]").bounding_box()
    assert work["x"] + work["width"] <= beside["x"]


def layouts_of(page, act):
    """How often the browser laid the page out. One for each comment is what makes a page unusable, on a quick machine too."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def layouts():
        return next(
            one["value"] for one in session.send("Performance.getMetrics")["metrics"] if one["name"] == "LayoutCount"
        )

    before = layouts()
    page.evaluate(act)
    return layouts() - before


@pytest.mark.parametrize("width", [1280, 320])
def test_four_hundred_comments_stay_usable(room, piece, cast, width):
    four_hundred(piece, cast)
    room.set_viewport_size({"width": width, "height": 900})
    room.reload()
    ready(room)

    expect(room.locator(".wm-remark")).to_have_count(400)
    fits(room, width)
    assert layouts_of(room, FILTER) < 20
    if width == 1280:
        tops = room.eval_on_selector_all(".wm-remark", "(all) => all.map((one) => one.getBoundingClientRect().top)")
        assert tops == sorted(tops)
    select(room, "Well done", "🎓")
    compose(room)
    room.keyboard.type("One more.")
    room.keyboard.press("Control+Enter")
    expect(room.locator("[data-remark-said]")).to_contain_text("saved at")
    expect(room.locator(".wm-remark")).to_have_count(401)


def test_the_learner_reads_the_comments_in_their_own_text(page, sign_in, piece, cast, axe):
    actions.add_comment(piece, key=uuid.uuid4(), body="Two clear differences.", quote="Well done 🎓", by=cast.tutor)
    factories.mark(piece, cast=cast)
    sign_in(piece.enrolment.learner)
    for width in (1280, 320):
        page.goto(reverse("assignments:comments", args=[piece.pk]))
        fits(page, width)
        page.locator(".wm-remark").focus()
        page.get_by_role("link", name="Show 1 in the text").click()
        axe()
        assert page.evaluate("CSS.highlights.get('comments-current').size") == 1
        fits(page, width)


def test_the_next_comment_saves_the_one_before_and_takes_nothing_of_it_along(room):
    select(room, "Well done", "done")
    compose(room)
    room.keyboard.type("A clear beginning")
    room.locator("#work").focus()
    select(room, "means peace", "peace")
    compose(room)

    saved(room)
    expect(room.get_by_label("Comment", exact=True)).to_have_value("")
    room.keyboard.type("Where is this from?")
    room.keyboard.press("Control+Enter")
    saved(room, 2)
    kept = list(Comment.objects.order_by("start").values_list("quote", "body"))
    assert kept == [("Well done", "A clear beginning"), ("means peace", "Where is this from?")]
