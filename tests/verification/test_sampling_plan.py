"""The plan by itself, without a database: what the strategy promises is kept, or the shortfall is named exactly."""

import json
import math
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verification.sampling.coverage import MEANINGS, camera, kept, meaning
from verification.sampling.pieces import DIMENSIONS, STANDINGS, Facts, Key, Piece, Rate, Strategy, Tutor
from verification.sampling.plan import draw, place
from verification.sampling.promises import promises, share_of

UNITS = (("500", "essay"), ("501", "portfolio"), ("503", "portfolio"))
THOUSAND = settings(max_examples=1000)
TUTORS, VERIFIERS = (1, 2, 3), (1, 8, 9)


def a_strategy(dice):
    rates = {name: Rate(dice.randint(0, 100), dice.randint(0, 100)) for name in STANDINGS}
    every = [one for one in DIMENSIONS if dice.random() < 0.6]
    return Strategy(rates=rates, referrals=dice.randint(0, 100), every=tuple(every))


def any_cohort(number):
    """Up to eight learners by three units: some left, some claimed, some looked at, with one to three tutors and no to three verifiers."""
    dice = random.Random(number)
    tutors = sorted(dice.sample(TUTORS, dice.randint(1, 3)))
    pieces = []
    for learner in range(1, dice.randint(0, 8) + 1):
        pathway = dice.choice(("coaching", "mentoring"))
        out = dice.choice(("", "", "", "", "left", "claimed"))
        finished = dice.random() < 0.5
        for unit, assignment in UNITS:
            tutor = dice.choice([*tutors, *tutors, None])
            looked = dice.choice(("", "", "", "early", "late")) if tutor else ""
            pieces.append(
                Piece(
                    learner=learner, unit=unit, assignment=assignment, tutor=tutor,
                    had_a_part=(tutor,) if tutor else (), pathway=pathway, referred=dice.random() < 0.4, out=out,
                    finished=finished, looked=looked, done=bool(looked) and dice.random() < 0.5,
                )
            )  # fmt: skip
    return Facts(
        cohort="T-1", place="Virtual", strategy=a_strategy(dice), pieces=tuple(pieces),
        verifiers=tuple(sorted(dice.sample(VERIFIERS, dice.randint(0, 3)))),
        tutors=tuple(Tutor(pk=pk, name=f"Tutor {pk}", standing=dice.choice(STANDINGS)) for pk in tutors),
        titles={"essay": "Essay", "portfolio": "Portfolio"}, pathways={"coaching": "Coaching"},
    )  # fmt: skip


# A cohort follows from one number: drawing each of its facts by itself would take longer than the test.
COHORTS = st.integers(0, 2**48).map(any_cohort)
SEEDS = st.integers(0, 2**31)


def a_cohort(learners=12, *, tutor=1, verifiers=(9,), standing="low", **facts):
    """A plain one: one tutor, everybody on the programme, nothing handed in."""
    rates = {"new": Rate(25, 100), "low": Rate(10, 20), "medium": Rate(20, 40), "high": Rate(25, 50)}
    strategy = Strategy(rates=rates, referrals=50, every=("tutor", "unit", "method", "pathway", "cohort"))
    pieces = tuple(
        Piece(learner=n, unit=unit, assignment=kind, tutor=tutor, had_a_part=(tutor,), pathway="coaching")
        for n in range(1, learners + 1)
        for unit, kind in UNITS
    )
    given = {
        "cohort": "T-1", "place": "Virtual", "strategy": strategy, "verifiers": verifiers, "pieces": pieces,
        "tutors": (Tutor(pk=1, name="Tomas Tutor", standing=standing),), **facts,
    }  # fmt: skip
    return Facts(**given)


def picked(plan):
    return {one.key for one in plan.lines if one.picked}


def promised(facts, plan):
    """The next facts: nothing has changed, and what the plan says is promised."""
    lines = {one.key: one for one in plan.lines}
    pieces = []
    for one in facts.pieces:
        line = lines[one.key]
        known = {"rule": line.rule, "promise": line.promise, "promised_in": line.promised_in, "early": line.early}
        pieces.append(replace(one, **known, replaced_by=line.replaced_by))
    return replace(facts, pieces=tuple(pieces), generation=facts.generation + 1)


