"""Reminders: at their stages, once each, as long as the work is not in; the rule on days, and the sweep on rows."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments import actions as assignments
from assignments import reminders
from assignments.deadlines import effective
from assignments.reminders import MADE_UP_FOR, STAGES, distance, stage_on
from core import clock
from core.models import Notice
from enrolment import actions as enrolment
from tests import factories
from tests.factories import a_cohort, a_registration, a_submission, an_enrolment, essay_of, portfolio_of

DUE = dt.date(2024, 6, 14)


# ---- the rule, without a database


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_holds_on_its_day(stage):
    assert stage_on(DUE, DUE - dt.timedelta(days=stage)) == stage


@pytest.mark.parametrize(
    ("left", "stage"),
    [(29, None), (27, 28), (22, 28), (21, None), (15, None), (13, 14), (6, 7), (2, 7), (0, 1), (-2, -1), (-6, -1),
     (-8, -7), (-13, -7), (-14, None), (-300, None)],
)  # fmt: skip
def test_after_a_day_without_a_sweep_the_last_missed_stage_is_made_up_for(left, stage):
    assert stage_on(DUE, DUE - dt.timedelta(days=left)) == stage


def test_a_stage_before_the_date_was_set_is_not_made_up_for():
    assert stage_on(DUE, DUE - dt.timedelta(days=6), since=DUE - dt.timedelta(days=6)) is None
    assert stage_on(DUE, DUE - dt.timedelta(days=6), since=DUE - dt.timedelta(days=7)) == 7


@given(st.sets(st.integers(-40, 60)))
def test_whatever_days_the_sweep_runs_no_stage_comes_twice_nor_after_a_later_one(days):
    seen = []
    for left in sorted(days, reverse=True):
        stage = stage_on(DUE, DUE - dt.timedelta(days=left))
        if stage is not None and stage not in seen:
            seen.append(stage)

    assert seen == sorted(seen, reverse=True)
    assert set(seen) <= set(STAGES)


@given(st.integers(-60, 80))
def test_a_stage_holds_from_its_day_for_as_long_as_it_is_made_up_for(left):
    stage = stage_on(DUE, DUE - dt.timedelta(days=left))

    if stage is not None:
        assert 0 <= stage - left <= MADE_UP_FOR
        assert not any(left <= other < stage for other in STAGES)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2026, 1, 1)))
def test_every_date_with_a_stage_is_looked_at(on):
    days = set(reminders.days_with_a_stage(on))

    for left in range(-60, 80):
        due_on = on + dt.timedelta(days=left)
        assert (due_on in days) == (stage_on(due_on, on) is not None)


@pytest.mark.parametrize(
    ("left", "said"), [(0, "today"), (1, "tomorrow"), (7, "in 7 days"), (-1, "1 day ago"), (-7, "7 days ago")]
)
def test_how_far_away_a_date_is(left, said):
    assert distance(DUE, DUE - dt.timedelta(days=left)) == said


# ---- the sweep


def sweep(*words):
    out = io.StringIO()
    call_command("send_reminders", "--json", *words, stdout=out)
    return json.loads(out.getvalue())


def day(left):
    """The day on which `left` days are left to the cohort's date, as the command wants it."""
    return (clock.today() + dt.timedelta(days=60 - left)).isoformat()


def on(left):
    return f"--on={day(left)}"


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast, name="Priya Raman")


@pytest.mark.sqlite
def test_the_sweep_says_whom_it_reminded_of_what(one):
    found = sweep(on(7))

    due_on = (clock.today() + dt.timedelta(days=60)).isoformat()
    rows = [
        {"learner": "Priya Raman", "cohort": one.cohort.code, "assignment": title, "due_on": due_on, "stage": 7}
        for title in ("Essay", "Portfolio")
    ]
    assert found == {"on": day(7), "due": 2, "queued": 2, "reminders": rows}


