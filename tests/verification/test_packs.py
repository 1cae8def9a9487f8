"""The pack of a visit: what lies in it, that every hash is right, that it opens offline, and who may have it."""

import csv
import datetime as dt
import hashlib
import io
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from playwright.sync_api import expect

from accounts.permissions import Role
from assignments import actions
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused
from enrolment import actions as enrolment
from tests import factories
from tests.assignments.documents import png
from tests.browser import barriers, fits
from verification import handling, packing, packs, planning, staffing, visiting
from verification.models import Pack
from verification.packs.archive import as_csv, safe_cell


def a_visit(cast, enrolments, *, eqa=None):
    eqa = eqa or factories.a_user(role=Role.EQA, name="Vera Visitor")
    now = clock.now()
    visit = visiting.plan_visit(
        qualification=enrolments[0].cohort.version.qualification, email=eqa.email, full_name=eqa.full_name,
        opens_at=now, closes_at=now + dt.timedelta(days=1), by=cast.administrator,
    )  # fmt: skip
    visiting.name_learners(visit, enrolments=enrolments, by=cast.administrator)
    return visit


def a_full_cohort(cast, *, size):
    """Learners with essay and portfolio passed and verified; the last left after handing in, the one before has nothing."""
    cohort = factories.a_cohort(cast=cast)
    people = []
    for number in range(size):
        one = factories.an_enrolment(cast=cast, cohort=cohort, name=f"Læarner  Nº {number} =cmd/../x")
        if number < size - 2:
            factories.verified(cast=cast, one=one)
        people.append(one)
    factories.a_submission(cast=cast, one=people[-1], state="referred")
    enrolment.withdraw(people[-1], withdrawal_reason="=A new post", by=cast.administrator)
    return people


def built(visit, cast):
    pack = packing.ask_pack(visit, by=cast.administrator)
    call_command("build_packs", str(pack.pk), verbosity=0)
    pack.refresh_from_db()
    assert pack.is_ready, pack.failed_sentence
    return pack


def unpacked(pack, folder: Path) -> Path:
    with pack.file.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


@pytest.fixture
def three(cast):
    return a_full_cohort(cast, size=3)


@pytest.fixture
def visit(cast, three):
    return a_visit(cast, three)


# ---- what lies in it


@pytest.mark.django_db
def test_every_hash_is_right_and_nothing_is_left_out_of_the_manifest(cast, visit, tmp_path):
    pack = built(visit, cast)
    folder = unpacked(pack, tmp_path)

    checked = subprocess.run(
        [shutil.which("sha256sum"), "--strict", "--quiet", "-c", packs.MANIFEST], cwd=folder, capture_output=True, text=True
    )  # fmt: skip
    listed = {line.partition("  ")[2] for line in (folder / packs.MANIFEST).read_text().splitlines()}
    there = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert there == {*listed, packs.MANIFEST}
    assert pack.files == len(there)
    with pack.file.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == pack.sha256


@pytest.mark.django_db
def test_every_link_leads_to_a_file_of_the_pack(cast, visit, tmp_path):
    folder = unpacked(built(visit, cast), tmp_path)

    for page in folder.rglob("*.html"):
        tree = html.fromstring(page.read_bytes())
        links = [*tree.xpath("//a/@href"), *tree.xpath("//link/@href")]
        assert tree.xpath("//script|//iframe|//*[@style]") == []
        for link in links:
            path, _, fragment = link.partition("#")
            assert "//" not in path
            assert (page.parent / unquote(path)).resolve().is_relative_to(folder.resolve())
            assert not path or (page.parent / unquote(path)).is_file(), f"{page}: {link}"
            assert path or tree.xpath("//*[@id=$id]", id=fragment), f"{page}: {link}"


@pytest.mark.django_db
def test_the_frozen_work_lies_in_it_as_it_was_handed_in(cast, visit, three, tmp_path):
    folder = unpacked(built(visit, cast), tmp_path)
    piece = three[0].submissions.get(assignment__kind="essay")

    found = {hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.rglob("Work *")}

    assert piece.document.sha256 in found
    assert "Not as it should be" not in (folder / "index.html").read_text()


