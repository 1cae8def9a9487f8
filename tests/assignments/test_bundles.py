"""A portfolio as one file: what it holds, that nothing in it is hidden or lost, and who may have it."""

import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
import unicodedata
import zipfile
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from assignments import actions, bundles
from assignments.bundles import names, pages
from assignments.models import Bundle, BundleKind, Evidence
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused
from tests import factories
from tests.assignments.documents import png
from tests.reporting.pdf import everything_said, page_texts, structure

pytestmark = pytest.mark.django_db


def built(enrolment, *, kind, submission=None, by=None):
    """A bundle that was asked for and made, in this process."""
    bundle = actions.ask_bundle(enrolment, kind=kind, submission=submission, by=by or enrolment.learner)
    call_command("build_bundles", str(bundle.pk), verbosity=0)
    bundle.refresh_from_db()
    assert bundle.is_ready, bundle.failed_sentence
    return bundle


def content(bundle) -> bytes:
    with bundle.file.open("rb") as file:
        return file.read()


def source_of(enrolment, submission=None):
    now = clock.now()
    one = Bundle(enrolment=enrolment, submission=submission, asked_at=now, started_at=now)
    return bundles.read(one)


def printed(source, tmp_path) -> bytes:
    path = tmp_path / "portfolio.pdf"
    bundles.print_to(source, path)
    return path.read_bytes()


@pytest.fixture
def handed_in(cast):
    """A portfolio that was handed in with a picture, by a learner whose name is not Latin throughout."""
    one = factories.an_enrolment(cast=cast)
    factories.a_registration(one, cast=cast)
    actions.add_evidence(
        one, title="A drawing of the hall", file=ContentFile(png(40, 30), name="hall.png"), by=one.learner
    )
    return factories.a_submission(cast=cast, one=one, kind="portfolio")


# --- where it comes from ---------------------------------------------------------------------------------------------


def test_a_handed_in_portfolio_is_made_from_its_frozen_copy_not_from_the_rows_of_today(handed_in, tmp_path):
    before = printed(source_of(handed_in.enrolment, handed_in), tmp_path)
    client = handed_in.enrolment.practice_clients.get()
    client.goals = "Something thought of later"
    client.save()
    client.sessions.update(reflection="Rewritten")

    after = printed(source_of(handed_in.enrolment, handed_in), tmp_path)

    assert after == before
    assert "I asked fewer questions and waited longer." in " ".join(page_texts(after))


def test_a_growing_portfolio_is_made_as_it_stands(cast, tmp_path):
    one = factories.an_enrolment(cast=cast)
    factories.fill_portfolio(one)

    said = " ".join(page_texts(printed(source_of(one), tmp_path)))

    assert "It has not been handed in like this." in said
    assert "Run calmer meetings" in said


def test_a_file_that_no_longer_has_its_fingerprint_is_said_and_still_there(handed_in, tmp_path):
    one = handed_in.evidence.get()
    Path(one.file.path).write_bytes(png(41, 30))

    source = source_of(handed_in.enrolment, handed_in)

    assert "A drawing of the hall: the file has the fingerprint" in source.problems[0]
    said = " ".join(page_texts(printed(source, tmp_path)))
    assert "Not as it was handed in" in said
    assert "Not as it should be" in said
    path = tmp_path / "one.zip"
    bundles.pack(source, path)
    with zipfile.ZipFile(path) as archive:
        assert "evidence/hall.png" in archive.namelist()
        assert archive.read("manifest-sha256.txt").decode().startswith("# A drawing of the hall: the file has")
        assert "Not as it was handed in" in archive.read("index.html").decode()


def test_a_file_that_is_missing_is_said_and_the_rest_is_made(handed_in, tmp_path):
    Path(handed_in.evidence.get().file.path).unlink()

    said = " ".join(page_texts(printed(source_of(handed_in.enrolment, handed_in), tmp_path)))

    assert "the file is missing" in said
    assert "Run calmer meetings" in said


def test_a_file_that_the_frozen_list_does_not_know_is_said(handed_in):
    later = Evidence.objects.get()
    later.pk, later.title = None, "Slipped in"
    later.save(force_insert=True)
    with factories.unfrozen():
        handed_in.evidence.add(later)

    assert source_of(handed_in.enrolment, handed_in).problems == (
        "Slipped in: it is not on the frozen list of evidence.",
    )


