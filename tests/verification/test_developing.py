"""What verification says about a tutor's marking over time: one page, which verifier and tutor both read."""

import datetime as dt
import html
import itertools
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale
from programmes import actions as programmes
from tests import factories
from verification import actions, judging
from verification.judging import Judgement, Rated
from verification.models import DevelopmentPoint
from verification.models.developing import by_quarter, most_against, quarter_of, quarters
from verification.verifying import numbers_of

DAY = dt.timedelta(days=1)


def text_of(answer):
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def sample_of(cast):
    piece = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast), state="passed")
    return actions.select(piece, reason="A new tutor", by=cast.iqa)


def judged(cast, **aspects):
    sample = sample_of(cast)
    lines = judging.agreeing(numbers_of(sample)).criteria
    return actions.agree(sample, comment="Fair.", judgement=Judgement(lines, aspects), by=cast.iqa)


def rejected(cast, *, days=3):
    sample = sample_of(cast)
    due = clock.today() + days * DAY
    return actions.send_back(sample, action="Look again.", action_due_on=due, **factories.rejected(sample), by=cast.iqa)


def point(cast, **facts):
    given = {
        "text": "Name the passage.",
        "agreed_on": clock.today(),
        "look_again_on": clock.today() + 30 * DAY,
        **facts,
    }
    return actions.add_point(cast.tutor, **given, by=cast.iqa)


def test_the_page_counts_ratings_by_quarter_in_words(cast):
    judged(cast, reasoned=Rated("strong"), helping=Rated("develop", "Ask, do not tell."))
    judged(cast, reasoned=Rated("strong"))

    page = text_of(cast.client_of("iqa").get(reverse("verification:development_of", args=[cast.tutor.pk])))

    assert "2 strong" in page
    assert "1 to develop" in page
    assert "Verifiers agreed with every decision they judged" in page
    assert "2 verified pieces" in page


def test_what_was_asked_stands_there_with_its_answer_and_whether_it_came_in_time(cast):
    early, late = rejected(cast), rejected(cast)
    actions.answer(early, answer="It stands: page 2.", by=cast.tutor)
    with clock.at(clock.now() + 5 * DAY):
        actions.answer(late, answer="It stands: page 3.", by=cast.tutor)
        page = text_of(cast.client_of("tutor").get(reverse("verification:own_development")))

    assert re.search(r"answered [^:]*, in time: It stands: page 2\.", page)
    assert re.search(r"answered [^:]*, late: It stands: page 3\.", page)
    assert "not agreed 1 time of 1" in page


def test_a_tutor_reads_their_own_page_and_no_other(cast):
    judged(cast)
    other = factories.a_user(role=Role.TUTOR, name="Olga Other")

    own = text_of(cast.client_of("tutor").get(reverse("verification:development_of", args=[cast.tutor.pk])))
    theirs = cast.client_of("tutor").get(reverse("verification:development_of", args=[other.pk]))

    assert "Feedback on my marking" in own
    assert "Add a development point" not in own
    assert theirs.status_code == 404


def test_a_verifier_of_other_cohorts_finds_neither_the_tutor_nor_what_was_said(cast):
    judged(cast)
    point(cast)
    stray = factories.signed_in(factories.a_user(role=Role.IQA))

    assert stray.get(reverse("verification:development_of", args=[cast.tutor.pk])).status_code == 404
    assert "Nothing verified yet" in text_of(stray.get(reverse("verification:development")))
    assert stray.get(reverse("verification:close_point", args=[DevelopmentPoint.objects.get().pk])).status_code == 404


def test_the_list_is_by_name_and_counts_open_and_overdue_actions(cast):
    rejected(cast, days=1)
    judged(cast, helping=Rated("develop", "Ask, do not tell."), reasoned=Rated("sound"))
    point(cast)

    with clock.at(clock.now() + 3 * DAY):
        page = text_of(cast.client_of("administrator").get(reverse("verification:development")))

    assert "Tomas Tutor" in page
    row = re.search(r"Tomas Tutor 2 1 .{0,60}1, 1 overdue 1 1 ", page)
    assert row, page