@pytest.mark.django_db
def test_plans_staff_files_standardisation_and_appeals_lie_in_it(cast, visit, three, tmp_path):
    """Of an appeal the decision, never what was said; of interests only those near to these learners."""
    tutor, today, one = cast.tutor, clock.today(), three[0]
    planning.set_strategy(one.cohort.version, from_on=today, every=["tutor"], note="As agreed.", by=cast.iqa)
    planning.draw_plan(one.cohort, seed=7, by=cast.iqa)
    staffing.add_development(tutor, done_on=today, hours=3, what="On feedback", changed="Shorter actions.", by=tutor)
    staffing.declare_interest(tutor, learner=one.learner, nature="A cousin", from_on=today, by=tutor)
    elsewhere = factories.an_enrolment(cast=cast, cohort=factories.a_cohort(cast=cast))
    staffing.declare_interest(tutor, learner=elsewhere.learner, nature="A neighbour", from_on=today, by=tutor)
    piece = one.submissions.get(assignment__kind="essay")
    colleague = factories.a_user(role=Role.TUTOR, name="Connie Colleague")
    factories.a_standardisation(
        cast=cast, assignment=piece.assignment, people=[tutor, colleague], state="closed", criterion_text="Clear."
    )
    case = handling.appeal(piece, statement="Between you and me", by=one.learner)

    folder = unpacked(built(visit, cast), tmp_path) / "tables"

    said = {slug: (folder / f"{slug}.csv").read_text(encoding="utf-8-sig") for slug in
            ("sampling-plans", "staff-files", "standardisation", "appeals")}  # fmt: skip
    assert said["sampling-plans"].count("\n") == 1 + one.cohort.sampling_plans.get().lines.count()
    assert "A cousin" in said["staff-files"]
    assert "A neighbour" not in said["staff-files"]
    assert "Shorter actions." in said["staff-files"]
    assert "Connie Colleague" in said["standardisation"]
    assert case.reference in said["appeals"]
    assert "Between you and me" not in said["appeals"]


