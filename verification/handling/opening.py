"""A case is opened: by the learner, or by the centre for somebody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from assignments.models import Submission
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from enrolment.models import Enrolment
from verification import case_notices as notices
from verification import case_policy as policy
from verification.case_states import (
    CaseKind,
    CaseState,
    MalpracticeState,
)
from verification.handling.people import note_involvement
from verification.handling.shared import check_handles, due_of
from verification.models import Case
from verification.models.involved import kept_of


@transaction.atomic
def appeal(submission: Submission, *, statement: str, by: User) -> Case:
    """The learner appeals against a released result within the time for it."""
    if not by.can(Can.RAISE_CASES) or submission.enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner appeals against their result.")
    released_on = timezone.localdate(submission.released_at) if submission.released_at else None
    if sentence := policy.appeal_problem(released_on=released_on, today=clock.today()):
        raise Refused(sentence)
    case = _opened(
        kind=CaseKind.APPEAL,
        title=f"The result of {submission.assignment.title.lower()}, attempt {submission.attempt}"[:150],
        statement=statement,
        person=by,
        submission=submission,
        by=by,
    )
    notices.case_raised(case)
    return case


@transaction.atomic
def complain(*, kind: str, title: str, statement: str, by: User) -> Case:
    """A complaint of somebody with an account: about the centre, or about how it uses personal data."""
    if not by.can(Can.RAISE_CASES):
        raise NotAllowed("Your role does not let you complain here. Write to the centre.")
    if kind not in (CaseKind.COMPLAINT, CaseKind.DATA_PROTECTION):
        raise Refused("Choose what your complaint is about.")
    case = _opened(kind=kind, title=title, statement=statement, person=by, by=by)
    notices.case_raised(case)
    return case


@transaction.atomic
def raise_case(
    *,
    kind: str,
    title: str,
    statement: str,
    behalf_route: str,
    arrived_at: dt.datetime,
    person: User | None = None,
    person_name: str = "",
    enrolment: Enrolment | None = None,
    submission: Submission | None = None,
    accused: User | None = None,
    by: User,
) -> Case:
    """The centre opens a case: for somebody who wrote or spoke, or because something was found."""
    check_handles(by)
    if arrived_at > clock.now():
        raise Refused("This moment is still to come. Enter when it really arrived.")
    if kind == CaseKind.APPEAL and not (submission and submission.is_released):
        raise Refused("An appeal is against a released result. Choose the piece of work.")
    if kind != CaseKind.MALPRACTICE and not (person or person_name.strip()):
        raise Refused("Say who complains: choose the person, or write their name and how to reach them.")
    return _opened(
        kind=kind,
        title=title,
        statement=statement,
        behalf_route=behalf_route,
        arrived_at=arrived_at,
        person=None if kind == CaseKind.MALPRACTICE else person,
        person_name=person_name.strip(),
        enrolment=enrolment,
        submission=submission,
        accused=accused,
        by=by,
    )


def _opened(*, by: User, submission: Submission | None = None, **facts: Any) -> Case:
    """The row with its reference, who had a part in it, and the evidence as it is now."""
    now = clock.now()
    facts.setdefault("arrived_at", now)
    kind = facts["kind"]
    if submission is not None:
        facts.update(submission=submission, enrolment=submission.enrolment, marking=submission.markings.last())
        if kind == CaseKind.APPEAL:
            facts["person"] = submission.enrolment.learner
            same = Case.objects.open().filter(kind=kind, submission=submission).first()
            if same is not None:
                raise Stale(f"There is an open appeal against this result already: {same.reference}.")
    state = MalpracticeState.SUSPECTED if kind == CaseKind.MALPRACTICE else CaseState.RECEIVED
    # The time for acknowledging runs from the day it arrived, not from the day somebody typed it in.
    begun_on = timezone.localdate(facts["arrived_at"])
    case = Case(
        **facts, state=state, raised_at=now, raised_by=by, stage_on=begun_on, due_on=due_of(kind, state, begun_on)
    )
    for _ in range(5):
        case.reference = _next_reference(now)
        try:
            with transaction.atomic():
                case.save(force_insert=True)
            break
        except IntegrityError as clash:
            if "reference" not in str(clash):
                raise Stale("Somebody else opened this case a moment ago. Look at the list of cases.") from None
    else:
        raise Stale("Several cases were opened at the same moment. Send it once more.")
    record(case, "open_case", by=by, kind=str(kind))
    note_involvement(case)
    for one in kept_of(case):
        one.case, one.kept_at = case, now
        one.save(force_insert=True)
    return case


def _next_reference(now: dt.datetime) -> str:
    """C-2026-0007. It says nothing of the kind, because it stands in mails and beside blocked claims."""
    begin = f"{policy.PREFIX}-{timezone.localtime(now):%Y}-"
    last = Case.objects.filter(reference__startswith=begin).aggregate(Max("reference"))["reference__max"]
    return f"{begin}{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"
