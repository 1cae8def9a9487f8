import threading
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions, marking
from assignments.actions.comments import COMMENTS_MOST, Rewritten
from assignments.models import Comment, Submission
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused
from tests import factories
from tests.worlds import an_essay_with_a_picture

SCRIPT = {"X-Requested-With": "comments"}


@pytest.fixture
def piece(cast):
    found = factories.a_submission(cast=cast)
    marking.take(found, by=cast.tutor)
    return found


@pytest.fixture
def tutor(cast):
    return cast.client_of("tutor")


@pytest.fixture
def text(piece):
    return piece.document.reading.text


def add(piece, cast, *, by=None, **given):
    facts = {"key": uuid.uuid4(), "body": "Clear.", "criterion": None, **given}
    if "at" in facts:
        start, end = facts.pop("at")
        facts |= {"start": start, "end": end, "quote": piece.document.reading.text[start:end]}
    return actions.add_comment(piece, **facts, by=by or cast.tutor)


def criterion(piece, number="1.1"):
    return next(one.pk for one in piece.asked() if one.number == number)


def url(piece, name="add_comment", *more):
    return reverse(f"assignments:{name}", args=[piece.pk, *more])


def told(answer):
    return " ".join(answer.content.decode().split())


# ---- what a comment is tied to


def test_a_comment_stands_beside_its_words_with_what_surrounds_them(piece, cast, text):
    saved = add(piece, cast, at=(10, 25))

    assert (saved.start, saved.end) == (10, 25)
    assert saved.prefix + saved.quote + saved.suffix == text[:57]
    assert saved.of_text == piece.document.reading.sha256


def test_words_without_a_place_are_looked_for_and_words_that_are_nowhere_refused(piece, cast, text):
    assert add(piece, cast, quote=text[10:60]).quote == text[10:60].strip()
    with pytest.raises(Refused, match="These words are not in the text"):
        add(piece, cast, quote="Nobody ever wrote this.", start=3, end=9)


def test_a_comment_is_about_something(piece, cast):
    assert add(piece, cast, criterion=criterion(piece)).start is None
    with pytest.raises(Refused, match="Select words in the text or choose a criterion"):
        add(piece, cast)
    with pytest.raises(Refused, match="does not belong to this assignment"):
        add(piece, cast, criterion=0)


def test_what_is_pasted_from_word_is_kept_as_it_reads(piece, cast):
    pasted = "<p class=MsoNormal>A <b>strong</b> page<o:p></o:p></p>\x0b"

    assert add(piece, cast, at=(0, 5), body=pasted).body == "A strong page"
    with pytest.raises(Refused, match="Write what you want to say"):
        add(piece, cast, at=(0, 5), body="<p>\u200b</p>")


# ---- who, and until when


def test_only_the_tutor_who_may_mark_and_holds_the_piece_comments(piece, cast):
    with pytest.raises(NotAllowed):
        add(piece, cast, at=(0, 5), by=cast.iqa)
    with pytest.raises(Refused, match="You are not appointed"):
        add(piece, cast, at=(0, 5), by=factories.a_user(role=Role.TUTOR))
    assert not piece.comments.exists()


def test_writing_a_comment_renews_the_hold(piece, cast):
    with clock.at(clock.now() + marking.policy.HOLD_FOR / 2):
        add(piece, cast, at=(0, 5))
        piece.refresh_from_db()
        assert piece.held_at == clock.now()


def test_comments_on_a_signed_piece_are_locked(piece, cast):
    saved = add(piece, cast, at=(0, 5))
    factories.mark(piece, cast=cast)

    for act in (
        lambda: add(piece, cast, at=(0, 5)),
        lambda: actions.change_comment(saved, body="Other", criterion=None, revision=1, by=cast.tutor),
        lambda: actions.remove_comment(saved, by=cast.tutor),
    ):
        with pytest.raises(Refused, match="has been signed"):
            act()


def test_a_piece_holds_so_many_comments_and_says_so(piece, cast):
    first = add(piece, cast, at=(0, 5))
    facts = {"criterion_id": criterion(piece), "body": "One", "created_at": clock.now(), "saved_at": clock.now()}
    rows = (Comment(submission=piece, saved_by=cast.tutor, **facts) for _ in range(COMMENTS_MOST - 1))
    Comment.objects.bulk_create(rows)

    with pytest.raises(Refused, match="500 comments on this piece already"):
        add(piece, cast, at=(0, 5))
    actions.remove_comment(first, by=cast.tutor)
    assert add(piece, cast, at=(0, 5))


