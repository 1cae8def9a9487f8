"""Any words that can be selected are tied to their place, and found again by what they say."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assignments import passages
from assignments.documents.arrangement import arranged, text_of
from tests.assignments.pieces import words

CHARACTERS = st.sampled_from([*"ab cd\n\n.,“”’ éè\t\u00a0\u200e\u200fש🎓", "e\u0301", "👩\u200d🏫"])
TEXTS = st.lists(CHARACTERS, min_size=3, max_size=120).map("".join)


@st.composite
def selections(draw):
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    assume(text[start:end].strip())
    return text, start, end


def around(text, start, end):
    return {"prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32]}


@given(selections())
def test_a_selection_is_tied_to_its_own_words(chosen):
    text, start, end = chosen

    found = passages.anchored(text, quote=text[start:end], start=start, end=end)

    assert found.quote == text[start:end].strip() == text[found.start : found.end]
    assert start <= found.start < found.end <= end


@given(selections(), st.integers(-50, 50))
def test_a_selection_counted_wrongly_is_found_by_its_words_and_surroundings(chosen, off):
    text, start, end = chosen
    exact = passages.passage(text, start, end)
    assume(text[max(0, exact.start + off) : max(1, exact.end + off)] != exact.quote)

    found = passages.anchored(
        text,
        quote=exact.quote,
        start=max(0, exact.start + off),
        end=max(1, exact.end + off),
        prefix=exact.prefix,
        suffix=exact.suffix,
    )

    # The same words with the same surroundings may stand twice: then either is what was meant.
    assert (found.quote, found.prefix, found.suffix) == (exact.quote, exact.prefix, exact.suffix)


@given(selections(), TEXTS)
def test_a_selection_is_found_again_when_text_is_put_before_it(chosen, before):
    text, start, end = chosen
    exact = passages.passage(text, start, end)

    found = passages.anchored(
        before + text, quote=exact.quote, start=exact.start, end=exact.end, prefix=exact.prefix, suffix=exact.suffix
    )

    assert found is not None
    assert found.quote == exact.quote


def test_of_the_same_words_in_several_places_the_nearest_is_meant_if_nothing_else_tells():
    text = "we agreed. Then we agreed. And we agreed."

    assert passages.anchored(text, quote="we agreed", start=17, end=20).start == 16
    assert passages.anchored(text, quote="we agreed", start=0, end=3, prefix="And ").start == 31


@pytest.mark.parametrize("typed", ["“Nobody asked me”", '"nobody  asked\nme"', "NOBODY ASKED ME"])
def test_words_typed_with_other_blanks_marks_and_capitals_are_found(typed):
    text = "The phrase “nobody\u00a0asked \u200bme” appears."

    found = passages.anchored(text, quote=typed)

    assert "nobody" in found.quote
    assert text[found.start : found.end] == found.quote


@pytest.mark.parametrize("typed", ["somebody asked me", "   ", ""])
def test_words_that_are_not_there_are_not_found(typed):
    assert passages.anchored("Nobody asked me.", quote=typed, start=0, end=4) is None


def test_a_heading_stands_over_what_follows_it():
    safe, outline = arranged(
        "<h1>Purpose</h1><p>First. Purpose of it.</p><h2>Purpose <em>of</em> it</h2><p>Second.</p>"
    )
    text = text_of(safe)
    headings = passages.Headings(text, [{"title": one.title, "id": one.id} for one in outline])

    assert headings.above(text.index("First")) == "Purpose"
    assert headings.above(text.index("Second")) == "Purpose of it"


def test_before_the_first_heading_there_is_none():
    text = "A title\nSome words.\nOne\n" + words(20)

    assert passages.Headings(text, [{"title": "One"}]).above(3) == ""
