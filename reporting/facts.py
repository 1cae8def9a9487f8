"""What a cohort's figures and journey grid are made of: plain rows as they stood on a day, in four statements.

No model objects here: at two hundred learners they would cost more than the database does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils import timezone

from assignments import deadlines
from enrolment.models import Enrolment
from programmes.models import Cohort
from reporting import statements
from workshops.states import SessionState

KINDS = ("essay", "portfolio")
AWARDED = ("certificated", "revoked")


def day_of(moment: dt.datetime | None) -> dt.date | None:
    """The day at the centre on which `moment` falls."""
    return moment.astimezone(timezone.get_default_timezone()).date() if moment else None


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which `day` is over at the centre."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=timezone.get_default_timezone())


class PlaceFacts(NamedTuple):
    """The mark of one learner at one session: `state` is attended, part or absent. Without a mark there is no place."""

    state: str
    minutes: int | None
    caught_up_on: dt.date | None
    ratings: tuple[int | None, int | None, int | None, int | None] | None


@dataclass(frozen=True)
class SessionFacts:
    pk: int
    kind: str
    number: int
    title: str
    on: dt.date
    minutes: int
    is_held: bool
    starts_at: dt.datetime
    is_past: bool
    """Whether its day has come."""
    places: dict[int, PlaceFacts] = field(default_factory=dict)


class WorkFacts(NamedTuple):
    """The newest attempt at one assignment as it stood: `state` is draft, submitted, passed, referred or returned.

    `verification` is the state of its newest sample, or spared where the cohort's plan passes it by.
    `again_at` is the moment since which `resubmit_by` holds: of a referral, or of a return, which is no referral.
    """

    submission: int
    attempt: int
    state: str
    submitted_on: dt.date | None
    marked_on: dt.date | None
    resubmit_by: dt.date | None
    referred_at: dt.datetime | None
    verification: str
    again_at: dt.datetime | None = None


@dataclass
class LearnerFacts:
    enrolment: int
    name: str
    pathway: str
    state: str
    form_on: dt.date | None
    questionnaire_on: dt.date | None
    started_on: dt.date | None
    withdrawn_on: dt.date | None
    registered_on: dt.date | None
    registration_ends: dt.date | None
    claimed_on: dt.date | None
    certificate_on: dt.date | None
    work: dict[str, WorkFacts] = field(default_factory=dict)
    deadlines: dict[str, tuple[dt.date, bool]] = field(default_factory=dict)
    # Attempts whose outcome is signed and not released, now and whatever the day: for staff, in no figure.
    provisional: set[int] = field(default_factory=set)

    @property
    def is_completed(self) -> bool:
        return self.certificate_on is not None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_on is not None

    @property
    def is_outstanding(self) -> bool:
        return self.started_on is not None and self.certificate_on is None and self.withdrawn_on is None

    def expected_at(self, session: SessionFacts) -> bool:
        """Whether this learner's place counts: they started, and did not withdraw before the day of the session."""
        return self.started_on is not None and (self.withdrawn_on is None or self.withdrawn_on >= session.on)


@dataclass(frozen=True)
class CohortFacts:
    """A cohort as it stood at the end of the day `as_of`."""

    code: str
    as_of: dt.date
    learners: dict[int, LearnerFacts]
    sessions: list[SessionFacts]

    @property
    def started(self) -> list[LearnerFacts]:
        return [one for one in self.learners.values() if one.started_on]

    @property
    def held(self) -> list[SessionFacts]:
        """Sessions held on or before the day, cancelled ones left out."""
        return [one for one in self.sessions if one.is_held]


def load(cohort: Cohort, *, as_of: dt.date) -> CohortFacts:
    """Read a cohort in four statements, whatever its size."""
    return load_many([cohort], as_of=as_of)[cohort.pk]


def load_one(enrolment: Enrolment, *, as_of: dt.date) -> CohortFacts:
    """The cohort of one learner with only that learner in it, in the same four statements."""
    return load_many([enrolment.cohort], as_of=as_of, only=enrolment.pk)[enrolment.cohort_id]


def load_many(
    cohorts: Sequence[Cohort], *, as_of: dt.date, with_work: bool = True, only: int | None = None
) -> dict[int, CohortFacts]:
    """Read several cohorts in four statements altogether; in two `with_work=False` (no assignments, no deadlines).

    `only` is the one enrolment to read, if not all are wanted.
    """
    found = {one.pk: CohortFacts(one.code, as_of, {}, []) for one in cohorts}
    ids = list(found)
    learners: dict[int, LearnerFacts] = {}
    wanted: dict[str, Any] = {"only": only, "before": end_of(as_of)}
    for cohort, learner in _learners(statements.LEARNERS.rows(ids, **wanted), as_of):
        # After a revocation there may be a second claim: it counts from the day on which it was made.
        if learner.claimed_on or learner.enrolment not in learners:
            learners[learner.enrolment] = found[cohort].learners[learner.enrolment] = learner
    plan = (statements.PLAN if with_work else statements.SESSIONS).rows(ids, **wanted)
    sessions: dict[int, SessionFacts] = {}
    for cohort, pk, kind, number, title, starts_at, minutes, state, due_on, *_ in plan:
        if due_on is None:
            session = sessions[pk] = _session(pk, kind, number, title, starts_at, minutes, state, as_of)
            found[cohort].sessions.append(session)
    _add_places(sessions, statements.PLACES.rows(ids, **wanted))
    if with_work:
        _add_work(learners, statements.WORK.rows(ids, **wanted), as_of)
        _add_deadlines(found, plan)
    for facts in found.values():
        facts.sessions.sort(key=lambda one: (one.starts_at, one.pk))
    return found


