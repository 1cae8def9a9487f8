"""Strategies, ratings and plans in the database: what a plan changes for a claim, how it follows the cohort, and who may not."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.permissions import Role
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from reporting import facts as journey_facts
from reporting.journey import rows as journey_rows
from tests import factories
from tests.verification.plans import NOTHING, a_plan, a_verifier_who_marks, all_passed, holding, next_plan, picks, rated
from verification import actions, planning
from verification.models import SamplingStrategy
from verification.models.standing import passed_pieces, standing, verified


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
