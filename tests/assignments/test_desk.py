"""The desk: what waits for a tutor, in which window, what its clock says, and that the tutor's home says the same."""

import datetime as dt
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from assignments import deadlines, marking, waiting
from assignments.models import Deferral, Draft, Submission
from assignments.waiting import counting
from core import clock
from core.refusals import Refused
from programmes import actions as programmes
from tests import factories, worlds
from workshops import actions as workshops
from workshops.models import Message, Thread

DESK = "assignments:desk"
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


@pytest.fixture
def tutor(cast):
    return cast.client_of("tutor")


def page(tutor, **query):
    answer = tutor.get(reverse(DESK), query)
    assert answer.status_code == 200
    return answer


def counts(tutor, now=None):
    now = now or clock.now()
    return waiting.counts_of(tutor, waiting.teaching(tutor, clock.today()), now=now)


def a_pile(cast, number, **facts):
    """A cohort with `number` pieces to mark: one by actions, the others copies of it."""
    piece = factories.a_submission(cast=cast)
    one = piece.enrolment
    people = worlds.multiplied([one.learner], number - 1, deep=False)
    enrolments = worlds.multiplied([one], number - 1, deep=False, learner=lambda n: people[n - 1].pk)
    worlds.multiplied([piece], number - 1, deep=False, enrolment=lambda n: enrolments[n - 1].pk,
                      submitted_by=lambda n: people[n - 1].pk, **facts)  # fmt: skip
    return Submission.objects.filter(enrolment__cohort=one.cohort)


def another_tutor(cast, cohort, name="Olga Other", **facts):
    other = factories.a_user(role=Role.TUTOR, name=name)
    begins = clock.today() - dt.timedelta(days=10)
    programmes.approve_tutor(
        programmes.propose_tutor(cohort, tutor=other, from_on=begins, by=cast.contract_manager, **facts),
        by=cast.client_contact,
    )
    return other


# ---- windows and clocks


@given(day=DAYS, today=DAYS)
def test_a_day_lies_in_the_window_whose_range_holds_it(day, today):
    holds = [
        key for key, _ in waiting.WINDOWS if waiting.between(key, today)[0] <= day < waiting.between(key, today)[1]
    ]

    assert holds == [waiting.window(day, today)]


@given(handed_in=DAYS, allowed=st.integers(1, 30), days=st.integers(0, 60), used=st.integers(0, 12))
def test_a_clock_known_by_its_last_day_says_what_counting_from_the_hand_in_says(handed_in, allowed, days, used):
    """Also for a piece that was here before: the days used then count, and one working day is always left."""
    today = handed_in + dt.timedelta(days=days)
    last = deadlines.mark_by(handed_in, allowed=allowed, used=used)

    found = deadlines.clock_until(last, allowed=allowed, today=today)

    counted = deadlines.marking_clock(handed_in, allowed=allowed, today=today)
    assert found.due_on == last
    assert found.used == counted.used + min(used, allowed - 1)
    assert found.is_overdue == (today > last and deadlines.working_days_between(last, today) > 0)


def test_a_clock_without_a_last_day_stands_still():
    found = deadlines.clock_until(None, allowed=10, today=dt.date(2026, 11, 26), used=4)

    assert (found.stands_still, found.is_overdue, found.used) == (True, False, 4)


@pytest.mark.sqlite
def test_each_window_of_the_pile_is_counted_and_shown(cast, tutor):
    rows = list(a_pile(cast, 6, attempt=lambda n: 2 if n == 4 else 1).order_by("pk"))
    today = clock.today()
    for one, last in zip(rows, (-3, 0, 1, 7, 8, None), strict=True):
        mark_by = today + dt.timedelta(days=last) if last is not None else None
        Submission.objects.filter(pk=one.pk).update(mark_by=mark_by)

    found = counts(cast.tutor)

    assert dict(found.by) == {
        ("marking", "overdue"): 1,
        ("marking", "today"): 1,
        ("marking", "week"): 2,
        ("resubmissions", "later"): 1,
        ("marking", "still"): 1,
    }
    for key, n in (("overdue", 1), ("today", 1), ("week", 2), ("later", 1), ("still", 1)):
        assert page(tutor, due=key).context["listing"].total == n
    assert [one.pk for one in page(tutor).context["listing"].page] == [one.pk for one in rows]


