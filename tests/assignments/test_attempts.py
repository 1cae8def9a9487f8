"""Attempts without a decision (returned, deferred), attempts that are left or granted, and marks out of schemes."""

import datetime as dt

import pytest

from assignments import actions, deadlines, marking, policy
from assignments.models import AttemptGrant, CriterionDecision, Submission
from assignments.standing import Standing
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, WrongState
from reporting import facts
from tests import factories
from tests.assignments.test_marking import _decide

pytestmark = pytest.mark.django_db


def soon(days=10):
    return clock.today() + dt.timedelta(days=days)


def _return(submission, *, by, reason="This is the file of another assignment."):
    actions.return_unmarked(submission, reason=reason, resubmit_by=soon(), by=by)
    submission.refresh_from_db()
    return Submission.objects.get(enrolment=submission.enrolment_id, assignment=submission.assignment_id, state="draft")


def _standing(submission):
    mine = Submission.objects.filter(enrolment=submission.enrolment_id, assignment=submission.assignment_id).in_order()
    deadline = deadlines.effective(submission.enrolment, submission.assignment)
    return Standing(submission.enrolment, submission.assignment, list(mine), deadline, clock.today())


def _scheme(submission, scheme, *, pass_mark=50, marks=10):
    """The unit gets its scheme before the hand-in, as a catalogue gives it."""
    units = submission.assignment.units
    units.update(marking_scheme=scheme, pass_mark=pass_mark)
    for criterion in submission.criteria():
        type(criterion).objects.filter(pk=criterion.pk).update(marks=marks)


def _marked_by(submission, marks, *, by, action="Add a second example."):
    for criterion, mark in zip(submission.criteria(), marks, strict=True):
        marking.decide(submission, criterion=criterion, mark=mark, feedback="Seen.", action=action, revision=0, by=by)


# ---- returned unmarked


def test_a_piece_returned_unmarked_uses_up_no_attempt_and_its_row_stays_as_it_was(cast):
    submission = factories.a_submission(cast=cast)
    marking.take(submission, by=cast.tutor)
    _decide(submission, "1.1", by=cast.tutor)
    before = (
        Submission.objects.filter(pk=submission.pk).values("document", "reference", "submitted_at", "attempt").get()
    )

    again = _return(submission, by=cast.tutor)
    factories.attach(again, file=factories.an_essay_file(seed="better"))
    factories.hand_in(again)

    assert (submission.state, submission.resubmit_by, submission.is_released) == ("returned", soon(), True)
    assert (again.attempt, again.state) == (1, "submitted")
    assert not again.decisions.exists()
    assert Submission.objects.filter(pk=submission.pk).values(*before).get() == before
    assert submission.document.sha256 != again.document.sha256
    signed = submission.markings.get()
    assert (signed.outcome, signed.unit_results.count()) == ("return", 0)
    assert policy.attempts_are_left(again, None) == ""
    factories.mark(again, cast=cast, unmet=1)
    assert [(one.attempt, one.state) for one in Submission.objects.in_order()] == [
        (1, "returned"), (1, "referred"), (2, "draft"),
    ]  # fmt: skip


def test_the_learner_is_told_by_mail_and_page_and_sees_nothing_of_the_marking(cast, client):
    submission = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, learner=cast.learner))
    marking.take(submission, by=cast.tutor)
    _decide(submission, "1.1", "refer", by=cast.tutor, feedback="PLANTED", action="PLANTED")

    again = _return(submission, by=cast.tutor)

    mail = Notice.objects.get(key=f"submission:{submission.pk}:returned")
    assert "file of another assignment" in mail.body
    assert "hand in attempt 1 again" in mail.body
    client.force_login(cast.learner)
    pages = [client.get(url) for url in (submission.get_absolute_url(), again.get_absolute_url(), "/my/assignments/")]
    sheet = client.get(f"{submission.get_absolute_url()}result-sheet/")
    assert [page.status_code for page in (*pages, sheet)] == [200] * 4
    assert all("PLANTED" not in page.content.decode() for page in (*pages, sheet))
    assert "file of another assignment" in pages[0].content.decode()
    assert "came back unmarked" in pages[1].content.decode()
    assert "hand in attempt 1 again" in _standing(submission).lead


