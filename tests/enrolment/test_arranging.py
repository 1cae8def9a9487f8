"""Adjustments, in confidence, and breaks in learning: who records them, who reads them, what stays."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import actions
from enrolment.models import BreakInLearning, ReasonableAdjustment
from reporting import facts
from tests import factories
from tests.factories import a_registration, an_enrolment, essay_of

SECRET = "Reads with a screen reader since the operation"


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast, learner=cast.learner)


def in_days(number):
    return clock.today() + dt.timedelta(days=number)


def adjusted(cast, one, *, days=5, assignment=None):
    return actions.record_adjustment(
        one,
        assignment=assignment,
        extra_working_days=days,
        arrangement=SECRET,
        agreed_on=clock.today(),
        by=cast.administrator,
    )


def away(cast, one, *, begins=10, back=20, reason="Parental leave"):
    return actions.record_break(
        one, from_on=in_days(begins), back_on=in_days(back), reason=reason, by=cast.contract_manager
    )


def essay_due(one, day=None):
    """The date of the essay in the figures as of a day."""
    found = facts.load(one.cohort, as_of=day or clock.today())
    return found.learners[one.pk].deadlines["essay"]


# ---- adjustments


def test_an_adjustment_says_the_days_to_all_and_why_to_nobody_else(cast, one):
    adjusted(cast, one)

    seen = {
        who: SECRET in cast.client_of(who).get(one.get_absolute_url()).content.decode()
        for who in ("tutor", "iqa", "eqa", "administrator", "contract_manager")
    }
    assert seen == {"tutor": False, "iqa": False, "eqa": False, "administrator": True, "contract_manager": False}
    assert "5 working days more" in cast.client_of("tutor").get(one.get_absolute_url()).content.decode()
    assert SECRET in cast.client_of("learner").get("/my/enrolment/").content.decode()
    assert not Notice.objects.filter(body__contains=SECRET).exists()
    assert not [event for event in Event.objects.all() if SECRET in str(event.detail)]


@pytest.mark.parametrize("who", ["tutor", "iqa", "contract_manager", "learner"])
def test_only_an_administrator_records_and_ends_adjustments(cast, one, who):
    adjustment = adjusted(cast, one)

    with pytest.raises(NotAllowed):
        actions.end_adjustment(adjustment, by=getattr(cast, who))
    with pytest.raises(NotAllowed):
        actions.record_adjustment(
            one, extra_working_days=5, arrangement="x", agreed_on=clock.today(), by=getattr(cast, who)
        )


@pytest.mark.parametrize(
    ("days", "agreed", "said"), [(0, 0, "from 1 to 60"), (61, 0, "from 1 to 60"), (5, 1, "lies in the future")]
)
def test_an_adjustment_that_cannot_be_is_refused(cast, one, days, agreed, said):
    with pytest.raises(Refused, match=said):
        actions.record_adjustment(
            one, extra_working_days=days, arrangement="x", agreed_on=in_days(agreed), by=cast.administrator
        )


def test_a_second_click_records_one_adjustment(cast, one):
    assert adjusted(cast, one) == adjusted(cast, one)
    assert ReasonableAdjustment.objects.count() == 1


def test_an_ended_adjustment_moves_no_date_any_more_and_is_ended_once(cast, one):
    adjustment = adjusted(cast, one)
    assert essay_due(one)[1]

    actions.end_adjustment(adjustment, by=cast.administrator)

    assert essay_due(one) == (in_days(60), False)
    with pytest.raises(Stale):
        actions.end_adjustment(adjustment, by=cast.administrator)


def test_an_adjustment_of_another_qualification_is_refused(cast, one):
    other = factories.a_version().assignments.first()

    with pytest.raises(Refused, match="another qualification"):
        adjusted(cast, one, assignment=other)


# ---- breaks


@pytest.mark.parametrize(
    ("begins", "back", "said"),
    [(10, 10, "on or before the day the break begins"), (-400, 20, "has been on the programme since"),
     (15, 30, "There is a break from"), (5, 11, "There is a break from")],
)  # fmt: skip
def test_breaks_begin_on_the_programme_and_do_not_overlap(cast, one, begins, back, said):
    away(cast, one)

    with pytest.raises(Refused, match=said):
        away(cast, one, begins=begins, back=back, reason="Another")


def test_one_break_may_follow_on_another(cast, one):
    away(cast, one)
    away(cast, one, begins=20, back=30)

    assert essay_due(one) == (in_days(80), True)


def test_a_changed_break_keeps_how_it_was_known_before(cast, one):
    pause = away(cast, one)

    changed = actions.change_break(pause, back_on=in_days(40), reason="Parental leave", by=cast.administrator)

    assert essay_due(one)[0] == in_days(90)
    assert BreakInLearning.objects.count() == 2
    assert list(one.breaks.in_force()) == [changed]
    with pytest.raises(Stale):
        actions.change_break(pause, back_on=in_days(50), reason="Again", by=cast.administrator)


@pytest.mark.parametrize("who", ["tutor", "iqa", "learner"])
def test_a_break_is_recorded_by_administrators_and_contract_managers(cast, one, who):
    with pytest.raises(NotAllowed):
        actions.record_break(one, from_on=in_days(1), back_on=in_days(2), reason="x", by=getattr(cast, who))


def test_a_manager_of_another_contract_records_no_break(cast, one):
    with pytest.raises(NotAllowed, match="Only the contract's managers"):
        actions.record_break(
            one, from_on=in_days(1), back_on=in_days(2), reason="x", by=factories.a_user(role=Role.CONTRACT_MANAGER)
        )


def test_nobody_takes_a_break_who_is_not_on_the_programme(cast):
    with pytest.raises(WrongState):
        away(cast, an_enrolment(cast=cast, state="applied"))


def test_the_database_refuses_a_break_that_ends_before_it_begins(cast, one):
    pause = away(cast, one)

    with pytest.raises(IntegrityError, match="break_ends_after_it_begins"), transaction.atomic():
        BreakInLearning.objects.filter(pk=pause.pk).update(back_on=pause.from_on)


def test_the_reason_of_a_break_is_read_by_those_who_record_it_and_the_learner(cast, one):
    away(cast, one, reason=SECRET)

    seen = {
        who: SECRET in cast.client_of(who).get(one.get_absolute_url()).content.decode()
        for who in ("tutor", "iqa", "administrator", "contract_manager")
    }
    assert seen == {"tutor": False, "iqa": False, "administrator": True, "contract_manager": True}
    assert SECRET in cast.client_of("learner").get("/my/enrolment/").content.decode()
    assert not Notice.objects.filter(body__contains=SECRET).exists()
    told = Notice.objects.filter(key__startswith="break:").values_list("recipient", flat=True)
    assert set(told) == {cast.learner.pk, cast.tutor.pk}


# ---- as of any day


def test_figures_of_a_day_know_what_was_recorded_by_then(cast, one):
    """A report of last month does not know this month's break, nor that an adjustment has ended since."""
    a_registration(one, cast=cast)
    today = clock.today()
    with clock.at(in_days(2)):
        adjustment = adjusted(cast, one)
    with clock.at(in_days(4)):
        pause = away(cast, one)
    with clock.at(in_days(6)):
        actions.change_break(pause, back_on=today + dt.timedelta(days=29), reason="Back later", by=cast.administrator)
    with clock.at(in_days(8)):
        actions.end_adjustment(adjustment, by=cast.administrator)
    with clock.at(in_days(10)):
        dates = [essay_due(one, today + dt.timedelta(days=n))[0] for n in (1, 3, 5, 7, 9)]
        own = [essay_due(one, today + dt.timedelta(days=n))[1] for n in (1, 3)]

    plain = today + dt.timedelta(days=60)
    assert dates[0] == plain
    assert dates[1] > plain
    assert [day - dates[1] for day in dates[2:4]] == [dt.timedelta(days=10), dt.timedelta(days=15)]
    assert dates[4] == plain + dt.timedelta(days=15)
    assert own == [False, True]


# ---- the pages


def test_an_administrator_records_both_on_their_pages(cast, one):
    client = cast.client_of("administrator")
    client.post(
        reverse("enrolment:record_adjustment", args=[one.pk]),
        {
            "assignment": essay_of(one.cohort).pk,
            "extra_working_days": "4",
            "arrangement": SECRET,
            "agreed_on": clock.today().isoformat(),
        },
    )
    client.post(
        reverse("enrolment:record_break", args=[one.pk]),
        {"from_on": in_days(10).isoformat(), "back_on": in_days(20).isoformat(), "reason": "Leave"},
    )
    pause, adjustment = one.breaks.get(), one.adjustments.get()
    client.post(
        reverse("enrolment:change_break", args=[pause.pk]), {"back_on": in_days(22).isoformat(), "reason": "Leave"}
    )
    client.post(reverse("enrolment:end_adjustment", args=[adjustment.pk]), {"submit": "End this adjustment"})

    assert one.breaks.in_force().get().back_on == in_days(22)
    assert one.adjustments.get().ended_by == cast.administrator
    page = client.get(one.get_absolute_url()).content.decode()
    assert "Breaks in learning" in page
    assert reverse("enrolment:end_adjustment", args=[adjustment.pk]) not in page
