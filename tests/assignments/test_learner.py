"""What a learner does with an essay: begin, add a file, hand in, and then nothing of it changes."""

import datetime as dt
import hashlib
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from assignments import actions, examination, marking
from assignments.models import Declaration, Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from tests import factories
from tests.factories import a_submission, an_enrolment, an_essay_file, docx_bytes, essay_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ALL = ["own_words", "sources", "nowhere_else", "malpractice"]
SIGNED = {"ai_use": "none", "signed_name": "Robin Example", "declares": ALL}


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast)


@pytest.fixture
def draft(cast, one):
    return a_submission(cast=cast, one=one, state="draft")


@pytest.fixture
def learner(client, one):
    client.force_login(one.learner, backend=BACKEND)
    return client


def page_of(submission):
    return reverse("assignments:submission", args=[submission.pk])


def content_of(response):
    """All of a download; the file is closed behind it."""
    return b"".join(response.streaming_content)


def examined(submission):
    """The worker has done its work on the file that was added last."""
    document = submission.documents.latest("pk")
    examination.examine(document.pk)
    document.refresh_from_db()
    return document


def upload(words=4200, name="essay.docx", seed="word"):
    return SimpleUploadedFile(name, docx_bytes(words=words, seed=seed))


# ---- begin


def test_the_first_attempt_is_a_draft_with_number_one(one):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)

    assert (submission.attempt, submission.state) == (1, "draft")
    assert Event.objects.about(submission).values_list("verb", flat=True)[0] == "begin"


def test_beginning_twice_gives_the_same_attempt(one):
    first = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    second = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)

    assert first == second
    assert Submission.objects.count() == 1


def test_nobody_begins_the_work_of_another(cast, one):
    for somebody in (cast.learner, cast.tutor, cast.administrator):
        with pytest.raises(NotAllowed, match="Only the learner prepares their own work"):
            actions.begin(one, assignment=essay_of(one.cohort), by=somebody)


@pytest.mark.parametrize("state", ["invited", "applied", "declined", "withdrawn"])
def test_nothing_begins_before_or_after_the_programme(cast, state):
    one = an_enrolment(cast=cast, state=state)

    with pytest.raises(Refused, match="while you are on the programme"):
        actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


@pytest.mark.parametrize(("state", "sentence"), [("submitted", "is with the tutor"), ("passed", "has passed")])
def test_no_second_attempt_while_one_is_with_the_tutor_or_passed(cast, state, sentence):
    submission = a_submission(cast=cast, state=state)

    with pytest.raises(Refused, match=sentence):
        actions.begin(submission.enrolment, assignment=submission.assignment, by=submission.enrolment.learner)


def test_the_database_keeps_one_open_attempt(draft):
    with pytest.raises(IntegrityError, match="submission_one_open"), transaction.atomic():
        Submission.objects.create(
            enrolment=draft.enrolment, assignment=draft.assignment, attempt=2, begun_at=clock.now()
        )


# ---- attach


def test_a_file_is_read_counted_and_fingerprinted(one):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    content = docx_bytes(words=4612)

    document = factories.attach(submission, file=ContentFile(content, name="my essay.docx"))

    assert (document.name, document.kind, document.words) == ("my essay.docx", "docx", 4612)
    assert document.size == len(content)
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.reading.outline[0]["title"] == "Coaching"
    assert Submission.objects.get().document == document


def test_replacing_a_file_keeps_the_one_before(draft):
    first = draft.document
    second = factories.attach(draft, file=an_essay_file(seed="other"))

    assert list(draft.documents.order_by("uploaded_at", "pk")) == [first, second]
    assert Submission.objects.get().document == second


def test_the_name_of_a_file_loses_its_path_and_what_moves_text_about(one):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    name = "C:\\Users\\robin\\..\\essay\u202exslx.docx"
    file = ContentFile(docx_bytes(), name="essay.docx")
    file.name = name

    document = factories.attach(submission, file=file)

    assert document.name == "essayxslx.docx"
    assert document.file.name.endswith(".docx")
    assert "robin" not in document.file.name


