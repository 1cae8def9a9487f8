"""A signed outcome is locked; a new one with its reason comes after it. And the result sheet that shows them."""

import datetime as dt
import io

import pikepdf
import pytest
from django.urls import reverse

from assignments import actions, marking, results
from assignments.marking import Change
from assignments.models import Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, WrongState
from tests import factories

pytestmark = pytest.mark.django_db


def soon(days=20):
    return clock.today() + dt.timedelta(days=days)


def _signed(cast, **given):
    """An essay whose outcome is signed, in a cohort that releases results after internal verification."""
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    type(one.cohort).objects.filter(pk=one.cohort_id).update(release_rule="after_iqa")
    one.cohort.release_rule = "after_iqa"
    submission = factories.a_submission(cast=cast, one=one)
    factories.mark(submission, cast=cast, **given)
    submission.refresh_from_db()
    assert submission.state == "signed"
    return submission


def _of(submission, number):
    return submission.criteria().get(number=number).pk


def test_a_signed_pass_becomes_a_referral_by_its_criteria_and_both_stay(cast):
    submission = _signed(cast)
    changes = {_of(submission, "1.1"): Change("refer", "Only one side.", "Add the other side.")}

    actions.supersede(submission, changes=changes, reason="I had missed a page.", resubmit_by=soon(), by=cast.tutor)

    submission.refresh_from_db()
    assert submission.state == "signed"
    outcomes = submission.markings.values_list("outcome", "reason", "resubmit_by")
    assert list(outcomes) == [("pass", "", None), ("referral", "I had missed a page.", soon())]
    event = Event.objects.about(submission).get(verb="supersede")
    assert event.detail["was"]["1.1"]["decision"] == "pass"
    assert not Submission.objects.filter(enrolment=submission.enrolment, attempt=2).exists()


def test_a_signed_referral_becomes_a_pass_and_nothing_is_asked_for_any_more(cast):
    submission = _signed(cast, unmet=1)

    actions.supersede(
        submission,
        changes={_of(submission, "1.1"): Change("pass", "It is on page 9.")},
        reason="Page 9.",
        by=cast.tutor,
    )

    assert submission.markings.last().outcome == "pass"
    assert submission.markings.last().resubmit_by is None
    assert not submission.decisions.exclude(action="").exists()


@pytest.mark.parametrize(
    ("change", "given", "sentence"),
    [
        (Change("refer", "No.", "Add it."), {"reason": " "}, "Say why you sign this anew"),
        (Change("refer", "No.", "Add it."), {"resubmit_by": None}, "Choose the day by which the next attempt is due"),
        (Change("refer", "No.", ""), {}, "Say what the learner has to do for 1.1"),
    ],
)
def test_a_new_outcome_needs_its_reason_and_a_referral_its_actions_and_its_day(cast, change, given, sentence):
    submission = _signed(cast)
    facts = {"reason": "I had missed a page.", "resubmit_by": soon(), **given}

    with pytest.raises(Refused, match=sentence):
        actions.supersede(submission, changes={_of(submission, "1.1"): change}, **facts, by=cast.tutor)

    assert submission.markings.count() == 1
    assert submission.decisions.get(criterion__number="1.1").decision == "pass"


def test_what_is_signed_is_locked_and_signed_anew_by_an_appointed_tutor_only(cast):
    submission = _signed(cast)
    stranger = factories.a_user(role="tutor")

    with pytest.raises(WrongState):
        marking.decide(
            submission, criterion=submission.criteria().first(), feedback="", action="", revision=1, by=cast.tutor
        )
    with pytest.raises(Refused, match="not appointed"):
        actions.supersede(submission, changes={}, reason="Mine.", by=stranger)
    with pytest.raises(NotAllowed):
        actions.supersede(submission, changes={}, reason="Mine.", by=cast.iqa)


def test_the_page_signs_anew_what_differs_and_keeps_what_was_typed(cast, client):
    submission = _signed(cast)
    client.force_login(cast.tutor)
    url = f"/marking/{submission.pk}/supersede/"
    data = {f"c{one.criterion_id}-{name}": getattr(one, name) for one in submission.decisions.all() for name in
            ("decision", "feedback", "action")}  # fmt: skip
    data |= {"reason": "I had missed a page.", "summary": "See 1.1.", "resubmit_by": soon().isoformat()}
    data[f"c{_of(submission, '1.1')}-decision"] = "refer"

    page = client.get(url)
    refused = client.post(url, data)
    done = client.post(url, {**data, f"c{_of(submission, '1.1')}-action": "Add the other side."})

    assert (page.status_code, refused.status_code, done.status_code) == (200, 409, 302)
    assert "I had missed a page." in refused.content.decode()
    assert submission.markings.last().outcome == "referral"
    assert submission.decisions.filter(revision=2).count() == 1
    sheet = client.get(done.url).content.decode()
    assert sheet.index("superseded") < sheet.index("holds now")
    assert "I had missed a page." in sheet


# ---- after the release