def test_a_reminder_is_read_in_plain_words(one, settings):
    sweep(on(7))

    notice = Notice.objects.get(key__contains=f":{essay_of(one.cohort).pk}:")
    said = "{0:%a} {0.day} {0:%B} {0:%Y}".format(clock.today() + dt.timedelta(days=60))
    assert notice.subject == f"Your essay is due in 7 days, on {said}"
    assert (notice.recipient, notice.address) == (one.learner, one.learner.email)
    assert notice.body.startswith("Dear Priya,\n")
    assert f"Where the date comes from: {said}, the date for your whole cohort." in notice.body
    assert f"{settings.SITE_URL}/my/assignments/" in notice.body
    assert "{" not in notice.body


def test_after_the_date_the_words_are_others(one):
    sweep(on(-1))

    notice = Notice.objects.get(key__contains=f":{essay_of(one.cohort).pk}:")
    assert notice.subject.startswith("Your essay was due 1 day ago")
    assert "Late work is taken and marked all the same." in notice.body


@pytest.mark.parametrize("left", STAGES)
def test_however_often_it_runs_each_is_queued_once(one, left):
    assert sweep(on(left))["queued"] == 2
    for _ in range(3):
        assert sweep(on(left)) == {"on": day(left), "due": 0, "queued": 0, "reminders": []}
    assert Notice.objects.filter(key__startswith="reminder:").count() == 2


def test_two_sweeps_at_once_queue_one_mail(one):
    due = reminders.due(clock.today() + dt.timedelta(days=53))
    now = clock.now()

    assert reminders.queue(due, on=clock.today(), now=now) == 2
    assert reminders.queue(due, on=clock.today(), now=now + dt.timedelta(seconds=1)) == 0
    assert Notice.objects.filter(key__startswith="reminder:").count() == 2


@pytest.mark.sqlite
def test_of_two_sweeps_the_later_one_queues_what_the_first_left(cast, one):
    due = reminders.due(clock.today() + dt.timedelta(days=53))

    assert reminders.queue(due[:1], on=clock.today(), now=clock.now()) == 1
    assert reminders.queue(due, on=clock.today(), now=clock.now()) == 1
    assert Notice.objects.filter(key__startswith="reminder:").count() == 2


def test_a_dry_run_queues_nothing(one):
    found = sweep(on(14), "--dry-run")

    assert (found["due"], found["queued"], len(found["reminders"])) == (2, 0, 2)
    assert not Notice.objects.filter(key__startswith="reminder:").exists()
    assert sweep(on(14))["queued"] == 2


def test_between_the_stages_nothing_is_due_when_the_last_one_was_sent(one):
    sweep(on(28))

    for left in (27, 26, 20, 15):
        assert sweep(on(left))["due"] == 0


def test_a_day_without_a_sweep_is_made_up_for_by_the_last_stage_only(one):
    found = sweep(on(6))

    assert {row["stage"] for row in found["reminders"]} == {7}
    assert found["queued"] == 2


@pytest.mark.parametrize("state", ["submitted", "passed"])
def test_there_is_no_reminder_once_the_work_is_in(cast, one, state):
    a_submission(cast=cast, one=one, state=state)

    assert [row["assignment"] for row in sweep(on(7))["reminders"]] == ["Portfolio"]


def test_a_draft_does_not_stop_the_reminder(cast, one):
    a_submission(cast=cast, one=one, state="draft")

    assert sweep(on(7))["due"] == 2


@pytest.mark.parametrize("state", ["invited", "applied", "declined", "withdrawn"])
def test_nobody_is_reminded_before_or_after_the_programme(cast, state):
    an_enrolment(cast=cast, state=state)

    assert sweep(on(7))["due"] == 0


def test_a_withdrawal_stops_the_reminders(cast, one):
    sweep(on(14))
    enrolment.withdraw(one, withdrawal_reason="Moved away.", by=cast.administrator)

    assert sweep(on(7))["due"] == 0


