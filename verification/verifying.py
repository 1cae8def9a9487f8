"""The verbs of a sample: open it on a frozen state, judge it, agree or ask for an action, answer, and look again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can, Role
from assignments import actions as assignments
from assignments import marking, release
from assignments.models import Outcome, Submission
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from programmes.models import Release
from verification import judging, notices, policy
from verification.freezing import (
    WITH_IT,
    check_revision,
    check_unchanged,
    freeze,
    freeze_again,
    numbers_of,
    save_judgement,
)
from verification.judging import ActionKind, Judgement
from verification.models import Claim, JudgementDraft, Sample, SampleJudgement
from verification.models.judging import judgement_of
from verification.models.standing import passed_pieces
from verification.states import AGREE, ANSWER, SEND_BACK, SampleState

__all__ = [
    "agree",
    "answer",
    "begin",
    "freeze_again",
    "numbers_of",
    "overturn",
    "owners",
    "pass_sampled",
    "save_judgement",
    "select",
    "send_back",
]


@transaction.atomic
def select(submission: Submission, *, reason: str, by: User) -> Sample:
    """Begin to verify how one attempt was marked: a pass, or any outcome before its release. After an answer, the next round.

    What is judged is frozen with it.
    """
    _check_can(by, Can.VERIFY, "verify marking")
    if submission.state not in policy.VERIFIABLE:
        raise WrongState(f"This is {submission.get_state_display().lower()}, so there is no pass to verify.")
    sample = _round(submission, reason=reason, by=by)
    if sentence := _who_may_not(sample, by):
        raise Refused(sentence)
    if _is_claimed(submission):
        raise WrongState("The certificate has been claimed, so this is not verified again.")
    _check_nobody_was_first(submission)
    try:
        with transaction.atomic():
            sample.save(force_insert=True)
    except IntegrityError:
        _check_nobody_was_first(submission)
        raise Stale("Somebody else began to verify this a moment ago. Look again to see where it stands.") from None
    frozen = freeze(sample, by=by)
    record(sample, "select", by=by, judged=frozen.sha256)
    return sample


def _round(submission: Submission, *, reason: str, by: User) -> Sample:
    latest = submission.samples.aggregate(Max("round"))["round__max"] or 0
    facts: dict[str, Any] = {"marked_by": submission.marked_by, "selected_at": clock.now(), "selected_by": by}
    return Sample(submission=submission, round=latest + 1, reason=reason, **facts)


def _who_may_not(sample: Sample, by: User) -> str:
    guards = (policy.is_not_own_marking, policy.is_allocated_without_interest, policy.is_on_programme)
    return next((sentence for guard in guards if (sentence := guard(sample, by))), "")


def _is_claimed(submission: Submission) -> bool:
    return Claim.objects.filter(enrolment=submission.enrolment_id).whole().in_force().exists()


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
    passed = passed_pieces([enrolment.pk]).filter(spared=False).select_related(*WITH_IT)
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


# ---- decided


def _judge(
    sample: Sample, judgement: Judgement | None, *, revision: int | None, seen: str, by: User
) -> tuple[Judgement, dict[int, str]]:
    """The judgement that is decided by. Without one, everything is agreed with."""
    check_unchanged(sample, seen)
    if revision is not None:
        check_revision(JudgementDraft.objects.select_related("saved_by").filter(sample=sample).first(), revision, by=by)
    numbers = numbers_of(sample)
    judgement = judgement or judging.agreeing(numbers)
    if set(judgement.criteria) - set(numbers):
        raise Refused("Some of these criteria do not belong to this piece. Load the page again.")
    return judgement, numbers


def _write(sample: Sample, judgement: Judgement) -> None:
    lines = [
        SampleJudgement(sample=sample, criterion_id=pk, agrees=said.agrees, note=said.note)
        for pk, said in judgement.criteria.items()
    ]
    lines += [
        SampleJudgement(sample=sample, aspect=aspect, rating=rated.rating, note=rated.note)
        for aspect, rated in judgement.aspects.items()
    ]
    SampleJudgement.objects.bulk_create(lines)
    JudgementDraft.objects.filter(sample=sample).delete()


def _detail(sample: Sample, judgement: Judgement, numbers: Mapping[int, str]) -> dict[str, Any]:
    detail: dict[str, Any] = {"judged": sample.snapshot.sha256} if sample.snapshot else {}
    detail["not_agreed"] = [number for pk, number in numbers.items() if pk in judgement.not_agreed]
    return detail


@transaction.atomic
def agree(
    sample: Sample,
    *,
    comment: str = "",
    judgement: Judgement | None = None,
    revision: int | None = None,
    seen: str = "",
    by: User,
) -> Sample:
    """The verifier agrees with the marking. Where results wait for that, the learner is told."""
    AGREE.check(sample, by)
    judgement, numbers = _judge(sample, judgement, revision=revision, seen=seen, by=by)
    if sentence := judging.agree_problem(judgement, numbers):
        raise Refused(sentence)
    facts: dict[str, Any] = {"decided_at": clock.now(), "verified_by": by, "comment": comment}
    move(sample, AGREE, by=by, detail=_detail(sample, judgement, numbers), **facts)
    _write(sample, judgement)
    submission = sample.submission
    if submission.is_signed and submission.enrolment.cohort.release_rule == Release.AFTER_IQA:
        release.release(submission, now=clock.now(), by=by)
    elif submission.is_signed:
        # Its time may have come while it was being verified.
        release.if_due(submission, now=clock.now())
    return sample


@transaction.atomic
def send_back(
    sample: Sample,
    *,
    comment: str = "",
    action_kind: str,
    action: str,
    owner: User | None = None,
    action_due_on: dt.date,
    judgement: Judgement | None = None,
    revision: int | None = None,
    seen: str = "",
    by: User,
) -> Sample:
    """Somebody has to act by a day: the tutor who marked it unless told otherwise. Until it is agreed the result stays provisional."""
    SEND_BACK.check(sample, by)
    judgement, numbers = _judge(sample, judgement, revision=revision, seen=seen, by=by)
    if sentence := judging.action_problem(judgement, numbers, kind=action_kind):
        raise Refused(sentence)
    if not action.strip():
        raise Refused("Say what has to be done.")
    if sentence := policy.action_due_problem(action_due_on, today=clock.today()):
        raise Refused(sentence)
    owner = _owner(sample, owner, kind=action_kind, by=by)
    facts: dict[str, Any] = {
        "comment": comment,
        "action_kind": action_kind,
        "action": action,
        "action_due_on": action_due_on,
        "owner": owner,
    }
    detail = {
        **_detail(sample, judgement, numbers),
        "kind": action_kind,
        "owner": str(owner),
        "due": str(action_due_on),
    }
    move(sample, SEND_BACK, by=by, detail=detail, decided_at=clock.now(), verified_by=by, **facts)
    _write(sample, judgement)
    notices.sample_sent_back(sample)
    return sample


def owners(sample: Sample, *, by: User) -> list[Any]:
    """Who may own an action, each with `is_tutor`: the tutors of the cohort today, and administrators for a correction of records."""
    submission = sample.submission
    appointed = submission.enrolment.cohort.appointments.covering(clock.today()).filter(tutor=OuterRef("pk"))
    administrators = User.objects.holding(Role.ADMINISTRATOR).values("pk")
    people = User.objects.annotate(is_tutor=Exists(appointed))
    found = people.filter(Q(is_tutor=True) | Q(pk__in=administrators), is_active=True)
    others = found.exclude(pk__in=[by.pk, submission.enrolment.learner_id])
    return sorted(others, key=lambda one: (one.pk != sample.marked_by_id, not one.is_tutor, str(one)))


def _owner(sample: Sample, owner: User | None, *, kind: str, by: User) -> User:
    possible = [one for one in owners(sample, by=by) if one.is_tutor or kind == ActionKind.CORRECTION]
    if owner is None and possible:
        chosen: User = possible[0]
        return chosen
    found = next((one for one in possible if owner is not None and one.pk == owner.pk), None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    if owner is not None and owner.pk == by.pk:
        raise Refused("You verify this, so the action is somebody else's. Choose a tutor of the cohort.")
    if owner is not None:
        raise Refused(
            f"{owner} is not appointed to this cohort today, so the action cannot be theirs. Choose one of those offered."
            if kind == ActionKind.CORRECTION
            else f"{owner} does not mark in this cohort today. Marking is reopened by a tutor who is appointed; choose one."
        )
    raise Refused("Nobody is appointed to this cohort today, so nobody could act. Appoint a tutor first.")


# ---- answered


@transaction.atomic
def answer(
    sample: Sample, *, answer: str, feedback: Mapping[int, str] | None = None, told: str = "", by: User
) -> Sample:
    """Say what was done; under a correction with `feedback` put right, of which the learner reads `told`. Under a rejection
    the decision stands, with its reason. The next round begins at once."""
    _check_says_something(answer)
    if feedback and not sample.is_correction:
        raise Refused("The decision itself is questioned here. Change the outcome, or say why it stands.")
    _answered(sample, answer, by=by)
    if feedback:
        assignments.correct(sample.submission, feedback=feedback, reason=told, by=by)
    notices.sample_answered(sample, changed="", following=_look_again(sample))
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
    _check_says_something(answer)
    _check_may_change_the_outcome(sample)
    _answered(sample, answer, by=by)
    given: dict[str, Any] = {"actions": actions, "marks": marks, "summary": summary, "resubmit_by": resubmit_by}
    marking.overturn(sample.submission, **given, by=by)
    notices.sample_answered(sample, changed="referral", following=_look_again(sample))
    return sample


@transaction.atomic
def pass_sampled(
    sample: Sample, *, answer: str, changes: Mapping[int, marking.Change] | None = None, reason: str, by: User
) -> Sample:
    """The tutor answers that the referral was wrong: every criterion is met after all, and the outcome is a pass."""
    _check_says_something(answer)
    _check_may_change_the_outcome(sample)
    if not reason.strip():
        raise Refused("Say why this passes after all. The learner reads it.")
    submission = sample.submission
    _answered(sample, answer, by=by)
    if submission.is_signed:
        last = submission.markings.last()
        if last is None or last.outcome == Outcome.PASS:
            raise Refused("This is a pass already, so there is no referral to turn into one.")
        met = assignments.met_after_all(submission, changes or {})
        signed = assignments.supersede(submission, changes=met, reason=reason, summary=reason.strip(), by=by)
        if signed.outcome != Outcome.PASS:
            raise Refused("With these marks a unit is still under its pass mark, so this is no pass.")
    else:
        assignments.pass_after_all(submission, changes=changes or {}, reason=reason, by=by)
    notices.sample_answered(sample, changed="pass", following=_look_again(sample))
    return sample


def _check_says_something(answer: str) -> None:
    if not answer.strip():
        raise Refused("Say what you did about the action.")


def _check_may_change_the_outcome(sample: Sample) -> None:
    if sample.is_correction:
        raise Refused("A correction is asked for, so the outcome stands. Put right what the action names, and answer.")


def _answered(sample: Sample, answer: str, *, by: User) -> None:
    move(sample, ANSWER, by=by, answer=answer, answered_at=clock.now(), answered_by=by)


def _look_again(sample: Sample) -> Sample | None:
    """The next round, for the verifier who asked, with the piece as it is now and the last judgement as its beginning.

    Where they may not verify it any more, or it is not verified as it stands, it waits for anybody (or for nobody).
    """
    submission = Submission.objects.select_related(*WITH_IT).get(pk=sample.submission_id)
    verifier = sample.verified_by
    if verifier is None or not verifier.is_active or not verifier.can(Can.VERIFY):
        return None
    if submission.state not in policy.VERIFIABLE or _is_claimed(submission):
        return None
    following = _round(submission, reason=f"Answer to round {sample.round}", by=verifier)
    if _who_may_not(following, verifier):
        return None
    following.save(force_insert=True)
    frozen = freeze(following, by=None)
    typed = judging.written(judgement_of(sample.judgements.all()))
    if typed:
        JudgementDraft.objects.create(sample=following, typed=typed, revision=1, saved_at=clock.now(), saved_by=None)
    record(following, "select", by=None, judged=frozen.sha256, after=sample.round)
    return following


def _check_can(by: User, capability: Can, what: str) -> None:
    if not by.can(capability):
        raise NotAllowed(f"Your role does not let you {what}.")
