"""Handing in, by the learner or by staff for them: signed, timed, frozen. After that nothing of the attempt changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from assignments import comparison, counting, deadlines, declarations, documents, examination, notices, policy, tasks
from assignments.actions.answers import settle_answers
from assignments.actions.freezing import freeze_portfolio
from assignments.actions.judging import judged
from assignments.actions.names import base_name, refuse, suffix_of
from assignments.actions.second_marking import ask_where_every_piece_is
from assignments.examination import Judged
from assignments.models import Declaration, Document, FrozenWording, Route, Submission
from assignments.models.wording import kept_of, rows_of
from assignments.states import HAND_IN_FOR_LEARNER, SUBMIT, SubmissionState
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import Transition, move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from core.tasks import ring
from enrolment.models import Enrolment
from programmes.models import Assignment


@transaction.atomic
def submit(
    submission: Submission,
    *,
    ai_use: str,
    ai_statement: str = "",
    declares: Collection[str] = declarations.NAMES,
    signed_name: str,
    by: User,
) -> Submission:
    """Sign the declarations and hand the attempt in: it is frozen, and the receipt goes out."""
    if submission.enrolment.learner_id == by.pk and submission.state != SubmissionState.DRAFT:
        raise WrongState("This has been handed in already. Your receipt is on its page.")
    if not set(declarations.NAMES) <= set(declares):
        raise Refused("Tick every declaration. Without them no work can be marked.")
    signed = {"ai_use": ai_use, "ai_statement": ai_statement, "signed_name": signed_name}
    return _hand_in(submission, SUBMIT, signed=signed, now=clock.now(), by=by)


def hand_in_for_learner(
    enrolment: Enrolment,
    *,
    assignment: Assignment,
    file: File[Any] | None = None,
    arrived_at: dt.datetime,
    behalf_route: str,
    behalf_reason: str,
    ai_use: str,
    ai_statement: str = "",
    declares: Collection[str] = declarations.NAMES,
    signed_name: str,
    signed_on: dt.date,
    by: User,
) -> Submission:
    """Staff hand in what reached the centre another way. It is timed by its arrival and says who, how and why.

    A draft the learner has open is handed in with this file; what the learner had added to it before stays kept.
    """
    if not by.can(Can.SUBMIT_FOR_LEARNER):
        raise NotAllowed("Your role does not let you hand in for a learner.")
    now = clock.now()
    if not set(declarations.NAMES) <= set(declares):
        raise Refused("Tick what the learner declared on the cover sheet. Without all of it no work can be marked.")
    if behalf_route not in Route.values or not behalf_reason.strip():
        raise Refused("Say how the work arrived, and why you hand it in for the learner.")
    behalf = {"arrived_at": arrived_at, "behalf_route": behalf_route, "behalf_reason": behalf_reason.strip()}
    signed = {
        "ai_use": ai_use, "ai_statement": ai_statement, "signed_name": signed_name, "signed_on": signed_on, "copied_by": by,
    }  # fmt: skip
    found = judged(file, base_name(file.name), purpose=documents.Purpose.ESSAY) if file else None
    return _hand_in_for(enrolment, assignment, file, found, signed=signed, behalf=behalf, now=now, by=by)


@transaction.atomic
def _hand_in_for(
    enrolment: Enrolment,
    assignment: Assignment,
    file: File[Any] | None,
    found: Judged | None,
    *,
    signed: dict[str, Any],
    behalf: dict[str, Any],
    now: dt.datetime,
    by: User,
) -> Submission:
    arrived_at = behalf["arrived_at"]
    submission = _attempt_to_hand_in(enrolment, assignment, begun_at=min(arrived_at, now), by=by)
    refuse(policy.may_hand_in_for(submission, by))
    refuse(policy.enrolment_is_active(submission, by), WrongState)
    enrolled_at = enrolment.activated_at
    opened_at = submission.begun_at if _follows(submission) else None
    refuse(counting.arrival_problem(arrived_at, now=now, enrolled_at=enrolled_at, opened_at=opened_at))
    refuse(counting.signature_problem(signed["signed_on"], today=clock.today(), enrolled_at=enrolled_at))
    if assignment.kind == "essay":
        _take_in(submission, file, found, now=now, by=by)
    elif file:
        raise Refused("A portfolio has no file of its own. It is handed in as it stands in Waymark.")
    _hand_in(submission, HAND_IN_FOR_LEARNER, signed=signed, behalf=behalf, now=now, by=by)
    record(enrolment, "hand_in_for_learner", by=by, reference=submission.reference, arrived_at=arrived_at.isoformat())
    return submission


def _attempt_to_hand_in(enrolment: Enrolment, assignment: Assignment, *, begun_at: dt.datetime, by: User) -> Submission:
    """The attempt that is open, or the first one. A next one opens by a referral only."""
    if not assignment.version.cohorts.filter(pk=enrolment.cohort_id).exists():
        raise WrongState("This assignment does not belong to the learner's qualification.")
    earlier = list(Submission.objects.counting().filter(enrolment=enrolment, assignment=assignment).in_order())
    if earlier and earlier[-1].state != SubmissionState.DRAFT:
        last = earlier[-1]
        raise WrongState(
            f"There is nothing to hand in: attempt {last.attempt} is {last.get_state_display().lower()}, "
            "and the next one opens with a referral."
        )
    if earlier:
        return earlier[-1]
    one = Submission(enrolment=enrolment, assignment=assignment, begun_at=begun_at)
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        raise Stale("The learner began this attempt a moment ago. Look again, then hand in.") from None
    record(one, "begin", by=by)
    return one


def _follows(submission: Submission) -> bool:
    """Whether an attempt came before it, or the same one was returned unmarked."""
    same = Submission.objects.filter(enrolment=submission.enrolment_id, assignment=submission.assignment_id)
    return same.filter(pk__lt=submission.pk).exists()


def _take_in(
    submission: Submission, file: File[Any] | None, found: Judged | None, *, now: dt.datetime, by: User
) -> None:
    """Put the file, examined as the learner's own would be, in the place of what the draft held."""
    if file is None or found is None:
        raise Refused("Choose the file of the essay.")
    if not Submission.objects.select_for_update().filter(pk=submission.pk, state=SubmissionState.DRAFT).exists():
        raise Stale("The learner handed this in a moment ago. Nothing was changed.")
    name, sha256 = base_name(file.name), fingerprint(file)
    document = Document(
        submission=submission,
        name=name,
        size=file.size,
        sha256=sha256,
        upload_began_at=now,
        uploaded_at=now,
        uploaded_by=by,
    )
    document.file.save(f"{sha256[:16]}{suffix_of(name)}", file, save=False)
    document.save(force_insert=True)
    record(submission, "attach", by=by, name=name, sha256=sha256, document=document.pk)
    examination.make_ready(document, found.found, scanned=found.is_scanned)
    submission.document = document


