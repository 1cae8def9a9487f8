"""What tutors and internal verifiers add to an authenticity file. None of it changes the work or its outcome."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import policy
from assignments.models import Concern, ConcernOutcome, SimilarityDecision, Submission, VivaNote
from assignments.states import SubmissionState
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale, WrongState


@transaction.atomic
def judge_similarity(submission: Submission, *, verdict: str, note: str = "", by: User) -> SimilarityDecision:
    """Keep what a person makes of the passages in common. Deciding again adds a row; the latest counts."""
    _check(submission, by)
    check = getattr(submission.document, "similarity_check", None)
    if check is None or (check.computed_at is None and not check.is_given_up):
        raise WrongState("This has not been compared yet. Look again in a few minutes.")
    if verdict == "talk" and not note.strip():
        raise Refused("Say what you want to talk about, so that a colleague can follow.")
    made = SimilarityDecision.objects.create(
        submission=submission, verdict=verdict, note=note.strip(), decided_at=clock.now(), decided_by=by
    )
    record(submission, "judge_similarity", by=by, verdict=verdict)
    return made


@transaction.atomic
def note_viva(submission: Submission, *, held_on: dt.date, minutes: int, note: str, by: User) -> VivaNote:
    """Keep a talk with the learner about this piece."""
    _check(submission, by)
    if held_on > clock.today():
        raise Refused("The talk lies in the future. Note it when it has taken place.")
    if not 0 < minutes <= 240:
        raise Refused("Enter the minutes of the talk, from 1 to 240.")
    if not note.strip():
        raise Refused("Say in a few words what was asked and how it was answered.")
    made = VivaNote.objects.create(
        submission=submission, held_on=held_on, minutes=minutes, note=note.strip(), **_recorded(by)
    )
    record(submission, "note_viva", by=by, held_on=held_on.isoformat(), minutes=minutes)
    return made


@transaction.atomic
def raise_concern(submission: Submission, *, text: str, by: User) -> Concern:
    """Put a question about whose work this is on record. It stays open until somebody settles it."""
    _check(submission, by)
    if not text.strip():
        raise Refused("Say what the question is, and where in the work it comes from.")
    made = Concern.objects.create(submission=submission, text=text.strip(), raised_at=clock.now(), raised_by=by)
    record(submission, "raise_concern", by=by, concern=made.pk)
    return made


@transaction.atomic
def settle_concern(concern: Concern, *, outcome: str, note: str, by: User) -> Concern:
    """Settle an open question: no case, or passed on. The first of two who settle at once wins."""
    _check(concern.submission, by)
    if not concern.is_open:
        raise WrongState(f"This was settled on {concern.decided_at:%d/%m/%Y}: {concern.get_outcome_display().lower()}.")
    if outcome not in ConcernOutcome.values:
        raise Refused("Choose how the question was settled.")
    if not note.strip():
        raise Refused("Say why, so that the learner and a verifier can follow.")
    facts: dict[str, Any] = {"outcome": outcome, "note": note.strip(), "decided_at": clock.now(), "decided_by": by}
    if not Concern.objects.filter(pk=concern.pk, outcome="").update(**facts):
        raise Stale("Somebody else settled this a moment ago. Look again to see how.")
    record(concern.submission, "settle_concern", by=by, concern=concern.pk, outcome=outcome)
    concern.refresh_from_db()
    return concern


def _recorded(by: User) -> dict[str, Any]:
    return {"recorded_at": clock.now(), "recorded_by": by}


def _check(submission: Submission, by: User) -> None:
    """The tutor appointed to the cohort today, or the IQA it is allocated to; never about one's own work."""
    if not by.can(Can.JUDGE_AUTHENTICITY):
        raise NotAllowed("Your role reads the authenticity file. The tutor and the internal verifier (IQA) add to it.")
    if submission.state == SubmissionState.DRAFT:
        raise WrongState("This is not handed in yet, so it has no authenticity file.")
    if sentence := policy.may_judge(submission, by):
        raise Refused(sentence)
