"""A case goes from stage to stage, is decided, and ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from core import clock
from core.lifecycle import Transition, record
from core.refusals import Refused, Stale
from verification import case_notices as notices
from verification import case_policy as policy
from verification.case_states import (
    ACKNOWLEDGE,
    BEGIN_REVIEW,
    CALL_PANEL,
    CLOSE,
    CLOSE_MALPRACTICE,
    DECIDE,
    DROP,
    DROP_MALPRACTICE,
    HEAR,
    INVESTIGATE,
    JUDGE,
    PASS_ON,
    REPORT,
    SANCTION,
    MalpracticeState,
)
from verification.handling.people import choose, note_involvement
from verification.handling.shared import check_handles, check_past, moved
from verification.models import Case, CaseDecision, CaseNote


@transaction.atomic
def acknowledge_case(case: Case, *, message: str = "", by: User) -> Case:
    """Tell the person that it has arrived and what happens next."""
    moved(case, ACKNOWLEDGE, by=by)
    if message.strip():
        CaseNote.objects.create(case=case, body=message.strip(), internal=False, written_at=clock.now(), written_by=by)
    notices.case_moved(case)
    return case


@transaction.atomic
def begin_review(case: Case, *, decider: User, by: User) -> Case:
    """Stage 1: somebody who had no part in the matter reviews it and decides."""
    moved(case, BEGIN_REVIEW, by=by)
    choose(case, decider, decides=True, by=by)
    notices.case_moved(case)
    return case


@transaction.atomic
def decide_case(case: Case, *, outcome: str, reasons: str, by: User) -> Case:
    """The person chosen for the stage decides. A result is not changed by it: that is an act of marking."""
    return _decided(case, DECIDE, outcome=outcome, reasons=reasons, by=by)


@transaction.atomic
def call_panel(case: Case, *, why: str, decider: User, members: Iterable[User] = (), by: User) -> Case:
    """Stage 2: the person is not content, and a panel that had no part in stage 1 decides."""
    others = list(members)
    if decider in others:
        raise Refused(f"{decider} is in the chair already. Choose other members.")
    moved(case, CALL_PANEL, by=by, detail={"reason": why[:250]})
    choose(case, decider, decides=True, by=by)
    for one in others:
        choose(case, one, decides=False, by=by)
    notices.case_moved(case)
    return case


@transaction.atomic
def pass_on_case(case: Case, *, reported_on: dt.date, reported_reference: str = "", by: User) -> Case:
    """The centre's own procedure has ended, and the awarding organisation looks at it."""
    check_past(reported_on)
    moved(case, PASS_ON, by=by, reported_on=reported_on, reported_reference=reported_reference.strip())
    notices.case_moved(case)
    return case


# ---- stages of malpractice


@transaction.atomic
def investigate(case: Case, *, decider: User, by: User) -> Case:
    """Somebody who had no part in the matter finds out what happened."""
    moved(case, INVESTIGATE, by=by)
    choose(case, decider, decides=False, by=by)
    return case


@transaction.atomic
def report_case(case: Case, *, reported_on: dt.date, reported_reference: str = "", by: User) -> Case:
    """The awarding organisation was told."""
    check_past(reported_on)
    moved(case, REPORT, by=by, reported_on=reported_on, reported_reference=reported_reference.strip())
    return case


@transaction.atomic
def hear(case: Case, *, decider: User, by: User) -> Case:
    """The person is asked for their answer; whoever decides did not investigate."""
    moved(case, HEAR, by=by)
    choose(case, decider, decides=True, by=by)
    return case


@transaction.atomic
def record_answer(case: Case, *, answer: str, by: User) -> Case:
    """What the person says to the suspicion, in their words, or that they said nothing. Once."""
    check_handles(by)
    if case.state != MalpracticeState.HEARING:
        raise Refused("An answer is recorded while the person is heard.")
    if not Case.objects.filter(pk=case.pk, answer="").update(answer=answer):
        raise Stale("The answer is recorded already. Add what is new as a note.")
    case.answer = answer
    record(case, "record_answer", by=by)
    return case


@transaction.atomic
def decide_malpractice(case: Case, *, outcome: str, reasons: str, by: User) -> Case:
    return _decided(case, JUDGE, outcome=outcome, reasons=reasons, by=by)


@transaction.atomic
def sanction(case: Case, *, sanction: str, by: User) -> Case:
    """What follows for the person or the centre. A result is not changed by it: that is an act of marking."""
    moved(case, SANCTION, by=by, sanction=sanction)
    return case


# ---- the end


@transaction.atomic
def close_case(case: Case, *, closing_note: str, by: User) -> Case:
    """Everything is done and the person knows. Certificates are not held up any more."""
    step = CLOSE_MALPRACTICE if case.is_malpractice else CLOSE
    return _ended(case, step, closing_note, by)


@transaction.atomic
def drop_case(case: Case, *, closing_note: str, by: User) -> Case:
    """The person has withdrawn it, or there was nothing in it."""
    step = DROP_MALPRACTICE if case.is_malpractice else DROP
    return _ended(case, step, closing_note, by)


def _ended(case: Case, step: Transition, closing_note: str, by: User) -> Case:
    facts: dict[str, Any] = {"closed_at": clock.now(), "closed_by": by, "closing_note": closing_note}
    moved(case, step, by=by, **facts)
    notices.case_moved(case)
    return case


def _decided(case: Case, step: Transition, *, outcome: str, reasons: str, by: User) -> Case:
    stage = case.state
    note_involvement(case)
    step.check(case, by)
    CaseDecision.objects.create(
        case=case, stage=stage, outcome=outcome, reasons=reasons, decided_at=clock.now(), decided_by=by
    )
    moved(case, step, by=by)
    notices.case_moved(case)
    if case.is_appeal and outcome in policy.UPHELD:
        notices.result_to_decide_anew(case)
    return case
