"""Writing in a real browser: autosave, a crash, two windows, an ended session, the toolbar, what Word puts on the clipboard, and axe."""

import pytest
from playwright.sync_api import expect

from assignments import actions
from assignments.models import Draft, Writing, WritingVersion
from tests.browser import SIGNED_IN_BY, eventually, fits, new_page, opened
from tests.factories import a_submission, an_enrolment, essay_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def essay(cast):
    one = an_enrolment(cast=cast, name="Priya Raman")
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


@pytest.fixture
def path(essay):
    return f"/submissions/{essay.pk}/write/"


def box(page):
    return page.get_by_label("Your essay, in Markdown")


def typed(page, text):
    box(page).press("Control+End")
    box(page).press_sequentially(text)


def held(page):
    """The saves of this page from now on, which wait on their way until the test lets them go."""
    on_their_way = []
    page.route("**/write/save/", lambda route: on_their_way.append(route))
    return on_their_way


def lost(page, words):
    """Words that never leave this window: nothing that it sends arrives, not in its last moment either, which comes when the next page
    is there already. When the window is gone, the browser has them and the server has not."""
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    box(page).press_sequentially(words)
    page.goto("/my/assignments/")
    held = "() => navigator.locks.query().then(({ held }) => held.some((one) => one.name.startsWith('writing:')))"
    eventually(page, lambda: not page.evaluate(held), says="The window that was left still holds its copy.")


def body():
    return Writing.objects.get().body


