"""The verifier marks the marking: what is frozen, judged, decided, asked for, answered and looked at again."""

import datetime as dt
import html
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions as assignments
from assignments.models import CriterionDecision, Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale
from enrolment import actions as enrolment
from programmes import actions as programmes
from tests import factories
from verification import actions, judging
from verification.judging import Judgement, Rated, Said
from verification.models import JudgementDraft, Sample, Snapshot
from verification.models.standing import standing
from verification.verifying import numbers_of

DAY = dt.timedelta(days=1)


def in_days(days):
    return clock.today() + days * DAY


def piece(cast, *, rule="at_once", unmet=0, **given):
    """A marked essay; under another rule its result is not released."""
    cohort = factories.a_cohort(cast=cast)
    times = {one.assignment_id: given.get("at") for one in cohort.deadlines.all()}
    facts = {"second_marks": "on_request", "anonymous_marking": False, "times": times}
    cohort = programmes.set_marking_rules(cohort, release_rule=rule, **facts, by=cast.contract_manager)
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    submission = factories.a_submission(cast=cast, one=one)
    factories.mark(submission, cast=cast, unmet=unmet)
    return Submission.objects.get(pk=submission.pk)


def opened(cast, **given):
    return actions.select(piece(cast, **given), reason="A new tutor", by=cast.iqa)


def sent_back(cast, *, kind="rejection", days=7, sample=None, **given):
    sample = sample or opened(cast, **given)
    said = factories.rejected(sample) if kind == "rejection" else {"action_kind": kind}
    return actions.send_back(sample, action="Look at 1.1 again.", action_due_on=in_days(days), **said, by=cast.iqa)


def another(cast, cohort, role=Role.IQA, name="Iris Second"):
    person = factories.a_user(role=role, name=name)
    if role == Role.IQA:
        programmes.allocate_verifier(cohort, verifier=person, role=role, from_on=in_days(-1), by=cast.administrator)
    else:
        one = programmes.propose_tutor(cohort, tutor=person, from_on=cohort.starts_on, by=cast.contract_manager)
        programmes.approve_tutor(one, by=cast.client_contact)
    return person


def fresh(sample):
    return Sample.objects.get(pk=sample.pk)


def text_of(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def filled(sample, *, against=(), revision=0, **more):
    form = {"revision": revision}
    for pk, number in numbers_of(sample).items():
        form[f"k{pk}"] = "no" if number in against else "yes"
        form[f"k{pk}-note"] = f"{number} is thin." if number in against else ""
    return {**form, **more}


def url(name, sample):
    return reverse(f"verification:{name}", args=[sample.pk])


def change_the_feedback(sample):
    decision = sample.submission.decisions.get(criterion__number="1.1")
    assignments.correct(
        Submission.objects.get(pk=sample.submission_id),
        feedback={decision.criterion_id: "Quite another feedback."},
        reason="It was about another essay.",
        by=sample.marked_by,
    )


# ---- frozen


@pytest.mark.sqlite
def test_opening_freezes_what_is_judged_and_its_fingerprint_stands_in_the_event(cast):
    sample = opened(cast)

    frozen = fresh(sample).snapshot
    event = Event.objects.about(sample).get(verb="select")
    assert frozen.is_whole
    assert event.detail["judged"] == frozen.sha256
    assert [one["feedback"] for one in frozen.judged["decisions"]] == [
        "On 1.1: good.",
        "On 1.2: good.",
        "On 2.1: good.",
    ]
    assert frozen.judged["marking"]["outcome"] == "pass"
    assert frozen.judged["files"][0]["sha256"] == sample.submission.document.sha256
    assert not {"state", "released_at"} & set(frozen.judged)


def test_the_release_of_a_result_changes_nothing_that_is_judged(cast):
    sample = opened(cast, rule="after_iqa")
    before = fresh(sample).snapshot

    actions.agree(sample, by=cast.iqa)

    page = text_of(cast.client_of("iqa").get(sample.get_absolute_url()))
    assert "Changed since this was frozen" not in page
    assert f"fingerprint {before.sha256[:12]}" in page


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verification_snapshot SET judged = '{}'",
        "UPDATE verification_snapshot SET sha256 = 'x'",
        "DELETE FROM verification_snapshot",
        "UPDATE verification_samplejudgement SET note = 'Other.'",
        "DELETE FROM verification_samplejudgement",
        "UPDATE verification_sample SET snapshot_id = NULL",
    ],
)
def test_the_database_keeps_what_was_frozen_and_what_was_judged(cast, statement):
    actions.agree(opened(cast), by=cast.iqa)

    with pytest.raises(IntegrityError, match=r"frozen|written with its decision"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verification_snapshot SET sha256 = 'x'",
        "UPDATE verification_samplejudgement SET note = 'Other.'",
        "UPDATE verification_sample SET snapshot_id = NULL",
    ],
)
def test_both_databases_refuse_to_rewrite_it(cast, statement):
    actions.agree(opened(cast), by=cast.iqa)

    with pytest.raises(IntegrityError, match=r"frozen|written with its decision"), transaction.atomic():
        connection.cursor().execute(statement)