def test_a_point_is_agreed_looked_at_again_and_closed_with_events(cast):
    one = point(cast)
    closed = actions.close_point(one, done_note="It does, since June.", by=cast.iqa)

    assert [event.verb for event in Event.objects.about(one).order_by("pk")] == ["add_point", "close_point"]
    assert (closed.done_by, closed.done_note) == (cast.iqa, "It does, since June.")
    assert "It does, since June." in text_of(cast.client_of("tutor").get(reverse("verification:own_development")))
    with pytest.raises(Stale, match="closed a moment ago"):
        actions.close_point(one, done_note="Again.", by=cast.iqa)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"text": " "}, "Say what to work on"),
        ({"agreed_on": 1}, "still to come"),
        ({"look_again_on": -1}, "This day has passed"),
    ],
)
def test_a_point_says_what_and_when(cast, facts, sentence):
    days = {name: clock.today() + value * DAY for name, value in facts.items() if name != "text"}

    with pytest.raises(Refused, match=sentence):
        point(cast, **{**facts, **days})


def test_nobody_agrees_a_point_with_themselves_and_only_verifiers_agree_one(cast):
    given = {"text": "More.", "agreed_on": clock.today(), "look_again_on": clock.today()}
    with pytest.raises(Refused, match="agreed with somebody else"):
        actions.add_point(cast.iqa, **given, by=cast.iqa)
    with pytest.raises(NotAllowed):
        actions.add_point(cast.tutor, **given, by=cast.administrator)
    one = point(cast)
    with pytest.raises(IntegrityError, match="agreed_with_another"), transaction.atomic():
        DevelopmentPoint.objects.filter(pk=one.pk).update(added_by=cast.tutor)


def test_the_forms_add_and_close_a_point_and_lose_nothing(cast):
    judged(cast)
    iqa, back = cast.client_of("iqa"), reverse("verification:development_of", args=[cast.tutor.pk])
    add = reverse("verification:add_point", args=[cast.tutor.pk])
    typed = {"text": "Name the passage.", "agreed_on": clock.today().isoformat(), "look_again_on": "2020-01-01"}

    refused = iqa.post(add, typed)
    added = iqa.post(add, {**typed, "look_again_on": (clock.today() + 9 * DAY).isoformat()})
    close = reverse("verification:close_point", args=[DevelopmentPoint.objects.get().pk])
    closed = iqa.post(close, {"done_note": "It does."})

    assert refused.status_code == 409
    assert "Name the passage." in refused.content.decode()
    assert (added.url, closed.url) == (back, back)


def test_a_tutor_who_verifies_elsewhere_is_not_in_their_own_list(cast):
    judged(cast)
    factories.RoleGrant.objects.create(user=cast.tutor, role=Role.IQA, granted_at=clock.now())
    tutor = type(cast.tutor).objects.get(pk=cast.tutor.pk)
    cohort = cast.tutor.appointments.get().cohort
    programmes.allocate_verifier(cohort, verifier=tutor, role=Role.IQA, from_on=clock.today(), by=cast.administrator)

    assert "Nothing verified yet" in text_of(factories.signed_in(tutor).get(reverse("verification:development")))


# ---- pure


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.integers(1, 12))
def test_quarters_follow_one_another_and_hold_their_days(day, count):
    found = quarters(day, count)

    assert found[0] == quarter_of(day)
    assert found[0].begins_on <= day
    assert len(set(found)) == count
    for later, earlier in itertools.pairwise(found):
        assert earlier == quarter_of(later.begins_on - DAY)


rows = st.lists(
    st.fixed_dictionaries(
        {
            "aspect": st.sampled_from(["", *judging.Aspect.values]),
            "rating": st.sampled_from(judging.Rating.values),
            "agrees": st.booleans(),
            "criterion": st.integers(1, 3),
            "criterion__number": st.just("1.1"),
            "criterion__title": st.just("One"),
            "criterion__outcome__unit__number": st.just("500"),
            "sample__decided_at": st.datetimes(
                dt.datetime(2025, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC)
            ),
        }
    ).map(lambda one: {**one, "criterion": None} if one["aspect"] else one),
    max_size=20,
)


@given(rows)
def test_every_rating_of_the_quarters_shown_is_counted_once(lines):
    shown = quarters(dt.date(2026, 12, 31), 12)

    counted = sum(n for _, each in by_quarter(lines, shown) for one in each for _, _, n in one.said)

    assert counted == sum(bool(one["aspect"]) for one in lines)


@given(rows)
def test_a_criterion_is_named_only_if_it_was_not_agreed_with(lines):
    found = most_against(lines)

    assert sum(one.count for one in found) == sum(one["agrees"] is False for one in lines if one["criterion"])
    assert all(0 < one.count <= one.of for one in found)
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)
