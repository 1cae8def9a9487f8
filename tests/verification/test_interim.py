"""Interim samples: a verifier looks at assessment while it goes on, never at their own, and what was looked at stays."""

import datetime as dt
import hashlib

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from assignments import actions as assignments
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, WrongState
from enrolment import actions as enrolment
from programmes import actions as programmes
from tests import factories
from verification import interim, observing, staffing
from verification.judging import Rating
from verification.models import InterimAction, InterimNote, InterimSample
from verification.observing import Aspect, InterimKind
from workshops import actions as workshops

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NONE = "No interim sample fits this choice"


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


@pytest.fixture
def one(cast, cohort):
    return factories.an_enrolment(cast=cast, cohort=cohort, name="Priya Raman")


@pytest.fixture
def sent(cast, one):
    return assignments.send_draft(factories.a_submission(cast=cast, one=one, state="draft"), by=one.learner)


@pytest.fixture
def draft(cast, sent):
    return assignments.comment_on_draft(sent, comments="Why, on 1.2?", revision=0, by=cast.tutor)


@pytest.fixture
def held(cast, one):
    day = clock.today() - DAY
    return workshops.supervise(one, held_on=day, minutes=45, topics="Contracting", feedback="Warm.", by=cast.tutor)


@pytest.fixture
def plan(cast, cohort):
    """Plans as the IQA of the cast, of the tutor of the cast, unless said otherwise."""

    def planned(kind="supervision", **facts):
        said = {"cohort": cohort, "tutor": cast.tutor, "kind": kind, "by": cast.iqa, **facts}
        return interim.plan_interim(**said)

    return planned


@pytest.fixture
def answered(cast, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Ask before you tell.")
    interim.answer_interim(sample.last_action, answer="I ask two questions first.", by=cast.tutor)
    return sample


def another(role, cohort, cast, name="Olga Other"):
    person = factories.a_user(role=role, name=name)
    if role == Role.IQA:
        programmes.allocate_verifier(
            cohort, verifier=person, role=Role.IQA, from_on=clock.today(), by=cast.administrator
        )
    if role == Role.TUTOR:
        appoint(person, cohort, cast)
    return person


def appoint(person, cohort, cast):
    proposal = programmes.propose_tutor(
        cohort, tutor=person, from_on=cohort.starts_on, reason="Helps out", by=cast.contract_manager
    )
    programmes.approve_tutor(proposal, by=cast.client_contact)


def mail(key):
    return Notice.objects.get(key=key)


# ---- planning


def test_the_tutor_is_told_once_of_a_day_to_come(cast, plan):
    sample = plan(happens_on=clock.today() + 3 * DAY, purpose="New to supervision")

    notice = mail(f"interim:{sample.pk}:planned")
    assert notice.recipient == cast.tutor
    assert "New to supervision" in notice.body
    assert (sample.state, sample.thing) == ("planned", None)


def test_of_what_is_past_nobody_is_told_before_there_is_feedback(plan, draft):
    sample = plan("draft", thing=draft)

    assert not Notice.objects.filter(key__startswith="interim:").exists()
    assert (sample.happens_on, sample.enrolment) == (clock.today(), draft.submission.enrolment)


def test_a_plan_for_a_day_that_has_passed_is_told(plan):
    with pytest.raises(Refused, match="Enter a day from today on"):
        plan(happens_on=clock.today() - DAY)


def test_a_plan_without_thing_or_day_is_told(plan):
    with pytest.raises(Refused, match="Enter the day on which you will look at it"):
        plan()


def test_a_tutor_without_appointment_on_that_day_is_not_planned(cast, cohort, plan):
    stranger = factories.a_user(role=Role.TUTOR, name="Nia Nowhere")

    with pytest.raises(Refused, match="Nia Nowhere is not appointed to"):
        plan(tutor=stranger, happens_on=clock.today())


def test_what_a_withdrawn_learner_did_is_not_chosen_any_more(cast, one, plan, draft, held):
    enrolment.withdraw(one, withdrawal_reason="Changed post.", by=cast.administrator)
    one.refresh_from_db()
    for kind, thing in (("draft", draft), ("supervision", held)):
        thing.refresh_from_db()
        with pytest.raises(Refused, match="The learner is no longer on the programme"):
            plan(kind, thing=type(thing).objects.get(pk=thing.pk))
    assert list(interim.to_look_at(one.cohort, cast.tutor, cast.iqa)) == []


def test_a_draft_nobody_commented_on_is_nothing_to_look_at(plan, sent):
    with pytest.raises(Refused, match="Nobody has commented on this draft yet"):
        plan("draft", thing=sent)


def test_the_same_thing_is_planned_once_and_the_second_press_is_told(plan, draft):
    plan("draft", thing=draft)
    with pytest.raises(Refused, match="You have planned to look at this already"):
        plan("draft", thing=draft)
    plan(happens_on=clock.today())
    with pytest.raises(Refused, match="already"):
        plan(happens_on=clock.today())

    assert InterimSample.objects.count() == 2


def test_what_was_called_off_may_be_planned_again_and_the_tutor_hears_of_both(cast, plan):
    day = clock.today() + DAY
    first = plan(happens_on=day)
    interim.call_off_interim(first, reason="The coachee is ill.", by=cast.iqa)

    assert mail(f"interim:{first.pk}:called_off").recipient == cast.tutor
    assert plan(happens_on=day).pk != first.pk
    with pytest.raises(WrongState, match="called off"):
        factories.record_interim(first, cast=cast)


def test_a_thing_of_another_cohort_or_of_another_tutor_is_told(cast, plan, held):
    elsewhere = factories.a_cohort(cast=cast)
    with pytest.raises(Refused, match="does not belong to"):
        plan(thing=held, cohort=elsewhere)
    colleague = another(Role.TUTOR, held.enrolment.cohort, cast)
    with pytest.raises(Refused, match="This is not the assessment of Olga Other"):
        plan(thing=held, tutor=colleague)


def test_a_cancelled_session_is_not_looked_at(cast, cohort, plan):
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=-5)
    workshops.cancel(session, cancellation_reason="Too few.", by=cast.contract_manager)

    with pytest.raises(Refused, match="This session was cancelled"):
        plan("session", thing=session)


