"""One function per e-mail about verification and certificates: key, recipient, template, context."""

from typing import Any

from django.db import models
from django.urls import reverse

from accounts.models import User
from assignments import anonymity
from core import clock, notices
from programmes.models import Cohort
from verification.models import Approval, Certificate, Claim, Participation, Recognition, Sample, Visit, VisitAction


def _tutors(cohort: Cohort) -> list[User]:
    """The tutors appointed to the cohort now, each once."""
    return list(User.objects.filter(appointments__in=cohort.appointments.covering(clock.today())).distinct())


def _about(sample: Sample) -> dict[str, Any]:
    """What both mails say; nobody who judges reads a name that is kept from them."""
    return {
        "sample": sample,
        "submission": anonymity.for_judges(sample.submission),
        "url": reverse("verification:sample", args=[sample.pk]),
    }


def sample_sent_back(sample: Sample) -> None:
    """To whoever owns the action, and to the tutor who marked it if that is somebody else."""
    assert sample.owner is not None  # noqa: S101 - what is sent back has an owner
    for person in {sample.owner, sample.marked_by}:
        key = f"sample:{sample.pk}:returned:{person.pk}"
        context = {**_about(sample), "owns": person == sample.owner}
        notices.queue(key, to=person, template="emails/sample_sent_back.txt", context=context)


def sample_answered(sample: Sample, *, changed: str, following: Sample | None) -> None:
    """To the verifier who asked. `changed` is the outcome it has become, if it has; `following` the round that begins."""
    queue = reverse("verification:queue" if sample.submission.is_released else "verification:results")
    notices.queue(
        f"sample:{sample.pk}:answered",
        to=sample.verified_by,
        template="emails/sample_answered.txt",
        context={
            **_about(sample),
            "url": following.get_absolute_url() if following else queue,
            "changed": changed,
            "following": following,
            "released": sample.submission.is_released,
        },
    )


def certificate_recorded(claim: Claim) -> None:
    """To the learner, and to the tutors of the cohort. A certificate of units says so."""
    _to_learner_and_tutors(claim, "certificated", "certificate" if claim.is_whole else "certificate_of_units", {})


def certificate_sent(certificate: Certificate) -> None:
    """To the learner only."""
    claim = certificate.claim
    notices.queue(
        f"certificate:{certificate.pk}:sent",
        to=claim.enrolment.learner,
        template="emails/certificate_sent.txt",
        context={"certificate": certificate, "claim": claim, "enrolment": claim.enrolment, "url": reverse("home")},
    )


def correction_asked(certificate: Certificate) -> None:
    """To the learner, who would else wait for it or show it round."""
    claim = certificate.claim
    notices.queue(
        f"certificate:{certificate.pk}:correction",
        to=claim.enrolment.learner,
        template="emails/certificate_correction.txt",
        context={"certificate": certificate, "claim": claim, "enrolment": claim.enrolment, "url": reverse("home")},
    )


def certificate_revoked(claim: Claim, *, by: User) -> None:
    """To the learner and the tutors, and to those who run the contract: their figures change."""
    _to_learner_and_tutors(claim, "revoked", "certificate_revoked", {})
    contract = claim.enrolment.cohort.contract
    for person in contract.managers.exclude(pk__in=[by.pk, *[one.pk for one in _tutors(claim.enrolment.cohort)]]):
        notices.queue(
            f"claim:{claim.pk}:revoked:{person.pk}",
            to=person,
            template="emails/certificate_revoked_tutor.txt",
            context={"claim": claim, "enrolment": claim.enrolment, "url": claim.get_absolute_url()},
        )


def _to_learner_and_tutors(claim: Claim, what: str, template: str, context: dict[str, Any]) -> None:
    enrolment = claim.enrolment
    context = {"claim": claim, "enrolment": enrolment, **context}
    notices.queue(
        f"claim:{claim.pk}:{what}",
        to=enrolment.learner,
        template=f"emails/{template}_learner.txt",
        context={**context, "url": reverse("home")},
    )
    for tutor in _tutors(enrolment.cohort):
        notices.queue(
            f"claim:{claim.pk}:{what}:{tutor.pk}",
            to=tutor,
            template=f"emails/{template}_tutor.txt",
            context={**context, "url": reverse("enrolment:enrolment", args=[enrolment.pk])},
        )


def recognition_decided(recognition: Recognition) -> None:
    """To the learner and to the tutor who assessed it."""
    context = {"recognition": recognition, "enrolment": recognition.enrolment}
    if recognition.state == "agreed":
        notices.queue(
            f"recognition:{recognition.pk}:learner",
            to=recognition.enrolment.learner,
            template="emails/unit_recognised_learner.txt",
            context={**context, "url": reverse("home")},
        )
    notices.queue(
        f"recognition:{recognition.pk}:tutor",
        to=recognition.assessed_by,
        template="emails/recognition_decided.txt",
        context={**context, "url": recognition.get_absolute_url()},
    )


def claims_overdue(person: User, claims: list[Claim], *, days: int, week: str) -> bool:
    """Once a week to somebody who claims for the centre, while anything is overdue. Whether it was new."""
    sent = notices.queue(
        f"claims:overdue:{week}:{person.pk}",
        to=person,
        template="emails/claims_overdue.txt",
        context={"claims": claims, "days": days, "url": reverse("verification:claims") + "?stage=overdue"},
    )
    return sent is not None


def claim_rejected(claim: Claim, *, by: User) -> None:
    """To whoever claimed it and to the contract managers, except the person who records it."""
    people: models.QuerySet[User] = User.objects.filter(
        models.Q(pk=claim.claimed_by_id) | models.Q(managed_contracts=claim.enrolment.cohort.contract_id)
    ).exclude(pk=by.pk)
    for person in people.distinct():
        notices.queue(
            f"claim:{claim.pk}:rejected:{person.pk}",
            to=person,
            template="emails/claim_rejected.txt",
            context={"claim": claim, "enrolment": claim.enrolment, "url": claim.get_absolute_url()},
        )


def invited_to_standardisation(one: Participation) -> None:
    _about_event(one, "invited", "emails/standardisation_invited.txt")


def marking_opened(one: Participation) -> None:
    _about_event(one, "opened", "emails/standardisation_opened.txt")


def event_called_off(one: Participation) -> None:
    _about_event(one, "called_off", "emails/standardisation_called_off.txt")


def _about_event(one: Participation, purpose: str, template: str) -> None:
    notices.queue(
        f"standardisation:{one.event_id}:{purpose}:{one.person_id}",
        to=one.person,
        template=template,
        context={"event": one.event, "url": one.event.get_absolute_url()},
    )


def staff_approved(approval: Approval) -> None:
    """To the person, and to whoever signs beside them."""
    people = [approval.person] + ([approval.countersigner] if approval.countersigner else [])
    for person in people:
        notices.queue(
            f"approval:{approval.pk}:{person.pk}",
            to=person,
            template="emails/staff_approved.txt",
            context={"approval": approval, "url": reverse("verification:staff_file", args=[approval.person_id])},
        )


def visit_opened(visit: Visit) -> None:
    """To the external verifier: when they may look, and where."""
    notices.queue(
        f"visit:{visit.pk}:opened",
        to=visit.eqa,
        template="emails/visit_opened.txt",
        context={"visit": visit, "url": visit.get_absolute_url(), "n": visit.learners.count()},
    )


def visit_action(action: VisitAction) -> None:
    """To the owner of an action that came out of a visit."""
    notices.queue(
        f"visit-action:{action.pk}:added",
        to=action.owner,
        template="emails/visit_action.txt",
        context={"action": action, "visit": action.visit},
    )