def test_a_text_is_saved_while_it_is_written_and_counted_live(page, sign_in, axe, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    axe()
    outline = page.get_by_role("list", name="By criterion")
    outline.get_by_role("button", name="1.1 Define and compare").click()
    typed(page, "Coaching asks")
    expect(page.get_by_role("heading", name="6 words")).to_be_visible()
    expect(outline.get_by_role("listitem").first).to_contain_text("6")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    assert body() == "# 1.1 Define and compare\n\nCoaching asks"
    axe()

    page.reload()
    expect(box(page)).to_have_value("# 1.1 Define and compare\n\nCoaching asks")


def test_marks_are_set_by_buttons_and_by_keys_and_undone(page, sign_in, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    box(page).fill("one two")
    box(page).press("Control+A")
    page.get_by_role("button", name="Bold").click()
    expect(box(page)).to_have_value("**one two**")
    box(page).press("Control+i")
    expect(box(page)).to_have_value("***one two***")
    box(page).press("Control+z")
    expect(box(page)).to_have_value("**one two**")
    box(page).press("Control+End")
    page.get_by_role("button", name="Note").click()
    typed(page, "A note.")
    expect(box(page)).to_have_value("**one two**[^1]\n\n[^1]: A note.")
    box(page).press("Control+Home")
    box(page).press("Control+Shift+8")
    expect(box(page)).to_have_value("- **one two**[^1]\n\n[^1]: A note.")
    box(page).press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    assert WritingVersion.objects.get().cause == "by_hand"


def test_what_was_typed_before_a_crash_is_put_back(page, sign_in, essay, path):
    """Nothing reached the server before the page was gone."""
    sign_in(essay.enrolment.learner)
    opened(page, path)
    lost(page, "Not a word of this was sent.")
    assert not Writing.objects.exists()

    opened(page, path)
    expect(box(page)).to_have_value("Not a word of this was sent.")
    expect(page.get_by_role("alert")).to_contain_text("Put back what you had written")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    assert body() == "Not a word of this was sent."
    opened(page, path)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_a_browser_kept_never_overwrites_a_newer_text(page, sign_in, axe, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    lost(page, "Typed on the train.")
    actions.save_writing(essay, body="Typed at home.", revision=0, by=essay.enrolment.learner)

    opened(page, path)
    expect(page.get_by_text("This browser kept 4 words")).to_be_visible()
    expect(box(page)).to_have_value("Typed at home.")
    axe()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", name="Two texts that differ")).to_be_visible()
    axe()
    assert body() == "Typed at home."
    assert WritingVersion.objects.get().body == "Typed on the train."


def test_two_windows_that_write_one_essay_are_shown_side_by_side(page, sign_in, axe, live_server, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    other, faults = new_page(page.context, live_server.url)
    opened(other, path)
    box(page).fill("From the first window.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    box(other).fill("From the second window.")
    expect(other.get_by_role("alert")).to_contain_text("changed in another window")
    other.get_by_role("link", name="Compare the two").click()

    expect(other.get_by_role("cell", name="From the first window.")).to_be_visible()
    expect(other.get_by_role("cell", name="From the second window.")).to_be_visible()
    other.get_by_label("The text that holds from now on").fill("From both windows.")
    other.get_by_role("button", name="Save this text").click()
    expect(box(other)).to_have_value("From both windows.")
    assert body() == "From both windows."
    kept = set(WritingVersion.objects.values_list("body", flat=True))
    assert kept >= {"From the first window.", "From the second window."}
    # The copies in this browser have done their work.
    other.reload()
    expect(other.get_by_text("This browser kept")).to_have_count(0)
    other.close()
    # The 409 is the answer that was wanted; the console reports it.
    assert [one for one in faults if "409" not in one] == []


def test_what_is_typed_while_the_answer_is_a_clash_stays_in_the_browser(page, sign_in, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    actions.save_writing(essay, body="From elsewhere.", revision=0, by=essay.enrolment.learner)
    on_their_way = held(page)
    box(page).fill("This was sent")
    eventually(page, lambda: on_their_way)
    typed(page, " and this was not.")
    on_their_way[0].continue_()
    expect(page.get_by_role("alert")).to_contain_text("changed in another window")
    page.get_by_role("link", name="Compare the two").click()
    expect(page.get_by_role("cell", name="Version 1 This was sent", exact=True)).to_be_visible()

    opened(page, path)
    expect(page.get_by_text("This browser kept 7 words")).to_be_visible()
    assert body() == "From elsewhere."


def test_the_sign_says_saved_only_when_everything_is(page, sign_in, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    on_their_way = held(page)
    box(page).fill("The first half")
    eventually(page, lambda: on_their_way)
    typed(page, " and the second.")
    with page.expect_response("**/write/save/"):
        on_their_way[0].continue_()
    expect(page.get_by_role("heading", name="6 words")).to_be_visible()
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")

    eventually(page, lambda: len(on_their_way) == 2)
    on_their_way[1].continue_()
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    assert body() == "The first half and the second."


def test_a_session_that_ends_while_writing_costs_no_word(page, client, settings, live_server, sign_in, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    box(page).press_sequentially("Before. ")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    box(page).press_sequentially("After the session ended.")
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out")

    page.goto(path)
    expect(page).to_have_url(f"{live_server.url}/account/login/?next={path}")
    client.force_login(essay.enrolment.learner, backend=SIGNED_IN_BY)
    sign_in(essay.enrolment.learner)
    opened(page, path)
    expect(box(page)).to_have_value("Before. After the session ended.")
    expect(page.get_by_role("alert")).to_contain_text("Put back")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    assert body() == "Before. After the session ended."


def test_signing_out_saves_first(page, sign_in, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    box(page).fill("The last words.")
    page.locator("summary", has_text="Priya").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/**")

    assert body() == "The last words."
    assert WritingVersion.objects.get().cause == "before_sign_out"


WORD = """<html><body><h1>1.1 Define</h1>
<p class=MsoNormal>Coaching <b>asks</b> and <i style='mso-bidi-font-style:normal'>waits</i>.<a
style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span>[1]</span></a></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>first</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>second</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.</span>numbered</p>
<table><tr><td><p>GROW</p></td><td><p>Goal</p></td></tr><tr><td><p>OSKAR</p></td><td><p>Outcome</p></td></tr></table>
<p class=MsoNormal>2 * 3 is snake_case.</p>
<div id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1"><span>[1]</span></a> A note.</p></div></body></html>"""
PASTED = (
    "# 1.1 Define\n\nCoaching **asks** and *waits*.[^1]\n\n- first\n   - second\n1. numbered\n\n| GROW | Goal |\n| --- | --- |\n"
    "| OSKAR | Outcome |\n\n2 \\* 3 is snake\\_case.\n\n[^1]: A note."
)


def test_what_is_pasted_from_word_keeps_its_form(page, sign_in, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    box(page).focus()
    box(page).evaluate(
        """(box, html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", "plain");
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        WORD,
    )

    expect(box(page)).to_have_value(PASTED)
    page.get_by_role("button", name="Read it as your tutor will see it").click()
    article = page.get_by_role("article")
    expect(article.get_by_role("heading", name="1.1 Define")).to_be_visible()
    expect(article.get_by_role("listitem").first).to_contain_text("first")
    expect(article.get_by_role("table")).to_contain_text("OSKAR")
    expect(article).to_contain_text("2 * 3 is snake_case.")


def test_comments_on_a_draft_are_saved_as_they_are_typed_and_sent(page, sign_in, axe, cast):
    essay = a_submission(cast=cast, one=an_enrolment(cast=cast, name="Priya Raman"), state="draft")
    draft = actions.send_draft(essay, note="Is 2.1 enough?", by=essay.enrolment.learner)
    sign_in(cast.tutor)
    opened(page, f"/drafts/{draft.pk}/")
    page.get_by_label("Your comments").fill("Say more on 2.1.")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.get_by_label("Your comments").fill("Say more on 2.1, and name a source.")
    page.get_by_label("Your comments").blur()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    axe()
    page.get_by_role("button", name="Send comments to Priya Raman").click()
    expect(page.get_by_text("Priya Raman has your comments")).to_be_visible()
    axe()

    assert Draft.objects.get().comments == "Say more on 2.1, and name a source."


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_of_writing_is_wider_than_a_phone(page, sign_in, axe, cast, essay, path, width):
    learner = essay.enrolment.learner
    long = "# 1.1 Define and compare\n\n" + "\n\n".join(["word " * 80] * 5) + "\n\nhttps://example.org/" + "a" * 90
    actions.save_writing(essay, body=long, revision=0, cause="by_hand", page="a", step=1, by=learner)
    actions.save_writing(essay, body=long.replace("Define", "Say"), revision=0, page="b", step=1, by=learner)
    draft = actions.send_draft(essay, source="text", note="Is this enough?", by=learner)
    sign_in(learner)
    for tail in (
        "write/",
        "write/read/",
        "write/versions/",
        "write/versions/1/",
        "write/versions/2/compare/",
        "draft/",
        "",
    ):
        page.goto(f"/submissions/{essay.pk}/{tail}")
        fits(page, width, tail)
        axe(tail)
    for who in (learner, cast.tutor):
        sign_in(who)
        for place in (f"/drafts/{draft.pk}/", *(["/drafts/"] if who == cast.tutor else [])):
            page.goto(place)
            fits(page, width, place)
            axe(place)
