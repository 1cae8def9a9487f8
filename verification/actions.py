"""The verbs of verification, and of the award from its own modules. Marking itself changes in `assignments`, through an answer."""

import logging
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery

from accounts.models import User
from accounts.permissions import Can, Role
from assignments import release
from assignments.models import Submission
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import Release
from verification import policy
from verification.certifying import (
    ask_correction,
    check_certificate,
    mend,
    record_certificate,
    replace_certificate,
    revoke,
    send_certificate,
    void_certificate,
)
from verification.claiming import (
    NotClaimed,
    claim,
    claim_several,
    claim_units,
    close_batch,
    download_batch,
    export_batch,
    record_rejection,
    send_batch,
)
from verification.developing import add_point, close_point
from verification.models import Sample, SamplingPlan, SignOff, VisitLearner
from verification.models.spared import Spared
from verification.models.standing import standing
from verification.recognising import agree_recognition, decline_recognition, propose_recognition
from verification.reconciling import put_aside_answer, read_answer, take_answer
from verification.states import SampleState
from verification.verifying import (
    agree,
    answer,
    begin,
    freeze_again,
    overturn,
    owners,
    pass_sampled,
    save_judgement,
    select,
    send_back,
)
from verification.visiting import call_off_visit, close_visit, open_visit, report_visit

# Claims, certificates, recognised units, answers and visits have modules of their own; their verbs are called from here.
__all__ = [
    "NotClaimed",
    "NotReleased",
    "add_point",
    "agree",
    "agree_recognition",
    "answer",
    "ask_correction",
    "begin",
    "call_off_visit",
    "check_certificate",
    "claim",
    "claim_several",
    "claim_units",
    "close_batch",
    "close_point",
    "close_visit",
    "decline_recognition",
    "download_batch",
    "export_batch",
    "freeze_again",
    "mend",
    "open_visit",
    "overturn",
    "owners",
    "pass_sampled",
    "propose_recognition",
    "put_aside_answer",
    "read_answer",
    "record_certificate",
    "record_rejection",
    "release_due",
    "release_result",
    "release_several",
    "replace_certificate",
    "report_visit",
    "revoke",
    "save_judgement",
    "select",
    "send_back",
    "send_batch",
    "send_certificate",
    "sign_off",
    "take_answer",
    "void_certificate",
]

log = logging.getLogger(__name__)

REASON_WANTED = "Say why this is released by hand. The reason is kept with the release."


# ---- release


@transaction.atomic
def release_result(submission: Submission, *, reason: str, by: User) -> Submission:
    """Release one signed result without verification, or before its time. The tutor who marked it never does."""
    _check_can(by, Can.RELEASE_RESULTS, "release results by hand")
    if not reason.strip():
        raise Refused(REASON_WANTED)
    if submission.is_signed and (sentence := policy.may_release_by_hand(submission, by)):
        raise Refused(sentence)
    release.release(submission, now=clock.now(), by=by, reason=reason.strip())
    return submission


class NotReleased(NamedTuple):
    """A result that could not be released with the others, and why."""

    submission: Submission
    sentence: str


def release_several(chosen: list[Submission], *, reason: str, by: User) -> tuple[list[Submission], list[NotReleased]]:
    """Release each by itself: one that cannot be released does not hold up the others."""
    if not reason.strip():
        raise Refused(REASON_WANTED)
    released, refused = [], []
    for submission in chosen:
        try:
            released.append(release_result(submission, reason=reason, by=by))
        except NotAllowed:
            raise
        except Refused as refusal:
            refused.append(NotReleased(submission, str(refusal)))
    return released, refused


def passed_by() -> Any:
    """Signed results that wait for verification before their release, and that the plan of their cohort passes by."""
    waiting = Submission.objects.unreleased().filter(enrolment__state=EnrolmentState.ACTIVE)
    return (
        waiting.filter(enrolment__cohort__release_rule=Release.AFTER_IQA).annotate(spared=Spared()).filter(spared=True)
    )


def release_due() -> int:
    """Release what the rules release by themselves: what is due, what was agreed with before the rule was changed, and what
    the plan passes by, once the plan has been held against the signature: a referral counts among what was referred.
    """
    now, done = clock.now(), 0
    latest = Sample.objects.filter(submission=OuterRef("pk")).order_by("-round")
    agreed = (
        Submission.objects.unreleased()
        .filter(enrolment__cohort__release_rule=Release.AFTER_IQA, enrolment__state=EnrolmentState.ACTIVE)
        .annotate(
            sample_state=Subquery(latest.values("state")[:1]), agreed_at=Subquery(latest.values("decided_at")[:1])
        )
        .filter(sample_state=SampleState.AGREED, agreed_at__gte=F("marked_at"))
    )
    plan = SamplingPlan.objects.current().filter(cohort=OuterRef("enrolment__cohort"))
    not_picked = passed_by().filter(Exists(plan.filter(followed_at__gte=OuterRef("marked_at"))))
    found = (release.due(now), agreed, not_picked)
    waiting = {pk for rows in found for pk in rows.values_list("pk", flat=True)}
    related = "assignment__version", "enrolment__learner", "enrolment__cohort", "enrolment__registration"
    for submission in Submission.objects.select_related(*related).filter(pk__in=waiting).order_by("marked_at", "pk"):
        try:
            release.release(submission, now=now)
        except Refused:  # somebody else released it, or the learner has left, a moment ago
            continue
        except Exception:
            # One that cannot be released holds up none of the others, and is tried again with the next run.
            log.exception("The result of attempt %s could not be released.", submission.pk)
            continue
        done += 1
    return done


@transaction.atomic
def sign_off(enrolment: Enrolment, *, note: str = "", by: User) -> SignOff:
    """The external verifier has seen this learner's verified work and signs it off."""
    _check_can(by, Can.SIGN_OFF, "sign off verified work")
    allocated = enrolment.cohort.allocations.in_force(clock.today()).filter(verifier=by, role=Role.EQA)
    named = VisitLearner.objects.open_to(by).filter(enrolment=enrolment)
    if not (named.exists() or allocated.by_visits_or_here(by).exists()):
        raise Refused("This cohort is not allocated to you, and the learner is not named for an open visit of yours.")
    if missing := policy.missing_for_sign_off(standing(enrolment)):
        raise Refused(" ".join(missing))
    signed, created = SignOff.objects.get_or_create(
        enrolment=enrolment, defaults={"signed_at": clock.now(), "signed_by": by, "note": note}
    )
    if not created:
        raise Stale(f"{signed.signed_by} has signed this off already.")
    record(signed, "sign_off", by=by)
    return signed


def _check_can(by: User, capability: Can, what: str) -> None:
    if not by.can(capability):
        raise NotAllowed(f"Your role does not let you {what}.")
