"""The virus scan, asked of a real clamd that knows two signatures of our own, and of one that does not answer."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from assignments import actions, examination, scanning
from assignments.models import Evidence, Submission
from core.refusals import Refused
from tests import factories, services
from tests.assignments.documents import png
from tests.factories import a_submission, an_enrolment, docx_bytes, essay_of

# The test file of the anti-virus makers, in two halves, so that no scanner takes this one for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
PLANTED = "waymark planted virus"


@pytest.fixture(scope="module")
def clamd_url():
    """The address of a private clamd. It loads signatures written here and fetches none."""
    with services.clamd({"Waymark.Eicar": EICAR, "Waymark.Planted": PLANTED.encode()}) as url:
        yield url


@pytest.fixture
def scanner(clamd_url, settings):
    settings.CLAMD_URL = clamd_url


@pytest.fixture
def nobody(settings, tmp_path):
    """An address at which nothing answers."""
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody.sock"


@pytest.fixture
def draft(cast):
    one = an_enrolment(cast=cast)
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


def attached(draft, content=None, name="essay.docx"):
    file = ContentFile(content or docx_bytes(), name=name)
    return actions.attach(draft, file=file, by=draft.enrolment.learner)


def an_infected_docx():
    """A whole document with a virus behind it, as far as the scanner knows."""
    return docx_bytes() + PLANTED.encode()


def test_without_an_address_nothing_is_scanned_and_nothing_said(draft):
    document = attached(draft)

    assert examination.examine(document.pk) == "ready"
    document.refresh_from_db()
    assert document.scanned_at is None


@pytest.mark.slow
def test_a_clean_essay_is_scanned_and_ready(scanner, draft):
    document = attached(draft)

    assert examination.examine(document.pk) == "ready"
    document.refresh_from_db()
    assert document.scanned_at is not None


@pytest.mark.slow
@pytest.mark.parametrize("content", [EICAR, an_infected_docx()], ids=["test file", "document"])
def test_an_infected_essay_is_refused_and_not_kept(scanner, draft, content):
    document = attached(draft, content)
    path = Path(document.file.path)

    assert examination.examine(document.pk) == "refused"

    document.refresh_from_db()
    assert "The virus scanner says that this file is infected (Waymark." in document.refusal
    assert document.sha256
    assert not path.exists()
    assert Submission.objects.get().document is None


@pytest.mark.slow
def test_infected_evidence_is_refused_and_clean_evidence_taken(scanner, draft):
    one = draft.enrolment
    with pytest.raises(Refused, match="The virus scanner says that this file is infected"):
        actions.add_evidence(one, title="Notes", file=ContentFile(EICAR, name="notes.txt"), by=one.learner)
    actions.add_evidence(one, title="Hall", file=ContentFile(png(40, 30), name="hall.png"), by=one.learner)

    assert [evidence.title for evidence in Evidence.objects.all()] == ["Hall"]


def test_a_scanner_that_does_not_answer_lets_nothing_through(nobody, draft):
    document = attached(draft)

    assert examination.examine(document.pk) == "waiting_for_scan"
    assert examination.examine(document.pk) == "waiting_for_scan"

    document.refresh_from_db()
    assert (document.tries, document.claimed_at) == (0, None)
    assert Submission.objects.get().document is None
    with pytest.raises(Refused, match="still being checked"):
        actions.submit(draft, ai_use="none", signed_name="Robin", by=draft.enrolment.learner)


@pytest.mark.slow
def test_what_waited_is_scanned_by_the_sweep_when_the_scanner_is_back(nobody, draft, settings, clamd_url):
    good, bad = attached(draft), attached(draft, EICAR, name="worse.docx")
    examination.examine(good.pk)
    examination.examine(bad.pk)
    call_command("examine_documents", verbosity=0)
    assert [one.state for one in draft.documents.all()] == ["waiting_for_scan", "waiting_for_scan"]

    settings.CLAMD_URL = clamd_url
    call_command("examine_documents", verbosity=0)

    assert [one.state for one in draft.documents.order_by("pk")] == ["ready", "refused"]
    assert Submission.objects.get().document == good


def test_evidence_is_not_taken_while_the_scanner_does_not_answer(nobody, draft):
    one = draft.enrolment
    with pytest.raises(Refused, match="The virus scan does not answer at the moment"):
        actions.add_evidence(one, title="Hall", file=ContentFile(png(40, 30), name="hall.png"), by=one.learner)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "says", ["", "stream: Can't allocate memory ERROR", "INSTREAM size limit exceeded. ERROR", "x"]
)
def test_an_answer_that_is_no_verdict_lets_nothing_through(says, settings, tmp_path):
    """A line of a scanner in trouble, spoken by a socket of ours."""
    file = tmp_path / "essay.docx"
    file.write_bytes(b"x" * 3000)
    with services.answering(says) as url:
        settings.CLAMD_URL = url
        with pytest.raises(scanning.Unreachable):
            scanning.scan(file)


def test_an_address_of_tcp_has_its_port(settings):
    settings.CLAMD_URL = "tcp://scanner:3311"
    assert (scanning.client().host, scanning.client().port) == ("scanner", 3311)
    settings.CLAMD_URL = "tcp://scanner"
    assert scanning.client().port == 3310


def test_the_page_says_that_a_file_waits(nobody, draft, client):
    examination.examine(attached(draft).pk)
    client.force_login(draft.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")

    html = client.get(f"/submissions/{draft.pk}/").content.decode()

    assert "Waiting for the virus scan." in html
    assert "Your file is here and safe" in html
    assert "Hand in 4,200 words" not in html


def test_an_earlier_file_stays_the_one_to_hand_in_while_another_waits(nobody, cast):
    draft = a_submission(cast=cast, state="draft")
    examination.examine(attached(draft, docx_bytes(seed="new")).pk)

    factories.hand_in(draft)

    assert Submission.objects.get(pk=draft.pk).state == "submitted"
