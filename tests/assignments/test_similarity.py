"""What two texts have in common: found if copied, found if a word in eight is changed, and not found where there is nothing."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import similarity
from assignments.similarity import GRAM, GUARANTEE, Why
from tests.bench import corpus

WORDS = st.lists(
    st.sampled_from(["coach", "mentor", "goal", "trust", "ask", "listen", "wait", "think", "lead", "team"]), max_size=60
)
LETTERS = st.text(alphabet="abcdefgh ABCDEFGH ,.;\n\t’'-éÉüÜñ", max_size=300)


def read(paragraphs, supplied=()):
    """The words of an essay of the corpus, with what is left out of it."""
    text, html = corpus.as_text(paragraphs), corpus.as_html(paragraphs)
    left = similarity.left_out(html, text, supplied)
    return similarity.tokens(text, [(one.start, one.end) for one in left])


def hashes(found):
    return {one.hash for one in similarity.fingerprints(found)}


# ---- words


def test_case_accents_apostrophes_and_marks_of_no_width_do_not_count():
    one = similarity.tokens("Don’t naïve CAFÉ self-awareness ﬁnal")
    other = similarity.tokens("dont NAIVE cafe\u0301 self awa\u00adre\u200bness final")

    assert one.words == other.words == ["dont", "naive", "cafe", "self", "awareness", "final"]
    assert one.values == other.values


def test_letters_of_other_scripts_that_look_alike_do_not_disguise_a_word():
    assert similarity.tokens("сoаching").words == ["coaching"]


@given(LETTERS)
def test_a_word_stands_where_its_places_say(text):
    found = similarity.tokens(text)

    assert [similarity.tokens(text[a:b]).words for a, b in zip(found.starts, found.ends, strict=True)] == [
        [word] for word in found.words
    ]


@given(LETTERS)
def test_case_and_white_space_change_no_fingerprint(text):
    spread = "  \n".join(text.upper().split(" "))

    assert similarity.fingerprints(similarity.tokens(text)) == similarity.fingerprints(similarity.tokens(spread))


def test_a_hash_is_the_same_in_every_process():
    said = (
        "from assignments.similarity import tokens, fingerprints;"
        "print([tuple(one) for one in fingerprints(tokens('one two three four five six seven eight'))])"
    )
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)

    here = similarity.fingerprints(similarity.tokens("one two three four five six seven eight"))
    assert run.stdout.strip() == str([tuple(one) for one in here])
    assert all(0 <= one.hash < 2**63 for one in here)


# ---- fingerprints


@given(WORDS, WORDS, WORDS, WORDS, st.lists(st.integers(0, 999), min_size=GUARANTEE, max_size=GUARANTEE))
def test_a_run_as_long_as_the_guarantee_in_both_texts_shares_a_fingerprint(a, b, c, d, run):
    shared = [f"word{n}" for n in run]
    one, other = (similarity.tokens(" ".join([*before, *shared, *after])) for before, after in ((a, b), (c, d)))

    assert hashes(one) & hashes(other)


@given(WORDS)
def test_a_text_of_a_gram_or_longer_has_a_fingerprint_and_a_shorter_one_has_none(words):
    assert bool(similarity.fingerprints(similarity.tokens(" ".join(words)))) == (len(words) >= GRAM)


def test_about_half_of_all_runs_are_kept():
    found = read(corpus.essay("density"))

    assert 0.45 < len(similarity.fingerprints(found)) / found.compared < 0.55


# ---- passages


RUN = st.lists(st.integers(0, 9999), min_size=30, max_size=60, unique=True)


@given(WORDS, WORDS, RUN)
def test_what_is_in_common_is_the_same_from_both_sides(a, b, run):
    """Where nothing else is in common: a text that says one word thirty times can be laid beside another in many ways."""
    shared = [f"word{n}" for n in run]
    one = similarity.tokens(" ".join([*(f"one{word}" for word in a), *shared]))
    other = similarity.tokens(" ".join([*shared, *(f"other{word}" for word in b)]))

    forth, back = similarity.common(one, other), similarity.common(other, one)

    assert sum(p.words for p in forth.passages) == sum(p.words for p in back.passages) >= 30
    turned = [(p.other_start, p.other_end, p.start, p.end) for p in back.passages]
    assert sorted(turned) == sorted((p.start, p.end, p.other_start, p.other_end) for p in forth.passages)


@given(WORDS, WORDS, RUN)
def test_a_run_in_common_is_found_from_both_sides_whatever_stands_around_it(a, b, run):
    shared = [f"word{n}" for n in run]
    one = similarity.tokens(" ".join([*a, *shared]))
    other = similarity.tokens(" ".join([*shared, *b]))

    for found in (similarity.common(one, other), similarity.common(other, one)):
        assert sum(p.words for p in found.passages) >= 30


def test_a_passage_stands_in_both_texts_where_its_places_say():
    passage = "when a leader asks and then waits the room begins to think and what it thinks is better than what the leader would have said aloud"
    one = f"Before this, something else entirely. {passage.capitalize()}! And then it goes on."
    other = f"{passage.upper()} stands here first."

    (found,) = similarity.common(similarity.tokens(one), similarity.tokens(other)).passages

    assert one[found.start : found.end] == passage.capitalize()
    assert other[found.other_start : found.other_end] == passage.upper()
    assert found.words == len(passage.split())


def test_no_word_is_counted_twice_though_the_other_text_repeats_it():
    passage = " ".join(f"word{n}" for n in range(40))

    found = similarity.common(similarity.tokens(passage), similarity.tokens(f"{passage}. {passage}. {passage}"))

    assert found.words == 40
    assert len(found.passages) == 1


def test_a_text_that_repeats_itself_ends_in_good_time():
    text = " ".join(f"word{n % 50}" for n in range(4200))

    assert similarity.common(similarity.tokens(text), similarity.tokens(text)).words == 4200


def test_a_set_phrase_alone_is_no_passage():
    phrase = "it is important to note that the knowledge skills and behaviour of an effective coach"

    assert similarity.common(similarity.tokens(f"a {phrase} b"), similarity.tokens(f"c {phrase} d")).passages == ()


# ---- what is left out


def left(html, supplied=()):
    text = html.replace("<p>", "").replace("</p>", "").replace("<blockquote>", "").replace("</blockquote>", "")
    text = text.replace("<h3>", "").replace("</h3>", "").replace("<strong>", "").replace("</strong>", "")
    return [(text[one.start : one.end].strip(), one.why) for one in similarity.left_out(html, text, supplied)]


@pytest.mark.parametrize(
    "quoted",
    [
        "“the quality of attention”",
        '"the quality of attention"',
        "‘the client’s own attention’",
        "'the client's own attention'",
        "«the quality of attention»",
    ],
)
def test_what_stands_in_quotation_marks_is_left_out(quoted):
    assert left(f"<p>Kline writes {quoted} on page 12, and it’s true.</p>\n") == [(quoted, Why.QUOTATION)]


def test_a_block_quotation_is_left_out():
    html = "<p>She writes:</p>\n<blockquote><p>Attention is an act.</p>\n</blockquote>\n<p>I agree.</p>\n"

    assert left(html) == [("Attention is an act.", Why.QUOTATION)]


def test_a_quotation_mark_never_closed_leaves_nothing_out():
    assert left("<p>He said “and so it went on.</p>\n<p>A new paragraph” here.</p>\n") == []


def test_a_whole_essay_in_quotation_marks_is_compared_all_the_same():
    words = " ".join(f"word{n}" for n in range(400))

    assert left(f"<p>“{words}”</p>\n") == []


@pytest.mark.parametrize("heading", ["<h3>References</h3>\n", "<p><strong>Bibliography</strong></p>\n"])
def test_the_reference_list_is_left_out_and_an_appendix_is_not(heading):
    book, own = "<p>Kline, N. (1999) Time to Think.</p>\n", "<p>What I did.</p>\n"

    found = left(f"{own}{heading}{book}<h3>Appendix A</h3>\n{own}")

    assert [why for _, why in found] == [Why.REFERENCES] * 2
    assert found[1][0] == "Kline, N. (1999) Time to Think."


def test_the_words_of_the_assignment_are_left_out_as_a_whole_line_or_inside_a_sentence():
    supplied = ["Define and compare", "Evaluate the benefits of coaching to an organisation"]

    found = left(
        "<h3>1.1 Define and compare</h3>\n<p>I will evaluate the benefits of coaching to an organisation I know.</p>\n",
        supplied,
    )

    assert found == [
        ("1.1 Define and compare", Why.SUPPLIED),
        ("evaluate the benefits of coaching to an organisation", Why.SUPPLIED),
    ]


def test_what_is_left_out_of_either_text_is_in_common_with_nothing():
    passage = " ".join(f"word{n}" for n in range(60))
    plain = read([passage, "References"])
    quoted = read([f"“{passage}”", "References"])

    assert similarity.common(plain, quoted).passages == similarity.common(quoted, plain).passages == ()
    assert quoted.compared == 0


# ---- how much is found: tests/bench/similarity.py measures more of it


@pytest.fixture(scope="module")
def essays():
    return [corpus.essay(f"test {n}") for n in range(24)]


@pytest.mark.slow
@pytest.mark.parametrize("words", [40, 60, 100])
def test_every_copied_passage_of_forty_words_or_more_is_found(essays, words):
    dice = Random(words)
    for n in range(12):
        passage = corpus.copied(essays[n], words, dice)
        host = read(corpus.with_passage(essays[n + 12], passage, dice))

        found = similarity.common(host, read(essays[n]))

        assert found.words >= words - 2


@pytest.mark.slow
@pytest.mark.parametrize("evenly", [True, False])
def test_nine_in_ten_passages_are_found_with_one_word_in_eight_changed(essays, evenly):
    dice = Random(f"changed {evenly}")
    found = 0
    for n in range(40):
        first, second = essays[n % 12], essays[12 + n % 12]
        passage = corpus.changed(corpus.copied(first, 40, dice), dice, evenly=evenly)
        host = read(corpus.with_passage(second, passage, dice))
        found += bool(similarity.common(host, read(first)).passages)

    assert found >= 36


@pytest.mark.slow
def test_independent_essays_have_nothing_in_common(essays):
    texts = [read(one) for one in essays]

    found = [(a, b) for a in range(24) for b in range(a) if similarity.common(texts[a], texts[b]).passages]

    assert found == []