# ---- who looks


def test_only_a_verifier_allocated_to_the_cohort_looks(cast, plan):
    with pytest.raises(Refused, match="This cohort is not allocated to you"):
        plan(happens_on=clock.today(), by=factories.a_user(role=Role.IQA))
    for person in (cast.tutor, cast.eqa, cast.administrator, cast.learner):
        with pytest.raises(NotAllowed):
            plan(happens_on=clock.today(), by=person)


@pytest.mark.parametrize("whose", ["learner", "client"])
def test_whoever_has_declared_an_interest_looks_at_nothing_of_it(cast, cohort, one, plan, held, whose):
    near = {"learner": one.learner, "client": cohort.contract.client}[whose]
    staffing.declare_interest(cast.iqa, **{whose: near}, nature="Family", from_on=clock.today(), by=cast.iqa)

    with pytest.raises(Refused, match="You have declared an interest"):
        plan(thing=held)


def test_an_interest_in_one_learner_booked_on_a_session_is_enough(cast, cohort, one, plan):
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=1)
    factories.a_register(session, cast=cast, marks={one: "attended"})
    staffing.declare_interest(cast.iqa, learner=one.learner, nature="Family", from_on=clock.today(), by=cast.iqa)

    with pytest.raises(Refused, match="You have declared an interest"):
        plan("session", thing=session)


def test_an_interest_declared_after_the_plan_stops_the_record(cast, one, plan, held):
    sample = plan(thing=held)
    staffing.declare_interest(cast.iqa, learner=one.learner, nature="Family", from_on=clock.today(), by=cast.iqa)

    with pytest.raises(Refused, match="You have declared an interest"):
        factories.record_interim(sample, cast=cast)


def own_things(cast, cohort, one):
    """A verifier who also teaches the cohort, with a draft, a supervision and a session of their own."""
    both = another(Role.TUTOR, cohort, cast, name="Bea Both")
    both.grants.create(role=Role.IQA, granted_at=clock.now() - DAY)
    both = type(both).objects.get(pk=both.pk)
    programmes.allocate_verifier(cohort, verifier=both, role=Role.IQA, from_on=clock.today(), by=cast.administrator)
    essay = factories.a_submission(cast=cast, one=one, state="draft")
    sent = assignments.send_draft(essay, by=one.learner)
    draft = assignments.comment_on_draft(sent, comments="Good.", revision=0, by=both)
    held = workshops.supervise(one, held_on=clock.today(), minutes=30, feedback="Fine.", by=both)
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=1)
    type(session).objects.filter(pk=session.pk).update(tutor=both)
    session.refresh_from_db()
    return both, {"draft": draft, "supervision": held, "session": session}


