"""A file that arrives in pieces: resumed at its byte, counted once, kept from others, and swept when nobody goes on."""

import datetime as dt
import hashlib
import io
import os
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DjangoTestCase

from assignments import actions, examination
from assignments.actions.uploads import WrongOffset
from assignments.models import Document, Evidence, Submission, Upload
from core import clock
from core.refusals import NotAllowed, Refused, WrongState
from enrolment import actions as enrolment
from tests import factories
from tests.assignments.documents import png
from tests.conftest import a_cast
from tests.factories import a_submission, an_enrolment, docx_bytes, essay_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ALL = ["own_words", "sources", "nowhere_else", "malpractice"]
SIGNED = {"ai_use": "none", "signed_name": "Robin Example", "declares": ALL}
LIMIT = 25 * 1024 * 1024


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


def begun(target, content, *, name="essay.docx", modified=7, by=None):
    by = by or (target.enrolment.learner if isinstance(target, Submission) else target.learner)
    return actions.begin_upload(target, name=name, size=len(content), modified=modified, limit=LIMIT, by=by)


def sent(upload, content, *, start=0, stop=None, piece=4096):
    """Send `content` from `start` to `stop` in pieces; the upload as it is then."""
    stop = len(content) if stop is None else stop
    for offset in range(start, stop, piece):
        upload = actions.receive_piece(
            upload, offset=offset, content=content[offset : min(offset + piece, stop)], by=upload.owner
        )
    return upload


def begin_post(client, target, content, *, route="begin_essay_upload", name="essay.docx", modified=7):
    address = reverse(f"assignments:{route}", args=[target.pk])
    return client.post(address, {"name": name, "size": len(content), "modified": modified})


def piece_post(client, url, content, offset):
    return client.post(url, content, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)})


# ---- what arrives is what was sent, once


class TestAnyPieces(DjangoTestCase):
    """Whatever the pieces, and however often one is sent again, the file is the one that was sent."""

    @classmethod
    def setUpTestData(cls):
        cls.one = an_enrolment(cast=a_cast())
        cls.draft = actions.begin(cls.one, assignment=essay_of(cls.one.cohort), by=cls.one.learner)

    @pytest.mark.slow
    @hypothesis.settings(max_examples=20)
    @given(content=st.binary(min_size=1, max_size=400), data=st.data())
    def test_the_file_is_the_one_that_was_sent(self, content, data):
        upload = begun(self.draft, content, modified=data.draw(st.integers(0, 2**40)))
        while upload.is_open:
            here = upload.received
            size = data.draw(st.integers(1, len(content) - here))
            again = data.draw(st.integers(0, here))
            if again < here:
                upload = actions.receive_piece(upload, offset=again, content=content[again:here], by=self.one.learner)
                assert upload.received == here
            wrong = data.draw(st.integers(0, len(content)).filter(lambda at, here=here: at != here))
            with pytest.raises((WrongOffset, Refused)):
                actions.receive_piece(upload, offset=wrong, content=b"\x00" * 500, by=self.one.learner)
            upload = actions.receive_piece(
                upload, offset=here, content=content[here : here + size], by=self.one.learner
            )

        assert upload.part.path.read_bytes() == content
        assert upload.sha256 == hashlib.sha256(content).hexdigest()


