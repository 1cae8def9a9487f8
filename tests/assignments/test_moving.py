"""Work given to another tutor: what is moved, what stays and why, and who is told."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions, allotting, marking
from assignments.models import SecondMarking, Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused
from enrolment import actions as enrolment
from tests import factories
from tests.assignments.test_desk import another_tutor
from verification import actions as verification

WHO = "assignments:who_marks"


@pytest.fixture
def piece(cast):
    return factories.a_submission(cast=cast)


@pytest.fixture
def olga(cast, piece):
    return another_tutor(cast, piece.enrolment.cohort)


def move(pieces, to, by, reason="On leave until Monday"):
    return actions.move_marking([one.pk for one in pieces], to=to, reason=reason, by=by)


def test_pieces_go_to_the_tutor_each_with_its_event_and_one_mail_to_each_who_is_concerned(cast, piece, olga):
    second = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort))
    move([second], cast.tutor, cast.contract_manager)
    before = set(Notice.objects.values_list("pk", flat=True))

    plan = move([piece, second], olga, cast.contract_manager)

    assert (len(plan.movable), plan.blocked) == (2, [])
    assert set(Submission.objects.filter(marker=olga)) == {piece, second}
    events = Event.objects.filter(verb="move_marking", subject_id=piece.pk)
    assert [one.detail["reason"] for one in events] == ["On leave until Monday"]
    said = {one.recipient: one.subject for one in Notice.objects.exclude(pk__in=before)}
    assert said == {
        olga: "2 pieces of work given to you for marking",
        cast.tutor: "1 piece of work given to Olga Other",
    }


def test_a_piece_can_go_back_to_every_tutor_of_the_cohort(cast, piece, olga):
    move([piece], olga, cast.administrator)

    plan = move([piece], None, cast.administrator)

    assert len(plan.movable) == 1
    assert Submission.objects.get(pk=piece.pk).marker is None


# ---- what stands in the way


def _handed_in_by(cast, piece, olga):
    with factories.unfrozen():
        Submission.objects.filter(pk=piece.pk).update(submitted_by=olga)
    return olga


def _not_appointed(cast, piece, olga):
    return factories.a_user(role=Role.TUTOR, name="Olga Other")


def _appointment_over(cast, piece, olga):
    olga.appointments.update(to_on=clock.today() - dt.timedelta(days=1))
    return olga


def _verifies(cast, piece, olga):
    cohort = piece.enrolment.cohort
    cohort.allocations.create(verifier=olga, role="iqa", from_on=cohort.starts_on, to_on=cohort.starts_on)
    return olga


def _second_marker(cast, piece, olga):
    second = SecondMarking.objects.create(submission=piece, reason="Asked", requested_at=clock.now(), marker=olga)
    Submission.objects.filter(pk=piece.pk).update(second_marking=second)
    return olga


def _verified_before(cast, piece, olga):
    earlier = factories.a_submission(cast=cast, state="passed")
    sample = verification.select(earlier, reason="New tutor", by=cast.iqa)
    with factories.unfrozen():
        type(sample).objects.filter(pk=sample.pk).update(
            submission=piece, verified_by=olga, decided_at=clock.now(), state="agreed"
        )
    return olga


def _held(cast, piece, olga):
    marking.take(piece, by=cast.tutor)
    return olga


def _signed(cast, piece, olga):
    factories.mark(piece, cast=cast)
    return olga


def _left(cast, piece, olga):
    enrolment.withdraw(piece.enrolment, withdrawal_reason="Changed post.", by=cast.administrator)
    return olga


def _has_it(cast, piece, olga):
    move([piece], olga, cast.contract_manager)
    return olga


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (_handed_in_by, "Olga Other handed it in for the learner"),
        (_not_appointed, "Olga Other is not appointed to"),
        (_appointment_over, "Olga Other is not appointed to"),
        (_verifies, "as internal verifier (IQA), and nobody does both"),
        (_second_marker, "Olga Other is the second marker of it"),
        (_verified_before, "Olga Other has verified an earlier attempt"),
        (_held, "Tomas Tutor has been marking it since"),
        (_signed, "It has been signed in the meantime"),
        (_left, "is no longer on the programme"),
        (_has_it, "Olga Other has it already"),
    ],
)
def test_a_conflict_keeps_its_piece_and_lets_the_others_go(cast, piece, olga, arrange, sentence):
    free = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort))
    to = arrange(cast, piece, olga)
    was = Submission.objects.get(pk=piece.pk).marker

    plan = move([piece, free], to, cast.contract_manager)

    (one, said), *others = plan.blocked
    assert one == piece
    assert sentence in said
    assert Submission.objects.get(pk=piece.pk).marker == was
    alike = arrange in (_not_appointed, _appointment_over, _verifies)
    assert ([one for one, _ in others], plan.movable) == (([free], []) if alike else ([], [free]))


def test_nobody_is_given_their_own_work(cast, piece, olga):
    own = allotting.problem(
        piece, to=piece.enrolment.learner, facts=allotting.Facts(appointed={piece.enrolment.cohort_id}), now=clock.now()
    )

    assert "own work" in own


def test_whoever_marks_it_now_may_keep_it(cast, piece):
    marking.take(piece, by=cast.tutor)

    assert len(move([piece], cast.tutor, cast.contract_manager).movable) == 1


@pytest.mark.parametrize("who", ["tutor", "iqa", "learner", "client_contact", "stranger"])
def test_only_those_who_run_the_contract_move_work(cast, piece, olga, who):
    with pytest.raises(NotAllowed):
        move([piece], olga, getattr(cast, who))


def test_the_manager_of_another_contract_moves_nothing(cast, piece, olga):
    stranger = factories.a_user(role=Role.CONTRACT_MANAGER)

    plan = move([piece], olga, stranger)

    assert (plan.movable, plan.blocked) == ([], [])


def test_a_reason_is_needed_and_there_is_an_end_to_how_many(cast, piece, olga):
    with pytest.raises(Refused, match="Say why"):
        move([piece], olga, cast.contract_manager, reason="  ")
    with pytest.raises(Refused, match="At most 200"):
        actions.move_marking(range(201), to=olga, reason="Leave", by=cast.contract_manager)
    with pytest.raises(Refused, match="is not a tutor"):
        move([piece], cast.iqa, cast.contract_manager)


# ---- the pages


@pytest.fixture
def manager(cast):
    return cast.client_of("contract_manager")


def post(browser, pieces, to, *, reason="On leave", query="", **more):
    data = {"piece": [one.pk for one in pieces], "to": to.pk if to else "all", "reason": reason, **more}
    return browser.post(f"{reverse(WHO)}{query}", data)


def test_the_page_says_first_what_would_happen_and_then_does_it(cast, piece, olga, manager):
    held = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort))
    marking.take(held, by=cast.tutor)

    first = post(manager, [piece, held], olga)
    assert Submission.objects.get(pk=piece.pk).marker is None
    said = first.content.decode()
    done = post(manager, [piece], olga, confirm=1)

    assert "Olga Other gets 1 piece, 1 stays" in said
    assert "Tomas Tutor has been marking it since" in said
    assert done.status_code == 302
    assert Submission.objects.get(pk=piece.pk).marker == olga
    assert "Given to Olga Other: 1 piece of work." in manager.get(reverse(WHO)).content.decode()


def test_all_that_fit_the_choice_go_and_nothing_else(cast, piece, olga, manager):
    cohort = piece.enrolment.cohort
    able = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort, name="Ada Able"))

    said = post(manager, [], olga, query="?q=Able", all=1)

    assert said.context["plan"].movable == [able]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"pieces": False}, "Choose at least one piece of work."),
        ({"reason": " "}, "Say why the work goes to another tutor"),
        ({"to": "stranger"}, "Select a valid choice"),
        ({"to": ""}, "Choose the tutor who gets the work"),
    ],
)
def test_what_is_missing_is_said_and_what_was_chosen_stays(cast, piece, olga, manager, given, sentence):
    to = {"stranger": cast.stranger.pk, "": ""}.get(given.get("to"), olga.pk)
    data = {"piece": [] if given.get("pieces") is False else [piece.pk, "9" * 30, "x"], "to": to}

    answer = manager.post(reverse(WHO), {**data, "reason": given.get("reason", "On leave")})

    said = answer.content.decode()
    assert answer.status_code == 409
    assert sentence in said
    assert (f'id="p{piece.pk}" checked' in said) == bool(data["piece"])


def test_the_list_is_filtered_by_tutor_and_cohort(cast, piece, olga, manager):
    other = factories.a_submission(cast=cast)
    move([piece], olga, cast.contract_manager)

    by_tutor = manager.get(reverse(WHO), {"marker": olga.pk}).context["listing"]
    by_nobody = manager.get(reverse(WHO), {"marker": "free"}).context["listing"]
    by_cohort = manager.get(reverse(WHO), {"cohort": other.enrolment.cohort_id}).context["listing"]

    assert [one.pk for one in by_tutor.page] == [piece.pk]
    assert [one.pk for one in by_nobody.page] == [other.pk]
    assert [one.pk for one in by_cohort.page] == [other.pk]


def test_a_piece_of_another_contract_is_neither_shown_nor_moved(cast, piece, olga):
    other = factories.a_user(role=Role.CONTRACT_MANAGER)
    browser = cast.client_of("visitor")
    browser.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "No work waits for marking" in browser.get(reverse(WHO)).content.decode()
    assert post(browser, [piece], olga, confirm=1).status_code == 409
    assert Submission.objects.get(pk=piece.pk).marker is None
