"""What a cohort's figures and journey grid are made of: plain rows as they stood on a day, in four statements.

No model objects here: at two hundred learners they would cost more than the database does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, F, FilteredRelation, Q, Value
from django.utils import timezone

from assignments import deadlines
from enrolment.models import Enrolment, IndividualDeadline
from programmes.models import Cohort, CohortDeadline
from workshops.models import Session
from workshops.states import SessionState

KINDS = ("essay", "portfolio")


def day_of(moment: dt.datetime | None) -> dt.date | None:
    """The day at the centre on which `moment` falls."""
    return timezone.localtime(moment).date() if moment else None


@dataclass(frozen=True)
class PlaceFacts:
    """One learner at one session. `state` is booked, attended, part or absent."""

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
    places: dict[int, PlaceFacts] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkFacts:
    """The newest attempt at one assignment as it stood: `state` is draft, submitted, passed or referred."""

    submission: int
    attempt: int
    state: str
    submitted_on: dt.date | None
    marked_on: dt.date | None
    resubmit_by: dt.date | None
    referred_at: dt.datetime | None
    verification: str


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

    @property
    def is_completed(self) -> bool:
        return self.certificate_on is not None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_on is not None

    @property
    def is_outstanding(self) -> bool:
        return self.started_on is not None and not self.is_completed and not self.is_withdrawn

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
    for cohort, learner in _learners(ids, as_of, only):
        learners[learner.enrolment] = found[cohort].learners[learner.enrolment] = learner
    for cohort, session in _sessions(ids, as_of, only):
        found[cohort].sessions.append(session)
    if with_work:
        _add_work(ids, learners, as_of)
        _add_deadlines(ids, found, as_of)
    return found


def _until(day: dt.date | None, as_of: dt.date) -> dt.date | None:
    return day if day and day <= as_of else None


def _learners(cohorts: list[int], as_of: dt.date, only: int | None) -> Iterator[tuple[int, LearnerFacts]]:
    rows = (
        Enrolment.objects.filter(cohort__in=cohorts, **({"pk": only} if only else {}))
        .annotate(claim=FilteredRelation("claims", condition=~Q(claims__state="rejected")))
        .order_by("learner__full_name", "pk")
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
        )
    )
    for cohort, pk, name, pathway, state, form, questions, activated, withdrawn, registered, ends, *award in rows:
        claimed, closed, claim = award
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
                claimed_on=_until(day_of(claimed), as_of),
                certificate_on=_until(day_of(closed), as_of) if claim == "certificated" else None,
            ),
        )


def _sessions(cohorts: list[int], as_of: dt.date, only: int | None) -> list[tuple[int, SessionFacts]]:
    rows = (
        Session.objects.filter(cohort__in=cohorts)
        .counted()
        .order_by("starts_at", "pk")
        .values_list(
            "cohort",
            "pk",
            "kind",
            "number",
            "title",
            "starts_at",
            "minutes",
            "state",
            "places__enrolment",
            "places__state",
            "places__minutes",
            "places__catch_up__signed_off_at",
            "places__feedback__overall",
            "places__feedback__tutor",
            "places__feedback__knowledge_before",
            "places__feedback__knowledge_after",
            "places__feedback__given_at",
        )
    )
    sessions: dict[int, SessionFacts] = {}
    of: dict[int, int] = {}
    for cohort, pk, kind, number, title, starts_at, minutes, state, *place in rows:
        if pk not in sessions:
            of[pk] = cohort
            on = timezone.localtime(starts_at).date()
            sessions[pk] = SessionFacts(
                pk, kind, number, title, on, minutes, on <= as_of and state == SessionState.HELD
            )
        enrolment, place_state, present, signed_off, *ratings, given = place
        if enrolment is None or (only and enrolment != only):
            continue
        sessions[pk].places[enrolment] = PlaceFacts(
            place_state if sessions[pk].on <= as_of else "booked",
            present,
            _until(day_of(signed_off), as_of) if signed_off else None,
            tuple(ratings) if given and timezone.localtime(given).date() <= as_of else None,
        )
    return [(of[pk], session) for pk, session in sessions.items()]


def _add_work(cohorts: list[int], learners: dict[int, LearnerFacts], as_of: dt.date) -> None:
    """Put the newest attempt at each assignment with each learner, with what verification made of it."""
    rows = (
        Enrolment.objects.filter(cohort__in=cohorts, submissions__isnull=False)
        .order_by("submissions__attempt", "submissions__samples__round")
        .values_list(
            "pk",
            "submissions__assignment__kind",
            "submissions",
            "submissions__attempt",
            "submissions__state",
            "submissions__begun_at",
            "submissions__submitted_at",
            "submissions__marked_at",
            "submissions__resubmit_by",
            "submissions__samples__state",
            "submissions__samples__selected_at",
            "submissions__samples__decided_at",
        )
    )
    for pk, kind, submission, attempt, state, begun, submitted, marked, resubmit_by, sample, selected, decided in rows:
        if pk not in learners:
            continue
        begun_on, submitted_on = day_of(begun), _until(day_of(submitted), as_of)
        marked_on = _until(day_of(marked), as_of)
        if begun_on is None or begun_on > as_of:
            continue
        earlier = learners[pk].work.get(kind)
        stood = state if marked_on else "submitted" if submitted_on else "draft"
        referred_at = marked if stood == "referred" else earlier.referred_at if earlier else None
        by = resubmit_by if stood == "referred" else earlier.resubmit_by if earlier else None
        checked = sample if _until(day_of(decided), as_of) else "selected" if _until(day_of(selected), as_of) else ""
        learners[pk].work[kind] = WorkFacts(
            submission, attempt, stood, submitted_on, marked_on, by, referred_at, checked or ""
        )


def _add_deadlines(cohorts: list[int], found: dict[int, CohortFacts], as_of: dt.date) -> None:
    """The effective date of each assignment for each learner, and whether it is the learner's own."""
    columns = ("cohort", "enrolment", "assignment__kind", "due_on", "set_at")
    own: Any = IndividualDeadline.objects.filter(enrolment__cohort__in=cohorts).order_by()
    own = own.annotate(cohort=F("enrolment__cohort")).values_list(*columns)
    everyone: Any = CohortDeadline.objects.filter(cohort__in=cohorts).order_by()
    everyone = everyone.annotate(
        enrolment=Value(None, output_field=BigIntegerField()), set_at=Value(None, output_field=DateTimeField())
    ).values_list(*columns)
    common: dict[tuple[int, str], dt.date] = {}
    individual: dict[tuple[int, str], deadlines.Individual] = {}
    for cohort, enrolment, kind, due_on, set_at in everyone.union(own, all=True):
        if enrolment is None:
            common[cohort, kind] = due_on
        elif timezone.localtime(set_at).date() <= as_of:
            before = individual.get((enrolment, kind))
            if before is None or before.set_at < set_at:
                individual[enrolment, kind] = deadlines.Individual(due_on, "", set_at, "")
    for cohort, facts in found.items():
        for learner in facts.learners.values():
            for kind in KINDS:
                own_date = individual.get((learner.enrolment, kind))
                _set_deadline(learner, kind, common.get((cohort, kind)), own_date)


def _set_deadline(
    learner: LearnerFacts, kind: str, common: dt.date | None, individual: deadlines.Individual | None
) -> None:
    """Ask the one rule for the date; most learners have only their cohort's, which needs no sentence."""
    ends = learner.registration_ends
    work = learner.work.get(kind)
    referred = work is not None and work.referred_at is not None and work.resubmit_by is not None
    if individual is None and not referred:
        if common is not None:
            learner.deadlines[kind] = (min(common, ends) if ends else common, False)
        return
    found = deadlines.combine(
        cohort_on=common,
        individual=individual,
        referral=deadlines.Referral(work.attempt, work.resubmit_by, work.referred_at) if work and referred else None,  # type: ignore[arg-type]
        registered=deadlines.Registered(ends, "") if ends else None,
    )
    if found.due_on:
        learner.deadlines[kind] = (found.due_on, True)