def row(cohort, one, kind, thing, *, tutor, verifier):
    return InterimSample(
        kind=kind,
        cohort=cohort,
        tutor=tutor,
        verifier=verifier,
        enrolment=None if kind == "session" else one,
        happens_on=clock.today(),
        planned_at=clock.now(),
        **({kind: thing} if thing else {}),
    )


@pytest.mark.parametrize("kind", InterimKind.values)
def test_nobody_looks_at_their_own_assessment_by_any_route(cast, cohort, one, plan, kind):
    both, things = own_things(cast, cohort, one)
    thing = things[kind]
    with pytest.raises(Refused, match="This is your own assessment"):
        plan(kind, thing=thing, tutor=both, by=both)
    # Nor under the name of a colleague.
    with pytest.raises(Refused, match="You commented on this draft or held this session yourself"):
        plan(kind, thing=thing, by=both)
    with pytest.raises(IntegrityError, match="interim_verifier_is_not_the_tutor"), transaction.atomic():
        row(cohort, one, kind, thing, tutor=both, verifier=both).save()
    # A row that lies about whose it is.
    with pytest.raises(IntegrityError, match="names whoever really did it"), transaction.atomic():
        row(cohort, one, kind, thing, tutor=cast.tutor, verifier=both).save()
    # A plan of a colleague, tied to one's own thing afterwards.
    ahead = plan(kind, happens_on=clock.today(), by=both)
    with pytest.raises(Refused, match="This is not the assessment of"):
        factories.record_interim(ahead, cast=cast, thing=thing, by=both)
    enrolment_id = None if kind == "session" else one.pk
    with (
        pytest.raises(IntegrityError, match="names whoever really did it"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE verification_interimsample SET {kind}_id = %s, enrolment_id = %s WHERE id = %s",
            [thing.pk, enrolment_id, ahead.pk],
        )


def test_the_people_of_a_sample_are_never_changed(cast, cohort, plan):
    sample = plan(happens_on=clock.today())
    other = another(Role.IQA, cohort, cast)

    for column, person in (("verifier_id", other), ("tutor_id", other)):
        with pytest.raises(IntegrityError, match="is not changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE verification_interimsample SET {column} = %s", [person.pk])
    assert InterimSample.objects.get(pk=sample.pk).verifier == cast.iqa


def test_only_the_verifier_who_planned_it_records_it(cast, cohort, plan, held):
    sample, other = plan(thing=held), another(Role.IQA, cohort, cast)

    with pytest.raises(Refused, match="Ines Verifier planned this and looks at it"):
        factories.record_interim(sample, cast=cast, by=other)
    with pytest.raises(Refused, match="planned this"):
        interim.call_off_interim(sample, reason="No time.", by=other)


# ---- the record


def test_agreed_it_is_done_with_and_the_tutor_reads_the_feedback(cast, plan, held):
    sample = factories.record_interim(plan(thing=held), cast=cast)

    assert (sample.state, sample.notes.count(), sample.actions.count()) == ("agreed", 2, 0)
    assert "Nothing has to be done" in mail(f"interim:{sample.pk}:recorded").body
    page = cast.client_of("tutor").get(sample.get_absolute_url()).content.decode()
    assert "Your comments say what to work on next." in page
    assert "Asks before telling." in page


def test_of_a_draft_document_and_comments_are_kept_in_the_row_and_sealed_in_the_event(cast, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Ask before you tell.")

    said = hashlib.sha256(b"Why, on 1.2?").hexdigest()
    assert (sample.seen_text, sample.seen_sha256) == ("Why, on 1.2?", said)
    assert sample.document_sha256 == draft.document.sha256
    detail = Event.objects.about(sample).get(verb="require_action").detail
    assert (detail["seen_sha256"], detail["document_sha256"]) == (said, draft.document.sha256)
    assert detail["ratings"] == {"fairness": "sound", "feedback": "strong"}


def test_what_was_looked_at_and_written_is_changed_by_no_statement(cast, answered):
    sample = InterimSample.objects.get(pk=answered.pk)
    statements = [
        "UPDATE verification_interimsample SET seen_text = 'Nothing.'",
        "UPDATE verification_interimsample SET document_sha256 = 'x'",
        "UPDATE verification_interimsample SET feedback = 'All good.'",
        "UPDATE verification_interimsample SET happens_on = happens_on - 3",
        "UPDATE verification_interimnote SET rating = 'strong', note = 'x'",
        "DELETE FROM verification_interimnote",
        f"INSERT INTO verification_interimnote (sample_id, aspect, rating, note) VALUES ({sample.pk}, 'records', 'strong', '')",
        "UPDATE verification_interimaction SET text = 'Something else'",
        "UPDATE verification_interimaction SET answer = 'Another answer'",
        "DELETE FROM verification_interimaction",
        "DELETE FROM verification_interimsample",
    ]
    for one in statements:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(one)
    assert InterimSample.objects.get(pk=sample.pk).seen_text == "Why, on 1.2?"


def test_what_is_still_to_come_is_not_recorded(cast, cohort, plan):
    with pytest.raises(Refused, match="The day of this is still to come"):
        factories.record_interim(plan(happens_on=clock.today() + DAY), cast=cast)
    later = factories.a_session(cast=cast, cohort=cohort, days_ago=-2)
    with pytest.raises(Refused, match="still to come"):
        factories.record_interim(plan("session", thing=later), cast=cast)


def test_a_planned_day_is_tied_to_what_the_tutor_recorded(cast, one, plan):
    sample = plan(happens_on=clock.today())
    with pytest.raises(Refused, match="Choose which supervision you looked at"):
        factories.record_interim(sample, cast=cast)
    held = workshops.supervise(one, held_on=clock.today() - DAY, minutes=30, feedback="Fine.", by=cast.tutor)

    factories.record_interim(sample, cast=cast, thing=held)

    sample.refresh_from_db()
    assert (sample.supervision, sample.enrolment, sample.happens_on) == (held, one, clock.today() - DAY)
    assert "30 minutes" in sample.seen_text


def test_what_lies_far_from_the_planned_day_is_not_what_was_planned(cast, one, plan):
    old = workshops.supervise(one, held_on=clock.today() - 20 * DAY, minutes=30, feedback="Fine.", by=cast.tutor)

    with pytest.raises(Refused, match="more than 14 days"):
        factories.record_interim(plan(happens_on=clock.today()), cast=cast, thing=old)


def test_a_session_that_got_another_tutor_is_called_off_and_not_recorded(cast, cohort, plan):
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=1)
    sample = plan("session", thing=session)
    type(session).objects.filter(pk=session.pk).update(tutor=another(Role.TUTOR, cohort, cast))
    sample = InterimSample.objects.get(pk=sample.pk)

    with pytest.raises(Refused, match="not any more"):
        factories.record_interim(sample, cast=cast)
    assert interim.call_off_interim(sample, reason="Another tutor held it.", by=cast.iqa).state == "called_off"


def test_a_session_that_was_moved_is_recorded_on_the_day_it_was(cast, cohort, plan):
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=-3)
    sample = plan("session", thing=session)
    moved = session.starts_at - 4 * DAY
    type(session).objects.filter(pk=session.pk).update(starts_at=moved, ends_at=moved + dt.timedelta(hours=4))
    sample = InterimSample.objects.get(pk=sample.pk)

    factories.record_interim(sample, cast=cast)

    assert sample.happens_on == clock.today() - DAY


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"notes": {}}, "Rate at least one thing"),
        ({"notes": {"fairness": ("develop", " ")}}, "Say what is to be developed in “Fair to the criteria”"),
        ({"notes": {"fairness": ("", "Hm.")}}, "Rate it as well"),
        ({"notes": {"fairness": ("brilliant", "")}}, "Choose strong, sound or to develop"),
        ({"notes": {"questioning": ("sound", "")}}, "This cannot be judged here"),
        ({"feedback": " "}, "Write the feedback to the tutor"),
        ({"action": "Ask more.", "outcome": "agreed"}, "You wrote an action and chose “Agreed”"),
        ({"action": "Ask.", "due_on": None}, "Enter the day by which"),
        ({"action": "Ask.", "due_on": dt.date(2020, 1, 1)}, "Choose a day from today on"),
        ({"action": "Ask.", "owner": None}, "Choose who does it"),
        ({"outcome": "action"}, "Say what has to be done"),
    ],
)
def test_a_record_that_lacks_something_is_told_and_keeps_nothing(cast, plan, draft, facts, sentence):
    sample = plan("draft", thing=draft)

    with pytest.raises(Refused, match=sentence):
        factories.record_interim(sample, cast=cast, **facts)

    sample.refresh_from_db()
    assert (sample.state, sample.notes.count(), sample.actions.count()) == ("planned", 0, 0)


