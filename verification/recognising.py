"""The verbs of recognition of prior learning: a tutor assesses, the internal verifier agrees or declines."""

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import Unit
from verification import notices
from verification.models import Claim, Recognition
from verification.states import AGREE_RECOGNITION, DECLINE_RECOGNITION


@transaction.atomic
def propose_recognition(enrolment: Enrolment, *, unit: Unit, evidence: str, judgement: str, by: User) -> Recognition:
    """The tutor finds that the learner has shown before what the unit asks for. Nothing counts until a verifier agrees."""
    if not by.can(Can.MARK):
        raise NotAllowed("Your role does not let you assess prior learning.")
    if not enrolment.cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        raise NotAllowed("Only a tutor appointed to this cohort assesses prior learning.")
    if enrolment.state != EnrolmentState.ACTIVE:
        raise WrongState("Prior learning is recognised for learners who are on the programme.")
    if unit.version_id != enrolment.cohort.version_id:
        raise Refused(f"{unit} belongs to another qualification than this learner's.")
    if not evidence.strip() or not judgement.strip():
        raise Refused("Say what the recognition rests on, and why that is enough.")
    if Claim.objects.filter(enrolment=enrolment).whole().in_force().exists():
        raise WrongState("The certificate has been claimed, so nothing is recognised any more.")
    try:
        with transaction.atomic():
            made = Recognition.objects.create(
                enrolment=enrolment,
                unit=unit,
                evidence=evidence.strip(),
                judgement=judgement.strip(),
                assessed_at=clock.now(),
                assessed_by=by,
            )
    except IntegrityError:
        raise Stale(f"Unit {unit.number} is with the verifier, or recognised, already.") from None
    record(made, "propose_recognition", by=by)
    return made


@transaction.atomic
def agree_recognition(recognition: Recognition, *, decision_note: str = "", by: User) -> Recognition:
    """The verifier agrees: the unit counts as achieved. Learner and tutor are told."""
    move(
        recognition,
        AGREE_RECOGNITION,
        by=by,
        decided_at=clock.now(),
        decided_by=by,
        decision_note=decision_note.strip(),
    )
    notices.recognition_decided(recognition)
    return recognition


@transaction.atomic
def decline_recognition(recognition: Recognition, *, decision_note: str, by: User) -> Recognition:
    """The verifier does not agree and says why. The learner shows the unit by its assignments."""
    if not decision_note.strip():
        raise Refused("Write why the unit is not recognised. The tutor reads it.")
    move(
        recognition,
        DECLINE_RECOGNITION,
        by=by,
        decided_at=clock.now(),
        decided_by=by,
        decision_note=decision_note.strip(),
    )
    notices.recognition_decided(recognition)
    return recognition