def test_a_program_under_the_name_of_a_document_is_refused(one):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)

    document = factories.attach(submission, file=ContentFile(b"MZ" + b"\0" * 500, name="essay.docx"))

    assert document.state == "refused"
    assert "is a program and not a document" in document.refusal
    assert Submission.objects.get().document is None


def test_nobody_adds_a_file_to_the_work_of_another(cast, draft):
    with pytest.raises(NotAllowed, match="Only the learner adds a file"):
        actions.attach(draft, file=an_essay_file(), by=cast.tutor)


def test_a_portfolio_has_no_file_of_its_own(cast):
    submission = a_submission(cast=cast, kind="portfolio", state="draft")

    with pytest.raises(Refused, match="A portfolio has no file of its own"):
        actions.attach(submission, file=an_essay_file(), by=submission.enrolment.learner)


def test_no_file_is_added_after_a_withdrawal(cast, draft):
    from enrolment import actions as enrolment

    enrolment.withdraw(draft.enrolment, withdrawal_reason="Moved away.", by=cast.administrator)
    draft.refresh_from_db()

    with pytest.raises(WrongState, match="while you are on the programme"):
        actions.attach(draft, file=an_essay_file(), by=draft.enrolment.learner)


# ---- submit


def test_handing_in_freezes_the_work_and_keeps_what_was_signed(draft):
    actions.submit(draft, ai_use="none", signed_name=" Robin Example ", by=draft.enrolment.learner)

    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert draft.submitted_by == draft.enrolment.learner
    assert draft.due_on == clock.today() + dt.timedelta(days=60)
    assert draft.reference.endswith(f"-{draft.pk}")
    declaration = Declaration.objects.get()
    assert (declaration.signed_name, declaration.ai_use) == ("Robin Example", "none")
    assert "This is my own work, in my own words." in declaration.wording
    assert "malpractice by ILM" in declaration.wording


def test_the_receipt_goes_to_the_learner_and_word_to_the_tutor(cast, draft, django_capture_on_commit_callbacks):
    actions.submit(draft, ai_use="none", signed_name="Robin", by=draft.enrolment.learner)

    receipt = Notice.objects.get(key=f"submission:{draft.pk}:receipt")
    assert receipt.recipient == draft.enrolment.learner
    for part in (draft.reference, "essay.docx", "4,200 words", draft.document.sha256, "60 days before the deadline"):
        assert part in receipt.body
    assert Notice.objects.get(key=f"submission:{draft.pk}:arrived:{cast.tutor.pk}").recipient == cast.tutor


def test_late_work_is_taken_and_said_to_be_late(draft):
    with clock.at(clock.today() + dt.timedelta(days=63)):
        actions.submit(draft, ai_use="none", signed_name="Robin", by=draft.enrolment.learner)

    body = Notice.objects.get(key=f"submission:{draft.pk}:receipt").body
    assert "Handed in 3 days after the deadline, so it is late. It is marked all the same." in body


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"signed_name": "  "}, "Sign with your name"),
        ({"ai_use": ""}, "Say whether you used AI"),
        ({"ai_use": "anything"}, "Say whether you used AI"),
        ({"ai_use": "research"}, "Say which tool you used"),
        ({"declares": ["own_words"]}, "Tick every declaration"),
    ],
)
def test_without_its_declarations_nothing_is_handed_in(draft, given, sentence):
    with pytest.raises(Refused, match=sentence):
        actions.submit(draft, **{"ai_use": "none", "signed_name": "Robin", **given}, by=draft.enrolment.learner)
    assert Submission.objects.get().state == "draft"
    assert Declaration.objects.count() == 0


def test_an_essay_without_a_file_is_not_handed_in(one):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)

    with pytest.raises(Refused, match="There is no file yet"):
        actions.submit(submission, ai_use="none", signed_name="Robin", by=one.learner)
    assert Declaration.objects.count() == 0


def test_nobody_hands_in_for_another(cast, draft):
    for somebody, sentence in ((cast.tutor, "Your role does not let you"), (cast.learner, "Only the learner hands in")):
        with pytest.raises(Refused, match=sentence):
            actions.submit(draft, ai_use="none", signed_name="Robin", by=somebody)