@pytest.mark.django_db
def test_whoever_left_is_in_it_and_so_is_work_that_was_not_sampled(cast, visit, tmp_path):
    folder = unpacked(built(visit, cast), tmp_path)

    with (folder / "tables" / "learners.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["State"] for row in rows) == ["On programme", "On programme", "Withdrawn"]
    # What would be a formula in a spreadsheet is text.
    assert "'=A new post" in {row["Why"] for row in rows}
    sampling = (folder / "tables" / "internal-verification.csv").read_text(encoding="utf-8-sig")
    assert sampling.count("Not sampled") == 1


@pytest.mark.django_db
def test_the_reason_of_an_adjustment_is_not_in_it(cast, visit, three, tmp_path):
    enrolment.record_adjustment(
        three[0], extra_working_days=5, arrangement="Dyslexia", agreed_on=clock.today(), by=cast.administrator
    )
    folder = unpacked(built(visit, cast), tmp_path)

    said = (folder / "tables" / "adjustments.csv").read_text()
    assert "5 more working days" in said
    assert not [one for one in folder.rglob("*.html") if "Dyslexia" in one.read_text()]
    assert "Dyslexia" not in said


@pytest.mark.django_db
def test_a_file_that_is_gone_or_changed_is_named_on_the_first_page(cast, visit, three, tmp_path):
    documents = [
        one.submissions.filter(assignment__kind="essay", attempt=1).get().document for one in (three[0], three[2])
    ]
    with documents[0].file.storage.open(documents[0].file.name, "wb") as file:
        file.write(b"something else")
    documents[1].file.storage.delete(documents[1].file.name)
    folder = unpacked(built(visit, cast), tmp_path)

    first = (folder / "index.html").read_text()
    assert "not the one it was handed in with" in first
    assert "the frozen file is not in its place" in first


@given(st.text(max_size=20))
def test_no_cell_begins_a_formula(text):
    row = next(csv.reader(io.StringIO(as_csv(("a",), [(text,)])[1:].partition("\r\n")[2], newline="")), [""])

    assert not row or not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert safe_cell(text).removeprefix("'") == text.removeprefix("'")


# ---- who has it made, and who takes it


@pytest.mark.django_db
def test_administrators_and_internal_verifiers_have_it_made_and_nobody_else(cast, visit):
    for person in (cast.tutor, visit.eqa, cast.contract_manager, cast.learner):
        with pytest.raises(NotAllowed):
            packing.ask_pack(visit, by=person)

    asked = packing.ask_pack(visit, by=cast.iqa)
    # The task has run at once in this process; while one is under way, asking again gives the same.
    Pack.objects.filter(pk=asked.pk).update(done_at=None, sha256="")
    assert packing.ask_pack(visit, by=cast.administrator) == asked


@pytest.mark.django_db
def test_a_visit_without_learners_has_no_pack(cast, three):
    visit = a_visit(cast, three)
    visit.learners.all().delete()

    with pytest.raises(Refused, match="Nobody is named"):
        packing.ask_pack(visit, by=cast.administrator)


@pytest.mark.django_db
def test_the_verifier_downloads_it_while_the_visit_is_open_and_each_copy_is_recorded(cast, visit, client):
    pack = built(visit, cast)
    url = reverse("verification:pack_file", args=[pack.pk])
    client.force_login(visit.eqa)
    assert client.get(url).status_code == 404
    visiting.open_visit(visit, by=cast.administrator)

    answer = client.get(url)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    b"".join(answer)
    assert Event.objects.about(pack)[0].verb == "download_pack"
    assert Event.objects.about(pack)[0].actor == visit.eqa
    with clock.at(visit.closes_at):
        assert client.get(url).status_code == 404
    client.force_login(factories.a_user(role=Role.EQA))
    assert client.get(url).status_code == 404


@pytest.mark.django_db
def test_a_pack_whose_worker_died_is_found_by_the_schedule_and_given_up_after_three(cast, visit):
    now = clock.now()
    stopped = Pack.objects.create(visit=visit, asked_at=now, asked_by=cast.iqa, started_at=now, seen_at=now, tries=1)
    call_command("build_packs", verbosity=0)
    stopped.refresh_from_db()
    assert stopped.is_unfinished
    with clock.at(now + dt.timedelta(minutes=16)):
        call_command("build_packs", verbosity=0)
    stopped.refresh_from_db()
    assert stopped.is_ready

    given_up = Pack.objects.create(visit=visit, asked_at=now, asked_by=cast.iqa, tries=3)
    call_command("build_packs", verbosity=0)
    given_up.refresh_from_db()
    assert "stopped 3 times" in given_up.failed_sentence


@pytest.mark.django_db
def test_evidence_of_a_portfolio_lies_beside_it(cast, tmp_path):
    one = factories.an_enrolment(cast=cast, cohort=factories.a_cohort(cast=cast))
    actions.add_evidence(one, title="A drawing", file=ContentFile(png(40, 30), name="hall: one?.png"), by=one.learner)
    factories.a_submission(cast=cast, one=one, kind="portfolio", state="passed")
    folder = unpacked(built(a_visit(cast, [one]), cast), tmp_path)

    assert [one.name for one in folder.rglob("evidence/*.png")]
    assert list(folder.rglob("portfolio.json"))


# ---- in a browser


@pytest.mark.browser
@pytest.mark.slow
def test_a_pack_of_twelve_is_made_in_a_minute_and_opens_offline(new_context, cast_for_browser, tmp_path):
    """Twelve learners, unzipped, without a network: the pages are read from the disk and keep to the guidelines."""
    page = new_context(offline=True).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    people = a_full_cohort(cast_for_browser, size=12)
    visit = a_visit(cast_for_browser, people)
    began = time.monotonic()
    pack = built(visit, cast_for_browser)
    took = time.monotonic() - began
    print(f"\n{took:.1f} s, {pack.files} files, {pack.size:,} bytes")
    assert (pack.learners, took < 60) == (12, True)
    folder = unpacked(pack, tmp_path)

    page.goto((folder / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pack for the visit")
    for width in (1280, 320):
        fits(page, width)
        assert barriers(page) == [], f"index at {width}"
    first = page.get_by_role("navigation", name="Learners").get_by_role("link").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    fits(page, 320)
    assert barriers(page) == [], "a learner"
    page.get_by_role("link", name="Result sheet").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Result sheet")
    fits(page, 320)
    assert barriers(page) == [], "a result sheet"
    for name in ("portfolio.html", "decisions.html", "internal-verification.html"):
        page.goto(next(folder.rglob(name)).as_uri())
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        fits(page, 320)
        assert barriers(page) == [], name
    assert [one for one in asked if not one.startswith("file:")] == []
