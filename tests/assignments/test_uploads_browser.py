"""A file sent by the script of the page, in a real browser: seen to arrive, cut off, gone on with, and ready by itself."""

import io
import random
import zipfile

import pytest
from playwright.sync_api import expect

from assignments import actions, examination
from assignments.models import Document, Evidence, Upload
from config.celery import app
from tests.browser import opened
from tests.factories import an_enrolment, docx_bytes, essay_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def draft(cast):
    one = an_enrolment(cast=cast)
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


@pytest.fixture
def no_worker():
    """Messages wait; the test does the worker's work when its moment has come."""
    app.conf.update(task_always_eager=False)
    yield
    app.conf.update(task_always_eager=True)
    app.control.purge()


def large(words):
    """An essay of one and a half megabytes, most of them a part that nobody reads."""
    whole = io.BytesIO(docx_bytes(words=words))
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("customXml/item1.bin", random.Random(1).randbytes(1_500_000))
    return whole.getvalue()


def chosen(page, content, label="Your essay", name="essay.docx"):
    mime = "application/octet-stream"
    page.get_by_label(label).set_input_files({"name": name, "mimeType": mime, "buffer": content})


def test_a_file_is_sent_in_pieces_and_the_page_goes_on_when_it_is_ready(page, sign_in, axe, draft, no_worker):
    sign_in(draft.enrolment.learner)
    opened(page, f"/submissions/{draft.pk}/")
    chosen(page, large(4612))
    page.get_by_role("button", name="Add this file").click()

    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    axe()
    document = Document.objects.get()
    assert (Upload.objects.get().state, document.size > 1_500_000) == ("used", True)
    Document.objects.update(stage="reading")
    expect(page.get_by_text("Opening and reading")).to_be_visible()
    axe()

    examination.examine(document.pk)
    expect(page.get_by_role("heading", name="4,612 words, inside the range")).to_be_visible()
    axe()


def cut_at_the_second_piece(page):
    """The line of this browser is cut when the first piece has arrived; from which byte on each piece was tried is listed."""
    tried = []

    def line(route):
        tried.append(route.request.headers["upload-offset"])
        if len(tried) == 2:
            page.context.set_offline(True)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/piece/", line)
    return tried


def test_a_lost_connection_costs_a_piece_and_not_the_file(page, sign_in, axe, draft):
    sign_in(draft.enrolment.learner)
    opened(page, f"/submissions/{draft.pk}/")
    tried = cut_at_the_second_piece(page)
    chosen(page, large(4200))
    page.get_by_role("button", name="Add this file").click()

    expect(page.get_by_text("No connection. What has arrived is kept").first).to_be_visible()
    axe()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="4,200 words, inside the range")).to_be_visible()
    assert tried[1] == tried[2] != "0"
    assert Document.objects.count() == 1


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(page, sign_in, axe, draft, tmp_path):
    essay = tmp_path / "essay.docx"
    essay.write_bytes(large(4200))
    sign_in(draft.enrolment.learner)
    opened(page, f"/submissions/{draft.pk}/")
    cut_at_the_second_piece(page)
    page.get_by_label("Your essay").set_input_files(essay)
    page.get_by_role("button", name="Add this file").click()
    expect(page.get_by_text("No connection. What has arrived is kept").first).to_be_visible()
    page.get_by_role("button", name="Stop sending").click()
    expect(page.get_by_text("Stopped. What has arrived is kept for a week").first).to_be_visible()
    page.unroute_all()
    part = Upload.objects.get().received

    page.context.set_offline(False)
    opened(page, f"/submissions/{draft.pk}/")
    expect(page.get_by_text("of essay.docx is here already")).to_be_visible()
    axe()
    offsets = []
    page.on("request", lambda one: offsets.append(one.headers["upload-offset"]) if "/piece/" in one.url else None)
    page.get_by_label("Your essay").set_input_files(essay)
    page.get_by_role("button", name="Add this file").click()

    expect(page.get_by_role("heading", name="4,200 words, inside the range")).to_be_visible()
    assert offsets[0] == str(part) != "0"
    assert Document.objects.count() == 1


def test_evidence_is_sent_in_pieces_and_kept_while_a_question_is_answered(page, sign_in, axe, draft):
    one = draft.enrolment
    sign_in(one.learner)
    opened(page, f"/my/assignments/{one.pk}/portfolio/evidence/add/")
    chosen(page, docx_bytes(), label="The file", name="contract.docx")
    page.get_by_role("button", name="Add this file").click()
    expect(page.get_by_text("contract.docx has arrived. It is added with the rest of this form.").first).to_be_visible()
    axe()

    page.get_by_label("What it is").fill("Contract with client A")
    page.get_by_role("button", name="Add this file").click()

    expect(page.get_by_text("Contract with client A is in your portfolio.")).to_be_visible()
    assert Evidence.objects.get().name == "contract.docx"
