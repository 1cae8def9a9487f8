import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.permissions import Role
from assignments.models import Submission
from core import clock
from core.models import Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from tests import factories
from verification import actions
from verification.models import Claim, Sample, SignOff, Waiting
from verification.models.standing import awaiting_sign_off, claimable, verified


def _all_passed(cast, one=None, **version):
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(**version)) if version else None
    one = one or factories.an_enrolment(cast=cast, cohort=cohort)
    for kind in ("essay", "portfolio"):
        factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
    return one


def _second_iqa(cast, cohort):
    other = factories.a_user(role=Role.IQA, name="Iris Second")
    programmes.allocate_verifier(
        cohort, verifier=other, role=Role.IQA, from_on=clock.today() - dt.timedelta(days=1), by=cast.administrator
    )
    return other


def _sent_back(cast):
    one = _all_passed(cast)
    sample, _ = actions.begin(one, by=cast.iqa)
    actions.send_back(
        sample,
        action="Look at 1.1 again.",
        action_due_on=clock.today() + dt.timedelta(days=7),
        **factories.rejected(sample),
        by=cast.iqa,
    )
    return sample


def _ids(rows):
    return set(rows.values_list("pk", flat=True))


def test_a_learner_is_in_the_queue_once_everything_has_passed(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_submission(cast=cast, one=one, state="passed")
    assert _ids(factories.in_queue(Enrolment.objects.all())) == set()

    factories.a_submission(cast=cast, one=one, kind="portfolio", state="passed")

    assert _ids(factories.in_queue(Enrolment.objects.all())) == {one.pk}


def test_beginning_opens_one_sample_for_each_passed_piece(cast):
    one = _all_passed(cast)

    begun = actions.begin(one, by=cast.iqa)

    assert [(one.submission.assignment.kind, one.round, one.state) for one in begun] == [
        ("essay", 1, "selected"),
        ("portfolio", 1, "selected"),
    ]
    assert all(one.marked_by == cast.tutor and one.selected_by == cast.iqa for one in begun)


def test_of_two_verifiers_one_begins_and_the_other_reads_a_sentence(cast):
    one = _all_passed(cast)
    other = _second_iqa(cast, one.cohort)
    actions.begin(one, by=cast.iqa)

    with pytest.raises(Stale, match="Somebody else began to verify this learner"):
        actions.begin(one, by=other)
    with pytest.raises(Stale, match="Ines Verifier began to verify this on"):
        actions.select(one.submissions.first(), reason="By hand", by=other)


def test_of_two_verifiers_one_decides(cast):
    one = _all_passed(cast)
    other = _second_iqa(cast, one.cohort)
    first, _ = actions.begin(one, by=cast.iqa)
    theirs = Sample.objects.get(pk=first.pk)
    actions.agree(first, by=cast.iqa)

    with pytest.raises(Stale, match="Somebody else changed this"):
        actions.agree(theirs, by=other)


def test_nobody_verifies_their_own_marking(cast):
    both = factories.a_user(role=Role.TUTOR, name="Beth Both")
    factories.RoleGrant.objects.create(user=both, role=Role.IQA, granted_at=clock.now() - dt.timedelta(days=9))
    cohort = factories.a_cohort(cast=cast)
    appointment = programmes.propose_tutor(cohort, tutor=both, from_on=cohort.starts_on, by=cast.contract_manager)
    programmes.approve_tutor(appointment, by=cast.client_contact)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    for kind in ("essay", "portfolio"):
        factories.mark(factories.a_submission(cast=cast, one=one, kind=kind), cast=cast, by=both)
    programmes.end_appointment(appointment, to_on=clock.today(), reason="Verifies now", by=cast.contract_manager)

    with clock.at(clock.now() + dt.timedelta(days=2)):
        factories_by = programmes.allocate_verifier(
            cohort, verifier=both, role=Role.IQA, from_on=clock.today(), by=cast.administrator
        )
        assert factories_by.verifier == both
        with pytest.raises(Stale, match=r"You marked this work, so somebody else verifies it\."):
            actions.begin(one, by=both)
        with pytest.raises(Refused, match="You marked this work"):
            actions.select(one.submissions.first(), reason="By hand", by=both)


def test_the_database_keeps_marker_and_verifier_apart(cast):
    one = factories.verified(cast=cast)
    sample = Sample.objects.filter(submission__enrolment=one)[:1].get()
    row = Sample.objects.filter(pk=sample.pk)

    with pytest.raises(IntegrityError, match="sample_verifier_is_not_the_marker"), transaction.atomic():
        row.update(verified_by=sample.marked_by)
    with pytest.raises(IntegrityError, match="sample_is_not_picked_by_the_marker"), transaction.atomic():
        row.update(selected_by=sample.marked_by)
    with pytest.raises(IntegrityError, match="sample_verified_by"), transaction.atomic():
        row.update(verified_by=None)
    with pytest.raises(IntegrityError, match="sample_decided_at"), transaction.atomic():
        row.update(decided_at=None)


def test_the_database_holds_one_open_sample_and_an_action_with_what_is_sent_back(cast):
    sample = _sent_back(cast)

    with pytest.raises(IntegrityError, match="sample_sent_back_has_an_action"), transaction.atomic():
        Sample.objects.filter(pk=sample.pk).update(action="")
    sample.pk, sample.round, sample.snapshot = None, 2, None
    with pytest.raises(IntegrityError, match="sample_one_open"), transaction.atomic():
        sample.save(force_insert=True)


@pytest.mark.parametrize("who", ["tutor", "eqa", "administrator", "contract_manager", "client_contact", "stranger"])
def test_only_internal_verifiers_verify(cast, who):
    one = _all_passed(cast)

    with pytest.raises(NotAllowed):
        actions.begin(one, by=getattr(cast, who))


def test_a_verifier_works_on_the_cohorts_allocated_to_them(cast):
    one = _all_passed(cast)
    stray = factories.a_user(role=Role.IQA)

    with pytest.raises(Refused, match="not allocated to you"):
        actions.begin(one, by=stray)


def test_what_has_not_passed_is_not_verified(cast):
    submission = factories.a_submission(cast=cast)

    with pytest.raises(WrongState, match="there is no pass to verify"):
        actions.select(submission, reason="By hand", by=cast.iqa)


def test_sending_back_needs_an_action_and_a_day_to_come(cast):
    one = _all_passed(cast)
    sample, _ = actions.begin(one, by=cast.iqa)

    kind = {"action_kind": "correction", "by": cast.iqa}
    with pytest.raises(Refused, match=r"Say what has to be done\."):
        actions.send_back(sample, action=" ", action_due_on=clock.today(), **kind)
    with pytest.raises(Refused, match=r"This day has passed\."):
        actions.send_back(sample, action="Look.", action_due_on=clock.today() - dt.timedelta(days=1), **kind)


def test_a_tutor_is_told_of_the_action_and_the_verifier_of_the_answer(cast):
    sample = _sent_back(cast)

    actions.answer(sample, answer="Looked again, it stands.", by=cast.tutor)

    assert Notice.objects.get(key=f"sample:{sample.pk}:returned:{cast.tutor.pk}").recipient == cast.tutor
    assert Notice.objects.get(key=f"sample:{sample.pk}:answered").recipient == cast.iqa


def test_an_answered_piece_comes_back_as_round_two(cast):
    sample = _sent_back(cast)
    actions.answer(sample, answer="Looked again, it stands.", by=cast.tutor)
    learner = sample.submission.enrolment
    assert _ids(factories.in_queue(Enrolment.objects.all())) == {learner.pk}

    again = factories.following(sample)

    assert (again.round, again.reason, again.selected_by) == (2, "Answer to round 1", cast.iqa)


def test_only_the_tutor_answers_and_says_something(cast):
    sample = _sent_back(cast)
    other = factories.a_user(role=Role.TUTOR)

    with pytest.raises(Refused, match="This action is Tomas Tutor’s"):
        actions.answer(sample, answer="I looked.", by=other)
    with pytest.raises(Refused, match="Say what you did"):
        actions.answer(sample, answer=" ", by=cast.tutor)


def test_a_tutor_who_was_wrong_turns_the_pass_into_a_referral(cast):
    sample = _sent_back(cast)
    submission = Submission.objects.get(pk=sample.submission_id)
    criterion = submission.criteria().get(number="1.1")

    actions.overturn(
        sample,
        answer="You are right.",
        actions={criterion.pk: ("One side only.", "Add the other side.")},
        summary="A second look.",
        resubmit_by=clock.today() + dt.timedelta(days=20),
        by=cast.tutor,
    )

    submission.refresh_from_db()
    assert submission.state == "referred"
    assert sample.state == "answered"
    assert not Waiting.objects.filter(submission=submission).exists()
    assert submission.enrolment.submissions.filter(attempt=2, state="draft").exists()


def test_a_withdrawn_learner_leaves_every_queue(cast):
    one = factories.verified(cast=cast)
    waiting = _all_passed(cast, one=factories.an_enrolment(cast=cast))
    enrolments = Enrolment.objects.all()
    today = clock.today()
    assert (_ids(claimable(enrolments, today=today)), _ids(factories.in_queue(enrolments))) == (
        {one.pk},
        {waiting.pk},
    )

    for each in (one, waiting):
        each.refresh_from_db()
        enrolment.withdraw(each, withdrawal_reason="Changed post.", by=cast.administrator)

    assert (_ids(claimable(enrolments, today=today)), _ids(factories.in_queue(enrolments))) == (set(), set())


def test_an_open_sample_of_a_withdrawn_learner_is_decided_no_more(cast):
    one = _all_passed(cast)
    sample, _ = actions.begin(one, by=cast.iqa)
    one.refresh_from_db()
    enrolment.withdraw(one, withdrawal_reason="Changed post.", by=cast.administrator)
    sample = Sample.objects.get(pk=sample.pk)

    with pytest.raises(Refused, match="no longer on the programme"):
        actions.agree(sample, by=cast.iqa)


def test_an_external_verifier_signs_off_what_is_verified(cast):
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="sign_off"))
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))
    assert _ids(awaiting_sign_off(Enrolment.objects.all())) == {one.pk}
    with pytest.raises(Refused, match="The external verifier"):
        actions.claim(one, by=cast.administrator)

    actions.sign_off(one, note="Good records.", by=cast.eqa)

    assert SignOff.objects.get().signed_by == cast.eqa
    assert _ids(awaiting_sign_off(Enrolment.objects.all())) == set()
    assert actions.claim(one, by=cast.administrator).state == "claimed"
    with pytest.raises(Stale, match=r"Edith External has signed this off already\."):
        actions.sign_off(one, by=cast.eqa)