def test_the_next_attempt_begins_without_comments(piece, cast):
    add(piece, cast, at=(0, 5))
    factories.mark(piece, cast=cast, unmet=1)

    following = Submission.objects.get(enrolment=piece.enrolment, assignment=piece.assignment, state="draft")
    assert not following.comments.exists()
    assert piece.comments.count() == 1


# ---- twice, and two people


def test_a_comment_that_is_sent_twice_is_kept_once(piece, cast):
    key = uuid.uuid4()

    assert add(piece, cast, at=(0, 5), key=key) == add(piece, cast, at=(0, 5), key=key)
    factories.mark(piece, cast=cast)
    assert add(piece, cast, at=(0, 5), key=key) == piece.comments.get()


def test_a_key_of_another_piece_gives_nothing_away(piece, cast):
    key = uuid.uuid4()
    add(piece, cast, at=(0, 5), key=key, body="Of the first")
    other = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort))

    with pytest.raises(Refused, match="Load the page again"):
        add(other, cast, at=(0, 5), key=key)


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_make_one_comment(cast_for_browser):
    piece = factories.a_submission(cast=cast_for_browser)
    key, barrier, found = uuid.uuid4(), threading.Barrier(2), []

    def send():
        barrier.wait()
        try:
            found.append(
                add(Submission.objects.get(pk=piece.pk), cast_for_browser, criterion=criterion(piece), key=key).pk
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert found == [piece.comments.get().pk] * 2


def test_of_two_changes_the_second_reads_both_texts(piece, cast):
    saved = add(piece, cast, at=(0, 5))
    actions.change_comment(saved, body="From the first window", criterion=None, revision=1, by=cast.tutor)

    with pytest.raises(Rewritten) as refusal:
        actions.change_comment(saved, body="From the second window", criterion=None, revision=1, by=cast.tutor)

    assert refusal.value.saved.body == "From the first window"
    again = actions.change_comment(saved, body="From both", criterion=criterion(piece), revision=2, by=cast.tutor)
    assert (again.body, again.revision, again.criterion_id) == ("From both", 3, criterion(piece))


def test_a_comment_on_a_criterion_keeps_one(piece, cast):
    saved = add(piece, cast, criterion=criterion(piece))

    with pytest.raises(Refused, match="Choose the criterion"):
        actions.change_comment(saved, body="Other", criterion=None, revision=1, by=cast.tutor)


def test_what_is_taken_away_can_be_put_back_and_both_are_noted(piece, cast):
    saved = add(piece, cast, at=(0, 5))
    actions.remove_comment(saved, by=cast.tutor)
    actions.remove_comment(saved, by=cast.tutor)
    with pytest.raises(Refused, match="has been taken away meanwhile"):
        actions.change_comment(saved, body="Late", criterion=None, revision=1, by=cast.tutor)
    actions.put_back_comment(saved, by=cast.tutor)

    assert piece.comments.get(removed_at=None) == saved
    assert [one.verb for one in Event.objects.about(saved).order_by("pk")] == ["remove", "put_back"]


# ---- pages


@pytest.mark.sqlite
def test_the_form_works_without_script_and_the_list_is_in_the_order_of_the_text(piece, tutor, text, cast):
    add(piece, cast, at=(200, 220), body="Later in the text")
    page = tutor.get(reverse("assignments:room", args=[piece.pk])).content.decode()
    key = page.split('name="key" value="')[1].split('"')[0]

    answer = tutor.post(
        url(piece), {"key": key, "body": "Early in the text", "quote": text[20:50], "criterion": criterion(piece)}
    )

    assert answer.status_code == 302
    page = told(tutor.get(answer.url.split("#")[0]))
    assert page.index("Early in the text") < page.index("Later in the text")
    assert "Comments, <span data-total>2</span>" in page


def test_what_is_refused_is_still_in_the_form(piece, tutor):
    answer = tutor.post(url(piece), {"key": uuid.uuid4(), "body": "A long thought", "quote": "Not in there"})

    assert answer.status_code == 409
    page = told(answer)
    assert "These words are not in the text" in page
    assert "A long thought</textarea>" in page
    assert "Not in there</textarea>" in page


def test_a_tutor_whose_piece_was_taken_over_can_copy_what_they_wrote(piece, tutor, cast):
    Submission.objects.filter(pk=piece.pk).update(held_by=factories.a_user(role=Role.TUTOR, name="Olga Other"))

    answer = tutor.post(url(piece), {"key": uuid.uuid4(), "body": "A long thought", "criterion": criterion(piece)})

    assert answer.status_code == 409
    assert "Olga Other has been marking this" in told(answer)
    assert "A long thought" in told(answer)


def test_the_script_gets_the_list_or_a_sentence(piece, tutor, text):
    sent = {"key": uuid.uuid4(), "body": "Clear", "quote": text[20:50], "start": 20, "end": 50}
    found = tutor.post(url(piece), sent, headers=SCRIPT).json()
    assert (found["number"], found["total"]) == (1, 1)
    assert f'id="comment-{found["comment"]}"' in found["list"]

    refused = tutor.post(url(piece), {**sent, "key": uuid.uuid4(), "body": " "}, headers=SCRIPT)
    assert (refused.status_code, refused.json()["sentence"]) == (
        409,
        "Write what you want to say, then save the comment.",
    )


def test_changing_shows_both_texts_if_somebody_was_first(piece, tutor, cast):
    saved = add(piece, cast, at=(0, 9))
    address = url(piece, "change_comment", saved.pk)
    assert "Change comment 1" in told(tutor.get(address))
    actions.change_comment(saved, body="Theirs", criterion=None, revision=1, by=cast.tutor)

    page = told(tutor.post(address, {"body": "Mine", "criterion": "", "revision": 1}))
    script = tutor.post(address, {"body": "Mine", "criterion": "", "revision": 1}, headers=SCRIPT)

    assert "Theirs" in page
    assert "Mine" in page
    assert (script.status_code, script.json()["theirs"], script.json()["revision"]) == (409, "Theirs", 2)
    assert tutor.post(address, {"body": "Mine", "criterion": "", "revision": 2}).status_code == 302
    assert piece.comments.get().body == "Mine"


def test_taking_away_and_putting_back_by_button(piece, tutor, cast):
    saved = add(piece, cast, at=(0, 9))

    assert tutor.post(url(piece, "remove_comment"), {"comment": saved.pk}).status_code == 302
    assert not piece.comments.filter(removed_at=None).exists()
    found = tutor.post(url(piece, "put_back_comment"), {"comment": saved.pk}, headers=SCRIPT).json()
    assert (found["number"], found["total"]) == (1, 1)
    assert tutor.post(url(piece, "remove_comment"), {"comment": "x"}).status_code == 404


def test_a_comment_of_another_piece_is_not_found(piece, tutor, cast):
    other = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort))
    saved = add(other, cast, at=(0, 9))

    assert tutor.get(url(piece, "change_comment", saved.pk)).status_code == 404
    assert tutor.post(url(piece, "remove_comment"), {"comment": saved.pk}).status_code == 404