def test_a_deferred_decision_stands_still_and_says_until_when(cast, tutor):
    piece = factories.a_submission(cast=cast)
    until = clock.today() + dt.timedelta(days=9)
    Submission.objects.filter(pk=piece.pk).update(mark_by=None)
    Deferral.objects.create(
        submission=piece, reason="The viva", until_on=until, deferred_at=clock.now(), deferred_by=cast.tutor
    )

    said = page(tutor).content.decode()

    assert f"stands still, deferred until {until:%a} {until.day} {until:%B}" in said
    assert "Clock stands still, 1" in said


def test_a_piece_given_back_and_handed_in_again_goes_on_with_its_clock(cast, tutor):
    """The days before the return count, those with the learner do not."""
    piece = factories.a_submission(cast=cast)
    last = deadlines.mark_by(clock.today(), allowed=10, used=6)
    Submission.objects.filter(pk=piece.pk).update(clock_used=6, mark_by=last)

    assert "day 6 of 10" in page(tutor).content.decode()


# ---- counting


def test_counting_stops_and_says_so(cast, tutor, monkeypatch):
    rows = list(a_pile(cast, 9, attempt=lambda n: 2 if n == 5 else 1).order_by("pk"))
    today = clock.today()
    late = [one.pk for one in rows[:5]]
    Submission.objects.filter(pk__in=late).update(mark_by=today - dt.timedelta(days=5))
    monkeypatch.setattr(counting, "BOUND", 4)

    found = counts(cast.tutor)

    assert (found.of("marking", window="overdue"), found.is_bounded("marking", window="overdue")) == (4, True)
    rest = sum(found.of("marking", window=key) for key in ("today", "week", "later", "still"))
    assert (rest, found.of("resubmissions")) == (3, 1)
    assert not found.is_bounded("resubmissions")
    assert "More than 8 pieces to mark, more than 4 overdue" in page(tutor).content.decode()


@pytest.mark.sqlite
def test_the_counts_are_those_of_the_rows_however_large_the_pile(cast, monkeypatch):
    """Counted at once and counted by window, against one question for each."""
    dice, today = Random(4), clock.today()
    rows = list(a_pile(cast, 12, attempt=lambda n: dice.choice([1, 1, 2])))
    for one in rows:
        last = dice.choice([None, *range(-3, 12)])
        mark_by = None if last is None else today + dt.timedelta(days=last)
        Submission.objects.filter(pk=one.pk).update(mark_by=mark_by)
    expected = {}
    for one in Submission.objects.waiting_for(cast.tutor, today):
        key = "resubmissions" if one.attempt > 1 else "marking", waiting.window(one.mark_by, today)
        expected[key] = expected.get(key, 0) + 1

    at_once = counts(cast.tutor)
    monkeypatch.setattr(counting, "BOUND", 11)
    by_window = counts(cast.tutor)

    assert (dict(at_once.by), dict(by_window.by)) == (expected, expected)


def test_a_large_pile_takes_no_more_statements_than_the_desk_may_ask(cast, tutor, monkeypatch):
    world = worlds.a_world(cast)
    marking.take(world.submitted, by=cast.tutor)
    few = CaptureQueriesContext(connection)
    with few:
        page(tutor)
    monkeypatch.setattr(counting, "BOUND", 0)
    many = CaptureQueriesContext(connection)
    with many:
        page(tutor)

    assert len(few) <= 8
    assert len(many) <= 8


# ---- the other kinds


@pytest.mark.sqlite
def test_every_kind_stands_on_the_desk_with_its_age_and_clock_and_on_the_home_page(cast, tutor):
    world = worlds.a_world(cast)

    found = page(tutor)

    said, home = found.content.decode(), tutor.get(reverse("home")).content.decode()
    kinds = {kind: len(section.rows) for section in found.context["sections"] for kind in (section.kind,)}
    assert kinds == {"drafts": 1, "actions": 1, "catch_ups": 1, "questions": 1, "registers": 1}
    for words in ("Which model?", "Say where the sources are weighed.", world.begun.title):
        assert words in said
        assert words in home
    assert "day 0 of 5" in said
    assert "missed 7" in said
    for kind in kinds:
        assert counts(cast.tutor).of(kind) == 1
    assert reverse("workshops:catch_up", args=[world.missed.pk]) in said