def test_choosing_the_same_file_again_goes_on_where_it_stopped(draft):
    content = docx_bytes()
    first = sent(begun(draft, content), content, stop=len(content) * 8 // 10)
    assert (first.state, first.received) == ("open", len(content) * 8 // 10)

    again = begun(draft, content)

    assert (again.pk, again.received) == (first.pk, len(content) * 8 // 10)
    whole = sent(again, content, start=again.received)
    assert (whole.state, whole.sha256) == ("complete", hashlib.sha256(content).hexdigest())


def test_another_file_of_the_same_name_is_another_upload(draft):
    content = docx_bytes()
    first = begun(draft, content)

    assert begun(draft, content, modified=8).pk != first.pk
    assert begun(draft, content + b"x").pk != first.pk


def test_a_piece_that_a_dying_process_wrote_and_did_not_count_is_written_again(draft):
    content = docx_bytes()
    upload = sent(begun(draft, content), content, stop=8192)
    with upload.part.path.open("ab") as file:
        file.write(b"half a piece that nobody counted")

    whole = sent(upload, content, start=8192)

    assert whole.part.path.read_bytes() == content


def test_what_the_disk_has_lost_is_asked_for_again(draft):
    content = docx_bytes()
    upload = sent(begun(draft, content), content, stop=8192)
    os.truncate(upload.part.path, 4096)

    with pytest.raises(WrongOffset) as wrong:
        actions.receive_piece(upload, offset=8192, content=content[8192:], by=upload.owner)

    assert wrong.value.offset == 4096
    assert sent(upload, content, start=4096).part.path.read_bytes() == content


# ---- what is refused


def test_more_than_was_stated_is_refused_and_nothing_of_it_kept(draft):
    content = docx_bytes()
    upload = sent(begun(draft, content), content, stop=4096)

    with pytest.raises(Refused, match="More has arrived than the file was said to have"):
        actions.receive_piece(upload, offset=4096, content=content[4096:] + b"more", by=upload.owner)
    upload.refresh_from_db()
    assert (upload.state, upload.received, upload.part.size()) == ("open", 4096, 4096)


def test_a_file_that_is_too_large_or_empty_is_refused_before_a_byte_is_sent(draft):
    learner = draft.enrolment.learner
    with pytest.raises(Refused, match=r"This file has 25\.0"):
        actions.begin_upload(draft, name="essay.docx", size=LIMIT + 1, modified=0, limit=LIMIT, by=learner)
    with pytest.raises(Refused, match="This file is empty"):
        actions.begin_upload(draft, name="essay.docx", size=0, modified=0, limit=LIMIT, by=learner)


def test_nobody_sends_into_the_work_or_the_upload_of_another(cast, draft):
    content = docx_bytes()
    upload = begun(draft, content)
    for somebody in (cast.tutor, cast.learner, cast.administrator):
        with pytest.raises(NotAllowed):
            begun(draft, content, by=somebody)
        with pytest.raises(NotAllowed):
            actions.receive_piece(upload, offset=0, content=content[:10], by=somebody)


def test_nothing_is_sent_for_work_that_is_handed_in_or_after_a_withdrawal(cast, one):
    submitted = a_submission(cast=cast, one=one)
    with pytest.raises(WrongState, match="has been handed in"):
        begun(submitted, docx_bytes())
    other = a_submission(cast=cast, state="draft")
    enrolment.withdraw(other.enrolment, withdrawal_reason="Moved away.", by=cast.administrator)
    other.enrolment.refresh_from_db()
    with pytest.raises(WrongState, match="while you are on the programme"):
        begun(other, docx_bytes())


def test_the_eleventh_upload_under_way_gives_up_the_oldest(draft, django_capture_on_commit_callbacks):
    oldest = sent(begun(draft, b"x" * 10, modified=0), b"x" * 10, stop=4)
    with django_capture_on_commit_callbacks(execute=True):
        for modified in range(1, 11):
            begun(draft, b"x" * 10, modified=modified)

    oldest.refresh_from_db()
    assert oldest.state == "abandoned"
    assert not oldest.part.path.exists()
    assert Upload.objects.pending().count() == 10


# ---- the addresses


def test_an_upload_through_its_addresses_becomes_the_essay(learner, draft, django_capture_on_commit_callbacks):
    content = docx_bytes(words=4321)
    begin = begin_post(learner, draft, content).json()
    assert (begin["offset"], begin["complete"]) == (0, False)
    for offset in range(0, len(content), 9000):
        told = piece_post(learner, begin["url"], content[offset : offset + 9000], offset).json()
    assert told["complete"]

    with django_capture_on_commit_callbacks(execute=True):
        learner.post(reverse("assignments:attach", args=[draft.pk]), {"upload": told["upload"]})

    document = Document.objects.get()
    assert (document.state, document.words, document.name) == ("ready", 4321, "essay.docx")
    assert Path(document.file.path).read_bytes() == content
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    upload = Upload.objects.get()
    assert upload.state == "used"
    assert not upload.part.path.exists()


def test_a_wrong_offset_is_answered_with_the_right_one(learner, draft):
    content = docx_bytes()
    url = begin_post(learner, draft, content).json()["url"]
    piece_post(learner, url, content[:5000], 0)

    wrong = piece_post(learner, url, content[9000:], 9000)

    assert (wrong.status_code, wrong.json()) == (409, {"offset": 5000})
    assert piece_post(learner, url, content[:5000], 0).json()["offset"] == 5000


def test_a_piece_whose_line_broke_is_not_kept(learner, draft):
    content = docx_bytes()
    url = begin_post(learner, draft, content).json()["url"]

    short = {"wsgi.input": io.BytesIO(content[:500]), "CONTENT_LENGTH": "1000"}
    cut = learner.post(url, content_type="application/octet-stream", headers={"Upload-Offset": "0"}, **short)

    assert (cut.status_code, cut.content) == (409, b"This piece did not arrive whole.")
    assert Upload.objects.get().received == 0


@pytest.mark.parametrize(
    "headers",
    [{}, {"Upload-Offset": "-1"}, {"Upload-Offset": "one"}, {"Upload-Offset": "0", "Content-Length": "9999999"}],
)
def test_a_piece_without_its_place_or_too_large_is_refused(learner, draft, headers):
    url = begin_post(learner, draft, b"x" * 10).json()["url"]

    answer = learner.post(url, b"x", content_type="application/octet-stream", headers=headers)

    assert (answer.status_code, b"at most 4 MB" in answer.content) == (409, True)


@pytest.mark.parametrize(
    "about", [{}, {"name": "a.docx", "size": "ten", "modified": "0"}, {"name": "a", "size": 2**70, "modified": 0}]
)
def test_a_beginning_that_does_not_say_which_file_is_refused(learner, draft, about):
    answer = learner.post(reverse("assignments:begin_essay_upload", args=[draft.pk]), about)

    assert (answer.status_code, b"did not say which file" in answer.content) == (409, True)


def test_the_upload_of_another_person_is_not_there(cast, learner, draft):
    other = an_enrolment(cast=cast)
    theirs = begun(actions.begin(other, assignment=essay_of(other.cohort), by=other.learner), b"x" * 10)

    url = reverse("assignments:receive_piece", args=[theirs.pk])
    assert piece_post(learner, url, b"x", 0).status_code == 404
    assert learner.get(reverse("assignments:upload", args=[theirs.pk])).status_code == 404
    assert begin_post(learner, theirs.submission, b"x" * 10).status_code == 404


def test_the_upload_of_another_person_is_not_added_as_ones_own(cast, learner, draft):
    other = an_enrolment(cast=cast)
    content = docx_bytes()
    theirs = begun(actions.begin(other, assignment=essay_of(other.cohort), by=other.learner), content)
    sent(theirs, content)

    html = learner.post(reverse("assignments:attach", args=[draft.pk]), {"upload": theirs.pk}).content.decode()

    assert html.count("What had arrived of this file is no longer here. Choose the file again") == 2
    assert Document.objects.count() == 0


def test_a_session_that_ends_on_the_last_piece_costs_that_piece_only(client, learner, one, draft):
    content = docx_bytes()
    url = begin_post(learner, draft, content).json()["url"]
    piece_post(learner, url, content[:9000], 0)
    learner.logout()

    lost = piece_post(client, url, content[9000:], 9000)

    assert (lost.status_code, lost["Location"].startswith("/account/login/")) == (302, True)
    client.force_login(one.learner, backend=BACKEND)
    again = begin_post(client, draft, content).json()
    assert again["offset"] == 9000
    assert piece_post(client, again["url"], content[9000:], 9000).json()["complete"]


def test_a_form_of_another_site_sends_nothing(draft):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(draft.enrolment.learner, backend=BACKEND)

    assert begin_post(client, draft, b"x" * 10).status_code == 403
    url = reverse("assignments:receive_piece", args=[begun(draft, b"x" * 10).pk])
    assert piece_post(client, url, b"x", 0).status_code == 403


def test_the_page_says_how_much_of_a_file_is_here_already(learner, draft):
    content = docx_bytes()
    sent(begun(draft, content), content, stop=len(content) * 8 // 10)

    html = learner.get(reverse("assignments:submission", args=[draft.pk])).content.decode()

    assert "79 % of essay.docx is here already: choose the same file again to go on from there" in html


# ---- names, the clock, the same file twice


def test_a_name_that_turns_the_line_round_is_shown_without_its_marks(learner, draft):
    name = "essay\u202excod.docx"

    begin_post(learner, draft, b"x" * 10, name=f"C:\\home\\{name}")

    assert Upload.objects.get().name == "essayxcod.docx"


def test_the_moment_an_upload_began_is_kept_when_midnight_passes(draft):
    content = docx_bytes()
    evening = dt.datetime(2030, 6, 14, 22, 59, 30, tzinfo=dt.UTC)  # half a minute before midnight in London
    with clock.at(evening):
        upload = sent(begun(draft, content), content, stop=8192)
    with clock.at(evening + dt.timedelta(minutes=5)):
        upload = sent(begun(draft, content), content, start=8192)
        document = actions.attach(draft, file=upload.as_file(), upload=upload, by=upload.owner)

    document.refresh_from_db()
    assert document.upload_began_at == evening
    assert document.uploaded_at == evening + dt.timedelta(minutes=5)


def test_the_same_file_twice_is_one_document_and_a_sentence(draft):
    first = factories.attach(draft, file=ContentFile(docx_bytes(), name="essay.docx"))

    with pytest.raises(Refused, match=r"This file is there already: essay\.docx, received on"):
        actions.attach(draft, file=ContentFile(docx_bytes(), name="copy.docx"), by=draft.enrolment.learner)
    assert list(draft.documents.all()) == [first]


def test_a_file_that_was_replaced_becomes_the_one_to_hand_in_again(draft):
    first = factories.attach(draft, file=ContentFile(docx_bytes(), name="essay.docx"))
    factories.attach(draft, file=ContentFile(docx_bytes(seed="new"), name="new.docx"))

    again = factories.attach(draft, file=ContentFile(docx_bytes(), name="essay.docx"))

    assert again == first
    assert draft.documents.count() == 2
    assert Submission.objects.get(pk=draft.pk).document == first


def test_a_file_that_was_refused_may_be_tried_again(draft):
    wrong = b"MZ" + b"\0" * 100
    factories.attach(draft, file=ContentFile(wrong, name="essay.docx"))
    factories.attach(draft, file=ContentFile(wrong, name="essay.docx"))

    assert [one.state for one in draft.documents.all()] == ["refused", "refused"]


# ---- evidence comes the same way


def test_evidence_in_pieces_is_stored_without_copying_it(one):
    content = png(40, 30)
    upload = sent(begun(one, content, name="hall.png"), content, piece=50)
    inode = upload.part.path.stat().st_ino

    evidence = actions.add_evidence(one, title="The hall", file=upload.as_file(), upload=upload, by=one.learner)

    assert Path(evidence.file.path).stat().st_ino == inode
    assert (evidence.kind, evidence.size, evidence.sha256) == ("png", len(content), hashlib.sha256(content).hexdigest())
    upload.refresh_from_db()
    assert upload.state == "used"


def test_evidence_that_is_refused_stays_an_upload_that_can_be_looked_at(one):
    content = b"MZ" + b"\0" * 500
    upload = sent(begun(one, content, name="hall.png"), content)

    with pytest.raises(Refused, match="is a program and not a document"):
        actions.add_evidence(one, title="The hall", file=upload.as_file(), upload=upload, by=one.learner)

    upload.refresh_from_db()
    assert (upload.state, Evidence.objects.count()) == ("complete", 0)


def test_the_same_evidence_twice_is_one_file_and_a_sentence(one):
    def add(title):
        file = ContentFile(png(40, 30), name="hall.png")
        return actions.add_evidence(one, title=title, file=file, by=one.learner)

    add("The hall")
    with pytest.raises(Refused, match="This file is there already, as “The hall”"):
        add("The hall again")


def test_a_form_that_comes_back_with_a_question_still_has_the_file(learner, one):
    content = png(40, 30)
    upload = sent(begun(one, content, name="hall.png"), content)
    address = reverse("assignments:add_evidence", args=[one.pk])

    html = learner.post(address, {"upload": upload.pk, "title": ""}).content.decode()

    assert 'data-arrived="hall.png"' in html
    assert f'name="upload" value="{upload.pk}"' in html
    assert learner.post(address, {"upload": upload.pk, "title": "The hall"}).status_code == 302
    assert Evidence.objects.get().name == "hall.png"


# ---- the sweep


def test_an_upload_that_nobody_goes_on_with_is_given_up_after_a_week(draft, django_capture_on_commit_callbacks):
    content = docx_bytes()
    upload = sent(begun(draft, content), content, stop=8192)

    with clock.at(clock.now() + dt.timedelta(days=6)), django_capture_on_commit_callbacks(execute=True):
        call_command("sweep_uploads", verbosity=0)
    assert upload.part.path.exists()
    with clock.at(clock.now() + dt.timedelta(days=8)), django_capture_on_commit_callbacks(execute=True):
        call_command("sweep_uploads", verbosity=0)

    upload.refresh_from_db()
    assert upload.state == "abandoned"
    assert not upload.part.path.exists()


def test_the_sweep_removes_the_files_of_a_change_that_was_taken_back_and_no_others(draft):
    kept = factories.attach(draft)
    kept_figures = list(kept.figures.all())
    stray = Path(settings.MEDIA_ROOT) / "documents" / "2020" / "stray.docx"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"of a transaction that was rolled back")
    fresh = stray.with_name("fresh.docx")
    fresh.write_bytes(b"of a transaction that is not over yet")
    for path in (stray, Path(kept.file.path), *(Path(one.file.path) for one in kept_figures)):
        os.utime(path, (0, 0))

    call_command("sweep_uploads", verbosity=0)

    assert not stray.exists()
    assert fresh.exists()
    assert Path(kept.file.path).exists()
    assert all(Path(one.file.path).exists() for one in kept_figures)


def test_a_file_that_arrived_days_ago_and_is_being_added_is_not_swept(draft):
    content = docx_bytes()
    upload = sent(begun(draft, content), content)
    os.utime(upload.part.path, (0, 0))
    document = actions.attach(draft, file=upload.as_file(), upload=upload, by=upload.owner)

    assert Path(document.file.path).stat().st_mtime > clock.now().timestamp() - 60
    examination.examine(document.pk)
    assert Document.objects.get().state == "ready"
