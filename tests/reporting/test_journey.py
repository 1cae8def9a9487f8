"""What each cell of the journey grid says, reached by real actions."""

import datetime as dt

import pytest

from core import clock
from reporting import facts, journey
from tests import factories
from workshops import actions as workshops
from workshops.models import Place


def cell(one, key, **when):
    found = facts.load(one.cohort, as_of=when.get("as_of", clock.today()))
    position = [column.key.partition("-")[0] for column in journey.columns(found)].index(key)
    return journey.cells(found, found.learners[one.pk])[position].state


def next_of(one):
    found = facts.load(one.cohort, as_of=clock.today())
    return journey.next_step(found, found.learners[one.pk])


@pytest.fixture
def one(cast):
    return factories.an_enrolment(cast=cast)


def test_forms_that_were_sent_are_done(one):
    assert (cell(one, "form"), cell(one, "questionnaire")) == ("done", "done")


def test_a_session_to_come_is_not_yet(cast, one):
    factories.a_session(cast=cast, cohort=one.cohort, days_ago=-5)

    assert cell(one, "session") == "not_yet"


@pytest.mark.parametrize(("mark", "says"), [("attended", "done"), ("part", "done"), ("absent", "absent")])
def test_the_register_decides_about_a_session(cast, one, mark, says):
    session = factories.a_session(cast=cast, cohort=one.cohort)
    factories.a_register(session, cast=cast, marks={one: mark})

    assert cell(one, "session") == says


def test_a_missed_session_that_was_caught_up_says_so(cast, one):
    session = factories.a_session(cast=cast, cohort=one.cohort)
    factories.a_register(session, cast=cast, marks={one: "absent"})
    place = Place.objects.get(session=session)
    workshops.catch_up(place, kind="one_to_one", held_on=clock.today(), by=cast.tutor)

    assert cell(one, "session") == "caught_up"


@pytest.mark.parametrize(
    ("state", "says"), [("draft", "in_hand"), ("submitted", "with_tutor"), ("passed", "done"), ("referred", "referred")]
)
def test_an_essay_shows_where_it_is(cast, one, state, says):
    factories.a_submission(cast=cast, one=one, state=state)

    assert cell(one, "essay") == says


def test_work_that_is_not_in_after_its_date_is_late(cast):
    cohort = factories.a_cohort(cast=cast, due_in=-3)
    one = factories.an_enrolment(cast=cast, cohort=cohort)

    assert cell(one, "essay") == "late"
    assert next_of(one).days_late == 3


def test_late_work_that_is_in_is_with_the_tutor_and_no_longer_late(cast):
    cohort = factories.a_cohort(cast=cast, due_in=-3)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    factories.a_submission(cast=cast, one=one, state="submitted")

    assert cell(one, "essay") == "with_tutor"


def test_the_award_follows_verification_and_claim(cast, one):
    assert (cell(one, "iqa"), cell(one, "claim")) == ("not_yet", "not_yet")

    factories.verified(cast=cast, one=one)
    assert (cell(one, "iqa"), cell(one, "claim")) == ("done", "not_yet")
    assert next_of(one).what == "Certificate to be claimed"


def test_a_certificate_completes_the_row(cast, one):
    factories.certificated(cast=cast, one=one)

    assert (cell(one, "iqa"), cell(one, "claim")) == ("done", "done")


def test_a_withdrawn_row_is_struck_through_from_the_day_on(cast):
    one = factories.an_enrolment(cast=cast, state="withdrawn")
    factories.a_session(cast=cast, cohort=one.cohort, days_ago=-5)

    assert cell(one, "form") == "done"
    assert {cell(one, key) for key in ("session", "essay", "portfolio", "iqa", "claim")} == {"withdrawn"}


def test_rows_are_sorted_by_need(cast):
    cohort = factories.a_cohort(cast=cast)
    gone = factories.an_enrolment(cast=cast, cohort=cohort, state="withdrawn")
    done = factories.certificated(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))
    way = factories.an_enrolment(cast=cast, cohort=cohort)

    found = journey.rows(facts.load(cohort, as_of=clock.today()))

    assert [row.learner.enrolment for row in found] == [way.pk, done.pk, gone.pk]


def test_the_grid_of_an_earlier_day_knows_nothing_of_later_work(cast, one):
    before = clock.today() - dt.timedelta(days=1)
    factories.a_submission(cast=cast, one=one, state="passed")

    assert cell(one, "essay", as_of=before) == "not_yet"
