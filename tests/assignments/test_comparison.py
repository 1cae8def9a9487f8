"""Each handed-in piece beside every other of the centre: what is compared, with what, when, and what is kept of it."""

import datetime as dt
import html
import random
from contextlib import nullcontext

import pytest
from django.core.management import call_command
from django.db import connection

from assignments import comparison, similarity
from assignments.models import Document, Fingerprint, Reading, SimilarityCheck, SimilarityMatch
from assignments.models.authenticity import CLAIM_HOLDS, GIVE_UP_AFTER
from core import clock
from core.models import Event
from tests import factories
from tests.bench import corpus

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

PASSAGE = " ".join(f"borrowed{n}" for n in range(60))


def handed_in(cast, *paragraphs, cohort=None, one=None, kind="essay"):
    """An essay of these paragraphs, handed in; each paragraph is its own unless given."""
    one = one or factories.an_enrolment(cast=cast, cohort=cohort)
    submission = factories.a_submission(cast=cast, one=one, kind=kind, state="draft")
    rewrite(submission.document, *paragraphs)
    factories.hand_in(submission)
    submission.refresh_from_db()
    return submission


def rewrite(document, *paragraphs):
    """Give a document the text of these paragraphs."""
    said = "".join(f"<p>{html.escape(one, quote=False)}</p>\n" for one in paragraphs)
    Reading.objects.filter(document=document).update(html=said, text="".join(f"{one}\n" for one in paragraphs))


def own_words(number, size=80):
    dice = random.Random(number)
    return " ".join(f"own{dice.randrange(100_000)}" for _ in range(size))


def compared(submission):
    check = SimilarityCheck.objects.get(document=submission.document)
    assert comparison.compare(check.pk)
    check.refresh_from_db()
    return check


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


def test_handing_in_notes_the_comparison_in_the_same_transaction(cast, cohort):
    submission = handed_in(cast, own_words(1), cohort=cohort)

    check = SimilarityCheck.objects.get(document=submission.document)
    assert check.computed_at is None
    assert check in SimilarityCheck.objects.waiting(clock.now())


def test_a_draft_is_compared_with_nothing(cast, cohort):
    draft = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort), state="draft")

    call_command("compare_submissions", verbosity=0)

    assert not SimilarityCheck.objects.filter(document=draft.document).exists()
    assert not Fingerprint.objects.exists()


def test_a_passage_of_another_piece_is_found_with_its_places_and_its_share(cast, cohort):
    first = handed_in(cast, own_words(1), f"Then {PASSAGE}.", own_words(2), cohort=cohort)
    second = handed_in(cast, own_words(3), PASSAGE, cohort=cohort)
    compared(first)

    check = compared(second)

    (match,) = check.matches.all()
    (passage,) = match.passages
    texts = first.document.reading.text, second.document.reading.text
    assert match.other == first.document
    assert texts[1][passage["start"] : passage["end"]] == PASSAGE
    assert texts[0][passage["other_start"] : passage["other_end"]] == PASSAGE
    assert (check.words, check.matched, check.compared_with) == (140, 60, 1)
    assert match.share == check.share == pytest.approx(60 / 140)


def test_the_later_piece_is_found_from_the_earlier_ones_side_too(cast, cohort):
    first = handed_in(cast, own_words(1), f"Then {PASSAGE}.", cohort=cohort)
    second = handed_in(cast, PASSAGE, own_words(3), cohort=cohort)
    compared(first)
    compared(second)

    (match,) = SimilarityMatch.objects.all()
    (passage,) = match.seen_from(first.document_id)

    text = first.document.reading.text
    assert text[passage["start"] : passage["end"]] == PASSAGE


def test_work_of_other_cohorts_and_clients_is_compared_with(cast):
    first = handed_in(cast, PASSAGE, own_words(1))
    second = handed_in(cast, PASSAGE, own_words(2))
    compared(first)

    assert first.enrolment.cohort != second.enrolment.cohort
    assert compared(second).matched == 60


def test_an_earlier_attempt_of_the_same_learner_is_left_out(cast, cohort):
    first = handed_in(cast, PASSAGE, own_words(1), cohort=cohort)
    compared(first)
    factories.mark(first, cast=cast, unmet=1)
    second = handed_in(cast, PASSAGE, own_words(1), one=first.enrolment)

    check = compared(second)

    assert second.attempt == 2
    assert (check.matched, check.compared_with) == (0, 0)


def test_what_a_word_belongs_to_twice_counts_once_in_the_share(cast, cohort):
    for number in (1, 2):
        compared(handed_in(cast, PASSAGE, own_words(number), cohort=cohort))

    check = compared(handed_in(cast, PASSAGE, own_words(3), cohort=cohort))

    assert check.matches.count() == 2
    assert check.matched == 60