def test_a_question_is_as_old_as_the_first_word_that_has_no_answer(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    moments = [clock.now() - dt.timedelta(days=n) for n in (9, 8, 7, 1)]
    with clock.at(moments[0]):
        thread = workshops.ask(one, subject="Which model?", body="May I use GROW?", by=cast.learner)
    for at, author in zip(moments[1:], (cast.tutor, cast.learner, cast.learner), strict=True):
        with clock.at(at):
            workshops.reply(thread, body=f"Said at {at}", by=author)

    found = Thread.objects.waiting_for(cast.tutor, [one.cohort_id]).get()

    assert found.waits_since == moments[2]
    assert Message.objects.filter(thread=thread).count() == 4
    assert counts(cast.tutor).of("questions", window="overdue") == 1


def test_what_is_answered_leaves_the_desk(cast, tutor):
    world = worlds.a_world(cast)
    workshops.reply(world.thread, body="Yes.", by=cast.tutor)
    workshops.catch_up(world.missed, kind="recording", held_on=clock.today(), by=cast.tutor)
    Draft.objects.filter(state="sent").update(state="withdrawn", withdrawn_at=clock.now())

    kinds = {section.kind for section in page(tutor).context["sections"]}

    assert kinds == {"actions", "registers"}


def test_more_than_ten_of_a_kind_open_on_a_page_of_their_own(cast, tutor):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    thread = workshops.ask(one, subject="Which model?", body="May I use GROW?", by=cast.learner)
    worlds.multiplied([thread], 13)

    desk, alone = page(tutor), page(tutor, only="questions")

    assert (len(desk.context["sections"][0].rows), desk.context["sections"][0].hidden) == (10, 4)
    assert len(alone.context["sections"][0].rows) == 14
    assert "4 more" in desk.content.decode()


# ---- who marks


def test_a_piece_given_to_a_colleague_is_on_their_desk_alone(cast, tutor):
    piece = factories.a_submission(cast=cast)
    other = another_tutor(cast, piece.enrolment.cohort)
    Submission.objects.filter(pk=piece.pk).update(marker=other)
    piece.refresh_from_db()

    assert "Nothing to mark" in page(tutor).content.decode()
    assert counts(other).of("marking") == 1
    with pytest.raises(Refused, match="This was given to Olga Other for marking"):
        marking.take(piece, by=cast.tutor)
    marking.take(piece, by=other)


def test_a_piece_given_to_somebody_whose_appointment_is_over_is_free_for_the_others(cast, tutor):
    piece = factories.a_submission(cast=cast)
    gone = another_tutor(cast, piece.enrolment.cohort, to_on=clock.today() - dt.timedelta(days=1))
    Submission.objects.filter(pk=piece.pk).update(marker=gone)
    piece.refresh_from_db()

    assert "1 piece to mark" in page(tutor).content.decode()
    marking.take(piece, by=cast.tutor)


def test_a_piece_moved_between_reading_and_taking_is_not_taken(cast):
    piece = factories.a_submission(cast=cast)
    other = another_tutor(cast, piece.enrolment.cohort)
    stale = Submission.objects.get(pk=piece.pk)
    assert stale.marker_id is None
    Submission.objects.filter(pk=piece.pk).update(marker=other)

    with pytest.raises(Refused, match="This was given to Olga Other"):
        marking.take(stale, by=cast.tutor)


# ---- pages


@pytest.mark.parametrize("order", ["due", "-due", "arrived", "learner", "-cohort", "begun"])
def test_the_pages_hold_every_piece_once_in_every_order(cast, tutor, order):
    total = 60
    dice = Random(7)
    rows = a_pile(cast, total, submitted_at=lambda n: clock.now() - dt.timedelta(minutes=dice.randrange(20)))
    first = page(tutor, order=order).context["listing"]
    second = page(tutor, order=order, at=first.page.after).context["listing"]
    back = page(tutor, order=order, at=second.page.before).context["listing"]

    seen = [one.pk for one in [*first.page, *second.page]]
    assert (len(first.page), len(second.page), second.page.after) == (50, 10, "")
    assert sorted(seen) == sorted(rows.values_list("pk", flat=True))
    assert [one.pk for one in back.page] == seen[:50]


def test_a_garbled_cursor_gives_the_first_page_and_keeps_the_choice(cast, tutor):
    factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, name="Ada Able"))

    found = page(tutor, at="%00garbage", q="Able", due="week", cohort="9" * 40, attempt="first")

    assert found.context["listing"].q == "Able"
    assert found.context["listing"].page.before == ""
