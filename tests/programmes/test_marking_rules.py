"""The marking rules of a cohort: who sets them, what is kept of each change, and what has to be said."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused
from programmes import actions, policy
from programmes.models import Cohort
from tests import factories

SOON = dt.timedelta(days=9)


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


def rules(cohort, **facts):
    times = {one.assignment_id: one.results_at for one in cohort.deadlines.all()}
    plain = {"release_rule": "at_once", "second_marks": "on_request", "anonymous_marking": False, "times": times}
    return {**plain, **facts}


def form(cohort, *, at="", **facts):
    asked = {f"at{one.assignment_id}": at for one in cohort.deadlines.all()}
    return {"release_rule": "at_once", "second_marks": "on_request", **asked, **facts}


def test_each_change_is_kept_with_what_was_before_and_no_change_leaves_nothing(cast, cohort):
    moment = clock.now() + SOON
    times = {one.assignment_id: moment for one in cohort.deadlines.all()}
    said = rules(cohort, release_rule="at_a_time", second_marks="all", anonymous_marking=True, times=times)

    for _ in range(2):
        actions.set_marking_rules(cohort, **said, reason="Agreed with the client.", by=cast.contract_manager)

    cohort.refresh_from_db()
    assert (cohort.release_rule, cohort.second_marks, cohort.anonymous_marking) == ("at_a_time", "all", True)
    assert set(cohort.deadlines.values_list("results_at", flat=True)) == {moment}
    kept = [one for one in Event.objects.about(cohort).filter(verb__startswith="set_") if "now" in one.detail]
    events = {(one.verb, one.detail["was"], one.detail["now"]) for one in kept}
    assert ("set_release_rule", "As soon as it is signed", "At a time set for each assignment") in events
    assert ("set_anonymous_marking", "Off", "On") in events
    assert ("set_second_marking", "Only where it is asked for", "Every piece of work") in events
    assert len(events) == 5
    assert Event.objects.about(cohort).filter(verb="set_release_rule").count() == 1


def test_names_come_back_with_a_reason_only(cast, cohort):
    actions.set_marking_rules(cohort, **rules(cohort, anonymous_marking=True), by=cast.administrator)

    with pytest.raises(Refused, match="Say why the names are shown again"):
        actions.set_marking_rules(cohort, **rules(cohort), by=cast.administrator)
    actions.set_marking_rules(cohort, **rules(cohort), reason="The client asks for it.", by=cast.administrator)

    event = Event.objects.about(cohort).filter(verb="set_anonymous_marking").latest("pk")
    assert "The client asks for it." in event.detail["reason"]


def test_a_time_is_set_for_each_assignment_with_a_deadline(cast, cohort):
    first, *_ = cohort.deadlines.all()

    with pytest.raises(Refused, match="Set the time for"):
        actions.set_marking_rules(
            cohort,
            **rules(cohort, release_rule="at_a_time", times={first.assignment_id: clock.now()}),
            by=cast.administrator,
        )
    cohort.deadlines.all().delete()
    with pytest.raises(Refused, match="Set a deadline for each assignment first"):
        actions.set_marking_rules(cohort, **rules(cohort, release_rule="at_a_time"), by=cast.administrator)


def test_a_new_deadline_keeps_the_time_of_the_results(cast, cohort):
    moment = clock.now() + SOON
    times = {one.assignment_id: moment for one in cohort.deadlines.all()}
    actions.set_marking_rules(cohort, **rules(cohort, times=times), by=cast.administrator)
    assignment = cohort.deadlines.first().assignment

    actions.set_cohort_deadline(cohort, assignment=assignment, due_on=clock.today() + SOON, by=cast.administrator)

    assert cohort.deadlines.get(assignment=assignment).results_at == moment


@pytest.mark.parametrize("who", ["learner", "tutor", "iqa", "eqa", "client_contact", "stranger", "another_manager"])
def test_only_the_managers_of_the_contract_and_administrators_set_them(cast, cohort, who):
    by = factories.a_user(role=Role.CONTRACT_MANAGER) if who == "another_manager" else getattr(cast, who)

    with pytest.raises(NotAllowed):
        actions.set_marking_rules(cohort, **rules(cohort, release_rule="after_iqa"), by=by)

    assert Cohort.objects.get(pk=cohort.pk).release_rule == "at_once"


def test_the_page_sets_them_keeps_what_was_typed_and_says_what_follows(cast, cohort):
    manager, url = cast.client_of("contract_manager"), reverse("programmes:set_marking_rules", args=[cohort.code])

    refused = manager.post(url, form(cohort, release_rule="at_a_time", reason="Board in June."))
    assert refused.status_code == 409
    assert "Set the time for" in refused.content.decode()
    assert "Board in June." in refused.content.decode()
    done = manager.post(
        url, form(cohort, release_rule="at_a_time", at="2030-06-01T12:00"), follow=True
    ).content.decode()

    assert "wait for the time you set; what is released stays released" in done
    assert "At a time set for each assignment" in done
    assert {f"{one.results_at:%Y-%m-%d %H:%M}" for one in cohort.deadlines.all()} == {"2030-06-01 11:00"}
    again = manager.get(url).content.decode()
    assert "2030-06-01T12:00" in again


@pytest.mark.parametrize("now", ["at_once", "after_iqa", "at_a_time"])
def test_after_a_change_of_the_rule_a_sentence_says_what_becomes_of_what_waits(now):
    assert "released" in policy.after_the_change("at_once", now)