def test_what_was_changed_behind_waymarks_back_is_said_on_the_page(cast):
    sample = opened(cast)
    with factories.unfrozen():
        judged = {**sample.snapshot.judged, "attempt": 2}
        Snapshot.objects.filter(sample=sample).update(judged=judged)

    assert "does not fit its fingerprint any more" in text_of(cast.client_of("iqa").get(sample.get_absolute_url()))


@pytest.mark.sqlite
def test_what_has_changed_is_named_refuses_the_decision_and_is_frozen_again(cast):
    sample = opened(cast)
    change_the_feedback(sample)

    page = text_of(cast.client_of("iqa").get(sample.get_absolute_url()))
    for decide in (
        lambda: actions.agree(fresh(sample), by=cast.iqa),
        lambda: sent_back(cast, sample=fresh(sample)),
    ):
        with pytest.raises(
            Stale, match=r"has changed since it was frozen: the feedback on 1\.1 and the signed outcome"
        ):
            decide()
    answer = cast.client_of("iqa").post(url("freeze_again", sample))

    assert "Changed since this was frozen: the feedback on 1.1, the signed outcome." in page
    assert "On 1.1: good." in page
    assert answer.status_code == 302
    event = Event.objects.about(sample).get(verb="freeze_again")
    assert event.detail["changed"] == ["the feedback on 1.1", "the signed outcome"]
    assert "Quite another feedback." in text_of(cast.client_of("iqa").get(sample.get_absolute_url()))
    assert actions.agree(fresh(sample), by=cast.iqa).is_agreed
    assert Snapshot.objects.filter(sample=sample).count() == 2


def test_a_decision_on_a_page_from_before_the_freezing_is_refused(cast):
    sample = opened(cast)
    seen = sample.snapshot.sha256
    change_the_feedback(sample)
    actions.freeze_again(fresh(sample), by=cast.iqa)

    with pytest.raises(Stale, match="frozen again after you opened the page"):
        actions.agree(fresh(sample), seen=seen, by=cast.iqa)


def test_nothing_is_frozen_again_that_has_not_changed(cast):
    with pytest.raises(Stale, match="Nothing has changed"):
        actions.freeze_again(opened(cast), by=cast.iqa)


def test_an_old_round_shows_what_was_judged_then(cast):
    sample = sent_back(cast, kind="correction")
    first = sample.submission.decisions.get(criterion__number="1.1").criterion_id
    actions.answer(
        sample, answer="Done.", feedback={first: "Both sides are weighed."}, told="It said too little.", by=cast.tutor
    )

    iqa = cast.client_of("iqa")
    old = text_of(iqa.get(sample.get_absolute_url()))
    new = text_of(iqa.get(factories.following(sample).get_absolute_url()))
    assert "On 1.1: good." in old
    assert "The page shows what was judged then." in old
    assert "Both sides are weighed." not in old
    assert "Both sides are weighed." in new


def test_a_sample_from_before_has_no_snapshot_and_shows_what_stands(cast):
    sample = opened(cast)
    Sample.objects.filter(pk=sample.pk).update(snapshot=None)
    with factories.unfrozen():
        Snapshot.objects.filter(sample=sample)._raw_delete("default")

    page = text_of(cast.client_of("iqa").get(sample.get_absolute_url()))

    assert "As they stand today" in page
    assert actions.agree(fresh(sample), by=cast.iqa).is_agreed


# ---- judged


