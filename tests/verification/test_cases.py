"""Cases: who decides, what is kept, what holds up a certificate, and who sees what."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.permissions import Role
from assignments.models import Marking
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from tests import factories
from tests.assignments.documents import png
from verification import actions, handling
from verification.models import Case, CaseDecision, CaseDuty, CaseNote
from verification.models.involved import candidates
from verification.models.standing import claimable, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast):
    """A passed essay, verified by the IQA, and two members of staff who had no part in it."""
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    essay = factories.a_submission(cast=cast, one=one, state="passed")
    free = factories.a_user(role=Role.TUTOR, name="Freya Free")
    other = factories.a_user(role=Role.IQA, name="Otis Other")
    essay.refresh_from_db()
    return SimpleNamespace(one=one, essay=essay, free=free, other=other)


def _appeal(scene, cast):
    return handling.appeal(scene.essay, statement="Criterion 1.1 is met on page 3.", by=cast.learner)


def _reviewed(scene, cast):
    case = _appeal(scene, cast)
    handling.acknowledge_case(case, by=cast.administrator)
    return handling.begin_review(case, decider=scene.free, by=cast.administrator)


def _suspicion(scene, cast, **more):
    facts = {
        "kind": "malpractice",
        "title": "Two essays alike",
        "statement": "They share a page.",
        "behalf_route": "found",
        "arrived_at": clock.now(),
        "enrolment": scene.one,
        "submission": scene.essay,
        "accused": cast.learner,
    }
    return handling.raise_case(**{**facts, **more}, by=cast.administrator)


def test_an_appeal_goes_from_its_arrival_to_a_decision_and_its_end(scene, cast):
    case = _reviewed(scene, cast)

    handling.decide_case(case, outcome="not_upheld", reasons="Read again; it is not there.", by=scene.free)
    handling.close_case(case, closing_note="Told by e-mail.", by=cast.administrator)

    case.refresh_from_db()
    assert (case.state, case.due_on) == ("closed", None)
    verbs = [one.verb for one in Event.objects.about(case).order_by("pk")]
    assert verbs == ["open_case", "acknowledge_case", "begin_review", "choose", "decide_case", "close_case"]
    mails = Notice.objects.filter(recipient=cast.learner, key__startswith=f"case:{case.pk}:moved")
    assert mails.count() == 4
    assert Notice.objects.filter(recipient=scene.free, key__contains="chosen").exists()


def test_a_decision_changes_no_result_by_itself(scene, cast):
    case = _reviewed(scene, cast)
    before = list(Marking.objects.values_list("pk", "outcome"))

    handling.decide_case(case, outcome="upheld", reasons="It is there after all.", by=scene.free)

    assert list(Marking.objects.values_list("pk", "outcome")) == before
    assert Notice.objects.filter(recipient=cast.tutor, key__startswith=f"case:{case.pk}:anew").count() == 1


def test_only_the_learner_appeals_and_only_against_a_released_result(scene, cast):
    with pytest.raises(NotAllowed):
        handling.appeal(scene.essay, statement="No.", by=cast.tutor)
    draft = factories.a_submission(cast=cast, one=scene.one, kind="portfolio", state="submitted")
    with pytest.raises(Refused, match="no result yet"):
        handling.appeal(draft, statement="No.", by=cast.learner)


def test_there_is_one_open_appeal_against_a_result(scene, cast):
    case = _appeal(scene, cast)

    with pytest.raises(Stale, match=case.reference):
        _appeal(scene, cast)

    handling.drop_case(case, closing_note="Withdrawn.", by=cast.administrator)
    assert _appeal(scene, cast).reference != case.reference


def test_an_appeal_after_the_time_is_refused_with_its_last_day(scene, cast, settings):
    settings.APPEAL_WITHIN = "10d"
    with clock.at(clock.today() + dt.timedelta(days=11)), pytest.raises(Refused, match="The time for an appeal ended"):
        _appeal(scene, cast)


def test_each_who_had_a_part_cannot_be_chosen_and_the_page_says_why(scene, cast):
    sample = actions.select(scene.essay, reason="New tutor", by=cast.iqa)
    actions.agree(sample, by=cast.iqa)
    case = _appeal(scene, cast)
    handling.acknowledge_case(case, by=cast.administrator)

    why = {str(one): one.reasons for one in candidates(case)}

    assert why["Tomas Tutor"] == ["marked the work", "teaches or taught the learner"]
    assert why["Ines Verifier"] == ["verified the marking"]
    assert why["Freya Free"] == why["Otis Other"] == []
    assert "Lena Learner" not in why
    for person in (cast.tutor, cast.iqa):
        with pytest.raises(Refused, match="somebody else decides"):
            handling.begin_review(case, decider=person, by=cast.administrator)
        case.refresh_from_db()


def test_whoever_decided_stage_1_is_not_on_the_panel(scene, cast):
    case = _reviewed(scene, cast)
    handling.decide_case(case, outcome="not_upheld", reasons="No.", by=scene.free)

    with pytest.raises(Refused, match="handled an earlier stage"):
        handling.call_panel(case, why="Not content", decider=scene.free, by=cast.administrator)

    case.refresh_from_db()
    handling.call_panel(case, why="Not content", decider=scene.other, by=cast.administrator)
    handling.decide_case(case, outcome="partly", reasons="In part.", by=scene.other)
    assert [one.stage for one in case.decisions.all()] == ["review", "panel"]


@pytest.mark.sqlite
def test_the_database_itself_refuses_a_decider_who_had_a_part(scene, cast):
    case = _reviewed(scene, cast)
    facts = {"case": case, "stage": "panel", "chosen_at": clock.now(), "chosen_by": cast.administrator}

    with pytest.raises(IntegrityError, match="had a part"), transaction.atomic():
        CaseDuty.objects.create(**facts, person=cast.tutor, decides=True)
    said = {"case": case, "stage": "review", "outcome": "upheld", "reasons": "Yes.", "decided_at": clock.now()}
    with pytest.raises(IntegrityError, match="was chosen"), transaction.atomic():
        CaseDecision.objects.create(**said, decided_by=scene.other)
    case.involvements.create(person=scene.free, why="knows the learner", noted_at=clock.now())
    with pytest.raises(IntegrityError, match="had a part"), transaction.atomic():
        CaseDecision.objects.create(**said, decided_by=scene.free)


@pytest.mark.sqlite
def test_what_was_written_down_is_not_changed_even_past_the_actions(scene, cast):
    case = _appeal(scene, cast)
    note = handling.add_note(case, body="Called.", by=cast.administrator)

    for rows, change in (
        (CaseNote.objects.filter(pk=note.pk), {"body": "Never called."}),
        (case.kept.all(), {"sha256": "0" * 64}),
        (case.involvements.all(), {"why": "nothing"}),
    ):
        with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
            rows.update(**change)
    if connection.vendor == "sqlite":  # where tests empty tables with DELETE
        return
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
        CaseNote.objects.filter(pk=note.pk).delete()


def test_somebody_else_than_the_one_chosen_does_not_decide(scene, cast):
    case = _reviewed(scene, cast)

    with pytest.raises(Refused, match="Somebody else was chosen"):
        handling.decide_case(case, outcome="upheld", reasons="Yes.", by=scene.other)
    with pytest.raises(NotAllowed):
        handling.decide_case(case, outcome="upheld", reasons="Yes.", by=cast.eqa)


def test_who_declares_an_interest_is_out_and_another_takes_over(scene, cast):
    case = _reviewed(scene, cast)

    handling.declare_interest(case, why="The learner is my cousin.", by=scene.free)

    assert not Case.objects.visible_to(scene.free).exists()
    with pytest.raises(Refused):
        handling.decide_case(case, outcome="upheld", reasons="Yes.", by=scene.free)
    with pytest.raises(Refused, match="declared an interest"):
        handling.replace_decider(case, decider=scene.free, why="Back", by=cast.administrator)
    handling.replace_decider(case, decider=scene.other, why="Cousin", by=cast.administrator)
    handling.decide_case(case, outcome="upheld", reasons="Yes.", by=scene.other)
    assert case.decisions.get().decided_by == scene.other


def test_whoever_became_involved_after_being_chosen_does_not_decide(scene, cast):
    """The appointed tutor of tomorrow: what somebody did is read anew when they sign."""
    case = _reviewed(scene, cast)
    Marking.objects.filter(submission=scene.essay).update(marked_by=scene.free)

    with pytest.raises(Refused, match="marked the work"):
        handling.decide_case(case, outcome="upheld", reasons="Yes.", by=scene.free)


def test_the_awarding_organisation_comes_after_the_panel(scene, cast):
    case = _reviewed(scene, cast)
    handling.decide_case(case, outcome="not_upheld", reasons="No.", by=scene.free)

    with pytest.raises(Refused, match="own procedure comes first"):
        handling.pass_on_case(case, reported_on=clock.today(), by=cast.administrator)

    case.refresh_from_db()
    handling.call_panel(case, why="Not content", decider=scene.other, by=cast.administrator)
    handling.decide_case(case, outcome="not_upheld", reasons="No.", by=scene.other)
    handling.pass_on_case(case, reported_on=clock.today(), reported_reference="EN-1", by=cast.administrator)
    assert case.state == "awarding"
    with pytest.raises(WrongState):
        handling.call_panel(case, why="Again", decider=cast.administrator, by=cast.administrator)


def test_nobody_is_found_guilty_unheard_and_what_is_found_has_a_sanction(scene, cast):
    case = _suspicion(scene, cast)
    handling.investigate(case, decider=scene.free, by=cast.administrator)
    handling.report_case(case, reported_on=clock.today(), by=cast.administrator)
    with pytest.raises(Refused, match="handled an earlier stage"):
        handling.hear(case, decider=scene.free, by=cast.administrator)
    case.refresh_from_db()
    handling.hear(case, decider=scene.other, by=cast.administrator)

    with pytest.raises(Refused, match="not recorded"):
        handling.decide_malpractice(case, outcome="upheld", reasons="Copied.", by=scene.other)
    handling.record_answer(case, answer="I did copy a page.", by=cast.administrator)
    handling.decide_malpractice(case, outcome="upheld", reasons="Copied.", by=scene.other)

    with pytest.raises(Refused, match="record the sanction"):
        handling.close_case(case, closing_note="Done.", by=cast.administrator)
    handling.sanction(case, sanction="A warning.", by=cast.administrator)
    handling.close_case(case, closing_note="Done.", by=cast.administrator)
    assert case.state == "closed"


def test_who_reported_a_suspicion_does_not_decide_it(scene, cast):
    case = _suspicion(scene, cast)

    assert {str(one): one.reasons for one in candidates(case)}["Adam Administrator"] == ["reported the suspicion"]


def test_a_suspicion_is_seen_by_administrators_and_those_who_handle_it_alone(scene, cast):
    case = _suspicion(scene, cast)
    handling.investigate(case, decider=scene.free, by=cast.administrator)

    seen = Case.objects.visible_to
    for person in (cast.administrator, scene.free, cast.eqa):
        assert case in seen(person)
    for person in (cast.tutor, cast.iqa, cast.contract_manager, cast.client_contact, cast.learner, scene.other):
        assert case not in seen(person)
    assert not Case.objects.own_of(cast.learner).exists()


def test_an_administrator_does_not_see_the_case_against_themselves(scene, cast):
    case = _suspicion(scene, cast, enrolment=None, submission=None, accused=cast.administrator)

    assert not Case.objects.visible_to(cast.administrator).filter(pk=case.pk).exists()


def test_the_external_verifier_sees_no_complaint_and_nothing_of_other_cohorts(scene, cast):
    complaint = handling.complain(kind="complaint", title="Cold", statement="It was cold.", by=cast.learner)
    appeal = _appeal(scene, cast)
    stranger = factories.a_user(role=Role.EQA, name="Another External")

    assert list(Case.objects.visible_to(cast.eqa)) == [appeal]
    assert not Case.objects.visible_to(stranger).exists()
    assert complaint in Case.objects.own_of(cast.learner)


def test_the_learner_reads_the_decision_and_never_an_internal_note(scene, cast):
    case = _reviewed(scene, cast)
    handling.add_note(case, body="Between us: weak.", internal=True, by=scene.free)
    handling.add_note(case, body="We have your letter.", internal=False, by=cast.administrator)
    inside = handling.add_case_file(case, file=ContentFile(png(9, 9), name="in.png"), by=scene.free)
    handling.decide_case(case, outcome="partly", reasons="Page 3 counts.", by=scene.free)
    client = factories.signed_in(cast.learner)

    page = client.get(f"/my/cases/{case.pk}/").content.decode()

    assert "Page 3 counts." in page
    assert "We have your letter." in page
    assert "Between us" not in page
    assert "in.png" not in page
    assert client.get(f"/cases/{case.pk}/files/{inside.pk}/").status_code == 404
    assert client.get(f"/cases/{case.pk}/").status_code == 403


def test_the_evidence_is_kept_as_it_was_when_the_case_was_opened(scene, cast):
    case = _appeal(scene, cast)

    kept = {one.label.split(":")[0]: one for one in case.kept.all()}

    assert kept["The file that was handed in"].sha256 == scene.essay.document.sha256
    outcome = kept["Outcome signed by Tomas Tutor"]
    assert outcome.content["outcome"] == "Pass"
    assert len(outcome.content["criteria"]) == scene.essay.decisions.count()
    decision = scene.essay.decisions.first()
    type(decision).objects.filter(pk=decision.pk).update(feedback="Changed later.")
    outcome.refresh_from_db()
    assert "Changed later." not in str(outcome.content)


def test_whoever_is_chosen_reads_the_frozen_work_and_a_copy_is_noted(scene, cast):
    case = _reviewed(scene, cast)
    kept = case.kept.get(document__isnull=False)
    address = f"/cases/{case.pk}/kept/{kept.pk}/"

    assert factories.signed_in(scene.free).get(address).status_code == 200
    copy = factories.signed_in(scene.free).get(f"{address}file/")
    assert copy.getvalue()[:2] == b"PK"
    assert factories.signed_in(cast.administrator).get(address).status_code == 404
    assert Event.objects.about(case).filter(verb="download", actor=scene.free).count() == 1


def test_an_open_case_about_a_result_holds_up_the_certificate_and_a_closed_one_does_not(cast):
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, learner=cast.learner))
    essay = one.submissions.get(assignment__kind="essay")
    case = handling.appeal(essay, statement="More than a pass?", by=cast.learner)
    rows = type(one).objects.filter(pk=one.pk)

    assert not claimable(rows, today=clock.today()).exists()
    with pytest.raises(Refused, match=f"Case {case.reference} touches a result and is still open"):
        actions.claim(one, by=cast.administrator)

    handling.drop_case(case, closing_note="Withdrawn.", by=cast.administrator)
    assert claimable(rows, today=clock.today()).exists()
    assert standing(one).open_case == ""
    actions.claim(one, by=cast.administrator)


def test_a_complaint_about_the_room_holds_up_no_certificate(cast):
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, learner=cast.learner))
    handling.complain(kind="complaint", title="Cold", statement="It was cold.", by=cast.learner)

    assert actions.claim(one, by=cast.administrator).pk


def test_a_data_protection_complaint_is_acknowledged_within_thirty_days_of_its_real_arrival(cast):
    arrived = clock.now() - dt.timedelta(days=31)
    case = handling.raise_case(
        kind="data_protection",
        title="My photograph",
        statement="It is on your page.",
        behalf_route="letter",
        arrived_at=arrived,
        person_name="Paula Person, Leeds",
        by=cast.administrator,
    )

    timer = case.timer_on(clock.today())
    assert timer is not None
    assert timer.words == "1 day overdue"
    assert case in Case.objects.overdue(clock.today())


def test_each_case_is_reminded_of_once_before_its_day_and_once_after(scene, cast):
    case = _appeal(scene, cast)
    due = case.due_on
    mails = Notice.objects.filter(key__startswith=f"case:{case.pk}:due")

    for day, sent in ((due, 1), (due, 1), (due + dt.timedelta(days=1), 2), (due + dt.timedelta(days=2), 2)):
        with clock.at(day):
            call_command("remind_cases", verbosity=0)
        assert mails.count() == sent
    assert set(mails.values_list("recipient", flat=True)) == {cast.administrator.pk}


def test_mail_about_a_case_says_nothing_of_what_it_is_about(scene, cast):
    case = _suspicion(scene, cast)
    handling.investigate(case, decider=scene.free, by=cast.administrator)

    mail = Notice.objects.get(recipient=scene.free)
    for word in ("alpractice", "Two essays", "Lena"):
        assert word not in mail.subject + mail.body


def test_nothing_is_added_to_a_closed_case_nor_by_one_who_only_reads_it(scene, cast):
    case = _appeal(scene, cast)
    with pytest.raises(NotAllowed):
        handling.add_note(case, body="Hm.", by=cast.eqa)
    handling.drop_case(case, closing_note="Withdrawn.", by=cast.administrator)
    with pytest.raises(Refused, match="closed"):
        handling.add_note(case, body="Late.", by=cast.administrator)


def test_what_the_learner_adds_is_told_to_whoever_decides(scene, cast):
    case = _reviewed(scene, cast)

    handling.say_more(case, body="And page 4.", by=cast.learner)

    assert Notice.objects.filter(recipient=scene.free, key__contains=":added:").count() == 1
    with pytest.raises(NotAllowed):
        handling.say_more(case, body="And page 5.", by=cast.tutor)


def test_a_file_is_judged_by_its_content_and_taken_once(scene, cast):
    case = _appeal(scene, cast)
    with pytest.raises(Refused):
        handling.add_case_file(case, file=ContentFile(b"MZ\x90\x00program", name="letter.pdf"), by=cast.learner)
    handling.add_case_file(case, file=ContentFile(png(8, 8), name="a.png"), by=cast.learner)
    with pytest.raises(Refused, match="there already"):
        handling.add_case_file(case, file=ContentFile(png(8, 8), name="b.png"), by=cast.learner)
