"""What a judgement may say, and the fingerprint of what is judged: rules without a database."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification import judging
from verification.judging import ActionKind, Judgement, Rated, Said

NUMBERS = {1: "1.1", 2: "1.2", 3: "2.1"}
ALL = judging.agreeing(NUMBERS)
AGAINST = Judgement({1: Said(agrees=True), 2: Said(agrees=False, note="Thin."), 3: Said(agrees=True)})

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
decisions = st.lists(
    st.fixed_dictionaries(
        {
            "criterion": st.integers(1, 50),
            "number": st.sampled_from(["1.1", "1.2", "2.1", "2.2"]),
            "decision": st.sampled_from(["pass", "refer"]),
            "mark": st.none() | st.integers(0, 20),
            "feedback": words,
            "action": words,
            "carried_forward": st.booleans(),
        }
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one["criterion"],
)
states = st.fixed_dictionaries(
    {
        "attempt": st.integers(1, 3),
        "files": st.lists(
            st.fixed_dictionaries({"sha256": words, "words": st.none() | st.integers(0, 9000)}), max_size=3
        ),
        "wording": words,
        "declaration": st.none() | st.fixed_dictionaries({"ai_use": words, "signed_at": words}),
        "decisions": decisions,
        "marking": st.none()
        | st.fixed_dictionaries({"outcome": st.sampled_from(["pass", "referral"]), "summary": words}),
        "comments": st.fixed_dictionaries({"count": st.integers(0, 9), "sha256": words}),
        "second": st.none() | st.fixed_dictionaries({"marker": st.integers(1, 9)}),
    }
)


def turned(value):
    """The same data written in another order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(list(value))}
    return [turned(one) for one in value] if isinstance(value, list) else value


@given(states)
def test_the_fingerprint_does_not_depend_on_the_order_in_which_anything_was_written(state):
    again = turned(json.loads(json.dumps(state)))

    assert judging.fingerprint(again) == judging.fingerprint(state)
    assert judging.changed(state, again) == []


@given(states, st.data())
def test_any_change_gives_another_fingerprint_and_is_named(state, data):
    other = copy.deepcopy(state)
    part = data.draw(st.sampled_from(sorted(state)))
    if part == "decisions":
        one = data.draw(st.sampled_from(other["decisions"]))
        name = data.draw(st.sampled_from(["decision", "mark", "feedback", "action", "carried_forward"]))
        changed_to = {
            "decision": "refer" if one["decision"] == "pass" else "pass",
            "mark": (one["mark"] or 0) + 1,
            "feedback": one["feedback"] + "x",
            "action": one["action"] + "x",
            "carried_forward": not one["carried_forward"],
        }
        one[name] = changed_to[name]
        assert one["number"] in " ".join(judging.changed(state, other))
    else:
        replaced = data.draw(st.sampled_from([None, "x", 7, ["x"]]).filter(lambda new: new != state[part]))
        other[part] = replaced
        assert judging.changed(state, other) == [judging._PARTS[part]]

    assert judging.fingerprint(other) != judging.fingerprint(state)


def test_agreed_is_only_what_is_agreed_with_criterion_by_criterion():
    assert judging.agree_problem(ALL, NUMBERS) == ""
    assert judging.agree_problem(AGAINST, NUMBERS).startswith("You do not agree with 1.2")
    assert "Say of 1.2 and 2.1 whether you agree" in judging.agree_problem(Judgement({1: Said(agrees=True)}), NUMBERS)


def test_a_rejection_says_which_decision_is_not_supported_and_a_correction_supports_them_all():
    assert "Mark at least one criterion" in judging.action_problem(ALL, NUMBERS, kind=ActionKind.REJECTION)
    assert judging.action_problem(AGAINST, NUMBERS, kind=ActionKind.REJECTION) == ""
    assert "the outcome stands" in judging.action_problem(AGAINST, NUMBERS, kind=ActionKind.CORRECTION)
    assert judging.action_problem(ALL, NUMBERS, kind=ActionKind.CORRECTION) == ""
    assert judging.action_problem(ALL, NUMBERS, kind="") == "Choose whether this is a correction or a rejection."


def test_whoever_does_not_agree_says_why():
    silent = Judgement({2: Said(agrees=False, note="  ")})

    assert judging.action_problem(silent, NUMBERS, kind="rejection") == (
        "Say why you do not agree with 1.2. The tutor reads it."
    )


@pytest.mark.parametrize(
    ("rating", "note", "wanted"), [("develop", "", True), ("develop", "Say why.", False), ("strong", "", False)]
)
def test_what_is_to_develop_has_a_note(rating, note, wanted):
    judgement = Judgement(ALL.criteria, {"reasoned": Rated(rating, note)})

    assert bool(judging.agree_problem(judgement, NUMBERS)) is wanted


said = st.builds(Said, agrees=st.booleans(), note=st.text(st.characters(codec="ascii", categories=["L"]), max_size=8))
rated = st.builds(Rated, rating=st.sampled_from(["strong", "sound", "develop"]), note=st.just("x"))


@given(
    st.dictionaries(st.sampled_from(sorted(NUMBERS)), said),
    st.dictionaries(st.sampled_from(judging.Aspect.values), rated),
)
def test_what_is_written_down_is_read_again_as_it_was(criteria, aspects):
    judgement = Judgement(criteria, aspects)

    assert judging.read(judging.written(judgement), NUMBERS) == judgement


@given(st.dictionaries(st.sampled_from(judging.names(NUMBERS)), st.sampled_from(["yes", "no", "", "maybe", "word"])))
def test_agreeing_with_the_rest_changes_nothing_that_was_marked(typed):
    before = judging.read(typed, NUMBERS)

    after = judging.read(judging.with_the_rest(typed, NUMBERS), NUMBERS)

    assert set(after.criteria) == set(NUMBERS)
    assert {pk: one for pk, one in after.criteria.items() if pk in before.criteria} == before.criteria
    assert all(after.criteria[pk].agrees for pk in set(NUMBERS) - set(before.criteria))


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)))
def test_nothing_is_kept_that_the_form_does_not_have(typed):
    assert set(judging.kept(typed, NUMBERS)) <= set(judging.names(NUMBERS))