def test_recorded_twice_the_second_is_told(cast, plan, held):
    sample = plan(thing=held)
    stale = InterimSample.objects.get(pk=sample.pk)
    factories.record_interim(sample, cast=cast)

    with pytest.raises(WrongState, match="This is agreed"):
        factories.record_interim(stale, cast=cast)
    assert InterimNote.objects.count() == 2


@given(
    kind=st.sampled_from(InterimKind.values),
    notes=st.dictionaries(
        st.sampled_from(Aspect.values),
        st.tuples(st.sampled_from(["", *Rating.values, "good"]), st.sampled_from(["", "Seen."])),
    ),
)
def test_notes_are_taken_exactly_if_each_fits_and_one_is_rated(kind, notes):
    asked = {str(one) for one in observing.aspects_of(kind)}
    fits = all(
        aspect in asked
        and rating in ("", *Rating.values)
        and (rating or not note)
        and (rating != Rating.DEVELOP or note)
        for aspect, (rating, note) in notes.items()
    )

    assert (observing.notes_problem(kind, notes) == "") == (fits and any(rating for rating, _ in notes.values()))


# ---- the action


def test_an_action_goes_to_its_owner_is_answered_and_closed(cast, answered):
    asked = answered.actions.get()
    assert (answered.state, asked.state, asked.answered_by, asked.round) == ("action", "answered", cast.tutor, 1)
    assert mail(f"interim-action:{asked.pk}:answered").recipient == cast.iqa

    interim.close_interim(answered, note="Seen in the next draft.", by=cast.iqa)

    assert (answered.state, answered.closed_by) == ("closed", cast.iqa)


