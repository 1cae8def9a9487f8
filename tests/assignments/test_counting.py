"""Which moment counts against the deadline, and which words against the range."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import counting

LONDON = ZoneInfo("Europe/London")
DUE = dt.date(2026, 6, 14)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
moments = st.datetimes(dt.datetime(2026, 6, 1), dt.datetime(2026, 6, 30), timezones=st.just(LONDON))
spans = st.timedeltas(dt.timedelta(), dt.timedelta(hours=5))


def at(day, hour, minute=0):
    return dt.datetime(2026, 6, day, hour, minute, tzinfo=LONDON)


# ---- time


def test_the_clock_that_passes_the_deadline_during_the_upload_makes_nobody_late():
    began, ended = at(14, 23, 58), at(15, 0, 6)

    assert counting.counted_at(handed_in_at=at(15, 0, 50), due_on=DUE, began_at=began, ended_at=ended) == began


@pytest.mark.parametrize(
    ("began", "ended", "handed_in"),
    [
        (at(15, 0, 0), at(15, 0, 2), at(15, 0, 10)),  # the upload itself began after midnight
        (at(14, 23, 58), at(15, 0, 6), at(15, 1, 7)),  # the form was left for more than an hour
        (at(2, 12), at(2, 12, 1), at(15, 0, 1)),  # a file of last week
    ],
)
def test_otherwise_the_moment_of_handing_in_counts(began, ended, handed_in):
    found = counting.counted_at(handed_in_at=handed_in, due_on=DUE, began_at=began, ended_at=ended)

    assert found == handed_in


def test_sixty_minutes_after_the_end_of_the_upload_are_still_in():
    began, ended = at(14, 23), at(14, 23, 59)

    assert counting.counted_at(handed_in_at=ended + HOUR, due_on=DUE, began_at=began, ended_at=ended) == began
    late = ended + HOUR + dt.timedelta(seconds=1)
    assert counting.counted_at(handed_in_at=late, due_on=DUE, began_at=began, ended_at=ended) == late


def test_midnight_is_that_of_the_centre_in_summer():
    began = dt.datetime(2026, 6, 14, 23, 30, tzinfo=dt.UTC)  # half past midnight in London

    assert counting.counted_at(handed_in_at=began + MINUTE, due_on=DUE, began_at=began, ended_at=began) > began


def test_what_staff_hand_in_counts_by_its_arrival_and_nothing_else():
    found = counting.counted_at(
        handed_in_at=at(20, 9), due_on=DUE, began_at=at(20, 8), ended_at=at(20, 8), arrived_at=at(13, 17)
    )

    assert found == at(13, 17)


def test_a_portfolio_counts_when_it_is_handed_in():
    assert counting.counted_at(handed_in_at=at(14, 9), due_on=DUE) == at(14, 9)


@given(began=moments, lasts=spans, waits=spans, due_on=st.none() | st.dates(dt.date(2026, 6, 1), dt.date(2026, 6, 30)))
def test_nobody_is_later_by_the_rule_than_without_it_and_the_moment_is_always_one_that_was(began, lasts, waits, due_on):
    ended = began + lasts
    handed_in = ended + waits

    found = counting.counted_at(handed_in_at=handed_in, due_on=due_on, began_at=began, ended_at=ended)

    assert found in (began, handed_in)
    assert found <= handed_in
    if found != handed_in:
        assert found.date() <= due_on


@pytest.mark.parametrize(
    ("arrived", "sentence"),
    [
        (at(20, 9, 1), "It cannot have arrived in the future."),
        (at(1, 8), "It cannot have arrived before the enrolment began (Tue 2 June 2026, 09:00)."),
        (at(5, 8), "The attempt before it was referred on Wed 10 June 2026, 09:00."),
        (at(20, 9), ""),
    ],
)
def test_an_arrival_that_cannot_be_is_explained(arrived, sentence):
    found = counting.arrival_problem(arrived, now=at(20, 9), enrolled_at=at(2, 9), opened_at=at(10, 9))

    assert found.startswith(sentence)
    assert bool(found) == bool(sentence)


def test_a_cover_sheet_is_signed_during_the_enrolment():
    def problem(day):
        return counting.signature_problem(day, today=DUE, enrolled_at=at(2, 9))

    assert "in the future" in problem(DUE + dt.timedelta(days=1))
    assert "before the enrolment" in problem(dt.date(2026, 6, 1))
    assert problem(dt.date(2026, 6, 2)) == problem(DUE) == ""


# ---- length


def document(words=3000, references=200, notes=50, parts=None):
    found = SimpleNamespace(words=words, words_references=references, words_notes=notes)
    if parts is not None:
        found.word_parts = parts
    return found


def assignment(rule="advisory", least=2500, most=3000, tolerance=0, excluded=("references", "notes")):
    return SimpleNamespace(
        words_min=least, words_max=most, words_rule=rule, words_tolerance=tolerance, words_excluded=list(excluded)
    )


def test_references_and_notes_are_left_out_by_name_and_the_body_counts():
    found = counting.length(document(), assignment())

    assert (found.counted, found.total) == (3000, 3250)
    assert found.left_out == (("the reference list", 200), ("footnotes and endnotes", 50))
    assert found.word == "inside the range"


def test_headings_and_tables_are_taken_from_the_body_where_the_assignment_leaves_them_out():
    parts = {"headings": 60, "tables": 240, "captions": 10, "quotations": 90, "references": 200, "notes": 50}

    found = counting.length(document(parts=parts), assignment(excluded=["headings", "tables", "references"]))

    assert found.counted == 3000 - 60 - 240 + 50
    assert found.left_out == (("headings", 60), ("tables", 240), ("the reference list", 200))
    assert found.with_it == (("captions", 10), ("set-off quotations", 90), ("footnotes and endnotes", 50))
    assert found.unknown == ()


def test_parts_that_a_file_does_not_tell_apart_are_said_to_be_in_the_count():
    found = counting.length(document(), assignment(excluded=["headings", "tables", "references"]))

    assert found.counted == 3050
    assert found.unknown == ("headings", "tables")


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (2249, "fewer than the range"),
        (2250, "inside the tolerance"),
        (2500, "inside the range"),
        (3000, "inside the range"),
        (3300, "inside the tolerance"),
        (3301, "more than the range"),
    ],
)
def test_the_tolerance_widens_the_range_at_both_ends(words, word):
    found = counting.length(document(words=words), assignment(rule="return", tolerance=10))

    assert found.word == word
    assert bool(counting.length_remark(found)) == ("than" in word)


def test_work_outside_a_range_with_the_rule_return_may_be_returned_and_can_still_be_handed_in():
    remark = counting.length_remark(counting.length(document(words=4000), assignment(rule="return", tolerance=10)))

    assert "1,000 more than the range of 2,500 to 3,000, with the 10 % allowed either way 2,250 to 3,300" in remark
    assert "You can hand it in. Work outside the range may be returned unmarked" in remark


def test_an_advisory_range_advises():
    remark = counting.length_remark(counting.length(document(words=2000), assignment()))

    assert "500 fewer than the range of 2,500 to 3,000. You can hand it in: the range is a guide." in remark


@pytest.mark.parametrize("given", [assignment(rule="none"), assignment(least=None, most=None)])
def test_without_a_range_nothing_is_said(given):
    found = counting.length(document(words=9), given)

    assert (found.word, counting.length_remark(found), counting.length_rule(found)) == ("", "", "")
