"""Strategies, ratings and plans in the database: what a plan changes for a claim, how it follows the cohort, and who may not."""

import datetime as dt
import json
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import RoleGrant
from accounts.permissions import Role
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from reporting import facts as journey_facts
from reporting.journey import rows as journey_rows
from tests import factories, worlds
from verification import actions, planning
from verification.models import PlanLine, Sample, SamplingPlan, SamplingStrategy
from verification.models.sampled import cohort_facts
from verification.models.standing import passed_pieces, standing, verified

NOTHING = {"low_interim": 0, "low_summative": 0, "new_interim": 0, "referrals": 0}


def rated(tutor, cohort, *, by, risk="low", signed_off=True):
    return planning.rate_tutor(
        tutor,
        qualification=cohort.version.qualification,
        risk=risk,
        signed_off=signed_off,
        reason="Two cohorts without a word from the verifier.",
        review_on=clock.today() + dt.timedelta(days=90),
        by=by,
    )


def a_plan(cast, cohort, *, every=(), signed_off=True, **percents):
    """A plan by a strategy that promises only what is given; the tutor is signed off."""
    planning.set_strategy(
        cohort.version, from_on=clock.today(), every=list(every), by=cast.iqa, **{**NOTHING, **percents}
    )
    rated(cast.tutor, cohort, by=cast.iqa, signed_off=signed_off)
    return planning.draw_plan(cohort, seed=7, by=cast.iqa)


