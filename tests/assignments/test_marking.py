import datetime as dt
from types import SimpleNamespace as Thing

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from assignments import deadlines, marking, policy
from assignments.models import CriterionDecision, Submission, UnitResult
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import actions as enrolment
from programmes import actions as programmes
from programmes.models import TutorAppointment
from tests import factories


def _decide(submission, number, decision="pass", *, by, feedback="Good.", action="", revision=0):
    criterion = submission.criteria().get(number=number, outcome__unit__number="500")
    return marking.decide(
        submission, criterion=criterion, decision=decision, feedback=feedback, action=action, revision=revision, by=by
    )


def _second_tutor(cast, cohort):
    other = factories.a_user(role=Role.TUTOR, name="Olga Other")
    appointment = programmes.propose_tutor(
        cohort, tutor=other, from_on=clock.today() - dt.timedelta(days=1), by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return other


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(1, 30))
def test_the_last_day_of_the_clock_is_a_working_day_and_uses_all_of_it(submitted_on, allowed):
    due_on = deadlines.add_working_days(submitted_on, allowed)

    found = deadlines.marking_clock(submitted_on, allowed=allowed, today=due_on)

    assert found.used == allowed
    assert found.left == 0
    assert not found.is_overdue
    assert due_on.weekday() < 5


def test_the_clock_stands_still_over_easter_and_the_august_bank_holiday():
    # Good Friday and Easter Monday 2024 are 29 March and 1 April.
    easter = deadlines.marking_clock(dt.date(2024, 3, 28), allowed=10, today=dt.date(2024, 4, 2))
    august = deadlines.marking_clock(dt.date(2024, 8, 23), allowed=10, today=dt.date(2024, 8, 27))

    assert (easter.used, easter.due_on) == (1, dt.date(2024, 4, 15))
    assert august.used == 1


def test_day_eleven_of_ten_is_overdue():
    assert deadlines.marking_clock(dt.date(2024, 6, 3), allowed=10, today=dt.date(2024, 6, 18)).is_overdue


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["1.1"], "1.1"), (["1.1", "2.3"], "1.1 and 2.3"), (["1", "2", "3"], "1, 2 and 3")]
)
def test_names_are_listed_as_in_a_sentence(names, said):
    assert policy.listed(names) == said


def test_a_resubmission_lies_after_today_and_inside_the_registration():
    today = dt.date(2024, 6, 11)

    def problem(day, expires_on=None):
        return policy.resubmission_problem(day, today=today, expires_on=expires_on)

    assert problem(today) == "Choose a day after today for the next attempt."
    assert problem(dt.date(2024, 6, 12)) == ""
    assert problem(dt.date(2024, 6, 14), dt.date(2024, 6, 14)) == ""
    assert problem(dt.date(2024, 6, 15), dt.date(2024, 6, 14)).startswith("The registration ends on Fri 14 June 2024.")


def test_work_of_somebody_who_left_is_not_marked():
    gone = Thing(enrolment=Thing(state="withdrawn", learner="Lena"))

    assert policy.learner_is_on_programme(gone, None) == "Lena is no longer on the programme, so this is not marked."


def test_taking_a_piece_holds_it_and_is_recorded_once(cast):
    submission = factories.a_submission(cast=cast)

    marking.take(submission, by=cast.tutor)
    marking.take(submission, by=cast.tutor)

    submission.refresh_from_db()
    assert submission.held_by == cast.tutor
    assert Event.objects.about(submission).filter(verb="take").count() == 1


def test_a_second_tutor_is_told_who_holds_it_and_since_when(cast):
    submission = factories.a_submission(cast=cast)
    other = _second_tutor(cast, submission.enrolment.cohort)
    marking.take(submission, by=cast.tutor)

    with pytest.raises(Stale, match="Tomas Tutor has been marking this since"):
        marking.take(submission, by=other)