def without(facts, learner):
    gone = tuple(replace(one, out="left") if one.learner == learner else one for one in facts.pieces)
    return replace(facts, pieces=gone)


# ---- over a thousand cohorts


@THOUSAND
@given(COHORTS, SEEDS)
def test_every_promise_is_kept_or_its_exact_shortfall_is_named(facts, seed):
    """Counted here once more from the strategy alone, not with the code that draws."""
    plan = draw(facts, seed=seed)
    lines = {one.key: one for one in plan.lines}
    short = {(one.rule, one.label): one for one in plan.shortfalls}
    verifiable = {one.key for one in facts.pieces if set(facts.verifiers) - set(one.had_a_part)}
    there = [one for one in facts.pieces if one.out != "left" or one.looked]
    standing = {one.pk: one.standing for one in facts.tutors}

    def wanted():
        for pk, of in standing.items():
            mine = [one for one in there if one.tutor == pk]
            interim, summative = facts.strategy.rates[of]
            percent = 100 if of == "new" else max(interim, summative)
            yield math.ceil(percent * len(mine) / 100 - 1e-9), mine, False
            yield math.ceil(interim * len(mine) / 100 - 1e-9), mine, True
            if "tutor" in facts.strategy.every and mine:
                yield 1, mine, False
        referred = [one for one in there if one.referred]
        yield math.ceil(facts.strategy.referrals * len(referred) / 100 - 1e-9), referred, False
        for rule, of in (("unit", "unit"), ("method", "assignment"), ("pathway", "pathway"), ("learner", "learner")):
            for value in {getattr(one, of) for one in there} if rule in facts.strategy.every else ():
                yield 1, [one for one in there if getattr(one, of) == value], False
        if there and "cohort" in facts.strategy.every:
            yield 1, there, False

    missing = Counter()
    for needed, members, early in wanted():
        counts = [one for one in members if lines[one.key].picked and (one.key in verifiable or one.looked)]
        if early:
            counts = [one for one in counts if lines[one.key].early]
            # The most there can be: seen early already, or still to be.
            most = [one for one in members if one.looked == "early"
                    or (not one.looked and not one.finished and not one.out and one.key in verifiable)]  # fmt: skip
        else:
            most = [one for one in members if one.looked or (not one.out and one.key in verifiable)]
        assert len(counts) >= min(needed, len(most))
        if len(counts) < needed:
            missing[needed, len(counts), early] += 1
    named = Counter((one.needed, one.possible, one.rule == "early") for one in short.values())
    # Each learner has a promise of its own with the same words; whatever else is short is named once.
    assert set(missing) == set(named)
    assert all(one.missing > 0 and "because" in one.sentence for one in plan.shortfalls)


@THOUSAND
@given(COHORTS, SEEDS)
def test_the_same_seed_gives_the_same_plan_byte_for_byte(facts, seed):
    """Also from what was written down, whatever the order in which the pieces are read."""
    again = Facts.from_json(json.loads(json.dumps(facts.as_json())))
    turned = replace(facts, pieces=tuple(reversed(facts.pieces)))

    assert again.as_json() == facts.as_json()
    assert repr(draw(again, seed=seed)) == repr(draw(facts, seed=seed)) == repr(draw(turned, seed=seed))


@THOUSAND
@given(COHORTS, SEEDS)
def test_every_piece_has_a_line_and_every_line_a_reason(facts, seed):
    plan = draw(facts, seed=seed)

    assert [one.key for one in plan.lines] == sorted(one.key for one in facts.pieces)
    assert all(one.reason.startswith("Picked") == one.picked and one.reason.endswith(".") for one in plan.lines)


@THOUSAND
@given(COHORTS, SEEDS)
def test_nobody_is_asked_to_verify_what_nobody_may_verify(facts, seed):
    """Nothing new is picked that every verifier had a part in; what cannot be verified keeps the claim waiting."""
    by_key = {one.key: one for one in facts.pieces}
    for line in draw(facts, seed=seed).lines:
        one = by_key[line.key]
        able = set(facts.verifiers) - set(one.had_a_part)
        if line.picked and not one.looked:
            assert able
            assert not one.out
        if not able and not one.out and not one.looked:
            assert line.rule == "blocked"
            assert line.needed


