"""Batches, answers, certificates, revocations and units, by the real actions."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import actions as enrolment
from enrolment.models import Application, Enrolment
from reporting import facts, figures
from tests import factories
from verification import actions, policy
from verification.models import Answer, Certificate, Claim, ClaimBatch
from verification.models.standing import claimable, left_with_units, standing

pytestmark = pytest.mark.django_db

MAPPING = {"registration": "ENR", "name": "Name", "certificate": "Certificate", "date": "Date", "reason": "Reason"}


def ready(cast, *, funded=False):
    one = factories.verified(cast=cast)
    if funded:
        type(one.registration).objects.filter(pk=one.registration.pk).update(is_funded=True)
    return Enrolment.objects.get(pk=one.pk)


def sent_batch(cast, *claims):
    batch = actions.export_batch(claims[0].batch, by=cast.administrator)
    return actions.send_batch(batch, sent_on=clock.today(), order_number="ORD-1", by=cast.administrator)


def answered(batch, text, cast, *, accepted=()):
    content = f"ENR,Name,Certificate,Date,Reason\n{text}".encode()
    given = {"name": "answer.csv", "content": content, "mapping": MAPPING, "by": cast.administrator}
    answer, _ = actions.read_answer(batch, **given)
    return answer, actions.take_answer(answer, accepted=accepted, by=cast.administrator)


def certified(claim, cast, number="C-1"):
    given = {"certificate_number": number, "certificated_on": clock.today(), "by": cast.administrator}
    return actions.record_certificate(claim, **given)


# ---- batches


def test_funded_and_other_learners_never_share_a_batch(cast):
    first, second, third = ready(cast), ready(cast), ready(cast, funded=True)

    claims = [actions.claim(one, by=cast.administrator) for one in (first, second, third)]

    assert claims[0].batch == claims[1].batch
    assert [(one.batch.is_funded, one.batch.state) for one in claims[1:]] == [(False, "open"), (True, "open")]
    with pytest.raises(IntegrityError, match="batch_one_open"), transaction.atomic():
        ClaimBatch.objects.create(
            organisation=claims[0].batch.organisation,
            is_funded=True,
            opened_at=clock.now(),
            opened_by=cast.administrator,
        )


def test_what_is_exported_is_closed_and_the_next_claim_opens_another(cast):
    first, second = ready(cast), ready(cast)
    claim = actions.claim(first, by=cast.administrator)
    batch = actions.export_batch(claim.batch, by=cast.administrator)

    later = actions.claim(second, by=cast.administrator)

    assert later.batch != batch
    with pytest.raises(WrongState):
        actions.export_batch(batch, by=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.send_batch(batch, sent_on=clock.today(), order_number="1", by=cast.iqa)


def test_what_was_answered_by_hand_before_the_export_does_not_go_out(cast):
    first, second = (actions.claim(ready(cast), by=cast.administrator) for _ in range(2))
    certified(first, cast)

    batch = actions.export_batch(ClaimBatch.objects.get(), by=cast.administrator)

    assert list(batch.claims.all()) == [second]
    assert Claim.objects.get(pk=first.pk).state == "certificated"


def test_an_empty_batch_is_not_exported(cast):
    claim = actions.claim(ready(cast), by=cast.administrator)
    certified(claim, cast)

    with pytest.raises(Refused, match="no open claim"):
        actions.export_batch(claim.batch, by=cast.administrator)


def test_an_order_placed_by_hand_goes_into_no_batch(cast):
    assert actions.claim(ready(cast), order_number="4711", by=cast.administrator).batch is None


def test_a_batch_is_sent_on_a_day_and_under_a_number(cast):
    claim = actions.claim(ready(cast), by=cast.administrator)
    batch = actions.export_batch(claim.batch, by=cast.administrator)
    today, by = clock.today(), cast.administrator
    with pytest.raises(Refused, match="order number"):
        actions.send_batch(batch, sent_on=today, order_number=" ", by=by)
    with pytest.raises(Refused, match="still to come"):
        actions.send_batch(batch, sent_on=today + dt.timedelta(days=1), order_number="1", by=by)
    with pytest.raises(Refused, match="lies before"):
        actions.send_batch(batch, sent_on=today - dt.timedelta(days=1), order_number="1", by=by)

    actions.send_batch(batch, sent_on=today, order_number="ORD-1", by=by)

    claim.refresh_from_db()
    assert (batch.state, claim.order_number) == ("sent", "ORD-1")


def test_the_file_has_the_legal_name_and_no_formula(cast):
    one = ready(cast)
    Application.objects.filter(enrolment=one).update(legal_last_name="=HYPERLINK(1)", legal_first_name="Zoë")
    claim = actions.claim(one, by=cast.administrator)
    client = cast.client_of("administrator")
    url = reverse("verification:batch_file", args=[claim.batch_id])
    assert client.get(url).status_code == 409
    actions.export_batch(claim.batch, by=cast.administrator)

    answer = client.get(url)

    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Registration number,Last name,First name,Date of birth")
    assert line.startswith(f"{one.registration.number},'=HYPERLINK(1),Zoë,05/04/1985")
    assert "no-store" in answer["Cache-Control"]


# ---- answers


def test_an_answer_is_taken_line_by_line_and_what_cannot_be_is_named(cast):
    good, other = ready(cast), ready(cast)
    claims = [actions.claim(one, by=cast.administrator) for one in (good, other)]
    batch = sent_batch(cast, *claims)
    text = (
        f"{good.registration.number},Robin Example,C-1,{clock.today():%d/%m/%Y},\n"
        "NEVER1,Nobody Known,C-2,04/05/2024,\n"
        f"{other.registration.number},,,,Date of birth differs\n"
    )

    answer, counts = answered(batch, text, cast)

    assert (counts["certificate"], counts["rejection"], counts["refused"]) == (1, 1, 1)
    assert [one.verdict for one in answer.lines.all()] == ["certificate", "refused", "rejection"]
    assert answer.lines.get(number=3).sentence == "Nobody here is registered under NEVER1."
    states = {one.pk: one.state for one in Claim.objects.all()}
    assert states == {claims[0].pk: "certificated", claims[1].pk: "rejected"}
    good.refresh_from_db()
    batch.refresh_from_db()
    assert (good.state, batch.state) == ("completed", "reconciled")
    assert set(claimable(Enrolment.objects.all(), today=clock.today())) == {other}


def test_completion_reaches_learner_tutor_and_figures_at_once(cast):
    one = ready(cast)
    claim = actions.claim(one, by=cast.administrator)
    batch = sent_batch(cast, claim)

    answered(batch, f"{one.registration.number},Robin Example,C-1,{clock.today():%d/%m/%Y},\n", cast)

    told = Notice.objects.filter(key__startswith=f"claim:{claim.pk}:certificated")
    assert {notice.recipient for notice in told} == {one.learner, cast.tutor}
    assert figures.compute(facts.load(one.cohort, as_of=clock.today())).completed == 1


def test_the_same_file_twice_is_taken_once(cast):
    one = ready(cast)
    batch = sent_batch(cast, actions.claim(one, by=cast.administrator))
    text = f"{one.registration.number},Robin Example,C-1,{clock.today():%d/%m/%Y},\n"
    answer, _ = answered(batch, text, cast)
    content = f"ENR,Name,Certificate,Date,Reason\n{text}".encode()

    again, is_new = actions.read_answer(batch, name="copy.csv", content=content, mapping=MAPPING, by=cast.administrator)

    assert (again, is_new) == (answer, False)
    with pytest.raises(WrongState):
        actions.take_answer(again, by=cast.administrator)
    # The same lines in another file: nothing is done a second time.
    _, counts = answered(batch, text + "\n\n", cast)
    assert counts["known"] == 1
    assert Certificate.objects.count() == 1


def test_a_name_spelled_otherwise_is_taken_when_somebody_says_so(cast):
    one = ready(cast)
    batch = sent_batch(cast, actions.claim(one, by=cast.administrator))
    text = f"{one.registration.number},Robyn Example,C-1,{clock.today():%d/%m/%Y},\n"

    answer, counts = answered(batch, text, cast)
    assert counts["differs"] == 1
    assert not Certificate.objects.exists()
    answer, counts = answered(batch, text + "\n", cast, accepted=[2])

    assert counts["certificate"] == 1
    assert "Taken as the same person" in answer.lines.get().sentence


def test_there_is_no_answer_to_a_batch_that_was_not_sent(cast):
    claim = actions.claim(ready(cast), by=cast.administrator)

    with pytest.raises(WrongState, match="has not been sent"):
        answered(claim.batch, "A,B,C,D,E\n", cast)


def test_a_file_put_aside_does_nothing_and_may_be_read_again(cast):
    one = ready(cast)
    batch = sent_batch(cast, actions.claim(one, by=cast.administrator))
    content = f"ENR,Name,Certificate,Date,Reason\n{one.registration.number},,C-1,01/02/2026,\n".encode()
    given = {"name": "a.csv", "content": content, "mapping": MAPPING, "by": cast.administrator}
    answer, _ = actions.read_answer(batch, **given)
    actions.put_aside_answer(answer, by=cast.administrator)

    again, is_new = actions.read_answer(batch, **given)

    assert is_new
    assert again != answer
    assert Claim.objects.get().state == "claimed"


def test_the_pages_of_an_answer_show_read_confirm_and_keep(cast):
    one = ready(cast)
    batch = sent_batch(cast, actions.claim(one, by=cast.administrator))
    client = cast.client_of("administrator")
    url = reverse("verification:read_answer", args=[batch.pk])
    headings = {f"heading_{key}": value for key, value in MAPPING.items()}

    def upload(content, name="answer.csv", **given):
        return client.post(url, {"file": factories.ContentFile(content, name=name), **headings, **given})

    for content, sentence in (
        (b"", "This file is empty"),
        ("ENR,Name\nA,Zoë".encode("latin-1"), "not UTF-8 text"),
        (b"Number\n1\n", "has no column “ENR”"),
    ):
        answer = upload(content)
        assert answer.status_code == 409
        assert sentence in answer.content.decode()
        assert 'value="ENR"' in answer.content.decode()
    assert "ends in .csv or .txt" in upload(b"x", name="answer.xlsx").content.decode()
    assert not Answer.objects.exists()

    text = f"ENR,Name,Certificate,Date,Reason\n{one.registration.number},Robyn,C-1,{clock.today():%d/%m/%Y},\n"
    page = client.get(upload(text.encode()).url)
    assert "The file says “Robyn”" in page.content.decode()
    assert Claim.objects.get().state == "claimed"

    done = client.post(
        reverse("verification:take_answer", args=[Answer.objects.get().pk]), {"accept": "2"}, follow=True
    )
    assert "1 certificates and 0 rejections recorded" in done.content.decode()
    assert "Taken as the same person" in done.content.decode()
    assert Claim.objects.get().state == "certificated"
    # The headings of this answer are offered for the next one.
    assert 'value="ENR"' in client.get(url).content.decode()


# ---- overdue


def test_claims_without_an_answer_are_overdue_after_the_days_of_the_centre(cast, settings):
    settings.CLAIM_ANSWER_DAYS = 10
    claim = actions.claim(ready(cast), by=cast.administrator)
    today = clock.today()

    def overdue(days):
        return set(Claim.objects.overdue(today + dt.timedelta(days=days), days=10))

    assert (overdue(10), overdue(11)) == (set(), {claim})
    with clock.at(clock.now() + dt.timedelta(days=5)):
        sent_batch(cast, claim)
    assert (overdue(15), overdue(16)) == (set(), {claim}), "from the day on which the batch was sent"

    with clock.at(clock.now() + dt.timedelta(days=16)):
        call_command("chase_claims", verbosity=0)
        call_command("chase_claims", verbosity=0)
        page = cast.client_of("administrator").get(reverse("verification:claims") + "?stage=overdue")
    assert Notice.objects.filter(key__startswith="claims:overdue:", recipient=cast.administrator).count() == 1
    assert "1 claim overdue" in page.content.decode()


# ---- certificates


def test_a_certificate_is_checked_against_the_record_and_sent(cast):
    one = ready(cast)
    claim = certified(actions.claim(one, by=cast.administrator), cast)
    paper, by = claim.certificates.get(), cast.administrator
    with pytest.raises(WrongState):
        actions.send_certificate(paper, sent_on=clock.today(), sent_how="Post", by=by)

    actions.check_certificate(paper, printed_name="ROBIN  example", printed_title="Certificate in Coaching", by=by)
    with pytest.raises(Refused, match="how it was sent"):
        actions.send_certificate(paper, sent_on=clock.today(), sent_how=" ", by=by)
    actions.send_certificate(paper, sent_on=clock.today(), sent_how="Signed-for post, AB 1234", by=by)

    assert (paper.state, paper.accepted_because) == ("sent", "")
    mail = Notice.objects.get(key=f"certificate:{paper.pk}:sent")
    assert mail.recipient == one.learner
    assert "AB 1234" in mail.body


def test_a_difference_is_decided_and_never_passed_over(cast):
    claim = certified(actions.claim(ready(cast), by=cast.administrator), cast)
    paper, by = claim.certificates.get(), cast.administrator
    wrong = {"printed_name": "Robyn Example", "printed_title": "Certificate in Coaching"}

    with pytest.raises(Refused, match="says “Robyn Example”, the record says “Robin Example”"):
        actions.check_certificate(paper, **wrong, by=by)
    actions.ask_correction(paper, correction="Robin is spelled with an i.", by=by)
    reprint = actions.replace_certificate(paper, certificate_number="C-1R", certificated_on=clock.today(), by=by)

    paper.refresh_from_db()
    claim.refresh_from_db()
    assert (paper.state, reprint.state, claim.certificate_number) == ("replaced", "received", "C-1R")
    assert claim.enrolment.state == "completed"
    assert Notice.objects.filter(key=f"certificate:{paper.pk}:correction").exists()
    actions.check_certificate(reprint, **wrong, accepted_because="Changed by deed poll, seen.", by=by)
    assert reprint.state == "checked"


def test_the_database_has_one_certificate_in_force_for_a_claim(cast):
    claim = certified(actions.claim(ready(cast), by=cast.administrator), cast)
    paper = claim.certificates.get()

    with pytest.raises(IntegrityError, match="certificate_one_in_force"), transaction.atomic():
        Certificate.objects.create(
            claim=claim,
            number="C-2",
            certificated_on=clock.today(),
            received_at=clock.now(),
            received_by=cast.administrator,
        )
    with pytest.raises(IntegrityError, match="certificate_sent_on"), transaction.atomic():
        Certificate.objects.filter(pk=paper.pk).update(**{"state": "sent", "checked_at": clock.now(), "checked_by": 1})


# ---- revocation


def test_a_revoked_certificate_counts_no_more_and_a_figure_of_an_earlier_day_stays(cast):
    one = ready(cast)
    claim = certified(actions.claim(one, by=cast.administrator), cast)
    earlier = clock.today()

    def completed(day):
        return figures.compute(facts.load(one.cohort, as_of=day)).completed

    with clock.at(clock.now() + dt.timedelta(days=30)):
        with pytest.raises(Refused, match="Write why"):
            actions.revoke(claim, revocation_reason=" ", by=cast.administrator)
        actions.revoke(claim, revocation_reason="The result of one unit was wrong.", by=cast.administrator)
        one.refresh_from_db()
        assert (one.state, one.completed_at) == ("active", None)
        assert claim.certificates.get().state == "void"
        assert (completed(earlier), completed(clock.today() - dt.timedelta(days=1)), completed(clock.today())) == (
            1,
            1,
            0,
        )
        told = {notice.recipient for notice in Notice.objects.filter(key__startswith=f"claim:{claim.pk}:revoked")}
        assert told == {one.learner, cast.tutor, cast.contract_manager}

        with pytest.raises(Refused, match="Say first that the cause is mended"):
            actions.claim(one, by=cast.administrator)
        assert set(claimable(Enrolment.objects.all(), today=clock.today())) == set()
        actions.mend(claim, mended_how="The unit was marked again.", by=cast.administrator)
        with pytest.raises(Stale):
            actions.mend(claim, mended_how="Again.", by=cast.administrator)
        second = certified(actions.claim(one, by=cast.administrator), cast, number="C-2")
        assert (completed(earlier), completed(clock.today())) == (1, 1)
    with clock.at(clock.now() + dt.timedelta(days=60)):
        actions.revoke(second, revocation_reason="Again.", by=cast.administrator)
        days = [earlier + dt.timedelta(days=n) for n in (0, 29, 30, 59, 60)]
        assert [completed(day) for day in days] == [1, 1, 1, 1, 0]


# ---- what is missing


def test_each_missing_piece_leads_to_where_it_is_mended(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_submission(cast=cast, one=one, state="passed")
    url = reverse("verification:claims") + "?stage=missing"

    page = cast.client_of("administrator").get(url).content.decode()

    for target in (
        reverse("enrolment:register", args=[one.pk]),
        reverse("verification:queue") + "?pile=all&amp;q=",
        one.get_absolute_url(),
    ):
        assert f'href="{target}' in page


def test_work_without_a_declaration_is_not_claimed(cast):
    one = ready(cast)
    with factories.unfrozen():
        one.submissions.get(assignment__kind="essay").declaration.delete()

    with pytest.raises(Refused, match="Essay has no signed declaration of authenticity"):
        actions.claim(one, by=cast.administrator)
    assert set(claimable(Enrolment.objects.all(), today=clock.today())) == set()


STAGES = (
    "ready",
    "missing",
    "units",
    "claimed",
    "overdue",
    "certificated",
    "rejected",
    "revoked",
    "received",
    "checked",
)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_of_the_queue_takes_at_most_eight_statements(cast, stage):
    one = factories.an_enrolment(cast=cast)
    other = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast), state="passed").enrolment
    enrolment.withdraw(other, withdrawal_reason="Left.", by=cast.administrator)
    for n, state in enumerate(("claimed", "rejected")):
        reason = {"rejection_reason": "Name", "closed_at": clock.now(), "closed_by": cast.administrator} if n else {}
        Claim.objects.create(
            enrolment=one, state=state, claimed_at=clock.now(), claimed_by=cast.administrator, **reason
        )
    client = cast.client_of("administrator")
    client.get(reverse("verification:claims"))

    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse("verification:claims") + f"?stage={stage}")

    assert answer.status_code == 200
    assert len(captured) <= 8, [one["sql"][:90] for one in captured]


# ---- units only


def leaver(cast):
    """Somebody who leaves with the essay's unit passed and verified."""
    one = factories.an_enrolment(cast=cast)
    factories.a_registration(one, cast=cast)
    essay = factories.a_submission(cast=cast, one=one, state="passed")
    actions.agree(actions.select(essay, reason="First", by=cast.iqa), by=cast.iqa)
    one.refresh_from_db()
    enrolment.withdraw(one, withdrawal_reason="A new post.", by=cast.administrator)
    return Enrolment.objects.get(pk=one.pk)