def test_quotations_references_and_the_assignments_own_words_are_left_out_and_counted(cast, cohort):
    criterion = "Weigh the setting in an organisation."
    book = "Kline N 1999 Time to Think and Listening to Ignite the Human Mind London Ward Lock and others as well as this one"
    paragraphs = (f"“{PASSAGE}”", criterion, "References", book)
    compared(handed_in(cast, own_words(1), *paragraphs, cohort=cohort))

    check = compared(handed_in(cast, own_words(2), *paragraphs, cohort=cohort))

    assert (check.words, check.matched) == (80, 0)
    assert check.words_left_out == {"quotations": 60, "supplied": 6, "references": 1 + len(book.split())}


def test_a_frozen_portfolio_is_compared_without_its_headings_and_without_what_the_supervisor_wrote(cast, cohort):
    for _ in range(2):
        submission = factories.a_submission(
            cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort), kind="portfolio"
        )
        check = compared(submission)

    own = similarity.tokens(submission.document.reading.text)
    assert 0 < check.words < len(own)
    assert check.words_left_out["supplied"] >= 10
    # The two learners of the factory wrote the same review of their own ability.
    assert check.matched > 40


def test_a_file_that_cannot_be_read_here_has_nothing_to_compare(cast, cohort):
    submission = handed_in(cast, own_words(1), cohort=cohort)
    # On SQLite nothing guards against a delete, and there is nothing to switch off.
    with factories.unfrozen() if connection.vendor == "postgresql" else nullcontext():
        Reading.objects.filter(document=submission.document).delete()

    check = compared(submission)

    assert (check.words, check.share) == (0, None)


def test_a_comparison_is_made_once_however_often_the_bell_rings(cast, cohort):
    submission = handed_in(cast, own_words(1), cohort=cohort)
    check = compared(submission)

    assert not comparison.compare(check.pk)
    assert Event.objects.filter(verb="compare").count() == 1


def test_a_comparison_whose_worker_died_is_taken_up_again(cast, cohort):
    check = SimilarityCheck.objects.get(document=handed_in(cast, own_words(1), cohort=cohort).document)
    now = clock.now()
    assert SimilarityCheck.objects.claim(check.pk, now)

    assert not SimilarityCheck.objects.claim(check.pk, now + CLAIM_HOLDS - dt.timedelta(seconds=1))
    assert SimilarityCheck.objects.claim(check.pk, now + CLAIM_HOLDS)


def test_what_fails_again_and_again_is_given_up_and_says_so(cast, cohort):
    check = SimilarityCheck.objects.get(document=handed_in(cast, own_words(1), cohort=cohort).document)
    SimilarityCheck.objects.filter(pk=check.pk).update(tries=GIVE_UP_AFTER)

    check.refresh_from_db()

    assert check.is_given_up
    assert not comparison.compare(check.pk)


def test_a_worker_that_died_half_way_leaves_nothing_twice(cast, cohort):
    submission = handed_in(cast, PASSAGE, cohort=cohort)
    check = SimilarityCheck.objects.select_related("document__submission__enrolment", "document__reading").get(
        document=submission.document
    )
    comparison._prepare(check)
    before = Fingerprint.objects.count()

    compared(submission)

    assert Fingerprint.objects.count() == before > 0


def test_the_command_finds_lost_messages_and_work_from_before_there_were_comparisons(cast, cohort, capsys):
    old = handed_in(cast, PASSAGE, own_words(1), cohort=cohort)
    SimilarityCheck.objects.all().delete()
    new = handed_in(cast, PASSAGE, own_words(2), cohort=cohort)

    call_command("compare_submissions")

    assert "2 pieces compared" in capsys.readouterr().out
    shares = {one.document_id: one.matched for one in SimilarityCheck.objects.all()}
    assert shares.keys() == {old.document_id, new.document_id}
    assert sorted(shares.values()) == [0, 60]


def test_a_passage_that_very_many_pieces_share_is_found_all_the_same(cast, cohort, monkeypatch):
    monkeypatch.setattr(comparison, "COMMON", 2)
    monkeypatch.setattr(comparison, "_SQL", comparison._SQL.replace("limit 100", "limit 2"))
    for number in range(4):
        compared(handed_in(cast, PASSAGE, own_words(number), cohort=cohort))

    assert compared(handed_in(cast, PASSAGE, own_words(9), cohort=cohort)).matched == 60


def test_both_databases_find_the_same_candidates(cast, cohort):
    if connection.vendor != "postgresql":
        pytest.skip("this compares PostgreSQL's answer with the other")
    dice = random.Random(1)
    essays = [corpus.essay(f"both {n}", words=600) for n in range(6)]
    for number, one in enumerate(essays):
        passage = corpus.copied(essays[number - 1], 50, dice) if number else []
        compared(handed_in(cast, *corpus.with_passage(one, passage, dice), cohort=cohort))
    for document in Document.objects.filter(similarity_check__isnull=False):
        asked = comparison._thinned(
            similarity.fingerprints(comparison.tokens_of(document.reading.text, document.similarity_check.left_out))
        )

        found = comparison._candidates_on_postgres(asked, [document.pk])

        assert found == comparison._candidates_anywhere(asked, [document.pk])
        assert found