def test_a_hold_ends_by_itself_after_some_hours_and_another_goes_on_from_there(cast):
    submission = factories.a_submission(cast=cast)
    other = _second_tutor(cast, submission.enrolment.cohort)
    marking.take(submission, by=cast.tutor)
    _decide(submission, "1.1", by=cast.tutor)

    with clock.at(clock.now() + policy.HOLD_FOR):
        marking.take(submission, by=other)

    submission.refresh_from_db()
    assert submission.held_by == other
    assert submission.decisions.get().feedback == "Good."


def test_letting_go_puts_it_back_and_keeps_what_was_decided(cast):
    submission = factories.a_submission(cast=cast)
    marking.take(submission, by=cast.tutor)
    _decide(submission, "1.1", by=cast.tutor)

    marking.let_go(submission, by=cast.tutor)

    submission.refresh_from_db()
    assert submission.held_by is None
    assert submission.decisions.count() == 1
    with pytest.raises(Stale, match="nothing to let go"):
        marking.let_go(submission, by=cast.tutor)


@pytest.mark.parametrize("who", ["iqa", "eqa", "administrator", "contract_manager", "client_contact", "stranger"])
def test_only_tutors_mark(cast, who):
    submission = factories.a_submission(cast=cast)

    with pytest.raises(NotAllowed):
        marking.take(submission, by=getattr(cast, who))


def test_a_tutor_whose_appointment_has_ended_cannot_mark(cast):
    submission = factories.a_submission(cast=cast)
    appointment = submission.enrolment.cohort.appointments.get()
    programmes.end_appointment(appointment, to_on=clock.today(), reason="Left the centre", by=cast.contract_manager)

    with (
        clock.at(clock.now() + dt.timedelta(days=2)),
        pytest.raises(Refused, match="not appointed to this cohort today"),
    ):
        marking.take(submission, by=cast.tutor)


def test_nobody_marks_their_own_work(cast):
    both = factories.a_user(role=Role.TUTOR, name="Beth Both")
    one = factories.an_enrolment(cast=cast, learner=both)
    TutorAppointment.objects.create(
        cohort=one.cohort,
        tutor=both,
        from_on=clock.today(),
        state="approved",
        proposed_at=clock.now(),
        proposed_by=cast.contract_manager,
        decided_at=clock.now(),
    )
    submission = factories.a_submission(cast=cast, one=one)

    with pytest.raises(Refused, match="your own work"):
        marking.take(submission, by=both)


def test_the_database_refuses_a_learner_as_marker(cast):
    submission = factories.a_submission(cast=cast, state="passed")

    with pytest.raises(IntegrityError, match="submission_marker_is_not_the_learner"), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(marked_by=submission.submitted_by)


def test_a_criterion_is_saved_with_each_revision(cast):
    submission = factories.a_submission(cast=cast)

    first = _decide(submission, "1.1", by=cast.tutor, feedback="One")
    second = _decide(submission, "1.1", "refer", by=cast.tutor, feedback="Two", revision=first.revision)

    assert (first.revision, second.revision) == (1, 2)
    assert (second.decision, second.feedback) == ("refer", "Two")


def test_an_older_page_never_writes_over_a_newer_text(cast):
    submission = factories.a_submission(cast=cast)
    _decide(submission, "1.1", by=cast.tutor, feedback="From the first window")

    with pytest.raises(Stale, match=r"Tomas Tutor saved 1\.1 while you were writing"):
        _decide(submission, "1.1", by=cast.tutor, feedback="From the second window", revision=0)

    assert submission.decisions.get().feedback == "From the first window"


def test_a_criterion_of_another_assignment_is_refused(cast):
    submission = factories.a_submission(cast=cast)
    foreign = submission.enrolment.cohort.version.units.get(number="501").outcomes.first().criteria.first()

    with pytest.raises(WrongState, match="does not belong to this assignment"):
        marking.decide(
            submission, criterion=foreign, decision="pass", feedback="", action="", revision=0, by=cast.tutor
        )


def test_a_pass_needs_every_criterion(cast):
    submission = factories.a_submission(cast=cast)
    _decide(submission, "1.1", by=cast.tutor)

    with pytest.raises(Refused, match=r"Decide 1\.2 and 2\.1, then you can sign the outcome\."):
        marking.award_pass(submission, is_authentic=True, by=cast.tutor)


