"""The verbs of certificates: recorded, checked, sent, corrected, revoked."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale
from enrolment import actions as enrolments
from enrolment.models import Enrolment
from verification import notices, policy
from verification.claiming import close_if_answered
from verification.models import Certificate, Claim
from verification.states import (
    ASK_CORRECTION,
    CHECK_CERTIFICATE,
    RECORD_CERTIFICATE,
    REPLACE_CERTIFICATE,
    REVOKE,
    SEND_CERTIFICATE,
    VOID_CERTIFICATE,
    CertificateState,
    ClaimState,
)


@transaction.atomic
def record_certificate(claim: Claim, *, certificate_number: str, certificated_on: dt.date, by: User) -> Claim:
    """The certificate has come: its number and date are kept, and with them the learner completes the programme.

    A certificate of units completes nothing.
    """
    number = _number(claim, certificate_number)
    claimed_on = timezone.localdate(claim.claimed_at)
    if sentence := policy.certificate_problem(certificated_on, claimed_on=claimed_on, today=clock.today()):
        raise Refused(sentence)
    facts: dict[str, Any] = {"certificate_number": number, "certificated_on": certificated_on}
    move(claim, RECORD_CERTIFICATE, by=by, closed_at=clock.now(), closed_by=by, **facts)
    _received(claim, number, certificated_on, by)
    if claim.is_whole:
        enrolments.complete(claim.enrolment, by=None)
    notices.certificate_recorded(claim)
    close_if_answered(claim)
    return claim


def _number(claim: Claim, given: str) -> str:
    number = given.strip()
    if not number:
        raise Refused("Enter the number of the certificate.")
    others = Claim.objects.filter(Q(certificate_number=number) | Q(certificates__number=number)).exclude(pk=claim.pk)
    if others.exists():
        raise Refused("This number stands on another learner's certificate. Look at it again.")
    return number


def _received(claim: Claim, number: str, certificated_on: dt.date, by: User) -> Certificate:
    return Certificate.objects.create(
        claim=claim, number=number, certificated_on=certificated_on, received_at=clock.now(), received_by=by
    )


def names_of(enrolment: Enrolment) -> tuple[str, ...]:
    """How the record spells the learner's name: first as it was given for the registration, then as it is used here."""
    form = getattr(enrolment, "application", None)
    legal = f"{form.legal_first_name} {form.legal_last_name}".strip() if form else ""
    return tuple(dict.fromkeys(one for one in (legal, enrolment.learner.full_name) if one))


@transaction.atomic
def check_certificate(
    certificate: Certificate, *, printed_name: str, printed_title: str, accepted_because: str = "", by: User
) -> Certificate:
    """What is printed agrees with the record, or somebody says why a difference is right. Else a correction is asked for."""
    enrolment = certificate.claim.enrolment
    said = {"printed_name": " ".join(printed_name.split()), "printed_title": " ".join(printed_title.split())}
    title = str(enrolment.cohort.version.qualification)
    found = policy.differences(**said, names=names_of(enrolment)[:1], title=title)
    reason = accepted_because.strip()
    if found and not reason:
        advice = "Write why that is right, or ask the awarding organisation for a correction."
        raise Refused(" ".join([*found, advice]))
    facts: dict[str, Any] = {**said, "accepted_because": reason if found else ""}
    detail = {"reason": " ".join([*found, reason])} if found else {}
    move(certificate, CHECK_CERTIFICATE, by=by, checked_at=clock.now(), checked_by=by, detail=detail, **facts)
    return certificate


@transaction.atomic
def send_certificate(certificate: Certificate, *, sent_on: dt.date, sent_how: str, by: User) -> Certificate:
    """It has gone to the learner, who is told how and on which day."""
    if not sent_how.strip():
        raise Refused("Write how it was sent, with the number of the posting if there is one.")
    received_on = timezone.localdate(certificate.received_at)
    if sentence := policy.sent_problem(sent_on, not_before=received_on, today=clock.today()):
        raise Refused(sentence)
    facts: dict[str, Any] = {"sent_on": sent_on, "sent_how": sent_how.strip(), "sent_by": by}
    move(certificate, SEND_CERTIFICATE, by=by, detail={"reason": sent_how.strip()}, **facts)
    notices.certificate_sent(certificate)
    return certificate


