"""Which date holds: the cohort's, the learner's own, the one given with a referral, and never past the registration."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import deadlines
from assignments.deadlines import (
    Adjustment,
    Break,
    Extension,
    Individual,
    Referral,
    Registered,
    combine,
    lateness,
)
from assignments.models import Extension as Request
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
EXTENSIONS = st.builds(Extension, DAYS, st.text(max_size=30), MOMENTS, st.just("Helen Marsh"))
ADJUSTMENTS = st.builds(Adjustment, st.integers(1, 60), MOMENTS, st.just("Adam Administrator"))
BREAKS = st.builds(
    lambda from_on, days, at: Break(from_on, from_on + dt.timedelta(days=days), at, "Adam Administrator"),
    DAYS,
    st.integers(1, 200),
    MOMENTS,
)
CASES = st.fixed_dictionaries(
    {
        "cohort_on": st.none() | DAYS,
        "individual": INDIVIDUALS,
        "referral": REFERRALS,
        "registered": REGISTERED,
        "extensions": st.lists(EXTENSIONS, max_size=3),
        "adjustments": st.lists(ADJUSTMENTS, max_size=3),
        "breaks": st.lists(BREAKS, max_size=3),
    }
)


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


@given(CASES)
def test_whatever_bears_on_a_date_it_never_passes_the_registration(case):
    found = combine(**case)

    if found.due_on and case["registered"]:
        assert found.due_on <= case["registered"].expires_on
        assert found.unextended_on <= found.due_on


@given(CASES, EXTENSIONS)
def test_one_more_extension_never_makes_a_date_earlier(case, extension):
    before, after = combine(**case), combine(**{**case, "extensions": [*case["extensions"], extension]})

    assert before.due_on is None or before.due_on <= after.due_on


@given(CASES, ADJUSTMENTS)
def test_an_adjustment_never_makes_a_date_earlier(case, adjustment):
    before, after = combine(**case), combine(**{**case, "adjustments": [*case["adjustments"], adjustment]})

    assert before.due_on is None or before.due_on <= after.due_on


@given(CASES, BREAKS)
def test_a_break_never_makes_a_date_earlier(case, pause):
    before, after = combine(**case), combine(**{**case, "breaks": [*case["breaks"], pause]})

    assert before.due_on is None or before.due_on <= after.due_on


@given(CASES)
def test_the_steps_taken_one_by_one_lead_to_the_date(case):
    found = combine(**case)
    day = None

    for step in found.steps:
        assert step.before == day
        if step.what == "adjustment":
            assert step.after == deadlines.add_working_days(day, int(step.reason.split()[0]))
        elif step.what == "break":
            assert any(dt.timedelta(0) < step.after - day <= one.back_on - one.from_on for one in case["breaks"])
        elif step.what == "registration":
            assert step.after == case["registered"].expires_on < day
        day = step.after
    assert day == found.due_on
    assert (found.original_on, found.is_own) == (
        (found.steps[0].after, any(step.what not in ("cohort", "registration") for step in found.steps))
        if found.steps
        else (None, False)
    )


@given(CASES, st.randoms(use_true_random=False))
def test_the_order_in_which_records_are_read_does_not_matter(case, random):
    shuffled = {name: random.sample(one, len(one)) if isinstance(one, list) else one for name, one in case.items()}

    assert combine(**shuffled).due_on == combine(**case).due_on


def at(month, day, hour=12):
    return dt.datetime(2024, month, day, hour, tzinfo=dt.UTC)


MAY_31 = dt.date(2024, 5, 31)  # a Friday


def dates(**records):
    given = {"cohort_on": MAY_31, "individual": None, "referral": None, "registered": None, **records}
    return combine(**given)


def test_an_extension_says_from_when_to_when_by_whom_and_why():
    found = dates(extensions=[Extension(dt.date(2024, 6, 14), "Ill  since\nMonday.", at(5, 20), "Helen Marsh")])

    assert found.sentence == (
        "Fri 14 June 2024, extended from Fri 31 May 2024 by Helen Marsh on Mon 20 May 2024, because: ill since Monday. "
        "The date of your cohort is Fri 31 May 2024."
    )
    assert (found.original_on, found.unextended_on, found.due_on) == (MAY_31, MAY_31, dt.date(2024, 6, 14))
    assert [(one.title, one.who, one.on) for one in found.steps] == [
        ("Date of the cohort", "", None),
        ("Extension", "Helen Marsh", dt.date(2024, 5, 20)),
    ]


def test_an_adjustment_adds_working_days_to_whichever_date_holds_without_saying_why():
    five = Adjustment(5, at(1, 10), "Adam Administrator")
    referral = Referral(1, dt.date(2024, 8, 23), at(7, 1))

    assert dates(adjustments=[five]).due_on == dt.date(2024, 6, 7)
    after_referral = dates(adjustments=[five], referral=referral)
    # The bank holiday on 26 August does not count.
    assert after_referral.due_on == dt.date(2024, 9, 2)
    assert after_referral.sentence == (
        "Mon 2 September 2024, moved from Fri 23 August 2024 by your reasonable adjustment, 5 working days more. "
        "Fri 23 August 2024 was set on Mon 1 July 2024 when attempt 1 was referred."
    )


def test_a_break_moves_the_date_by_its_length_so_that_no_date_falls_into_it():
    pause = Break(dt.date(2024, 5, 20), dt.date(2024, 6, 20), at(5, 18), "Adam Administrator")

    found = dates(breaks=[pause])

    assert found.due_on == MAY_31 + dt.timedelta(days=31)
    assert "by 31 days for your break: away from Mon 20 May 2024, back on Thu 20 June 2024." in found.sentence


def test_of_a_break_before_a_date_was_set_nothing_counts_and_of_one_under_way_the_rest():
    pause = Break(dt.date(2024, 5, 1), dt.date(2024, 5, 11), at(4, 20), "Adam Administrator")
    own = Individual(dt.date(2024, 6, 14), "New plan", at(5, 6), "Helen Marsh")

    assert dates(breaks=[pause], individual=own).due_on == dt.date(2024, 6, 19)
    assert dates(breaks=[pause], individual=own._replace(set_at=at(5, 20))).due_on == dt.date(2024, 6, 14)


def test_a_break_that_begins_after_the_date_does_not_move_it():
    pause = Break(dt.date(2024, 6, 1), dt.date(2024, 7, 1), at(5, 1), "Adam Administrator")

    assert dates(breaks=[pause]).due_on == MAY_31


def test_what_was_known_when_an_extension_was_granted_is_contained_in_it_and_the_rest_comes_on_top():
    extension = Extension(dt.date(2024, 6, 14), "Ill", at(5, 20), "Helen Marsh")
    known, later = Adjustment(5, at(5, 1), "Adam Administrator"), Adjustment(5, at(5, 25), "Adam Administrator")

    assert dates(extensions=[extension], adjustments=[known]).due_on == dt.date(2024, 6, 14)
    assert dates(extensions=[extension], adjustments=[later]).due_on == dt.date(2024, 6, 21)


def test_a_newer_date_starts_afresh_and_what_extended_the_older_one_counts_no_more():
    extension = Extension(dt.date(2024, 9, 30), "Ill", at(5, 20), "Helen Marsh")
    referral = Referral(1, dt.date(2024, 7, 12), at(6, 14))
    own = Individual(dt.date(2024, 7, 5), "New plan", at(6, 1), "Helen Marsh")

    assert dates(extensions=[extension], referral=referral).due_on == dt.date(2024, 7, 12)
    assert dates(extensions=[extension], individual=own).due_on == dt.date(2024, 7, 5)
    again = Extension(dt.date(2024, 7, 19), "Still ill", at(6, 20), "Helen Marsh")
    assert dates(extensions=[extension, again], referral=referral).due_on == dt.date(2024, 7, 19)


def test_the_registration_caps_at_last_and_says_so():
    ends = Registered(dt.date(2024, 6, 10), "ILM")
    found = dates(extensions=[Extension(dt.date(2024, 6, 14), "Ill", at(5, 20), "Helen Marsh")], registered=ends)

    assert (found.due_on, found.capped) == (dt.date(2024, 6, 10), True)
    assert found.sentence.endswith("Your registration with ILM ends on Mon 10 June 2024, so this is the last day.")
    assert found.steps[-1].title == "End of the registration"


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


def with_everything(cast, one):
    """Give this learner one of each thing that bears on a date."""
    a_registration(one, cast=cast)
    essay, portfolio = essay_of(one.cohort), portfolio_of(one.cohort)
    enrolment.set_deadline(one, assignment=essay, due_on=in_days(70), reason="Ill", by=cast.tutor)
    facts = {"arrangement": "More time", "agreed_on": clock.today(), "by": cast.administrator}
    enrolment.record_adjustment(one, extra_working_days=3, **facts)
    enrolment.record_adjustment(one, assignment=portfolio, extra_working_days=2, **facts)
    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        granted_extension(one, portfolio, in_days(90), by=cast.tutor)
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        enrolment.record_break(one, from_on=in_days(10), back_on=in_days(20), reason="Leave", by=cast.contract_manager)


def granted_extension(one, assignment, day, *, by):
    """Granted already, without the way there."""
    return Request.objects.create(
        enrolment=one,
        assignment=assignment,
        state="granted",
        wanted_on=day,
        granted_on=day,
        reason="Family",
        due_before_on=day - dt.timedelta(days=1),
        requested_at=clock.now(),
        requested_by=one.learner,
        decided_at=clock.now(),
        decided_by=by,
    )


@pytest.mark.sqlite
def test_the_dates_of_many_are_those_of_each_one_in_one_query(cast, django_assert_num_queries):
    cohort = a_cohort(cast=cast)
    ones = [an_enrolment(cast=cast, cohort=cohort) for _ in range(3)]
    with_everything(cast, ones[0])
    a_submission(cast=cast, one=ones[1], state="referred")
    assignments = [essay_of(cohort), portfolio_of(cohort)]

    with django_assert_num_queries(1):
        found = deadlines.for_enrolments([one.pk for one in ones])

    assert len(found) == 6
    assert all(
        found[one.pk, assignment.pk] == deadlines.effective(one, assignment)
        for one in ones
        for assignment in assignments
    )
    portfolio = found[ones[0].pk, assignments[1].pk]
    # Ten days of the break come on top of the day promised; both adjustments are contained in it.
    assert portfolio.due_on == in_days(100)
    assert [step.what for step in portfolio.steps] == ["cohort", "adjustment", "adjustment", "extension", "break"]
    essay = found[ones[0].pk, assignments[0].pk]
    assert [step.what for step in essay.steps] == ["cohort", "individual", "adjustment", "break"]
    assert found[ones[2].pk, assignments[0].pk].steps[0].after == in_days(60)


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