@pytest.mark.sqlite
def test_a_second_hand_in_from_a_stale_page_changes_nothing(draft):
    stale = Submission.objects.get(pk=draft.pk)
    actions.submit(draft, ai_use="none", signed_name="Robin", by=draft.enrolment.learner)

    with pytest.raises(Stale, match="handed in a moment ago"):
        actions.submit(stale, ai_use="none", signed_name="Somebody Else", by=draft.enrolment.learner)
    with pytest.raises(WrongState, match="handed in already"):
        actions.submit(draft, ai_use="none", signed_name="Somebody Else", by=draft.enrolment.learner)
    assert Declaration.objects.get().signed_name == "Robin"
    assert Notice.objects.filter(key__endswith=":receipt").count() == 1


def test_after_the_hand_in_no_file_can_be_added(draft):
    stale = Submission.objects.get(pk=draft.pk)
    actions.submit(draft, ai_use="none", signed_name="Robin", by=draft.enrolment.learner)

    with pytest.raises(WrongState, match="handed in, so its file cannot be changed"):
        actions.attach(draft, file=an_essay_file(seed="new"), by=draft.enrolment.learner)
    with pytest.raises(Stale, match="handed in a moment ago"):
        actions.attach(stale, file=an_essay_file(seed="new"), by=draft.enrolment.learner)
    assert Submission.objects.get().document.words == 4200


@pytest.mark.parametrize("words", [3100, 6000])
def test_an_essay_outside_the_range_is_taken(cast, one, words):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    factories.attach(submission, file=an_essay_file(words=words))
    actions.submit(submission, ai_use="none", signed_name="Robin", by=one.learner)

    assert Submission.objects.get().state == "submitted"


# ---- pages


@pytest.mark.sqlite
def test_the_way_from_the_list_to_the_receipt(learner, one):
    essay = essay_of(one.cohort)
    assert "Begin your essay" in learner.get("/my/assignments/").content.decode()

    begun = learner.post(reverse("assignments:begin", args=[one.pk, essay.pk]), follow=True)
    assert "You have 60 days: hand in by" in begun.content.decode()
    submission = Submission.objects.get()

    added = learner.post(reverse("assignments:attach", args=[submission.pk]), {"file": upload(4612)}, follow=True)
    html = added.content.decode()
    assert "essay.docx has arrived. It is checked and counted now; nothing is handed in yet." in html
    assert "Waiting for its turn" in html
    assert "Hand in 4,612 words" not in html

    examined(submission)
    html = learner.get(page_of(submission)).content.decode()
    assert "4,612 words, inside the range" in html
    assert "Hand in 4,612 words as attempt 1" in html

    done = learner.post(reverse("assignments:submit", args=[submission.pk]), SIGNED, follow=True)
    html = done.content.decode()
    assert "Your essay is in" in html
    submission.refresh_from_db()
    assert submission.reference in html
    assert submission.document.sha256 in html


@pytest.mark.parametrize(
    ("words", "sentence"), [(3100, "900 fewer than the range"), (6000, "1,000 more than the range")]
)
def test_the_page_says_what_a_length_outside_the_range_means(learner, one, words, sentence):
    submission = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    factories.attach(submission, file=an_essay_file(words=words))

    html = learner.get(page_of(submission)).content.decode()

    assert sentence in html
    assert "You can hand it in: the range is a guide" in html
    assert f"Hand in {words:,} words as attempt 1" in html


def test_a_wrong_file_is_explained_beside_the_field_and_above_and_nothing_typed_is_lost(learner, draft):
    wrong = SimpleUploadedFile("essay.docx", b"MZ" + b"\0" * 100)
    typed = {
        "ai_use": "research",
        "ai_statement": "A chat assistant, for sources",
        "signed_name": "Rob",
        "declares": ALL[:2],
    }

    learner.post(reverse("assignments:attach", args=[draft.pk]), {"file": wrong, **typed})
    examined(draft)

    html = learner.get(page_of(draft)).content.decode()
    assert html.count("essay.docx was not taken. essay.docx is a program and not a document") == 2
    assert "Error:" in html
    assert "A chat assistant, for sources" in html
    assert 'value="Rob"' in html
    assert len(re.findall(r"<input[^>]* checked", html)) == 3
    assert "Hand in 4,200 words as attempt 1" in html


