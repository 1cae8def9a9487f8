"""The demonstration's own essays: exact in length, different by seed, the same by the same seed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments import documents
from assignments.documents import Kind
from config.demo import essays, reflections
from config.demo.stock import pools

CRITERIA = [
    ("1.1", "Define coaching and mentoring for your organisation, and compare them"),
    ("1.2", "Weigh how the organisation's setting shapes coaching or mentoring"),
    ("1.3", "Make the case for individuals and for the organisation"),
    ("1.4", "Assess how the impact can be measured"),
    ("1.5", "Find likely barriers and ways to reduce them"),
    ("2.1", "Knowledge, skills and behaviour of an effective coach or mentor"),
    ("2.2", "Why communication matters"),
    ("2.3", "Responsibility for the relationship: values, power, ethics"),
    ("3.1", "Use a process or a model"),
    ("3.2", "Why and how to contract"),
    ("3.3", "Expectations and boundaries with all stakeholders"),
    ("3.4", "The case for supervision"),
]


@pytest.mark.parametrize("suffix", ["docx", "odt"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_essay_counts_exactly_what_was_asked_for(seed, suffix, tmp_path):
    path = tmp_path / f"essay.{suffix}"
    asked = 4200 + 137 * seed
    written = essays.write_essay(path, seed=seed, words=asked, author="Ada Osei", criteria=CRITERIA)
    reading = documents.read(path, documents.inspect(path))
    assert written == reading.counts.body == asked
    assert reading.counts.references > 60
    assert reading.counts.notes > 10
    assert [one.title.split()[0] for one in reading.outline] == [number for number, _ in CRITERIA] + ["References"]
    assert reading.counts.stated in (None, reading.counts.body + reading.counts.references)


def test_an_essay_as_pdf_counts_about_as_much(tmp_path):
    path = tmp_path / "essay.pdf"
    essays.write_essay(path, seed=5, words=4400, author="Ada Osei", criteria=CRITERIA)
    reading = documents.read(path, documents.inspect(path))
    assert abs(reading.counts.body - 4400) < 20
    assert [one.title.split()[0] for one in reading.outline if one.level == 2][:12] == [
        number for number, _ in CRITERIA
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 100_000),
    st.integers(1800, 7000),
    st.sets(st.sampled_from([number for number, _ in CRITERIA]), max_size=4),
)
def test_any_length_can_be_composed(seed, words, weak):
    assert essays.compose(seed=seed, words=words, author="A B", criteria=CRITERIA, weak=weak).body == words


def test_sections_are_about_equal_and_weak_ones_thin(tmp_path):
    path = tmp_path / "essay.docx"
    essays.write_essay(path, seed=9, words=4500, author="Ada Osei", criteria=CRITERIA, weak={"1.3", "2.3"})
    words = {one.title[:3]: one.words for one in documents.read(path, Kind.DOCX).outline[:-1]}
    assert all(80 < words[number] < 200 for number in ("1.3", "2.3"))
    assert all(300 < count < 560 for number, count in words.items() if number not in ("1.3", "2.3"))


def test_the_same_seed_writes_the_same_essay_and_another_seed_another():
    first, again, other = (
        [
            block.text
            for section in essays.compose(seed=seed, words=4000, author="A B", criteria=CRITERIA).sections
            for block in section.blocks
            if hasattr(block, "text")
        ]
        for seed in (1, 1, 2)
    )
    assert first == again
    sentences = {sentence for text in first for sentence in text.split(". ")}
    shared = {sentence for text in other for sentence in text.split(". ")} & sentences
    assert len(shared) < len(sentences) / 3


def test_the_stock_is_large_and_every_choice_is_filled():
    stock = pools("essays.txt")
    assert sum(len(lines) for lines in stock.values()) > 250
    for seed in range(20):
        essay = essays.compose(seed=seed, words=5000, author="A B", criteria=CRITERIA)
        text = " ".join(block.text for section in essay.sections for block in section.blocks if hasattr(block, "text"))
        assert not set("[]{}|") & set(text)
        assert "  " not in text


def test_a_contract_for_the_portfolio_is_a_word_document(tmp_path):
    path = tmp_path / "contract.docx"
    assert (
        essays.write_contract(path, seed=3, author="Ada Osei") == documents.count(path, documents.inspect(path)).total
    )


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, one in vars(reflections).items()
        if getattr(one, "__module__", "") == reflections.__name__ and name[0] != "_"
    ],
)
def test_every_reflection_is_whole_and_the_same_by_the_same_seed(name):
    function = getattr(reflections, name)
    extra = {"met": True} if name == "criterion_feedback" else {}
    texts = [function(seed, **extra) for seed in range(40)]
    assert texts == [function(seed, **extra) for seed in range(40)]
    assert len(set(texts)) > 2
    assert not any(set("[]{}|!") & set(text) for text in texts)
