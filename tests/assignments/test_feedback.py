"""A practice client answers a signed link without an account: once, under a code, and for good."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from assignments import actions, invitations, portfolio
from assignments.invitations import LinkState
from assignments.models import ClientFeedback, FeedbackRequest
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale
from enrolment import actions as enrolment
from tests.factories import a_submission, an_enrolment, answer_link, hand_in, mark
from tests.test_access import PEOPLE

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ANSWER = {
    "listening": "9",
    "questions": "8",
    "boundaries": "10",
    "usefulness": "7",
    "helped": "Being asked and not told.",
    "differently": "",
    "consent": "on",
}


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast, name="Priya Raman")


@pytest.fixture
def coachee(one):
    return actions.add_practice_client(one, code="SECRETCODE", role="coach", context="Zadie’s team", by=one.learner)


@pytest.fixture
def asked(one, coachee):
    cache.clear()
    return actions.ask_for_feedback(coachee, by=one.learner)


@pytest.fixture
def visitor():
    return Client()


def url_of(name, *args):
    return reverse(f"assignments:{name}", args=args)


# ---- the link


def test_a_link_says_which_request_it_is_and_nothing_else(asked):
    from django.core import signing

    token = invitations.token(asked)

    assert signing.Signer(salt="assignments.client_feedback").unsign_object(token) == asked.pk
    assert invitations.read(token) == invitations.Link(LinkState.OPEN, asked)


@pytest.mark.parametrize("token", ["", "abc", "1:abc", "a:b:c", "🙂", "x" * 5000])
def test_a_token_that_nobody_signed_opens_nothing(db, token):
    assert invitations.read(token).state is LinkState.BROKEN


def test_the_token_of_another_thing_opens_nothing(cast, asked):
    from accounts.invitations import token

    assert invitations.read(token(cast.learner)).state is LinkState.BROKEN


def test_a_link_lasts_sixty_days_and_its_last_day_counts(asked):
    token = invitations.token(asked)
    with clock.at(clock.today() + dt.timedelta(days=60)):
        assert invitations.read(token).state is LinkState.OPEN
    with clock.at(clock.today() + dt.timedelta(days=61)):
        assert invitations.read(token).state is LinkState.EXPIRED
        with pytest.raises(Stale):
            answer_link(asked)


def test_a_new_link_takes_the_place_of_the_one_that_waits(one, coachee, asked):
    second = actions.ask_for_feedback(coachee, by=one.learner)

    assert invitations.read(invitations.token(asked)).state is LinkState.CLOSED
    assert invitations.read(invitations.token(second)).state is LinkState.OPEN
    with pytest.raises(IntegrityError, match="feedback_request_one_open"), transaction.atomic():
        coachee.feedback_requests.create(made_at=clock.now(), made_by=one.learner, expires_on=clock.today())


def test_a_link_is_answered_once(asked):
    answer_link(asked)

    with pytest.raises(Stale, match="has been used"):
        answer_link(FeedbackRequest.objects.get())
    assert ClientFeedback.objects.count() == 1


def test_after_an_answer_another_may_be_asked_for(one, coachee, asked):
    answer_link(asked)
    answer_link(actions.ask_for_feedback(coachee, by=one.learner), listening=3)

    assert [given.listening for given in portfolio.of(one).feedback[coachee.pk]] == [9, 3]


def test_a_closed_link_takes_no_answer_and_an_answered_one_is_not_closed(one, asked, coachee):
    actions.close_feedback_link(asked, by=one.learner)
    with pytest.raises(Stale):
        answer_link(asked)
    answered = actions.ask_for_feedback(coachee, by=one.learner)
    answer_link(answered)
    with pytest.raises(Stale, match="has been answered"):
        actions.close_feedback_link(answered, by=one.learner)


def test_only_the_learner_asks_and_closes(cast, coachee, asked):
    for somebody in (cast.tutor, cast.learner, cast.administrator):
        with pytest.raises(NotAllowed):
            actions.ask_for_feedback(coachee, by=somebody)
        with pytest.raises(NotAllowed):
            actions.close_feedback_link(asked, by=somebody)


def test_the_database_refuses_a_rating_over_ten(asked):
    with pytest.raises(IntegrityError, match="client_feedback_listening"), transaction.atomic():
        answer_link(asked, listening=11)
    assert FeedbackRequest.objects.get().answered_at is None


def test_nothing_arrives_for_somebody_who_has_left(cast, one, asked):
    enrolment.withdraw(one, withdrawal_reason="Changed post.", by=cast.administrator)

    with pytest.raises(Refused, match="no longer needed"):
        answer_link(FeedbackRequest.objects.get(pk=asked.pk))


def test_nothing_arrives_for_a_portfolio_that_has_passed(cast, one):
    submission = a_submission(cast=cast, one=one, kind="portfolio", state="draft")
    asked = actions.ask_for_feedback(one.practice_clients.get(), by=one.learner)
    hand_in(submission)
    mark(submission, cast=cast)

    with pytest.raises(Refused, match="no longer needed"):
        answer_link(FeedbackRequest.objects.get(pk=asked.pk))


def test_an_answer_that_comes_while_the_tutor_marks_is_kept_and_changes_nothing_handed_in(cast, one, coachee):
    submission = a_submission(cast=cast, one=one, kind="portfolio", state="draft")
    actions.edit_practice_client(
        coachee, goals="x", terms="x", contract_agreed_on=clock.today(), review="x", by=one.learner
    )
    actions.log_session(coachee, held_on=clock.today(), minutes=60, focus="x", reflection="x", by=one.learner)
    asked = actions.ask_for_feedback(coachee, by=one.learner)
    hand_in(submission)
    submission.refresh_from_db()
    before = submission.document.sha256, submission.document.reading.html

    answer_link(FeedbackRequest.objects.get(pk=asked.pk), helped="A late word")

    submission.refresh_from_db()
    assert (submission.document.sha256, submission.document.reading.html) == before
    assert "A late word" not in before[1]
    assert portfolio.of(one).facts()["clients"][-1]["feedback"][0]["texts"] == {
        "What helped": "A late word",
        "What could be done differently": "More time at the end.",
    }


# ---- the public page


def test_the_page_names_the_learner_and_the_programme_and_never_the_client(visitor, asked):
    html = visitor.get(invitations.path(asked)).content.decode()

    assert "How has Priya worked with you?" in html
    assert "Certificate in Coaching" in html
    for hidden in ("SECRETCODE", "Zadie", "Raman"):
        assert hidden not in html


def test_an_answer_is_kept_and_the_learner_is_told(visitor, one, coachee, asked):
    done = visitor.post(invitations.path(asked), ANSWER, follow=True)

    assert "Your feedback is in. Thank you" in done.content.decode()
    given = ClientFeedback.objects.get()
    assert (given.listening, given.questions, given.boundaries, given.usefulness) == (9, 8, 10, 7)
    assert "part of an assessed portfolio" in given.consent
    notice = Notice.objects.get(key=f"client-feedback:{given.pk}:arrived")
    assert notice.recipient == one.learner
    assert "Being asked" not in notice.body
    event = Event.objects.about(given).get()
    assert (event.verb, event.actor_id) == ("give_client_feedback", None)
    assert "Being asked and not told." in _as(one.learner).get(url_of("practice_client", coachee.pk)).content.decode()


def _as(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"listening": ""}, "Rate the listening"),
        ({"usefulness": "11"}, "Select a valid choice"),
        ({"consent": ""}, "Tick that you agree, then you can send it"),
    ],
)
def test_what_was_typed_stays_when_something_is_missing(visitor, asked, given, sentence):
    html = visitor.post(invitations.path(asked), {**ANSWER, **given}).content.decode()

    assert sentence in html
    assert "Being asked and not told." in html
    assert not ClientFeedback.objects.exists()


def test_a_name_is_asked_about_once_and_then_taken_as_it_is(visitor, asked):
    named = {**ANSWER, "helped": "I told Keisha so."}
    assert "Send it as it is" not in visitor.get(invitations.path(asked)).content.decode()

    html = visitor.post(invitations.path(asked), named).content.decode()
    assert "This may tell who somebody is: “Keisha”" in html
    assert "I told Keisha so." in html
    assert not ClientFeedback.objects.exists()

    visitor.post(invitations.path(asked), {**named, "as_it_is": "on"})
    assert ClientFeedback.objects.get().helped == "I told Keisha so."


def test_the_learners_own_name_is_no_secret_here(visitor, asked):
    visitor.post(invitations.path(asked), {**ANSWER, "helped": "With Priya I could think. Priya Raman waited."})
    assert ClientFeedback.objects.exists()


@pytest.mark.parametrize(
    ("state", "status", "sentence"),
    [
        ("used", 410, "This link has been answered already"),
        ("closed", 410, "This link has been closed"),
        ("expired", 410, "This link has run out"),
        ("over", 410, "This feedback is no longer needed. Thank you."),
        ("broken", 404, "This link is not whole"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_opens_nothing_says_why(cast, visitor, one, asked, state, status, sentence, method):
    url = invitations.path(asked)
    if state == "used":
        answer_link(asked)
    elif state == "closed":
        actions.close_feedback_link(asked, by=one.learner)
    elif state == "expired":
        FeedbackRequest.objects.update(expires_on=clock.today() - dt.timedelta(days=1))
    elif state == "over":
        enrolment.withdraw(one, withdrawal_reason="Changed post.", by=cast.administrator)
    else:
        url = url[:-3] + "/"
    before = ClientFeedback.objects.count()

    answer = getattr(visitor, method)(url, ANSWER if method == "post" else {})

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert ClientFeedback.objects.count() == before


def test_a_link_that_is_tried_very_often_asks_to_wait_and_keeps_what_was_typed(visitor, asked):
    for _ in range(invitations.TRIES):
        assert visitor.post(invitations.path(asked), {**ANSWER, "consent": ""}).status_code == 200

    answer = visitor.post(invitations.path(asked), ANSWER)

    assert answer.status_code == 429
    assert "wait an hour, then send it again" in answer.content.decode()
    assert "Being asked and not told." in answer.content.decode()
    assert not ClientFeedback.objects.exists()
    assert visitor.get(invitations.path(asked)).status_code == 200


def test_without_a_cache_nobody_is_held_back(visitor, asked, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    visitor.post(invitations.path(asked), ANSWER)
    assert ClientFeedback.objects.exists()


def test_the_page_is_not_kept_and_needs_few_queries(visitor, asked, django_assert_num_queries):
    with django_assert_num_queries(3):
        answer = visitor.get(invitations.path(asked))
    assert "no-store" in answer["Cache-Control"]


# ---- the learner's side


def test_a_link_is_made_shown_and_closed_on_the_page_of_the_client(one, coachee):
    learner = _as(one.learner)
    assert "No feedback yet" in learner.get(url_of("practice_client", coachee.pk)).content.decode()

    html = learner.post(url_of("ask_for_feedback", coachee.pk), follow=True).content.decode()
    asked = FeedbackRequest.objects.get()
    assert f"http://testserver{invitations.path(asked)}" in html
    assert "Make a link for feedback" not in html

    html = learner.post(url_of("close_feedback_link", asked.pk), follow=True).content.decode()
    assert "The link is closed. It opens nothing any more." in html
    assert "Make a link for feedback" in html


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "visitor"])
def test_nobody_else_makes_or_closes_a_link(cast, coachee, asked, who):
    browser = cast.client_of(who)
    expected = 404 if who == "learner" else 403
    assert browser.post(url_of("ask_for_feedback", coachee.pk)).status_code == expected
    assert browser.post(url_of("close_feedback_link", asked.pk)).status_code == expected


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_practice_client_answers_on_a_phone(page, axe, asked):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(invitations.path(asked))
    axe()
    page.get_by_label("What helped").fill("I told Keisha so.")
    page.get_by_role("button", name="Send your feedback").click()
    expect(page.get_by_role("alert")).to_be_focused()
    axe()
    for group in ("Listening", "Questions that helped to think", "Keeping to what was agreed", "Usefulness as a whole"):
        page.get_by_role("group", name=group).get_by_role("radio", name="8").check(force=True)
    page.get_by_label("Send it as it is").check()
    page.get_by_label("I agree that these answers").check()
    page.get_by_role("button", name="Send your feedback").click()
    expect(page.get_by_role("heading", name="Your feedback is in. Thank you")).to_be_visible()
    axe()
    page.goto(invitations.path(asked))
    expect(page.get_by_role("heading", name="This link has been answered already")).to_be_visible()
    axe()
    assert ClientFeedback.objects.get().helped == "I told Keisha so."
