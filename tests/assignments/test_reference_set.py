"""The reference set: equal to the count by construction for .docx and .odt, within one per cent for .pdf."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments import documents
from assignments.documents import Kind
from tests.assignments import reference_set
from tests.assignments.pieces import Essay, Piece

SET = {made.name: made for made in reference_set.whole()}


def test_there_are_at_least_thirty_in_three_formats():
    kinds = [made.kind for made in SET.values()]
    assert len(kinds) >= 30
    assert all(kinds.count(kind) >= 6 for kind in (Kind.DOCX, Kind.ODT, Kind.PDF))


@pytest.mark.parametrize("name", [name for name, made in SET.items() if made.kind is not Kind.PDF])
def test_it_counts_as_it_was_made(name):
    made = SET[name]
    content = made.make()
    assert documents.inspect(content) is made.kind
    reading = documents.read(content, made.kind)
    assert (reading.counts.body, reading.counts.references, reading.counts.notes) == made.counts


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, made in SET.items() if made.kind is Kind.PDF])
def test_a_pdf_counts_within_one_per_cent_of_how_it_was_made(name):
    made = SET[name]
    content = made.make()
    assert documents.inspect(content) is Kind.PDF
    counts = documents.read(content, Kind.PDF).counts
    body, references, _ = made.counts
    assert counts.body == pytest.approx(body, rel=0.01)
    # The notes at the foot of the pages on which the list stands cannot be told from it.
    assert counts.references == pytest.approx(references, rel=0.01, abs=18)


# ---------------------------------------------------------------- the same passages in every format

text = st.lists(st.text("abcdeéß", min_size=1, max_size=6), min_size=1, max_size=8).map(" ".join)
piece = st.one_of(
    st.builds(Piece, st.just("text"), text, note=st.one_of(st.just(""), text)),
    st.builds(Piece, st.sampled_from(["item", "quotation"]), text),
    st.builds(Piece, st.just("heading"), st.one_of(text, st.just("References")), level=st.integers(1, 2)),
    st.builds(Piece, st.just("table"), rows=st.tuples(st.tuples(text, text), st.tuples(text, text))),
)
essays = st.lists(piece, max_size=10).map(Essay)


def read(made: Essay) -> dict[Kind, documents.Reading]:
    contents = {Kind.DOCX: made.docx(), Kind.ODT: made.odt(), Kind.WRITTEN: made.markdown()}
    return {kind: documents.read(content, kind) for kind, content in contents.items()}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(essays)
def test_the_same_passages_count_the_same_in_every_format(made):
    parts = {kind: reading.counts.parts for kind, reading in read(made).items()}
    assert parts[Kind.DOCX] == parts[Kind.ODT] == parts[Kind.WRITTEN]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(essays)
def test_the_same_passages_have_the_same_outline_in_every_format(made):
    outlines = {
        kind: [(one.level, one.title, one.words) for one in reading.outline] for kind, reading in read(made).items()
    }
    assert outlines[Kind.DOCX] == outlines[Kind.ODT] == outlines[Kind.WRITTEN]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(essays, essays)
def test_a_document_put_behind_another_has_the_words_of_both(first, second):
    both = Essay([*first.pieces, *second.pieces])
    counts = [documents.count(one.docx(), Kind.DOCX) for one in (first, second, both)]
    assert counts[0].total + counts[1].total == counts[2].total
    assert counts[0].notes + counts[1].notes == counts[2].notes
