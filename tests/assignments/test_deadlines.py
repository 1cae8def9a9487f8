"""Which date holds: the cohort's, the learner's own, the one given with a referral, and never past the registration."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import deadlines
from assignments.deadlines import Individual, Referral, Registered, combine, lateness
from assignments.models import Submission
from core import clock
from enrolment import actions as enrolment
from tests import factories
from tests.factories import a_cohort, a_registration, a_submission, an_enrolment, essay_of, portfolio_of

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))
MOMENTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC))
INDIVIDUALS = st.none() | st.builds(Individual, DAYS, st.text(max_size=30), MOMENTS, st.just("Tomas Tutor"))
REFERRALS = st.none() | st.builds(Referral, st.just(1), DAYS, MOMENTS)
REGISTERED = st.none() | st.builds(Registered, DAYS, st.just("ILM"))


@given(st.none() | DAYS, INDIVIDUALS, REFERRALS, REGISTERED)
def test_the_newest_date_holds_and_never_past_the_registration(cohort_on, individual, referral, registered):
    found = combine(cohort_on=cohort_on, individual=individual, referral=referral, registered=registered)

    if individual and (referral is None or individual.set_at > referral.marked_at):
        wanted, origin = individual.due_on, "individual"
    elif referral:
        wanted, origin = referral.resubmit_by, "referral"
    else:
        wanted, origin = cohort_on, "cohort" if cohort_on else "none"
    assert found.origin == origin
    if wanted is None:
        assert found.due_on is None
    elif registered:
        assert found.due_on == min(wanted, registered.expires_on)
        assert found.capped == (wanted > registered.expires_on)
        assert ("so this is the last day" in found.sentence) == found.capped
    else:
        assert found.due_on == wanted


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast)


def in_days(number):
    return clock.today() + dt.timedelta(days=number)


def test_the_date_of_the_cohort_holds_for_everybody(one):
    found = deadlines.effective(one, essay_of(one.cohort))

    assert (found.due_on, found.origin) == (in_days(60), "cohort")
    assert found.sentence == f"{deadlines.said(in_days(60))}, the date for your whole cohort."


@pytest.mark.sqlite
def test_a_date_of_the_learners_own_holds_and_says_who_set_it_and_why(cast, one):
    a_registration(one, cast=cast)
    enrolment.set_deadline(
        one, assignment=essay_of(one.cohort), due_on=in_days(90), reason="Changed posts.", by=cast.tutor
    )

    found = deadlines.effective(one, essay_of(one.cohort))

    assert (found.due_on, found.origin) == (in_days(90), "individual")
    assert f"set for you by Tomas Tutor on {deadlines.said(clock.today())}, because: changed posts." in found.sentence
    assert f"The date of your cohort is {deadlines.said(in_days(60))}." in found.sentence
    assert deadlines.effective(one, portfolio_of(one.cohort)).origin == "cohort"


def test_of_several_own_dates_the_newest_holds_even_if_it_is_earlier(cast, one):
    a_registration(one, cast=cast)
    for days in (120, 80):
        enrolment.set_deadline(
            one, assignment=essay_of(one.cohort), due_on=in_days(days), reason="New plan", by=cast.tutor
        )

    assert deadlines.effective(one, essay_of(one.cohort)).due_on == in_days(80)


@pytest.mark.sqlite
def test_a_referral_sets_its_own_date_and_a_later_own_date_replaces_it(cast, one):
    a_registration(one, cast=cast)
    assignment = essay_of(one.cohort)
    enrolment.set_deadline(one, assignment=assignment, due_on=in_days(90), reason="Ill", by=cast.tutor)
    a_submission(cast=cast, one=one, state="referred")

    referred = deadlines.effective(one, assignment)
    assert (referred.due_on, referred.origin) == (in_days(28), "referral")
    assert "when attempt 1 was referred" in referred.sentence

    enrolment.set_deadline(one, assignment=assignment, due_on=in_days(40), reason="Ill again", by=cast.tutor)
    assert deadlines.effective(one, assignment).due_on == in_days(40)


@pytest.mark.sqlite
def test_no_date_goes_past_the_end_of_the_registration(cast, one):
    registration = a_registration(one, cast=cast)
    type(registration).objects.update(expires_on=in_days(30))

    found = deadlines.effective(one, essay_of(one.cohort))

    assert (found.due_on, found.capped) == (in_days(30), True)
    assert (
        f"Your registration with ILM ends on {deadlines.said(in_days(30))}, so this is the last day." in found.sentence
    )


def test_without_any_date_it_says_so(one):
    one.cohort.deadlines.all().delete()

    found = deadlines.effective(one, essay_of(one.cohort))

    assert (found.due_on, found.origin) == (None, "none")
    assert "No date has been set yet" in found.sentence


@pytest.mark.parametrize("learners", [1, 5])
def test_the_dates_of_many_learners_take_one_query(cast, learners, django_assert_num_queries):
    cohort = a_cohort(cast=cast)
    ones = [an_enrolment(cast=cast, cohort=cohort) for _ in range(learners)]
    a_registration(ones[0], cast=cast)
    enrolment.set_deadline(ones[0], assignment=essay_of(cohort), due_on=in_days(90), reason="Ill", by=cast.tutor)

    with django_assert_num_queries(1):
        found = deadlines.for_enrolments([one.pk for one in ones])

    assert len(found) == 2 * learners
    assert found[ones[0].pk, essay_of(cohort).pk].due_on == in_days(90)
    assert found[-1, -1] == deadlines.NO_DATE


def test_a_queryset_is_taken_as_well_as_numbers(cast, one):
    type_ = type(one)

    assert deadlines.for_enrolments(type_.objects.all()) == deadlines.for_enrolments([one.pk])


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (2, "Handed in 2 days before the deadline."),
        (1, "Handed in 1 day before the deadline."),
        (0, "Handed in on the last day, in time."),
        (-1, "Handed in 1 day after the deadline, so it is late. It is marked all the same."),
    ],
)
def test_early_in_time_and_late_are_said_in_a_sentence(days, sentence):
    day = dt.date(2024, 6, 14)

    assert lateness(day, clock.noon(day - dt.timedelta(days=days))) == sentence


def test_the_day_is_that_of_the_centre(settings):
    half_past_midnight_in_london = dt.datetime(2024, 6, 14, 23, 30, tzinfo=dt.UTC)

    assert "1 day after" in lateness(dt.date(2024, 6, 14), half_past_midnight_in_london)


def test_the_date_of_the_hand_in_stays_with_the_work(cast, one):
    submission = a_submission(cast=cast, one=one)
    factories.programmes.set_cohort_deadline(
        one.cohort, assignment=submission.assignment, due_on=in_days(5), by=cast.contract_manager
    )

    assert Submission.objects.get(pk=submission.pk).due_on == in_days(60)