def test_somebody_who_leaves_is_certificated_for_the_units_achieved(cast):
    one = leaver(cast)
    assert set(left_with_units(Enrolment.objects.all())) == {one}
    with pytest.raises(Refused, match=r"Unit 501 is not achieved\."):
        actions.claim_units(one, units=["500", "501"], by=cast.administrator)
    with pytest.raises(Refused, match="Choose at least one unit"):
        actions.claim_units(one, units=[], by=cast.administrator)

    claim = actions.claim_units(one, units=["500"], by=cast.administrator)

    with pytest.raises(Refused, match="Unit 500 has been claimed already"):
        actions.claim_units(one, units=["500"], by=cast.administrator)
    certified(claim, cast)
    one.refresh_from_db()
    assert one.state == "withdrawn"
    counted = figures.compute(facts.load(one.cohort, as_of=clock.today()))
    assert (counted.completed, counted.withdrawn) == (0, 1)
    assert "500 Unit 500" in Notice.objects.get(key=f"claim:{claim.pk}:certificated").body
    actions.revoke(claim, revocation_reason="Wrong unit.", by=cast.administrator)
    assert Enrolment.objects.get(pk=one.pk).state == "withdrawn"


def test_units_are_claimed_for_those_who_leave_and_need_the_sign_off_as_well(cast):
    staying = factories.an_enrolment(cast=cast)
    assert (
        "Claim units when somebody leaves"
        in policy.missing_for_units(standing(staying), units=["500"], today=clock.today())[1].sentence
    )
    one = leaver(cast)
    type(one.cohort.version).objects.filter(pk=one.cohort.version_id).update(claim_route="sign_off")
    with pytest.raises(Refused, match="has not signed off"):
        actions.claim_units(one, units=["500"], by=cast.administrator)

    actions.sign_off(one, by=cast.eqa)

    assert actions.claim_units(one, units=["500"], by=cast.administrator).state == "claimed"


def test_units_are_claimed_on_their_page(cast):
    one = leaver(cast)
    client = cast.client_of("administrator")
    url = reverse("verification:claim_units", args=[one.pk])
    assert url in client.get(reverse("verification:claims") + "?stage=units").content.decode()

    answer = client.post(url, {"units": ["500"]}, follow=True)

    assert "Units only" in answer.content.decode()
    assert Event.objects.filter(verb="claim_units").exists()
