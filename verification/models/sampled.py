"""What a sampling plan is drawn from, read for one cohort in five statements, however many learners there are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Role
from assignments.models import Marking, Outcome, Submission
from assignments.states import SubmissionState
from enrolment.models import Enrolment, Pathway
from enrolment.states import EnrolmentState
from programmes.models import Assignment, Cohort, Delivery, TutorAppointment, VerifierAllocation
from verification.models.plans import PlanLine, SamplingPlan, SamplingStrategy, TutorRating
from verification.models.records import Claim, Sample
from verification.policy import VERIFIABLE
from verification.sampling.pieces import CLAIMED, EARLY, LATE, LEFT, NEW, Facts, Key, Piece, Tutor
from verification.states import ClaimState, SampleState


@dataclass
class Work:
    """What is there of one assignment of one learner."""

    tutor: int | None = None
    had_a_part: set[int] = field(default_factory=set)
    handed_in: bool = False
    referred: bool = False
    passed_at: dt.datetime | None = None
    first_look_at: dt.datetime | None = None
    # The state of the newest look at the newest attempt.
    check: str = ""

    # Whether the newest attempt has an outcome that a verifier can judge.
    verifiable: bool = False

    @property
    def done(self) -> bool:
        return self.check == SampleState.AGREED


@dataclass(frozen=True)
class CohortFacts:
    """The facts for a plan, and beside them what a page shows and a line needs: keys of the database, states, the lines there are."""

    facts: Facts
    units: dict[tuple[str, str], tuple[int, int]]
    work: dict[tuple[int, str], Work]
    lines: dict[Key, PlanLine]
    # By enrolment. Pages that show them ask first who may know them.
    names: dict[int, str]

    def piece(self, key: Key) -> Piece:
        return next(one for one in self.facts.pieces if one.key == key)


def works(enrolments: Any) -> dict[tuple[int, str], Work]:
    """By enrolment and kind of assignment, what has been handed in, marked and looked at. One statement."""
    samples = Sample.objects.filter(submission=OuterRef("pk"))
    referral = Marking.objects.filter(submission=OuterRef("pk"), outcome=Outcome.REFERRAL)
    rows = (
        Submission.objects.filter(enrolment__in=enrolments)
        .exclude(state=SubmissionState.WITHDRAWN)
        .annotate(
            referred=Exists(referral),
            sample_state=Coalesce(Subquery(samples.order_by("-round").values("state")[:1]), Value("")),
            first_look_at=Subquery(samples.order_by("round").values("selected_at")[:1]),
        )
        .order_by("enrolment", "assignment", "attempt", "pk")
        .values_list(
            "enrolment", "assignment__kind", "state", "marked_at", "marked_by", "marker", "referred", "sample_state",
            "first_look_at", "second_marking__state", "second_marking__marker", "second_marking__first_done_by",
            "second_marking__agreed_by",
        )
    )  # fmt: skip
    found: dict[tuple[int, str], Work] = defaultdict(Work)
    for enrolment, kind, state, marked_at, marked_by, marker, referred, sample, look_at, second, *people in rows:
        one = found[enrolment, kind]
        one.handed_in = one.handed_in or state != SubmissionState.DRAFT
        one.tutor = marked_by or marker or one.tutor
        if marked_by:
            one.had_a_part.add(marked_by)
        if second and second != "withdrawn":
            one.had_a_part.update(person for person in people if person)
        one.referred = one.referred or referred
        one.check = sample
        one.verifiable = state in VERIFIABLE
        one.passed_at = marked_at if state == SubmissionState.PASSED else None
        if look_at and (one.first_look_at is None or look_at < one.first_look_at):
            one.first_look_at = look_at
    return found


def cohort_facts(
    cohort: Cohort, *, today: dt.date, strategy: SamplingStrategy, plan: SamplingPlan | None
) -> CohortFacts:
    """Everything a plan of the cohort would be drawn from now, with what the plan that holds has promised."""
    claim = Claim.objects.filter(enrolment=OuterRef("pk")).exclude(state=ClaimState.REJECTED)
    started = Q(state__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED]) | Q(
        state=EnrolmentState.WITHDRAWN, activated_at__isnull=False
    )
    learners = list(
        Enrolment.objects.filter(started, cohort=cohort)
        .annotate(claimed=Exists(claim))
        .order_by("pk")
        .values_list("pk", "pathway", "state", "claimed", "learner__full_name")
    )
    pairs = list(
        Assignment.objects.filter(version=cohort.version_id, units__isnull=False)
        .order_by("position", "units__number")
        .values_list("kind", "title", "units__number", "units", "pk")
    )
    work = works(Enrolment.objects.filter(cohort=cohort).values("pk"))
    tutors, verifiers, alone = _people(cohort, today, {one.tutor for one in work.values() if one.tutor})
    lines: dict[Key, PlanLine] = {}
    if plan is not None:
        own = plan.lines.select_related("unit", "assignment", "replaced_by__unit", "replaced_by__assignment")
        lines = {_key(one): one for one in own}
    pieces = []
    kinds = {kind for kind, *_ in pairs}
    for pk, pathway, state, claimed, _ in learners:
        passed = [work[pk, kind].passed_at if (pk, kind) in work else None for kind in kinds]
        finished_at = max(one for one in passed if one) if passed and all(passed) else None
        out = LEFT if state == EnrolmentState.WITHDRAWN else CLAIMED if claimed else ""
        for kind, _, unit, _, _ in pairs:
            there = work.get((pk, kind), Work())
            pieces.append(_piece(Key(pk, unit, kind), pathway, out, there, finished_at, alone, lines))
    facts = Facts(
        cohort=cohort.code,
        place=str(Delivery(cohort.delivery).label),
        strategy=strategy.figures,
        tutors=tutors,
        verifiers=verifiers,
        pieces=tuple(pieces),
        generation=plan.generation + 1 if plan else 1,
        titles={kind: title for kind, title, *_ in pairs},
        pathways={str(one): str(one.label) for one in Pathway},
    )
    units = {(unit, kind): (pk, of) for kind, _, unit, pk, of in pairs}
    return CohortFacts(facts, units, work, lines, {pk: name for pk, *_, name in learners})


def _key(line: PlanLine) -> Key:
    return Key(line.enrolment_id, line.unit.number, line.assignment.kind)


def _piece(
    key: Key,
    pathway: str,
    out: str,
    work: Work,
    finished_at: dt.datetime | None,
    alone: int | None,
    lines: dict[Key, PlanLine],
) -> Piece:
    looked = ""
    if work.first_look_at:
        looked = EARLY if finished_at is None or work.first_look_at < finished_at else LATE
    tutor = work.tutor or alone
    line = lines.get(key)
    earlier: dict[str, Any] = {}
    if line and line.promise:
        earlier = {
            "rule": line.rule,
            "promise": line.promise,
            "promised_in": line.promised_in,
            "early": line.early,
            "replaced_by": _key(line.replaced_by) if line.replaced_by else None,
        }
    return Piece(
        learner=key.learner,
        unit=key.unit,
        assignment=key.assignment,
        tutor=tutor,
        had_a_part=tuple(sorted(work.had_a_part | ({tutor} if tutor else set()))),
        pathway=pathway,
        referred=work.referred,
        out=out,
        finished=finished_at is not None,
        looked=looked,
        done=work.done,
        **earlier,
    )


def _people(cohort: Cohort, today: dt.date, markers: set[int]) -> tuple[tuple[Tutor, ...], tuple[int, ...], int | None]:
    """The tutors with their standing, the internal verifiers, and the tutor if there is one only."""
    appointed = TutorAppointment.objects.covering(today).filter(cohort=cohort, tutor=OuterRef("pk"))
    allocated = VerifierAllocation.objects.in_force(today).filter(cohort=cohort, verifier=OuterRef("pk"), role=Role.IQA)
    rating = TutorRating.objects.current().filter(tutor=OuterRef("pk"), qualification=cohort.version.qualification_id)
    teaches, verifies = Exists(appointed), Exists(allocated)
    rows = (
        User.objects.filter(Q(pk__in=markers) | teaches | verifies)
        .annotate(
            teaches=teaches,
            verifies=verifies,
            risk=Coalesce(Subquery(rating.values("risk")[:1]), Value("")),
            signed_off=Coalesce(
                Subquery(rating.values("signed_off")[:1]), Value(value=False), output_field=BooleanField()
            ),
            review_on=Subquery(rating.values("review_on")[:1]),
        )
        .order_by("full_name", "pk")
        .values_list("pk", "full_name", "teaches", "verifies", "risk", "signed_off", "review_on")
    )
    tutors, verifiers, appointed_now = [], [], []
    for pk, name, teaching, verifying, risk, signed_off, review_on in rows:
        if teaching or pk in markers:
            again = review_on.isoformat() if review_on else ""
            tutors.append(Tutor(pk=pk, name=name, standing=risk if risk and signed_off else NEW, review_on=again))
        if teaching:
            appointed_now.append(pk)
        if verifying:
            verifiers.append(pk)
    alone = appointed_now[0] if len(appointed_now) == 1 else None
    return tuple(tutors), tuple(sorted(verifiers)), alone
