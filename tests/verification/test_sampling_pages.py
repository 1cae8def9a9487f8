"""The command and the pages of sampling plans: the grid, the lines, the strategy."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role
from core import clock
from enrolment import actions as enrolment
from tests import factories, worlds
from tests.verification.plans import a_plan, all_passed, holding, next_plan, picks
from verification import actions, planning
from verification.models.sampled import cohort_facts


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


# ---- the command


def printed(*args):
    out = StringIO()
    call_command("sampling_plan", *args, stdout=out)
    return out.getvalue()


@pytest.mark.sqlite
def test_the_command_prints_seed_and_lines_the_same_each_time(cast, cohort):
    for _ in range(3):
        factories.an_enrolment(cast=cast, cohort=cohort)
    plan = a_plan(cast, cohort, low_summative=20)

    first = printed(cohort.code, "--json")

    assert first == printed(cohort.code, "--json")
    found = json.loads(first)
    assert found["seed"] == 7
    assert len(found["lines"]) == 9
    assert set(found["lines"][0]) == {"learner", "unit", "assignment", "picked", "reason"}
    assert sum(one["picked"] for one in found["lines"]) == len(picks(plan)) == 2
    assert json.loads(printed(cohort.code, "--json", "--seed", "8"))["seed"] == 8
    assert printed(cohort.code).startswith("Seed 7\n")


def test_the_command_tells_learners_of_one_name_apart(cast, cohort):
    for _ in range(2):
        factories.an_enrolment(cast=cast, cohort=cohort, name="Sam Same")
    a_plan(cast, cohort)

    assert len({one["learner"] for one in json.loads(printed(cohort.code, "--json"))["lines"]}) == 2


def test_the_command_says_what_is_missing(cast, cohort):
    with pytest.raises(CommandError, match="There is no cohort with the code NONE"):
        printed("NONE")
    with pytest.raises(CommandError, match="has no sampling plan yet"):
        printed(cohort.code)
    with pytest.raises(CommandError, match="There is no sampling strategy"):
        printed(cohort.code, "--seed", "1")


def test_the_nightly_run_says_how_many(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort)
    factories.an_enrolment(cast=cast, cohort=cohort)
    out = StringIO()

    call_command("follow_sampling_plans", stdout=out)
    call_command("follow_sampling_plans", stdout=out)

    assert out.getvalue() == "1 plans drawn anew\n0 plans drawn anew\n"


# ---- pages


def test_the_grid_shows_each_meaning_with_a_word(cast, cohort):
    one, two = all_passed(cast, cohort), factories.an_enrolment(cast=cast, cohort=cohort)
    plan = a_plan(cast, cohort)
    planning.add_by_hand(plan.lines.get(enrolment=one, unit__number="500"), reason="A look", by=cast.iqa)
    actions.agree(actions.begin(one, by=cast.iqa)[0], by=cast.iqa)
    enrolment.withdraw(two, withdrawal_reason="Changed post.", by=cast.administrator)

    page = factories.signed_in(cast.iqa).get(f"/verification/cohorts/{cohort.code}/grid/").content.decode()

    assert "Unit 500, essay: verified as picked" in page
    assert "Unit 501, portfolio: handed in, not picked" in page
    assert "Unit 500, essay: left" in page
    assert "Tomas Tutor: low risk, look again on" in page


def test_the_lines_are_found_by_what_is_asked_of_them(cast, cohort):
    one, two = all_passed(cast, cohort), factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort, low_summative=100, low_interim=20)
    actions.agree(actions.begin(one, by=cast.iqa)[0], by=cast.iqa)
    enrolment.withdraw(two, withdrawal_reason="Changed post.", by=cast.administrator)
    planning.follow()
    client = factories.signed_in(cast.iqa)

    def total(query):
        response = client.get(f"/verification/cohorts/{cohort.code}/plan/lines/{query}")
        return response.context["listing"].total

    assert [total(f"?show={one}") for one in ("", "picked", "ready", "waiting", "early", "replaced", "unsettled", "rest")] == [
        6, 3, 2, 2, 0, 3, 0, 3,
    ]  # fmt: skip
    assert total("?unit=500") == 2
    assert total(f"?tutor={cast.tutor.pk}&learner={one.pk}&q=portfolio") == 2
    overview = client.get("/verification/sampling/?plan=yes").content.decode()
    assert f"pieces of {cohort.code} ready to verify" in overview


@pytest.mark.slow
@pytest.mark.parametrize("learners", [12, 600])
def test_the_grid_takes_eight_queries_with_twelve_and_with_six_hundred_learners(cast, cohort, learners):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    people = worlds.multiplied([one.learner], learners - 1, deep=False)
    worlds.multiplied([one], learners - 1, deep=False, learner=lambda n: people[n - 1].pk)
    a_plan(cast, cohort, low_summative=20)
    client = factories.signed_in(cast.iqa)

    for query in ("", "?order=learner&page=1", "?q=person&order=-pathway"):
        client.get(f"/verification/cohorts/{cohort.code}/grid/{query}")
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/verification/cohorts/{cohort.code}/grid/{query}")
        assert response.status_code == 200
        assert len(captured) <= 8
    assert f"{learners:,} learners" in client.get(f"/verification/cohorts/{cohort.code}/grid/").content.decode()


def test_a_page_of_the_plan_tells_when_the_cohort_has_moved_on(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort, low_summative=50)
    client = factories.signed_in(cast.iqa)
    url = f"/verification/cohorts/{cohort.code}/plan/"
    assert "The plan is up to date" in client.get(url).content.decode()

    factories.an_enrolment(cast=cast, cohort=cohort)

    page = client.get(url).content.decode()
    assert "The cohort has moved on since this plan was drawn." in page
    assert "takes in 1 learner who has joined" in page
    assert "the same, line by line" in page
    posted = client.post(f"{url}draw/", {"generation": 2})
    assert posted.status_code == 302
    assert next_plan(cohort).generation == 2
    assert client.post(f"{url}draw/", {"generation": 2}).status_code == 409


def test_a_tutor_does_not_learn_which_pieces_are_picked(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort)
    tutor = holding(cast.tutor, Role.IQA)

    for page in ("plan/", "plan/lines/", "grid/"):
        assert factories.signed_in(tutor).get(f"/verification/cohorts/{cohort.code}/{page}").status_code == 404


def test_where_work_is_marked_anonymously_the_plan_names_the_code(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort, name="Nora Named")
    factories.a_submission(cast=cast, one=one)
    type(cohort).objects.filter(pk=cohort.pk).update(anonymous_marking=True)
    a_plan(cast, cohort, low_summative=100)
    client = factories.signed_in(cast.iqa)

    for page in ("plan/", "plan/lines/", "plan/draw/", "grid/"):
        assert "Nora" not in client.get(f"/verification/cohorts/{cohort.code}/{page}").content.decode()


def test_a_strategy_typed_wrong_loses_nothing(cast, cohort):
    client = factories.signed_in(cast.iqa)
    url = f"/verification/strategies/{cohort.version_id}/set/"
    typed = {
        "from_on": clock.today().isoformat(), "low_summative": "120", "low_interim": "5", "medium_summative": "30",
        "medium_interim": "10", "high_summative": "50", "high_interim": "25", "new_interim": "25", "referrals": "50",
        "every": ["tutor", "unit"], "note": "As agreed.",
    }  # fmt: skip

    response = client.post(url, typed)

    assert response.status_code == 409
    page = response.content.decode()
    assert "120 % is more than everything. Enter a figure from 0 to 100." in page
    assert "As agreed." in page
    assert client.post(url, {**typed, "low_summative": "20"}).status_code == 302
    assert planning.strategy_for(cohort).every == ["tutor", "unit"]


def test_the_facts_of_a_cohort_are_read_in_five_statements(cast, cohort):
    all_passed(cast, cohort)
    plan = a_plan(cast, cohort)
    strategy = planning.strategy_for(cohort)

    with CaptureQueriesContext(connection) as captured:
        found = cohort_facts(cohort, today=clock.today(), strategy=strategy, plan=plan)

    assert len(captured) == 5
    assert {one.done for one in found.facts.pieces} == {False}
