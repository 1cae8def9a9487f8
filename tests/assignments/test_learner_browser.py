"""The learner's pages in a real browser: the whole way of an essay, with the keyboard, twice clicked, and by axe."""

import threading

import pytest
from django.db import close_old_connections, connection
from playwright.sync_api import expect

from assignments import actions
from assignments.models import Declaration, Submission
from core.models import Notice
from core.refusals import Refused
from tests.browser import fits, loaded, opened
from tests.factories import a_submission, an_enrolment, docx_bytes, fill_portfolio

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast, name="Priya Raman")


@pytest.mark.browser
@pytest.mark.slow
def test_an_essay_from_the_list_to_the_receipt(page, sign_in, axe, one):
    sign_in(one.learner)
    opened(page, "/my/assignments/")
    axe()
    page.get_by_role("button", name="Begin your essay").first.click()
    expect(page.get_by_label("Your essay")).to_be_visible()
    loaded(page)
    wrong = {"name": "essay.docx", "mimeType": "text/plain", "buffer": b"MZ" + b"\0" * 99}
    page.get_by_label("Your essay").set_input_files(wrong)
    page.get_by_role("button", name="Add this file").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("is a program and not a document")).to_have_count(2)
    axe()

    right = {"name": "my essay.docx", "mimeType": "application/octet-stream", "buffer": docx_bytes(words=4612)}
    page.get_by_label("Your essay").set_input_files(right)
    page.get_by_role("button", name="Add this file").click()
    expect(page.get_by_role("heading", name="4,612 words, inside the range")).to_be_visible()
    axe()
    page.get_by_role("button", name="Hand in 4,612 words as attempt 1").click()
    expect(page.get_by_role("alert")).to_contain_text("Say whether you used AI")
    loaded(page)

    page.get_by_label("No", exact=True).check()
    for box in page.get_by_role("group", name="You declare").get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Your name, as a signature").fill("Priya Raman")
    page.get_by_role("button", name="Hand in 4,612 words as attempt 1").dblclick()
    expect(page.get_by_role("heading", name="Your essay is in")).to_be_visible()
    axe()

    assert Submission.objects.get().state == "submitted"
    assert Notice.objects.filter(key__endswith=":receipt").count() == 1


@pytest.mark.browser
@pytest.mark.slow
def test_enter_in_the_signature_hands_in_and_does_not_ask_for_a_file(page, sign_in, cast, one):
    submission = a_submission(cast=cast, one=one, state="draft")
    sign_in(one.learner)
    opened(page, f"/submissions/{submission.pk}/")
    page.get_by_label("Your name, as a signature").fill("Priya Raman")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Say whether you used AI")
    expect(page.get_by_label("Your name, as a signature")).to_have_value("Priya Raman")


@pytest.mark.browser
@pytest.mark.slow
def test_a_text_of_the_portfolio_is_saved_as_it_is_written(page, sign_in, axe, one):
    sign_in(one.learner)
    opened(page, f"/my/assignments/{one.pk}/portfolio/review/")
    page.get_by_label("Your text").fill("What I do well is to wait.")

    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_label("Your text")).to_have_value("What I do well is to wait.")
    axe()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 320])
def test_no_page_is_wider_than_a_phone(page, sign_in, axe, cast, one, width):
    fill_portfolio(one)
    essay = a_submission(cast=cast, one=one, state="referred")
    again = Submission.objects.get(enrolment=one, attempt=2)
    client = one.practice_clients.get()
    sign_in(one.learner)
    paths = [
        "/my/assignments/",
        f"/submissions/{essay.pk}/",
        f"/submissions/{essay.pk}/read/",
        f"/submissions/{again.pk}/",
        f"/my/assignments/{one.pk}/portfolio/",
        f"/my/assignments/{one.pk}/portfolio/evidence/",
        f"/my/assignments/{one.pk}/portfolio/evidence/add/",
        f"/my/assignments/clients/{client.pk}/",
        f"/my/assignments/clients/{client.pk}/edit/",
        f"/my/assignments/clients/{client.pk}/sessions/add/",
    ]
    for path in paths:
        page.goto(path)
        fits(page, width, path)
        axe(path)


@pytest.mark.slow
def test_of_two_hand_ins_at_the_same_moment_one_wins(cast, one):
    submission = a_submission(cast=cast, one=one, state="draft")
    together, outcomes = threading.Barrier(2), []

    def hand_in(name):
        close_old_connections()
        mine = Submission.objects.get(pk=submission.pk)
        learner = mine.enrolment.learner
        assert learner.capabilities
        together.wait()
        try:
            actions.submit(mine, ai_use="none", signed_name=name, by=learner)
            outcomes.append("in")
        except Refused as refusal:
            outcomes.append(str(refusal))
        connection.close()

    threads = [threading.Thread(target=hand_in, args=(name,)) for name in ("First", "Second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["This was handed in a moment ago. Your receipt is on its page.", "in"]
    assert Declaration.objects.count() == 1
    assert Notice.objects.filter(key__endswith=":receipt").count() == 1
