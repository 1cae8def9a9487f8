"""Release after internal verification, at a time, and by hand: who learns of what, and when."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.permissions import Role
from assignments import deadlines
from assignments.models import Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, WrongState
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from programmes.models import Cohort, CohortDeadline
from tests import factories
from verification import actions, policy
from verification.models.standing import verified

DAY = dt.timedelta(days=1)


def _cohort(cast, rule="after_iqa", at=None):
    cohort = factories.a_cohort(cast=cast)
    times = {one.assignment_id: at for one in cohort.deadlines.all()}
    facts = {"second_marks": "on_request", "anonymous_marking": False, "times": times}
    return programmes.set_marking_rules(cohort, release_rule=rule, **facts, by=cast.contract_manager)


def _signed(cast, *, unmet=0, cohort=None, kind="essay", one=None):
    one = one or factories.an_enrolment(cast=cast, cohort=cohort or _cohort(cast))
    submission = factories.a_submission(cast=cast, one=one, kind=kind)
    factories.mark(submission, cast=cast, unmet=unmet)
    return Submission.objects.get(pk=submission.pk)


def _sent_back(cast, submission):
    sample = actions.select(submission, reason="A new tutor", by=cast.iqa)
    due = clock.today() + 7 * DAY
    return actions.send_back(
        sample, action="Look at 1.1 again.", action_due_on=due, **factories.rejected(sample), by=cast.iqa
    )


def _told(submission):
    keys = Notice.objects.filter(recipient=submission.enrolment.learner).values_list("key", flat=True)
    return {key.split(":")[-1] for key in keys if key.startswith(f"submission:{submission.pk}:")} - {"receipt"}


def _both(cast):
    """Somebody who tutors and is internal verifier of the same cohort."""
    person = factories.a_user(role=Role.TUTOR, name="Beth Both")
    factories.RoleGrant.objects.create(user=person, role=Role.IQA, granted_at=clock.now() - 9 * DAY)
    cohort = _cohort(cast)
    appointment = programmes.propose_tutor(cohort, tutor=person, from_on=cohort.starts_on, by=cast.contract_manager)
    programmes.approve_tutor(appointment, by=cast.client_contact)
    programmes.allocate_verifier(
        cohort, verifier=person, role=Role.IQA, from_on=clock.today() - DAY, by=cast.administrator
    )
    return person, cohort


# ---- after internal verification


@pytest.mark.parametrize(("unmet", "state"), [(0, "passed"), (1, "referred")])
def test_agreeing_releases_what_waits_for_it(cast, unmet, state):
    submission = _signed(cast, unmet=unmet)
    assert (submission.state, _told(submission)) == ("signed", set())
    assert not Submission.objects.filter(attempt=2).exists()

    actions.agree(actions.select(submission, reason="A new tutor", by=cast.iqa), by=cast.iqa)

    submission.refresh_from_db()
    assert (submission.state, submission.is_released) == (state, True)
    assert len(_told(submission)) == 1
    assert Submission.objects.filter(attempt=2, state="draft").exists() is bool(unmet)
    released = Event.objects.about(submission).get(new_state=state)
    assert released.actor_id == cast.iqa.pk


def test_what_is_sent_back_stays_provisional_until_the_next_round_is_agreed_with(cast):
    submission = _signed(cast)
    sample = _sent_back(cast, submission)
    assert Submission.objects.get(pk=submission.pk).state == "signed"

    actions.answer(sample, answer="Looked again, it stands.", by=cast.tutor)
    assert Submission.objects.get(pk=submission.pk).state == "signed"
    actions.agree(factories.following(sample), by=cast.iqa)

    assert Submission.objects.get(pk=submission.pk).state == "passed"


def test_a_pass_overturned_before_its_release_becomes_a_referral_nobody_hears_of_yet(cast):
    submission = _signed(cast)
    sample = _sent_back(cast, submission)
    criterion = submission.criteria().get(number="1.1")
    facts = {"actions": {criterion.pk: ("One side only.", "Add the other side.")}, "summary": "A second look."}
    resubmit_by = clock.today() + 20 * DAY

    actions.overturn(sample, answer="You are right.", **facts, resubmit_by=resubmit_by, by=cast.tutor)

    submission = Submission.objects.get(pk=submission.pk)
    assert (submission.state, submission.resubmit_by, _told(submission)) == ("signed", None, set())
    assert [one.outcome for one in submission.markings.all()] == ["pass", "referral"]
    assert not Submission.objects.filter(attempt=2).exists()
    answered = Notice.objects.get(key=f"sample:{sample.pk}:answered")
    assert "which is not released yet" in answered.body

    actions.agree(factories.following(sample), by=cast.iqa)
    submission.refresh_from_db()
    assert (submission.state, submission.resubmit_by) == ("referred", resubmit_by)
    assert Submission.objects.filter(attempt=2, state="draft").exists()
    assert _told(submission) == {"referred"}


def test_a_referral_is_not_overturned_into_another(cast):
    submission = _signed(cast, unmet=1)
    sample = _sent_back(cast, submission)
    criterion = submission.criteria().get(number="2.1")
    facts = {"actions": {criterion.pk: ("", "More.")}, "summary": "Again.", "resubmit_by": clock.today() + 20 * DAY}

    with pytest.raises(Refused, match="This is a referral already"):
        actions.overturn(sample, answer="You are right.", **facts, by=cast.tutor)

    assert submission.markings.count() == 1


def test_verified_before_its_release_a_pass_is_not_verified_again(cast):
    cohort = _cohort(cast)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    for kind in ("essay", "portfolio"):
        submission = _signed(cast, one=one, kind=kind)
        actions.agree(actions.select(submission, reason="All", by=cast.iqa), by=cast.iqa)

    assert not factories.in_queue(Enrolment.objects.all()).exists()
    assert verified(Enrolment.objects.all()).get() == one


def test_agreeing_before_the_time_that_is_set_does_not_release(cast):
    submission = _signed(cast, cohort=_cohort(cast, "at_a_time", clock.now() + 9 * DAY))

    actions.agree(actions.select(submission, reason="A new tutor", by=cast.iqa), by=cast.iqa)

    assert Submission.objects.get(pk=submission.pk).state == "signed"


# ---- at a time


def test_the_command_releases_what_is_due_once_with_its_event_and_its_mail(cast, capsys):
    at = clock.now() + 9 * DAY
    cohort = _cohort(cast, "at_a_time", at)
    submissions = [_signed(cast, cohort=cohort, unmet=n) for n in (0, 1)]
    call_command("release_results")
    assert Submission.objects.unreleased().count() == 2

    with clock.at(at):
        call_command("release_results")
        call_command("release_results")

    assert capsys.readouterr().out.split("\n")[:3] == ["0 results released", "2 results released", "0 results released"]
    assert [Submission.objects.get(pk=one.pk).state for one in submissions] == ["passed", "referred"]
    assert [len(_told(one)) for one in submissions] == [1, 1]
    assert Event.objects.filter(verb__startswith="release_").count() == 2
    assert Submission.objects.filter(attempt=2).count() == 1


def test_a_result_signed_after_its_time_is_released_at_once(cast):
    assert _signed(cast, cohort=_cohort(cast, "at_a_time", clock.now() - DAY)).state == "passed"


def test_what_is_released_is_not_released_again(cast):
    submission = _signed(cast, unmet=1)
    twin = Submission.objects.get(pk=submission.pk)
    actions.release_result(submission, reason="The IQA is ill.", by=cast.administrator)

    with pytest.raises(WrongState, match="has been released in the meantime"):
        actions.release_result(twin, reason="The IQA is ill.", by=cast.administrator)

    assert Submission.objects.filter(attempt=2).count() == 1


@pytest.mark.parametrize(
    ("rule", "at", "state"),
    [
        ("at_once", None, "passed"),
        ("after_iqa", None, "signed"),
        ("at_a_time", -1, "passed"),
        ("at_a_time", 1, "signed"),
    ],
)
def test_a_changed_rule_holds_for_what_waits_and_changes_nothing_that_is_released(cast, rule, at, state):
    cohort = _cohort(cast)
    waits, released = _signed(cast, cohort=cohort), _signed(cast, cohort=cohort)
    actions.agree(actions.select(released, reason="All", by=cast.iqa), by=cast.iqa)
    times = {one.assignment_id: clock.now() + at * DAY if at else None for one in cohort.deadlines.all()}
    facts = {"second_marks": "on_request", "anonymous_marking": False, "times": times}
    programmes.set_marking_rules(cohort, release_rule=rule, **facts, by=cast.administrator)

    call_command("release_results", verbosity=0)

    assert Submission.objects.get(pk=waits.pk).state == state
    assert Submission.objects.get(pk=released.pk).state == "passed"


def test_what_was_agreed_with_before_the_rule_asked_for_it_is_released(cast):
    cohort = _cohort(cast, "at_a_time", clock.now() + 9 * DAY)
    submission = _signed(cast, cohort=cohort)
    actions.agree(actions.select(submission, reason="All", by=cast.iqa), by=cast.iqa)
    Cohort.objects.update(release_rule="after_iqa")

    assert actions.release_due() == 1


def test_what_was_signed_of_somebody_who_has_left_stays_as_it_is(cast):
    submission = _signed(cast, unmet=1)
    enrolment.withdraw(submission.enrolment, withdrawal_reason="Changed post", by=cast.administrator)
    Cohort.objects.update(release_rule="at_once")

    assert actions.release_due() == 0
    with pytest.raises(Refused, match="no longer on the programme"):
        actions.release_result(Submission.objects.get(pk=submission.pk), reason="To be kind", by=cast.administrator)


# ---- by hand


@pytest.mark.parametrize("who", ["iqa", "administrator"])
def test_a_verifier_of_the_cohort_or_an_administrator_releases_by_hand_with_a_reason(cast, who):
    submission, by = _signed(cast), getattr(cast, who)
    with pytest.raises(Refused, match="Say why this is released by hand"):
        actions.release_result(submission, reason=" ", by=by)

    actions.release_result(submission, reason="The board meets tomorrow.", by=by)

    event = Event.objects.about(submission).get(verb="release_pass")
    assert (event.actor_id, event.detail) == (by.pk, {"rule": "after_iqa", "reason": "The board meets tomorrow."})
    assert len(_told(submission)) == 1


@pytest.mark.parametrize("who", ["learner", "tutor", "eqa", "contract_manager", "client_contact", "stranger"])
def test_nobody_else_releases_by_hand(cast, who):
    submission = _signed(cast)

    with pytest.raises(NotAllowed):
        actions.release_result(submission, reason="I want to.", by=getattr(cast, who))


def test_the_tutor_who_marked_never_releases_by_hand_whatever_their_roles(cast):
    both, cohort = _both(cast)
    factories.RoleGrant.objects.create(user=both, role=Role.ADMINISTRATOR, granted_at=clock.now() - DAY)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    submission = factories.a_submission(cast=cast, one=one)
    factories.mark(submission, cast=cast, by=both)

    with pytest.raises(Refused, match="You marked this work, so somebody else releases its result"):
        actions.release_result(submission, reason="Quickly", by=both)


def test_a_verifier_of_another_cohort_does_not_release_by_hand(cast):
    with pytest.raises(Refused, match="not allocated to you"):
        actions.release_result(_signed(cast), reason="Quickly", by=factories.a_user(role=Role.IQA))


def test_what_is_being_verified_is_not_released_past_the_verifier(cast):
    submission = _signed(cast)
    sample = _sent_back(cast, submission)

    for _ in range(2):
        with pytest.raises(Refused, match="picked for verification"):
            actions.release_result(submission, reason="Quickly", by=cast.administrator)
        if sample.is_returned:
            actions.answer(sample, answer="It stands.", by=cast.tutor)


# ---- the page


def test_the_page_shows_what_each_result_waits_for_and_releases_several_at_once(cast):
    cohort = _cohort(cast)
    signed = [_signed(cast, cohort=cohort, unmet=n) for n in (0, 1, 0)]
    actions.select(signed[2], reason="All", by=cast.iqa)
    iqa, url = cast.client_of("iqa"), reverse("verification:results")
    page = iqa.get(url).content.decode()
    assert "3 results waiting for release" in page
    assert page.count("not verified yet") == 2
    assert "being verified by Ines Verifier" in page
    assert f'value="{signed[2].pk}"' not in page

    ticks = {"result": [one.pk for one in signed]}
    unreasoned = iqa.post(reverse("verification:release"), ticks)
    assert unreasoned.status_code == 409
    assert unreasoned.content.decode().count(" checked") == 2
    done = iqa.post(reverse("verification:release"), {**ticks, "reason": "The board meets."}, follow=True)

    said = done.content.decode()
    assert "Released: 2 results." in said
    assert "picked for verification" in said
    assert [Submission.objects.get(pk=one.pk).state for one in signed] == ["passed", "referred", "signed"]


def test_nothing_ticked_says_so_and_keeps_the_reason(cast):
    _signed(cast)

    answer = cast.client_of("administrator").post(reverse("verification:release"), {"reason": "The board meets."})

    assert answer.status_code == 409
    assert "Nothing is ticked that still waits" in answer.content.decode()
    assert "The board meets." in answer.content.decode()


def test_a_verifier_picks_one_from_the_page_and_reads_that_it_is_provisional(cast):
    submission = _signed(cast, unmet=1)
    iqa = cast.client_of("iqa")

    page = iqa.post(reverse("verification:select", args=[submission.pk]), follow=True).content.decode()

    assert "provisional referral" in page
    assert "The learner and the client do not know this outcome" in page
    sheet = iqa.get(reverse("assignments:result_sheet", args=[submission.pk])).content.decode()
    assert "provisional referral" in sheet


def test_a_referral_released_later_shows_the_day_that_was_signed_and_the_day_that_holds(cast):
    submission = _signed(cast, unmet=1)
    signed_for = submission.markings.get().resubmit_by
    later = clock.now() + 6 * DAY
    with clock.at(later):
        actions.release_result(submission, reason="Late", by=cast.administrator)
        submission.refresh_from_db()
        learner = factories.signed_in(submission.enrolment.learner)
        page = learner.get(submission.get_absolute_url()).content.decode()
        sheet = cast.client_of("iqa").get(reverse("assignments:result_sheet", args=[submission.pk])).content.decode()
        due_on = deadlines.effective(submission.enrolment, submission.assignment).due_on

    assert submission.resubmit_by == signed_for + 6 * DAY == due_on
    assert submission.markings.get().resubmit_by == signed_for
    assert "Your tutor signed it for" in page
    assert "so by" in sheet


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rule": "after_iqa"}, "not verified yet"),
        ({"rule": "after_iqa", "sample": "selected", "verifier": "Ines"}, "being verified by Ines"),
        ({"rule": "at_once", "sample": "returned"}, "sent back to the tutor"),
        ({"rule": "at_a_time"}, "no time is set for it"),
        ({"rule": "at_a_time", "results_at": 1}, "Tue 2 April 2024, 12:00"),
        ({"rule": "at_a_time", "results_at": -1}, "released within minutes"),
        ({"rule": "at_once"}, "released within minutes"),
        ({"rule": "after_iqa", "sample": "agreed"}, "agreed, released within minutes"),
        ({"rule": "after_iqa", "sample": "answered"}, "answered, to verify again"),
    ],
)
def test_what_a_result_waits_for_is_said_in_a_few_words(facts, words):
    now = dt.datetime(2024, 4, 1, 11, tzinfo=dt.UTC)
    if facts.get("results_at"):
        facts = {**facts, "results_at": now + facts["results_at"] * DAY}

    assert policy.waits_for(**{"results_at": None, "sample": "", **facts}, now=now)[1] == words


def test_the_times_of_another_cohort_release_nothing_here(cast):
    here = _cohort(cast, "at_a_time", clock.now() + 9 * DAY)
    there = _cohort(cast, "at_a_time", clock.now() + 9 * DAY)
    submission = _signed(cast, cohort=here)
    CohortDeadline.objects.filter(cohort=there).update(results_at=clock.now() - DAY)

    assert actions.release_due() == 0
    assert Submission.objects.get(pk=submission.pk).state == "signed"
