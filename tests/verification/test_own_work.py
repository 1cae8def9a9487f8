"""Nobody samples their own work: on no page, by no verb and by no statement of SQL, whoever a row says marked."""

from types import SimpleNamespace

import pytest
from django.db import Error, IntegrityError, connection, transaction

from accounts.permissions import Role
from core import clock
from core.refusals import Refused
from programmes import actions as programmes
from tests import factories
from tests.verification.plans import NOTHING, a_plan, a_verifier_who_marks, rated
from verification import actions, planning
from verification.models import PlanLine, Sample, SamplingPlan


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


# ---- nobody samples their own work, by whatever way


def own_work(cast, cohort):
    """A piece that the verifier marked as a tutor, and a plan in which it has a line."""
    both = a_verifier_who_marks(cast, cohort)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    piece = factories.a_submission(cast=cast, one=one)
    factories.mark(piece, cast=cast, by=both)
    other = factories.a_user(role=Role.IQA, name="Iris Second")
    programmes.allocate_verifier(cohort, verifier=other, role=Role.IQA, from_on=clock.today(), by=cast.administrator)
    planning.set_strategy(cohort.version, from_on=clock.today(), every=[], by=other, **NOTHING)
    for tutor in (cast.tutor, both):
        rated(tutor, cohort, by=cast.administrator)
    plan = planning.draw_plan(cohort, seed=7, by=other)
    line = plan.lines.get(enrolment=one, assignment__kind="essay")
    piece.refresh_from_db()
    return SimpleNamespace(both=both, other=other, piece=piece, plan=plan, line=line)


def test_nobody_samples_their_own_work_on_any_page_or_by_any_verb(cast, cohort):
    there = own_work(cast, cohort)
    client = factories.signed_in(there.both)
    tried = [
        lambda: actions.select(there.piece, reason="By hand", by=there.both),
        lambda: planning.begin_picked(there.line, by=there.both),
        lambda: planning.add_by_hand(there.line, reason="Mine", by=there.both),
        lambda: rated(there.both, cohort, by=there.both),
    ]
    for attempt in tried:
        with pytest.raises(Refused, match=r"You marked this|You had a part|Nobody rates their own"):
            attempt()
    posted = [
        (f"/verification/plan-lines/{there.line.pk}/begin/", {}),
        (f"/verification/plan-lines/{there.line.pk}/add/", {"reason": "Mine"}),
        (f"/verification/learners/{there.piece.enrolment_id}/begin/", {}),
    ]
    assert [client.post(url, data).status_code for url, data in posted] == [409, 409, 409]
    assert not Sample.objects.exists()
    assert SamplingPlan.objects.count() == 1


def refused(sql, values):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


INSERT = """insert into verification_sample (submission_id, round, state, reason, marked_by_id, selected_at, selected_by_id, comment,
    action, answer, verified_by_id, decided_at) values (%s, 1, %s, 'x', %s, %s, %s, '', '', '', %s, %s)"""


def test_nobody_samples_their_own_work_in_raw_sql_whoever_the_row_says_marked(cast, cohort):
    there = own_work(cast, cohort)
    now, piece, both, other = clock.now(), there.piece.pk, there.both.pk, there.other.pk

    # The truth about the marker, and the marker as verifier; then a lie about the marker.
    refused(INSERT, [piece, "agreed", both, now, other, both, now])
    refused(INSERT, [piece, "selected", both, now, both, None, None])
    refused(INSERT, [piece, "agreed", cast.tutor.pk, now, other, both, now])
    refused(INSERT, [piece, "selected", cast.tutor.pk, now, both, None, None])

    sample = actions.select(there.piece, reason="By another", by=there.other)
    agreed = "update verification_sample set state = 'agreed', decided_at = %s, verified_by_id = %s where id = %s"
    refused(agreed, [now, both, sample.pk])
    refused("update verification_sample set marked_by_id = %s where id = %s", [cast.tutor.pk, sample.pk])
    refused("update verification_sample set selected_by_id = %s where id = %s", [both, sample.pk])


def test_nobody_picks_their_own_work_in_raw_sql(cast, cohort):
    there = own_work(cast, cohort)
    columns = "enrolment_id, unit_id, assignment_id, picked, early, needed, rule, reason, promise, promised_in"
    with transaction.atomic(), connection.cursor() as cursor:
        plan = SamplingPlan.objects.create(
            cohort=cohort, generation=99, seed=1, strategy=there.plan.strategy, facts={}, made_at=clock.now(),
            followed_at=clock.now(), superseded_at=clock.now(),
        )  # fmt: skip
    copied = f"""insert into verification_planline ({columns}, plan_id, tutor_id, added_by_id)
        select enrolment_id, unit_id, assignment_id, true, false, true, 'by_hand', 'x', 'x', 99, %s, %s, %s
        from verification_planline where id = %s"""

    refused(copied, [plan.pk, there.both.pk, there.both.pk, there.line.pk])
    refused(copied, [plan.pk, cast.tutor.pk, there.both.pk, there.line.pk])
    with connection.cursor() as cursor:
        cursor.execute(copied, [plan.pk, there.both.pk, there.other.pk, there.line.pk])


def test_a_second_marker_verifies_neither_in_raw_sql(cast, cohort):
    """Of the two markings of a piece nobody who had a part in either may verify it."""
    there = own_work(cast, cohort)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into assignments_secondmarking (submission_id, round, state, reason, requested_at, marker_id, summary,"
            " agreement, passed_on_reason) values (%s, 1, 'asked', 'x', %s, %s, '', '', '')",
            [there.piece.pk, clock.now(), there.other.pk],
        )

    refused(INSERT, [there.piece.pk, "selected", there.both.pk, clock.now(), there.other.pk, None, None])


def test_a_plan_that_was_drawn_does_not_change(cast, cohort):
    there = own_work(cast, cohort)

    refused("update verification_planline set picked = true, needed = true where id = %s", [there.line.pk])
    refused("delete from verification_planline where id = %s", [there.line.pk])
    refused("update verification_samplingplan set seed = 1 where id = %s", [there.plan.pk])


@pytest.mark.sqlite
def test_the_checks_of_one_row_hold_on_every_database(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    plan = a_plan(cast, cohort)
    line = plan.lines.filter(enrolment=one).first()
    facts = {
        "plan": plan, "enrolment": factories.an_enrolment(cast=cast, cohort=cohort), "unit": line.unit,
        "assignment": line.assignment, "tutor": cast.tutor, "picked": True, "needed": True, "reason": "x", "rule": "by_hand",
    }  # fmt: skip
    for wrong in (
        {"added_by": cast.tutor},
        {"added_by": None},
        {"added_by": cast.iqa, "reason": ""},
        {"needed": False},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanLine.objects.create(**{**facts, **wrong})