def all_passed(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    for kind in ("essay", "portfolio"):
        factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
    return one


def picks(plan):
    return set(plan.lines.filter(picked=True).values_list("enrolment", "unit__number"))


def next_plan(cohort):
    return SamplingPlan.objects.current().get(cohort=cohort)


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


# ---- what a plan changes for a claim


@pytest.mark.sqlite
def test_without_a_plan_everything_that_passes_is_verified(cast, cohort):
    one = all_passed(cast, cohort)

    assert set(factories.in_queue(Enrolment.objects.all())) == {one}
    assert standing(one).unverified == ("Essay", "Portfolio")


@pytest.mark.sqlite
def test_what_a_plan_does_not_pick_needs_no_sample_before_the_claim(cast, cohort):
    one = all_passed(cast, cohort)
    a_plan(cast, cohort)

    assert not factories.in_queue(Enrolment.objects.all()).exists()
    assert set(verified(Enrolment.objects.all())) == {one}
    assert standing(one).unverified == ()
    factories.a_registration(one, cast=cast)
    assert actions.claim(one, by=cast.administrator)


@pytest.mark.sqlite
def test_what_a_plan_picks_is_verified_before_the_claim(cast, cohort):
    one = all_passed(cast, cohort)
    a_plan(cast, cohort, low_summative=100)

    assert set(factories.in_queue(Enrolment.objects.all())) == {one}
    assert standing(one).unverified == ("Essay", "Portfolio")


@pytest.mark.sqlite
def test_beginning_with_a_learner_opens_what_is_picked_and_nothing_else(cast, cohort):
    one = all_passed(cast, cohort)
    plan = a_plan(cast, cohort)
    line = plan.lines.get(enrolment=one, unit__number="500")

    planning.add_by_hand(line, reason="A complaint about this feedback", by=cast.iqa)
    begun = actions.begin(one, by=cast.iqa)

    assert [each.submission.assignment.kind for each in begun] == ["essay"]
    assert standing(one).unverified == ("Essay",)


@pytest.mark.sqlite
def test_everything_of_a_new_tutor_is_verified_whatever_the_plan_said(cast, cohort):
    """Signed off when the plan was drawn, and not any more: the claim waits at once, not from the next plan on."""
    one = all_passed(cast, cohort)
    a_plan(cast, cohort)

    rated(cast.tutor, cohort, by=cast.iqa, signed_off=False)

    assert standing(one).unverified == ("Essay", "Portfolio")
    assert set(factories.in_queue(Enrolment.objects.all())) == {one}


def test_a_tutor_without_a_rating_counts_as_new(cast, cohort):
    all_passed(cast, cohort)
    planning.set_strategy(cohort.version, from_on=clock.today(), every=[], by=cast.iqa, **NOTHING)

    plan = planning.draw_plan(cohort, seed=7, by=cast.iqa)

    assert len(picks(plan)) == 3
    assert "is new and not signed off" in plan.lines.first().reason


@pytest.mark.sqlite
def test_a_piece_without_a_line_keeps_the_claim_waiting(cast, cohort):
    """Somebody joined after the plan was drawn: nothing is passed by before the plan has looked at it."""
    all_passed(cast, cohort)
    a_plan(cast, cohort)
    late = all_passed(cast, cohort)

    assert standing(late).unverified == ("Essay", "Portfolio")

    assert planning.follow() == 1
    assert standing(late).unverified == ()


@pytest.mark.sqlite
def test_what_a_verifier_has_sent_back_keeps_the_claim_waiting_though_it_is_not_picked(cast, cohort):
    one = all_passed(cast, cohort)
    a_plan(cast, cohort)
    sample = actions.select(one.submissions.get(assignment__kind="essay"), reason="A look besides", by=cast.iqa)
    actions.send_back(
        sample,
        action="Say why.",
        action_due_on=clock.today() + dt.timedelta(days=7),
        action_kind="correction",
        by=cast.iqa,
    )

    assert standing(one).unverified == ("Essay",)


@pytest.mark.sqlite
def test_the_rule_in_the_list_and_the_rule_for_one_learner_agree(cast, cohort):
    """Lists ask in SQL, the reasons for one learner come from rows: over every kind of line they say the same."""
    people = [all_passed(cast, cohort) for _ in range(3)]
    a_plan(cast, cohort, low_summative=10)
    people.append(all_passed(cast, cohort))
    actions.begin(people[3], by=cast.iqa)

    waiting = set(factories.in_queue(Enrolment.objects.all()))

    assert waiting == {one for one in people if standing(one).unverified}
    assert 0 < len(waiting) < 4
    spared = set(passed_pieces(people).filter(spared=True).values_list("enrolment", "assignment"))
    assert {pk for pk, _ in spared} >= {one.pk for one in people} - {one.pk for one in waiting}


@pytest.mark.sqlite
def test_the_journey_shows_a_piece_that_was_passed_by_as_settled_from_the_day_of_the_plan(cast, cohort):
    one = all_passed(cast, cohort)
    later = clock.now() + dt.timedelta(days=3)
    with clock.at(later):
        a_plan(cast, cohort)

    def iqa(day):
        found = journey_rows(journey_facts.load(cohort, as_of=day))
        return next(row for row in found if row.learner.enrolment == one.pk).cells[-2].state

    assert iqa(clock.today() + dt.timedelta(days=1)) == "in_hand"
    assert iqa(later.date()) == "done"


# ---- strategies and ratings


def test_a_strategy_is_dated_and_the_next_one_leaves_it_as_it_was(cast, cohort):
    first = planning.set_strategy(cohort.version, from_on=clock.today(), every=["tutor"], by=cast.iqa, low_summative=20)
    later = clock.today() + dt.timedelta(days=10)
    second = planning.set_strategy(cohort.version, from_on=later, every=[], by=cast.iqa, low_summative=30)

    assert planning.strategy_for(cohort) == first
    with clock.at(later):
        assert planning.strategy_for(cohort) == second
    assert SamplingStrategy.objects.get(pk=first.pk).low_summative == 20
    assert Event.objects.about(second).get().verb == "set_strategy"


@pytest.mark.parametrize(
    ("days", "percents", "said"),
    [
        (-1, {}, "This day has passed. A strategy holds from today on, or from a later day."),
        (5, {"low_summative": 101}, "101 % is more than everything. Enter a figure from 0 to 100."),
        (1, {}, "is set already. Let this one begin on that day or later."),
    ],
)
def test_a_strategy_that_cannot_hold_is_refused(cast, cohort, days, percents, said):
    planning.set_strategy(cohort.version, from_on=clock.today() + dt.timedelta(days=5), every=[], by=cast.iqa)

    with pytest.raises(Refused, match=said):
        planning.set_strategy(
            cohort.version, from_on=clock.today() + dt.timedelta(days=days), every=[], by=cast.iqa, **percents
        )


def test_nobody_rates_their_own_marking(cast, cohort):
    both = holding(cast.tutor, Role.IQA)

    with pytest.raises(Refused, match="Nobody rates their own marking"):
        rated(both, cohort, by=both)
    with pytest.raises(NotAllowed):
        rated(cast.tutor, cohort, by=cast.eqa)


@pytest.mark.sqlite
def test_the_database_lets_nobody_rate_themselves(cast, cohort):
    row = rated(cast.tutor, cohort, by=cast.iqa)

    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(rated_by=cast.tutor)


def test_a_new_rating_takes_the_place_of_the_one_before(cast, cohort):
    first, second = rated(cast.tutor, cohort, by=cast.iqa), rated(cast.tutor, cohort, by=cast.iqa, risk="high")

    first.refresh_from_db()
    assert first.superseded_at == second.rated_at
    assert second.standing == "high"


# ---- drawing and following


def test_a_plan_says_of_every_piece_why(cast, cohort):
    for _ in range(4):
        factories.an_enrolment(cast=cast, cohort=cohort)
    plan = a_plan(cast, cohort, low_summative=20, every=("tutor", "unit", "method"))

    assert plan.lines.count() == 12
    assert not plan.lines.filter(reason="").exists()
    assert len({unit for _, unit in picks(plan)}) == 3
    event = Event.objects.about(plan).get()
    assert (event.verb, event.detail["seed"], event.detail["lines"]) == ("draw", 7, 12)
    assert planning.is_drawn_again_the_same(plan, list(plan.lines.select_related("unit", "assignment")))


def test_nobody_chooses_the_seed_and_it_stays(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    planning.set_strategy(cohort.version, from_on=clock.today(), every=[], by=cast.iqa)
    first = planning.draw_plan(cohort, by=cast.iqa)
    factories.an_enrolment(cast=cast, cohort=cohort)

    second = planning.draw_plan(cohort, seed=first.seed + 1, by=cast.iqa)

    assert 0 <= first.seed < planning.SEEDS
    assert second.seed == first.seed
    first.refresh_from_db()
    assert first.superseded_at == second.made_at


def test_a_learner_who_leaves_while_picked_is_replaced_and_the_promise_stays_in_sight(cast, cohort):
    people = [factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(4)]
    first = a_plan(cast, cohort, low_summative=5)
    gone_pk, _ = picks(first).pop()
    gone = next(one for one in people if one.pk == gone_pk)

    enrolment.withdraw(gone, withdrawal_reason="Changed post.", by=cast.administrator)
    assert planning.follow() == 1

    second = next_plan(cohort)
    lost = second.lines.get(enrolment=gone, promised_in=1)
    assert not lost.picked
    assert lost.promise == first.lines.get(picked=True, enrolment=gone, unit=lost.unit).promise
    assert lost.replaced_by.picked
    assert lost.replaced_by.enrolment_id != gone.pk
    assert lost.replaced_by.unit_id == lost.unit_id
    assert second.made_by is None
    assert planning.follow() == 0


def test_drawn_anew_halfway_a_plan_keeps_what_was_promised_and_what_was_done(cast, cohort):
    people = [all_passed(cast, cohort) for _ in range(3)]
    first = a_plan(cast, cohort, low_summative=40)
    line = first.lines.filter(picked=True).first()
    sample = planning.begin_picked(line, by=cast.iqa)
    actions.agree(sample, by=cast.iqa)
    planning.set_strategy(
        cohort.version, from_on=clock.today(), every=[], by=cast.iqa, **{**NOTHING, "low_summative": 10}
    )
    people.append(factories.an_enrolment(cast=cast, cohort=cohort))

    second = planning.draw_plan(cohort, by=cast.iqa)

    assert picks(first) <= picks(second)
    assert second.strategy.number == 2
    again = second.lines.get(enrolment=line.enrolment, unit=line.unit)
    assert (again.reason, again.promised_in) == (line.reason, 1)
    assert sample.reason == line.reason


def test_a_plan_that_would_say_the_same_is_not_drawn_again(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort)

    with pytest.raises(Refused, match="up to date"):
        planning.draw_plan(cohort, by=cast.iqa)


def test_of_two_who_draw_at_once_one_reads_a_sentence(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    a_plan(cast, cohort)
    factories.an_enrolment(cast=cast, cohort=cohort)
    planning.draw_plan(cohort, generation=2, by=cast.iqa)
    factories.an_enrolment(cast=cast, cohort=cohort)

    with pytest.raises(Stale, match="Somebody else drew a plan a moment ago"):
        planning.draw_plan(cohort, generation=2, by=cast.administrator)


def test_a_plan_needs_a_strategy_and_somebody_who_has_started(cast, cohort):
    with pytest.raises(Refused, match=r"There is no sampling strategy for .* yet\. Set one first\."):
        planning.draw_plan(cohort, by=cast.iqa)
    planning.set_strategy(cohort.version, from_on=clock.today(), every=[], by=cast.iqa)
    with pytest.raises(Refused, match="Nobody has started on this cohort yet"):
        planning.draw_plan(cohort, by=cast.iqa)


def test_only_an_internal_verifier_of_the_cohort_or_an_administrator_draws(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    planning.set_strategy(cohort.version, from_on=clock.today(), every=[], by=cast.iqa)
    other = factories.a_user(role=Role.IQA, name="Iris Second")

    with pytest.raises(Refused, match="This cohort is not allocated to you"):
        planning.draw_plan(cohort, by=other)
    with pytest.raises(NotAllowed):
        planning.draw_plan(cohort, by=cast.tutor)
    assert planning.draw_plan(cohort, by=cast.administrator)


# ---- one verifier who marked everything


def holding(person, role):
    """The same person with one role more."""
    RoleGrant.objects.create(user=person, role=role, granted_at=clock.now() - dt.timedelta(days=200))
    return type(person).objects.get(pk=person.pk)


def a_verifier_who_marks(cast, cohort):
    """The only internal verifier of the cohort is also its tutor."""
    both = holding(cast.iqa, Role.TUTOR)
    appointment = programmes.propose_tutor(
        cohort, tutor=both, from_on=cohort.starts_on, reason="Stands in", by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return both


def test_one_verifier_who_marked_everything_is_told_the_exact_shortfall(cast, cohort):
    both = a_verifier_who_marks(cast, cohort)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    for kind in ("essay", "portfolio"):
        factories.mark(factories.a_submission(cast=cast, one=one, kind=kind), cast=cast, by=both)
    planning.set_strategy(cohort.version, from_on=clock.today(), every=["tutor"], by=cast.administrator, **NOTHING)

    plan = planning.draw_plan(cohort, by=cast.administrator)

    assert picks(plan) == set()
    short = plan.short[0]
    assert (short.needed, short.possible, short.missing) == (3, 0, 3)
    assert "every internal verifier of this cohort had a part in marking them" in short.sentence
    # And nothing slips through for it: the claim waits until somebody else is allocated.
    assert standing(one).unverified == ("Essay", "Portfolio")
    other = factories.a_user(role=Role.IQA, name="Iris Second")
    programmes.allocate_verifier(cohort, verifier=other, role=Role.IQA, from_on=clock.today(), by=cast.administrator)
    assert planning.follow() == 1
    assert len(picks(next_plan(cohort))) == 3
    assert next_plan(cohort).shortfalls == []


# ---- by hand


def test_a_piece_is_added_by_hand_with_a_reason_that_stays(cast, cohort):
    people = [factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2)]
    first = a_plan(cast, cohort)
    line = first.lines.get(enrolment=people[0], unit__number="501")

    second = planning.add_by_hand(line, reason="The learner complained.", by=cast.iqa)

    added = second.lines.get(enrolment=people[0], unit__number="501")
    assert added.reason == "Picked: added by Ines Verifier: The learner complained."
    assert added.added_by == cast.iqa
    factories.an_enrolment(cast=cast, cohort=cohort)
    third = planning.draw_plan(cohort, by=cast.administrator)
    assert third.lines.get(enrolment=people[0], unit__number="501").added_by == cast.iqa
    assert planning.is_drawn_again_the_same(third, list(third.lines.select_related("unit", "assignment")))


def test_what_cannot_be_added_says_why(cast, cohort):
    people = [factories.an_enrolment(cast=cast, cohort=cohort) for _ in range(2)]
    plan = a_plan(cast, cohort, low_summative=10)
    picked = plan.lines.get(picked=True)
    free = plan.lines.filter(picked=False).exclude(enrolment=picked.enrolment).first()

    with pytest.raises(Refused, match="in the sample already"):
        planning.add_by_hand(picked, reason="Once more", by=cast.iqa)
    with pytest.raises(Refused, match="Say why this piece is added"):
        planning.add_by_hand(free, reason=" ", by=cast.iqa)
    gone = next(one for one in people if one.pk == free.enrolment_id)
    enrolment.withdraw(gone, withdrawal_reason="Changed post.", by=cast.administrator)
    with pytest.raises(Refused, match="The learner has left the programme"):
        planning.add_by_hand(free, reason="A look", by=cast.iqa)


def test_a_picked_piece_that_is_not_signed_cannot_be_begun_yet(cast, cohort):
    factories.an_enrolment(cast=cast, cohort=cohort)
    plan = a_plan(cast, cohort, low_summative=100)

    with pytest.raises(Refused, match="Nothing of this piece is signed yet"):
        planning.begin_picked(plan.lines.first(), by=cast.iqa)


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