def test_asked_for_more_the_next_round_is_another_row(cast, answered):
    due = clock.today() + 5 * DAY
    asked = answered.last_action
    interim.send_interim_again(asked, text="Once more, on 2.1.", owner=cast.tutor, due_on=due, by=cast.iqa)

    first, second = answered.actions.all()
    assert (first.state, first.answer, second.round, second.answer) == ("followed", "I ask two questions first.", 2, "")
    assert mail(f"interim-action:{second.pk}:asked").recipient == cast.tutor
    with pytest.raises(Refused, match="Tomas Tutor has not answered yet"):
        interim.close_interim(answered, by=cast.iqa)
    interim.answer_interim(second, answer="Done.", by=cast.tutor)
    with pytest.raises(WrongState, match="This is answered"):
        interim.answer_interim(second, answer="Done twice.", by=cast.tutor)


def test_what_is_closed_is_asked_for_no_more(cast, answered):
    asked = answered.last_action
    interim.close_interim(answered, by=cast.iqa)

    with pytest.raises(Refused, match="This is closed, so nothing more is asked"):
        interim.send_interim_again(asked, text="More.", owner=cast.tutor, due_on=clock.today(), by=cast.iqa)


def test_another_tutor_of_the_cohort_may_be_asked_and_both_hear_of_it(cast, cohort, plan, draft):
    colleague = another(Role.TUTOR, cohort, cast)
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Show it.", owner=colleague)

    asked = sample.actions.get()
    assert mail(f"interim:{sample.pk}:recorded").recipient == cast.tutor
    assert mail(f"interim-action:{asked.pk}:asked").recipient == colleague
    with pytest.raises(Refused, match="Olga Other was asked and answers"):
        interim.answer_interim(asked, answer="Done.", by=cast.tutor)
    assert factories.signed_in(colleague).get(sample.get_absolute_url()).status_code == 200


def test_somebody_who_does_not_teach_the_cohort_is_asked_nothing(cast, plan, draft):
    stranger = factories.a_user(role=Role.TUTOR, name="Nia Nowhere")

    with pytest.raises(Refused, match="Nia Nowhere does not teach"):
        factories.record_interim(plan("draft", thing=draft), cast=cast, action="Show it.", owner=stranger)