def test_a_closed_account_gets_no_mail(one):
    type(one.learner).objects.filter(pk=one.learner_id).update(is_active=False)

    assert sweep(on(7))["due"] == 0


def test_the_learners_own_date_counts_and_the_cohorts_no_more(cast, one):
    a_registration(one, cast=cast)
    own = clock.today() + dt.timedelta(days=90)
    enrolment.set_deadline(one, assignment=essay_of(one.cohort), due_on=own, reason="Ill", by=cast.tutor)

    assert [row["assignment"] for row in sweep(on(7))["reminders"]] == ["Portfolio"]
    found = sweep(f"--on={own - dt.timedelta(days=14)}")
    assert [(row["assignment"], row["due_on"], row["stage"]) for row in found["reminders"]] == [
        ("Essay", own.isoformat(), 14)
    ]


@pytest.mark.sqlite
def test_after_a_referral_the_date_given_with_it_counts(cast, one):
    a_submission(cast=cast, one=one, state="referred")
    again = clock.today() + dt.timedelta(days=28)

    found = sweep(f"--on={again - dt.timedelta(days=7)}")

    assert [(row["assignment"], row["stage"]) for row in found["reminders"]] == [("Essay", 7)]
    assert Notice.objects.get(key=f"reminder:{one.pk}:{essay_of(one.cohort).pk}:{again}:7")


@pytest.mark.sqlite
def test_a_date_kept_inside_the_registration_is_the_one_reminded_of(cast, one):
    registration = a_registration(one, cast=cast)
    ends = clock.today() + dt.timedelta(days=40)
    type(registration).objects.update(expires_on=ends)

    found = sweep(f"--on={ends - dt.timedelta(days=1)}")

    assert {(row["due_on"], row["stage"]) for row in found["reminders"]} == {(ends.isoformat(), 1)}
    assert found["due"] == 2


def test_a_moved_date_is_reminded_of_anew(cast, one):
    sweep(on(7))
    new = clock.today() + dt.timedelta(days=100)
    factories.programmes.set_cohort_deadline(
        one.cohort, assignment=portfolio_of(one.cohort), due_on=new, by=cast.contract_manager
    )

    assert [row["assignment"] for row in sweep(f"--on={new - dt.timedelta(days=7)}")["reminders"]] == ["Portfolio"]


@pytest.mark.sqlite
def test_an_adjusted_date_is_the_one_reminded_of_and_once(cast, one):
    enrolment.record_adjustment(
        one, extra_working_days=15, arrangement="More time", agreed_on=clock.today(), by=cast.administrator
    )
    due_on = effective(one, essay_of(one.cohort)).due_on

    assert sweep(on(14))["due"] == 0
    found = sweep(f"--on={due_on - dt.timedelta(days=7)}")
    assert {(row["due_on"], row["stage"]) for row in found["reminders"]} == {(due_on.isoformat(), 7)}
    assert found["queued"] == 2
    assert sweep(f"--on={due_on - dt.timedelta(days=7)}")["due"] == 0


def test_an_extended_date_is_the_one_reminded_of(cast, one):
    a_registration(one, cast=cast)
    wanted = clock.today() + dt.timedelta(days=74)
    request = assignments.request_extension(
        one, assignment=essay_of(one.cohort), wanted_on=wanted, reason="Ill", by=one.learner
    )
    assert len(sweep(on(28))["reminders"]) == 2

    assignments.grant_extension(request, granted_on=wanted, by=cast.tutor)

    assert [row["assignment"] for row in sweep(on(7))["reminders"]] == ["Portfolio"]
    found = sweep(f"--on={wanted - dt.timedelta(days=14)}")
    assert ("Essay", 14) in [(row["assignment"], row["stage"]) for row in found["reminders"]]
    assert "extended from" in Notice.objects.get(key=f"reminder:{one.pk}:{essay_of(one.cohort).pk}:{wanted}:14").body