def test_a_frozen_copy_that_was_changed_is_said_on_the_cover(handed_in, tmp_path):
    path = Path(handed_in.document.file.path)
    path.write_bytes(path.read_bytes().replace(b"calmer", b"louder"))

    first = page_texts(printed(source_of(handed_in.enrolment, handed_in), tmp_path))[0]

    assert "no longer has the fingerprint on the receipt" in first


@pytest.mark.parametrize("damage", [b"", b"{", b"[]"])
def test_a_frozen_copy_that_cannot_be_read_makes_no_bundle_and_says_so(handed_in, cast, damage):
    Path(handed_in.document.file.path).write_bytes(damage)
    bundle = actions.ask_bundle(handed_in.enrolment, kind="pdf", submission=handed_in, by=cast.tutor)

    call_command("build_bundles", str(bundle.pk), verbosity=0)

    bundle.refresh_from_db()
    assert bundle.failed_sentence.startswith("The frozen copy of this portfolio cannot be read any more.")
    assert not bundle.is_unfinished


def reread(submission, facts):
    """The source as it would be if these had been the frozen facts."""
    raw = json.dumps(facts, ensure_ascii=False).encode()
    document = submission.document
    Path(document.file.path).write_bytes(raw)
    with factories.unfrozen():
        type(document).objects.filter(pk=document.pk).update(sha256=hashlib.sha256(raw).hexdigest())
    submission.document.refresh_from_db()
    return source_of(submission.enrolment, submission)


def frozen(submission):
    return json.loads(Path(submission.document.file.path).read_bytes())


@pytest.mark.parametrize(
    "facts",
    [{}, {"clients": None, "texts": None, "evidence": None, "supervision": None},
     {"clients": [{}], "texts": {"review": None}, "supervision": [{}], "evidence": [{}], "matrix": [{}]},
     {"clients": [{"code": "A", "sessions": [{}], "feedback": [{}]}], "more": {"deep": [1]}},
     {"clients": [{"code": "A & <b>", "contract_agreed_on": "soon", "sessions": [{"held_on": "2024", "minutes": "9"}]}]}],
    ids=["nothing", "nulls", "empty things", "new keys", "odd values"],
)  # fmt: skip
def test_missing_and_unknown_keys_break_nothing(handed_in, facts, tmp_path):
    said = " ".join(page_texts(printed(reread(handed_in, facts), tmp_path)))

    assert "Contents" in said
    assert "No supervision is recorded." in said or facts.get("supervision")


def test_newer_parts_are_printed_when_they_are_there(handed_in, tmp_path):
    facts = frozen(handed_in)
    facts["clients"][0] |= {
        "contract": "We meet six times.\n\nWhat is said stays here.",
        "feedback": [
            {
                "given_on": "2024-06-14",
                "ratings": {"I was listened to": 5},
                "texts": {"What helped most?": "The silence."},
            }
        ],
    }
    facts["matrix"] = [
        {"unit": "501", "number": "1.1", "title": "Explain coaching", "items": ["Client A", "The hall"]},
        {"unit": "501", "number": "1.2", "title": "Compare models", "items": []},
    ]

    said = " ".join(page_texts(printed(reread(handed_in, facts), tmp_path)))

    for words in ("What is said stays here.", "Given on 14 June 2024", "I was listened to 5", "The silence.",
                  "1.1 Explain coaching Client A; The hall", "1.2 Compare models Nothing is mapped"):  # fmt: skip
        assert words in said, words


# --- the PDF ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def pdf(handed_in, tmp_path):
    return printed(source_of(handed_in.enrolment, handed_in), tmp_path)


def test_the_cover_says_whose_it_is_and_which_attempt(pdf, handed_in):
    first = page_texts(pdf)[0]
    number = handed_in.enrolment.registration.number
    for words in (
        "Northgate Learning",
        "Portfolio of Robin Example",
        number,
        handed_in.reference,
        "Attempt 1",
        "Handed in",
    ):
        assert words in first, words
    assert f"sha256{handed_in.document.sha256}" in first.replace(" ", "")