def test_the_list_stands_under_the_headings_of_the_text(cast):
    piece = factories.a_submission(cast=cast, state="draft")
    factories.attach(piece, file=an_essay_with_a_picture())
    factories.hand_in(piece)
    piece = Submission.objects.get(pk=piece.pk)
    place = piece.document.reading.text.index("Weigh the setting") + 40
    add(piece, cast, at=(place, place + 12))
    add(piece, cast, criterion=criterion(piece), body="On the criterion alone")

    page = told(cast.client_of("tutor").get(reverse("assignments:room", args=[piece.pk])))

    assert "<h3>1.2 Weigh the setting</h3>" in page
    assert "<h3>On a criterion, beside no passage</h3>" in page


# ---- who reads them


@pytest.mark.parametrize(
    ("state", "learner", "iqa"), [("submitted", 404, 404), ("signed", 404, 200), ("passed", 200, 200)]
)
def test_the_learner_reads_comments_once_the_outcome_is_released(cast, state, learner, iqa):
    piece = factories.a_submission(cast=cast)
    cohort = piece.enrolment.cohort
    type(cohort).objects.filter(pk=cohort.pk).update(release_rule="after_iqa" if state == "signed" else "at_once")
    piece = Submission.objects.get(pk=piece.pk)
    add(piece, cast, at=(0, 30), body="Planted 7391")
    if state != "submitted":
        factories.mark(piece, cast=cast)
    piece.refresh_from_db()
    assert piece.state == state
    browser = cast.client_of("visitor")
    browser.force_login(piece.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")

    for client, status in ((browser, learner), (cast.client_of("iqa"), iqa)):
        answer = client.get(url(piece, "comments"))
        assert answer.status_code == status
        assert ("Planted 7391" in answer.content.decode()) == (status == 200)
    for page in ("submission", "read", "cover_sheet"):
        assert "Planted 7391" not in browser.get(url(piece, page)).content.decode()


def test_a_comment_that_was_taken_away_is_read_by_nobody(piece, cast):
    saved = add(piece, cast, at=(0, 30), body="Planted 7391")
    actions.remove_comment(saved, by=cast.tutor)
    factories.mark(piece, cast=cast)

    page = cast.client_of("iqa").get(url(piece, "comments")).content.decode()

    assert "Planted 7391" not in page
    assert Comment.objects.count() == 1