@transaction.atomic
def ask_correction(certificate: Certificate, *, correction: str, by: User) -> Certificate:
    """The certificate is wrong: a reprint is asked for. The learner is told, and keeps the achievement."""
    if not correction.strip():
        raise Refused("Write what has to be corrected.")
    facts: dict[str, Any] = {"correction": correction.strip(), "correction_asked_at": clock.now()}
    move(certificate, ASK_CORRECTION, by=by, correction_asked_by=by, detail={"reason": correction.strip()}, **facts)
    notices.correction_asked(certificate)
    return certificate


@transaction.atomic
def replace_certificate(
    certificate: Certificate, *, certificate_number: str, certificated_on: dt.date, by: User
) -> Certificate:
    """The reprint has come. It is a new certificate, checked like the first; what the first said stays in the record."""
    claim = Claim.objects.select_for_update().get(pk=certificate.claim_id)
    number = _number(claim, certificate_number)
    claimed_on = timezone.localdate(claim.claimed_at)
    if sentence := policy.certificate_problem(certificated_on, claimed_on=claimed_on, today=clock.today()):
        raise Refused(sentence)
    move(certificate, REPLACE_CERTIFICATE, by=by, detail={"reason": f"By {number}"})
    made = _received(claim, number, certificated_on, by)
    Claim.objects.filter(pk=claim.pk).update(certificate_number=number, certificated_on=certificated_on)
    record(claim, "replace_certificate", by=by, was=certificate.number, reason=f"{certificate.number} by {number}")
    return made


@transaction.atomic
def revoke(claim: Claim, *, revocation_reason: str, by: User) -> Claim:
    """The awarding organisation has revoked the certificate (`ilm` E14): from today on the learner has not completed.

    How things stood before today stays as it was. Nothing is claimed again until somebody says that the cause is mended.
    """
    reason = revocation_reason.strip()
    if not reason:
        raise Refused("Write why the certificate is revoked.")
    facts: dict[str, Any] = {"revoked_at": clock.now(), "revoked_by": by, "revocation_reason": reason}
    move(claim, REVOKE, by=by, detail={"reason": reason}, **facts)
    for certificate in claim.certificates.exclude(state__in=[CertificateState.REPLACED, CertificateState.VOID]):
        void_certificate(certificate)
    if claim.is_whole:
        claim.enrolment.refresh_from_db()
        enrolments.reopen(claim.enrolment, by=None)
    notices.certificate_revoked(claim, by=by)
    return claim


@transaction.atomic
def void_certificate(certificate: Certificate, *, by: None = None) -> Certificate:
    """The paper is worth nothing any more. Part of a revocation."""
    move(certificate, VOID_CERTIFICATE, by=by)
    return certificate


@transaction.atomic
def mend(claim: Claim, *, mended_how: str, by: User) -> Claim:
    """The cause of a revocation is mended: the certificate can be claimed again, if nothing else is missing."""
    if not by.can(Can.CLAIM):
        raise NotAllowed("Your role does not let you claim certificates.")
    if not mended_how.strip():
        raise Refused("Write how the cause was mended.")
    waiting = Claim.objects.filter(pk=claim.pk, state=ClaimState.REVOKED, mended_at__isnull=True)
    facts: dict[str, Any] = {"mended_at": clock.now(), "mended_by": by, "mended_how": mended_how.strip()}
    if not waiting.update(**facts):
        raise Stale("There is no revocation here whose cause waits to be mended.")
    for name, value in facts.items():
        setattr(claim, name, value)
    record(claim, "mend", by=by, reason=mended_how.strip())
    return claim