@pytest.mark.sqlite
def test_what_is_typed_is_kept_and_comes_back_in_the_next_visit(cast):
    sample, iqa = opened(cast), cast.client_of("iqa")
    first = next(iter(numbers_of(sample)))
    typed = {"revision": 0, f"k{first}": "no", f"k{first}-note": "Too short for me.", "comment": "Half a thou",
             "a-helping": "develop", "action_due_on": "soon"}  # fmt: skip

    answer = iqa.post(url("save_judgement", sample), typed, headers={"X-Requested-With": "autosave"})
    page = iqa.get(sample.get_absolute_url()).content.decode()

    assert answer.json()["revision"] == 1
    assert "Too short for me." in page
    assert "Half a thou" in page
    assert f'name="k{first}" value="no" checked' in page
    assert 'name="a-helping" value="develop" checked' in page
    assert 'value="soon"' in page
    assert JudgementDraft.objects.get().saved_by == cast.iqa


@pytest.mark.parametrize("revision", ["", "x", "-3", "9" * 40])
def test_hostile_input_is_kept_as_text_or_refused_in_a_sentence(cast, revision):
    sample, iqa = opened(cast), cast.client_of("iqa")
    typed = filled(sample, comment="a\x00b <script>", **{"a-fair": "best", "k999": "yes", "owner": "x"})

    first = iqa.post(url("agree_rest", sample), {**typed, "revision": revision})
    page = iqa.get(sample.get_absolute_url()).content.decode()

    assert first.status_code == 302
    assert "ab &lt;script&gt;" in page
    assert "k999" not in page


def test_two_verifiers_overwrite_nothing_of_each_other_unseen(cast):
    sample = opened(cast)
    other = factories.signed_in(another(cast, sample.submission.enrolment.cohort))
    autosave = {"headers": {"X-Requested-With": "autosave"}}
    cast.client_of("iqa").post(url("save_judgement", sample), filled(sample, comment="Mine."), **autosave)

    heard = other.post(url("save_judgement", sample), filled(sample, comment="Theirs."), **autosave)
    page = other.post(url("agree", sample), filled(sample, comment="Theirs."))
    decided = other.post(url("agree", sample), filled(sample, comment="Theirs.", revision=1))

    assert heard.status_code == page.status_code == 409
    assert "Ines Verifier saved this judgement" in heard.content.decode()
    said = text_of(page)
    assert "Comment: Mine." in said
    assert "Theirs." in said
    assert 'name="revision" value="1"' in page.content.decode()
    assert decided.status_code == 302
    assert fresh(sample).comment == "Theirs."


def test_of_two_verifiers_one_decides_and_the_other_loses_no_word(cast):
    sample = opened(cast)
    other = factories.signed_in(another(cast, sample.submission.enrolment.cohort))
    cast.client_of("iqa").post(url("agree", sample), filled(sample))

    late = other.post(url("agree", sample), filled(sample, comment="I would have said more."))

    assert late.status_code == 409
    assert "no longer possible" in text_of(late)
    assert fresh(sample).verified_by == cast.iqa
    assert "I would have said more." in late.content.decode()


def test_one_act_agrees_with_all_that_was_not_marked_otherwise(cast):
    sample, iqa = opened(cast), cast.client_of("iqa")
    numbers = {number: pk for pk, number in numbers_of(sample).items()}
    given = {"revision": 0, f"k{numbers['1.2']}": "no", f"k{numbers['1.2']}-note": "Thin."}

    iqa.post(url("agree_rest", sample), given)

    typed = JudgementDraft.objects.get().typed
    assert {number: typed[f"k{pk}"] for number, pk in numbers.items()} == {"1.1": "yes", "1.2": "no", "2.1": "yes"}
    assert fresh(sample).is_selected


def test_a_judgement_is_written_line_by_line_and_its_draft_is_gone(cast):
    sample = opened(cast)
    aspects = {"reasoned": Rated("strong"), "helping": Rated("develop", "Ask, do not tell.")}

    actions.agree(sample, judgement=Judgement(judging.agreeing(numbers_of(sample)).criteria, aspects), by=cast.iqa)

    rows = fresh(sample).judgements.all()
    assert [one.agrees for one in rows if one.criterion] == [True, True, True]
    assert {one.aspect: (one.rating, one.note) for one in rows if one.aspect} == {
        "reasoned": ("strong", ""), "helping": ("develop", "Ask, do not tell."),
    }  # fmt: skip
    assert not JudgementDraft.objects.exists()
    page = text_of(cast.client_of("tutor").get(sample.get_absolute_url()))
    assert "Ask, do not tell." in page
    assert "to develop" in page


