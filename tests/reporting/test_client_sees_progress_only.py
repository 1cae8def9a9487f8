"""The client contact sees progress, never content. Marker words are planted wherever content lives; none may come out."""

import datetime as dt
import logging
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assignments import actions as assignments
from assignments import examination
from assignments.declarations import NAMES
from assignments.models import Submission
from core import clock
from core.models import Notice
from enrolment import actions as enrolment
from reporting import actions
from reporting.layout import progress_report_pdf
from reporting.models import Report
from reporting.progress import progress_report
from tests import factories
from tests.assignments import documents as build
from tests.reporting.pdf import everything_said
from verification import actions as verification
from workshops import actions as workshops
from workshops.models import Place

MARKER = "zzplanted"
# Files have tests of their own below; signing out would end the walk.
NO_PAGES = ("/pdf/", ".ics", ".css", ".svg", ".woff2", ".js", "/logout/")


@pytest.fixture
def cohort(cast):
    """One learner with a planted word in the essay, portfolio, feedback, answers, support needs, reasons and verification."""
    cohort = factories.a_cohort(cast=cast)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    learner = one.learner
    factories.a_registration(one, cast=cast)
    enrolment.save_support_needs(
        one, ethnicity=f"{MARKER}ethnicity", disability=f"{MARKER}disability", adjustments=f"{MARKER}needs", by=learner
    )
    session = factories.a_session(cast=cast, cohort=cohort)
    missed = factories.a_session(cast=cast, cohort=cohort, days_ago=5)
    factories.a_register(session, cast=cast, marks={one: "attended"})
    factories.a_register(missed, cast=cast, marks={one: "absent"})
    place = Place.objects.get(session=session)
    ratings = {"overall": 7, "tutor": 8, "knowledge_before": 3, "knowledge_after": 6}
    workshops.give_feedback(place, **ratings, comment=f"{MARKER}comment", may_quote=True, by=learner)
    gone = Place.objects.get(session=missed)
    workshops.catch_up(gone, kind="recording", held_on=clock.today(), note=f"{MARKER}catchup", by=cast.tutor)
    workshops.ask(one, subject=f"{MARKER}subject", body=f"{MARKER}body", by=learner)
    workshops.supervise(
        one, held_on=clock.today(), minutes=60, topics=f"{MARKER}topics", feedback=f"{MARKER}supervision", by=cast.tutor
    )
    essay = assignments.begin(one, assignment=factories.essay_of(cohort), by=learner)
    file = factories.an_essay_file(seed=f"{MARKER}essay", name=f"{MARKER}file.docx")
    factories.attach(essay, file=file)
    factories.hand_in(essay)
    factories.mark(essay, cast=cast)
    essay.decisions.update(feedback=f"{MARKER}feedback")
    sample = verification.select(essay, reason=f"{MARKER}sampling", by=cast.iqa)
    verification.send_back(
        sample,
        comment=f"{MARKER}iqa",
        action=f"{MARKER}action",
        action_due_on=clock.today() + dt.timedelta(days=5),
        **factories.rejected(sample),
        by=cast.iqa,
    )
    client = assignments.add_practice_client(one, code="A", role="coach", context=f"{MARKER}context", by=learner)
    assignments.log_session(
        client, held_on=clock.today(), minutes=60, focus=f"{MARKER}focus", reflection=f"{MARKER}reflection", by=learner
    )
    portfolio = factories.portfolio_of(cohort)
    later = clock.today() + dt.timedelta(days=90)
    enrolment.set_deadline(one, assignment=portfolio, due_on=later, reason=f"{MARKER}reason", by=cast.tutor)
    _handed_in_full(cast, cohort)
    leaver = factories.an_enrolment(cast=cast, cohort=cohort)
    enrolment.withdraw(leaver, withdrawal_reason=f"{MARKER}withdrawal", by=cast.administrator)
    return cohort


