"""The numbers that are defined once, on small cohorts whose answer can be counted on one hand."""

import datetime as dt
import json
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import clock
from enrolment import actions as enrolment
from reporting import facts, figures
from tests import factories
from workshops import actions as workshops
from workshops.models import Place


def figures_of(cohort, **when):
    return figures.compute(facts.load(cohort, as_of=when.get("as_of", clock.today())))


def feedback(session, one, **ratings):
    place = Place.objects.get(session=session, enrolment=one)
    given = {"overall": None, "tutor": None, "knowledge_before": None, "knowledge_after": None, **ratings}
    workshops.give_feedback(place, **given, by=one.learner)


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


def test_a_learner_who_was_only_invited_has_not_started(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort, state="invited")
    factories.an_enrolment(cast=cast, cohort=cohort, state="applied")

    assert figures_of(cohort).started == 0


def test_withdrawn_learners_count_as_started_and_not_as_outstanding(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    factories.an_enrolment(cast=cast, cohort=cohort, state="withdrawn")

    found = figures_of(cohort)

    assert (found.started, found.withdrawn, found.outstanding) == (2, 1, 1)


def test_completed_means_certificate_recorded(cast, cohort):
    factories.certificated(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))
    factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))

    found = figures_of(cohort)

    assert (found.started, found.completed, found.outstanding) == (2, 1, 1)


def test_figures_are_as_they_stood_on_the_day(cast, cohort):
    yesterday = clock.today() - dt.timedelta(days=1)
    with clock.at(yesterday):
        one = factories.an_enrolment(cast=cast, cohort=cohort)
    factories.certificated(cast=cast, one=one)

    assert figures_of(cohort, as_of=yesterday).completed == 0
    assert figures_of(cohort).completed == 1


def test_attendance_is_places_attended_of_places_expected_and_part_counts(cast, cohort):
    people = [factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(3)]
    session = factories.a_session(cast=cast, cohort=cohort)
    marks = dict(zip(people, ["attended", "part", "absent"], strict=True))
    factories.a_register(session, cast=cast, marks=marks)

    found = figures_of(cohort)

    assert found.attendance.value == Fraction(2, 3)
    assert found.attendance.n == 3
    assert found.hours_attendance.value == Fraction(420 + 120, 3 * 420)


def test_an_absence_that_is_caught_up_is_covered_and_stays_an_absence(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    session = factories.a_session(cast=cast, cohort=cohort)
    factories.a_register(session, cast=cast, marks={one: "absent"})
    place = Place.objects.get(session=session, enrolment=one)
    workshops.catch_up(place, kind="recording", held_on=clock.today(), by=cast.tutor)

    found = figures_of(cohort)

    assert found.attendance.value == 0
    assert found.covered.value == 1


def test_who_withdrew_before_the_day_of_a_session_is_not_expected_there(cast, cohort):
    stays = factories.an_enrolment(cast=cast, cohort=cohort)
    leaves = factories.an_enrolment(cast=cast, cohort=cohort)
    with clock.at(clock.today() - dt.timedelta(days=10)):
        enrolment.withdraw(leaves, withdrawal_reason="Changed post.", by=cast.administrator)
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=7)
    factories.a_register(session, cast=cast, marks={stays: "attended"})

    assert figures_of(cohort).attendance.n == 1


def test_a_cancelled_session_is_left_out(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    session = factories.a_session(cast=cast, cohort=cohort, days_ago=-7)
    workshops.cancel(session, cancellation_reason="The tutor is ill.", by=cast.contract_manager)

    assert figures_of(cohort, as_of=clock.today()).attendance.value is None


def test_satisfaction_is_the_mean_rating_of_workshops_on_the_scale(cast, cohort):
    people = [factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2)]
    workshop = factories.a_session(cast=cast, cohort=cohort)
    induction = factories.a_session(cast=cast, cohort=cohort, kind="induction", days_ago=9)
    for session in (induction, workshop):
        factories.a_register(session, cast=cast, marks=dict.fromkeys(people, "attended"))
    feedback(workshop, people[0], overall=7, tutor=9)
    feedback(workshop, people[1], overall=8, tutor=10)
    feedback(induction, people[0], overall=0, tutor=0)

    found = figures_of(cohort)

    assert (found.satisfaction_overall.value, found.satisfaction_overall.n) == (Fraction(15, 20), 2)
    assert (found.satisfaction_tutor.value, found.satisfaction_tutor.n) == (Fraction(19, 20), 2)


def test_knowledge_gain_is_over_answers_with_both_ratings_in_points(cast, cohort):
    people = [factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2)]
    workshop = factories.a_session(cast=cast, cohort=cohort)
    factories.a_register(workshop, cast=cast, marks=dict.fromkeys(people, "attended"))
    feedback(workshop, people[0], overall=7, tutor=9, knowledge_before=3, knowledge_after=7)
    feedback(workshop, people[1], overall=8, tutor=10)

    found = figures_of(cohort)

    assert (found.knowledge_gain.value, found.knowledge_gain.n) == (Fraction(4, 10), 1)


def test_an_individual_deadline_counts_when_it_lies_inside_the_registration(cast, cohort):
    with_own, without = (factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2))
    for one in (with_own, without):
        factories.a_registration(one, cast=cast)
    for kind in ("essay", "portfolio"):
        assignment = cohort.version.assignments.get(kind=kind)
        due_on = clock.today() + dt.timedelta(days=200)
        enrolment.set_deadline(with_own, assignment=assignment, due_on=due_on, reason="Illness", by=cast.tutor)

    assert figures_of(cohort).individual_deadlines == 1


def test_the_command_prints_every_figure_with_its_n(cast, cohort):
    out = StringIO()

    call_command("cohort_figures", cohort.code, "--json", stdout=out)

    found = json.loads(out.getvalue())
    assert found["cohort"] == cohort.code
    assert found["attendance"] == {
        "percent": None,
        "n": 0,
        "ratio": None,
        "formula": "places attended ÷ places expected",
        "of": "places",
    }


def test_the_command_says_what_is_wrong_with_a_code_or_a_day(cast, cohort):
    with pytest.raises(CommandError, match="There is no cohort “nowhere”"):
        call_command("cohort_figures", "nowhere")
    with pytest.raises(CommandError, match="is not a date"):
        call_command("cohort_figures", cohort.code, "--as-of", "30.6.2024")
