"""From the pass to the certificate in the learner's hands: verified, signed off, claimed in a batch, answered, checked, sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from config.demo import reflections
from config.demo.people import Company
from core import clock
from enrolment.models import Enrolment
from verification import actions as verification
from verification.judging import Judgement, Rated, Said, agreeing
from verification.models import ClaimBatch, Sample
from verification.verifying import numbers_of


def verify(one: Enrolment, company: Company) -> None:
    for submission in one.submissions.filter(state="passed"):
        sample = verification.select(
            submission, reason="Every portfolio and essay of this qualification", by=company.gareth
        )
        comment, judgement = reflections.iqa_comment(submission.pk), judged(sample, submission.pk)
        verification.agree(sample, comment=comment, judgement=judgement, by=company.gareth)


def judged(sample: Sample, seed: int) -> Judgement:
    """Agreed with throughout, and rated by aspect: mostly sound, sometimes strong, now and then with something to develop."""
    aspects = {
        "fair": Rated("strong" if seed % 3 == 0 else "sound"),
        "reasoned": Rated("develop", "Name the passage that meets the criterion.") if seed % 4 == 0 else Rated("sound"),
        "helping": Rated("strong" if seed % 2 else "sound"),
        "records": Rated("sound"),
    }
    return Judgement(agreeing(numbers_of(sample)).criteria, aspects)


def against(sample: Sample, number: str, note: str) -> Judgement:
    """Not agreed with the decision on one criterion, which is named as the page names it."""
    lines = {pk: Said(one != number, note if one == number else "") for pk, one in numbers_of(sample).items()}
    return Judgement(
        lines, {"fair": Rated("develop", "Hold every portfolio against the same line."), "records": Rated("sound")}
    )


def sign_off(one: Enrolment, company: Company) -> None:
    verification.sign_off(one, note="Seen with both result sheets.", by=company.amelia)


def claim(people: list[Enrolment], company: Company) -> list[Any]:
    """Claims that go to the awarding organisation on one day, in one batch."""
    made = [verification.claim(one, by=company.joan) for one in people]
    batch = verification.export_batch(ClaimBatch.objects.get(claims=made[0]), by=company.joan)
    order_number = f"CL-{people[0].pk:05d}"
    verification.send_batch(batch, sent_on=clock.today(), order_number=order_number, by=company.joan)
    return made


def certificate_number(one: Enrolment) -> str:
    return f"ILM{one.pk:04d}{clock.today():%y%m}"


def certificate(found: Any, company: Company) -> None:
    number = certificate_number(found.enrolment)
    verification.record_certificate(found, certificate_number=number, certificated_on=clock.today(), by=company.joan)


def answer_file(found: Any, company: Company) -> None:
    """The organisation answers with a file: one certificate, and a line of somebody who is not of this centre."""
    one = found.enrolment
    form, today = one.application, f"{clock.today():%d/%m/%Y}"
    lines = [
        "Enrolment number,Candidate,Certificate,Issued,Remarks",
        f'{one.registration.number},"{form.legal_last_name}, {form.legal_first_name}",{certificate_number(one)},{today},',
        f"ZZY404,Not Ours,ILM9999{clock.today():%y%m},{today},",
    ]
    mapping = {
        "registration": "Enrolment number",
        "name": "Candidate",
        "certificate": "Certificate",
        "date": "Issued",
        "reason": "Remarks",
    }
    content = "\r\n".join(lines).encode()
    name = f"results-{found.order_number}.csv"
    read, _ = verification.read_answer(found.batch, name=name, content=content, mapping=mapping, by=company.joan)
    verification.take_answer(read, by=company.joan)


def send_on(found: Any, company: Company) -> None:
    """The certificate agrees with the record and goes to the learner."""
    paper, one = found.certificates.get(), found.enrolment
    form = one.application
    printed = {
        "printed_name": f"{form.legal_first_name} {form.legal_last_name}",
        "printed_title": str(one.cohort.version.qualification),
    }
    verification.check_certificate(paper, **printed, by=company.joan)
    how = f"Signed-for post, {paper.pk:06d}GB"
    verification.send_certificate(paper, sent_on=clock.today(), sent_how=how, by=company.joan)


def finish(one: Enrolment, company: Company, *, on: dt.date) -> None:
    """After both assignments have passed: verified, signed off, claimed, and the certificate recorded on `on`."""
    with clock.at(on - dt.timedelta(days=35)):
        verify(one, company)
    with clock.at(on - dt.timedelta(days=24)):
        sign_off(one, company)
    with clock.at(on - dt.timedelta(days=15)):
        (found,) = claim([one], company)
    with clock.at(on):
        certificate(found, company)
    with clock.at(on + dt.timedelta(days=1)):
        send_on(found, company)
