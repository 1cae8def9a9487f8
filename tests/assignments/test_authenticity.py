"""The authenticity file: what it shows to whom, who adds to it, and that it accuses nobody."""

import datetime as dt
from datetime import timedelta

import pytest
from django.urls import reverse

from assignments import actions, authenticity, comparison
from assignments.models import Concern, SimilarityCheck, SimilarityDecision, VivaNote
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale, WrongState
from tests import factories
from tests.assignments.test_comparison import PASSAGE, compared, handed_in, own_words
from tests.conftest import a_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


@pytest.fixture
def submission(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    found = handed_in(cast, own_words(1), PASSAGE, one=one)
    compared(found)
    return found


def asked(cast, who, submission, name="assignments:authenticity", *more):
    return cast.client_of(who).get(reverse(name, args=[submission.pk, *more]))


def text_of(response):
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


# ---- what it shows


def test_the_declaration_stands_there_word_for_word_with_the_ai_statement_and_what_was_allowed(cast, submission):
    said = text_of(asked(cast, "tutor", submission))

    for line in submission.declaration.wording.splitlines():
        assert line in said
    assert "Allowed in this assignment" in said
    assert f"{submission.declaration.signed_name}," in said


def test_more_ai_than_the_assignment_allows_is_said_and_not_judged(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    draft = factories.a_submission(cast=cast, one=one, state="draft")
    draft.refresh_from_db()
    actions.submit(draft, ai_use="other", ai_statement="A tool wrote my table.", signed_name="A", by=one.learner)

    said = text_of(asked(cast, "tutor", draft))

    assert "goes beyond what the assignment allows" in said
    assert "A tool wrote my table." in said


def test_every_version_that_was_kept_is_listed_with_its_words_and_fingerprint(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    draft = factories.a_submission(cast=cast, one=one, state="draft")
    draft.refresh_from_db()
    factories.attach(draft, file=factories.an_essay_file(words=4300, name="second.docx"))
    factories.hand_in(draft)

    drafts = authenticity.drafts_of(draft)

    assert [(row.what, row.words, row.is_handed_in) for row in drafts] == [
        ("essay.docx", 4200, False),
        ("second.docx", 4300, True),
    ]
    assert all(row.sha256[:16] in text_of(asked(cast, "eqa", draft)) for row in drafts)


@pytest.mark.sqlite
def test_what_was_written_here_and_sent_for_comment_is_part_of_the_history(cast, cohort, django_assert_num_queries):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    draft = actions.begin(one, assignment=factories.essay_of(cohort), by=one.learner)
    text = "# 1.1 Define and compare\n\n" + own_words(7) + "\n\n"
    actions.save_writing(draft, body=text, revision=0, cause="by_hand", by=one.learner)
    actions.use_writing(draft, by=one.learner)
    draft.refresh_from_db()
    sent = actions.send_draft(draft, source="file", by=one.learner)
    actions.comment_on_draft(sent, comments="Weigh the second source.", revision=0, by=cast.tutor)

    with django_assert_num_queries(1):
        rows = authenticity.drafts_of(draft)

    said = [row.what for row in rows]
    assert f"Sent to the tutor for comment, commented by {cast.tutor}" in said
    assert any(what.startswith("Version 1 of the text written here:") for what in said)
    assert [row.made_at for row in rows] == sorted(row.made_at for row in rows)


def test_the_percentage_comes_with_what_it_is_a_percentage_of(cast, cohort, submission):
    other = handed_in(cast, PASSAGE, own_words(5), own_words(6), cohort=cohort)
    compared(other)

    said = text_of(asked(cast, "tutor", other))

    assert "27 % of the 220 words compared stand also in other work of this centre." in said
    assert "Compared with 1 other piece of work from all cohorts. Quotations, references and" in said
    assert "handed in before this" in said


def test_a_match_found_later_shows_in_the_earlier_file_too(cast, cohort, submission):
    other = handed_in(cast, PASSAGE, own_words(5), cohort=cohort)
    compared(other)

    said = text_of(asked(cast, "tutor", submission))

    assert "There is no other work to compare this with yet." in said
    assert str(other.enrolment.learner) in said
    assert "handed in after this" in said


def test_two_pieces_compared_at_one_moment_show_each_other_once(cast, cohort, submission):
    other = handed_in(cast, PASSAGE, own_words(5), cohort=cohort)
    compared(other)
    SimilarityCheck.objects.filter(document=submission.document).update(computed_at=None, claimed_at=None)
    compared(submission)

    assert len(authenticity.beside(submission, cast.tutor)) == len(authenticity.beside(other, cast.tutor)) == 1


def test_before_it_is_compared_the_file_says_so(cast, cohort):
    waiting = handed_in(cast, own_words(1), cohort=cohort)

    assert "This is being compared with the other work of the centre." in text_of(asked(cast, "tutor", waiting))


@pytest.mark.parametrize(
    ("words", "matched", "said"), [(0, 0, None), (1000, 0, "0 %"), (1000, 4, "less than 1 %"), (1000, 5, "1 %")]
)
def test_a_share_that_rounds_to_nothing_is_not_called_nothing(words, matched, said):
    check = SimilarityCheck(words=words, matched=matched, computed_at=clock.now(), compared_with=3, tries=1)

    if said is None:
        assert authenticity.headline(check) == "There is no text in this that could be compared."
    else:
        assert authenticity.headline(check).replace("\N{NO-BREAK SPACE}", " ").startswith(f"{said} of the 1,000 words")


# ---- whose


def test_nobody_reads_the_file_of_their_own_work(cast, cohort):
    factories.accounts.grant_role(cast.learner, role="tutor", by=cast.administrator)
    one = factories.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    own = handed_in(cast, own_words(1), one=one)

    assert asked(cast, "learner", own).status_code == 404


def test_a_draft_has_no_file(cast, cohort):
    draft = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort), state="draft")

    assert asked(cast, "tutor", draft).status_code == 404


def test_of_a_piece_one_may_not_see_there_is_the_passage_and_nothing_else(cast, submission):
    theirs = a_cast()
    secret = "secretword " + own_words(7)
    other = handed_in(theirs, secret, f"Before it {PASSAGE} after it.", one=factories.an_enrolment(cast=theirs))
    compared(other)

    file = text_of(asked(cast, "tutor", submission))
    beside = text_of(asked(cast, "tutor", submission, "assignments:similarity", other.pk))

    assert "A piece of another cohort" in file
    assert "borrowed59" in beside
    for said in (file, beside):
        assert str(other.enrolment.learner) not in said
        assert other.enrolment.cohort.code not in said
        assert other.get_absolute_url() not in said
        assert "secretword" not in said
        assert "Before it" not in said


def test_a_name_between_shared_words_of_a_piece_one_may_not_see_is_not_shown(cast, submission):
    theirs = a_cast()
    words = PASSAGE.split()
    named = " ".join([*words[:30], "Philippa Hidden", *words[30:]])
    other = handed_in(theirs, named, one=factories.an_enrolment(cast=theirs))
    compared(other)

    said = text_of(asked(cast, "tutor", submission, "assignments:similarity", other.pk))

    assert "borrowed29 … borrowed30" in said
    assert "Philippa" not in said


def test_a_piece_one_may_see_is_named_and_has_its_surroundings(cast, cohort, submission):
    other = handed_in(cast, own_words(5), f"Just before {PASSAGE} just after.", cohort=cohort)
    compared(other)

    said = text_of(asked(cast, "iqa", submission, "assignments:similarity", other.pk))

    assert str(other.enrolment.learner) in said
    assert other.get_absolute_url() in said
    assert "Just before" in said
    assert said.count("<mark>") == 2


def test_two_pieces_with_nothing_in_common_have_no_page(cast, cohort, submission):
    other = handed_in(cast, own_words(9), cohort=cohort)
    compared(other)

    assert asked(cast, "tutor", submission, "assignments:similarity", other.pk).status_code == 404


# ---- what is added


def test_a_decision_is_kept_beside_the_earlier_one_and_tells_who_and_when(cast, submission):
    actions.judge_similarity(submission, verdict="talk", note="The opening.", by=cast.tutor)
    actions.judge_similarity(submission, verdict="nothing", by=cast.iqa)

    assert [row.verdict for row in submission.similarity_decisions.all()] == ["nothing", "talk"]
    assert Event.objects.about(submission).filter(verb="judge_similarity").count() == 2
    said = text_of(asked(cast, "eqa", submission))
    assert said.index("Looked at, nothing to follow") < said.index("Talk to the learner")


def test_who_wants_to_talk_says_about_what(cast, submission):
    with pytest.raises(Refused, match="Say what you want to talk about"):
        actions.judge_similarity(submission, verdict="talk", note=" ", by=cast.tutor)


def test_nothing_is_decided_before_the_comparison_is_made(cast, cohort):
    waiting = handed_in(cast, own_words(1), cohort=cohort)

    with pytest.raises(WrongState, match="not been compared yet"):
        actions.judge_similarity(waiting, verdict="nothing", by=cast.tutor)


def test_a_talk_is_kept_with_its_day_and_minutes(cast, submission):
    actions.note_viva(submission, held_on=clock.today(), minutes=12, note="Knows it well.", by=cast.tutor)

    said = text_of(asked(cast, "iqa", submission))

    assert "12 min" in said
    assert "Knows it well." in said


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"held_on": dt.date(2999, 1, 1)}, "lies in the future"),
        ({"minutes": 0}, "from 1 to 240"),
        ({"note": "  "}, "what was asked"),
    ],
)
def test_a_talk_that_cannot_be_right_is_refused(cast, submission, facts, sentence):
    given = {"held_on": clock.today(), "minutes": 10, "note": "Fine.", **facts}

    with pytest.raises(Refused, match=sentence):
        actions.note_viva(submission, **given, by=cast.tutor)
    assert not VivaNote.objects.exists()