def test_it_is_tagged_titled_and_in_english(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(root.Lang) == "en-GB"
        with document.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert meta["dc:title"].startswith("Portfolio of ")


def test_a_screen_reader_finds_its_way(pdf):
    nodes = structure(pdf)
    kinds = [str(node.S)[1:] for node in nodes]
    levels = [int(kind[1]) for kind in kinds if kind[0] == "H" and kind[1:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    heads = [node for node in nodes if node.S == "/TH"]
    assert {str(node.A.Scope) for node in heads} == {"/Column", "/Row"}
    known = {str(node.ID) for node in heads}
    cells = [node for node in nodes if node.S == "/TD" and len(node.K)]
    assert cells
    assert all(str(one) in known for node in cells for one in node.A.Headers)


def test_contents_lead_to_their_pages_and_say_where_in_words(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        known = {str(one) for one in document.Root.Names.Dests.Names if isinstance(one, pikepdf.String)}
        links = [link for page in document.pages for link in page.get("/Annots", [])]
        assert {str(link.Dest) for link in links} <= known
        assert {"Client A", "Supervision", "Evidence"} <= {str(link.Contents) for link in links}
        with document.open_outline() as outline:
            titles = [one.title for one in outline.root[0].children]
    assert titles[0] == "Contents"
    assert {"Client A", "Review of own ability", "Development plan", "Evidence", "Declaration"} <= set(titles)
    number = next(
        n
        for n, text in enumerate(page_texts(pdf), 1)
        if text.endswith("Supervision") is False and "Careful and warm." in text
    )
    assert f"Supervision {number}" in " ".join(page_texts(pdf)[1].replace(".", " ").split())


def test_equal_sources_have_equal_bytes(pdf, handed_in, tmp_path):
    with clock.at(clock.today() + dt.timedelta(days=3)):
        assert printed(source_of(handed_in.enrolment, handed_in), tmp_path) == pdf


def test_evidence_and_the_frozen_facts_lie_inside_it(pdf, handed_in):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.attachments["hall.png"].get_file().read_bytes() == png(40, 30)
        facts = document.attachments["portfolio.json"].get_file().read_bytes()
        assert hashlib.sha256(facts).hexdigest() == handed_in.document.sha256
        assert len(document.Root.AF) == 2
        for one in document.Root.AF:
            assert one.AFRelationship == "/Supplement"
            assert str(one.Desc)
            assert str(one.F) == str(one.UF)


def test_what_is_too_large_for_the_pdf_is_listed_as_being_in_the_zip(handed_in):
    source = source_of(handed_in.enrolment, handed_in)
    files = pages.chosen(source, each=10)
    assert [one.is_attached for one in files] == [False]
    files = pages.chosen(source, together=10)
    assert [one.is_attached for one in files] == [False]


@pytest.mark.skipif(not (Path(sys.executable).parent / "pdfua").exists(), reason="pdfua is a tool of development")
def test_the_checker_of_pdf_ua_has_no_finding(pdf, tmp_path):
    file = tmp_path / "checked.pdf"
    file.write_bytes(pdf)
    tool = Path(sys.executable).with_name("pdfua")
    done = subprocess.run([tool, "check", str(file)], capture_output=True, text=True, check=False)
    assert "result: PASS" in done.stdout, done.stdout


def test_what_a_learner_types_is_text_and_never_markup(handed_in, tmp_path):
    facts = frozen(handed_in)
    facts["clients"][0]["code"] = "<A&B>"
    facts["texts"]["review"] = "1 < 2 & <script>alert(1)</script>\x07 <img src='file:///etc/passwd'/>"
    source = reread(handed_in, facts)

    said = " ".join(page_texts(printed(source, tmp_path)))

    assert "1 < 2 & <script>alert(1)</script> <img src='file:///etc/passwd'/>" in said
    assert "Client <A&B>" in said
    path = tmp_path / "one.zip"
    bundles.pack(source, path)
    with zipfile.ZipFile(path) as archive:
        assert "<script" not in archive.read("index.html").decode()


def test_names_beyond_latin_can_be_read_and_every_typeface_is_embedded(handed_in, tmp_path):
    form = handed_in.enrolment.application
    form.legal_first_name, form.legal_last_name = "Łukasz", "Żółć"
    form.save()
    facts = frozen(handed_in)
    facts["texts"]["review"] = "مرحبا بالعالم. Ωμέγα. Привет. 王小明."
    source = reread(handed_in, facts)

    pdf = printed(source, tmp_path)

    said = unicodedata.normalize("NFKC", everything_said(pdf))
    for words in ("Portfolio of Łukasz Żółć", "Ωμέγα", "Привет"):
        assert words in said, words
    assert "مرحبا" in said or "ابحرم" in said
    assert "王" in said or "[U+738B]" in said
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for font in page.Resources.get("/Font", {}).values():
                inner = font.DescendantFonts[0].FontDescriptor
                assert any(key in inner for key in ("/FontFile", "/FontFile2", "/FontFile3")), font.BaseFont


def test_a_letter_that_no_typeface_has_stands_as_its_number_and_no_box_is_drawn(handed_in, tmp_path, caplog):
    facts = frozen(handed_in)
    facts["texts"]["review"] = "Private use: \ue123."

    with caplog.at_level("WARNING", logger="weasyprint"):
        said = " ".join(page_texts(printed(reread(handed_in, facts), tmp_path)))

    assert "Private use: [U+E123]." in said
    assert caplog.records == []


@pytest.mark.slow
def test_a_long_portfolio_is_read_from_front_to_back(handed_in, tmp_path):
    facts = frozen(handed_in)
    facts["texts"]["review"] = "\n\n".join(["I waited, and then asked again. " * 20] * 25)
    facts["clients"][0]["goals"] = "Donaudampfschifffahrtsgesellschaft" * 30
    facts["clients"][0]["sessions"] = [
        {
            "held_on": f"2024-0{1 + n % 9}-1{n % 10}",
            "minutes": 45,
            "focus": f"Session {n}",
            "notes": "",
            "reflection": f"Thought {n}.",
        }
        for n in range(60)
    ]

    pdf = printed(reread(handed_in, facts), tmp_path)

    said = " ".join(page_texts(pdf))
    assert "Together 60 sessions 45 h" in said
    assert all(f"Thought {n}." in said for n in range(60))
    nodes = structure(pdf)
    assert all(str(node.A.Scope) in ("/Column", "/Row") for node in nodes if node.S == "/TH")


# --- the ZIP ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(handed_in, tmp_path):
    path = tmp_path / "portfolio.zip"
    bundles.pack(source_of(handed_in.enrolment, handed_in), path)
    return path


def test_what_is_unpacked_agrees_with_its_manifest(archive, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(archive) as inside:
        inside.extractall(folder)
        listed = set(inside.namelist())
    done = subprocess.run(
        ["sha256sum", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    named = {
        line.split("  ", 1)[1] for line in (folder / "manifest-sha256.txt").read_text().splitlines() if line[0] != "#"
    }
    assert named == listed - {"manifest-sha256.txt"}
    assert {"index.html", "portfolio.pdf", "portfolio.json", "cover-sheet.txt", "evidence/hall.png"} <= named


def test_the_archive_opens_offline_without_script(archive, handed_in):
    with zipfile.ZipFile(archive) as inside:
        page = inside.read("index.html").decode()
        sheet = inside.read("cover-sheet.txt").decode()
        assert hashlib.sha256(inside.read("portfolio.json")).hexdigest() == handed_in.document.sha256
        assert inside.getinfo("evidence/hall.png").compress_type == zipfile.ZIP_STORED
    assert "<script" not in page
    assert "://" not in page
    assert 'href="evidence/hall.png"' in page
    assert "I asked fewer questions and waited longer." in page
    assert handed_in.reference in sheet
    assert f"Signed: {handed_in.declaration.signed_name}" in sheet


def test_equal_sources_make_equal_archives(archive, handed_in, tmp_path):
    again = tmp_path / "again.zip"
    bundles.pack(source_of(handed_in.enrolment, handed_in), again)
    assert again.read_bytes() == archive.read_bytes()


@given(
    st.lists(
        st.text(max_size=40)
        | st.sampled_from(["a.PNG", "A.png", "..", "/etc/passwd", "con", "..\\x\\aux.txt", "é.pdf", "e\u0301.pdf"]),
        max_size=12,
    )
)
def test_names_in_an_archive_are_safe_and_none_is_like_another(given_names):
    found = names.unique(given_names)
    assert len(found) == len(given_names)
    folded = {unicodedata.normalize("NFKC", one).casefold() for one in found}
    assert len(folded) == len(found)
    for one in found:
        path = PurePosixPath(f"evidence/{one}")
        assert one
        assert not one.startswith((".", " ", "-"))
        assert len(path.parts) == 2
        assert ".." not in path.parts
        assert not set(one) & set('/\\<>:"|?*')
        assert all(unicodedata.category(letter)[0] != "C" for letter in one)
        assert len(one.encode()) <= 255


def test_marks_that_turn_a_name_round_are_taken_out():
    assert names.safe("contract\u202egpj.exe") == "contractgpj.exe"
    assert names.safe("\u200f\u2067hall\u2069.png") == "hall.png"


# --- the job ---------------------------------------------------------------------------------------------------------


def test_one_job_at_a_time_for_one_thing(handed_in, cast):
    first = actions.ask_bundle(handed_in.enrolment, kind="zip", submission=handed_in, by=cast.tutor)
    again = actions.ask_bundle(handed_in.enrolment, kind="zip", submission=handed_in, by=handed_in.enrolment.learner)
    growing = actions.ask_bundle(handed_in.enrolment, kind="zip", by=handed_in.enrolment.learner)
    assert first == again
    assert growing != first
    with pytest.raises(IntegrityError), transaction.atomic():
        Bundle.objects.create(
            enrolment=handed_in.enrolment, submission=handed_in, kind="zip", asked_at=clock.now(), asked_by=cast.tutor
        )


def test_a_frozen_attempt_is_put_together_once_and_a_growing_portfolio_anew(handed_in, cast):
    one = handed_in.enrolment
    done = built(one, kind=BundleKind.PDF, submission=handed_in)
    assert actions.ask_bundle(one, kind="pdf", submission=handed_in, by=cast.tutor) == done
    growing = built(one, kind=BundleKind.PDF)
    assert actions.ask_bundle(one, kind="pdf", by=one.learner) != growing


def test_the_row_keeps_the_fingerprint_of_the_file(handed_in):
    done = built(handed_in.enrolment, kind="zip", submission=handed_in)
    raw = content(done)
    assert (done.sha256, done.size, done.progress) == (hashlib.sha256(raw).hexdigest(), len(raw), 100)
    assert Event.objects.about(done).filter(verb="build_bundle", actor=None).count() == 1


def test_a_job_whose_worker_died_is_taken_up_by_another_and_given_up_in_the_end(handed_in, cast):
    bundle = actions.ask_bundle(handed_in.enrolment, kind="pdf", submission=handed_in, by=cast.tutor)
    now = clock.now()
    Bundle.objects.filter(pk=bundle.pk).update(tries=1, started_at=now, seen_at=now)

    call_command("build_bundles", verbosity=0)
    bundle.refresh_from_db()
    assert bundle.is_unfinished, "its worker may be alive"

    with clock.at(now + dt.timedelta(minutes=16)):
        call_command("build_bundles", verbosity=0)
    bundle.refresh_from_db()
    assert bundle.is_ready
    assert bundle.tries == 2

    other = actions.ask_bundle(handed_in.enrolment, kind="zip", submission=handed_in, by=cast.tutor)
    Bundle.objects.filter(pk=other.pk).update(tries=3, started_at=now, seen_at=now)
    with clock.at(now + dt.timedelta(minutes=16)):
        call_command("build_bundles", verbosity=0)
    other.refresh_from_db()
    assert other.failed_sentence.startswith("This stopped 3 times")


def test_a_worker_that_was_slow_does_not_overwrite_the_one_that_took_its_place(handed_in, cast, tmp_path):
    bundle = actions.ask_bundle(handed_in.enrolment, kind="pdf", submission=handed_in, by=cast.tutor)
    slow = Bundle.objects.get(pk=bundle.pk)
    assert actions.bundles._claim(slow)
    with clock.at(clock.now() + dt.timedelta(minutes=16)):
        assert actions.build_bundle(bundle)
    (tmp_path / "late.pdf").write_bytes(b"%PDF-")

    assert not actions.bundles._keep(slow, tmp_path / "late.pdf")

    kept = Bundle.objects.get(pk=bundle.pk)
    assert kept.sha256 == bundle.sha256
    assert len(list(Path(kept.file.path).parent.glob(f"{hashlib.sha256(b'%PDF-').hexdigest()[:16]}*"))) == 0


def test_a_file_is_cleared_away_after_seven_days_and_its_row_stays(handed_in, django_capture_on_commit_callbacks):
    done = built(handed_in.enrolment, kind="pdf", submission=handed_in)
    path = Path(done.file.path)
    with clock.at(clock.now() + dt.timedelta(days=6)):
        call_command("build_bundles", verbosity=0)
    assert path.exists()
    with clock.at(clock.now() + dt.timedelta(days=7, minutes=1)), django_capture_on_commit_callbacks(execute=True):
        call_command("build_bundles", verbosity=0)
    done.refresh_from_db()
    assert not path.exists()
    assert not done.is_ready
    assert done.sha256
    assert (
        actions.ask_bundle(handed_in.enrolment, kind="pdf", submission=handed_in, by=handed_in.enrolment.learner)
        != done
    )


# --- who may have it -------------------------------------------------------------------------------------------------


def test_only_those_who_read_the_work_ask_for_it(handed_in, cast):
    one = handed_in.enrolment
    for person in (cast.client_contact, cast.administrator, cast.contract_manager, cast.stranger):
        with pytest.raises(NotAllowed):
            actions.ask_bundle(one, kind="pdf", submission=handed_in, by=person)
    for person in (cast.tutor, cast.client_contact):
        with pytest.raises(NotAllowed):
            actions.ask_bundle(one, kind="pdf", by=person)


def test_an_essay_and_a_draft_are_not_put_together(cast):
    essay = factories.a_submission(cast=cast)
    draft = factories.a_submission(cast=cast, kind="portfolio", state="draft")
    for one in (essay, draft):
        with pytest.raises(Refused):
            actions.ask_bundle(one.enrolment, kind="pdf", submission=one, by=one.enrolment.learner)


def test_the_learner_asks_sees_how_far_it_is_and_downloads(handed_in, cast, client):
    client.force_login(handed_in.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = f"/submissions/{handed_in.pk}/bundle/"

    assert "Put the PDF together" in client.get(url).content.decode()
    client.post(url, {"kind": "pdf"})
    waiting = client.get(url, headers={"X-Requested-With": "poll"}).content.decode()
    assert "Waiting for its turn" in waiting
    assert "<html" not in waiting
    call_command("build_bundles", verbosity=0)

    assert "Download the PDF" in client.get(url).content.decode()
    done = Bundle.objects.get()
    answer = client.get(f"/bundles/{done.pk}/")
    assert b"".join(answer) == content(done)
    assert answer["Cache-Control"] == "private, no-store"
    assert "attachment" in answer["Content-Disposition"]
    assert not Event.objects.filter(verb="download").exists()


def test_a_download_by_somebody_else_is_recorded(handed_in, cast):
    done = built(handed_in.enrolment, kind="zip", submission=handed_in)
    answer = cast.client_of("tutor").get(f"/bundles/{done.pk}/")
    assert len(b"".join(answer)) == done.size
    event = Event.objects.get(verb="download")
    assert (event.actor, event.detail["sha256"]) == (cast.tutor, done.sha256)


def test_a_growing_portfolio_is_for_its_learner_alone(cast):
    one = factories.an_enrolment(cast=cast)
    factories.fill_portfolio(one)
    done = built(one, kind="pdf")
    for person in ("tutor", "iqa", "eqa"):
        assert cast.client_of(person).get(f"/bundles/{done.pk}/").status_code == 404
    assert cast.client_of("client_contact").get(f"/bundles/{done.pk}/").status_code == 403


def test_a_kind_that_there_is_not_is_refused_in_words(handed_in, client):
    client.force_login(handed_in.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"/submissions/{handed_in.pk}/bundle/", {"kind": "tar"})
    assert answer.status_code == 200
    assert not Bundle.objects.exists()
