"""Writing in a real browser: autosave, a crash, two windows, an ended session, the toolbar, what Word puts on the clipboard, and axe."""

import pytest
from playwright.sync_api import expect

from assignments import actions
from assignments.models import Draft, Writing, WritingVersion
from tests.browser import SIGNED_IN_BY, listen
from tests.factories import a_submission, an_enrolment, essay_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def essay(cast):
    one = an_enrolment(cast=cast, name="Priya Raman")
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


@pytest.fixture
def path(essay):
    return f"/submissions/{essay.pk}/write/"


def opened(page, path):
    """The page with its script at work: what these tests are about begins then."""
    page.goto(path)
    page.wait_for_selector("form[data-watched]")


def box(page):
    return page.get_by_label("Your essay, in Markdown")


def typed(page, text):
    box(page).press("Control+End")
    box(page).press_sequentially(text)


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
    """The page is gone before its timer fires: nothing reached the server."""
    sign_in(essay.enrolment.learner)
    opened(page, path)
    page.route("**/write/save/", lambda route: route.abort())
    box(page).press_sequentially("Not a word of this was sent.")
    page.goto("about:blank")
    assert not Writing.objects.exists()

    page.unroute("**/write/save/")
    opened(page, path)
    expect(box(page)).to_have_value("Not a word of this was sent.")
    expect(page.get_by_role("alert")).to_contain_text("Put back what you had written")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    assert body() == "Not a word of this was sent."
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_a_browser_kept_never_overwrites_a_newer_text(page, sign_in, axe, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    page.route("**/write/save/", lambda route: route.abort())
    box(page).press_sequentially("Typed on the train.")
    page.goto("about:blank")
    page.unroute("**/write/save/")
    actions.save_writing(essay, body="Typed at home.", revision=0, by=essay.enrolment.learner)

    opened(page, path)
    expect(box(page)).to_have_value("Typed at home.")
    expect(page.get_by_text("This browser kept 4 words")).to_be_visible()
    axe()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", name="Two texts that differ")).to_be_visible()
    axe()
    assert body() == "Typed at home."
    assert WritingVersion.objects.get().body == "Typed on the train."


def test_two_windows_that_write_one_essay_are_shown_side_by_side(page, sign_in, axe, live_server, essay, path):
    sign_in(essay.enrolment.learner)
    opened(page, path)
    other = page.context.new_page()
    faults = listen(other, live_server.url)
    other.goto(path)
    expect(other.get_by_role("button", name="Bold")).to_be_visible()
    box(page).press_sequentially("From the first window.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    box(other).press_sequentially("From the second window.")
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
    page.set_viewport_size({"width": width, "height": 800})
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
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tail
        axe(tail)
    for who in (learner, cast.tutor):
        sign_in(who)
        for place in (f"/drafts/{draft.pk}/", *(["/drafts/"] if who == cast.tutor else [])):
            page.goto(place)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, place
            axe(place)
