"""The room behind the browser: who holds a piece and who takes it over, evidence, the pile, and what is drawn as text."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions, marking
from assignments.models import Submission
from assignments.views.pile import COUNTED, pile_of
from core import clock
from core.models import Event, Notice
from programmes import actions as programmes
from tests import factories
from tests.browser import SIGNED_IN_BY


@pytest.fixture
def piece(cast):
    return factories.a_submission(cast=cast)


@pytest.fixture
def tutor(cast):
    return cast.client_of("tutor")


@pytest.fixture
def other(cast, piece):
    """A second tutor of the same cohort."""
    found = factories.a_user(role=Role.TUTOR, name="Olga Other")
    appointment = programmes.propose_tutor(
        piece.enrolment.cohort, tutor=found, from_on=clock.today() - dt.timedelta(days=1), by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return found


def _room(piece, name="room", *more):
    return reverse(f"assignments:{name}", args=[piece.pk, *more])


def _browser(cast, user):
    found = cast.client_of("visitor")
    found.force_login(user, backend=SIGNED_IN_BY)
    return found


def _post(tutor, piece, *, fetch=False, **given):
    data = {"decision": "pass", "feedback": "Clear.", "action": "", "evidence": "", "revision": "0", **given}
    headers = {"X-Requested-With": "marking"} if fetch else {}
    return tutor.post(_room(piece, "decide", piece.criteria().first().pk), data, headers=headers)


# ---- who holds it


def test_a_hold_that_still_runs_is_broken_with_a_reason_that_is_kept_and_mailed(cast, piece, other):
    marking.take(piece, by=cast.tutor)
    colleague = _browser(cast, other)

    assert "take it over" in colleague.get(_room(piece)).content.decode()
    without = colleague.post(_room(piece, "take_over"), {"reason": " "})
    answer = colleague.post(_room(piece, "take_over"), {"reason": "Tomas is ill."})

    assert without.status_code == 409
    assert "Say why you take it over" in without.content.decode()
    assert answer.url == _room(piece)
    piece.refresh_from_db()
    assert piece.held_by == other
    event = Event.objects.get(verb="take_over")
    assert (event.actor_label, event.detail) == ("Olga Other", {"from": "Tomas Tutor", "reason": "Tomas is ill."})
    notice = Notice.objects.get(key=f"submission:{piece.pk}:taken_over:{event.pk}")
    assert notice.recipient == cast.tutor
    assert "Tomas is ill." in notice.body


def test_the_tutor_it_was_taken_from_reads_who_has_it_and_keeps_every_word(cast, piece, tutor, other):
    marking.take(piece, by=cast.tutor)
    marking.take_over(Submission.objects.get(pk=piece.pk), reason="Tomas is ill.", by=other)

    by_script = _post(tutor, piece, feedback="Two hours of work", fetch=True)
    page = _post(tutor, piece, feedback="Two hours of work")

    assert by_script.status_code == page.status_code == 409
    assert "Olga Other has been marking this since" in by_script.json()["sentence"]
    assert "Two hours of work" in page.content.decode()
    assert "What you wrote is not saved here" in page.content.decode()
    assert not piece.decisions.exists()


def test_a_hold_that_has_run_out_is_taken_without_a_reason_and_the_event_says_from_whom(cast, piece, other):
    marking.take(piece, by=cast.tutor)
    with clock.at(clock.now() + dt.timedelta(hours=5)):
        page = _browser(cast, other).get(_room(piece)).content.decode()
        marking.take(Submission.objects.get(pk=piece.pk), by=other)

    assert "It was held before" in page
    assert Event.objects.filter(verb="take").latest("pk").detail["from"] == "Tomas Tutor"
    assert not Notice.objects.filter(key__contains="taken_over").exists()


def test_a_tutor_whose_appointment_has_ended_is_refused_in_a_sentence_and_keeps_the_words(cast, piece, tutor):
    marking.take(piece, by=cast.tutor)
    appointment = piece.enrolment.cohort.appointments.get()
    appointment.to_on = clock.today() - dt.timedelta(days=1)
    appointment.from_on = appointment.to_on - dt.timedelta(days=9)
    appointment.save()

    by_script = _post(tutor, piece, feedback="Half a page", fetch=True)
    page = _post(tutor, piece, feedback="Half a page")
    again = tutor.get(_room(piece))

    sentence = "You are not appointed to this cohort today, so you cannot mark its work."
    assert sentence in by_script.json()["sentence"]
    assert page.status_code == 409
    assert sentence in page.content.decode()
    assert "Half a page" in page.content.decode()
    assert again.status_code == 403
    assert sentence in again.content.decode()


def test_the_same_words_sent_twice_are_saved_once(piece, tutor):
    _post(tutor, piece, feedback="Said once")

    again = _post(tutor, piece, feedback="Said once", fetch=True)

    assert again.status_code == 200
    assert again.json()["revision"] == 1


# ---- evidence


def test_a_decision_names_a_heading_as_its_evidence_and_no_other_place(piece, tutor):
    place = piece.document.reading.outline[0]["id"]
    tutor.post(_room(piece, "take"))

    kept = _post(tutor, piece, evidence=place)
    refused = _post(tutor, piece, evidence="p9999", revision="1", feedback="Still here", fetch=True)

    assert kept.status_code == 302
    assert piece.decisions.get().evidence == place
    assert refused.status_code == 409
    assert "This place is not in the work" in refused.json()["sentence"]
    page = tutor.get(kept.url.partition("#")[0]).content.decode()
    assert f'<option value="{place}" selected>Coaching</option>' in page
    assert f'<a href="#{place}" data-evidence-link>Go there</a>' in page


def test_a_portfolio_shows_its_frozen_matrix_and_each_part_leads_to_its_place(cast, tutor):
    piece = factories.a_submission(cast=cast, kind="portfolio", state="draft")
    first, *others = piece.criteria()
    learner = piece.enrolment.learner
    actions.map_evidence(piece.enrolment, shows={("supervision", first.pk)}, by=learner)
    factories.hand_in(piece)
    place = next(one["id"] for one in piece.document.reading.outline if one["title"] == "Supervision")
    tutor.post(_room(piece, "take"))

    page = tutor.get(_room(piece)).content.decode()

    assert page.count(f'<a href="#{place}">Supervision and feedback</a>') == 2
    # In the matrix and in the tray: every other criterion says that nothing shows it.
    assert page.count("No evidence") == 2 * len(others)
    assert "Evidence matrix</summary>" in page


def test_a_pdf_opens_in_the_viewer_of_the_browser_and_every_other_file_is_a_download(piece, tutor):
    url = reverse("assignments:document", args=[piece.document_id])

    def sent(**query):
        answer = tutor.get(url, query)
        # The file alone: to close the answer would close the connection that the test goes on with.
        for close in answer._resource_closers:
            close()
        return answer["Content-Disposition"].partition(";")[0], answer["Content-Security-Policy"]

    assert sent(view="1")[0] == "attachment"
    with factories.unfrozen():
        type(piece.document).objects.filter(pk=piece.document_id).update(kind="pdf")
    assert "view=1" in tutor.get(_room(piece)).content.decode()
    assert sent()[0] == "attachment"
    assert sent(view="1")[0] == "inline"
    assert sent(view="1")[1].startswith("default-src 'none'")


# ---- what is drawn as text


def test_what_people_write_is_never_taken_for_markup(cast, piece, tutor, other):
    evil = '</textarea><script>alert("x")</script>'
    one = piece.criteria().first()
    wording = piece.wording
    for kept in wording.criteria:
        kept |= {"title": f"T{evil}", "text": f"X{evil}", "enough": f"E{evil}"}
    with factories.unfrozen():
        type(wording).objects.filter(pk=wording.pk).update(criteria=wording.criteria)
    person = piece.enrolment.learner
    person.full_name, person.known_as = f"Eve {evil}", evil
    person.save()
    marking.decide(
        piece, criterion=one, decision="refer", feedback=f"F{evil}", action=f"A{evil}", revision=0, by=cast.tutor
    )
    factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort, name=evil))

    pages = [
        tutor.get(_room(piece)).content.decode(),
        _post(tutor, piece, feedback=f"S{evil}", revision="0").content.decode(),
        _browser(cast, other).get(_room(piece)).content.decode(),
    ]

    for page in pages:
        assert "<script>alert" not in page
        assert "F&lt;/textarea&gt;&lt;script&gt;" in page


# ---- the pile


@pytest.mark.sqlite
def test_the_pile_knows_its_neighbours_and_nobody_counts_beyond_a_hundred(cast, django_assert_num_queries):
    cohort = factories.a_cohort(cast=cast)
    pieces = [
        factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort, name=name))
        for name in ("Ada Able", "Ben Bold", "Cas Cole")
    ]
    for days, one in enumerate(pieces):
        Submission.objects.filter(pk=one.pk).update(mark_by=clock.today() + dt.timedelta(days=days))
        one.refresh_from_db()

    def pile(of):
        of.taught = str(cohort.pk)
        return pile_of(of, cast.tutor)

    pile(pieces[0])
    with django_assert_num_queries(1):
        middle = pile(pieces[1])
    assert (middle.place, middle.previous.learner, middle.next.learner) == ("2 of 3", "Ada Able", "Cas Cole")
    assert [one.learner for one in middle.pieces] == ["Ada Able", "Ben Bold", "Cas Cole"]
    assert (pile(pieces[0]).previous, pile(pieces[2]).next) == (None, None)

    Submission.objects.filter(pk=pieces[1].pk).update(mark_by=None)
    pieces[1].refresh_from_db()
    deferred = pile(pieces[1])
    assert (deferred.position, deferred.place, deferred.next.learner) == (None, "2 waiting", "Ada Able")
    many = type(middle)((), COUNTED, COUNTED + 1, None, None)
    assert many.place == "100 of 100 and more"


def test_a_piece_fetched_ahead_is_kept_by_the_browser_under_that_address_alone(piece, tutor):
    assert tutor.get(_room(piece), {"ahead": "k1"})["Cache-Control"] == "private, max-age=240"
    assert "Cache-Control" not in tutor.get(_room(piece))
    piece.refresh_from_db()
    assert piece.held_by is None