def test_one_criterion_not_met_is_no_pass(cast):
    submission = factories.a_submission(cast=cast)
    for number in ("1.1", "1.2"):
        _decide(submission, number, by=cast.tutor)
    _decide(submission, "2.1", "refer", by=cast.tutor, action="Add an example.")

    with pytest.raises(Refused, match=r"2\.1 is not met, so this is a referral\."):
        marking.award_pass(submission, is_authentic=True, by=cast.tutor)


def test_a_pass_needs_the_tutors_word_that_it_is_the_learners_own(cast):
    submission = factories.a_submission(cast=cast)

    with pytest.raises(Refused, match="satisfied that this is the learner's own work"):
        marking.award_pass(submission, is_authentic=False, by=cast.tutor)


def test_a_signed_pass_keeps_its_units_lets_go_and_tells_the_learner(cast):
    submission = factories.a_submission(cast=cast, kind="portfolio", state="passed")

    submission.refresh_from_db()
    results = UnitResult.objects.filter(marking__submission=submission)
    assert submission.state == "passed"
    assert submission.held_by is None
    assert [(one.unit.number, one.outcome) for one in results] == [("501", "pass"), ("503", "pass")]
    notice = Notice.objects.get(key=f"submission:{submission.pk}:passed")
    assert notice.recipient == submission.enrolment.learner
    assert "provisional" in notice.body


def test_a_referral_without_an_action_is_impossible(cast):
    submission = factories.a_submission(cast=cast)
    for number in ("1.1", "1.2"):
        _decide(submission, number, by=cast.tutor)
    _decide(submission, "2.1", "refer", by=cast.tutor, action="  ")

    with pytest.raises(Refused, match=r"Say what the learner has to do for 2\.1\."):
        marking.refer(submission, is_authentic=True, resubmit_by=clock.today() + dt.timedelta(days=9), by=cast.tutor)


def test_a_referral_needs_a_criterion_that_is_not_met(cast):
    submission = factories.a_submission(cast=cast)
    for number in ("1.1", "1.2", "2.1"):
        _decide(submission, number, by=cast.tutor)

    with pytest.raises(Refused, match=r"Every criterion is met, so this is a pass\."):
        marking.refer(submission, is_authentic=True, resubmit_by=clock.today() + dt.timedelta(days=9), by=cast.tutor)


def test_a_referral_opens_the_next_attempt_with_what_was_met(cast):
    submission = factories.a_submission(cast=cast, state="referred")

    following = Submission.objects.get(enrolment=submission.enrolment, attempt=2)
    assert following.state == "draft"
    carried = following.decisions.all()
    assert {one.criterion.number for one in carried} == {"1.2", "2.1"}
    assert all(one.carried_forward and one.feedback for one in carried)
    notice = Notice.objects.get(key=f"submission:{submission.pk}:referred")
    assert "1 action" in notice.subject
    assert "Add a second example." not in notice.body


def test_a_unit_without_a_referral_passes_inside_a_referred_portfolio(cast):
    submission = factories.a_submission(cast=cast, kind="portfolio", state="referred")

    results = UnitResult.objects.filter(marking__submission=submission)
    assert [(one.unit.number, one.outcome) for one in results] == [("501", "referral"), ("503", "pass")]


def test_the_last_attempt_cannot_be_referred(cast):
    first = factories.a_submission(cast=cast, state="referred")
    second = Submission.objects.get(enrolment=first.enrolment, attempt=2)
    factories.attach(second, file=factories.an_essay_file(words=4300))
    factories.hand_in(second)

    with pytest.raises(Refused, match="This was attempt 2 of 2"):
        factories.mark(second, cast=cast, unmet=1)


def test_a_carried_criterion_stays_carried_until_the_tutor_changes_it(cast):
    first = factories.a_submission(cast=cast, state="referred")
    second = Submission.objects.get(enrolment=first.enrolment, attempt=2)
    factories.attach(second, file=factories.an_essay_file(words=4300))
    factories.hand_in(second)
    second.refresh_from_db()

    same = _decide(second, "1.2", by=cast.tutor, feedback="On 1.2: good.", revision=1)
    changed = _decide(second, "2.1", "refer", by=cast.tutor, action="Look again.", revision=1)

    assert same.carried_forward
    assert not changed.carried_forward


