"""After a referral the learner answers each action, says which passage answers it, and hands both in with the next attempt."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments import actions, marking, paragraphs
from assignments.actions.answers import Overtaken
from assignments.models import ActionAnswer, Comment
from assignments.referral import before
from core import clock
from core.models import Notice
from core.refusals import NotAllowed, WrongState
from tests import factories
from tests.assignments.texts import FIRST, SECOND

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db
QUOTE = "the coach waits for an answer"


def write(essay, body):
    """The learner writes this text here and chooses it for the hand-in."""
    essay.refresh_from_db()
    writing = getattr(essay, "writing", None)
    learner = essay.enrolment.learner
    actions.save_writing(essay, body=body, revision=writing.revision if writing else 0, cause="by_hand", by=learner)
    essay.refresh_from_db()
    actions.use_writing(essay, by=learner)
    essay.refresh_from_db()


@pytest.fixture
def first(cast):
    """An essay that was referred, with one action."""
    one = factories.an_enrolment(cast=cast, name="Priya Raman")
    essay = actions.begin(one, assignment=factories.essay_of(one.cohort), by=one.learner)
    write(essay, FIRST)
    factories.hand_in(essay)
    factories.mark(essay, cast=cast, unmet=1)
    essay.refresh_from_db()
    return essay


@pytest.fixture
def draft(first):
    return first.enrolment.submissions.get(attempt=2)


@pytest.fixture
def criterion(first):
    return first.decisions.get(decision="refer").criterion


@pytest.fixture
def learner(client, first):
    client.force_login(first.enrolment.learner, backend=BACKEND)
    return client


def answer(draft, criterion, text="I added a case.", *, revision=0, by=None, **more):
    return actions.save_answer(
        draft, criterion=criterion, answer=text, revision=revision, by=by or draft.enrolment.learner, **more
    )


def page(client, name, *args):
    return client.get(reverse(f"assignments:{name}", args=args))


# ---- answering


def test_an_action_is_answered_with_a_text_and_the_words_that_answer_it(draft, criterion):
    write(draft, SECOND)
    saved = answer(draft, criterion, quote="The coach  WAITS for an answer")

    text = draft.document.reading.text
    assert text[saved.start : saved.end] == QUOTE.replace("the", "The", 1)
    assert (saved.action, saved.revision) == ("Add a second example.", 1)
    (asked,) = before(draft).asked
    assert (asked.answer, asked.is_answered, asked.is_lost) == ("I added a case.", True, False)


def test_a_heading_is_a_passage_too_and_words_are_looked_for_below_it(draft, criterion):
    write(draft, SECOND)
    reading = draft.document.reading
    headings = [one for one in paragraphs.paragraphs(reading.html) if one.level]
    second = headings[1]

    saved = answer(draft, criterion, heading=f"{second.start} {second.text}")
    assert (saved.quote, saved.start) == (second.text, second.start)

    saved = answer(draft, criterion, heading=f"{second.start} {second.text}", quote="Coaching asks", revision=1)
    assert saved.start > second.start
    assert reading.text.index("Coaching asks") < second.start


def test_words_that_are_not_there_are_kept_and_the_page_says_so(learner, draft, criterion):
    write(draft, SECOND)
    answer(draft, criterion, quote="nothing of the kind")

    assert before(draft).asked[0].is_lost
    assert "is not in your text as it stands now" in page(learner, "answers", draft.pk).content.decode()
    assert "no longer in the text" in page(learner, "submission", draft.pk).content.decode()


def test_only_the_learner_answers_only_what_was_asked_and_only_while_it_is_a_draft(cast, first, draft, criterion):
    with pytest.raises(NotAllowed):
        answer(draft, criterion, by=cast.tutor)
    other = first.decisions.exclude(criterion=criterion).first().criterion
    with pytest.raises(WrongState, match="not among what your tutor asked for"):
        answer(draft, other)
    write(draft, SECOND)
    factories.hand_in(draft)
    with pytest.raises(WrongState, match="stay as they are"):
        answer(draft, criterion)


def test_two_windows_lose_no_word(learner, draft, criterion):
    answer(draft, criterion, "From the other window", revision=0)
    with pytest.raises(Overtaken):
        answer(draft, criterion, "From this window", revision=0)

    url = reverse("assignments:save_answer", args=[draft.pk, criterion.pk])
    typed = {"answer": "From this window", "quote": "", "heading": "", "revision": 0}
    by_itself = learner.post(url, typed, headers={"X-Requested-With": "autosave"})
    assert (by_itself.status_code, by_itself["Content-Type"]) == (409, "text/plain; charset=utf-8")
    shown = learner.post(url, typed)
    html = shown.content.decode()
    assert shown.status_code == 409
    assert "From the other window" in html
    assert "From this window" in html
    assert draft.answers.get().answer == "From the other window"

    assert learner.post(url, {**typed, "answer": "From both", "revision": 1}).status_code == 302
    assert draft.answers.get().answer == "From both"


def test_the_page_saves_by_itself_and_says_where_the_words_stand(learner, draft, criterion):
    write(draft, SECOND)
    url = reverse("assignments:save_answer", args=[draft.pk, criterion.pk])
    told = learner.post(
        url, {"answer": "Done.", "quote": QUOTE, "revision": 0}, headers={"X-Requested-With": "autosave"}
    ).json()

    assert told["revision"] == 1
    assert "answered" in told["sign"]
    assert told["remark"].startswith("Found under “1.2 Skills”")
    assert told["headline"] == "1 of 1 thing answered"


# ---- handing in


def test_the_hand_in_freezes_the_answers_and_finds_the_words_in_what_is_handed_in(draft, criterion):
    write(draft, SECOND)
    answer(draft, criterion, quote=QUOTE)
    write(draft, "# 1.1 Before\n\nSomething new comes first.\n\n" + SECOND)
    factories.hand_in(draft)

    kept = draft.answers.get()
    assert draft.document.reading.text[kept.start : kept.end].lower() == QUOTE
    for change in (lambda: ActionAnswer.objects.update(answer="x"), kept.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_was_not_answered_warns_before_the_hand_in_and_refuses_nothing(learner, draft, criterion):
    write(draft, SECOND)
    warning = f"You have not answered {criterion.number} yet. You can hand in all the same"
    assert warning in page(learner, "submission", draft.pk).content.decode()

    answer(draft, criterion)
    assert warning not in page(learner, "submission", draft.pk).content.decode()
    factories.hand_in(draft)
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_what_was_answered_in_a_piece_that_was_returned_is_handed_in_with_the_next_one(cast, draft, criterion):
    write(draft, SECOND)
    answer(draft, criterion, quote=QUOTE)
    factories.hand_in(draft)
    with factories.unfrozen():
        facts = {"marked_at": clock.now(), "marked_by": cast.tutor, "released_at": clock.now()}
        type(draft).objects.filter(pk=draft.pk).update(state="returned", resubmit_by=clock.today(), **facts)
    again = type(draft).objects.create(
        enrolment=draft.enrolment, assignment=draft.assignment, attempt=2, begun_at=clock.now()
    )

    came = before(again)
    assert [one.name for one in came.pieces] == ["attempt 1", "attempt 2, returned unmarked"]
    assert came.asked[0].answer == "I added a case."
    write(again, SECOND)
    factories.hand_in(again)
    assert again.answers.get().answer == "I added a case."


# ---- what each sees


def test_the_result_is_a_to_do_list_with_what_was_answered(learner, first, draft, criterion):
    html = page(learner, "submission", first.pk).content.decode()
    assert "not answered yet" in html
    assert reverse("assignments:answers", args=[draft.pk]) + f"#a-{criterion.pk}" in html
    assert "2 criteria met" in html

    answer(draft, criterion)
    html = page(learner, "submission", first.pk).content.decode()
    assert "I added a case." in html
    assert "not answered yet" not in html


def test_nothing_is_asked_of_a_learner_before_the_outcome_is_released(learner, first, draft, criterion):
    type(draft).objects.filter(pk=draft.pk).update(state="withdrawn")
    type(first).objects.filter(pk=first.pk).update(state="signed", released_at=None, resubmit_by=None)
    first.refresh_from_db()

    assert before(draft).asked == []
    assert "Add a second example." not in page(learner, "submission", first.pk).content.decode()


@pytest.mark.sqlite
def test_the_room_shows_each_action_with_its_answer_and_leads_to_the_text(cast, client, draft, criterion):
    write(draft, SECOND)
    answer(draft, criterion, quote=QUOTE)
    factories.hand_in(draft)
    marking.take(draft, by=cast.tutor)
    client.force_login(cast.tutor, backend=BACKEND)
    html = page(client, "room", draft.pk).content.decode()

    assert "1 of 1 action answered" in html
    assert "I added a case." in html
    kept = draft.answers.get()
    here = paragraphs.anchor(paragraphs.paragraphs(draft.document.reading.html), kept.start)
    assert f'href="#{here}" data-answer-from="{kept.start}"' in html
    assert f'id="{here}"' in html
    assert "Carried forward: 1.2" in html
    assert reverse("assignments:changes", args=[draft.pk]) in html


def test_the_changes_stand_beside_each_other_for_tutor_iqa_and_eqa(cast, client, first, draft, criterion):
    Comment.objects.create(
        submission=first,
        body="Where is the case?",
        quote="Mentoring tells",
        start=0,
        end=5,
        created_at=clock.now(),
        saved_at=clock.now(),
        saved_by=cast.tutor,
    )
    write(draft, SECOND.replace("mentor is", "mentor < tutor is"))
    answer(draft, criterion, quote=QUOTE)
    factories.hand_in(draft)
    for who in (cast.tutor, cast.iqa):
        client.force_login(who, backend=BACKEND)
        html = page(client, "changes", draft.pk).content.decode()
        assert "what changed since attempt 1" in html
        assert "paragraphs changed" in html
        assert "put in: </span>In my own service a mentor &lt; tutor is" in html
        assert "taken out: </span>" in html
        assert "I added a case." in html
        assert "Where is the case?" in html
    client.force_login(draft.enrolment.learner, backend=BACKEND)
    assert page(client, "changes", draft.pk).status_code in (403, 404)
    client.force_login(cast.tutor, backend=BACKEND)
    assert page(client, "changes", first.pk).status_code == 404


def test_a_portfolio_is_answered_with_one_of_its_parts(cast, client):
    first = factories.a_submission(cast=cast, kind="portfolio", state="referred")
    one = first.enrolment
    draft = one.submissions.get(attempt=2)
    criterion = first.decisions.get(decision="refer").criterion
    client.force_login(one.learner, backend=BACKEND)
    html = page(client, "answers", draft.pk).content.decode()
    assert "What was achieved with client A" in html

    answer(draft, criterion, heading="0 What was achieved with client A")
    factories.hand_in(draft)
    kept = draft.answers.get()
    assert draft.document.reading.text[kept.start : kept.end] == "What was achieved with client A"
    client.force_login(cast.tutor, backend=BACKEND)
    assert "Nothing changed" in page(client, "changes", draft.pk).content.decode()


def test_the_mail_says_that_the_list_is_there(first):
    assert "to-do list" in Notice.objects.get(key=f"submission:{first.pk}:referred").body


@pytest.mark.parametrize("kind", ["essay", "portfolio"])
def test_no_page_of_a_second_attempt_takes_more_than_ten_queries(cast, client, kind):
    first = factories.a_submission(cast=cast, kind=kind, state="referred")
    draft = first.enrolment.submissions.get(attempt=2)
    client.force_login(first.enrolment.learner, backend=BACKEND)
    if kind == "essay":
        factories.attach(draft, file=factories.an_essay_file(seed="second"))
    answer(draft, first.decisions.get(decision="refer").criterion)
    routes = [("submission", draft.pk), ("submission", first.pk), ("answers", draft.pk)]
    routes += [("portfolio", first.enrolment.pk)] if kind == "portfolio" else [("write", draft.pk)]
    took = {route: asked(client, *route) for route in routes}
    factories.hand_in(draft)
    client.force_login(cast.tutor, backend=BACKEND)
    took |= {route: asked(client, *route) for route in (("room", draft.pk), ("changes", draft.pk), ("read", draft.pk))}

    assert {route: n for route, n in took.items() if n > 10} == {}
    assert took["room", draft.pk] <= 9


def asked(client, name, *args):
    page(client, name, *args)
    with CaptureQueriesContext(connection) as captured:
        assert page(client, name, *args).status_code == 200
    return len(captured)
