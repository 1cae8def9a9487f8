"""The verbs of interim samples: planned, recorded with the evidence kept, answered, closed or asked for more."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.permissions import Can
from assignments.models import Draft
from assignments.states import DraftState
from core import clock
from core.lifecycle import Transition, move, record
from core.refusals import NotAllowed, Refused
from enrolment.states import EnrolmentState
from programmes.models import Cohort
from verification import interim_notices as notices
from verification import observing
from verification.interim_states import (
    AGREE_INTERIM,
    ANSWER_INTERIM,
    CALL_OFF_INTERIM,
    CLOSE_INTERIM,
    REQUIRE_ACTION,
    SEND_INTERIM_AGAIN,
)
from verification.models import InterimAction, InterimNote, InterimSample
from verification.policy import interim as policy
from workshops.models import Session, SupervisionSession
from workshops.states import SessionState

# How far back and ahead the form offers what there is to look at.
BACK, AHEAD = dt.timedelta(days=60), dt.timedelta(days=60)
TWICE = "You have planned to look at this already. It stands in the list of interim samples."
Thing = Draft | SupervisionSession | Session
# An aspect, its rating (empty where it was not looked at), and what was seen.
Notes = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class ToLookAt:
    """What a verifier can choose of one tutor in one cohort. The rows come under the veil of anonymous marking."""

    drafts: Sequence[Draft]
    supervision: Sequence[SupervisionSession]
    sessions: Sequence[Session]

    def __iter__(self) -> Any:
        return iter([*self.drafts, *self.supervision, *self.sessions])


def to_look_at(cohort: Cohort, tutor: User, by: User, *, kind: str = "", around: dt.date | None = None) -> ToLookAt:
    """Drafts commented, supervision and sessions of late, sessions to come; near `around` if given. Three statements at most."""
    today = clock.today()
    first, last = (around - policy.NEAR, around + policy.NEAR) if around else (today - BACK, today + AHEAD)
    looked = InterimSample.objects.filter(~Q(state="called_off"), verifier=by)
    drafts = (
        Draft.objects.visible_to(by)
        .filter(state=DraftState.COMMENTED, commented_by=tutor, submission__enrolment__cohort=cohort)
        .filter(submission__enrolment__state=EnrolmentState.ACTIVE, commented_at__date__range=(first, last))
        .filter(~Q(submission__enrolment__learner=by), ~Exists(looked.filter(draft=OuterRef("pk"))))
        .select_related("submission__assignment", "submission__enrolment__learner", "submission__enrolment__cohort")
        .order_by("-commented_at", "pk")
    )
    held = (
        SupervisionSession.objects.filter(supervisor=tutor, enrolment__cohort=cohort, held_on__range=(first, last))
        .filter(~Q(enrolment__learner=by), enrolment__state=EnrolmentState.ACTIVE)
        .filter(~Exists(looked.filter(supervision=OuterRef("pk"))))
        .select_related("enrolment__learner", "enrolment__cohort")
        .order_by("-held_on", "pk")
    )
    sessions = (
        Session.objects.filter(~Q(state=SessionState.CANCELLED), cohort=cohort, tutor=tutor)
        .filter(~Exists(looked.filter(session=OuterRef("pk"))), starts_at__date__range=(first, last))
        .select_related("cohort")
        .order_by("starts_at", "pk")
    )
    wanted = {"draft": drafts, "supervision": held, "session": sessions}
    rows = {name: list(found) if kind in ("", name) else [] for name, found in wanted.items()}
    return ToLookAt(rows["draft"], rows["supervision"], rows["session"])  # type: ignore[arg-type] # each its own model


@transaction.atomic
def plan_interim(
    *,
    cohort: Cohort,
    tutor: User,
    kind: str,
    thing: Thing | None = None,
    happens_on: dt.date | None = None,
    purpose: str = "",
    by: User,
) -> InterimSample:
    """Plan to look at something that is there, or at what is still to come on a day. Of a day to come the tutor is told."""
    if not by.can(Can.VERIFY):
        raise NotAllowed("Your role does not let you look at assessment as a verifier.")
    _refuse(policy.own_assessment_problem(tutor=tutor.pk, thing=thing, by=by))
    if thing is not None:
        _refuse(policy.thing_problem(thing, cohort=cohort, tutor=tutor))
        _refuse(policy.learner_problem(policy.enrolment_of(thing)))
        kind, happens_on = policy.kind_of(thing), policy.day_of(thing)
    else:
        _refuse(policy.planned_day_problem(happens_on, today=clock.today()))
    assert happens_on is not None  # noqa: S101 - said above
    _refuse(policy.appointment_problem(tutor, cohort, happens_on))
    enrolment = policy.enrolment_of(thing) if thing else None
    session = thing if isinstance(thing, Session) else None
    _refuse(policy.looking_problem(cohort, by, enrolment=enrolment, session=session))
    facts = {"cohort": cohort, "tutor": tutor, "happens_on": happens_on, "purpose": purpose.strip()}
    tied = {"enrolment": enrolment, **({kind: thing} if thing else {})}
    try:
        with transaction.atomic():
            sample = InterimSample.objects.create(kind=kind, verifier=by, planned_at=clock.now(), **facts, **tied)
    except IntegrityError:
        raise Refused(TWICE) from None
    record(sample, "plan_interim", by=by, kind=kind, happens_on=happens_on.isoformat(), purpose=purpose.strip())
    if happens_on > clock.today() or thing is None:
        notices.interim_planned(sample)
    return sample


def record_interim(
    sample: InterimSample,
    *,
    outcome: str,
    notes: Notes,
    feedback: str,
    action: str = "",
    owner: User | None = None,
    due_on: dt.date | None = None,
    thing: Thing | None = None,
    by: User,
) -> InterimSample:
    """Either of the two outcomes, as the form has it: "agreed" or "action"."""
    seen: dict[str, Any] = {"notes": notes, "feedback": feedback, "thing": thing, "by": by}
    if outcome == "action":
        return require_action(sample, action=action, owner=owner, due_on=due_on, **seen)
    if action.strip():
        raise Refused("You wrote an action and chose “Agreed”. Choose “Action required”, or take the action out.")
    return agree_interim(sample, **seen)


@transaction.atomic
def agree_interim(
    sample: InterimSample, *, notes: Notes, feedback: str, thing: Thing | None = None, by: User
) -> InterimSample:
    """What was seen is as it should be. The evidence is kept with it."""
    seen = _seen(sample, AGREE_INTERIM, notes=notes, feedback=feedback, thing=thing, by=by)
    _written(sample, AGREE_INTERIM, seen, notes=notes, feedback=feedback, by=by)
    notices.interim_recorded(sample, None)
    return sample


@transaction.atomic
def require_action(
    sample: InterimSample,
    *,
    notes: Notes,
    feedback: str,
    action: str,
    owner: User | None,
    due_on: dt.date | None,
    thing: Thing | None = None,
    by: User,
) -> InterimSample:
    """Somebody has something to do about what was seen. The evidence is kept with it."""
    seen = _seen(sample, REQUIRE_ACTION, notes=notes, feedback=feedback, thing=thing, by=by)
    _refuse(_action_problem(sample, text=action, owner=owner, due_on=due_on, by=by))
    _written(sample, REQUIRE_ACTION, seen, notes=notes, feedback=feedback, by=by)
    notices.interim_recorded(sample, _ask(sample, text=action, owner=owner, due_on=due_on, by=by))
    return sample


def _seen(
    sample: InterimSample, step: Transition, *, notes: Notes, feedback: str, thing: Thing | None, by: User
) -> Thing:
    """What was looked at, once every rule has been asked. The row is held: the notes go in before the state moves."""
    sample.refresh_from_db(fields=["state"], from_queryset=InterimSample.objects.select_for_update())
    # The rules of state and person speak before those of the words.
    step.check(sample, by)
    seen: Thing | None = sample.thing or thing
    if seen is None:
        raise Refused(f"Choose which {sample.get_kind_display().lower()} you looked at.")
    if policy.kind_of(seen) != sample.kind:
        raise Refused(f"Choose a {sample.get_kind_display().lower()}: that is what was planned.")
    _refuse(policy.thing_problem(seen, cohort=sample.cohort, tutor=sample.tutor))
    session = seen if isinstance(seen, Session) else None
    if sample.thing is None:
        _refuse(policy.own_assessment_problem(tutor=sample.tutor_id, thing=seen, by=by))
        _refuse(policy.near_problem(seen, planned_on=sample.happens_on))
        enrolment = policy.enrolment_of(seen)
        _refuse(policy.looking_problem(sample.cohort, by, enrolment=enrolment, session=session))
    if session is not None and session.starts_at > clock.now():
        raise Refused("This session has not begun yet. Record it when you have seen it.")
    _refuse(observing.notes_problem(sample.kind, notes))
    if not feedback.strip():
        raise Refused("Write the feedback to the tutor.")
    return seen


def _written(sample: InterimSample, step: Transition, seen: Thing, *, notes: Notes, feedback: str, by: User) -> None:
    kept = _kept(seen)
    rated = {aspect: rating for aspect, (rating, _) in notes.items() if rating}
    InterimNote.objects.bulk_create(
        InterimNote(sample=sample, aspect=aspect, rating=rating, note=notes[aspect][1].strip())
        for aspect, rating in rated.items()
    )
    seals = {key: value for key, value in kept.items() if key.endswith("sha256")}
    facts: dict[str, Any] = {sample.kind: seen, "enrolment": policy.enrolment_of(seen), "feedback": feedback.strip()}
    facts |= {"recorded_at": clock.now(), "happens_on": policy.day_of(seen), **kept}
    detail = {"looked_at": f"{sample.kind} {seen.pk}", "ratings": rated, **seals}
    try:
        with transaction.atomic():
            move(sample, step, by=by, detail=detail, **facts)
    except IntegrityError:
        raise Refused(TWICE) from None


def _kept(thing: Thing) -> dict[str, str]:
    """What was looked at, as it is now. A document is frozen, so its fingerprint is enough; words are copied."""
    if isinstance(thing, Draft):
        return {**_sealed(thing.comments), "document_sha256": thing.document.sha256}
    if isinstance(thing, SupervisionSession):
        return _sealed(f"{thing.minutes} minutes\n\n{thing.topics}\n\n{thing.feedback}".strip())
    return {}


def _sealed(text: str) -> dict[str, str]:
    return {"seen_text": text, "seen_sha256": hashlib.sha256(text.encode()).hexdigest()}


def _action_problem(sample: InterimSample, *, text: str, owner: User | None, due_on: dt.date | None, by: User) -> str:
    today = clock.today()
    if sentence := policy.interim_action_problem(text=text, owner=owner, due_on=due_on, by=by, today=today):
        return sentence
    assert owner is not None  # noqa: S101 - said above
    if owner.pk == sample.tutor_id or sample.cohort.appointments.covering(today).filter(tutor=owner).exists():
        return ""
    return f"{owner} does not teach {sample.cohort} now. Choose {sample.tutor} or a tutor appointed to it."


def _ask(sample: InterimSample, *, text: str, owner: User | None, due_on: dt.date | None, by: User) -> InterimAction:
    assert owner is not None and due_on is not None  # noqa: S101, PT018 - `_action_problem` has looked
    rounds = sample.actions.count()
    asked: InterimAction = sample.actions.create(
        round=rounds + 1, text=text.strip(), owner=owner, due_on=due_on, asked_at=clock.now(), asked_by=by
    )
    record(asked, "ask_action", by=by, round=asked.round, due_on=asked.due_on.isoformat(), owner=str(owner))
    return asked


@transaction.atomic
def call_off_interim(sample: InterimSample, *, reason: str, by: User) -> InterimSample:
    """It does not take place. The tutor hears of it if they had heard of the plan."""
    if not reason.strip():
        raise Refused("Say why it is called off. It stays in the list with the reason.")
    move(sample, CALL_OFF_INTERIM, by=by, called_off_reason=reason.strip(), detail={"reason": reason.strip()})
    if notices.was_told(sample):
        notices.interim_called_off(sample)
    return sample


@transaction.atomic
def answer_interim(action: InterimAction, *, answer: str, by: User) -> InterimAction:
    """The tutor says what they did about it."""
    if not answer.strip():
        raise Refused("Say what you did about it.")
    move(action, ANSWER_INTERIM, by=by, answer=answer.strip(), answered_at=clock.now(), answered_by=by)
    notices.interim_answered(action)
    return action


@transaction.atomic
def close_interim(sample: InterimSample, *, note: str = "", by: User) -> InterimSample:
    """The answer is enough."""
    move(sample, CLOSE_INTERIM, by=by, closed_at=clock.now(), closed_by=by, closing_note=note.strip())
    return sample


@transaction.atomic
def send_interim_again(
    action: InterimAction, *, text: str, owner: User | None, due_on: dt.date | None, by: User
) -> InterimAction:
    """The answer is not enough: the next round, which is another row."""
    # Held, so that nobody closes it in between.
    action.sample = InterimSample.objects.select_for_update().get(pk=action.sample_id)
    SEND_INTERIM_AGAIN.check(action, by)
    _refuse(_action_problem(action.sample, text=text, owner=owner, due_on=due_on, by=by))
    move(action, SEND_INTERIM_AGAIN, by=by)
    asked = _ask(action.sample, text=text, owner=owner, due_on=due_on, by=by)
    notices.interim_action(asked)
    return asked


def remind_of_actions(today: dt.date) -> int:
    """Mail to those whose action is due today or earlier, once each."""
    due = InterimAction.objects.open().filter(due_on__lte=today).select_related("owner", "sample__cohort")
    return sum(_remind_one(one) for one in due.select_related("sample__tutor", "sample__verifier"))


@transaction.atomic
def _remind_one(action: InterimAction) -> bool:
    return notices.interim_action_due(action)


def _refuse(sentence: str) -> None:
    if sentence:
        raise Refused(sentence)
