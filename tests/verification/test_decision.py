"""The decision page: for any result who decided what, on which files, against which wording, under which rule."""

import datetime as dt
import html
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions as assignments
from assignments import anonymity, marking
from assignments.actions.second_marking import Agreed
from assignments.models import CriterionDecision, SecondMarking, Submission
from core import clock
from core.ledger import sealing
from core.models import Event, LedgerEntry
from programmes import actions as programmes
from programmes.models import Criterion
from tests import factories
from tests.assignments.documents import png
from verification import actions
from verification.models.decided import compared, decisions_of, steps_of


def page_of(submission, client):
    found = client.get(reverse("verification:decision", args=[submission.pk]))
    assert found.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.content.decode())))


def essay(cast, **given):
    return factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, **given), state="passed")


def sealed():
    sealing.seal(now=clock.now())


def test_it_shows_the_files_the_wording_the_rule_and_who_decided_each_criterion(cast):
    one = essay(cast)
    Criterion.objects.filter(number="1.1").update(text="Something else.")

    page = page_of(one, cast.client_of("eqa"))

    assert one.document.name in page
    assert one.document.sha256 in page
    assert one.wording.fingerprint in page
    assert "Every criterion must pass." in page
    assert "Define and compare in an organisation." in page
    assert "Something else." not in page
    assert page.count("Tomas Tutor, ") == 3
    assert "Pass , signed by Tomas Tutor" in page
    assert "The rule then: “As soon as it is signed”." in page
    assert "Nobody has verified this yet." in page


def test_samples_the_sign_off_and_the_claim_stand_there_with_their_steps(cast):
    one = factories.certificated(cast=cast)
    submission = one.submissions.get(assignment__kind="essay")

    page = page_of(submission, cast.client_of("iqa"))

    assert "Internal verification, round 1: agreed , Ines Verifier" in page
    assert "Picked because: every piece of a new tutor" in page
    assert "Agree (internal verification) by Ines Verifier" in page
    assert "Record certificate (certificate) by Adam Administrator" in page
    verbs = [event.verb for event in steps_of(submission)]
    assert verbs == [
        "submit", "take", "award_pass", "sign_outcome", "release_pass", "select", "agree", "claim", "record_certificate",
    ]  # fmt: skip


def test_each_step_has_its_position_and_hash_once_it_is_sealed_and_says_that_it_waits_before(cast):
    one = essay(cast)
    before = page_of(one, cast.client_of("tutor"))
    sealed()

    after = page_of(one, cast.client_of("tutor"))

    assert "5 steps wait to be sealed." in before
    assert before.count("Waiting to be sealed") == 5
    assert "Every step is sealed in the ledger." in after
    assert "Compared just now with what was recorded: file, wording and decisions agree." in after
    for event in steps_of(one):
        entry = LedgerEntry.objects.get(event_id=event.pk)
        assert f"Position {entry.position}, {entry.hash}" in after


@pytest.mark.parametrize(
    ("what", "words"),
    [("decision", "since it was recorded: the decisions."), ("file", "since it was recorded: the file that was handed in."),
     ("wording", "since it was recorded: the wording.")],
)  # fmt: skip
def test_what_was_changed_behind_waymarks_back_is_said_on_the_page(cast, what, words):
    one = essay(cast)
    sealed()
    with factories.unfrozen():
        if what == "decision":
            CriterionDecision.objects.filter(submission=one).update(decision="refer", action="More.")
        elif what == "file":
            type(one.document).objects.filter(pk=one.document_id).update(sha256="0" * 64)
        else:
            type(one.wording).objects.filter(submission=one).update(assignment={"title": "Easier"})

    page = page_of(one, cast.client_of("administrator"))

    assert "Not as it was." in page
    assert words in page


def test_an_outcome_that_was_signed_anew_is_compared_with_its_newest_signature(cast):
    one = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast))
    with factories.released_by(one.enrolment.cohort, "after_iqa"):
        factories.mark(one, cast=cast, unmet=1)
        one = Submission.objects.get(pk=one.pk)
        unmet = one.decisions.get(decision="refer").criterion_id
        assignments.supersede(
            one, changes={unmet: marking.Change("pass", "It is there.")}, reason="Overlooked.", by=cast.tutor
        )

        one = Submission.objects.get(pk=one.pk)
        found = compared(one, decisions_of(one), list(steps_of(one)))
        page = page_of(one, cast.client_of("tutor"))

    assert (found.file, found.wording, found.decisions) == (True, True, True)
    assert "Referral , signed by Tomas Tutor (superseded)" in page
    assert "Pass , signed by Tomas Tutor (holds now) Overlooked." in page
    assert "provisional pass" in page
    assert "Not released. The cohort’s rule today: “After internal verification (IQA)”." in page


