"""What a cohort's figures and journey grid are made of: plain rows as they stood on a day, in four statements.

No model objects here: at two hundred learners they would cost more than the database does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import DateField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from assignments import deadlines
from assignments.models import Extension
from assignments.states import ExtensionState
from enrolment.models import BreakInLearning, Enrolment, IndividualDeadline, ReasonableAdjustment
from programmes.models import Cohort, CohortDeadline
from reporting.prepared import Prepared
from verification.models.spared import SparedSince
from workshops.models import Place, Session
from workshops.states import PlaceState, SessionState

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
    for cohort, learner in _learners(_LEARNERS.rows(ids, **wanted), as_of):
        # After a revocation there may be a second claim: it counts from the day on which it was made.
        if learner.claimed_on or learner.enrolment not in learners:
            learners[learner.enrolment] = found[cohort].learners[learner.enrolment] = learner
    plan = (_PLAN if with_work else _SESSIONS).rows(ids, **wanted)
    sessions: dict[int, SessionFacts] = {}
    for cohort, pk, kind, number, title, starts_at, minutes, state, due_on, *_ in plan:
        if due_on is None:
            session = sessions[pk] = _session(pk, kind, number, title, starts_at, minutes, state, as_of)
            found[cohort].sessions.append(session)
    _add_places(sessions, _PLACES.rows(ids, **wanted))
    if with_work:
        _add_work(learners, _WORK.rows(ids, **wanted), as_of)
        _add_deadlines(found, plan)
    for facts in found.values():
        facts.sessions.sort(key=lambda one: (one.starts_at, one.pk))
    return found


def _until(day: dt.date | None, as_of: dt.date) -> dt.date | None:
    return day if day and day <= as_of else None


# ---- the statements. A fact after the day is left out here where it can be, else below.


def _of_learners(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    return (
        Enrolment.objects.filter(cohort__in=cohorts, **({"pk": only} if only else {}))
        .annotate(claim=FilteredRelation("claims", condition=Q(claims__kind="whole") & ~Q(claims__state="rejected")))
        .order_by("learner__full_name", "pk", "claim__claimed_at")
        .values_list(
            "cohort",
            "pk",
            "learner__full_name",
            "pathway",
            "state",
            "application__sent_at",
            "questionnaire__sent_at",
            "activated_at",
            "withdrawn_at",
            "registration__registered_on",
            "registration__expires_on",
            "claim__claimed_at",
            "claim__closed_at",
            "claim__state",
            "claim__revoked_at",
        )
    )


def _of_sessions(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    sessions: Any = Session.objects.filter(cohort__in=cohorts).counted().order_by()
    nothing = Value(None, output_field=DateField())
    columns = ("cohort", "pk", "kind", "number", "title", "starts_at", "minutes", "state", "due_on", "from_on")
    no_day = Cast(Value(None), DateField())
    found: QuerySet[Any, Any] = sessions.annotate(due_on=nothing, from_on=no_day).values_list(*columns)
    return found


def _of_plan(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    """Sessions, and under them what bears on dates: the cohort's without an enrolment, the others each with its own.

    `title` says what a record of the learner is, and `at` when it was made. Only what was known before the moment is in.
    """
    none = Value(None, output_field=DateField())
    blank = {"number": none, "from_on": none, "minutes": none, "state": none}
    everyone: Any = CohortDeadline.objects.filter(cohort__in=cohorts).order_by()
    everyone = everyone.annotate(kind=F("assignment__kind"), of=none, title=none, at=none, **blank)
    columns = ("kind", "number", "title", "at", "minutes", "state", "due_on", "from_on")
    return _of_sessions(cohorts, only, before).union(
        *(rows.values_list("of_cohort", "enrolment", *columns) for rows in _of_records(cohorts, before, blank)),
        everyone.values_list("cohort", "of", *columns),
        all=True,
    )


def _of_records(cohorts: Sequence[int], before: dt.datetime, blank: dict[str, Any]) -> Iterator[Any]:
    """The records that bear on the dates of one learner each, a statement for each kind, with the columns of the plan."""

    def made(rows: Any, what: str, **columns: Any) -> Any:
        given = {"of_cohort": F("enrolment__cohort"), "kind": F("assignment__kind"), **blank, **columns}
        own = {field.name for field in rows.model._meta.concrete_fields}
        given = {name: value for name, value in given.items() if name not in own}
        return rows.filter(enrolment__cohort__in=cohorts).order_by().annotate(title=Value(what), **given)

    dates = IndividualDeadline.objects.filter(set_at__lt=before)
    yield made(dates, deadlines.INDIVIDUAL, at=F("set_at"))
    granted = Extension.objects.filter(state=ExtensionState.GRANTED, decided_at__lt=before)
    yield made(granted, deadlines.EXTENSION, at=F("decided_at"), due_on=F("granted_on"))
    more = ReasonableAdjustment.objects.filter(recorded_at__lt=before).exclude(ended_at__lt=before)
    days = F("extra_working_days")
    yield made(more, deadlines.ADJUSTMENT, at=F("recorded_at"), due_on=F("agreed_on"), number=days)
    away = BreakInLearning.objects.filter(recorded_at__lt=before).exclude(superseded_at__lt=before)
    yield made(away, deadlines.BREAK, at=F("recorded_at"), due_on=F("back_on"), kind=blank["from_on"])


def _of_places(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    return (
        Place.objects.filter(session__cohort__in=cohorts, **({"enrolment": only} if only else {}))
        .exclude(session__state=SessionState.CANCELLED)
        .exclude(state=PlaceState.BOOKED)
        .annotate(made_up=FilteredRelation("catch_up", condition=Q(catch_up__signed_off_at__lt=before)))
        .annotate(said=FilteredRelation("feedback", condition=Q(feedback__given_at__lt=before)))
        .order_by()
        .values_list(
            "session",
            "enrolment",
            "state",
            "minutes",
            "made_up__signed_off_at",
            "said",
            "said__overall",
            "said__tutor",
            "said__knowledge_before",
            "said__knowledge_after",
        )
    )


def _of_work(cohorts: Sequence[int], only: int | None, before: dt.datetime) -> QuerySet[Any, Any]:
    mine = Enrolment.objects.filter(
        cohort__in=cohorts, submissions__begun_at__lt=before, **({"pk": only} if only else {})
    )
    ordered = mine.order_by("submissions__attempt", "submissions__pk", "submissions__samples__round")
    return ordered.annotate(spared_at=SparedSince()).values_list(
        "pk",
        "submissions__assignment__kind",
        "submissions",
        "submissions__attempt",
        "submissions__state",
        "submissions__counted_at",
        "submissions__released_at",
        "submissions__resubmit_by",
        "submissions__samples__state",
        "submissions__samples__selected_at",
        "submissions__samples__decided_at",
        "spared_at",
    )


_LEARNERS, _SESSIONS, _PLAN = Prepared(_of_learners), Prepared(_of_sessions), Prepared(_of_plan)
_PLACES, _WORK = Prepared(_of_places), Prepared(_of_work)


# ---- from rows to facts


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