def test_a_referral_stays_inside_the_registration(cast):
    submission = factories.a_submission(cast=cast)
    registration = factories.a_registration(submission.enrolment, cast=cast)
    for number in ("1.1", "1.2"):
        _decide(submission, number, by=cast.tutor)
    _decide(submission, "2.1", "refer", by=cast.tutor, action="Add an example.")
    submission = Submission.objects.get(pk=submission.pk)

    with pytest.raises(Refused, match="The registration ends on"):
        marking.refer(
            submission,
            is_authentic=True,
            resubmit_by=registration.expires_on + dt.timedelta(days=1),
            by=cast.tutor,
        )
    assert Submission.objects.get(pk=submission.pk).state == "submitted"


def test_what_is_signed_is_decided_no_more(cast):
    submission = factories.a_submission(cast=cast, state="passed")
    stale = Submission.objects.get(pk=submission.pk)

    with pytest.raises(WrongState, match="signed in the meantime"):
        _decide(stale, "1.1", by=cast.tutor, revision=1)


def test_work_of_a_withdrawn_learner_is_not_signed(cast):
    submission = factories.a_submission(cast=cast)
    enrolment.withdraw(submission.enrolment, withdrawal_reason="Changed post.", by=cast.administrator)
    submission = Submission.objects.get(pk=submission.pk)

    with pytest.raises(Refused, match="no longer on the programme"):
        marking.take(submission, by=cast.tutor)


def test_overturning_keeps_the_first_signature_and_opens_the_next_attempt(cast):
    submission = factories.a_submission(cast=cast, state="passed")
    submission.refresh_from_db()
    criterion = submission.criteria().get(number="1.1")

    marking.overturn(
        submission,
        actions={criterion.pk: ("Only one side is given.", "Add the other side.")},
        summary="Verification asked for both sides.",
        resubmit_by=clock.today() + dt.timedelta(days=20),
        by=cast.tutor,
    )

    submission.refresh_from_db()
    assert submission.state == "referred"
    assert [one.outcome for one in submission.markings.all()] == ["pass", "referral"]
    assert submission.decisions.get(criterion=criterion).action == "Add the other side."
    assert Submission.objects.filter(enrolment=submission.enrolment, attempt=2, state="draft").exists()
    assert Event.objects.about(submission).get(verb="overturn").detail["was"]["1.1"]["feedback"] == "On 1.1: good."


@pytest.mark.parametrize(
    ("actions", "summary", "sentence"),
    [
        ({}, "Why", "Choose at least one criterion"),
        ({"1.1": ("", "")}, "Why", "Say what the learner has to do for 1.1."),
        ({"1.1": ("", "Do it.")}, " ", "Say why the outcome changes."),
    ],
)
def test_overturning_needs_a_reason_and_actions(cast, actions, summary, sentence):
    submission = factories.a_submission(cast=cast, state="passed")
    submission.refresh_from_db()
    named = {submission.criteria().get(number=number).pk: text for number, text in actions.items()}

    with pytest.raises(Refused, match=sentence):
        marking.overturn(
            submission,
            actions=named,
            summary=summary,
            resubmit_by=clock.today() + dt.timedelta(days=20),
            by=cast.tutor,
        )


def test_the_database_holds_one_decision_a_criterion_and_known_words_only(cast):
    submission = factories.a_submission(cast=cast, state="passed")
    first, second = submission.decisions.all()[:2]

    with pytest.raises(IntegrityError, match="decision_once"), transaction.atomic():
        CriterionDecision.objects.filter(pk=second.pk).update(criterion=first.criterion)
    with pytest.raises(IntegrityError, match="decision_known"), transaction.atomic():
        CriterionDecision.objects.filter(pk=second.pk).update(decision="maybe")
    with pytest.raises(IntegrityError, match="marking_date_with_referral"), transaction.atomic():
        submission.markings.update(resubmit_by=clock.today())