def _hand_in(
    submission: Submission,
    step: Transition,
    *,
    signed: dict[str, Any],
    behalf: dict[str, Any] | None = None,
    now: dt.datetime,
    by: User,
) -> Submission:
    # A worker that makes another file ready locks the same row: what is handed in is what was looked at.
    holds = Submission.objects.select_for_update().values_list("document_id", flat=True).get(pk=submission.pk)
    if holds != submission.document_id and submission.state == SubmissionState.DRAFT:
        raise Stale("Another file has been checked and taken in the meantime. Look at it, then hand in.")
    _sign(submission, **signed, now=now, by=by)
    step.check(submission, by)
    is_essay = submission.assignment.kind == "essay"
    facts: dict[str, Any] = dict(behalf or {})
    if not is_essay:
        facts["document"] = freeze_portfolio(submission, now=now, by=by)
    wording = _freeze_wording(submission, now=now)
    settle_answers(submission, facts.get("document", submission.document))
    document = submission.document if is_essay else None
    due_on = deadlines.effective(submission.enrolment, submission.assignment).due_on
    facts["counted_at"] = counting.counted_at(
        handed_in_at=now,
        due_on=due_on,
        began_at=document.upload_began_at if document else None,
        ended_at=document.uploaded_at if document else None,
        arrived_at=facts.get("arrived_at"),
    )
    facts["mark_by"] = deadlines.mark_by(
        timezone.localdate(now), allowed=submission.assignment.version.marking_days, used=submission.clock_used
    )
    facts |= {"submitted_at": now, "submitted_by": by, "due_on": due_on, "reference": reference(submission)}
    detail = {"reference": facts["reference"], "counted_at": facts["counted_at"].isoformat()}
    handed_in: Any = facts.get("document", submission.document)
    detail |= {"sha256": handed_in.sha256, "wording": wording.fingerprint}
    if behalf:
        detail |= {**behalf, "arrived_at": behalf["arrived_at"].isoformat()}
    move(submission, step, by=by, detail=detail, **facts)
    ask_where_every_piece_is(submission, now=now)
    if check := comparison.queue(submission):
        ring(tasks.compare_submission, check.pk)
    notices.submission_received(submission)
    markers = submission.enrolment.cohort.appointments.covering(clock.today()).select_related("tutor")
    notices.submission_arrived(submission, {one.tutor for one in markers})
    return submission


def _sign(
    submission: Submission,
    *,
    now: dt.datetime,
    by: User,
    ai_use: str,
    ai_statement: str,
    signed_name: str,
    signed_on: dt.date | None = None,
    copied_by: User | None = None,
) -> None:
    """Write the declaration. If another click has signed at the same moment, that one counts."""
    if not signed_name.strip():
        raise Refused(
            "Sign with your name, then you can hand in." if not copied_by else "Copy the learner's signature."
        )
    if problem := policy.ai_problem(ai_use, ai_statement):
        raise Refused(problem)
    try:
        with transaction.atomic():
            declaration = Declaration.objects.create(
                submission=submission,
                wording=declarations.wording(submission.assignment),
                ai_use=ai_use,
                ai_statement=ai_statement.strip(),
                signed_name=signed_name.strip(),
                signed_at=now,
                signed_by=submission.enrolment.learner if copied_by else by,
                signed_on=signed_on,
                copied_by=copied_by,
            )
    except IntegrityError:
        raise Stale("This was handed in a moment ago. Your receipt is on its page.") from None
    submission.declaration = declaration


def _freeze_wording(submission: Submission, *, now: dt.datetime) -> FrozenWording:
    """Keep what this attempt is marked against, word for word, while it is still a draft."""
    return FrozenWording.objects.create(
        submission=submission,
        assignment=kept_of(submission.assignment),
        criteria=rows_of(submission.criteria()),
        frozen_at=now,
    )


def reference(submission: Submission) -> str:
    """The number on the receipt, such as PSC22-RAM-1042: cohort, surname, and a number that is never used twice."""
    cohort = "".join(one for one in submission.enrolment.cohort.code.upper() if one.isalnum())[:6]
    surname = "".join(one for one in submission.enrolment.learner.full_name.split()[-1].upper() if one.isalpha())[:3]
    return "-".join(one for one in (cohort, surname, str(submission.pk)) if one)
