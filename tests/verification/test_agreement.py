"""How agreement is counted: pairs that are the same, of all pairs, whoever they are."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from verification.agreement import agreement, counted

DECISIONS = st.lists(st.sampled_from(["pass", "refer", ""]), max_size=9)


def test_of_three_tutors_one_differs_and_one_pair_of_three_agrees():
    found = counted(["pass", "pass", "refer"])

    assert (found.passes, found.referrals, found.same, found.pairs) == (2, 1, 1, 3)
    assert not found.is_unanimous


def test_what_is_not_decided_counts_neither_way():
    assert counted(["pass", "", "pass"]) == counted(["pass", "pass"])


def test_one_tutor_alone_agrees_with_nobody_and_gives_no_percentage():
    assert agreement([counted(["pass"]), counted(["refer"])], tutors=1).share is None


@given(DECISIONS)
def test_the_counts_are_those_of_looking_at_each_pair(decisions):
    given_ones = [one for one in decisions if one]
    pairs = list(combinations(given_ones, 2))

    found = counted(decisions)

    assert (found.same, found.pairs) == (sum(a == b for a, b in pairs), len(pairs))


@given(st.lists(DECISIONS, max_size=6), st.randoms())
def test_the_percentage_does_not_depend_on_who_decided_what(several, random):
    shuffled = [random.sample(one, len(one)) for one in several]

    first, second = (agreement(map(counted, rows), tutors=9) for rows in (several, shuffled))

    assert first == second
    assert first.share is None or 0 <= first.share <= 1


def test_all_the_same_is_the_whole():
    assert agreement([counted(["pass"] * 3), counted(["refer"] * 3)], tutors=3).share == Fraction(1)