def test_what_was_met_in_an_earlier_attempt_goes_along_with_a_returned_one(cast):
    first = factories.a_submission(cast=cast, state="referred")
    second = Submission.objects.get(enrolment=first.enrolment, attempt=2)
    factories.attach(second, file=factories.an_essay_file(seed="second"))
    factories.hand_in(second)
    marking.take(second, by=cast.tutor)
    _decide(second, "1.1", "refer", by=cast.tutor, action="More.")

    again = _return(second, by=cast.tutor)

    assert again.attempt == 2
    kept = again.decisions.values_list("criterion__number", "decision", "carried_forward")
    assert sorted(kept) == [("1.2", "pass", True), ("2.1", "pass", True)]


def test_the_days_a_returned_piece_was_with_the_tutor_are_kept(cast):
    with clock.at(dt.datetime(2024, 6, 3, 9, tzinfo=dt.UTC)):
        submission = factories.a_submission(cast=cast)
    with clock.at(dt.datetime(2024, 6, 6, 9, tzinfo=dt.UTC)):
        again = _return(submission, by=cast.tutor)
        assert again.clock_used == 3
        factories.attach(again, file=factories.an_essay_file(seed="better"))
        factories.hand_in(again)
        again.refresh_from_db()
        assert again.mark_by == deadlines.add_working_days(dt.date(2024, 6, 6), 7)


def test_a_return_says_why_and_is_no_referral_to_the_reports(cast):
    submission = factories.a_submission(cast=cast)
    with pytest.raises(Refused, match="Say why you return it"):
        actions.return_unmarked(submission, reason=" ", resubmit_by=soon(), by=cast.tutor)
    _return(submission, by=cast.tutor)

    cohort = submission.enrolment.cohort
    work = facts.load(cohort, as_of=clock.today()).learners[submission.enrolment_id]
    assert (work.work["essay"].state, work.work["essay"].referred_at) == ("draft", None)
    assert work.deadlines["essay"] == (soon(), True)
    assert deadlines.effective(submission.enrolment, submission.assignment).sentence.endswith("was returned unmarked.")


def test_nothing_is_returned_by_somebody_else_or_twice(cast):
    submission = factories.a_submission(cast=cast)
    with pytest.raises(NotAllowed):
        actions.return_unmarked(submission, reason="Wrong file.", resubmit_by=soon(), by=cast.iqa)
    _return(submission, by=cast.tutor)
    with pytest.raises(WrongState):
        actions.return_unmarked(submission, reason="Wrong file.", resubmit_by=soon(), by=cast.tutor)


def test_marking_a_returned_piece_after_it_came_again_is_refused_with_a_sentence(cast):
    submission = factories.a_submission(cast=cast)
    again = _return(submission, by=cast.tutor)
    factories.attach(again, file=factories.an_essay_file(seed="better"))
    factories.hand_in(again)

    with pytest.raises(WrongState, match="Attempt 1 has been handed in again"):
        marking.take(submission, by=cast.tutor)


# ---- deferred


def test_a_deferred_piece_is_not_signed_and_its_clock_stands_still(cast):
    with clock.at(dt.datetime(2024, 6, 3, 9, tzinfo=dt.UTC)):
        submission = factories.a_submission(cast=cast)
    with clock.at(dt.datetime(2024, 6, 5, 9, tzinfo=dt.UTC)):
        deferral = actions.defer(submission, reason="The viva is on Friday.", until=soon(), by=cast.tutor)
        submission.refresh_from_db()
        assert (submission.mark_by, submission.clock_used) == (None, 2)
        with pytest.raises(Refused, match="is deferred until"):
            factories.mark(submission, cast=cast)
        with pytest.raises(Refused, match="End the deferral first"):
            actions.return_unmarked(submission, reason="Wrong file.", resubmit_by=soon(), by=cast.tutor)
        with pytest.raises(Refused, match="End the deferral first"):
            actions.defer(submission, reason="Again.", until=soon(), by=cast.tutor)
    with clock.at(dt.datetime(2024, 6, 17, 9, tzinfo=dt.UTC)):
        actions.end_deferral(deferral, note="It went well.", by=cast.tutor)
        submission.refresh_from_db()
        assert submission.mark_by == deadlines.add_working_days(dt.date(2024, 6, 17), 8)
        submission.decisions.all().delete()
        factories.mark(submission, cast=cast)
    verbs = set(Event.objects.about(submission).values_list("verb", flat=True))
    assert {"defer", "end_deferral", "award_pass"} <= verbs