def test_after_a_change_of_tutor_the_one_appointed_now_answers(cast, cohort, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Show it.")
    successor = another(Role.TUTOR, cohort, cast)
    assert factories.signed_in(successor).get(sample.get_absolute_url()).status_code == 404
    cohort.appointments.filter(tutor=cast.tutor).update(to_on=clock.today() - DAY)
    assert factories.signed_in(successor).get(sample.get_absolute_url()).status_code == 200
    sample = InterimSample.objects.get(pk=sample.pk)

    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        interim.answer_interim(sample.last_action, answer="Taken over and done.", by=successor)
    assert sample.actions.get().answered_by == successor


def test_nobody_judges_an_answer_that_was_theirs(cast, cohort, plan, draft):
    both, _ = own_things(cast, cohort, factories.an_enrolment(cast=cast, cohort=cohort))
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Show it.", owner=both)
    interim.answer_interim(sample.last_action, answer="Done.", by=both)

    with pytest.raises(Refused, match="An action of this was yours"):
        interim.close_interim(sample, by=both)


def test_another_verifier_of_the_cohort_may_close_it(cast, cohort, answered):
    other = another(Role.IQA, cohort, cast)

    assert interim.close_interim(answered, by=other).closed_by == other


def test_whoever_has_to_act_is_reminded_once_on_the_last_day(cast, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Show it.")
    asked = sample.actions.get()
    assert interim.remind_of_actions(asked.due_on - DAY) == 0
    with clock.at(asked.due_on):
        call_command("remind_of_interim_actions", verbosity=0)
    assert mail(f"interim-action:{asked.pk}:due").recipient == cast.tutor
    assert interim.remind_of_actions(asked.due_on + DAY) == 0


# ---- pages


def listed(client, query=""):
    return client.get(reverse("verification:interim_samples") + query).content.decode()


def test_overdue_actions_are_listed_and_said_first(cast, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast, action="Show it.")
    with clock.at(sample.actions.get().due_on + DAY):
        page = listed(cast.client_of("iqa"), "?state=overdue")
    assert "1 action is overdue" in page
    assert "1 interim sample found" in page
    assert NONE in listed(cast.client_of("iqa"), "?state=overdue")


def test_a_list_is_searched_filtered_and_counted(cast, cohort, plan, draft):
    plan("draft", thing=draft)
    plan(happens_on=clock.today() + DAY)
    client = cast.client_of("iqa")

    assert "2 interim samples" in listed(client)
    for query, n in (
        ("?q=priya", 1),
        ("?kind=draft", 1),
        (f"?cohort={cohort}", 2),
        ("?state=planned&q=tomas", 2),
        ("?q=nobody", 0),
    ):
        said = f"{n} interim sample{'s' * (n != 1)} found" if n else NONE
        assert said in listed(client, query)


def test_a_tutor_sees_their_own_and_no_colleague_s(cast, cohort, plan, draft):
    sample = plan("draft", thing=draft)
    colleague = factories.signed_in(another(Role.TUTOR, cohort, cast))

    assert "Draft with comments" in listed(cast.client_of("tutor"))
    assert sample.get_absolute_url() not in listed(colleague)
    assert colleague.get(sample.get_absolute_url()).status_code == 404


def test_learners_never_see_one_whatever_else_they_are(cast, cohort, one, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast)
    one.learner.grants.create(role=Role.IQA, granted_at=clock.now() - DAY)
    programmes.allocate_verifier(
        cohort, verifier=type(one.learner).objects.get(pk=one.learner_id), role=Role.IQA, from_on=clock.today(),
        by=cast.administrator,
    )  # fmt: skip

    assert factories.signed_in(one.learner).get(sample.get_absolute_url()).status_code == 404
    assert cast.client_of("learner").get(reverse("verification:interim_samples")).status_code == 403


def test_where_work_is_marked_without_names_a_verifier_reads_the_code(cast, cohort, plan, draft):
    type(cohort).objects.filter(pk=cohort.pk).update(anonymous_marking=True)
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast)
    client = cast.client_of("iqa")

    pages = listed(client), client.get(sample.get_absolute_url()).content.decode()
    assert not any("Priya" in page for page in pages)
    assert all("Learner " in page for page in pages)
    assert NONE in listed(client, "?q=priya")
    assert not Notice.objects.filter(body__contains="Priya", key__startswith="interim").exists()


def test_without_names_the_form_offers_codes_and_takes_ten_queries_at_most(cast, cohort, one, plan, draft, held):
    type(cohort).objects.filter(pk=cohort.pk).update(anonymous_marking=True)
    factories.hand_in(draft.submission)
    other = assignments.send_draft(
        factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort), state="draft"),
        by=(newest := type(one).objects.latest("pk")).learner,
    )
    assignments.comment_on_draft(other, comments="Good.", revision=0, by=cast.tutor)
    client, url = cast.client_of("iqa"), reverse("verification:plan_interim") + f"?of={cohort.pk}-{cast.tutor.pk}"
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url).content.decode()

    assert f"draft:{draft.pk}" in page
    assert f"supervision:{held.pk}" in page
    assert "Priya" not in page
    assert newest.learner.full_name not in page
    assert len(asked) <= 10