@pytest.mark.parametrize(
    ("against", "more", "sentence"),
    [
        (("1.2",), {}, "You do not agree with 1.2, so ask for an action"),
        ((), {"a-fair": "develop"}, "Say what there is to develop"),
    ],
)
def test_a_refusal_shows_everything_again_and_keeps_it(cast, against, more, sentence):
    sample, iqa = opened(cast), cast.client_of("iqa")

    page = iqa.post(url("agree", sample), filled(sample, against=against, comment="Long thoughts.", **more))

    assert page.status_code == 409
    assert sentence in text_of(page)
    assert "Long thoughts." in page.content.decode()
    assert "Long thoughts." in iqa.get(sample.get_absolute_url()).content.decode()


def test_an_unjudged_criterion_is_named(cast):
    sample = opened(cast)

    page = cast.client_of("iqa").post(url("agree", sample), {"revision": 0, "comment": "Fair."})

    assert "Say of 1.1, 1.2 and 2.1 whether you agree" in text_of(page)


@pytest.mark.parametrize("who", ["tutor", "administrator", "eqa", "learner"])
def test_nobody_else_keeps_a_judgement(cast, who):
    sample = opened(cast)

    with pytest.raises(NotAllowed):
        actions.save_judgement(sample, typed={}, revision=0, by=getattr(cast, who))


def test_ones_own_marking_is_judged_by_somebody_else(cast):
    sample = opened(cast)
    factories.RoleGrant.objects.create(user=cast.tutor, role=Role.IQA, granted_at=clock.now())
    tutor = type(cast.tutor).objects.get(pk=cast.tutor.pk)
    cohort = sample.submission.enrolment.cohort
    programmes.allocate_verifier(cohort, verifier=tutor, role=Role.IQA, from_on=clock.today(), by=cast.administrator)

    for act in (
        lambda: actions.save_judgement(sample, typed={}, revision=0, by=tutor),
        lambda: actions.agree(sample, by=tutor),
        lambda: actions.freeze_again(sample, by=tutor),
    ):
        with pytest.raises(Refused, match="You marked this work"):
            act()


# ---- decided


def test_an_action_has_a_kind_an_owner_and_a_day_to_come(cast):
    sample, iqa = opened(cast), cast.client_of("iqa")
    whole = filled(sample, against=("1.1",), action_kind="rejection", action="Look again.", owner=cast.tutor.pk,
                   action_due_on=in_days(5).isoformat(), comment="Kept.")  # fmt: skip
    wrong = [
        ({"action_kind": ""}, "Choose whether this is a correction or a rejection"),
        ({"action": ""}, "Say what has to be done"),
        ({"owner": ""}, "Choose whose action it is"),
        ({"owner": cast.learner.pk}, "Select a valid choice"),
        ({"action_due_on": ""}, "Choose the day by which it has to be done"),
        ({"action_due_on": in_days(-1).isoformat()}, "This day has passed."),
        ({"action_kind": "correction"}, "You do not agree with 1.1. Under a correction the outcome stands"),
    ]
    for revision, (change, sentence) in enumerate(wrong):
        page = iqa.post(url("send_back", sample), {**whole, **change, "revision": revision})
        assert page.status_code == 409, change
        assert sentence in text_of(page), change
        assert "Kept." in page.content.decode()

    assert iqa.post(url("send_back", sample), {**whole, "revision": len(wrong)}).status_code == 302
    found = fresh(sample)
    assert (found.owner, found.action_kind, found.action_due_on) == (cast.tutor, "rejection", in_days(5))