def test_an_external_verifier_does_not_sign_off_before_the_internal_one(cast):
    one = _all_passed(cast, claim_route="sign_off")

    with pytest.raises(Refused, match=r"Essay is not verified internally yet\. Portfolio is not verified"):
        actions.sign_off(one, by=cast.eqa)
    with pytest.raises(NotAllowed):
        actions.sign_off(one, by=cast.iqa)


def test_an_external_verifier_signs_off_while_allocated(cast):
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="sign_off"))
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))

    with clock.at(clock.now() + dt.timedelta(days=400)), pytest.raises(Refused, match="not allocated to you"):
        actions.sign_off(one, by=cast.eqa)


def test_a_claim_names_each_missing_piece(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_submission(cast=cast, one=one, state="passed")

    with pytest.raises(Refused) as refusal:
        actions.claim(one, by=cast.administrator)

    assert str(refusal.value) == (
        "The learner is not registered with the awarding organisation. Portfolio has not passed yet. "
        "Essay is not verified internally yet."
    )


def test_blocked_claims_and_ended_registrations_stop_a_claim(cast):
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="blocked"))
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))

    with clock.at(clock.now() + dt.timedelta(days=901)), pytest.raises(Refused) as refusal:
        actions.claim(one, by=cast.administrator)

    assert "has blocked claims" in str(refusal.value)
    assert "The registration ended on" in str(refusal.value)