def test_the_learner_reads_what_the_decision_waits_for(cast, client):
    submission = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, learner=cast.learner))
    deferral = actions.defer(submission, reason="The viva is on Friday.", until=soon(), by=cast.tutor)

    assert "The viva is on Friday." in Notice.objects.get(key=f"deferral:{deferral.pk}:deferred").body
    client.force_login(cast.learner)
    assert "The viva is on Friday." in client.get(submission.get_absolute_url()).content.decode()
    actions.end_deferral(deferral, by=cast.tutor)
    assert "The viva is on Friday." not in client.get(submission.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "Say what the decision waits for"),
        ({"until": dt.date(2020, 1, 1)}, "Choose a day after today"),
    ],
)
def test_a_deferral_has_a_reason_and_a_day_to_come(cast, given, sentence):
    submission = factories.a_submission(cast=cast)

    with pytest.raises(Refused, match=sentence):
        actions.defer(submission, **{"reason": "A viva.", "until": soon(), **given}, by=cast.tutor)


# ---- attempts


def _last_attempt(cast):
    first = factories.a_submission(cast=cast, state="referred")
    second = Submission.objects.get(enrolment=first.enrolment, attempt=2)
    factories.attach(second, file=factories.an_essay_file(seed="second"))
    factories.hand_in(second)
    return second


def test_the_last_attempt_is_referred_only_if_another_one_was_granted(cast, client):
    last = _last_attempt(cast)
    with pytest.raises(Refused, match="This was attempt 2 of 2, so it cannot be referred again"):
        factories.mark(last, cast=cast, unmet=1)
    last.decisions.filter(carried_forward=False).delete()
    client.force_login(cast.tutor)
    asked = client.post(f"/marking/{last.pk}/ask-attempt/", {"reason": "Nearly there."})
    assert asked.status_code == 302
    mail = Notice.objects.get(key__startswith="attempt-asked:", recipient=cast.contract_manager)
    assert f"/enrolments/{last.enrolment_id}/assignments/{last.assignment_id}/grant-attempt/" in mail.body

    client.force_login(cast.contract_manager)
    url = f"/enrolments/{last.enrolment_id}/assignments/{last.assignment_id}/grant-attempt/"
    assert client.post(url, {"reason": "She was ill."}).status_code == 302
    assert "She was ill." in client.get(url).content.decode()

    assert AttemptGrant.objects.get().granted_by == cast.contract_manager
    assert Event.objects.about(last.enrolment).filter(verb="grant_attempt").exists()
    assert Notice.objects.filter(key__startswith="attempt-grant:", recipient=cast.tutor).exists()
    factories.mark(last, cast=cast, unmet=1)
    assert Submission.objects.filter(enrolment=last.enrolment, attempt=3, state="draft").exists()


def test_an_attempt_is_granted_with_a_reason_by_a_manager_of_the_contract_only(cast):
    last = _last_attempt(cast)
    give = {"assignment": last.assignment}

    with pytest.raises(Refused, match="Say why"):
        actions.grant_attempt(last.enrolment, **give, reason=" ", by=cast.contract_manager)
    for somebody in (cast.tutor, factories.a_user(role="contract_manager")):
        with pytest.raises(NotAllowed):
            actions.grant_attempt(last.enrolment, **give, reason="Ill.", by=somebody)
    factories.mark(last, cast=cast)
    with pytest.raises(WrongState, match="has passed"):
        actions.grant_attempt(last.enrolment, **give, reason="Ill.", by=cast.contract_manager)


# ---- schemes with marks