def _handed_in_full(cast, cohort):
    """A planted word wherever handing in keeps one: figure, note, file name, AI statement, signature, reason, draft."""
    drafted = factories.an_enrolment(cast=cast, cohort=cohort)
    draft = assignments.begin(drafted, assignment=factories.essay_of(cohort), by=drafted.learner)
    factories.attach(draft, file=_essay("draft"))
    own = factories.an_enrolment(cast=cast, cohort=cohort)
    essay = assignments.begin(own, assignment=factories.essay_of(cohort), by=own.learner)
    factories.attach(essay, file=_essay("own"))
    essay.refresh_from_db()
    said = {"ai_use": "research", "ai_statement": f"{MARKER}statement", "signed_name": f"{MARKER}signature"}
    assignments.submit(essay, **said, by=own.learner)
    other = factories.an_enrolment(cast=cast, cohort=cohort)
    assignments.hand_in_for_learner(
        other,
        assignment=factories.essay_of(cohort),
        file=_essay("behalf"),
        arrived_at=clock.now(),
        behalf_route="paper",
        behalf_reason=f"{MARKER}behalf",
        **said,
        signed_on=clock.today(),
        by=cast.administrator,
    )


def _essay(name):
    """An essay with planted words in its text, in what its picture shows, in a note and in its name."""
    content = build.docx(
        build.heading(f"{MARKER}{name}heading"),
        build.paragraph(f"{MARKER}{name}text " * 40, inner=build.note_mark(2)),
        build.paragraph(inner=build.figure("p", f"{MARKER}{name}alt")),
        footnotes={2: f"{MARKER}{name}note"},
        media={"p.png": build.png()},
    )
    return ContentFile(content, name=f"{MARKER}{name}file.docx")


@pytest.fixture
def report(cast, cohort):
    found = actions.draw_up(cohort, as_of=clock.today(), by=cast.contract_manager)
    actions.approve_report(found, standing="All is well.", by=cast.contract_manager)
    found.refresh_from_db()
    if not found.drawn_at:
        actions.draw(found)
        found.refresh_from_db()
    actions.send_report(found, by=cast.contract_manager)
    return found


def test_the_planted_words_can_be_found_by_those_who_may_read_them(cast, cohort):
    """Else the tests below would prove nothing."""
    tutor = cast.client_of("tutor")
    essays = Submission.objects.handed_in().filter(enrolment__cohort=cohort, assignment__kind="essay")
    pages = [tutor.get(reverse(f"assignments:{route}", args=[one.pk])).content.decode()
             for one in essays for route in ("room", "read")]  # fmt: skip

    said = set(re.findall(MARKER + r"[a-z]*", " ".join(pages)))

    of_a_file = {
        f"{MARKER}{name}{part}" for name in ("own", "behalf") for part in ("heading", "text", "alt", "note", "file")
    }
    kept = {f"{MARKER}{part}" for part in ("statement", "signature", "behalf")}
    assert of_a_file | kept <= said
    assert any(one.startswith(f"{MARKER}essay") for one in said)


def _walked(client, cohort):
    """Every page that links lead to from where a client begins: its address with what it says."""
    queue, seen = ["/home/", reverse("reporting:client_cohort", args=[cohort.code])], {}
    while queue:
        url = queue.pop()
        answer = client.get(url)
        is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        seen[url] = answer.content.decode() if is_page else ""
        links = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', seen[url])}
        queue += [one for one in links - set(seen) if one not in queue and not one.endswith(NO_PAGES)]
    return seen


def test_no_page_the_client_can_reach_holds_a_planted_word(cast, cohort, report):
    pages = _walked(cast.client_of("client_contact"), cohort)

    assert pages[reverse("reporting:client_cohort", args=[cohort.code])]
    for url, page in pages.items():
        assert MARKER not in page, f"{url} shows {re.findall(MARKER + r'[a-z]*', page)}"