def test_a_certificate_is_claimed_once(cast):
    one = factories.verified(cast=cast)
    actions.claim(one, order_number="O-1", by=cast.administrator)

    with pytest.raises(Refused, match="claimed already"):
        actions.claim(one, by=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.claim(one, by=cast.contract_manager)


def test_several_are_claimed_and_the_one_that_is_not_ready_is_named(cast):
    ready = factories.verified(cast=cast)
    other = factories.an_enrolment(cast=cast)

    claimed, refused = actions.claim_several([ready, other], order_number="O-7", by=cast.administrator)

    assert [(one.enrolment_id, one.order_number) for one in claimed] == [(ready.pk, "O-7")]
    assert [one.enrolment for one in refused] == [other]
    assert "not registered" in refused[0].sentence


def test_a_certificate_completes_the_programme_and_tells_learner_and_tutor(cast):
    one = factories.certificated(cast=cast)

    claim = Claim.objects.get(enrolment=one)
    assert (one.state, claim.state) == ("completed", "certificated")
    assert {notice.recipient for notice in Notice.objects.filter(key__startswith=f"claim:{claim.pk}:")} == {
        one.learner,
        cast.tutor,
    }


@pytest.mark.parametrize(
    ("number", "days", "sentence"),
    [
        (" ", 0, "Enter the number"),
        ("C-1", 1, "This day is still to come."),
        ("C-1", -1, "Its date cannot be earlier."),
    ],
)
def test_a_certificate_has_a_number_and_a_date_between_claim_and_today(cast, number, days, sentence):
    claim = actions.claim(factories.verified(cast=cast), by=cast.administrator)

    with pytest.raises(Refused, match=sentence):
        actions.record_certificate(
            claim,
            certificate_number=number,
            certificated_on=clock.today() + dt.timedelta(days=days),
            by=cast.administrator,
        )


def test_one_number_stands_on_one_certificate(cast):
    first = actions.claim(factories.verified(cast=cast), by=cast.administrator)
    second = actions.claim(factories.verified(cast=cast), by=cast.administrator)
    facts = {"certificate_number": "C-1", "certificated_on": clock.today(), "by": cast.administrator}
    actions.record_certificate(first, **facts)

    with pytest.raises(Refused, match="another learner's certificate"):
        actions.record_certificate(second, **facts)


def test_a_rejected_claim_is_claimed_again_and_its_reason_kept(cast):
    one = factories.verified(cast=cast)
    claim = actions.claim(one, by=cast.administrator)
    with pytest.raises(Refused, match="Enter the reason"):
        actions.record_rejection(claim, rejection_reason=" ", by=cast.administrator)

    actions.record_rejection(claim, rejection_reason="Name differs.", by=cast.administrator)

    assert _ids(claimable(Enrolment.objects.all(), today=clock.today())) == {one.pk}
    assert actions.claim(one, by=cast.administrator).pk != claim.pk
    assert Notice.objects.get(key=f"claim:{claim.pk}:rejected:{cast.contract_manager.pk}")


def test_the_database_holds_one_claim_and_a_number_with_each_certificate(cast):
    one = factories.certificated(cast=cast)
    row = Claim.objects.filter(enrolment=one)

    with pytest.raises(IntegrityError, match="claim_certificate_number"), transaction.atomic():
        row.update(certificate_number="")
    with pytest.raises(IntegrityError, match="claim_certificated_on"), transaction.atomic():
        row.update(certificated_on=None)
    with pytest.raises(IntegrityError, match="claim_closed_by"), transaction.atomic():
        row.update(closed_by=None)
    with pytest.raises(IntegrityError, match="claim_one_per_enrolment"), transaction.atomic():
        Claim.objects.create(enrolment=one, claimed_at=clock.now(), claimed_by=cast.administrator)


def test_a_claimed_learner_is_not_verified_again(cast):
    one = factories.verified(cast=cast)
    actions.claim(one, by=cast.administrator)

    with pytest.raises(WrongState, match="has been claimed"):
        actions.select(one.submissions.first(), reason="By hand", by=cast.iqa)
    assert _ids(verified(Enrolment.objects.all())) == {one.pk}