@THOUSAND
@given(COHORTS, SEEDS, st.data())
def test_a_plan_drawn_anew_forgets_no_promise(facts, seed, data):
    """A learner leaves and verifiers begin; what was picked is picked, or has a line that says what became of it."""
    first = draw(facts, seed=seed)
    then = promised(facts, first)
    if facts.pieces:
        then = without(then, data.draw(st.sampled_from(sorted({one.learner for one in facts.pieces}))))
        one = data.draw(st.sampled_from(then.pieces))
        if not one.out and set(facts.verifiers) - set(one.had_a_part):
            seen = replace(one, looked="early", done=True)
            then = replace(then, pieces=tuple(seen if each is one else each for each in then.pieces))
    second = draw(then, seed=seed)
    by_key, lines = {one.key: one for one in then.pieces}, {one.key: one for one in second.lines}

    for before in first.lines:
        if not before.picked:
            continue
        line, piece = lines[before.key], by_key[before.key]
        assert line.promise == before.promise
        assert line.promised_in == before.promised_in
        if not line.picked:
            assert piece.out
            assert "It was promised in plan 1" in line.reason
            if line.replaced_by:
                assert lines[line.replaced_by].picked
            else:
                same = [one for one in then.pieces if one.tutor == piece.tutor and not one.out and not one.looked]
                assert all(lines[one.key].picked or lines[one.key].rule == "blocked" for one in same)


@THOUSAND
@given(COHORTS, SEEDS)
def test_drawn_again_over_the_same_facts_nothing_moves(facts, seed):
    first = draw(facts, seed=seed)

    assert picked(draw(promised(facts, first), seed=seed)) == picked(first)


@THOUSAND
@given(COHORTS, SEEDS)
def test_what_is_shown_live_is_what_was_promised(facts, seed):
    """Right after the drawing, a promise is short exactly where the plan named a shortfall."""
    plan = draw(facts, seed=seed)
    rows = kept(facts, {one.key: one.early for one in plan.lines if one.picked})

    shown = {(one.rule, one.label) for one in rows if one.missing}
    assert shown == {(one.rule, one.label) for one in plan.shortfalls}
    assert all(one.of >= one.picked for one in camera(facts, picked(plan)))


# ---- in sentences


def test_one_verifier_who_marked_everything_is_told_the_exact_shortfall():
    facts = a_cohort(4, verifiers=(1,), standing="new")

    plan = draw(facts, seed=7)

    assert picked(plan) == set()
    assert plan.shortfalls[0].sentence == (
        "Everything of Tomas Tutor (new, not signed off): 12 promised, 0 possible, 12 missing, because of 12, every "
        "internal verifier of this cohort had a part in marking them."
    )
    assert {one.reason for one in plan.lines} == {
        "Not picked: every internal verifier of this cohort had a part in marking it. A claim waits until somebody can verify it."
    }


def test_no_verifier_at_all_is_said():
    assert "because no internal verifier is allocated to this cohort." in draw(
        a_cohort(2, verifiers=()), seed=7
    ).shortfalls[0].sentence  # fmt: skip


def test_everything_of_a_new_tutor_is_picked_until_they_are_signed_off():
    new, known = draw(a_cohort(standing="new"), seed=7), draw(a_cohort(standing="low"), seed=7)

    assert len(picked(new)) == 36
    assert len(picked(known)) == share_of(20, 36) == 8


def test_another_seed_draws_others_and_keeps_the_numbers():
    plans = [draw(a_cohort(), seed=seed) for seed in range(20)]

    assert {len(picked(one)) for one in plans} == {8}
    assert len({frozenset(picked(one)) for one in plans}) > 10


