"""The times of cases and who is free, without a database."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings as configured
from hypothesis import given
from hypothesis import strategies as st

from verification import case_policy as policy
from verification.case_states import CaseKind, CaseState, MalpracticeState, stages_of, steps_of

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))
SPANS = st.builds(policy.Span, st.integers(1, 120), st.booleans())


@given(SPANS, DAYS)
def test_on_the_last_day_all_days_are_used_and_nothing_is_overdue(span, begun_on):
    last = span.last_day(begun_on)

    assert policy.Timer(span.used(begun_on, last), span).is_overdue is False
    assert span.used(begun_on, last) == span.days
    assert span.used(begun_on, begun_on) == 0


@given(SPANS, DAYS, st.integers(0, 400))
def test_a_case_is_overdue_only_after_its_last_day(span, begun_on, more):
    today = begun_on + dt.timedelta(days=more)

    if policy.Timer(span.used(begun_on, today), span).is_overdue:
        assert today > span.last_day(begun_on)


def test_working_days_leave_out_the_week_end_and_calendar_days_do_not():
    friday = dt.date(2026, 11, 20)

    assert policy.span("3w").last_day(friday) == dt.date(2026, 11, 25)
    assert policy.span("3d").last_day(friday) == dt.date(2026, 11, 23)


def test_a_timer_reads_as_a_day_of_so_many():
    ten = policy.span("10w")

    assert policy.Timer(3, ten).words == "working day 3 of 10"
    assert policy.Timer(3, policy.span("30d")).words == "day 3 of 30"
    assert policy.Timer(0, ten).words == "10 working days left"
    assert policy.Timer(11, ten).words == "1 working day overdue"
    assert policy.Timer(33, policy.span("30d")).words == "3 days overdue"


@pytest.mark.parametrize("text", ["", "10", "0w", "w", "10x", "ten w"])
def test_a_time_that_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(ValueError, match="Write 10w"):
        policy.span(text)


def test_each_stage_but_the_last_has_a_time_out_of_the_box():
    for kind in CaseKind:
        targets = {step.target for step in steps_of(kind)} - {CaseState.CLOSED}
        for state in targets | {stages_of(kind)[0]}:
            assert policy.time_for(kind, state), (kind, state)
        assert policy.time_for(kind, CaseState.CLOSED) is None


def test_a_complaint_about_personal_data_is_acknowledged_within_thirty_calendar_days():
    assert policy.time_for(CaseKind.DATA_PROTECTION, CaseState.RECEIVED) == policy.Span(30, working=False)


def test_a_complaint_about_personal_data_never_goes_to_the_awarding_organisation():
    assert "pass_on_case" not in {one.verb for one in steps_of(CaseKind.DATA_PROTECTION)}
    assert "pass_on_case" in {one.verb for one in steps_of(CaseKind.APPEAL)}


def test_the_stages_of_malpractice_are_those_of_its_machine():
    assert stages_of(CaseKind.MALPRACTICE) == tuple(MalpracticeState)


def test_a_learner_appeals_until_the_last_day_and_not_after():
    released_on = dt.date(2026, 11, 2)
    last = policy.appeal_until(released_on)

    assert policy.appeal_problem(released_on=released_on, today=last) == ""
    assert "ended on" in policy.appeal_problem(released_on=released_on, today=last + dt.timedelta(days=1))
    assert policy.appeal_problem(released_on=None, today=last) == "There is no result yet to appeal against."


def test_what_somebody_did_is_named_once_and_nobody_is_left_out():
    found = policy.involvement({"marked the work": [1, 1, None], "verified the marking": [2, 1]})

    assert found == {1: ["marked the work", "verified the marking"], 2: ["verified the marking"]}


def test_why_somebody_cannot_be_chosen_is_one_sentence():
    assert policy.chosen_problem("Tom", []) == ""
    said = policy.chosen_problem("Tom", ["marked the work", "is the learner", "signed the work off"])
    assert said == "Tom marked the work, is the learner and signed the work off, so somebody else decides."


def test_a_blocked_claim_says_nothing_of_what_the_case_is_about():
    assert policy.claim_problem("") == ""
    sentence = policy.claim_problem("C-2026-0001").lower()
    assert not any(kind.label.lower() in sentence for kind in CaseKind)


@pytest.mark.slow
def test_a_wrong_time_in_the_settings_stops_with_the_way_to_write_it(tmp_path):
    told = {**os.environ, "APPEAL_TIMES": "received three", "WAYMARK_DATA": str(tmp_path), "SECRET_KEY": "x"}
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=configured.BASE_DIR,
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode != 0
    assert "“received three” is no time for a case. Write a stage with 10w or 30d, such as review 15w." in run.stderr
