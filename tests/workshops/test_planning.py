"""The timetable: planned, proposed, approved or sent back, changed, cancelled; and the calendar file."""

import datetime as dt

import icalendar
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Notice
from core.refusals import NotAllowed, Refused, WrongState
from tests import factories as f
from workshops import actions
from workshops.models import Session, Timetable

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast):
    return f.a_cohort(cast=cast)


def moment(days, hour, minute=0):
    return clock.noon(clock.today() + dt.timedelta(days=days)).replace(hour=hour, minute=minute)


def facts(cast, **more):
    return {
        "title": "Workshop 1",
        "starts_at": moment(10, 9, 30),
        "ends_at": moment(10, 17, 30),
        "minutes": 420,
        "tutor": cast.tutor,
        **more,
    }


def plan(cohort, cast, *, number=1, by=None, **more):
    by = by or cast.contract_manager
    return actions.plan_session(cohort, kind="workshop", number=number, **facts(cast, **more), by=by)


# ------------------------------------------------------------------ planning


def test_the_first_session_opens_the_timetable_and_the_second_joins_it(cast, cohort):
    plan(cohort, cast, number=1)
    plan(cohort, cast, number=2)

    timetable = cohort.timetables.get()
    assert (timetable.round, timetable.state) == (1, "draft")


def test_a_number_is_taken_once_until_its_session_is_cancelled(cast, cohort):
    first = plan(cohort, cast)

    with pytest.raises(Refused, match="with number 1 already"):
        plan(cohort, cast)
    actions.cancel(first, cancellation_reason="Snow", by=cast.contract_manager)
    assert plan(cohort, cast).number == 1


def test_a_session_is_given_by_a_tutor_of_the_cohort(cast, cohort):
    with pytest.raises(Refused, match="is not appointed to this cohort"):
        plan(cohort, cast, tutor=f.a_user(role="tutor", name="Tara Tutor"))


@pytest.mark.parametrize("person", ["tutor", "iqa", "client_contact", "learner"])
def test_contract_managers_and_administrators_plan(cast, cohort, person):
    with pytest.raises(NotAllowed):
        plan(cohort, cast, by=getattr(cast, person))
    with pytest.raises(NotAllowed):
        plan(cohort, cast, by=f.a_user(role="contract_manager"))
    assert plan(cohort, cast, by=cast.administrator)


def test_several_sessions_are_planned_all_or_none(cast, cohort):
    rows = [
        {name: value for name, value in {**facts(cast), "kind": "workshop", "number": n}.items() if name != "tutor"}
        for n in (1, 2, 2)
    ]

    with pytest.raises(Refused, match="number 2 already"):
        actions.plan_sessions(cohort, sessions=rows, tutor=cast.tutor, by=cast.contract_manager)
    assert not Session.objects.exists()
    with pytest.raises(Refused, match="at least one date"):
        actions.plan_sessions(cohort, sessions=[], tutor=cast.tutor, by=cast.contract_manager)
    assert len(actions.plan_sessions(cohort, sessions=rows[:2], tutor=cast.tutor, by=cast.contract_manager)) == 2


def test_the_usual_programme_needs_only_its_days(cast, cohort):
    address = reverse("workshops:plan_sessions", args=[cohort.code])
    manager = cast.client_of("contract_manager")
    text = manager.get(address).text
    assert text.count('type="date"') == 6

    rows = {"rows-TOTAL_FORMS": 6, "rows-INITIAL_FORMS": 6, "rows-MIN_NUM_FORMS": 0, "rows-MAX_NUM_FORMS": 12}
    shape = [("induction", 1, 90, "10:00", "11:30"), *[("workshop", n, 420, "09:30", "17:30") for n in (1, 2, 3, 4)]]
    for i, (kind, number, minutes, begins, ends) in enumerate([*shape, ("guided_learning", 1, 420, "09:30", "17:30")]):
        day = "" if i == 5 else (clock.today() + dt.timedelta(days=10 + i)).isoformat()
        given = {"kind": kind, "number": number, "minutes": minutes, "begins": begins, "ends": ends}
        rows |= {f"rows-{i}-{name}": value for name, value in {**given, "title": f"Day {i}", "day": day}.items()}
    manager.post(address, {**rows, "tutor": cast.tutor.pk, "join_link": "https://meet.example/x"})

    assert list(Session.objects.values_list("kind", "number", "minutes")) == [(*row[:2], row[2]) for row in shape]
    assert manager.get(address).text.count('type="date"') == 1