def test_a_result_from_before_fingerprints_says_so_and_warns_of_nothing(cast):
    one = essay(cast)
    with factories.unfrozen():
        Event.objects.filter(verb="sign_outcome")._raw_delete("default")
        Event.objects.filter(verb="submit").all()._raw_delete("default")
    sealed()

    page = page_of(one, cast.client_of("tutor"))

    assert "From before fingerprints were recorded with each step." in page
    assert "Not as it was" not in page


def test_the_evidence_of_a_portfolio_is_listed_with_its_fingerprints(cast):
    one = factories.an_enrolment(cast=cast)
    file = ContentFile(png(40, 30), name="hall.png")
    evidence = assignments.add_evidence(one, title="A drawing", file=file, by=one.learner)
    piece = factories.a_submission(cast=cast, one=one, kind="portfolio", state="passed")

    page = page_of(piece, cast.client_of("iqa"))

    assert "2 frozen files" in page
    assert "hall.png" in page
    assert evidence.sha256 in page


def test_under_anonymous_marking_judges_read_the_code_and_no_name_until_the_release(cast):
    one = factories.an_enrolment(cast=cast, name="Zoe Zebra")
    type(one.cohort).objects.filter(pk=one.cohort_id).update(anonymous_marking=True)
    file = ContentFile(png(40, 30), name="zoe-zebra.png")
    assignments.add_evidence(one, title="Zoe in the hall", file=file, by=one.learner)
    piece = factories.a_submission(cast=cast, one=type(one).objects.get(pk=one.pk), kind="portfolio")
    with factories.released_by(piece.enrolment.cohort, "after_iqa"):
        factories.mark(piece, cast=cast)
        for who in ("tutor", "iqa", "eqa"):
            page = page_of(piece, cast.client_of(who))
            assert anonymity.name(one.pk) in page
            assert "zoe" not in page.lower().replace(anonymity.name(one.pk).lower(), "")
            assert "zebra" not in page.lower()
        assert "Zoe Zebra" in page_of(piece, cast.client_of("administrator"))
        actions.agree(actions.select(piece, reason="All", by=cast.iqa), by=cast.iqa)

    assert "Zoe Zebra" in page_of(piece, cast.client_of("tutor"))


def test_a_piece_marked_twice_shows_what_the_second_marker_had_decided(cast):
    piece = factories.a_submission(cast=cast)
    other = factories.a_user(role=Role.TUTOR, name="Olga Other")
    cohort, since = piece.enrolment.cohort, clock.today() - dt.timedelta(days=1)
    appointment = programmes.propose_tutor(cohort, tutor=other, from_on=since, by=cast.contract_manager)
    programmes.approve_tutor(appointment, by=cast.client_contact)
    second = assignments.ask_second_marking(piece, reason="Borderline", by=cast.iqa)
    marking.take(piece, by=cast.tutor)
    assignments.take_second_marking(second, by=other)
    for n, criterion in enumerate(piece.criteria()):
        said = {"criterion": criterion, "feedback": "Read.", "revision": 0}
        marking.decide(piece, decision="pass", action="", **said, by=cast.tutor)
        decision, action = ("pass", "") if n else ("refer", "More.")
        assignments.decide_second(second, decision=decision, action=action, **said, by=other)
    apart = piece.criteria().first()
    assignments.finish_first_marking(fresh(second), by=cast.tutor)
    assignments.hand_over_second_marking(fresh(second), summary="Nearly.", by=other)
    chosen = {apart.pk: Agreed("first")}
    assignments.propose_agreement(fresh(second), chosen=chosen, agreement_text="One is enough.", by=cast.tutor)
    assignments.confirm_agreement(fresh(second), by=other)
    piece = Submission.objects.get(pk=piece.pk)
    marking.take(piece, by=cast.tutor)
    marking.award_pass(piece, is_authentic=True, by=cast.tutor)

    page = page_of(piece, cast.client_of("iqa"))

    assert "Olga Other decided “refer” without seeing it; both stay with the first." in page
    assert "Marked twice : Tomas Tutor first, Olga Other without seeing the first. Both agreed. One is enough." in page


def fresh(second):
    related = "submission__enrolment__cohort", "marker", "first_done_by"
    return SecondMarking.objects.select_related(*related).get(pk=second.pk)


def test_nobody_reads_the_page_about_their_own_work(cast):
    one = essay(cast, learner=cast.learner)
    factories.RoleGrant.objects.create(user=cast.learner, role=Role.ADMINISTRATOR, granted_at=clock.now())

    assert cast.client_of("learner").get(reverse("verification:decision", args=[one.pk])).status_code == 404


def test_the_way_there_is_offered_to_those_who_may_go_and_to_nobody_else(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    piece = factories.a_submission(cast=cast, one=one, state="passed")
    link = reverse("verification:decision", args=[piece.pk])
    sheet = reverse("assignments:result_sheet", args=[piece.pk])
    sample = actions.select(piece, reason="All", by=cast.iqa)

    assert link in cast.client_of("tutor").get(sheet).content.decode()
    assert link in cast.client_of("administrator").get(sample.get_absolute_url()).content.decode()
    assert link not in cast.client_of("learner").get(sheet).content.decode()
