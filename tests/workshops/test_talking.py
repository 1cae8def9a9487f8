"""Questions and answers, supervision, and who sees which page of workshops."""

import datetime as dt
import inspect

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Notice
from core.refusals import NotAllowed, Refused
from enrolment import actions as enrolment_actions
from enrolment import forms as enrolment_forms
from programmes.models import Resource
from tests import factories as f
from workshops import actions, forms
from workshops.models import Message, Session, SupervisionSession, Thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast):
    return f.a_cohort(cast=cast)


@pytest.fixture
def one(cast, cohort):
    return f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)


# ------------------------------------------------------------------ questions


def test_a_question_goes_to_the_tutors_and_the_answer_back(cast, one):
    thread = actions.ask(one, subject="Hours", body="May I count a phone call?", by=cast.learner)
    assert thread.awaits_tutor
    actions.reply(thread, body="Yes, with its minutes.", by=cast.tutor)
    assert not Thread.objects.get().awaits_tutor
    actions.reply(thread, body="Good.", by=cast.learner)
    assert Thread.objects.get().awaits_tutor

    told = Notice.objects.filter(key__startswith="message:").order_by("pk")
    assert [notice.recipient for notice in told] == [cast.tutor, cast.learner, cast.tutor]
    assert not any("phone call" in notice.body or "its minutes" in notice.body for notice in told)


def test_a_double_click_asks_once_and_answers_once(cast, one):
    for _ in range(2):
        thread = actions.ask(one, subject="Hours", body="May I?", by=cast.learner)
        actions.reply(thread, body="Yes.", by=cast.tutor)

    assert (Thread.objects.count(), Message.objects.count()) == (1, 2)


def test_the_same_words_on_another_day_are_another_question(cast, one):
    with clock.at(clock.today() - dt.timedelta(days=2)):
        actions.ask(one, subject="Hours", body="May I?", by=cast.learner)
    actions.ask(one, subject="Hours", body="May I?", by=cast.learner)

    assert Thread.objects.count() == 2


def test_nobody_else_reads_along_or_writes(cast, one):
    thread = actions.ask(one, subject="Hours", body="May I?", by=cast.learner)

    for person in ("administrator", "contract_manager", "iqa", "eqa", "client_contact", "stranger"):
        assert cast.client_of(person).get(thread.get_absolute_url()).status_code == 403
    other_learner = f.an_enrolment(cast=cast, cohort=one.cohort).learner
    for other in (f.a_user(role="tutor"), other_learner):
        client = cast.client_of("visitor")
        client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(thread.get_absolute_url()).status_code == 404
        with pytest.raises(NotAllowed):
            actions.reply(thread, body="x", by=other)
    with pytest.raises(NotAllowed):
        actions.ask(one, subject="x", body="x", by=cast.tutor)


def test_who_has_left_asks_the_centre_instead(cast, one):
    enrolment_actions.withdraw(one, withdrawal_reason="Left", by=cast.administrator)

    with pytest.raises(NotAllowed, match="Write to the centre"):
        actions.ask(one, subject="x", body="x", by=cast.learner)
    assert "You are not on a programme" in cast.client_of("learner").get(reverse("workshops:ask")).text


def test_question_and_answer_on_their_pages(cast, one):
    learner, tutor = cast.client_of("learner"), cast.client_of("tutor")
    learner.post(reverse("workshops:ask"), {"subject": "Hours", "body": "May I?"})
    thread = Thread.objects.get()

    assert "to answer" in tutor.get(reverse("workshops:threads")).text
    assert "Hours" not in tutor.get(reverse("workshops:threads"), {"waits": "learner"}).text
    assert "Answer Lena" in tutor.get(thread.get_absolute_url()).text
    tutor.post(thread.get_absolute_url(), {"body": "Yes, <b>with</b> minutes."})
    text = learner.get(thread.get_absolute_url()).text
    assert "Yes, &lt;b&gt;with&lt;/b&gt; minutes." in text


@pytest.mark.parametrize("person", ["learner", "tutor"])
def test_the_list_of_questions_asks_as_much_for_30_as_for_3(cast, one, person, django_assert_num_queries):
    client = cast.client_of(person)
    for wanted in (3, 30):
        while (n := Thread.objects.count()) < wanted:
            actions.ask(one, subject=f"Question {n}", body="?", by=cast.learner)
        with django_assert_num_queries(5):
            assert client.get(reverse("workshops:threads")).status_code == 200