def test_by_average_a_unit_passes_though_one_criterion_lies_under(cast):
    submission = factories.a_submission(cast=cast, state="draft")
    _scheme(submission, "average")
    factories.hand_in(submission)
    _marked_by(submission, (4, 8, 9), by=cast.tutor)

    marking.award_pass(submission, is_authentic=True, by=cast.tutor)

    submission.refresh_from_db()
    assert submission.state == "passed"
    decided = dict(submission.decisions.values_list("criterion__number", "decision"))
    assert decided == {"1.1": "refer", "1.2": "pass", "2.1": "pass"}
    assert not submission.decisions.exclude(action="").exists()
    assert submission.markings.get().unit_results.get().outcome == "pass"


def test_by_average_too_few_marks_refer_the_unit_and_ask_for_those_under(cast):
    submission = factories.a_submission(cast=cast, state="draft")
    _scheme(submission, "average")
    factories.hand_in(submission)
    _marked_by(submission, (2, 4, 8), by=cast.tutor)
    with pytest.raises(Refused, match="Unit 500 has 14 of 30 marks, under its pass mark, so this is a referral"):
        marking.award_pass(submission, is_authentic=True, by=cast.tutor)

    marking.refer(submission, is_authentic=True, resubmit_by=soon(), by=cast.tutor)

    following = Submission.objects.get(enrolment=submission.enrolment, attempt=2)
    assert list(following.decisions.values_list("criterion__number", "mark")) == [("2.1", 8)]
    asked = submission.decisions.exclude(action="").values_list("criterion__number", flat=True)
    assert sorted(asked) == ["1.1", "1.2"]


def test_by_minimum_the_decision_follows_from_the_mark_and_no_other_is_taken(cast, client):
    submission = factories.a_submission(cast=cast, state="draft")
    _scheme(submission, "minimum", marks=8)
    factories.hand_in(submission)
    criterion = submission.criteria().first()
    client.force_login(cast.tutor)
    url = f"/marking/{submission.pk}/criteria/{criterion.pk}/decide/"
    marking.take(submission, by=cast.tutor)

    over = client.post(url, {"mark": "9", "decision": "pass", "feedback": "Kept", "action": "", "revision": "0"})
    word = client.post(url, {"mark": "six", "feedback": "Kept", "action": "", "revision": "0"})
    assert (over.status_code, word.status_code) == (409, 409)
    assert "1.1 has 8 marks at most. Enter a mark from 0 to 8." in over.content.decode()
    assert "as a whole number" in word.content.decode()
    assert all("Kept" in page.content.decode() for page in (over, word))
    client.post(url, {"mark": "3", "decision": "pass", "feedback": "Thin.", "action": "More.", "revision": "0"})

    saved = CriterionDecision.objects.get(submission=submission)
    assert (saved.mark, saved.decision) == (3, "refer")
    page = client.get(f"/marking/{submission.pk}/").content.decode()
    assert "Every criterion must reach 50 per cent of its marks." in page
    assert "out of 8" in page
    assert "3 of 8 marks, not met" in page


def test_scheme_pass_mark_and_marks_are_those_of_the_hand_in(cast):
    submission = factories.a_submission(cast=cast, state="draft")
    _scheme(submission, "minimum", pass_mark=40, marks=8)
    factories.hand_in(submission)
    _scheme(submission, "all_pass", pass_mark=90, marks=20)

    submission = Submission.objects.get(pk=submission.pk)
    asked = submission.asked()[0]
    assert (asked.marks, asked.outcome.unit.marking_scheme, asked.outcome.unit.pass_mark) == (8, "minimum", 40)


def test_feedback_pasted_from_a_word_processor_is_cleaned(cast, client):
    submission = factories.a_submission(cast=cast)
    marking.take(submission, by=cast.tutor)
    criterion = submission.criteria().first()
    client.force_login(cast.tutor)
    text = "\u00b7\u00a0 Say\u200b why<o:p></o:p>"

    client.post(
        f"/marking/{submission.pk}/criteria/{criterion.pk}/decide/",
        {"decision": "refer", "feedback": text, "action": text, "revision": "0"},
    )

    saved = submission.decisions.get()
    assert (saved.feedback, saved.action) == ("- Say why", "- Say why")