# ------------------------------------------------------------------ the client's word


def test_the_contact_is_told_approves_and_the_centre_is_told(cast, cohort):
    plan(cohort, cast)
    timetable = cohort.timetables.get()

    actions.propose_timetable(timetable, by=cast.contract_manager)
    with pytest.raises(WrongState, match="with the client"):
        plan(cohort, cast, number=2)
    actions.approve_timetable(timetable, by=cast.client_contact)

    keys = [f"timetable:{timetable.pk}:{word}" for word in ("proposed", "approved")]
    told = [{n.recipient for n in Notice.objects.filter(key__startswith=key)} for key in keys]
    assert told == [{cast.client_contact}, {cast.contract_manager, cast.tutor}]


def test_a_timetable_sent_back_is_followed_by_the_next_round(cast, cohort):
    plan(cohort, cast)
    timetable = cohort.timetables.get()
    actions.propose_timetable(timetable, by=cast.contract_manager)

    with pytest.raises(Refused, match="Write which dates"):
        actions.return_timetable(timetable, decision_note=" ", by=cast.client_contact)
    actions.return_timetable(timetable, decision_note="Not in the week of the inspection.", by=cast.client_contact)

    assert list(cohort.timetables.values_list("round", "state")) == [(1, "returned"), (2, "draft")]
    assert "inspection" in Notice.objects.get(key__startswith=f"timetable:{timetable.pk}:returned").body


def test_an_empty_timetable_is_not_proposed(cast, cohort):
    timetable = Timetable.objects.create(cohort=cohort)

    with pytest.raises(Refused, match="no sessions yet"):
        actions.propose_timetable(timetable, by=cast.contract_manager)


def test_a_contact_of_another_client_decides_nothing(cast, cohort):
    plan(cohort, cast)
    timetable = cohort.timetables.get()
    actions.propose_timetable(timetable, by=cast.contract_manager)
    other = f.a_user(role="client_contact")
    f.a_client(contact=other, by=cast.contract_manager)

    with pytest.raises(Refused, match="Only a contact of"):
        actions.approve_timetable(timetable, by=other)
    assert cast.client_of("client_contact").get(timetable.get_absolute_url()).status_code == 200


def test_the_contact_sees_dates_when_they_are_proposed_and_no_draft(cast, cohort):
    plan(cohort, cast)
    timetable = cohort.timetables.get()
    contact = cast.client_of("client_contact")

    assert contact.get(timetable.get_absolute_url()).status_code == 404
    actions.propose_timetable(timetable, by=cast.contract_manager)
    assert reverse("workshops:approve_timetable", args=[timetable.pk]) in contact.get(timetable.get_absolute_url()).text
    contact.post(reverse("workshops:approve_timetable", args=[timetable.pk]), {"decision_note": "Fine."})
    timetable.refresh_from_db()
    assert (timetable.state, timetable.decision_note) == ("approved", "Fine.")


# ------------------------------------------------------------------ changes


def test_a_new_date_after_the_approval_goes_to_the_client_again(cast, cohort):
    session = plan(cohort, cast)
    timetable = cohort.timetables.get()
    actions.propose_timetable(timetable, by=cast.contract_manager)
    actions.approve_timetable(timetable, by=cast.client_contact)

    actions.change_session(session, **facts(cast, title="Other title"), by=cast.contract_manager)
    assert cohort.timetables.count() == 1
    moved = facts(cast, starts_at=moment(12, 9), ends_at=moment(12, 17))
    actions.change_session(session, **moved, by=cast.contract_manager)
    assert list(cohort.timetables.values_list("round", "state")) == [(1, "approved"), (2, "draft")]


def test_two_people_who_change_a_session_do_not_overwrite_each_other(cast, cohort):
    session = plan(cohort, cast)
    stale = Session.objects.get(pk=session.pk)
    actions.change_session(session, **facts(cast, title="First"), by=cast.contract_manager)

    with pytest.raises(Refused, match="Somebody else changed this session"):
        actions.change_session(stale, **facts(cast, title="Second"), by=cast.administrator)
    assert Session.objects.get().title == "First"