def test_a_learner_who_joins_moves_nobody_else():
    """The place of a piece follows from the seed and the piece alone."""
    assert place(7, Key(3, "500", "essay")) == place(7, Key(3, "500", "essay"))
    few, more = draw(a_cohort(12), seed=7), draw(a_cohort(13), seed=7)

    assert len(picked(few) - picked(more)) <= 1


def test_a_learner_who_leaves_is_replaced_and_the_promise_stays_in_sight():
    facts = a_cohort()
    first = draw(facts, seed=7)
    gone = next(one for one in first.lines if one.picked)

    second = draw(without(promised(facts, first), gone.key.learner), seed=7)

    lines = {one.key: one for one in second.lines}
    line = lines[gone.key]
    assert line.reason == (
        "Not picked any more: the learner has left the programme. It was promised in plan 1. Another piece is picked in its place."
    )
    instead = lines[line.replaced_by]
    assert (instead.key.unit, instead.rule, instead.promised_in) == (gone.key.unit, "replacement", 2)
    assert "in place of a piece that was promised" in instead.reason
    # And in the plan after that one it is still told.
    third = {one.key: one for one in draw(promised(without(facts, gone.key.learner), second), seed=7).lines}
    assert third[gone.key].replaced_by == line.replaced_by
    assert third[gone.key].promise == gone.promise


def test_work_that_comes_late_finds_its_promise():
    """A piece whose tutor is not known keeps a claim waiting, and gets its pick when it is."""
    nobody_yet = a_cohort(2, tutor=None)
    first = draw(nobody_yet, seed=7)
    waiting = [one for one in first.lines if one.rule == "waiting"]
    assert waiting
    assert all(one.needed for one in waiting)

    then = promised(nobody_yet, first)
    known = replace(then, pieces=tuple(replace(one, tutor=1, had_a_part=(1,)) for one in then.pieces))

    assert {one.rule for one in draw(known, seed=7).lines} & {"waiting", "blocked"} == set()


def test_what_is_added_by_hand_says_who_and_why():
    facts = a_cohort()
    key = next(one.key for one in draw(facts, seed=7).lines if not one.picked)
    pieces = tuple(
        replace(one, by_hand="added by Ines Verifier: a complaint about this feedback") if one.key == key else one
        for one in facts.pieces
    )

    line = next(one for one in draw(replace(facts, pieces=pieces), seed=7).lines if one.key == key)

    assert line.reason == "Picked: added by Ines Verifier: a complaint about this feedback."


def test_a_piece_that_is_not_picked_says_what_covers_it():
    reasons = {one.reason for one in draw(a_cohort(), seed=7).lines if not one.picked}

    assert any("Not picked: unit 500 is covered by" in one for one in reasons)
    assert all("8 of the 36 pieces of Tomas Tutor are picked, the rate is 20 %." in one for one in reasons)


@pytest.mark.parametrize(("percent", "number", "wanted"), [(0, 9, 0), (1, 9, 1), (10, 10, 1), (20, 36, 8), (100, 7, 7)])
def test_a_share_is_rounded_up(percent, number, wanted):
    assert share_of(percent, number) == wanted


def test_the_strict_promises_come_first():
    rules = [one.rule for one in promises(a_cohort(standing="new"))]

    assert rules == ["new_tutor", "tutor", "unit", "unit", "unit", "method", "method", "pathway", "cohort", "early"]


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        ({}, "not_yet"),
        ({"handed_in": True}, "unsampled"),
        ({"picked": True, "early": True}, "observed"),
        ({"picked": True, "early": True, "handed_in": True, "looked": True}, "planned"),
        ({"picked": True, "handed_in": True}, "planned"),
        ({"picked": True, "handed_in": True, "looked": True, "done": True, "rule": "rate"}, "sampled"),
        ({"picked": True, "handed_in": True, "looked": True, "done": True, "rule": "verified"}, "done"),
        ({"handed_in": True, "looked": True, "done": True}, "done"),
    ],
)
def test_a_cell_of_the_grid_has_one_of_six_meanings(said, sign):
    usual = {"picked": False, "early": False, "rule": "", "handed_in": False, "looked": False, "done": False}

    assert meaning(**{**usual, **said}) == sign
    assert sign in MEANINGS
    assert len(MEANINGS) == 6