@pytest.mark.parametrize("outcome", ["no_case", "passed_on"])
def test_a_question_is_open_until_it_is_settled_with_a_reason(cast, submission, outcome):
    concern = actions.raise_concern(submission, text="Section 2 reads differently.", by=cast.tutor)
    assert concern.is_open

    actions.settle_concern(concern, outcome=outcome, note="Spoke with the learner.", by=cast.iqa)

    assert (concern.outcome, concern.decided_by) == (outcome, cast.iqa)
    assert {"raise_concern", "settle_concern"} <= set(Event.objects.about(submission).values_list("verb", flat=True))
    with pytest.raises(WrongState, match="This was settled"):
        actions.settle_concern(concern, outcome="no_case", note="Again.", by=cast.tutor)


def test_of_two_who_settle_at_once_one_wins(cast, submission):
    concern = actions.raise_concern(submission, text="Section 2.", by=cast.tutor)
    stale = Concern.objects.get(pk=concern.pk)
    actions.settle_concern(concern, outcome="no_case", note="Fine.", by=cast.tutor)

    with pytest.raises(Stale):
        actions.settle_concern(stale, outcome="passed_on", note="Not fine.", by=cast.iqa)


@pytest.mark.parametrize(
    ("act", "facts"), [("raise_concern", {"text": " "}), ("settle_concern", {"outcome": "no_case", "note": " "}),
                       ("settle_concern", {"outcome": "guilty", "note": "So."})]
)  # fmt: skip
def test_a_question_without_words_is_refused(cast, submission, act, facts):
    subject = submission if act == "raise_concern" else actions.raise_concern(submission, text="Why?", by=cast.tutor)

    with pytest.raises(Refused):
        getattr(actions, act)(subject, **facts, by=cast.tutor)


