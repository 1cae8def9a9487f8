"""Two texts compared: nothing is lost, nothing is invented, and the time is bounded. And quoted words found again."""

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments import changes, paragraphs
from assignments.changes import ADDED, CHANGED, KEPT, REMOVED, SAME
from assignments.documents.arrangement import text_of
from assignments.passages import plain

few = st.sampled_from(["the coach", "asks", "waits", " ", "’s", "-", "é", "\n", "a", "b", "."])
texts = st.lists(few, max_size=30).map("".join)
essays = st.lists(texts, max_size=12)


def sides(rows):
    old = {row.old: "".join(one.text for one in row.before) for row in rows if row.old is not None}
    new = {row.new: "".join(one.text for one in row.after) for row in rows if row.new is not None}
    return old, new


@given(texts | st.text(max_size=60), texts | st.text(max_size=60))
def test_what_is_kept_and_taken_out_is_the_old_text_and_what_is_kept_and_put_in_the_new_one(old, new):
    pieces = changes.words(old, new)

    assert "".join(one.text for one in pieces if one.kind != ADDED) == old
    assert "".join(one.text for one in pieces if one.kind != REMOVED) == new


@given(essays, essays)
def test_every_paragraph_of_both_texts_stands_in_the_comparison_once_and_in_order(old, new):
    rows = changes.compared(old, new)

    assert sides(rows) == (dict(enumerate(old)), dict(enumerate(new)))
    for name in ("old", "new"):
        at = [place for row in rows if (place := getattr(row, name)) is not None]
        assert at == sorted(at)


@given(essays)
def test_a_text_is_the_same_as_itself(text):
    assert {row.kind for row in changes.compared(text, text)} <= {SAME}
    assert changes.amount(changes.compared(text, text)).changed == 0


def test_a_word_that_changed_is_marked_and_the_rest_is_kept():
    old, new = "The coach asks, and then waits.", "The coach asks, and always waits."

    assert [(one.kind, one.text) for one in changes.words(old, new)] == [
        (KEPT, "The coach asks, and"),
        (REMOVED, " then"),
        (ADDED, " always"),
        (KEPT, " waits."),
    ]


def test_a_paragraph_that_was_put_in_changes_no_other():
    old = ["One is here.", "Two is here.", "Three is here."]
    rows = changes.compared(old, [old[0], "Something new stands between.", *old[1:]])

    assert [row.kind for row in rows] == [SAME, ADDED, SAME, SAME]
    assert changes.amount(rows).sentence == "1 of 4 paragraphs changed, 4 words added, 0 removed."


def test_a_paragraph_that_was_written_on_is_beside_what_it_was_and_another_one_is_not():
    old = ["Coaching asks, and the coach waits for an answer.", "Mentoring tells what one has seen oneself."]
    new = ["A sentence about supervision alone.", "Coaching asks, and the good coach waits long for an answer."]
    rows = changes.compared(old, new)

    assert [(row.kind, row.old, row.new) for row in rows] == [(ADDED, None, 0), (CHANGED, 0, 1), (REMOVED, 1, None)]


VOCABULARY = [f"word{n}" for n in range(50)]
WORST = {
    "entirely different": (54, VOCABULARY, [f"other{n}" for n in range(50)]),
    "the same words in another order": (54, VOCABULARY, VOCABULARY),
    "one paragraph": (5000, VOCABULARY, VOCABULARY),
    "one paragraph of two words": (5000, VOCABULARY[:2], VOCABULARY[:2]),
    "a word to a paragraph": (1, VOCABULARY, VOCABULARY),
    "two words to a paragraph": (2, VOCABULARY, VOCABULARY),
}


@pytest.mark.parametrize("name", WORST)
def test_five_thousand_words_on_both_sides_take_less_than_half_a_second_of_work(name):
    size, left, right = WORST[name]
    dice = Random(name)
    old, new = ([" ".join(dice.choices(one, k=size)) for _ in range(5000 // size)] for one in (left, right))
    took = []
    for _ in range(2):
        began = time.thread_time()
        rows = changes.compared(old, new)
        took.append(time.thread_time() - began)

    assert sides(rows) == (dict(enumerate(old)), dict(enumerate(new)))
    assert min(took) < 0.5


# ---- paragraphs


HTML = (
    '<h2 id="p1">1.1 Define</h2>\n<p id="p2">It’s “asking”, <strong>not</strong>\n telling.</p>\n'
    '<table><tbody><tr><td>A</td>\n<td>B</td>\n</tr>\n</tbody></table>\n<p id="p3">Asking again.</p>\n'
)
TEXT = text_of(HTML)


def test_the_paragraphs_of_a_reading_know_their_place_in_its_text():
    found = paragraphs.paragraphs(HTML)

    assert [(one.text, one.id, one.level) for one in found] == [
        ("1.1 Define", "p1", 2), ("It’s “asking”, not telling.", "p2", 0), ("A B", "", 0), ("Asking again.", "p3", 0),
    ]  # fmt: skip
    assert all(" ".join(TEXT[one.start : one.end].split()) == one.text for one in found)
    assert paragraphs.under(found, found[3].start) == found[0]
    assert [paragraphs.anchor(found, one.start + 1) for one in found] == ["p1", "p2", "p2", "p3"]


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ('it\'s "ASKING",   not telling', "It’s “asking”, not\n telling"),
        ("asking again", "Asking again"),
        ("ing", "ing"),
        ("no such words", None),
        ("  ", None),
    ],
)
def test_quoted_words_are_found_whatever_their_spaces_marks_and_capitals(quote, words):
    place = paragraphs.find(TEXT, quote)

    assert (TEXT[place.start : place.end] if place else None) == words


def test_words_that_stand_there_twice_are_the_ones_nearby_or_below_a_heading():
    text = "asking. then asking. and asking."

    assert paragraphs.find(text, "asking").start == 0
    assert paragraphs.find(text, "asking", near=14).start == 13
    assert paragraphs.find(text, "asking", after=14).start == 25


@settings(max_examples=30)
@given(st.text(max_size=80), st.data())
def test_words_taken_from_a_text_are_always_found_in_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    quote = text[start:end]
    place = paragraphs.find(text, quote, near=start)

    if place is not None:
        assert place.start < place.end <= len(text)
    else:
        assert not plain(quote)[0].strip()
