"""The awarding organisation's answer to a batch: read, shown, and taken once somebody has confirmed it."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, WrongState
from enrolment.models import Registration
from verification import certifying, claim_files, claiming, matching
from verification.models import Answer, AnswerLine, Certificate, Claim, ClaimBatch
from verification.states import PUT_ASIDE_ANSWER, TAKE_ANSWER, AnswerState

NOT_SENT = "This batch has not been sent, so there is no answer to it yet. Mark it as sent first."


@transaction.atomic
def read_answer(
    batch: ClaimBatch, *, name: str, content: bytes, mapping: Mapping[str, str], by: User
) -> tuple[Answer, bool]:
    """Read a file and keep its lines, to be looked at. The same file again is the answer that is there: (answer, False)."""
    if not by.can(Can.CLAIM):
        raise NotAllowed("Your role does not let you claim certificates.")
    batch = ClaimBatch.objects.select_for_update().get(pk=batch.pk)
    if not batch.is_sent:
        raise WrongState(NOT_SENT)
    digest = hashlib.sha256(content).hexdigest()
    if there := batch.answers.filter(digest=digest).exclude(state=AnswerState.PUT_ASIDE).first():
        return there, False
    try:
        lines = claim_files.read(content, mapping)
    except claim_files.Unreadable as reason:
        raise Refused(str(reason)) from None
    facts: dict[str, Any] = {"name": name[:150], "digest": digest, "mapping": dict(mapping)}
    answer = Answer.objects.create(batch=batch, read_at=clock.now(), read_by=by, **facts)
    AnswerLine.objects.bulk_create(AnswerLine(answer=answer, number=one.number, cells=dict(one.cells)) for one in lines)
    record(answer, "read_answer", by=by, lines=len(lines), reason=f"{name[:150]}, {len(lines)} lines")
    return answer, True


def looked_at(answer: Answer, *, accepted: Collection[int] = ()) -> list[matching.Verdict]:
    """What each line would do now. Four queries, however many lines."""
    lines = [claim_files.Line(one.number, one.cells) for one in answer.lines.order_by("number")]
    numbers = {matching.number_of(one.cells.get("registration", "")) for one in lines}
    certificates = {one.cells.get("certificate", "").strip() for one in lines} - {""}
    known = _claims(answer.batch, numbers)
    mine = [one.pk for one in known]
    taken = Certificate.objects.filter(number__in=certificates).exclude(claim__in=mine)
    return matching.verdicts(
        lines,
        known,
        registered=set(Registration.objects.filter(number__in=numbers).values_list("number", flat=True)),
        taken_numbers=set(taken.values_list("number", flat=True)),
        today=clock.today(),
        accepted=accepted,
    )


def _claims(batch: ClaimBatch, numbers: Collection[str]) -> list[matching.Known]:
    """The claims of this batch, and those of other batches that the lines speak of."""
    related = "enrolment__learner", "enrolment__registration", "enrolment__application"
    rows = Claim.objects.select_related(*related)
    found = rows.filter(batch=batch) | rows.filter(enrolment__registration__number__in=numbers)
    return [
        matching.Known(
            pk=one.pk,
            registration=one.enrolment.registration.number,
            names=certifying.names_of(one.enrolment),
            state=one.state,
            is_here=one.batch_id == batch.pk,
            batch=one.batch_id,
            claimed_on=timezone.localdate(one.claimed_at),
            certificate=one.certificate_number,
            reason=one.rejection_reason,
        )
        for one in found.distinct()
    ]


@transaction.atomic
def take_answer(answer: Answer, *, accepted: Collection[int] = (), by: User) -> dict[str, int]:
    """Do what the lines say, each by itself; a line that cannot be done is named and holds up no other. Counts by verdict.

    `accepted` are the numbers of lines whose name differs and whom somebody has found to be the same person.
    """
    ClaimBatch.objects.select_for_update().get(pk=answer.batch_id)
    move(answer, TAKE_ANSWER, by=by, closed_at=clock.now(), closed_by=by)
    verdicts = looked_at(answer, accepted=accepted)
    claims = Claim.objects.select_related(
        "enrolment__cohort__version__qualification__organisation", "enrolment__learner"
    )
    by_pk = claims.in_bulk([one.claim.pk for one in verdicts if one.claim])
    rows, counts = {one.number: one for one in answer.lines.all()}, dict.fromkeys(matching.WORDS, 0)
    for verdict in verdicts:
        what, sentence = _take(verdict, by_pk, by)
        row = rows[verdict.line.number]
        row.verdict, row.sentence = what, sentence[:400]
        row.claim = by_pk.get(verdict.claim.pk) if verdict.claim else None
        counts[what] += 1
    AnswerLine.objects.bulk_update(rows.values(), ["verdict", "sentence", "claim"])
    return counts


def _take(verdict: matching.Verdict, claims: Mapping[int, Claim], by: User) -> tuple[str, str]:
    if verdict.what not in matching.DOES_SOMETHING or verdict.claim is None:
        return verdict.what, verdict.sentence
    claim = claims[verdict.claim.pk]
    try:
        with transaction.atomic():
            if verdict.what == matching.REJECTION:
                claiming.record_rejection(claim, rejection_reason=verdict.line.cells["reason"], by=by)
            elif verdict.certificated_on:
                number = verdict.line.cells["certificate"]
                on = verdict.certificated_on
                certifying.record_certificate(claim, certificate_number=number, certificated_on=on, by=by)
    except NotAllowed:
        raise
    except Refused as refusal:
        return matching.REFUSED, str(refusal)
    return verdict.what, verdict.sentence


@transaction.atomic
def put_aside_answer(answer: Answer, *, by: User) -> Answer:
    """It was the wrong file. Nothing of it is done; that it was read stays in the record."""
    move(answer, PUT_ASIDE_ANSWER, by=by, closed_at=clock.now(), closed_by=by)
    return answer
