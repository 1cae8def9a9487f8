"""The register and what follows it: apologies, corrections, catch-up, feedback; and two people at once."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from tests import factories as f
from workshops import actions
from workshops.actions import Mark
from workshops.models import CatchUp, Feedback, Place, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast):
    return f.a_cohort(cast=cast)


@pytest.fixture
def ones(cast, cohort):
    """Three learners, on the programme for a month."""
    with clock.at(clock.today() - dt.timedelta(days=30)):
        return [f.an_enrolment(cast=cast, cohort=cohort, name=name) for name in ("Ama A", "Bryn B", "Chidi C")]


@pytest.fixture
def session(cast, cohort):
    return f.a_session(cast=cast, cohort=cohort)


def states(session):
    return dict(Place.objects.filter(session=session).values_list("enrolment__learner__full_name", "state"))


def take(session, cast, *marks, by=None):
    return actions.take_register(session, marks=[Mark(*mark) for mark in marks], by=by or cast.tutor)


# ------------------------------------------------------------------ taking it


def test_marks_make_the_places_that_are_missing(cast, session, ones):
    take(session, cast, (ones[0], "attended"), (ones[1], "part", 200), (ones[2], "absent"))

    assert states(session) == {"Ama A": "attended", "Bryn B": "part", "Chidi C": "absent"}
    assert Place.objects.get(state="part").minutes == 200


def test_there_is_no_register_before_the_session_begins(cast, cohort, ones):
    session = f.a_session(cast=cast, cohort=cohort, days_ago=-3)

    with pytest.raises(Refused, match="The register opens then"):
        take(session, cast, (ones[0], "attended"))
    assert not Place.objects.exists()


def test_a_cancelled_session_has_no_register(cast, session, ones):
    actions.cancel(session, cancellation_reason="Snow", by=cast.contract_manager)

    with pytest.raises(WrongState, match="no register"):
        take(session, cast, (ones[0], "attended"))


def test_a_double_click_leaves_one_event_for_each_learner(cast, session, ones):
    for _ in range(2):
        take(session, cast, (ones[0], "attended"), (ones[1], "part", 60))

    assert Event.objects.filter(subject_type="workshops.place").count() == 2


def test_a_correction_is_kept_with_who_and_when(cast, session, ones):
    take(session, cast, *[(one, "attended") for one in ones])
    actions.hold(session, by=cast.tutor)

    take(session, cast, (ones[0], "absent"), by=cast.administrator)
    take(session, cast, (ones[1], "part", 60))
    take(session, cast, (ones[1], "part", 90))

    events = Event.objects.filter(subject_type="workshops.place", old_state="attended")
    assert {(event.verb, event.actor) for event in events} == {
        ("mark_absent", cast.administrator),
        ("mark_part", cast.tutor),
    }
    assert Place.objects.get(enrolment=ones[1]).minutes == 90
    assert Place.objects.get(enrolment=ones[0]).minutes is None


def test_people_of_other_cohorts_and_those_who_left_are_not_on_the_register(cast, cohort, session, ones):
    stranger = f.an_enrolment(cast=cast)
    invited = f.an_enrolment(cast=cast, cohort=cohort, state="invited")
    with clock.at(clock.today() - dt.timedelta(days=20)):
        gone = f.an_enrolment(cast=cast, cohort=cohort, state="withdrawn")

    for one, sentence in (
        (stranger, "another cohort"),
        (invited, "not on the programme yet"),
        (gone, "left the programme"),
    ):
        with pytest.raises(Refused, match=sentence):
            take(session, cast, (ones[0], "attended"), (one, "attended"))
    assert not Place.objects.filter(state="attended").exists()


@pytest.mark.parametrize("person", ["contract_manager", "iqa", "eqa", "learner", "client_contact"])
def test_tutors_and_administrators_take_the_register(cast, session, ones, person):
    with pytest.raises(NotAllowed):
        take(session, cast, (ones[0], "attended"), by=getattr(cast, person))


def test_what_another_person_marked_meanwhile_is_not_overwritten(cast, session, ones):
    take(session, cast, (ones[0], "absent", None, "booked"))

    with pytest.raises(Stale, match="Somebody else marked Ama A as “absent”"):
        take(session, cast, (ones[1], "attended", None, "booked"), (ones[0], "attended", None, "booked"))
    assert states(session)["Ama A"] == "absent"
    assert states(session).get("Bryn B") != "attended"


def test_two_people_who_mark_alike_do_not_disturb_each_other(cast, session, ones):
    for by in (cast.tutor, cast.administrator):
        take(session, cast, *[(one, "attended", None, "booked") for one in ones], by=by)

    assert set(states(session).values()) == {"attended"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_take_one_register_at_once_nobody_loses_silently(cast):
    cohort = f.a_cohort(cast=cast)
    with clock.at(clock.today() - dt.timedelta(days=30)):
        ones = [f.an_enrolment(cast=cast, cohort=cohort) for _ in range(6)]
    session = f.a_session(cast=cast, cohort=cohort)
    ready, outcomes = threading.Barrier(2), {}

    def run(by, state):
        try:
            ready.wait()
            marks = [Mark(one, state, None, "booked") for one in ones]
            actions.take_register(Session.objects.get(pk=session.pk), marks=marks, by=by)
            outcomes[state] = "saved"
        except Refused as refusal:
            outcomes[state] = type(refusal).__name__
        finally:
            connection.close()

    people = ((cast.tutor, "attended"), (cast.administrator, "absent"))
    threads = [threading.Thread(target=run, args=one) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes.values()) == ["Stale", "saved"]
    winner = next(state for state, outcome in outcomes.items() if outcome == "saved")
    assert set(Place.objects.values_list("state", flat=True)) == {winner}
    assert Place.objects.count() == 6


# ------------------------------------------------------------------ closing it


def test_a_register_is_closed_when_everybody_has_a_mark(cast, session, ones):
    take(session, cast, (ones[0], "attended"))

    with pytest.raises(Refused, match="2 learners have no mark"):
        actions.hold(session, by=cast.tutor)
    take(session, cast, (ones[1], "attended"), (ones[2], "absent"))
    actions.hold(session, by=cast.tutor)
    with pytest.raises(WrongState):
        actions.hold(session, by=cast.tutor)
    assert Session.objects.get().held_at


def test_who_joined_after_the_session_does_not_hold_its_register_open(cast, cohort, session, ones):
    take(session, cast, *[(one, "attended") for one in ones])
    f.an_enrolment(cast=cast, cohort=cohort)

    actions.hold(session, by=cast.tutor)

    assert session.state == "held"


def test_who_left_on_the_day_itself_is_still_expected(cast, cohort, session, ones):
    with clock.at(session.ends_at):
        from enrolment import actions as enrolment

        enrolment.withdraw(ones[2], withdrawal_reason="Left", by=cast.administrator)
    take(session, cast, (ones[0], "attended"), (ones[1], "attended"))

    with pytest.raises(Refused, match="1 learner has no mark"):
        actions.hold(session, by=cast.tutor)


# ------------------------------------------------------------------ on the phone


def register_of(session):
    return reverse("workshops:take_register", args=[session.pk])


def test_the_exceptions_and_one_button_mark_everybody(cast, session, ones):
    tutor = cast.client_of("tutor")
    given = {f"seen_{one.pk}": "booked" for one in ones}

    tutor.post(register_of(session), {**given, f"state_{ones[1].pk}": "absent", "everybody": "attended"})

    assert states(session) == {"Ama A": "attended", "Bryn B": "absent", "Chidi C": "attended"}
    text = tutor.get(register_of(session)).text
    assert "Register: 3 of 3 marked" in text
    assert reverse("workshops:hold", args=[session.pk]) in text
    tutor.post(reverse("workshops:hold", args=[session.pk]))
    assert Session.objects.get().state == "held"


def test_marks_are_saved_in_part_and_the_rest_stays_open(cast, session, ones):
    tutor = cast.client_of("tutor")

    tutor.post(register_of(session), {f"state_{ones[0].pk}": "attended", f"seen_{ones[0].pk}": "booked", "save": "1"})

    assert states(session) == {"Ama A": "attended"}
    assert "2 learners have no mark" in tutor.get(register_of(session)).text


def test_part_without_minutes_is_explained_and_nothing_typed_is_lost(cast, session, ones):
    given = {f"state_{ones[0].pk}": "part", f"minutes_{ones[0].pk}": "", f"state_{ones[1].pk}": "absent", "save": "1"}

    text = cast.client_of("tutor").post(register_of(session), given).text

    assert "Enter the minutes Ama A was there, between 1 and 419." in text
    assert text.count(" checked") == 2
    assert not Place.objects.exists()


def test_who_is_late_sees_what_the_other_marked_and_keeps_their_own_choice(cast, session, ones):
    take(session, cast, (ones[0], "absent"), by=cast.administrator)
    given = {f"state_{ones[0].pk}": "attended", f"seen_{ones[0].pk}": "booked", "save": "1"}
    tutor = cast.client_of("tutor")

    text = tutor.post(register_of(session), given).text

    assert "Somebody else marked Ama A as “absent” a moment ago." in text
    assert "Absent, Adam Administrator" in text
    assert f'name="seen_{ones[0].pk}" value="absent"' in text
    tutor.post(register_of(session), {**given, f"seen_{ones[0].pk}": "absent"})
    assert states(session)["Ama A"] == "attended"


@pytest.mark.parametrize("learners", [3, 30])
def test_the_register_page_takes_7_questions_for_3_learners_and_for_30(
    cast, cohort, session, learners, django_assert_num_queries
):
    for _ in range(learners):
        f.an_enrolment(cast=cast, cohort=cohort)
    client = cast.client_of("tutor")

    with django_assert_num_queries(7):
        assert client.get(register_of(session)).status_code == 200


# ------------------------------------------------------------------ apologies and recordings


def test_a_learner_sends_an_apology_before_the_session_and_not_after(cast, cohort, ones):
    ahead, past = f.a_session(cast=cast, cohort=cohort, days_ago=-3), f.a_session(cast=cast, cohort=cohort)
    learner = ones[0].learner

    place = actions.note_apology(ahead, ones[0], apology="A hearing", by=learner)
    assert (place.state, place.apology) == ("booked", "A hearing")
    with pytest.raises(Refused, match="This session has begun"):
        actions.note_apology(past, ones[0], apology="Late", by=learner)
    with pytest.raises(Refused, match="only for yourself"):
        actions.note_apology(ahead, ones[1], apology="Not mine", by=learner)


def test_the_tutor_notes_an_apology_until_the_mark_is_set(cast, session, ones):
    actions.note_apology(session, ones[0], apology="Rang at nine", by=cast.tutor)
    take(session, cast, *[(one, "absent") for one in ones])

    with pytest.raises(WrongState, match="already"):
        actions.note_apology(session, ones[0], apology="Again", by=cast.tutor)
    actions.hold(session, by=cast.tutor)
    with pytest.raises(Refused, match="no longer noted"):
        actions.note_apology(session, ones[0], apology="Again", by=cast.tutor)
    assert Place.objects.get(enrolment=ones[0]).apology == "Rang at nine"


def test_a_recording_comes_after_the_session_and_the_same_link_is_no_change(cast, cohort, session):
    for _ in range(2):
        actions.add_recording(session, recording_link="https://recordings.example/1", by=cast.tutor)
    assert Event.objects.filter(verb="add_recording").count() == 1

    with pytest.raises(Refused, match="The register opens then"):
        actions.add_recording(
            f.a_session(cast=cast, cohort=cohort, days_ago=-3), recording_link="https://x.example", by=cast.tutor
        )
    with pytest.raises(NotAllowed):
        actions.add_recording(session, recording_link="https://x.example", by=cast.contract_manager)


def test_a_cancelled_session_has_no_recording_and_a_stranger_to_it_no_apology(cast, cohort, session, ones):
    outsider = f.an_enrolment(cast=cast)
    with pytest.raises(Refused, match="another cohort"):
        actions.note_apology(session, outsider, apology="x", by=cast.tutor)
    actions.cancel(session, cancellation_reason="Snow", by=cast.contract_manager)
    with pytest.raises(WrongState, match="no recording"):
        actions.add_recording(session, recording_link="https://x.example", by=cast.tutor)


# ------------------------------------------------------------------ catch-up


@pytest.fixture
def absent(cast, session, ones):
    take(session, cast, (ones[0], "absent"), (ones[1], "attended"), (ones[2], "part", 60))
    return Place.objects.get(enrolment=ones[0])


def test_a_catch_up_is_signed_off_by_the_tutor_and_the_absence_stays(cast, absent):
    made = actions.catch_up(absent, kind="recording", held_on=clock.today(), note="Talked.", by=cast.tutor)

    absent.refresh_from_db()
    assert (absent.state, made.signed_off_by) == ("absent", cast.tutor)
    assert Notice.objects.get(key__startswith=f"catch_up:{made.pk}").recipient == absent.enrolment.learner


def test_a_catch_up_is_noted_once(cast, absent):
    actions.catch_up(absent, kind="recording", held_on=clock.today(), by=cast.tutor)

    with pytest.raises(Refused, match="already"):
        actions.catch_up(Place.objects.get(pk=absent.pk), kind="one_to_one", held_on=clock.today(), by=cast.tutor)
    assert CatchUp.objects.get().kind == "recording"


def test_two_tutors_sign_a_catch_up_off_once(cast, absent):
    twin = Place.objects.get(pk=absent.pk)
    assert not hasattr(twin, "catch_up")
    actions.catch_up(absent, kind="recording", held_on=clock.today(), by=cast.tutor)

    with pytest.raises(Stale, match="already"):
        actions.catch_up(twin, kind="one_to_one", held_on=clock.today(), by=cast.tutor)
    assert Notice.objects.filter(key__startswith="catch_up:").count() == 1


def test_nobody_but_the_tutor_signs_a_catch_up_off(cast, absent, ones):
    with pytest.raises(Refused, match="Only a tutor appointed"):
        actions.catch_up(absent, kind="recording", held_on=clock.today(), by=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.catch_up(absent, kind="recording", held_on=clock.today(), by=cast.contract_manager)
    attended = Place.objects.get(enrolment=ones[1])
    with pytest.raises(Refused, match="did not miss"):
        actions.catch_up(attended, kind="recording", held_on=clock.today(), by=cast.tutor)


# ------------------------------------------------------------------ feedback

ALL = {"overall": 8, "tutor": 9, "knowledge_before": 3, "knowledge_after": 7}


def test_those_present_say_everything_once(cast, absent, ones):
    place = Place.objects.get(enrolment=ones[1])
    actions.give_feedback(place, **ALL, comment=" Good ", may_quote=True, by=ones[1].learner)

    with pytest.raises(Stale, match="already"):
        actions.give_feedback(place, **ALL, by=ones[1].learner)
    kept = Feedback.objects.get()
    assert (kept.overall, kept.tutor, kept.comment, kept.may_quote) == (8, 9, "Good", True)


def test_who_was_absent_answers_after_the_catch_up_and_only_what_they_know(cast, absent):
    learner = absent.enrolment.learner
    with pytest.raises(Refused, match="when you have caught up"):
        actions.give_feedback(absent, **ALL, by=learner)
    actions.catch_up(absent, kind="recording", held_on=clock.today(), by=cast.tutor)
    place = Place.objects.get(pk=absent.pk)
    with pytest.raises(Refused, match="You were not at this session"):
        actions.give_feedback(place, **ALL, by=learner)
    actions.give_feedback(place, **{**ALL, "overall": None, "tutor": None}, by=learner)
    assert Feedback.objects.get().overall is None


def test_nobody_answers_for_a_learner(cast, absent, ones):
    place = Place.objects.get(enrolment=ones[1])

    with pytest.raises(NotAllowed):
        actions.give_feedback(place, **ALL, by=cast.tutor)
    with pytest.raises(Refused, match="Only the learner"):
        actions.give_feedback(place, **ALL, by=ones[2].learner)


def test_the_form_asks_who_was_there_for_all_and_keeps_a_half_given_pair(cast, cohort, session):
    with clock.at(clock.today() - dt.timedelta(days=30)):
        one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    take(session, cast, (one, "attended"))
    learner = cast.client_of("learner")
    address = reverse("workshops:give_feedback", args=[Place.objects.get().pk])

    assert "How was" in learner.get(reverse("workshops:own")).text
    answer = learner.post(address, {"overall": "8", "tutor": "9", "knowledge_before": "3", "comment": "Fine"})
    assert "Rate what you knew before and what you know now" in answer.text
    assert "Fine</textarea>" in answer.text
    learner.post(address, {"overall": "8", "tutor": "9", "knowledge_before": "3", "knowledge_after": "7"})
    assert Feedback.objects.get().knowledge_after == 7
    assert "You have answered this form already" in learner.get(address).text


@pytest.mark.parametrize(
    "broken", [{"state": "unheard of"}, {"minutes": 5}, {"marked_at": None}, {"state": "part"}, {"state": "booked"}]
)
def test_the_database_refuses_a_place_that_contradicts_itself(cast, absent, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(pk=absent.pk).update(**broken)


@pytest.mark.parametrize("name", Feedback.RATINGS)
def test_the_database_refuses_a_rating_of_11(cast, absent, ones, name):
    actions.give_feedback(Place.objects.get(enrolment=ones[1]), **ALL, by=ones[1].learner)

    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.update(**{name: 11})
