"""What a worker does with a file: one verdict, kept once, whoever dies on the way; and what the learner sees meanwhile."""

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse

from assignments import actions, documents, examination
from assignments.models import Document, Figure, Reading, Submission
from assignments.policy import CLAIM_FOR, GIVE_UP_AFTER
from core import clock
from core.models import Event
from core.refusals import Refused, WrongState
from tests import factories
from tests.assignments.documents import png
from tests.factories import a_submission, an_enrolment, docx_bytes, essay_of
from tests.worlds import an_essay_with_a_picture

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast)


@pytest.fixture
def draft(one):
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


@pytest.fixture
def learner(client, one):
    client.force_login(one.learner, backend=BACKEND)
    return client


def attached(draft, content=None, name="essay.docx"):
    file = ContentFile(content or docx_bytes(), name=name)
    return actions.attach(draft, file=file, by=draft.enrolment.learner)


def page(draft):
    return reverse("assignments:submission", args=[draft.pk])


# ---- the verdict


def test_a_file_is_received_then_examined_and_then_the_one_to_hand_in(draft):
    document = attached(draft)
    assert (document.state, document.kind, document.words) == ("received", "", None)
    assert Submission.objects.get().document is None

    assert examination.examine(document.pk) == "ready"

    document.refresh_from_db()
    assert (document.kind, document.words, document.stage, document.claimed_at) == ("docx", 4200, "", None)
    assert Submission.objects.get().document == document
    verbs = Event.objects.about(document).values_list("verb", flat=True)
    assert list(verbs) == ["make_ready", "examine"]


def test_figures_and_notes_are_kept_with_the_reading(draft):
    document = actions.attach(draft, file=an_essay_with_a_picture(), by=draft.enrolment.learner)
    examination.examine(document.pk)

    assert Reading.objects.get().document == document
    assert Path(Figure.objects.get().file.path).read_bytes()


def test_examining_twice_changes_nothing(draft):
    document = attached(draft)
    examination.examine(document.pk)

    assert examination.examine(document.pk) == ""
    assert Reading.objects.count() == 1


def test_a_refused_file_says_why_and_the_earlier_one_stays(cast, one):
    draft = a_submission(cast=cast, one=one, state="draft")
    earlier = draft.document
    worse = attached(draft, b"MZ" + b"\0" * 100, name="better.docx")

    assert examination.examine(worse.pk) == "refused"

    worse.refresh_from_db()
    assert "better.docx is a program and not a document" in worse.refusal
    assert Submission.objects.get().document == earlier
    factories.hand_in(draft)
    assert Submission.objects.get().document == earlier


def test_of_two_files_the_one_that_was_added_last_wins_whichever_is_ready_first(draft):
    first, second = attached(draft), attached(draft, docx_bytes(seed="second"))
    examination.examine(second.pk)
    examination.examine(first.pk)

    assert Submission.objects.get().document == second
    assert {one.state for one in draft.documents.all()} == {"ready"}


def test_a_file_that_becomes_ready_after_the_hand_in_changes_nothing_of_it(cast, one):
    draft = a_submission(cast=cast, one=one, state="draft")
    earlier, late = draft.document, attached(draft, docx_bytes(seed="late"))
    factories.hand_in(draft)

    assert examination.examine(late.pk) == "ready"
    assert Submission.objects.get().document == earlier


def test_work_is_not_handed_in_before_its_file_is_ready(draft):
    attached(draft)

    with pytest.raises(Refused, match="Your file is still being checked"):
        actions.submit(draft, ai_use="none", signed_name="Robin", by=draft.enrolment.learner)
    assert Submission.objects.get().state == "draft"


# ---- workers that die, or are slow


def test_a_file_whose_worker_died_is_free_again_after_a_while(draft):
    document = attached(draft)
    assert examination._claim(document.pk)

    assert examination.examine(document.pk) == ""
    with clock.at(clock.now() + CLAIM_FOR + dt.timedelta(seconds=1)):
        call_command("examine_documents", verbosity=0)

    document.refresh_from_db()
    assert (document.state, document.tries) == ("ready", 2)
    assert Reading.objects.count() == 1


