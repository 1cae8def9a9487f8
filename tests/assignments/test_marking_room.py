import datetime as dt
import threading

import pytest
from django.db import connection
from django.urls import reverse

from accounts.permissions import Role
from assignments import marking
from assignments.models import Submission
from core import clock
from core.refusals import Refused
from enrolment import actions as enrolment
from programmes import actions as programmes
from tests import factories


@pytest.fixture
def piece(cast):
    return factories.a_submission(cast=cast)


@pytest.fixture
def tutor(cast):
    return cast.client_of("tutor")


def _room(piece, name="room", *more):
    return reverse(f"assignments:{name}", args=[piece.pk, *more])


def _criterion(piece, number="1.1"):
    return piece.criteria().get(number=number, outcome__unit__number="500")


def _post(tutor, piece, number="1.1", *, fetch=False, **given):
    data = {"decision": "pass", "feedback": "Clear.", "action": "", "revision": "0", **given}
    headers = {"X-Requested-With": "marking"} if fetch else {}
    return tutor.post(_room(piece, "decide", _criterion(piece, number).pk), data, headers=headers)


def _a_tutor(cast, cohort, name="Olga Other"):
    other = factories.a_user(role=Role.TUTOR, name=name)
    appointment = programmes.propose_tutor(
        cohort, tutor=other, from_on=clock.today() - dt.timedelta(days=1), by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return other


def test_opening_the_room_takes_nothing(piece, tutor):
    page = tutor.get(_room(piece))

    assert page.status_code == 200
    assert "Take this for marking" in page.content.decode()
    piece.refresh_from_db()
    assert piece.held_by is None


def test_the_button_takes_the_piece_and_opens_the_criteria(cast, piece, tutor):
    answer = tutor.post(_room(piece, "take"))

    assert answer.status_code == 302
    page = tutor.get(answer.url).content.decode()
    assert "Yours since" in page
    assert "Feedback on 1.1" in page
    assert "nothing decided yet" in page


def test_a_colleague_reads_who_holds_it_and_gets_no_fields(cast, piece, tutor):
    tutor.post(_room(piece, "take"))
    other = _a_tutor(cast, piece.enrolment.cohort)
    browser = cast.client_of("visitor")
    browser.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = browser.get(_room(piece)).content.decode()

    assert "Tomas Tutor is marking this," in page
    assert "<textarea" not in page
    assert browser.post(_room(piece, "take")).status_code == 409


def test_saving_without_script_comes_back_to_the_criterion(piece, tutor):
    answer = _post(tutor, piece)

    assert answer.status_code == 302
    assert answer.url.endswith(f"?open={_criterion(piece).pk}#k-{_criterion(piece).pk}")
    assert piece.decisions.get().feedback == "Clear."


def test_save_and_go_on_opens_the_next_undecided_criterion(piece, tutor):
    answer = _post(tutor, piece, go="next")

    assert f"open={_criterion(piece, '1.2').pk}" in answer.url


def test_saving_with_script_answers_with_the_changed_parts(piece, tutor):
    found = _post(tutor, piece, decision="refer", action="Add one.", fetch=True).json()

    assert found["revision"] == 1
    assert found["word"] == "refer"
    assert "1 of 3 criteria decided" in found["head"]
    assert "referral with 1 action" in found["foot"]


def test_two_texts_for_one_criterion_are_both_shown_and_both_kept(piece, tutor):
    _post(tutor, piece, feedback="From the first window")

    page = _post(tutor, piece, feedback="From the second window")

    assert page.status_code == 409
    text = page.content.decode()
    assert "From the first window" in text
    assert "From the second window</textarea>" in text
    assert "Keep theirs" in text
    assert piece.decisions.get().feedback == "From the first window"


def test_the_second_text_is_saved_once_the_tutor_chose_it(piece, tutor):
    _post(tutor, piece, feedback="From the first window")
    merged = _post(tutor, piece, feedback="From the second window").context["room"].current.written["revision"]

    _post(tutor, piece, feedback="Both made one", revision=merged)

    assert piece.decisions.get().feedback == "Both made one"


def test_the_script_gets_both_texts_as_well(piece, tutor):
    _post(tutor, piece, feedback="From the first window")

    answer = _post(tutor, piece, feedback="From the second window", fetch=True)

    assert answer.status_code == 409
    assert "From the first window" in answer.json()["body"]
    assert 'name="revision" value="1"' in answer.json()["body"]


def test_text_typed_after_the_hold_went_to_a_colleague_is_not_lost(cast, piece, tutor):
    tutor.post(_room(piece, "take"))
    other = _a_tutor(cast, piece.enrolment.cohort)
    with clock.at(clock.now() + dt.timedelta(hours=5)):
        marking.take(Submission.objects.get(pk=piece.pk), by=other)

        answer = _post(tutor, piece, feedback="Two hours of work", fetch=True)

    assert answer.status_code == 409
    assert "Olga Other has been marking this since" in answer.json()["sentence"]


def test_the_learner_never_sees_decisions_in_progress(cast, piece, tutor):
    _post(tutor, piece, feedback="Secret so far")
    learner = cast.client_of("visitor")
    learner.force_login(piece.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert learner.get(_room(piece)).status_code == 403
    assert learner.get(_room(piece, "result_sheet")).status_code == 404
    assert "Secret so far" not in learner.get(piece.get_absolute_url()).content.decode()


def test_the_learner_reads_the_result_sheet_once_signed(cast):
    piece = factories.a_submission(cast=cast, state="referred")
    learner = cast.client_of("visitor")
    learner.force_login(piece.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = learner.get(_room(piece, "result_sheet")).content.decode()

    assert "Add a second example." in page
    assert "On 1.2: good." in page


def test_a_tutor_whose_appointment_ended_reads_why(cast, piece, tutor):
    appointment = piece.enrolment.cohort.appointments.get()
    appointment.from_on = clock.today() + dt.timedelta(days=3)
    appointment.save()

    page = tutor.get(_room(piece)).content.decode()

    assert "You are not appointed to this cohort today, so you cannot mark its work." in page
    assert tutor.post(_room(piece, "take")).status_code == 409


def test_a_piece_of_another_cohort_is_not_there(cast, piece):
    stray = factories.a_user(role=Role.TUTOR)
    browser = cast.client_of("visitor")
    browser.force_login(stray, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert browser.get(_room(piece)).status_code == 404


def test_signing_a_pass_asks_for_the_authenticity_tick(cast, piece, tutor):
    for number in ("1.1", "1.2", "2.1"):
        _post(tutor, piece, number)

    unticked = tutor.post(_room(piece, "award_pass"), {"summary": "Well done."})
    ticked = tutor.post(
        _room(piece, "award_pass"),
        {"summary": "Well done.", "declares": ["checked", "supported"], "is_authentic": "on"},
    )

    assert unticked.status_code == 409
    assert ticked.url == _room(piece, "result_sheet")
    piece.refresh_from_db()
    assert piece.state == "passed"


def test_signing_a_referral_lists_its_actions_and_proposes_a_day(cast, piece, tutor):
    for number in ("1.1", "1.2"):
        _post(tutor, piece, number)
    _post(tutor, piece, "2.1", decision="refer", action="Add a second skill.")

    page = tutor.get(_room(piece, "refer")).content.decode()
    day = (clock.today() + dt.timedelta(days=30)).isoformat()
    answer = tutor.post(
        _room(piece, "refer"), {"resubmit_by": day, "declares": ["checked", "supported"], "is_authentic": "on"}
    )

    assert "Add a second skill." in page
    assert "Refer with 1 action" in page
    assert "Proposed: 4 weeks from today" in page
    assert answer.url == _room(piece, "result_sheet")
    assert piece.enrolment.submissions.filter(attempt=2, state="draft").exists()


def test_letting_go_returns_to_the_desk(piece, tutor):
    tutor.post(_room(piece, "take"))

    answer = tutor.post(_room(piece, "let_go"))

    assert answer.url == reverse("assignments:desk")


def test_the_desk_counts_the_pile_and_finds_a_learner(cast, tutor):
    cohort = factories.a_cohort(cast=cast)
    for name in ("Ada Able", "Ben Bold"):
        factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort, name=name))

    everything = tutor.get(reverse("assignments:desk")).content.decode()
    found = tutor.get(reverse("assignments:desk"), {"q": "Able"}).content.decode()

    assert "2 pieces to mark" in everything
    assert "Ada Able</a>" in found
    assert "Ben Bold</a>" not in found


def test_overdue_work_stands_first_and_says_so(cast, tutor):
    cohort = factories.a_cohort(cast=cast, starts_on=clock.today() - dt.timedelta(days=200))
    with clock.at(clock.now() - dt.timedelta(days=30)):
        factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort, name="Ada Able"))
    factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort, name="Ben Bold"))

    page = tutor.get(reverse("assignments:desk")).content.decode()

    assert "2 pieces to mark, 1 overdue" in page
    assert page.index("Ada Able</a>") < page.index("Ben Bold</a>")