def test_a_long_talk_takes_6_questions(cast, one, django_assert_num_queries):
    thread = actions.ask(one, subject="Hours", body="May I?", by=cast.learner)
    for n in range(30):
        actions.reply(thread, body=f"{n}", by=cast.tutor)

    client = cast.client_of("tutor")
    with django_assert_num_queries(6):
        assert client.get(thread.get_absolute_url()).status_code == 200


# ------------------------------------------------------------------ supervision


def test_supervision_is_recorded_once_with_its_minutes(cast, one):
    for _ in range(2):
        actions.supervise(one, held_on=clock.today(), minutes=60, feedback="Calm and clear.", by=cast.tutor)

    assert SupervisionSession.objects.get().supervisor == cast.tutor
    text = cast.client_of("learner").get(reverse("workshops:supervision", args=[one.pk])).text
    assert "Calm and clear." in text
    assert "1\u00a0h" in text


def test_supervision_is_the_tutors_and_of_learners_on_the_programme(cast, one):
    given = {"held_on": clock.today(), "minutes": 60, "feedback": "x"}

    with pytest.raises(NotAllowed):
        actions.supervise(one, **given, by=cast.administrator)
    with pytest.raises(Refused, match="Only a tutor appointed"):
        actions.supervise(one, **given, by=f.a_user(role="tutor"))
    with pytest.raises(Refused, match="future"):
        actions.supervise(one, **{**given, "held_on": clock.today() + dt.timedelta(days=1)}, by=cast.tutor)
    enrolment_actions.withdraw(one, withdrawal_reason="Left", by=cast.administrator)
    with pytest.raises(Refused, match="belongs to learners on the programme"):
        actions.supervise(one, **given, by=cast.tutor)


def test_the_database_refuses_supervision_that_takes_no_time(cast, one):
    actions.supervise(one, held_on=clock.today(), minutes=60, feedback="x", by=cast.tutor)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupervisionSession.objects.update(minutes=0)


def test_the_form_of_supervision_explains_a_day_to_come(cast, one):
    tomorrow = clock.today() + dt.timedelta(days=1)
    address = reverse("workshops:supervise", args=[one.pk])

    text = cast.client_of("tutor").post(address, {"held_on": tomorrow, "minutes": "0", "feedback": "Kept"}).text

    assert "This day lies in the future." in text
    assert "Kept</textarea>" in text
    cast.client_of("tutor").post(address, {"held_on": clock.today(), "minutes": "30", "feedback": "Kept"})
    assert SupervisionSession.objects.get().minutes == 30


# ------------------------------------------------------------------ pages of sessions


def test_a_learner_finds_what_to_join_watch_read_and_answer(cast, cohort, one):
    past, ahead = f.a_session(cast=cast, cohort=cohort, no=1), f.a_session(cast=cast, cohort=cohort, days_ago=-3, no=2)
    Session.objects.filter(pk=ahead.pk).update(join_link="https://meet.example/x")
    actions.add_recording(past, recording_link="https://recordings.example/1", by=cast.tutor)
    lesson = Resource.objects.create(
        version=cohort.version,
        session_kind="workshop",
        session_number=1,
        kind="microlearning",
        title="Silence",
        body="Wait.\n\nThen wait again.",
    )
    learner = cast.client_of("learner")

    home = learner.get(reverse("workshops:own")).text
    assert "https://meet.example/x" in home
    assert reverse("workshops:calendar", args=[ahead.pk]) in home
    page = learner.get(past.get_absolute_url()).text
    assert "https://recordings.example/1" in page
    assert "Register" not in page
    assert "Then wait again." in learner.get(reverse("workshops:resource", args=[past.pk, lesson.pk])).text
    assert learner.get(reverse("workshops:resource", args=[ahead.pk, lesson.pk])).status_code == 404


def test_a_learner_does_not_see_who_else_was_there(cast, cohort, one):
    session = f.a_session(cast=cast, cohort=cohort)
    other = f.an_enrolment(cast=cast, cohort=cohort, name="Bryn Evans")
    f.a_register(session, cast=cast, marks={one: "attended", other: "absent"})

    assert "Bryn Evans" not in cast.client_of("learner").get(session.get_absolute_url()).text
    assert "Bryn Evans" in cast.client_of("tutor").get(session.get_absolute_url()).text


def test_an_apology_is_sent_from_the_page_of_the_session(cast, cohort, one):
    session = f.a_session(cast=cast, cohort=cohort, days_ago=-3)
    cast.client_of("learner").post(reverse("workshops:note_apology", args=[session.pk]), {"apology": "A hearing"})

    assert "A hearing" in cast.client_of("tutor").get(session.get_absolute_url()).text