def test_a_worker_that_was_too_slow_changes_nothing(draft):
    document = attached(draft)
    slow = examination._claim(document.pk)
    with clock.at(clock.now() + CLAIM_FOR + dt.timedelta(seconds=1)):
        examination.examine(document.pk)

    with pytest.raises(WrongState):
        examination.make_ready(Document.objects.get(pk=slow.pk), documents.examine(Path(slow.file.path), slow.name))
    assert Reading.objects.count() == 1


def test_a_file_that_ends_every_worker_is_refused_in_the_end(draft):
    document = attached(draft)
    now = clock.now()
    for number in range(GIVE_UP_AFTER):
        with clock.at(now + number * 2 * CLAIM_FOR):
            assert examination._claim(document.pk)
    with clock.at(now + 10 * CLAIM_FOR):
        assert examination.examine(document.pk) == "refused"

    document.refresh_from_db()
    assert "This file could not be opened here" in document.refusal
    assert Path(document.file.path).exists()


def test_a_file_that_is_not_on_the_disk_is_tried_again_and_not_blamed(draft, caplog):
    """The disk of the files may be away for a while; that is no fault of the essay."""
    document = attached(draft)
    path = Path(document.file.path)
    away = path.with_suffix(".away")
    path.rename(away)

    assert examination.examine(document.pk) == "examining"
    assert "could not be examined" in caplog.text
    away.rename(path)
    call_command("examine_documents", verbosity=0)

    document.refresh_from_db()
    assert document.state == "ready"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_one_reading(cast_for_browser):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write after the other")
    one = an_enrolment(cast=cast_for_browser)
    draft = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    other = Document(
        submission=draft, name="other.docx", size=1, sha256="0" * 64, upload_began_at=clock.now(),
        uploaded_at=clock.now(), uploaded_by=one.learner,
    )  # fmt: skip
    other.file.save("other.docx", ContentFile(docx_bytes(seed="other")), save=False)
    other.save()
    found, ready = [], threading.Barrier(2)

    def work():
        ready.wait()
        found.append(examination.examine(other.pk))
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one_worker in workers:
        one_worker.start()
    for one_worker in workers:
        one_worker.join()

    assert sorted(found) == ["", "ready"]
    assert Reading.objects.filter(document=other).count() == 1


# ---- what the learner sees


def test_the_page_shows_the_step_and_asks_again_by_itself(learner, draft):
    document = attached(draft)
    Document.objects.filter(pk=document.pk).update(stage="reading")

    html = learner.get(page(draft)).content.decode()

    assert "<b>Opening and reading</b>, step 1 of 2." in html
    assert f'data-poll="{reverse("assignments:progress", args=[draft.pk])}"' in html
    assert 'aria-live="polite"' in html
    assert "Look again" in html


def test_an_answer_that_has_not_changed_is_not_sent_again(learner, draft):
    document = attached(draft)
    url = reverse("assignments:progress", args=[draft.pk])
    first = learner.get(url)

    assert learner.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
    examination.examine(document.pk)
    changed = learner.get(url, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, b"Checked and counted." in changed.content) == (200, True)


def test_asking_for_the_step_takes_few_queries(learner, draft, django_assert_num_queries):
    attached(draft)
    with django_assert_num_queries(5):
        assert learner.get(reverse("assignments:progress", args=[draft.pk])).status_code == 200


def test_nobody_downloads_a_file_before_it_is_examined_or_one_that_was_refused(learner, draft):
    document = attached(draft, b"MZ" + b"\0" * 100)
    url = reverse("assignments:document", args=[document.pk])

    assert learner.get(url).status_code == 404
    examination.examine(document.pk)
    assert learner.get(url).status_code == 404


def test_the_reason_stands_until_another_file_is_added(learner, draft):
    examination.examine(attached(draft, b"MZ" + b"\0" * 100).pk)
    assert learner.get(page(draft)).content.decode().count("is a program and not a document") == 2

    examination.examine(attached(draft).pk)
    html = learner.get(page(draft)).content.decode()

    assert "is a program and not a document" not in html
    assert "Hand in 4,200 words as attempt 1" in html


def test_a_picture_is_no_essay(draft):
    document = attached(draft, png(40, 30), name="essay.png")

    assert examination.examine(document.pk) == "refused"
    document.refresh_from_db()
    assert "Hand in a Word document" in document.refusal
