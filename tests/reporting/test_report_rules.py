"""What may be shown, how it is rounded, which word the status has, and what the sentences say."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting import proposals
from reporting.disclosure import SMALL_GROUP, Feedback, Withheld, disclosed, withheld
from reporting.layout import delivery_words, journey_words, summary
from reporting.report import (
    Action,
    ActionKind,
    Change,
    ChangeKind,
    LearnerLine,
    Quotation,
    SessionLine,
    Standing,
    StatusWord,
    Summary,
    TutorSpan,
)
from reporting.rounding import percent, printed_gain, rounded, signed
from reporting.wording import period_name, span
from tests.reporting.sample_report import AS_OF, cohort_of, sample_report

COUNTS = st.lists(st.integers(0, 30), max_size=10)
quick = settings(max_examples=200, deadline=None)


# --- withheld --------------------------------------------------------------------------------------------------------


@quick
@given(COUNTS)
def test_no_group_under_five_is_shown(counts):
    shown = [n for i, n in enumerate(counts) if i not in withheld(counts)]
    assert all(n == 0 or n >= SMALL_GROUP for n in shown)


@quick
@given(COUNTS)
def test_what_is_withheld_cannot_be_worked_out_from_the_pooled_figure(counts):
    """Subtraction yields the withheld groups together: at least two of them and at least five answers, or there is no pooled figure."""
    hidden = withheld(counts)
    together = sum(counts[i] for i in hidden)
    if hidden and sum(counts) >= SMALL_GROUP:
        assert len(hidden) >= 2
        assert together >= SMALL_GROUP


@quick
@given(COUNTS)
def test_no_more_is_withheld_than_needed(counts):
    hidden = withheld(counts)
    small = {i for i, n in enumerate(counts) if 0 < n < SMALL_GROUP}
    assert small <= hidden
    if not small:
        assert not hidden
    extra = sorted((counts[i], i) for i in hidden - small)
    if extra:
        without = hidden - {extra[-1][1]}
        assert len(without) < 2 or sum(counts[i] for i in without) < SMALL_GROUP
        assert all((counts[i], i) >= extra[-1] for i in range(len(counts)) if i not in hidden and counts[i])


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [([9, 8, 7, 6], set()), ([9, 4, 7, 6], {1, 3}), ([9, 4, 3, 6], {1, 2}), ([9, 2, 1, 6], {1, 2, 3}), ([4], {0}),
     ([0, 9], set()), ([4, 5, 5], {0, 1})],
)  # fmt: skip
def test_withheld_by_example(counts, hidden):
    assert withheld(counts) == hidden


@quick
@given(st.lists(st.lists(st.integers(0, 10), max_size=9), min_size=1, max_size=6))
def test_disclosed_carries_neither_value_nor_n_of_what_is_withheld(answers):
    ratings = disclosed(
        [
            Feedback(f"W{i}", f"W{i}", len(one), tuple(one), tuple(one), tuple(one), tuple(one))
            for i, one in enumerate(answers)
        ]
    )
    for one, raw in zip(ratings.workshops, answers, strict=True):
        if one.overall.withheld in (Withheld.FEW, Withheld.PROTECTED):
            assert (one.overall.value, one.overall.n) == (None, None)
        elif raw:
            assert one.overall.value == Fraction(sum(raw), 10 * len(raw))
    total = sum(map(len, answers))
    assert (ratings.overall.value is None) == (total < SMALL_GROUP)


def test_another_scale_counts_alike_and_is_not_named_as_one():
    five = Feedback("A", "A", 5, (5, 5, 3, 1, 1), (3,) * 5, (1,) * 5, (5,) * 5, lowest=1, highest=5)
    ten = Feedback("B", "B", 5, (10,) * 5, (10,) * 5, (0,) * 5, (10,) * 5)
    ratings = disclosed([five, ten])
    assert ratings.workshops[0].overall.value == Fraction(1, 2)
    assert ratings.overall.value == Fraction(3, 4)
    assert ratings.scale is None


# --- rounding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "whole"),
    [(Fraction(54, 70), 77), (Fraction(1, 200), 1), (Fraction(149, 200), 75), (Fraction(0), 0), (Fraction(1), 100)],
)
def test_half_is_rounded_up(value, whole):
    assert percent(value) == whole


def test_a_fall_is_rounded_as_a_rise_is():
    assert rounded(Fraction(-5, 2)) == -3
    assert signed(rounded(Fraction(-5, 2))) == "−3"


@quick
@given(st.fractions(0, 1, max_denominator=300), st.fractions(0, 1, max_denominator=300))
def test_before_and_gain_make_after_as_printed(before, after):
    told = printed_gain(before, after)
    gain = Fraction(told.gain.replace("−", "-").replace("+", ""))
    assert Fraction(told.before) + gain == Fraction(told.after)
    for said, true in ((Fraction(told.before), before), (Fraction(told.after), after), (gain, after - before)):
        assert abs(said - true * 100) <= Fraction(1, 2 if "." not in told.after else 9)


# --- status ----------------------------------------------------------------------------------------------------------


def line(**facts: object) -> LearnerLine:
    usual = {"deadline": date(2024, 8, 1), "registration_ends": date(2025, 6, 5)}
    return LearnerLine(1, "A", Standing.OUTSTANDING, (), **(usual | facts))


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "on track"),
        ({"deadline": date(2025, 3, 7)}, "on track"),  # 90 days
        ({"deadline": date(2025, 3, 8)}, "needs attention"),  # 89 days
        ({"deadline": date(2025, 6, 5)}, "needs attention"),  # the very day
        ({"deadline": date(2025, 6, 6)}, "at risk"),
        ({"deadline": None}, "at risk"),
        ({"days_late": 1}, "needs attention"),
        ({"days_late": 14}, "needs attention"),
        ({"days_late": 15}, "at risk"),
        ({"deadline": date(2024, 6, 16)}, "needs attention"),  # passed 14 days ago
        ({"deadline": date(2024, 6, 15)}, "at risk"),
        ({"registration_ends": None}, "needs attention"),
        ({"deadline": date(2024, 1, 1), "registration_ends": date(2024, 6, 1)}, "at risk"),
    ],
)
def test_the_word_follows_from_the_rule(facts, word):
    found = proposals.status([line(**facts)], as_of=AS_OF)
    assert found.word.value == word
    assert found.reason.endswith(".")


def test_the_worst_learner_decides():
    people = [line(), replace(line(days_late=3), number=2), replace(line(deadline=None), number=3)]
    found = proposals.status(people, as_of=AS_OF)
    assert (found.word, found.reason) == (StatusWord.AT_RISK, "Learner 3 has no deadline.")


def test_learners_who_completed_or_withdrew_decide_nothing():
    people = [replace(line(deadline=None), standing=Standing.WITHDRAWN, withdrew_on=AS_OF)]
    assert proposals.status(people, as_of=AS_OF).reason == "Nobody is outstanding."


def test_the_contract_may_set_the_margin_and_the_lateness():
    assert proposals.status([line(deadline=date(2025, 5, 30))], as_of=AS_OF, margin_days=5).word is StatusWord.ON_TRACK
    assert proposals.status([line(days_late=15)], as_of=AS_OF, late_days=20).word is StatusWord.NEEDS_ATTENTION


def test_many_learners_are_said_by_their_number():
    people = [replace(line(deadline=date(2025, 5, i)), number=i) for i in (1, 2, 3)]
    assert proposals.status(people, as_of=AS_OF).reason.startswith(
        "Learners 1, 2 and 3 have under 90 days between deadline and the end of registration, learner 3 only 33;"
    )
    people = [replace(line(days_late=i), number=i) for i in range(1, 8)]
    assert "Seven learners have work up to 7 days late." in proposals.status(people, as_of=AS_OF).reason


# --- the sentences proposed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 5, 12, 13, 40, 200])
@pytest.mark.parametrize("outstanding", [0.2, 0.5, 1])
def test_the_proposed_sentences_fit_any_cohort(size, outstanding):
    one = cohort_of(size, outstanding=outstanding)
    assert one.summary.position[0].isupper() or one.summary.position[0].isdigit()
    assert " no learners " not in one.summary.position
    assert len(f"{one.summary.position} {one.summary.ask}") <= 250


def test_the_ask_names_the_first_day_of_a_decision():
    one = sample_report()
    told = proposals.summary(one.learners, one.status, one.actions, awarding_body="ILM", as_of=AS_OF)
    assert (
        told.position
        == "Seven of the twelve learners have their certificate and one withdrew; the other four are still working."
    )
    assert told.ask == "The programme needs attention; we ask you for one decision by 19 July."


def test_milestones_are_the_next_five_and_name_nobody():
    told = proposals.milestones(sample_report().learners, as_of=AS_OF)
    assert [one.what for one in told] == [
        "Deadline, learner 1",
        "Deadline, learner 2",
        "Deadline, learner 3",
        "Deadline, learner 4",
        "Registration ends",
    ]


# --- the sentences computed ------------------------------------------------------------------------------------------


def held(*attended: int) -> tuple[SessionLine, ...]:
    return tuple(
        SessionLine(f"Workshop {i}", f"W{i}", date(2022, 5, i), 10, there) for i, there in enumerate(attended, 1)
    )


@pytest.mark.parametrize(
    ("attended", "words"),
    [
        ((8,), "Attendance was 80 % at workshop 1."),
        ((8, 8, 8), "Attendance was 80 % at each session."),
        ((7, 8, 9), "Attendance rose from 70 % at workshop 1 to 90 % at workshop 3."),
        ((9, 8, 7), "Attendance fell from 90 % at workshop 1 to 70 % at workshop 3."),
        (
            (9, 5, 7),
            "Attendance fell from 90 % at workshop 1 to 50 % at workshop 2, and recovered to 70 % at workshop 3.",
        ),
        ((8, 9, 8), "Attendance was 80 % at workshop 1 and at workshop 3, and between them never lower."),
    ],
)
def test_attendance_rose_fell_or_recovered_only_if_it_did(attended, words):
    told = delivery_words.attendance(sample_report(sessions=held(*attended), catch_ups_booked=()))
    assert told.startswith(words), told


@pytest.mark.parametrize(
    ("ratings", "words"),
    [((7, 9), "Satisfaction rose from 70 to 90 %"), ((9, 7), "Satisfaction fell from 90 to 70 %"),
     ((8, 8), "Satisfaction is level at 80 %"), ((8,), "Satisfaction is 80 %"),
     ((), "Satisfaction: too few answers to show")],
)  # fmt: skip
def test_satisfaction_rose_only_if_it_did(ratings, words):
    feedback = [
        Feedback(f"Workshop {i}", f"W{i}", 6, (rating,) * 6, (rating,) * 6, (3,) * 6, (3,) * 6)
        for i, rating in enumerate(ratings)
    ]
    one = sample_report(ratings=disclosed(feedback))
    assert delivery_words.satisfaction_heading(one) == words
    if ratings:
        assert delivery_words.knowledge_heading(one) == "Knowledge is level"


def test_knowledge_fell_is_said_too():
    one = sample_report(ratings=disclosed([Feedback("A", "A", 6, (8,) * 6, (8,) * 6, (5,) * 6, (4,) * 6)]))
    assert delivery_words.knowledge_heading(one) == "Knowledge fell by 10 points"


def test_the_journey_has_words_for_none_one_and_many():
    one = sample_report()
    everyone = tuple(replace(x, number=i) for i, x in enumerate(one.completed, 1))
    assert journey_words.heading(replace(one, learners=everyone)) == "Every learner has completed"
    gone = proposals.arranged([*one.completed, *one.withdrawn])
    assert journey_words.heading(replace(one, learners=gone)) == "Seven learners have completed and one withdrew"
    single = proposals.arranged([one.learners[0], *one.completed])
    assert journey_words.heading(replace(one, learners=single)) == "One learner is still working on their assignments"
    pair = proposals.arranged(one.learners[:2])
    assert (
        journey_words.heading(replace(one, learners=pair))
        == "Two learners are still working, both on their assignments"
    )


def test_changes_are_named_while_few_and_counted_when_many():
    one = sample_report()
    assert journey_words.changes(one).startswith(
        "In June learner 11’s certificate was confirmed (14 June), learner 2 handed in the portfolio (24 June)"
    )
    many = [Change(ChangeKind.HANDED_IN, 1, AS_OF, "essay")] * 5 + [Change(ChangeKind.REFERRED, 2, AS_OF, "essay")]
    assert (
        journey_words.changes(sample_report(changes=tuple(many)))
        == "In June five pieces were handed in and one was referred."
    )
    assert journey_words.changes(sample_report(changes=())) == "In June no learner’s stage changed."


def test_deadlines_have_words_for_each_case():
    one = sample_report()
    heading = lambda people: journey_words.deadlines_heading(replace(one, learners=proposals.arranged(people)))  # noqa: E731 - short, and used at once
    assert heading(one.outstanding[:1]) == "The one deadline leaves 314 days"
    assert heading(one.outstanding[:2]) == "Both deadlines leave 279 days or more"
    assert heading(one.outstanding[:3]) == "All three deadlines leave 216 days or more"
    assert heading(one.outstanding[3:]) == "Learner 1’s deadline leaves 69 days"
    tight = [replace(x, deadline=date(2025, 5, 1)) for x in one.outstanding]
    assert heading(tight) == "All four deadlines leave under 90 days"
    late = [replace(one.outstanding[0], deadline=date(2025, 7, 1))]
    assert heading(late) == "Learner 1’s deadline is past registration"


def test_a_tutor_who_was_replaced_is_named_with_the_successor():
    spans = (TutorSpan("Ian Hale", None, date(2023, 2, 28)), TutorSpan("Alison Reeve", date(2023, 3, 1)))
    assert summary.tutors(spans) == "Alison Reeve from 1 March 2023; before, Ian Hale"
    assert summary.tutors((TutorSpan("Alison Reeve"),)) == "Alison Reeve"


def test_the_period_is_a_month_or_two_days():
    assert period_name(date(2024, 6, 1), date(2024, 6, 30)) == "June 2024"
    assert period_name(date(2024, 2, 1), date(2024, 2, 29)) == "February 2024"
    assert span(date(2024, 6, 1), date(2024, 6, 30)) == "1 to 30 June 2024"
    assert span(date(2024, 5, 20), date(2024, 6, 30)) == "20 May to 30 June 2024"
    assert span(date(2023, 12, 1), date(2024, 1, 31)) == "1 December 2023 to 31 January 2024"


# --- what cannot be made ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: Summary("x" * 251, ""),
        lambda: Action(ActionKind.ACT, "x" * 141, "A", AS_OF),
        lambda: Quotation("x" * 241, "A", AS_OF),
        lambda: SessionLine("A", "A", AS_OF, 10, 8, 9),
        lambda: SessionLine("A", "A", AS_OF, 10, 8, 0, 3),
        lambda: LearnerLine(1, "A", Standing.COMPLETED, ()),
        lambda: LearnerLine(1, "A", Standing.OUTSTANDING, (), withdrew_on=AS_OF),
        lambda: LearnerLine(1, "A", Standing.OUTSTANDING, (), places=1, attended=1, caught_up=1),
        lambda: sample_report(quotations=(Quotation("A", "B", AS_OF),) * 3),
        lambda: sample_report(learners=sample_report().learners[1:]),
        lambda: sample_report(stages=sample_report().stages[1:]),
    ],
)
def test_what_does_not_fit_or_add_up_is_refused(make):
    with pytest.raises(ValueError, match=r"\.$"):
        make()
