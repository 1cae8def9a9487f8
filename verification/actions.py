"""The verbs of verification, and of the award from its own modules. Marking itself changes in `assignments.marking`, through `overturn`."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can, Role
from assignments import marking, release
from assignments.models import Submission
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import Release
from verification import notices, policy
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
from verification.models import Claim, Sample, SamplingPlan, SignOff, VisitLearner
from verification.models.spared import Spared
from verification.models.standing import passed_pieces, standing
from verification.recognising import agree_recognition, decline_recognition, propose_recognition
from verification.reconciling import put_aside_answer, read_answer, take_answer
from verification.states import AGREE, ANSWER, SEND_BACK, SampleState
from verification.visiting import call_off_visit, close_visit, open_visit, report_visit

# Claims, certificates, recognised units, answers and visits have modules of their own; their verbs are called from here.
__all__ = [
    "NotClaimed",
    "NotReleased",
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
    "close_visit",
    "decline_recognition",
    "download_batch",
    "export_batch",
    "mend",
    "open_visit",
    "overturn",
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


@transaction.atomic
def select(submission: Submission, *, reason: str, by: User) -> Sample:
    """Begin to verify how one attempt was marked: a pass, or any outcome before its release. After an answer, the next round."""
    _check_can(by, Can.VERIFY, "verify marking")
    if submission.state not in policy.VERIFIABLE:
        raise WrongState(f"This is {submission.get_state_display().lower()}, so there is no pass to verify.")
    latest = submission.samples.aggregate(Max("round"))["round__max"] or 0
    sample = Sample(
        submission=submission,
        round=latest + 1,
        reason=reason,
        marked_by=submission.marked_by,
        selected_at=clock.now(),
        selected_by=by,
    )
    for guard in (policy.is_not_own_marking, policy.is_allocated_without_interest, policy.is_on_programme):
        if sentence := guard(sample, by):
            raise Refused(sentence)
    if Claim.objects.filter(enrolment=submission.enrolment).whole().in_force().exists():
        raise WrongState("The certificate has been claimed, so this is not verified again.")
    _check_nobody_was_first(submission)
    try:
        with transaction.atomic():
            sample.save(force_insert=True)
    except IntegrityError:
        _check_nobody_was_first(submission)
        raise Stale("Somebody else began to verify this a moment ago. Look again to see where it stands.") from None
    record(sample, "select", by=by)
    return sample


def _check_nobody_was_first(submission: Submission) -> None:
    open_ones = submission.samples.filter(state__in=[SampleState.SELECTED, SampleState.RETURNED])
    if there := open_ones.select_related("selected_by").first():
        since = timezone.localtime(there.selected_at)
        raise Stale(f"{there.selected_by} began to verify this on {since:%a} {since.day} {since:%B}, {since:%H:%M}.")


@transaction.atomic
def begin(enrolment: Enrolment, *, reason: str = "Everything has passed", by: User) -> list[Sample]:
    """Begin to verify each passed piece of a learner that nobody is verifying and nobody has agreed with yet.

    What the sampling plan of the cohort passes by stays as it is.
    """
    _check_can(by, Can.VERIFY, "verify marking")
    related = "enrolment__learner", "enrolment__cohort", "marked_by", "assignment"
    passed = passed_pieces([enrolment.pk]).filter(spared=False).select_related(*related)
    begun, own = [], ""
    for submission in passed.order_by("assignment__position"):
        latest = submission.samples.order_by("-round").first()
        if latest and latest.state != SampleState.ANSWERED:
            continue
        if submission.marked_by_id == by.pk:
            own = "You marked this work, so somebody else verifies it."
            continue
        begun.append(select(submission, reason=f"Answer to round {latest.round}" if latest else reason, by=by))
    if not begun:
        raise Stale(
            own or "Somebody else began to verify this learner a moment ago. Look again to see where it stands."
        )
    return begun


@transaction.atomic
def agree(sample: Sample, *, comment: str = "", by: User) -> Sample:
    """The verifier agrees with the marking. Where results wait for that, the learner is told."""
    move(sample, AGREE, by=by, decided_at=clock.now(), verified_by=by, comment=comment)
    submission = sample.submission
    if submission.is_signed and submission.enrolment.cohort.release_rule == Release.AFTER_IQA:
        release.release(submission, now=clock.now(), by=by)
    return sample


@transaction.atomic
def send_back(sample: Sample, *, comment: str = "", action: str, action_due_on: dt.date, by: User) -> Sample:
    """The tutor has to act by a day. The learner's result stays provisional until the answer is verified."""
    if not action.strip():
        raise Refused("Say what the tutor has to do.")
    if sentence := policy.action_due_problem(action_due_on, today=clock.today()):
        raise Refused(sentence)
    facts: dict[str, Any] = {"comment": comment, "action": action, "action_due_on": action_due_on}
    move(sample, SEND_BACK, by=by, decided_at=clock.now(), verified_by=by, **facts)
    notices.sample_sent_back(sample)
    return sample


@transaction.atomic
def answer(sample: Sample, *, answer: str, by: User) -> Sample:
    """The tutor says what was done. The piece goes back into the queue for the next round."""
    if not answer.strip():
        raise Refused("Say what you did about the action.")
    move(sample, ANSWER, by=by, answer=answer, answered_at=clock.now(), answered_by=by)
    notices.sample_answered(sample, stands=True)
    return sample


@transaction.atomic
def overturn(
    sample: Sample,
    *,
    answer: str,
    actions: Mapping[int, tuple[str, str]],
    marks: Mapping[int, int | None] | None = None,
    summary: str,
    resubmit_by: dt.date,
    by: User,
) -> Sample:
    """The tutor answers that the marking was wrong: the pass becomes a referral, and with its release the next attempt opens."""
    facts: dict[str, Any] = {"answer": answer, "answered_at": clock.now(), "answered_by": by}
    if not answer.strip():
        raise Refused("Say what you did about the action.")
    move(sample, ANSWER, by=by, **facts)
    given: dict[str, Any] = {"actions": actions, "marks": marks, "summary": summary, "resubmit_by": resubmit_by}
    marking.overturn(sample.submission, **given, by=by)
    notices.sample_answered(sample, stands=False)
    return sample


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
