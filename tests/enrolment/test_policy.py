"""The pure rules of enrolment, without a database."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment import policy

D = dt.date
DAYS = st.dates(min_value=D(1925, 1, 1), max_value=D(2040, 12, 31))


def test_the_published_example_is_a_unique_learner_number():
    assert policy.is_uln("9276308686")


@given(st.integers(min_value=100_000_000, max_value=999_999_999))
def test_nine_digits_have_at_most_one_check_digit(nine):
    assert sum(policy.is_uln(f"{nine}{check}") for check in range(10)) <= 1


@given(st.integers(min_value=1_000_000_000, max_value=9_999_999_999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, change):
    text = str(number)
    wrong = text[:place] + str((int(text[place]) + change) % 10) + text[place + 1 :]

    assert not (policy.is_uln(text) and policy.is_uln(wrong))


@given(st.text(max_size=12))
def test_only_ten_ascii_digits_that_begin_above_zero_can_be_a_learner_number(text):
    if policy.is_uln(text):
        assert len(text) == 10
        assert text.isascii()
        assert text.isdigit()
        assert text[0] != "0"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", ""),
        ("9276308686", ""),
        ("927630868", "A unique learner number has ten digits. Type it again, or leave it empty and tell us later."),
        ("92763O8686", "A unique learner number has ten digits. Type it again, or leave it empty and tell us later."),
        (
            "9276308687",
            "These ten digits are no unique learner number: the last one does not fit the others. Look for a slip.",
        ),
    ],
)
def test_a_learner_number_is_explained(typed, sentence):
    assert policy.uln_problem(typed) == sentence


@given(DAYS, st.integers(0, 110))
def test_on_the_birthday_one_is_as_old_as_the_years_between(born_on, years):
    try:
        birthday = born_on.replace(year=born_on.year + years)
    except ValueError:  # 29 February
        birthday = D(born_on.year + years, 3, 1)

    assert policy.age_on(born_on, birthday) == years
    assert policy.age_on(born_on, birthday - dt.timedelta(days=1)) == years - 1


@given(DAYS, DAYS, DAYS)
def test_nobody_grows_younger(born_on, one, other):
    earlier, later = sorted((one, other))

    assert policy.age_on(born_on, earlier) <= policy.age_on(born_on, later)


def test_the_age_counts_on_the_day_the_cohort_starts():
    starts_on = D(2024, 6, 3)

    assert policy.age_problem(D(2006, 6, 3), minimum=18, starts_on=starts_on) == ""
    assert policy.age_problem(D(2006, 6, 4), minimum=18, starts_on=starts_on) == (
        "The learner is younger than 18 on Mon 3 June 2024, when the cohort starts. This qualification asks for that age."
    )
    assert policy.age_problem(None, minimum=None, starts_on=starts_on) == ""
    assert "no date of birth" in policy.age_problem(None, minimum=18, starts_on=starts_on)


@pytest.mark.parametrize(
    ("born_on", "sentence"),
    [
        (D(1985, 4, 5), ""),
        (D(2024, 6, 4), "This day lies in the future. Enter the day you were born."),
        (D(2019, 4, 5), "This would make you 5 years old. Check the year."),
        (D(1885, 4, 5), "This would make you more than 100 years old. Check the year."),
    ],
)
def test_a_birth_date_that_cannot_be_meant_is_explained(born_on, sentence):
    assert policy.birth_problem(born_on, today=D(2024, 6, 3)) == sentence


@pytest.mark.parametrize(
    ("due_on", "expires_on", "sentence"),
    [
        (D(2024, 6, 3), D(2025, 1, 1), ""),
        (D(2025, 1, 1), D(2025, 1, 1), ""),
        (D(2024, 6, 2), D(2025, 1, 1), "This date has passed. Choose a day from today on."),
        (D(2025, 1, 2), D(2025, 1, 1), "The registration ends on 1 January 2025. Choose a day on or before it."),
        (
            D(2024, 7, 1),
            None,
            "Register the learner with the awarding organisation first: "
            "the deadline has to lie inside the registration.",
        ),
    ],
)
def test_an_individual_deadline_lies_between_today_and_the_end_of_the_registration(due_on, expires_on, sentence):
    assert policy.deadline_problem(due_on, today=D(2024, 6, 3), expires_on=expires_on) == sentence


@pytest.mark.parametrize(
    ("registered_on", "months", "last"),
    [
        (D(2024, 6, 3), 36, D(2027, 6, 2)),
        (D(2024, 1, 1), 12, D(2024, 12, 31)),
        (D(2024, 2, 29), 12, D(2025, 2, 27)),
        (D(2024, 8, 31), 6, D(2025, 2, 27)),
        (D(2024, 12, 15), 1, D(2025, 1, 14)),
    ],
)
def test_a_registration_ends_the_day_before_the_same_day(registered_on, months, last):
    assert policy.registration_ends(registered_on, months=months) == last


def test_a_registration_is_neither_of_tomorrow_nor_over_before_it_begins():
    today = D(2024, 6, 3)

    assert policy.registration_problem(registered_on=today, expires_on=D(2027, 6, 2), today=today) == ""
    assert "future" in policy.registration_problem(registered_on=D(2024, 6, 4), expires_on=D(2027, 1, 1), today=today)
    assert "ends on or before" in policy.registration_problem(registered_on=today, expires_on=today, today=today)


def test_a_registration_before_the_cohort_starts_gets_a_sentence():
    starts_on = D(2024, 6, 3)

    assert policy.registered_before_the_start(starts_on, starts_on=starts_on) == ""
    assert policy.registered_before_the_start(D(2024, 6, 2), starts_on=starts_on) == (
        "The registration begins 1 day before the cohort starts, so its period runs from then."
    )


def test_the_fee_can_be_reclaimed_for_thirty_days():
    class Registration:
        registered_on = D(2024, 6, 3)

    assert policy.refund_sentence(Registration, today=D(2024, 7, 3)).startswith(
        "The registration fee can be reclaimed until Wed 3 July 2024"
    )
    assert policy.refund_sentence(Registration, today=D(2024, 7, 4)) == (
        "The registration fee could be reclaimed until Wed 3 July 2024. That day has passed."
    )
    assert "no fee is lost" in policy.refund_sentence(None, today=D(2024, 7, 4))


def test_ratings_run_from_0_to_10_and_belong_to_the_qualification():
    assert policy.ratings_problem({1: 0, 2: 10}, outcomes=[1, 2, 3]) == ""
    assert policy.ratings_problem({1: 11}, outcomes=[1]) == "A rating is a whole number from 0 to 10."
    assert "another qualification" in policy.ratings_problem({9: 5}, outcomes=[1])