def test_who_left_and_who_was_declined_no_longer_see_the_sessions(cast, cohort):
    session = f.a_session(cast=cast, cohort=cohort)
    for state in ("withdrawn", "declined"):
        learner = f.an_enrolment(cast=cast, cohort=cohort, state=state).learner
        client = cast.client_of("visitor")
        client.force_login(learner, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(session.get_absolute_url()).status_code == 404
        assert "No sessions yet" in client.get(reverse("workshops:own")).text


def test_people_of_other_cohorts_do_not_find_a_session(cast, cohort):
    session = f.a_session(cast=cast, cohort=cohort)
    for role in ("tutor", "contract_manager", "iqa", "learner"):
        client = cast.client_of("visitor")
        client.force_login(f.a_user(role=role), backend="allauth.account.auth_backends.AuthenticationBackend")
        for name in ("session", "calendar"):
            assert client.get(reverse(f"workshops:{name}", args=[session.pk])).status_code == 404


@pytest.mark.parametrize(("person", "queries"), [("tutor", 10), ("administrator", 10), ("iqa", 10), ("learner", 7)])
def test_a_session_asks_as_much_for_30_learners_as_for_3(
    cast, cohort, one, person, queries, django_assert_max_num_queries
):
    session = f.a_session(cast=cast, cohort=cohort)
    client, ones = cast.client_of(person), [one]
    counts = []
    for wanted in (3, 30):
        while len(ones) < wanted:
            ones.append(f.an_enrolment(cast=cast, cohort=cohort))
        f.a_register(session, cast=cast, marks={each: "attended" for each in ones}, close=False)
        with django_assert_max_num_queries(queries) as asked:
            assert client.get(session.get_absolute_url()).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("person", ["tutor", "administrator", "contract_manager", "iqa", "eqa"])
def test_the_list_of_sessions_asks_as_much_for_30_as_for_3(cast, cohort, person, django_assert_num_queries):
    client = cast.client_of(person)
    for wanted in (3, 30):
        while (n := Session.objects.count()) < wanted:
            f.a_session(cast=cast, cohort=cohort, days_ago=n, no=n + 1)
        # Two of an external verifier's note what they opened (`verification.watch`).
        with django_assert_num_queries(7 + 2 * (person == "eqa")):
            assert client.get(reverse("workshops:sessions"), {"cohort": cohort.code}).status_code == 200


def test_a_learners_sessions_ask_as_much_for_30_as_for_3(cast, cohort, one, django_assert_num_queries):
    client = cast.client_of("learner")
    for wanted in (3, 30):
        while (n := Session.objects.count()) < wanted:
            f.a_session(cast=cast, cohort=cohort, days_ago=n - 2, no=n + 1)
        with django_assert_num_queries(5):
            assert client.get(reverse("workshops:own")).status_code == 200


# ------------------------------------------------------------------ the seam

SEAM = [
    (forms.PlanSessionForm, actions.plan_session),
    (forms.PlanSessionsForm, actions.plan_sessions),
    (forms.ChangeSessionForm, actions.change_session),
    (forms.ReturnTimetableForm, actions.return_timetable),
    (forms.ApproveTimetableForm, actions.approve_timetable),
    (forms.CancelForm, actions.cancel),
    (forms.AddRecordingForm, actions.add_recording),
    (forms.NoteApologyForm, actions.note_apology),
    (forms.CatchUpForm, actions.catch_up),
    (forms.GiveFeedbackForm, actions.give_feedback),
    (forms.AskForm, actions.ask),
    (forms.ReplyForm, actions.reply),
    (forms.SuperviseForm, actions.supervise),
    (enrolment_forms.SupportNeedsForm, enrolment_actions.save_support_needs),
    (enrolment_forms.InviteLearnerForm, enrolment_actions.invite_learner),
    (enrolment_forms.AcceptForm, enrolment_actions.accept),
    (enrolment_forms.DeclineForm, enrolment_actions.decline),
    (enrolment_forms.RegisterForm, enrolment_actions.register),
    (enrolment_forms.SetDeadlineForm, enrolment_actions.set_deadline),
    (enrolment_forms.WithdrawForm, enrolment_actions.withdraw),
]


@pytest.mark.parametrize(("form", "action"), SEAM, ids=lambda one: getattr(one, "__name__", ""))
def test_the_fields_of_a_form_are_arguments_of_its_action(form, action):
    assert set(form.base_fields) <= set(inspect.signature(action).parameters)