def test_an_external_verifier_reads_what_is_recorded_of_the_cohorts_and_learners_they_look_at(
    cast, cohort, plan, draft
):
    client = cast.client_of("eqa")
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=1)
    seen = [plan("draft", thing=draft), plan("session", thing=session)]
    assert [client.get(one.get_absolute_url()).status_code for one in seen] == [404, 404]
    for one in seen:
        factories.record_interim(one, cast=cast)
    assert [client.get(one.get_absolute_url()).status_code for one in seen] == [200, 200]
    cohort.allocations.filter(verifier=cast.eqa).delete()

    assert [client.get(one.get_absolute_url()).status_code for one in seen] == [404, 404]


def test_an_administrator_reads_that_there_was_one_but_not_the_words(cast, plan, draft):
    sample = factories.record_interim(plan("draft", thing=draft), cast=cast)

    page = cast.client_of("administrator").get(sample.get_absolute_url()).content.decode()
    assert "Your comments say what to work on next." in page
    assert "Why, on 1.2?" not in page


def test_through_the_pages_from_the_plan_to_the_close(cast, cohort, draft):
    iqa, tutor = cast.client_of("iqa"), cast.client_of("tutor")
    choose = reverse("verification:plan_interim") + f"?cohort={cohort}&of={cohort.pk}-{cast.tutor.pk}"
    assert "Priya Raman, essay, commented" in iqa.get(choose).content.decode()
    bad = iqa.post(choose, {"what": "ahead:supervision", "purpose": "Kept words"})
    assert bad.status_code == 409
    assert "Enter the day on which you will look at it" in bad.content.decode()
    assert "Kept words" in bad.content.decode()
    begun = iqa.post(choose, {"what": f"draft:{draft.pk}"})
    sample = InterimSample.objects.get()
    assert begun.url == reverse("verification:record_interim", args=[sample.pk])

    aspects = {f"{one}-rating": "unseen" for one in observing.aspects_of("draft")}
    words = {
        **aspects,
        "feedback-rating": "develop",
        "feedback-note": "Tells.",
        "outcome": "action",
        "feedback": "See below.",
    }
    bad = iqa.post(begun.url, {**words, "action": "Ask first."})
    assert "Enter the day by which it has to be done" in bad.content.decode()
    assert "Ask first." in bad.content.decode()
    due = (clock.today() + 7 * DAY).isoformat()
    iqa.post(begun.url, {**words, "action": "Ask first.", "owner": cast.tutor.pk, "due_on": due})
    assert "Ines Verifier asks Tomas Tutor" in tutor.get(sample.get_absolute_url()).content.decode()

    tutor.post(reverse("verification:answer_interim", args=[sample.last_action.pk]), {"answer": "I do now."})
    assert "1 answer to read" in listed(iqa)
    iqa.post(reverse("verification:close_interim", args=[sample.pk]), {"note": ""})
    sample.refresh_from_db()
    assert sample.state == "closed"
    assert InterimAction.objects.count() == 1


def test_a_second_press_of_the_plan_stays_on_the_page_and_says_so(cast, cohort, draft):
    url = reverse("verification:plan_interim") + f"?of={cohort.pk}-{cast.tutor.pk}"
    client, said = cast.client_of("iqa"), {"what": "ahead:supervision", "happens_on": clock.today().isoformat()}
    client.post(url, said)
    again = client.post(url, said)

    assert again.status_code == 409
    assert "You have planned to look at this already" in again.content.decode()
    client.post(url, {"what": f"draft:{draft.pk}"})
    assert "Choose again" in client.post(url, {"what": f"draft:{draft.pk}"}).content.decode()


def test_the_plan_of_a_cohort_says_how_many_there_are(cast, cohort, plan, draft):
    plan("draft", thing=draft)
    called = plan(happens_on=clock.today())
    interim.call_off_interim(called, reason="Ill.", by=cast.iqa)

    page = cast.client_of("iqa").get(reverse("verification:plan", args=[cohort])).content.decode()
    assert "Interim samples: 1 of this cohort" in page
