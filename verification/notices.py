"""One function per e-mail about verification and certificates: key, recipient, template, context."""

from typing import Any

from django.db import models
from django.urls import reverse

from accounts.models import User
from assignments import anonymity
from core import clock, notices
from programmes.models import Cohort
from verification.models import Claim, Sample, Visit, VisitAction


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
    """To the tutor who marked it, and to those appointed now if that is somebody else."""
    people = {sample.marked_by, *_tutors(sample.submission.enrolment.cohort)}
    for tutor in people:
        key = f"sample:{sample.pk}:returned:{tutor.pk}"
        notices.queue(key, to=tutor, template="emails/sample_sent_back.txt", context=_about(sample))


def sample_answered(sample: Sample, *, stands: bool) -> None:
    """To the verifier who had sent it back. Where the outcome is not released, it goes to the next round either way."""
    notices.queue(
        f"sample:{sample.pk}:answered",
        to=sample.verified_by,
        template="emails/sample_answered.txt",
        context={
            **_about(sample),
            "url": reverse("verification:queue" if sample.submission.is_released else "verification:results"),
            "stands": stands,
            "released": sample.submission.is_released,
        },
    )


def certificate_recorded(claim: Claim) -> None:
    """To the learner, and to the tutors of the cohort."""
    enrolment = claim.enrolment
    context: dict[str, Any] = {"claim": claim, "enrolment": enrolment}
    notices.queue(
        f"claim:{claim.pk}:certificated",
        to=enrolment.learner,
        template="emails/certificate_learner.txt",
        context={**context, "url": reverse("home")},
    )
    for tutor in _tutors(enrolment.cohort):
        notices.queue(
            f"claim:{claim.pk}:certificated:{tutor.pk}",
            to=tutor,
            template="emails/certificate_tutor.txt",
            context={**context, "url": reverse("enrolment:enrolment", args=[enrolment.pk])},
        )


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