def test_a_referral_passes_after_all_while_the_next_attempt_is_a_draft(cast, client):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    submission = factories.a_submission(cast=cast, one=one, state="referred")
    draft = Submission.objects.get(enrolment=one, attempt=2)
    document = factories.attach(draft, file=factories.an_essay_file(seed="second"))
    client.force_login(cast.tutor)

    page = client.get(f"/marking/{submission.pk}/pass-after-all/")
    empty = client.post(f"/marking/{submission.pk}/pass-after-all/", {"reason": ""})
    done = client.post(f"/marking/{submission.pk}/pass-after-all/", {"reason": "It is on page 9."})

    assert (page.status_code, empty.status_code, done.status_code) == (200, 409, 302)
    submission, draft = Submission.objects.get(pk=submission.pk), Submission.objects.get(pk=draft.pk)
    assert (submission.state, submission.resubmit_by, draft.state) == ("passed", None, "withdrawn")
    assert [each.outcome for each in submission.markings.all()] == ["referral", "pass"]
    assert set(submission.decisions.values_list("decision", flat=True)) == {"pass"}
    mail = Notice.objects.get(key__endswith=":passed-after-all")
    assert "It is on page 9." in mail.body
    client.force_login(cast.learner)
    aside = client.get(draft.get_absolute_url()).content.decode()
    assert "You need not hand in attempt 2" in aside
    assert document.name in aside
    kept = client.get(reverse("assignments:document", args=[document.pk]))
    assert (kept.status_code, bool(b"".join(kept.streaming_content))) == (200, True)
    assert client.get("/my/assignments/").status_code == 200
    client.force_login(cast.tutor)
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_nothing_passes_after_all_once_the_next_attempt_is_in(cast):
    submission = factories.a_submission(cast=cast, state="referred")
    draft = Submission.objects.get(enrolment=submission.enrolment, attempt=2)
    factories.attach(draft, file=factories.an_essay_file(seed="second"))
    factories.hand_in(draft)

    with pytest.raises(
        Refused, match=r"Attempt 2 has been handed in\. Mark that one; attempt 1 stays as it was signed"
    ):
        actions.pass_after_all(submission, changes={}, reason="Page 9.", by=cast.tutor)
    with pytest.raises(WrongState, match="Attempt 2 has been handed in"):
        marking.take(submission, by=cast.tutor)


def test_after_a_pass_after_all_verification_may_still_overturn_it(cast):
    submission = factories.a_submission(cast=cast, state="referred")
    actions.pass_after_all(submission, changes={}, reason="Page 9.", by=cast.tutor)
    submission.refresh_from_db()

    marking.overturn(
        submission,
        actions={_of(submission, "1.1"): ("Not there.", "Add it.")},
        summary="Page 9 is of another chapter.",
        resubmit_by=soon(),
        by=cast.tutor,
    )

    submission.refresh_from_db()
    assert [one.outcome for one in submission.markings.all()] == ["referral", "pass", "referral"]
    states = Submission.objects.filter(enrolment=submission.enrolment).in_order().values_list("attempt", "state")
    assert list(states) == [(1, "referred"), (2, "withdrawn"), (2, "draft")]


def test_overturning_by_average_takes_marks_that_really_refer(cast):
    submission = factories.a_submission(cast=cast, state="draft")
    submission.assignment.units.update(marking_scheme="average")
    factories.hand_in(submission)
    for criterion in submission.criteria():
        marking.decide(submission, criterion=criterion, mark=8, feedback="Good.", action="", revision=0, by=cast.tutor)
    marking.award_pass(submission, is_authentic=True, by=cast.tutor)
    submission.refresh_from_db()
    pk = _of(submission, "1.1")
    given = {"actions": {pk: ("No.", "Add it.")}, "summary": "Too kind.", "resubmit_by": soon(), "by": cast.tutor}

    with pytest.raises(Refused, match=r"Give 1\.1 its mark, out of 10"):
        marking.overturn(submission, **given)
    with pytest.raises(Refused, match="every unit still passes"):
        marking.overturn(submission, marks={pk: 1}, **given)
    with pytest.raises(Refused, match=r"reaches the pass mark of 1\.1"):
        marking.overturn(submission, marks={pk: 5}, **given)


# ---- the result sheet


def test_the_learner_has_no_result_sheet_before_the_release(cast, client):
    submission = _signed(cast)
    unit = submission.criteria().first().outcome.unit_id
    client.force_login(cast.learner)

    for path in ("", f"{unit}/", f"{unit}/pdf/"):
        assert client.get(f"/submissions/{submission.pk}/result-sheet/{path}").status_code == 404


def test_the_sheet_of_a_unit_is_a_tagged_pdf_under_the_name_of_the_house(cast, client):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    number = factories.a_registration(one, cast=cast).number
    submission = factories.a_submission(cast=cast, one=one, state="referred")
    criterion = submission.criteria().first()
    client.force_login(cast.tutor)

    answer = client.get(f"/submissions/{submission.pk}/result-sheet/{criterion.outcome.unit_id}/pdf/")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f"R Example-{number}-012345-8588-500(1) result sheet.pdf" in answer["Content-Disposition"]
    with pikepdf.open(io.BytesIO(b"".join(answer.streaming_content))) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en-GB"
        assert "unit 500" in str(pdf.docinfo.Title)
    event = Event.objects.about(submission).get(verb="download")
    assert event.actor == cast.tutor
    client.force_login(cast.learner)
    assert client.get(f"/submissions/{submission.pk}/result-sheet/{criterion.outcome.unit_id}/pdf/").status_code == 200
    assert Event.objects.about(submission).filter(verb="download").count() == 1
    assert client.get(f"/submissions/{submission.pk}/result-sheet/999999/").status_code == 404


def test_the_sheet_stands_in_the_awarding_organisations_order(cast):
    submission = factories.a_submission(cast=cast, kind="portfolio", state="passed")
    submission.refresh_from_db()

    found = results.of(submission)

    assert [(sheet.unit.number, sheet.word) for sheet in found.units] == [("501", "Pass"), ("503", "Pass")]
    labels = [label for label, _ in results._head(found, found.units[0])]
    assert labels[:4] == ["Centre number", "Centre name", "Learner registration number", "Learner name"]
    assert results.pdf(found, found.units[1]).startswith(b"%PDF")