def test_an_external_verifier_reads_and_adds_nothing(cast, submission):
    assert "Note a talk" not in text_of(asked(cast, "eqa", submission))
    with pytest.raises(NotAllowed, match="Your role reads"):
        actions.raise_concern(submission, text="Why?", by=cast.eqa)


def test_a_tutor_whose_appointment_has_ended_reads_and_adds_nothing(cast, cohort, submission):
    later = clock.today() + timedelta(days=40)
    factories.programmes.end_appointment(
        cohort.appointments.get(), to_on=clock.today(), reason="Leaves", by=cast.contract_manager
    )

    with clock.at(later), pytest.raises(Refused, match="not appointed to this cohort"):
        actions.raise_concern(submission, text="Why?", by=cast.tutor)


def test_nobody_adds_to_the_file_of_their_own_work(cast, submission):
    factories.accounts.grant_role(cast.learner, role="tutor", by=cast.administrator)

    with pytest.raises(Refused, match="your own work"):
        actions.note_viva(submission, held_on=clock.today(), minutes=5, note="I know it.", by=cast.learner)
    assert not SimilarityDecision.objects.exists()


def test_the_pages_add_to_the_file_and_come_back_to_it(cast, submission):
    tutor = cast.client_of("tutor")
    posts = (
        ("judge_similarity", {"verdict": "nothing", "note": ""}, "#similarity"),
        ("note_viva", {"held_on": clock.today().isoformat(), "minutes": "10", "note": "Fine."}, "#talks"),
        ("raise_concern", {"text": "Section 2."}, "#questions"),
    )
    for name, data, place in posts:
        response = tutor.post(reverse(f"assignments:{name}", args=[submission.pk]), data)
        assert response["Location"] == reverse("assignments:authenticity", args=[submission.pk]) + place
    concern = Concern.objects.get()

    tutor.post(reverse("assignments:settle_concern", args=[concern.pk]), {"outcome": "no_case", "note": "Spoke."})

    concern.refresh_from_db()
    assert concern.outcome == "no_case"


