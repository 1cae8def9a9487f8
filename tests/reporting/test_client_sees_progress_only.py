"""The client contact sees progress, never content. Marker words are planted wherever content lives; none may come out."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from assignments import actions as assignments
from core import clock
from enrolment import actions as enrolment
from reporting import actions
from reporting.layout import progress_report_pdf
from reporting.models import Report
from reporting.progress import progress_report
from tests import factories
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
        by=cast.iqa,
    )
    client = assignments.add_practice_client(one, code="A", role="coach", context=f"{MARKER}context", by=learner)
    assignments.log_session(
        client, held_on=clock.today(), minutes=60, focus=f"{MARKER}focus", reflection=f"{MARKER}reflection", by=learner
    )
    portfolio = factories.portfolio_of(cohort)
    later = clock.today() + dt.timedelta(days=90)
    enrolment.set_deadline(one, assignment=portfolio, due_on=later, reason=f"{MARKER}reason", by=cast.tutor)
    leaver = factories.an_enrolment(cast=cast, cohort=cohort)
    enrolment.withdraw(leaver, withdrawal_reason=f"{MARKER}withdrawal", by=cast.administrator)
    return cohort


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
    essay = cohort.enrolments.get(submissions__isnull=False).submissions.get(assignment__kind="essay")

    page = cast.client_of("tutor").get(reverse("assignments:room", args=[essay.pk])).content.decode()

    assert f"{MARKER}essay" in page


def test_no_page_the_client_can_reach_holds_a_planted_word(cast, cohort, report):
    client = cast.client_of("client_contact")
    queue, seen = ["/home/", reverse("reporting:client_cohort", args=[cohort.code])], set()

    while queue:
        url = queue.pop()
        seen.add(url)
        answer = client.get(url)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        assert MARKER not in page, f"{url} shows {re.findall(MARKER + r'[a-z]*', page)}"
        links = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', page)}
        queue += [one for one in links - seen if one not in queue and not one.endswith(NO_PAGES)]

    assert reverse("reporting:client_cohort", args=[cohort.code]) in seen


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