def test_a_withdrawn_learner_leaves_the_desk(cast, piece, tutor):
    enrolment.withdraw(piece.enrolment, withdrawal_reason="Changed post.", by=cast.administrator)

    assert "Nothing to mark" in tutor.get(reverse("assignments:desk")).content.decode()


@pytest.mark.parametrize("learners", [1, 3])
def test_desk_and_room_take_the_same_number_of_statements(cast, tutor, django_assert_num_queries, learners):
    cohort = factories.a_cohort(cast=cast)
    for _ in range(learners):
        one = factories.an_enrolment(cast=cast, cohort=cohort)
        piece = factories.a_submission(cast=cast, one=one)
        portfolio = factories.a_submission(cast=cast, one=one, kind="portfolio")
    tutor.post(_room(piece, "take"))
    tutor.post(_room(portfolio, "take"))

    with django_assert_num_queries(6):
        tutor.get(reverse("assignments:desk"))
    with django_assert_num_queries(8):
        tutor.get(_room(piece))
    with django_assert_num_queries(9):
        tutor.get(_room(portfolio))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_of_two_signatures_at_once_exactly_one_counts(cast, _round):
    """One window signs the pass while another turns a criterion round and refers: never both, never a mixture."""
    piece = factories.a_submission(cast=cast)
    for number in ("1.1", "1.2", "2.1"):
        marking.decide(
            piece,
            criterion=_criterion(piece, number),
            decision="pass",
            feedback="",
            action="",
            revision=0,
            by=cast.tutor,
        )
    start, said = threading.Barrier(2), []

    def award():
        mine = Submission.objects.get(pk=piece.pk)
        marking.award_pass(mine, is_authentic=True, by=cast.tutor)

    def refer():
        mine = Submission.objects.get(pk=piece.pk)
        criterion = _criterion(mine)
        marking.decide(
            mine, criterion=criterion, decision="refer", feedback="", action="Redo.", revision=1, by=cast.tutor
        )
        marking.refer(mine, is_authentic=True, resubmit_by=clock.today() + dt.timedelta(days=20), by=cast.tutor)

    def run(action):
        start.wait()
        try:
            action()
            said.append("signed")
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in (award, refer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    piece.refresh_from_db()
    assert said.count("signed") == 1, said
    assert piece.markings.count() == 1
    unmet = piece.decisions.filter(decision="refer").exists()
    assert (piece.state, unmet) in (("passed", False), ("referred", True))