def test_no_log_holds_a_planted_word_whatever_is_opened_or_handed_in(cast, report, caplog):
    """Everything that is logged at the most talkative level, while clients look, work comes in and a file is refused."""
    cohort = report.cohort
    client, office = cast.client_of("client_contact"), cast.client_of("administrator")
    with caplog.at_level(logging.DEBUG):
        _handed_in_full(cast, cohort)
        _walked(client, cohort)
        b"".join(client.get(reverse("reporting:report_pdf", args=[report.pk])).streaming_content)
        client.get(reverse("assignments:submission", args=[Submission.objects.handed_in().first().pk]))
        one = factories.an_enrolment(cast=cast, cohort=cohort)
        learner = Client()
        learner.force_login(one.learner, backend="allauth.account.auth_backends.AuthenticationBackend")
        draft = assignments.begin(one, assignment=factories.essay_of(cohort), by=one.learner)
        attach, submit = (reverse(f"assignments:{name}", args=[draft.pk]) for name in ("attach", "submit"))
        refused = SimpleUploadedFile(f"{MARKER}refused.docx", b"MZ" + MARKER.encode() * 50)
        signed = {
            "ai_use": "research",
            "ai_statement": f"{MARKER}typed",
            "signed_name": f"{MARKER}typed",
            "declares": NAMES,
        }
        learner.post(attach, {"file": refused, **signed})
        examination.examine(draft.documents.latest("pk").pk)
        assert "is a program" in learner.get(reverse("assignments:submission", args=[draft.pk])).content.decode()
        good = SimpleUploadedFile(f"{MARKER}good.docx", _essay("good").read())
        learner.post(attach, {"file": good})
        examination.examine(draft.documents.latest("pk").pk)
        assert "Your essay is in" in learner.post(submit, signed, follow=True).content.decode()
        refused = SimpleUploadedFile(f"{MARKER}refused.docx", b"MZ" + MARKER.encode() * 50)
        behalf = {"file": refused, "behalf_reason": f"{MARKER}behalf", "signed_name": f"{MARKER}signed"}
        office.post(reverse("assignments:hand_in_for_learner", args=[one.pk]), behalf)

    assert caplog.records
    said = [
        one for one in caplog.records if MARKER in one.getMessage() or MARKER in str(one.exc_text or one.exc_info or "")
    ]
    assert [(one.name, one.getMessage()[:200]) for one in said] == []


def test_mail_about_a_hand_in_reaches_no_client(cast, cohort):
    planted = Notice.objects.filter(body__contains=MARKER)

    assert planted.filter(key__endswith=":receipt").exists()
    assert not planted.filter(recipient__client_contacts__isnull=False).exists()


def test_the_pdf_the_client_gets_holds_no_planted_word(cast, cohort, report):
    answer = cast.client_of("client_contact").get(reverse("reporting:report_pdf", args=[report.pk]))
    pdf = b"".join(answer.streaming_content)
    answer.close()

    said = everything_said(pdf)

    assert "attendance" in said.lower()
    assert MARKER not in said


def test_the_report_of_any_state_of_the_rows_holds_no_planted_word(cohort):
    said = everything_said(progress_report_pdf(progress_report(cohort, as_of=clock.today())))

    assert MARKER not in said


def test_mail_to_the_client_holds_no_planted_word(cast, report):
    mails = cast.client_contact.notices.all()

    assert mails
    assert not any(MARKER in mail.body or MARKER in mail.subject for mail in mails)


def test_the_client_cannot_open_a_draft_or_anything_of_another_organisation(cast, cohort):
    draft = actions.draw_up(cohort, as_of=clock.today() - dt.timedelta(days=1), by=cast.contract_manager)
    other = factories.a_user(role=factories.Role.CLIENT_CONTACT)
    stranger = type(cast)(**{**cast.__dict__, "client_contact": other}).client_of("client_contact")

    assert cast.client_of("client_contact").get(reverse("reporting:report_pdf", args=[draft.pk])).status_code == 404
    assert stranger.get(reverse("reporting:client_cohort", args=[cohort.code])).status_code == 404


def test_what_was_sent_is_never_drawn_again(cast, cohort, report):
    before = Report.objects.get(pk=report.pk)

    assert actions.draw(before) is False
    assert Report.objects.get(pk=report.pk).sha256 == before.sha256


def test_a_correction_is_a_new_version_and_both_stay(cast, cohort, report):
    again = actions.draw_up(cohort, as_of=report.as_of, change="One register corrected", by=cast.contract_manager)

    assert (again.version, Report.objects.filter(cohort=cohort).count()) == (2, 2)
