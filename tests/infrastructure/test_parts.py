"""The tests in parts: together they are all of them, and none runs twice."""

from pathlib import Path
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from tests.parts import WORLD, parts

FILES = st.lists(st.integers(1, 200), min_size=1, max_size=30)


def items(counts, *, slow=()):
    """So many tests in each file."""
    return [
        SimpleNamespace(
            path=Path(f"/tests/test_{number}.py"),
            name=f"test_{one}",
            originalname=None,
            get_closest_marker=lambda mark, number=number: mark == "slow" and number in slow,
        )
        for number, count in enumerate(counts)
        for one in range(count)
    ]


@given(FILES, st.integers(1, 4))
def test_every_file_is_in_exactly_one_part(counts, of):
    found = parts(items(counts), of)

    assert len(found) == of
    assert sorted(path for part in found for path in part) == sorted(f"/tests/test_{n}.py" for n in range(len(counts)))


@given(FILES)
def test_the_order_in_which_tests_are_shuffled_changes_no_part(counts):
    assert parts(items(counts), 2) == parts(items(counts)[::-1], 2)


def test_the_heaviest_file_stands_against_the_others():
    assert parts(items([30, 10, 10, 10]), 2)[0] == {"/tests/test_0.py"}


def test_a_slow_test_weighs_as_much_as_ten():
    assert parts(items([15, 2, 4], slow=[1]), 2)[0] == {"/tests/test_1.py"}


def test_the_cases_of_one_function_share_their_world():
    many = [
        SimpleNamespace(path=Path("/a.py"), name=f"test[{n}]", originalname="test", get_closest_marker=lambda _: None)
        for n in range(1000)
    ]
    assert parts([*many, *items([WORLD - 1, 20])], 2)[0] == {"/a.py"}
