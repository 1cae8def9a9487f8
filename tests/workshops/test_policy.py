"""The pure rules of workshops that need no database."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshops import policy

UTC = dt.UTC
NINE = dt.datetime(2024, 6, 14, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "minutes", "sentence"),
    [
        ("attended", None, ""),
        ("attended", 5, ""),
        ("absent", None, ""),
        ("part", 1, ""),
        ("part", 419, ""),
        ("part", 0, "Enter the minutes Ama was there, between 1 and 419."),
        ("part", 420, "Enter the minutes Ama was there, between 1 and 419."),
        ("part", None, "Enter the minutes Ama was there, between 1 and 419."),
        ("booked", None, "Choose how Ama attended."),
    ],
)
def test_part_attendance_has_fewer_minutes_than_the_whole(state, minutes, sentence):
    assert policy.mark_problem("Ama", state=state, minutes=minutes, planned=420) == sentence


@given(st.integers(-600, 3000), st.integers(-10, 3000))
def test_learning_time_never_exceeds_the_time_from_beginning_to_end(length, minutes):
    sentence = policy.session_problem(starts_at=NINE, ends_at=NINE + dt.timedelta(minutes=length), minutes=minutes)

    assert (sentence == "") == (0 < length <= 1440 and 0 < minutes <= length)


def test_a_session_that_ends_first_or_lasts_for_days_is_explained():
    def said(**length):
        return policy.session_problem(starts_at=NINE, ends_at=NINE + dt.timedelta(**length), minutes=60)

    assert said(hours=-1) == "The session ends before it begins. Change one of the two times."
    assert said(days=2) == "The session would last longer than a day. Plan one session for each day."
    assert said(minutes=30) == (
        "From beginning to end there are 30 minutes. Enter learning time between 1 and 30 minutes."
    )


def a_place(state, **more):
    return SimpleNamespace(state=state, enrolment=SimpleNamespace(learner_id=1, learner="Ama"), **more)


AMA, OTHER = SimpleNamespace(pk=1), SimpleNamespace(pk=2)


@pytest.mark.parametrize(
    ("place", "by", "sentence"),
    [
        (a_place("attended"), AMA, ""),
        (a_place("part"), AMA, ""),
        (a_place("absent", catch_up=object()), AMA, ""),
        (a_place("absent"), AMA, "You were not at this session. The form opens when you have caught up."),
        (a_place("booked"), AMA, "The form opens when the tutor has taken the register."),
        (a_place("attended"), OTHER, "Only the learner says what a session was like for them."),
    ],
)
def test_those_present_or_caught_up_answer_the_form(place, by, sentence):
    assert policy.may_answer(place, by) == sentence


def test_who_was_not_there_rates_only_what_they_know():
    ratings = {"before": 2, "after": 5}

    assert policy.feedback_problem(a_place("absent"), overall=None, tutor=None, **ratings) == ""
    assert policy.feedback_problem(a_place("absent"), overall=8, tutor=None, **ratings).startswith("You were not")
    assert policy.feedback_problem(a_place("part"), overall=8, tutor=9, **ratings) == ""


def test_knowledge_is_rated_twice_or_not_at_all():
    place = a_place("attended")

    assert policy.feedback_problem(place, overall=8, tutor=9, before=None, after=None) == ""
    for before, after in ((None, 5), (5, None)):
        assert policy.feedback_problem(place, overall=8, tutor=9, before=before, after=after).startswith("Rate what")
    assert policy.feedback_problem(place, overall=11, tutor=9, before=None, after=None) == (
        "A rating is a whole number from 0 to 10."
    )


def test_a_catch_up_has_been_and_is_noted_once():
    today = dt.date(2024, 6, 14)

    def said(place, day=today):
        return policy.can_be_caught_up(place, held_on=day, today=today)

    assert said(a_place("absent")) == said(a_place("part")) == ""
    assert said(a_place("attended")) == "Ama did not miss this session, so there is nothing to catch up."
    assert said(a_place("absent", catch_up=object())) == "This session has been caught up already."
    assert said(a_place("absent"), dt.date(2024, 6, 15)).startswith("This day lies in the future")


def test_supervision_has_been_takes_time_and_belongs_to_learners_on_the_programme():
    today = dt.date(2024, 6, 14)
    active = SimpleNamespace(state="active")
    gone = SimpleNamespace(state="withdrawn", get_state_display=lambda: "Withdrawn")

    def said(one=active, day=today, minutes=60):
        return policy.supervision_problem(one, held_on=day, minutes=minutes, today=today)

    assert said() == ""
    assert said(one=gone).startswith("This enrolment is “withdrawn”.")
    assert said(day=dt.date(2024, 6, 15)).startswith("This day lies in the future")
    assert said(minutes=0) == said(minutes=481) == "Enter between 1 and 480 minutes."


def test_a_timetable_that_is_with_the_client_does_not_change():
    assert policy.timetable_is_open(None) == policy.timetable_is_open(SimpleNamespace(state="draft")) == ""
    assert policy.timetable_is_open(SimpleNamespace(state="proposed")).startswith("The timetable is with the client.")
