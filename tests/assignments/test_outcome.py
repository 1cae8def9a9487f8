from types import SimpleNamespace as Thing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import outcome
from assignments.outcome import AVERAGE, MINIMUM, Line

MARKS = st.none() | st.integers(0, 20)


def _line(number, unit, scheme, pass_mark, marks, mark, decision):
    if scheme == outcome.ALL_PASS:
        return Line(number, unit, decision, None, scheme, pass_mark, marks)
    mark = None if mark is None else min(mark, marks)
    found = outcome.of_criterion(mark, marks=marks, pass_mark=pass_mark)
    return Line(number, unit, found, mark, scheme, pass_mark, marks)


@st.composite
def works(draw):
    """Some units, each with its own scheme and some criteria, decided or not."""
    found, number = [], 0
    for unit in range(draw(st.integers(0, 3))):
        scheme, pass_mark = draw(st.sampled_from(["all_pass", MINIMUM, AVERAGE])), draw(st.integers(1, 100))
        for _ in range(draw(st.integers(1, 5))):
            number += 1
            marks, mark = draw(st.integers(1, 20)), draw(MARKS)
            found.append(
                _line(number, unit, scheme, pass_mark, marks, mark, draw(st.sampled_from(["pass", "refer", ""])))
            )
    return found


@given(works())
def test_a_work_has_an_outcome_once_every_criterion_is_decided_and_passes_with_all_its_units(found):
    results = outcome.by_unit(found)

    if not found or any(one.is_open for one in found):
        assert outcome.of_work(found) == ""
    else:
        assert outcome.of_work(found) == ("pass" if set(results.values()) == {"pass"} else "referral")


@given(works(), st.randoms())
def test_the_order_of_the_criteria_never_changes_the_outcome(found, random):
    mixed = list(found)
    random.shuffle(mixed)

    assert outcome.of_work(mixed) == outcome.of_work(found)
    assert outcome.by_unit(mixed) == outcome.by_unit(found)


@given(works())
def test_a_referral_asks_for_something_and_a_pass_for_nothing(found):
    """Also by average: marks that miss the pass mark together hold one that misses it alone."""
    assert outcome.of_work(found) != "referral" or outcome.to_do(found)
    assert outcome.of_work(found) != "pass" or not outcome.to_do(found)


@given(works())
def test_what_is_carried_forward_and_what_is_to_do_part_the_decided_criteria_between_them(found):
    decided = {one.criterion for one in found if one.decision}

    assert set(outcome.carried(found)) | set(outcome.to_do(found)) == decided
    assert not set(outcome.carried(found)) & set(outcome.to_do(found))


@given(works())
def test_by_minimum_or_without_marks_one_criterion_under_a_pass_refers_its_unit(found):
    for unit, result in outcome.by_unit(found).items():
        own = [one for one in found if one.unit == unit]
        if own[0].scheme != AVERAGE and result:
            assert (result == "referral") == any(one.decision == "refer" for one in own)


@given(st.integers(1, 20), st.integers(1, 100), st.integers(0, 20), st.integers(0, 20))
def test_a_higher_mark_never_turns_a_pass_into_a_referral(marks, pass_mark, one, other):
    low, high = sorted(min(mark, marks) for mark in (one, other))

    def passes(mark):
        return outcome.of_criterion(mark, marks=marks, pass_mark=pass_mark) == "pass"

    assert passes(high) or not passes(low)
    assert passes(marks)


@pytest.mark.parametrize(
    ("marks", "expected"), [((4, 10), "pass"), ((4, 5), "referral"), ((0, 10), "pass"), ((5, None), "")]
)
def test_by_average_half_of_all_marks_is_enough(marks, expected):
    found = [_line(n, 1, AVERAGE, 50, 10, mark, "") for n, mark in enumerate(marks)]

    assert outcome.of_work(found) == expected
    assert outcome.totals(found) == [(1, sum(mark or 0 for mark in marks), 20)]


@pytest.mark.parametrize(("marks", "expected"), [((4, 4), "pass"), ((3, 8), "referral"), ((8, 4), "pass")])
def test_by_minimum_each_criterion_needs_half_of_its_own_marks(marks, expected):
    found = [_line(n, 1, MINIMUM, 50, 8, mark, "") for n, mark in enumerate(marks)]

    assert outcome.of_work(found) == expected


@pytest.mark.parametrize(("mark", "fits"), [(None, True), (0, True), (8, True), (9, False), (-1, False)])
def test_a_mark_lies_between_none_and_all_there_are(mark, fits):
    sentence = outcome.mark_problem(mark, number="1.2", marks=8)

    assert sentence == ("" if fits else "1.2 has 8 marks at most. Enter a mark from 0 to 8.")


def test_the_lines_of_a_work_take_scheme_and_marks_from_what_was_asked():
    unit = Thing(pk=5, marking_scheme=MINIMUM, pass_mark=40)
    asked = [Thing(pk=1, marks=8, outcome=Thing(unit=unit)), Thing(pk=2, marks=20, outcome=Thing(unit=unit))]

    assert outcome.lines(asked, {1: Thing(decision="pass", mark=4)}) == [
        Line(1, 5, "pass", 4, MINIMUM, 40, 8),
        Line(2, 5, "", None, MINIMUM, 40, 20),
    ]


def test_the_rule_is_said_once_for_each_scheme():
    assert outcome.rule([("all_pass", 50), ("all_pass", 60)]) == "Every criterion must pass."
    assert outcome.rule([(MINIMUM, 50), (AVERAGE, 40)]) == (
        "Every criterion must reach 50 per cent of its marks. The marks of a unit must reach 40 per cent on average."
    )