def test_what_was_typed_beside_a_good_file_is_there_again(learner, draft):
    typed = {"ai_use": "research", "ai_statement": "A chat assistant, for sources"}

    learner.post(reverse("assignments:attach", args=[draft.pk]), {"file": upload(4300), **typed})
    examined(draft)
    html = learner.get(page_of(draft)).content.decode()

    assert "A chat assistant, for sources" in html
    assert "4,300 words" in html


def test_a_file_of_sixty_megabytes_is_refused_with_its_size(learner, draft):
    huge = SimpleUploadedFile("essay.docx", b"PK\x03\x04" + b"\0" * (60 * 1024 * 1024))

    html = learner.post(reverse("assignments:attach", args=[draft.pk]), {"file": huge}).content.decode()

    assert "This file has 60.0\xa0MB. The limit is 25.0\xa0MB" in html
    assert draft.documents.count() == 1


def test_no_file_chosen_is_a_sentence(learner, draft):
    html = learner.post(reverse("assignments:attach", args=[draft.pk])).content.decode()

    assert "Choose the file of your essay" in html


def test_an_upload_whose_session_ran_out_is_asked_for_again(client, learner, one, draft):
    learner.logout()
    lost = client.post(reverse("assignments:attach", args=[draft.pk]), {"file": upload()})
    assert lost.status_code == 302
    assert "next=" in lost["Location"]
    client.force_login(one.learner, backend=BACKEND)

    html = client.get(reverse("assignments:attach", args=[draft.pk]), follow=True).content.decode()

    assert "Your session had ended, so your file did not arrive. Choose it once more." in html


def test_two_clicks_on_hand_in_give_one_submission_and_one_receipt(learner, draft):
    for _ in range(2):
        html = learner.post(reverse("assignments:submit", args=[draft.pk]), SIGNED, follow=True).content.decode()
        assert "Your essay is in" in html

    assert Submission.objects.filter(state="submitted").count() == 1
    assert Notice.objects.filter(key__endswith=":receipt").count() == 1


def test_a_file_that_was_chosen_but_not_added_is_looked_at_before_anything_is_handed_in(learner, draft):
    new = {"file": upload(4700, seed="new"), **SIGNED}

    learner.post(reverse("assignments:submit", args=[draft.pk]), new)
    examined(draft)

    assert "Hand in 4,700 words as attempt 1" in learner.get(page_of(draft)).content.decode()
    assert Submission.objects.get().state == "draft"


def test_a_page_that_shows_an_older_file_does_not_hand_in_the_newer_one(learner, draft):
    older = draft.document_id
    factories.attach(draft, file=an_essay_file(words=4100))

    html = learner.post(reverse("assignments:submit", args=[draft.pk]), {**SIGNED, "document": older}).content.decode()

    assert "Another file has been added since you opened this page" in html
    assert Submission.objects.get().state == "draft"


def test_a_missing_declaration_is_said_and_the_rest_stays(learner, draft):
    given = {**SIGNED, "declares": ALL[:3]}

    html = learner.post(reverse("assignments:submit", args=[draft.pk]), given).content.decode()

    assert html.count("Tick all 4 declarations, if they are true: 1 left") == 2
    assert 'value="Robin Example"' in html


# ---- what the tutor decides is seen when it is signed, and not before


PLANTED = "Planted sentence 7f3a of a decision in progress"


def test_a_decision_in_progress_is_nowhere_on_the_learners_pages(cast, learner, one):
    submission = a_submission(cast=cast, one=one)
    marking.take(submission, by=cast.tutor)
    criterion = submission.criteria().first()
    marking.decide(
        submission, criterion=criterion, decision="refer", feedback=PLANTED, action=PLANTED, revision=0, by=cast.tutor
    )

    pages = ["/my/assignments/", page_of(submission), f"{page_of(submission)}read/"]
    for page in pages:
        html = learner.get(page).content.decode()
        assert PLANTED not in html
        assert cast.tutor.full_name not in html
    factories.mark(submission, cast=cast, unmet=1)
    assert "Add a second example." in learner.get(page_of(submission)).content.decode()