def test_learners_are_told_of_a_change_only_if_wanted(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    session = plan(cohort, cast)

    actions.change_session(session, **facts(cast, title="Quietly"), by=cast.contract_manager)
    assert not Notice.objects.filter(key__startswith="session:").exists()
    actions.change_session(session, **facts(cast, title="Aloud"), tell_learners=True, by=cast.contract_manager)
    told = Notice.objects.filter(key__startswith=f"session:{session.pk}:changed:2")
    assert {notice.recipient for notice in told} == {one.learner, cast.tutor}


def test_a_cancelled_session_is_left_alone(cast, cohort):
    session = plan(cohort, cast)
    actions.cancel(session, cancellation_reason="Snow", by=cast.contract_manager)

    with pytest.raises(WrongState):
        actions.change_session(session, **facts(cast), by=cast.contract_manager)
    with pytest.raises(WrongState):
        actions.cancel(session, cancellation_reason="Snow", by=cast.contract_manager)
    assert "Snow" in Notice.objects.get(key__startswith=f"session:{session.pk}:cancelled", recipient=cast.tutor).body


def test_a_session_whose_register_was_begun_is_not_cancelled(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    session = f.a_session(cast=cast, cohort=cohort)
    f.a_register(session, cast=cast, marks={one: "attended"}, close=False)

    with pytest.raises(Refused, match="it took place"):
        actions.cancel(session, cancellation_reason="x", by=cast.contract_manager)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "unheard of"},
        {"state": "held"},
        {"state": "cancelled"},
        {"kind": "picnic"},
        {"ends_at": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_the_database_refuses_a_session_that_contradicts_itself(cast, cohort, broken):
    session = plan(cohort, cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**broken)


# ------------------------------------------------------------------ the calendar file


def entry(client, session):
    answer = client.get(reverse("workshops:calendar", args=[session.pk]))
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    return calendar, calendar.walk("VEVENT")[0]


def test_the_calendar_file_is_in_london_time_and_replaces_itself(cast, cohort):
    session = plan(cohort, cast, join_link="https://meet.example/x")
    tutor = cast.client_of("tutor")

    calendar, first = entry(tutor, session)
    actions.change_session(session, **facts(cast, title="Moved"), by=cast.contract_manager)
    _, second = entry(tutor, session)

    assert first["DTSTART"].params["TZID"] == "Europe/London"
    assert first["DTSTART"].dt == session.starts_at
    assert calendar.walk("VTIMEZONE")
    assert first["UID"] == second["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert (calendar["METHOD"], second["SUMMARY"][:5]) == ("PUBLISH", "Moved")


def test_a_cancelled_session_takes_itself_out_of_the_calendar(cast, cohort):
    session = plan(cohort, cast)
    actions.cancel(session, cancellation_reason="Snow", by=cast.contract_manager)

    calendar, event = entry(cast.client_of("tutor"), session)

    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)


@pytest.mark.parametrize("month", [1, 7])
def test_half_past_nine_is_half_past_nine_in_winter_and_summer(cast, cohort, month):
    starts_at = clock.noon(dt.date(2027, month, 14)).replace(hour=9, minute=30)
    session = plan(cohort, cast, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=8))

    _, event = entry(cast.client_of("tutor"), Session.objects.get(pk=session.pk))

    assert (event["DTSTART"].dt.hour, event["DTSTART"].dt.minute) == (9, 30)


def test_a_plan_with_impossible_times_is_refused_by_the_action_as_well(cast, cohort):
    with pytest.raises(Refused, match="ends before it begins"):
        plan(cohort, cast, ends_at=moment(9, 9))


def test_other_managers_neither_cancel_nor_propose(cast, cohort):
    session, other = plan(cohort, cast), f.a_user(role="contract_manager")

    with pytest.raises(NotAllowed):
        actions.cancel(session, cancellation_reason="x", by=other)
    with pytest.raises(NotAllowed):
        actions.propose_timetable(cohort.timetables.get(), by=other)
