"""The kept queue says what its rule says, whatever has happened; and the rule says what waits, for what reason, since when."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import RoleGrant, User
from accounts.permissions import Role
from assignments.models import Submission
from core import clock
from core.lifecycle import record
from core.refusals import Stale
from enrolment import actions as enrolment
from programmes import actions as programmes
from tests import factories, worlds
from tests.verification.plans import a_plan, rated
from verification import actions, beginning, planning, queueing, staffing
from verification.models import PlanLine, Sample, SamplingPlan, Waiting

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=7)


def is_in_line():
    """Whether a look at everything finds nothing to put right."""
    kept = list(Waiting.objects.order_by("pk").values())
    differed = queueing.bring_all()
    return differed == 0 and list(Waiting.objects.order_by("pk").values()) == kept


def stands(submission):
    """Where a piece stands in the queue: stage, why and the round."""
    return Waiting.objects.filter(submission=submission).values_list("stage", "why", "round").first()


def a_cohort(cast, rule="at_once"):
    cohort = factories.a_cohort(cast=cast)
    return _ruled(cast, cohort, rule) if rule != "at_once" else cohort


def _ruled(cast, cohort, rule):
    facts = {"second_marks": "on_request", "anonymous_marking": False, "times": {}}
    return programmes.set_marking_rules(cohort, release_rule=rule, **facts, by=cast.contract_manager)


def marked(cast, one, kind="essay", unmet=0):
    submission = factories.a_submission(cast=cast, one=one, kind=kind)
    factories.mark(submission, cast=cast, unmet=unmet)
    return Submission.objects.get(pk=submission.pk)


def sent_back(cast, sample):
    due = clock.today() + SOON
    return actions.send_back(sample, **factories.rejected(sample), action="Look again.", action_due_on=due, by=cast.iqa)


# ---- what holds the table and the rule together


@pytest.mark.slow
def test_the_world_of_the_tests_is_in_line(cast):
    worlds.a_world(cast)

    assert Waiting.objects.exists()
    assert is_in_line()


@pytest.mark.sqlite
def test_a_row_that_was_lost_or_spoilt_is_put_right_and_counted(cast, capsys):
    one = factories.an_enrolment(cast=cast)
    for kind in ("essay", "portfolio"):
        marked(cast, one, kind)
    first, second = Waiting.objects.order_by("pk")
    first.delete()
    Waiting.objects.filter(pk=second.pk).update(why="early")

    call_command("follow_queue")
    call_command("follow_queue")

    assert capsys.readouterr().out.split("\n")[:2] == [
        "2 rows differed from the rule",
        "no rows differed from the rule",
    ]
    assert set(Waiting.objects.values_list("stage", "why")) == {("to_begin", "claim")}


@pytest.mark.sqlite
@pytest.mark.parametrize("rule", ["at_once", "after_iqa"])
def test_after_each_of_many_verbs_the_table_is_what_the_rule_says(cast, rule):
    """Everything that moves a piece into the queue, through it and out of it, one verb after another."""
    cohort = a_cohort(cast, rule)
    ada, ben, cyd = (factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(3))
    for one in (ada, ben, cyd):
        factories.a_registration(one, cast=cast)
    held = {}

    def keep(name, made):
        held[name] = made
        return made

    def newest(name):
        return Sample.objects.get(pk=held[name].pk)

    criterion = factories.essay_of(cohort).units.values_list("outcomes__criteria", flat=True).first()
    resubmit = {"resubmit_by": clock.today() + 20 * dt.timedelta(days=1)}
    steps = [
        lambda: keep("essay", marked(cast, ada)),
        lambda: keep("folder", marked(cast, ada, "portfolio")),
        lambda: keep("first", actions.select(held["essay"], reason="A look", by=cast.iqa)),
        lambda: sent_back(cast, newest("first")),
        lambda: actions.answer(newest("first"), answer="It stands.", by=cast.tutor),
        lambda: actions.agree(factories.following(held["first"]), by=cast.iqa),
        lambda: keep("third", actions.select(Submission.objects.get(pk=held["folder"].pk), reason="3", by=cast.iqa)),
        lambda: actions.agree(newest("third"), by=cast.iqa),
        lambda: keep("claim", actions.claim(ada, by=cast.administrator)),
        lambda: actions.record_rejection(held["claim"], rejection_reason="Name differs.", by=cast.administrator),
        lambda: keep("claim", actions.claim(ada, by=cast.administrator)),
        lambda: keep("referred", marked(cast, ben, unmet=1)),
        lambda: keep("passed", marked(cast, cyd)),
        lambda: planning.set_strategy(cohort.version, from_on=clock.today(), every=["unit"], by=cast.iqa, low_interim=50),
        lambda: rated(cast.tutor, cohort, by=cast.iqa),
        lambda: planning.draw_plan(cohort, seed=7, by=cast.iqa),
        lambda: planning.add_by_hand(
            PlanLine.objects.filter(plan__superseded_at=None, picked=False, enrolment__in=[ben.pk, cyd.pk]).first(),
            reason="A complaint", by=cast.iqa,
        ),
        lambda: rated(cast.tutor, cohort, by=cast.iqa, signed_off=False),
        lambda: marked(cast, cyd, "portfolio"),
        lambda: keep("fourth", beginning.begin_waiting(cyd, by=cast.iqa)[0]),
        lambda: sent_back(cast, newest("fourth")),
        lambda: actions.overturn(
            newest("fourth"), answer="You are right.", actions={criterion: ("One side.", "Add the other.")},
            summary="A second look.", **resubmit, by=cast.tutor,
        ),
        lambda: rated(cast.tutor, cohort, by=cast.iqa, signed_off=True),
        lambda: planning.follow(),
        lambda: call_command("release_results", verbosity=0),
        lambda: _ruled(cast, cohort, "after_iqa" if rule == "at_once" else "at_once"),
        lambda: call_command("release_results", verbosity=0),
        lambda: enrolment.withdraw(ben, withdrawal_reason="Changed post.", by=cast.administrator),
        lambda: actions.record_certificate(
            held["claim"], certificate_number="C-9", certificated_on=clock.today(), by=cast.administrator
        ),
    ]  # fmt: skip
    seen = set()
    for number, step in enumerate(steps, start=1):
        step()
        assert is_in_line(), f"step {number}"
        seen |= set(Waiting.objects.values_list("stage", flat=True))

    assert seen == {"to_begin", "being_verified", "with_tutor"}


def test_what_cannot_change_the_queue_costs_no_statement(cast):
    submission = factories.a_submission(cast=cast)
    with CaptureQueriesContext(connection) as captured:
        record(submission, "take", by=cast.tutor)
        record(submission.enrolment, "supervise", by=cast.tutor)
        record(cast.tutor, "invite_again", by=cast.administrator)

    assert len(captured) == 3


# ---- the rule


def test_before_the_claim_a_piece_waits_since_the_last_pass(cast):
    one = factories.an_enrolment(cast=cast)
    first = marked(cast, one)
    assert stands(first) is None

    second = marked(cast, one, "portfolio")

    assert stands(first) == stands(second) == ("to_begin", "claim", 0)
    assert set(Waiting.objects.values_list("began_at", flat=True)) == {second.marked_at}


@pytest.mark.parametrize("unmet", [0, 1])
def test_a_result_that_is_told_after_verification_waits_as_soon_as_it_is_signed(cast, unmet):
    one = factories.an_enrolment(cast=cast, cohort=a_cohort(cast, "after_iqa"))

    submission = marked(cast, one, unmet=unmet)

    assert stands(submission) == ("to_begin", "release", 0)


def test_signed_anew_after_the_verifier_began_it_waits_for_the_next_round_only_when_the_first_is_over(cast):
    one = factories.an_enrolment(cast=cast, cohort=a_cohort(cast, "after_iqa"))
    submission = marked(cast, one)
    sample = actions.select(submission, reason="x", by=cast.iqa)
    sent_back(cast, sample)
    assert stands(submission) == ("with_tutor", "release", 1)
    assert Waiting.objects.get().action_due_on == clock.today() + SOON

    actions.answer(Sample.objects.get(), answer="It stands.", by=cast.tutor)

    assert stands(submission) == ("being_verified", "answered", 2)


def test_an_answer_waits_for_any_verifier_where_the_one_who_asked_does_not_verify_there_any_more(cast):
    one = factories.an_enrolment(cast=cast, cohort=a_cohort(cast, "after_iqa"))
    submission = marked(cast, one)
    sent_back(cast, actions.select(submission, reason="x", by=cast.iqa))
    allocation = one.cohort.allocations.get(verifier=cast.iqa)
    type(allocation).objects.filter(pk=allocation.pk).update(to_on=clock.today() - dt.timedelta(days=1))

    actions.answer(Sample.objects.get(), answer="It stands.", by=cast.tutor)

    assert stands(submission) == ("to_begin", "answered", 1)


def test_an_early_pick_waits_as_soon_as_it_is_signed_and_not_again_for_the_next_attempt(cast):
    cohort = a_cohort(cast)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    plan = a_plan(cast, cohort, low_interim=100)
    assert plan.lines.filter(early=True).exists()

    essay = marked(cast, one)
    assert stands(essay) == ("to_begin", "early", 0)
    assert Waiting.objects.get().began_at == essay.marked_at

    actions.agree(beginning.begin_piece(essay, by=cast.iqa), by=cast.iqa)
    assert stands(essay) is None
    assert (
        Sample.objects.get().reason == plan.lines.filter(assignment=essay.assignment, early=True).first().reason[:250]
    )


def test_a_plan_drawn_after_the_signature_lets_a_pick_wait_from_then_on(cast):
    cohort = a_cohort(cast)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    essay = marked(cast, one)

    with clock.at(clock.now() + dt.timedelta(hours=3)):
        plan = a_plan(cast, cohort, low_interim=100)

    assert stands(essay) == ("to_begin", "early", 0)
    assert Waiting.objects.get().began_at == plan.made_at


def test_a_referral_in_the_sample_and_what_was_added_by_hand_do_not_wait_for_the_rest(cast):
    cohort = a_cohort(cast)
    ada, ben = (factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2))
    submission = marked(cast, ada, unmet=1)
    other = marked(cast, ben)
    plan = a_plan(cast, cohort, referrals=100)
    # The referral has been told, so there is nothing to verify until the next attempt is signed.
    assert stands(submission) is None
    line = plan.lines.filter(enrolment=ben, assignment=other.assignment).first()
    planning.add_by_hand(line, reason="A complaint", by=cast.iqa)
    assert stands(other) == ("to_begin", "by_hand", 0)

    again = ada.submissions.get(attempt=2)
    factories.attach(again)
    factories.hand_in(again)
    factories.mark(again, cast=cast)

    assert stands(again) == ("to_begin", "referral", 0)


def test_what_the_plan_passes_by_is_told_within_minutes_after_the_plan_was_held_against_it(cast):
    """Where results wait for verification, nobody waits for a look that nobody has promised."""
    cohort = a_cohort(cast, "after_iqa")
    ada, ben = (factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2))
    a_plan(cast, cohort, referrals=100)
    passed, referred = marked(cast, ada), marked(cast, ben, unmet=1)
    assert actions.release_due() == 0
    assert stands(passed) is None

    call_command("release_results", verbosity=0)

    passed.refresh_from_db()
    referred.refresh_from_db()
    # The plan was drawn anew first: a referral counts among what was referred, and is looked at before it is told.
    assert (passed.state, referred.state) == ("passed", "signed")
    assert stands(referred) == ("to_begin", "release", 0)
    assert SamplingPlan.objects.current().get().generation == 2


def test_of_a_new_tutor_every_result_waits_though_the_plan_did_not_pick_it(cast):
    cohort = a_cohort(cast, "after_iqa")
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort)
    rated(cast.tutor, cohort, by=cast.iqa, signed_off=False)

    submission = marked(cast, one)
    call_command("release_results", verbosity=0)

    assert Submission.objects.get(pk=submission.pk).state == "signed"
    assert stands(submission) == ("to_begin", "release", 0)


# ---- for whom


def test_nobody_is_offered_their_own_marking_or_a_learner_they_have_an_interest_in(cast):
    one = factories.an_enrolment(cast=cast)
    for kind in ("essay", "portfolio"):
        marked(cast, one, kind)
    RoleGrant.objects.create(user=cast.tutor, role=Role.IQA, granted_at=clock.now())
    both, today = User.objects.get(pk=cast.tutor.pk), clock.today()
    programmes.allocate_verifier(one.cohort, verifier=both, role=Role.IQA, from_on=today, by=cast.administrator)
    of_both, of_iqa = (Waiting.objects.visible_to(person) for person in (both, cast.iqa))
    assert (of_both.count(), of_both.open_to(both.pk, today).count()) == (2, 0)
    assert [len(part) for part in of_both.barred_for(both.pk, today)] == [2, 0, 0, 0]
    assert of_iqa.open_to(cast.iqa.pk, today).count() == 2
    with pytest.raises(Stale, match="You marked this work"):
        beginning.begin_waiting(one, by=both)

    declared = {"nature": "A cousin", "from_on": today, "by": cast.iqa}
    staffing.declare_interest(cast.iqa, learner=one.learner, client=None, **declared)

    assert of_iqa.open_to(cast.iqa.pk, today).count() == 0
    assert [len(part) for part in of_iqa.barred_for(cast.iqa.pk, today)] == [0, 0, 2, 0]
    assert set(of_iqa.with_bars(cast.iqa.pk, today).values_list("is_own", "is_near")) == {(False, True)}
    with pytest.raises(Stale, match="declared an interest"):
        beginning.begin_waiting(one, by=cast.iqa)


def test_a_piece_that_does_not_wait_is_not_begun_from_the_queue(cast):
    submission = marked(cast, factories.an_enrolment(cast=cast))

    with pytest.raises(Stale, match="does not wait for a verifier"):
        beginning.begin_piece(submission, by=cast.iqa)