def _until(day: dt.date | None, as_of: dt.date) -> dt.date | None:
    return day if day and day <= as_of else None


def _learners(rows: list[Any], as_of: dt.date) -> Iterator[tuple[int, LearnerFacts]]:
    for cohort, pk, name, pathway, state, form, questions, activated, withdrawn, registered, ends, *award in rows:
        claimed, closed, claim, revoked = award
        # A certificate counts until the day before it is revoked; a figure of an earlier day stays.
        stands = _until(day_of(revoked), as_of) is None
        yield (
            cohort,
            LearnerFacts(
                enrolment=pk,
                name=name,
                pathway=pathway,
                state=state,
                form_on=_until(day_of(form), as_of),
                questionnaire_on=_until(day_of(questions), as_of),
                started_on=_until(day_of(activated), as_of),
                withdrawn_on=_until(day_of(withdrawn), as_of),
                registered_on=_until(registered, as_of),
                registration_ends=ends,
                claimed_on=_until(day_of(claimed), as_of) if stands else None,
                certificate_on=_until(day_of(closed), as_of) if claim in AWARDED and stands else None,
            ),
        )


def _session(
    pk: int, kind: str, number: int, title: str, starts_at: dt.datetime, minutes: int, state: str, as_of: dt.date
) -> SessionFacts:
    on = timezone.localtime(starts_at).date()
    is_past = on <= as_of
    return SessionFacts(
        pk, kind, number, title, on, minutes, is_past and state == SessionState.HELD, starts_at, is_past
    )


def _add_places(sessions: dict[int, SessionFacts], rows: list[Any]) -> None:
    """Put the marks of each session's register with it. Before its day there are none yet: every place is only booked."""
    for session, enrolment, state, minutes, signed_off, said, overall, tutor, before, after in rows:
        one = sessions[session]
        if one.is_past:
            ratings = (overall, tutor, before, after) if said is not None else None
            one.places[enrolment] = PlaceFacts(state, minutes, day_of(signed_off) if signed_off else None, ratings)


def _add_work(learners: dict[int, LearnerFacts], rows: list[Any], as_of: dt.date) -> None:
    """Put the newest attempt at each assignment with each learner, with what verification made of it.

    A piece that was returned unmarked is to be handed in again and is no referral; a draft that was put aside is none.
    """
    for pk, kind, submission, attempt, state, submitted, marked, resubmit_by, sample, selected, decided, spared in rows:
        learner = learners.get(pk)
        if learner is None or state == "withdrawn":
            continue
        submitted_on, marked_on = _until(day_of(submitted), as_of), _until(day_of(marked), as_of)
        earlier = learner.work.get(kind)
        stood = state if marked_on else "submitted" if submitted_on else "draft"
        referred_at = marked if stood == "referred" else earlier.referred_at if earlier else None
        again = stood in ("referred", "returned")
        again_at = marked if again else earlier.again_at if earlier else None
        by = resubmit_by if again else earlier.resubmit_by if earlier else None
        checked = sample if _until(day_of(decided), as_of) else "selected" if _until(day_of(selected), as_of) else ""
        if not checked and _until(day_of(spared), as_of):
            checked = "spared"
        if not marked_on:
            # Verified before its release: that it was marked at all is not for these pages yet.
            checked = ""
        if state == "signed":
            learner.provisional.add(submission)
        learner.work[kind] = WorkFacts(
            submission, attempt, stood, submitted_on, marked_on, by, referred_at, checked or "", again_at
        )


def _add_deadlines(found: dict[int, CohortFacts], plan: list[Any]) -> None:
    """The effective date of each assignment for each learner, as the engine says, and whether it is the learner's own."""
    records, common = deadlines.Records(), {}
    for cohort, enrolment, kind, number, what, at, _, _, due_on, from_on in plan:
        if due_on is not None and enrolment is None:
            common[cohort, kind] = due_on
        elif due_on is not None:
            text = from_on.isoformat() if from_on else ""
            records.take(what, enrolment, kind or deadlines.ALL, due_on, at, number or 0, text)
    for cohort, facts in found.items():
        for learner in facts.learners.values():
            for kind in KINDS:
                _set_deadline(records, learner, kind, common.get((cohort, kind)))


def _set_deadline(records: deadlines.Records, learner: LearnerFacts, kind: str, common: dt.date | None) -> None:
    key = learner.enrolment, kind
    if common:
        records.cohort_dates[key] = common
    if learner.registration_ends:
        records.registrations[learner.enrolment] = deadlines.Registered(learner.registration_ends, "")
    work = learner.work.get(kind)
    if work and work.again_at and work.resubmit_by:
        records.referrals[key] = deadlines.Referral(work.attempt, work.resubmit_by, work.again_at)
    deadline = records.deadline(*key)
    if deadline.due_on:
        learner.deadlines[kind] = (deadline.due_on, deadline.is_own)