def test_during_a_break_no_reminder_goes_out_and_after_it_they_follow_the_moved_date(cast, one):
    pause = {"from_on": clock.today() + dt.timedelta(days=40), "back_on": clock.today() + dt.timedelta(days=60)}
    enrolment.record_break(one, **pause, reason="Parental leave", by=cast.administrator)
    due_on = clock.today() + dt.timedelta(days=80)

    assert effective(one, essay_of(one.cohort)).due_on == due_on
    for left in (20, 14, 7, 1):
        assert sweep(on(left))["due"] == 0
    assert {row["stage"] for row in sweep(f"--on={due_on - dt.timedelta(days=14)}")["reminders"]} == {14}


@pytest.mark.parametrize("learners", [1, 4])
def test_moved_dates_take_one_query_more_whatever_their_number(cast, learners, django_assert_num_queries):
    cohort = a_cohort(cast=cast)
    for _ in range(learners):
        one = an_enrolment(cast=cast, cohort=cohort)
        enrolment.record_adjustment(
            one, extra_working_days=5, arrangement="More time", agreed_on=clock.today(), by=cast.administrator
        )
    due_on = effective(one, essay_of(cohort)).due_on

    with django_assert_num_queries(4):
        due = reminders.due(due_on - dt.timedelta(days=7))
    assert len(due) == 2 * learners


def test_without_a_date_nobody_is_reminded(one):
    one.cohort.deadlines.all().delete()

    assert sweep(on(7))["due"] == 0


@pytest.mark.parametrize("learners", [1, 4])
def test_the_sweep_takes_three_queries_to_find_and_one_insert_to_queue(cast, learners, django_assert_num_queries):
    cohort = a_cohort(cast=cast)
    for _ in range(learners):
        an_enrolment(cast=cast, cohort=cohort)
    today = clock.today() + dt.timedelta(days=53)

    with django_assert_num_queries(3):
        due = reminders.due(today)
    assert len(due) == 2 * learners
    with django_assert_num_queries(5):  # of which four are savepoints
        reminders.queue(due, on=today, now=clock.now())


def test_the_mail_is_rung_for_a_hundred_at_a_time(cast, one, django_capture_on_commit_callbacks, mailoutbox):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        sweep(on(7))

    assert len(callbacks) == 1
    assert len([mail for mail in mailoutbox if "is due in 7 days" in mail.subject]) == 2


def test_without_json_it_says_one_line(one):
    out = io.StringIO()
    call_command("send_reminders", on(7), stdout=out)

    assert out.getvalue() == f"{day(7)}: 2 reminders due, 2 queued\n"


def test_a_day_that_is_none_is_refused():
    with pytest.raises(CommandError, match=r"soon is no day. Write it as 2024-06-14."):
        call_command("send_reminders", "--on=soon")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(-16, 34), min_size=1, max_size=8), handed_in=st.none() | st.integers(-10, 30))
def test_on_whatever_days_it_runs_no_mail_goes_twice_and_none_after_the_hand_in(cast, one, days, handed_in):
    due_on = clock.today() + dt.timedelta(days=60)
    with transaction.atomic():
        for left in sorted(days, reverse=True):
            if handed_in is not None and left <= handed_in and not one.submissions.filter(state="submitted").exists():
                a_submission(cast=cast, one=one)
            sweep(on(left))
        stages = [
            int(key.rpartition(":")[2])
            for key in Notice.objects.filter(
                key__startswith=f"reminder:{one.pk}:{essay_of(one.cohort).pk}:{due_on}"
            ).values_list("key", flat=True)
        ]
        assert len(stages) == len(set(stages))
        if handed_in is not None:
            ran_before = [left for left in days if left > handed_in]
            assert set(stages) <= {stage_on(due_on, due_on - dt.timedelta(days=left)) for left in ran_before}
        transaction.set_rollback(True)