def test_what_was_typed_is_not_lost_when_it_is_refused(cast, submission):
    url = reverse("assignments:judge_similarity", args=[submission.pk])

    response = cast.client_of("tutor").post(url, {"verdict": "talk", "note": ""})

    assert response.status_code == 409
    assert "Say what you want to talk about" in text_of(response)


# ---- where it is linked


def test_the_room_the_reading_page_and_the_sample_lead_to_the_file(cast, cohort, submission):
    url = reverse("assignments:authenticity", args=[submission.pk])

    assert url in text_of(asked(cast, "tutor", submission, "assignments:room"))
    assert url in text_of(asked(cast, "eqa", submission, "assignments:read"))
    assert url not in text_of(asked(cast, "learner", submission, "assignments:read"))
    factories.mark(submission, cast=cast)
    submission.refresh_from_db()
    sample = factories.verification.select(submission, reason="Every piece", by=cast.iqa)
    assert url in text_of(cast.client_of("iqa").get(sample.get_absolute_url()))


def test_a_comparison_never_looks_at_a_piece_that_was_not_handed_in(cast, cohort, submission):
    draft = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort), state="draft")
    assert comparison.queue_missing() == 0
    assert not SimilarityCheck.objects.filter(document=draft.document_id).exists()


@pytest.mark.browser
def test_passages_side_by_side_are_accessible_and_stacked_on_a_phone(page, sign_in, looked_at, cast_for_browser):
    cast = cast_for_browser
    cohort = factories.a_cohort(cast=cast)
    first = handed_in(cast, own_words(1), PASSAGE, own_words(2), cohort=cohort)
    second = handed_in(cast, own_words(3), PASSAGE, own_words(4), cohort=cohort)
    # Where commits are real, handing in has rung the bell and the comparison is made.
    for one in (first, second):
        if not SimilarityCheck.objects.get(document=one.document).computed_at:
            compared(one)
    sign_in(cast.tutor)

    for url in (
        reverse("assignments:authenticity", args=[second.pk]),
        reverse("assignments:similarity", args=[second.pk, first.pk]),
    ):
        page.goto(url)
        looked_at(widths=(1280, 320))
    left, right = page.locator(".wm-pair > div").all()
    assert right.bounding_box()["y"] > left.bounding_box()["y"] + left.bounding_box()["height"] - 1
