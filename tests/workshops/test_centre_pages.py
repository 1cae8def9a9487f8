"""The centre's pages around a session: planned, changed, proposed, recorded, caught up, cancelled, by their forms."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from tests import factories as f
from workshops.models import CatchUp, Place, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast):
    return f.a_cohort(cast=cast)


def page(name, *args):
    return reverse(f"workshops:{name}", args=args)


def given(cast, **more):
    day = (clock.today() + dt.timedelta(days=10)).isoformat()
    return {
        "kind": "workshop",
        "number": "1",
        "title": "Workshop 1",
        "starts_at": f"{day}T09:30",
        "ends_at": f"{day}T17:30",
        "minutes": "420",
        "tutor": cast.tutor.pk,
        "join_link": "meet.example/x",
        **more,
    }


def test_a_session_is_planned_proposed_returned_changed_and_cancelled(cast, cohort):
    manager, contact = cast.client_of("contract_manager"), cast.client_of("client_contact")
    session_page = manager.post(page("plan_session", cohort.code), given(cast)).url
    session = Session.objects.get()
    assert session_page == session.get_absolute_url()
    assert (session.join_link, session.starts_at.astimezone(clock.noon(clock.today()).tzinfo).hour) == (
        "https://meet.example/x",
        9,
    )

    first = cohort.timetables.get()
    assert "Propose these dates?" in manager.get(page("propose_timetable", first.pk)).text
    manager.post(page("propose_timetable", first.pk))
    assert contact.get(page("return_timetable", first.pk)).status_code == 200
    contact.post(page("return_timetable", first.pk), {"decision_note": "A week later"})
    second = cohort.timetables.get(round=2)
    assert "A week later" in manager.get(second.get_absolute_url()).text

    day = (clock.today() + dt.timedelta(days=17)).isoformat()
    assert 'value="Workshop 1"' in manager.get(page("change_session", session.pk)).text
    manager.post(
        page("change_session", session.pk), given(cast, starts_at=f"{day}T09:30", ends_at=f"{day}T17:30", title="Later")
    )
    session.refresh_from_db()
    assert (session.title, session.calendar_revision) == ("Later", 1)

    manager.post(page("cancel", session.pk), {"cancellation_reason": "Snow"})
    assert "Snow" in manager.get(session.get_absolute_url()).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ends_at": "2020-01-01T10:00"}, "The session ends before it begins."),
        ({"minutes": "481"}, "Enter learning time between 1 and 480 minutes."),
        ({"starts_at": ""}, "Enter the day and time it begins"),
        ({"kind": "picnic"}, "picnic"),
    ],
)
def test_a_plan_that_cannot_be_is_explained_and_kept(cast, cohort, wrong, sentence):
    text = cast.client_of("contract_manager").post(page("plan_session", cohort.code), given(cast, **wrong)).text

    assert sentence in text
    assert 'value="Workshop 1"' in text
    assert not Session.objects.exists()


def test_a_row_of_the_programme_that_ends_first_is_explained(cast, cohort):
    day = (clock.today() + dt.timedelta(days=10)).isoformat()
    row = {
        "kind": "induction",
        "number": 1,
        "minutes": 90,
        "title": "Induction",
        "day": day,
        "begins": "11:00",
        "ends": "10:00",
    }
    rows = {f"rows-0-{name}": value for name, value in row.items()}
    management = {"rows-TOTAL_FORMS": 1, "rows-INITIAL_FORMS": 1}

    text = (
        cast.client_of("contract_manager")
        .post(page("plan_sessions", cohort.code), {**management, **rows, "tutor": cast.tutor.pk})
        .text
    )

    assert "The session ends before it begins." in text
    assert not Session.objects.exists()


def test_the_recording_and_the_catch_up_by_their_forms(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, name="Ama Boateng")
    session = f.a_session(cast=cast, cohort=cohort)
    f.a_register(session, cast=cast, marks={one: "absent"})
    place, tutor = Place.objects.get(), cast.client_of("tutor")

    assert page("catch_up", place.pk) in tutor.get(session.get_absolute_url()).text
    assert tutor.get(page("catch_up", place.pk)).status_code == 200
    tomorrow = clock.today() + dt.timedelta(days=1)
    answer = tutor.post(page("catch_up", place.pk), {"kind": "recording", "held_on": tomorrow, "note": "Kept"})
    assert "This day lies in the future." in answer.text
    assert "Kept</textarea>" in answer.text
    tutor.post(page("catch_up", place.pk), {"kind": "recording", "held_on": clock.today(), "note": ""})
    assert CatchUp.objects.get().signed_off_by == cast.tutor

    assert tutor.get(page("add_recording", session.pk)).status_code == 200
    tutor.post(page("add_recording", session.pk), {"recording_link": "https://recordings.example/1"})
    assert "https://recordings.example/1" in tutor.get(session.get_absolute_url()).text


def test_a_session_with_feedback_shows_how_many_and_no_mean_of_two(cast, cohort):
    from workshops import actions

    session = f.a_session(cast=cast, cohort=cohort)
    ones = [f.an_enrolment(cast=cast, cohort=cohort) for _ in range(3)]
    f.a_register(session, cast=cast, marks={one: "attended" for one in ones})
    tutor = cast.client_of("tutor")
    for n, place in enumerate(Place.objects.order_by("pk"), start=1):
        actions.give_feedback(
            place, overall=7 + n, tutor=9, knowledge_before=None, knowledge_after=None, by=place.enrolment.learner
        )
        text = tutor.get(session.get_absolute_url()).text
        assert ("of 10" in text) == (n == 3)
    assert "9.0 of 10" in text


def test_another_managers_contract_is_not_planned_for(cast, cohort):
    session = f.a_session(cast=cast, cohort=cohort)
    client = cast.client_of("visitor")
    client.force_login(f.a_user(role="contract_manager"), backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(page("plan_session", cohort.code)).status_code == 404
    assert client.get(page("change_session", session.pk)).status_code == 404
    assert client.get(page("timetable", cohort.timetables.get().pk)).status_code == 404