def test_the_verifier_never_owns_the_action_and_an_administrator_only_a_correction(cast):
    sample = opened(cast)
    due = {"action": "Put the receipt right.", "action_due_on": in_days(3), "by": cast.iqa}

    with pytest.raises(Refused, match="the action is somebody else's"):
        actions.send_back(sample, action_kind="correction", owner=cast.iqa, **due)
    with pytest.raises(Refused, match="does not mark in this cohort today"):
        actions.send_back(sample, owner=cast.administrator, **factories.rejected(sample), **due)
    actions.send_back(sample, action_kind="correction", owner=cast.administrator, **due)

    sample = fresh(sample)
    with pytest.raises(Refused, match=r"This action is Adam Administrator’s"):
        actions.answer(sample, answer="Not mine.", by=cast.tutor)
    assert "Put the receipt right." in text_of(cast.client_of("administrator").get(reverse("home")))
    assert actions.answer(sample, answer="Put right.", by=cast.administrator).is_answered


def test_the_database_holds_kind_and_owner_with_an_action_and_keeps_owner_and_verifier_apart(cast):
    sample = sent_back(cast)
    row = Sample.objects.filter(pk=sample.pk)

    for facts, name in (
        ({"owner": None}, "sample_owner"),
        ({"action_kind": ""}, "sample_action_kind"),
        ({"owner": cast.iqa}, "sample_verifier_does_not_own_the_action"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.update(**facts)


def test_the_owner_and_the_tutor_who_marked_it_are_told_once(cast):
    sample = opened(cast)
    other = another(cast, sample.submission.enrolment.cohort, Role.TUTOR, "Olga Other")

    actions.send_back(
        sample, owner=other, action="Look.", action_due_on=in_days(3), **factories.rejected(sample), by=cast.iqa
    )

    told = Notice.objects.filter(key__startswith=f"sample:{sample.pk}:returned:")
    assert {one.recipient for one in told} == {other, cast.tutor}
    assert "asks you" in told.get(recipient=other).body
    assert "asks Olga Other" in told.get(recipient=cast.tutor).body


def test_where_the_owner_is_appointed_no_more_whoever_is_answers(cast):
    sample = sent_back(cast, rule="after_iqa")
    cohort = sample.submission.enrolment.cohort
    other = another(cast, cohort, Role.TUTOR, "Olga Other")
    with pytest.raises(Refused, match="This action is Tomas Tutor’s"):
        actions.answer(fresh(sample), answer="I looked.", by=other)
    programmes.end_appointment(
        cohort.appointments.get(tutor=cast.tutor), to_on=in_days(0), reason="Left", by=cast.contract_manager
    )

    with clock.at(clock.now() + 2 * DAY):
        with pytest.raises(Refused, match="Your appointment to this cohort has ended"):
            actions.answer(fresh(sample), answer="I looked.", by=cast.tutor)
        desk = factories.signed_in(other).get(reverse("assignments:desk")).content.decode()
        assert "Look at 1.1 again." in desk
        assert actions.answer(fresh(sample), answer="I looked.", by=other).answered_by == other


def test_an_overdue_action_stands_on_the_owners_home(cast):
    sent_back(cast, days=1)

    with clock.at(clock.now() + 4 * DAY):
        page = text_of(cast.client_of("tutor").get(reverse("home")))

    assert "Look at 1.1 again." in page
    assert "3 days ago" in page or "3 days late" in page


def test_a_learner_who_has_left_is_decided_on_no_more(cast):
    sample = opened(cast)
    enrolment.withdraw(sample.submission.enrolment, withdrawal_reason="Changed post.", by=cast.administrator)

    page = cast.client_of("iqa").post(url("agree", sample), filled(sample, comment="Still here."))

    assert page.status_code == 409
    assert "no longer on the programme" in text_of(page)


# ---- answered


@pytest.mark.sqlite
def test_a_correction_signs_anew_without_touching_a_decision_and_tells_the_learner_once(cast):
    sample = sent_back(cast, kind="correction")
    submission = sample.submission
    before = dict(submission.decisions.values_list("criterion", "decision"))
    first = submission.decisions.get(criterion__number="1.1")

    actions.answer(
        sample,
        answer="Done.",
        feedback={first.criterion_id: "Names the measure."},
        told="It named none.",
        by=cast.tutor,
    )

    submission = Submission.objects.get(pk=submission.pk)
    assert dict(submission.decisions.values_list("criterion", "decision")) == before
    assert [(one.outcome, one.corrected_numbers, one.reason) for one in submission.markings.all()] == [
        ("pass", [], ""), ("pass", ["1.1"], "It named none."),
    ]  # fmt: skip
    assert submission.decisions.get(criterion__number="1.1").saved_at == first.saved_at
    told = Notice.objects.filter(recipient=submission.enrolment.learner, key__endswith=":corrected")
    assert "corrected the feedback on 1.1" in told.get().body
    assert Event.objects.about(submission).get(verb="correct").detail["was"] == {"1.1": "On 1.1: good."}
    sheet = text_of(cast.client_of("tutor").get(reverse("assignments:result_sheet", args=[submission.pk])))
    assert "Names the measure." in sheet
    assert "Corrected on" in sheet
    learner = text_of(factories.signed_in(submission.enrolment.learner).get(submission.get_absolute_url()))
    assert "the feedback on 1.1. The outcome stands. It named none." in learner
    assert "Names the measure." in learner


@pytest.mark.parametrize(
    ("feedback", "told", "sentence"),
    [
        ({0: "Of nobody."}, "So.", "do not belong to this piece"),
        ({1: " "}, "So.", "does not take feedback away"),
        ({1: "On 1.1: good."}, "So.", "there is nothing to correct"),
        ({1: "Better."}, " ", "Say why the feedback is corrected"),
    ],
)
def test_a_correction_that_is_none_is_refused_and_nothing_is_answered(cast, feedback, told, sentence):
    sample = sent_back(cast, kind="correction")
    first = sample.submission.decisions.get(criterion__number="1.1").criterion_id
    feedback = {first if pk else 999_999: text for pk, text in feedback.items()}

    with pytest.raises(Refused, match=sentence):
        actions.answer(fresh(sample), answer="Done.", feedback=feedback, told=told, by=cast.tutor)

    assert fresh(sample).is_returned
    assert sample.submission.markings.count() == 1


def test_a_correction_changes_no_outcome(cast):
    sample = sent_back(cast, kind="correction")
    first = sample.submission.decisions.get(criterion__number="1.1").criterion_id
    actions_of = {first: ("No.", "More.")}

    with pytest.raises(Refused, match="A correction is asked for, so the outcome stands"):
        actions.overturn(
            sample, answer="No.", actions=actions_of, summary="No.", resubmit_by=in_days(20), by=cast.tutor
        )
    page = text_of(cast.client_of("tutor").get(sample.get_absolute_url()))
    assert "The marking was wrong" not in page


def test_under_a_rejection_no_feedback_is_corrected_in_passing(cast):
    sample = sent_back(cast)

    with pytest.raises(Refused, match="The decision itself is questioned"):
        actions.answer(sample, answer="It stands.", feedback={1: "Other."}, told="So.", by=cast.tutor)


def test_a_corrected_referral_moves_its_day_as_the_first_signature_would_have(cast):
    sample = sent_back(cast, kind="correction", rule="after_iqa", unmet=1)
    signed_for = sample.submission.markings.get().resubmit_by
    first = sample.submission.decisions.get(criterion__number="2.1").criterion_id
    with clock.at(clock.now() + 4 * DAY):
        actions.answer(sample, answer="Done.", feedback={first: "Better."}, told="So.", by=cast.tutor)
    with clock.at(clock.now() + 6 * DAY):
        actions.agree(factories.following(sample), by=cast.iqa)

    submission = Submission.objects.get(pk=sample.submission_id)
    assert (submission.state, submission.resubmit_by) == ("referred", signed_for + 6 * DAY)
    again = submission.enrolment.submissions.get(attempt=2)
    assert CriterionDecision.objects.get(submission=again, criterion=first).feedback == "Better."


def test_a_referral_that_was_wrong_becomes_a_pass_nobody_hears_of_before_it_is_agreed(cast):
    sample = sent_back(cast, rule="after_iqa", unmet=1)

    actions.pass_sampled(sample, answer="You are right.", reason="It is on page 4.", by=cast.tutor)

    submission = Submission.objects.get(pk=sample.submission_id)
    assert submission.state == "signed"
    assert [one.outcome for one in submission.markings.all()] == ["referral", "pass"]
    actions.agree(factories.following(sample), by=cast.iqa)
    assert Submission.objects.get(pk=submission.pk).state == "passed"


def test_the_form_turns_a_referral_into_a_pass(cast):
    sample = sent_back(cast, rule="after_iqa", unmet=1)
    tutor = cast.client_of("tutor")

    page = text_of(tutor.get(sample.get_absolute_url()))
    answer = tutor.post(url("pass_sampled", sample), {"answer": "You are right.", "reason": "It is on page 4."})

    assert "The marking was wrong: pass" in page
    assert answer.status_code == 302
    assert fresh(sample).is_answered


@pytest.mark.sqlite
def test_the_answer_opens_the_next_round_for_the_same_verifier_with_the_last_judgement_as_its_beginning(cast):
    sample = sent_back(cast, rule="after_iqa")

    actions.answer(sample, answer="It stands, because of page 2.", by=cast.tutor)

    again = factories.following(sample)
    assert (again.selected_by, again.is_selected, again.round) == (cast.iqa, True, 2)
    assert again.snapshot is not None
    page = cast.client_of("iqa").get(again.get_absolute_url()).content.decode()
    assert "1.1 is thin." in page
    assert "Begins with what was judged in the round before" in page
    event = Event.objects.about(again).get(verb="select")
    assert (event.actor_id, event.detail["judged"]) == (None, again.snapshot.sha256)
    assert again.get_absolute_url() in Notice.objects.get(key=f"sample:{sample.pk}:answered").body


def test_where_the_verifier_may_not_look_again_it_waits_for_anybody(cast):
    sample = sent_back(cast, rule="after_iqa")
    cohort = sample.submission.enrolment.cohort
    cohort.allocations.filter(verifier=cast.iqa).update(to_on=in_days(0))
    other = another(cast, cohort)

    with clock.at(clock.now() + 2 * DAY):
        actions.answer(sample, answer="It stands.", by=cast.tutor)
        assert Sample.objects.filter(submission=sample.submission_id).count() == 1
        assert actions.select(sample.submission, reason="Answer", by=other).round == 2


def test_a_referral_that_is_released_is_not_verified_again(cast):
    sample = sent_back(cast)
    first = sample.submission.decisions.get(criterion__number="1.1").criterion_id

    actions.overturn(
        sample, answer="Yes.", actions={first: ("No.", "More.")}, summary="So.", resubmit_by=in_days(20), by=cast.tutor
    )

    assert Sample.objects.filter(submission=sample.submission_id).count() == 1


@pytest.mark.parametrize("rule", ["at_a_time", "at_once"])
def test_what_was_sent_back_is_released_neither_by_its_time_nor_by_hand_before_it_is_agreed(cast, rule):
    sample = sent_back(cast, rule="at_a_time", at=clock.now() + 5 * DAY)
    cohort = sample.submission.enrolment.cohort
    type(cohort).objects.filter(pk=cohort.pk).update(release_rule=rule)

    with clock.at(clock.now() + 6 * DAY):
        assert actions.release_due() == 0
        with pytest.raises(Refused, match="picked for verification"):
            actions.release_result(Submission.objects.get(pk=sample.submission_id), reason="Now", by=cast.administrator)
        actions.answer(sample, answer="It stands.", by=cast.tutor)
        assert actions.release_due() == 0
        actions.agree(factories.following(sample), by=cast.iqa)
        assert Submission.objects.get(pk=sample.submission_id).state == "passed"


def test_a_claim_waits_until_the_answer_is_agreed_with(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_registration(one, cast=cast)
    for kind in ("essay", "portfolio"):
        factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
    essay, portfolio = actions.begin(one, by=cast.iqa)
    actions.agree(portfolio, by=cast.iqa)
    sent_back(cast, sample=essay)
    assert standing(one).unverified == ("Essay",)
    actions.answer(essay, answer="It stands.", by=cast.tutor)

    assert standing(one).unverified == ("Essay",)
    with pytest.raises(Refused, match="Essay is not verified internally yet"):
        actions.claim(one, by=cast.administrator)
    actions.agree(factories.following(essay), judgement=None, by=cast.iqa)
    assert actions.claim(one, by=cast.administrator).is_claimed


def test_the_note_against_a_decision_is_wanted_by_the_database_too(cast):
    sample = opened(cast)
    first = next(iter(numbers_of(sample)))

    with pytest.raises(Refused, match="Say why you do not agree"):
        actions.send_back(
            sample, action_kind="rejection", action="Look.", action_due_on=in_days(2),
            judgement=Judgement({first: Said(agrees=False)}), by=cast.iqa,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="judgement_against_has_a_note"), transaction.atomic():
        sample.judgements.create(criterion_id=first, agrees=False)