def test_a_referral_is_a_list_of_things_to_do_and_the_next_attempt_waits(cast, learner, one):
    submission = a_submission(cast=cast, one=one, state="referred")

    html = learner.get(page_of(submission)).content.decode()

    assert "1 thing to do: hand in attempt 2 by" in html
    assert "Add a second example." in html
    assert "2 criteria met" in html
    second = Submission.objects.get(attempt=2)
    assert reverse("assignments:submission", args=[second.pk]) in html
    assert "What it still needs" in learner.get(page_of(second)).content.decode()
    assert learner.get(f"{page_of(submission)}read/").status_code == 200


def test_a_pass_shows_each_unit_and_the_feedback(cast, learner, one):
    submission = a_submission(cast=cast, one=one, state="passed")

    html = learner.get(page_of(submission)).content.decode()

    assert "Your essay has passed" in html
    assert "Unit 500" in html
    assert "On 1.1: good." in html
    assert "Well argued." in html


# ---- who sees what


def test_a_draft_is_the_learners_alone(cast, draft):
    for somebody in ("tutor", "iqa", "administrator", "contract_manager", "client_contact", "learner", "stranger"):
        answer = cast.client_of(somebody).get(page_of(draft))
        assert answer.status_code in (403, 404), somebody


def test_handed_in_work_is_read_by_those_who_mark_and_verify(cast, one):
    submission = a_submission(cast=cast, one=one)
    expected = {
        "tutor": 200, "iqa": 200, "eqa": 200, "administrator": 403, "contract_manager": 403, "client_contact": 403,
        "learner": 404, "stranger": 403, "visitor": 302,
    }  # fmt: skip

    found = {who: cast.client_of(who).get(page_of(submission)).status_code for who in expected}

    assert found == expected


def test_a_file_leaves_as_an_attachment_under_the_name_the_awarding_organisation_wants(cast, learner, one):
    factories.a_registration(one, cast=cast)
    submission = a_submission(cast=cast, one=one)

    response = learner.get(reverse("assignments:document", args=[submission.document_id]))

    number = one.registration.number
    assert response["Content-Disposition"] == f'attachment; filename="R Example-{number}-012345-8588-500(1).docx"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert hashlib.sha256(content_of(response)).hexdigest() == submission.document.sha256


def test_a_file_of_an_unregistered_learner_keeps_its_name(learner, one, draft):
    response = learner.get(reverse("assignments:document", args=[draft.document_id]))

    assert response["Content-Disposition"] == 'attachment; filename="essay.docx"'
    assert content_of(response)


def test_the_document_that_was_replaced_stays_with_the_learner(cast, learner, draft):
    older = draft.document_id
    factories.attach(draft, file=an_essay_file(seed="new"))
    actions.submit(draft, ai_use="none", signed_name="R", by=draft.enrolment.learner)

    found = [
        cast.client_of("tutor").get(reverse("assignments:document", args=[pk])) for pk in (older, draft.document_id)
    ]

    assert [one.status_code for one in found] == [404, 200]
    assert content_of(found[1])
    assert Event.objects.filter(verb="download", actor=cast.tutor).count() == 1


# ---- how many queries


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_eight_queries(cast, client, one, number, django_assert_num_queries):
    for _ in range(number - 1):
        an_enrolment(cast=cast, learner=one.learner)
    client.force_login(one.learner, backend=BACKEND)

    with django_assert_num_queries(8):
        assert client.get("/my/assignments/").status_code == 200


@pytest.mark.parametrize(("state", "queries"), [("draft", 9), ("submitted", 5), ("referred", 9), ("passed", 8)])
def test_the_page_of_an_attempt_takes_few_queries(cast, learner, one, state, queries, django_assert_num_queries):
    submission = a_submission(cast=cast, one=one, state=state)

    with django_assert_num_queries(queries):
        assert learner.get(page_of(submission)).status_code == 200
