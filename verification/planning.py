"""The verbs of sampling: set a strategy, rate a tutor, draw a plan and the next one, add a piece by hand, begin a picked one."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.permissions import Can, Role
from assignments.models import Submission
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from programmes.models import Cohort, Qualification, QualificationVersion
from verification import actions, policy
from verification.models import PlanLine, Sample, SamplingPlan, SamplingStrategy, TutorRating
from verification.models.plans import PERCENTS
from verification.models.sampled import CohortFacts, cohort_facts
from verification.sampling import rules
from verification.sampling.pieces import Facts, Key
from verification.sampling.plan import Plan, changed, draw

# A seed is written down and read out: ten figures are enough, and nobody chooses them.
SEEDS = 10**10
NO_STRATEGY = "There is no sampling strategy for {version} yet. Set one first."


def _check_can(by: User) -> None:
    if not by.can(Can.PLAN_SAMPLING):
        raise NotAllowed("Your role does not let you plan the sampling.")


@transaction.atomic
def set_strategy(
    version: QualificationVersion, *, from_on: dt.date, every: list[str], note: str = "", by: User, **percents: int
) -> SamplingStrategy:
    """A new strategy for the version, from a day on. The plans that are there follow it once it holds."""
    _check_can(by)
    latest = SamplingStrategy.objects.filter(version=version).order_by("-number").first()
    problem = rules.strategy_problem(
        from_on=from_on, today=clock.today(), percents=percents, latest=latest.from_on if latest else None
    )
    if problem:
        raise Refused(problem)
    try:
        with transaction.atomic():
            made = SamplingStrategy.objects.create(
                version=version,
                number=latest.number + 1 if latest else 1,
                from_on=from_on,
                every=every,
                note=note,
                set_at=clock.now(),
                set_by=by,
                **{name: percents[name] for name in PERCENTS if name in percents},
            )
    except IntegrityError:
        raise Stale("Somebody else set a strategy a moment ago. Look at it first.") from None
    record(made, "set_strategy", by=by, from_on=from_on.isoformat(), every=every, **percents)
    return made


@transaction.atomic
def rate_tutor(
    tutor: User,
    *,
    qualification: Qualification,
    risk: str,
    signed_off: bool,
    reason: str,
    review_on: dt.date,
    by: User,
) -> TutorRating:
    """Rate a tutor's risk in one qualification. The rating before it stays, with its reason."""
    _check_can(by)
    now = clock.now()
    problem = rules.rating_problem(tutor=tutor.pk, by=by.pk, review_on=review_on, today=clock.today())
    if problem:
        raise Refused(problem)
    TutorRating.objects.current().filter(tutor=tutor, qualification=qualification).update(superseded_at=now)
    try:
        with transaction.atomic():
            made = TutorRating.objects.create(
                tutor=tutor,
                qualification=qualification,
                risk=risk,
                signed_off=signed_off,
                reason=reason.strip(),
                review_on=review_on,
                rated_at=now,
                rated_by=by,
            )
    except IntegrityError:
        raise Stale("Somebody else rated this tutor a moment ago. Look at it first.") from None
    record(made, "rate", by=by, risk=risk, signed_off=signed_off, review_on=review_on.isoformat())
    return made


# ---- plans


@dataclass(frozen=True)
class Proposal:
    """A plan as it would be drawn now: what it is drawn from, its lines, and what it changes of the one that holds."""

    cohort: Cohort
    strategy: SamplingStrategy
    before: SamplingPlan | None
    there: CohortFacts
    seed: int
    plan: Plan

    @property
    def generation(self) -> int:
        return self.there.facts.generation

    @property
    def picks(self) -> set[Key]:
        return {one.key for one in self.plan.lines if one.picked}

    @property
    def picked_before(self) -> set[Key]:
        return {key for key, line in self.there.lines.items() if line.picked}

    @property
    def changes(self) -> bool:
        """Whether it would say anything that the plan that holds does not: of a piece, a tutor, or of what cannot be met."""
        if self.before is None or self.before.strategy_id != self.strategy.pk:
            return True
        if self.before.drawn_from.tutors != self.there.facts.tutors:
            return True
        was = {key: (one.picked, one.early, one.rule, one.tutor_id) for key, one in self.there.lines.items()}
        tutors = {one.key: one.tutor for one in self.there.facts.pieces}
        now = {one.key: (one.picked, one.early, one.rule, tutors[one.key]) for one in self.plan.lines}
        return was != now or [list(one) for one in self.plan.shortfalls] != self.before.shortfalls


def strategy_for(cohort: Cohort) -> SamplingStrategy | None:
    return SamplingStrategy.objects.filter(version=cohort.version_id).in_force(clock.today()).first()


def proposal(
    cohort: Cohort,
    *,
    seed: int | None = None,
    plan: SamplingPlan | None = None,
    strategy: SamplingStrategy | None = None,
) -> Proposal:
    """The plan as it would be drawn now. The seed of a cohort is drawn once and stays; a new one is drawn where there is none.

    `plan` and `strategy`: those that hold, where they are known already.
    """
    strategy = strategy or strategy_for(cohort)
    if strategy is None:
        raise Refused(NO_STRATEGY.format(version=cohort.version))
    before = plan or SamplingPlan.objects.current().filter(cohort=cohort).select_related("strategy").first()
    there = cohort_facts(cohort, today=clock.today(), strategy=strategy, plan=before)
    given = before.seed if before else secrets.randbelow(SEEDS) if seed is None else seed
    return Proposal(cohort, strategy, before, there, given, draw(there.facts, seed=given))


def first_facts(cohort: Cohort) -> Facts:
    """What a plan would be drawn from if the cohort had none."""
    strategy = strategy_for(cohort)
    if strategy is None:
        raise Refused(NO_STRATEGY.format(version=cohort.version))
    return cohort_facts(cohort, today=clock.today(), strategy=strategy, plan=None).facts


@transaction.atomic
def draw_plan(
    cohort: Cohort, *, generation: int | None = None, seed: int | None = None, why: str = "", by: User | None
) -> SamplingPlan:
    """Draw the first plan of a cohort, or the next one, which keeps what was promised and what was done.

    `generation` is the one that was looked at beforehand. Nobody on a page gives a seed; the demonstration does. `by=None`: the nightly
    run, where only a change makes a new plan.
    """
    _check_may_plan(cohort, by)
    found = proposal(cohort, seed=seed)
    if generation not in (None, found.generation):
        raise Stale("Somebody else drew a plan a moment ago. Look at it first.")
    if not found.there.facts.pieces:
        raise Refused("Nobody has started on this cohort yet, so there is nothing to draw from.")
    if not found.changes:
        raise Refused("The plan is up to date: drawn again, it would say the same.")
    return _keep(found, why=why or ("drawn anew" if found.before else "first plan"), by=by)


def _check_may_plan(cohort: Cohort, by: User | None) -> None:
    if by is None:
        return
    _check_can(by)
    allocated = cohort.allocations.in_force(clock.today()).filter(verifier=by, role=Role.IQA).exists()
    if sentence := rules.may_plan(by, is_administrator=by.has_role(Role.ADMINISTRATOR), allocated=allocated):
        raise Refused(sentence)


def _keep(found: Proposal, *, why: str, by: User | None) -> SamplingPlan:
    now = clock.now()
    if found.before:
        SamplingPlan.objects.filter(pk=found.before.pk).update(superseded_at=now)
    try:
        with transaction.atomic():
            made = SamplingPlan.objects.create(
                cohort=found.cohort,
                generation=found.generation,
                seed=found.seed,
                strategy=found.strategy,
                facts=found.there.facts.as_json(),
                shortfalls=[list(one) for one in found.plan.shortfalls],
                why=why[:250],
                made_at=now,
                made_by=by,
                followed_at=now,
            )
    except IntegrityError:
        raise Stale("Somebody else drew a plan a moment ago. Look at it first.") from None
    _keep_lines(made, found, by)
    short = sum(one.missing for one in found.plan.shortfalls)
    record(made, "draw", by=by, seed=found.seed, picked=len(found.picks), lines=len(found.plan.lines), missing=short)
    return made


def _keep_lines(made: SamplingPlan, found: Proposal, by: User | None) -> None:
    """A line after the one that came in its place, because it names it and never changes afterwards."""
    tutors = {one.key: one.tutor for one in found.there.facts.pieces}
    kept: dict[Key, PlanLine] = {}
    waiting = list(found.plan.lines)
    while waiting:
        ready = [one for one in waiting if one.replaced_by is None or one.replaced_by in kept]
        rows = []
        for line in ready:
            unit, assignment = found.there.units[line.key.unit, line.key.assignment]
            before = found.there.lines.get(line.key)
            by_hand = line.rule == "by_hand"
            rows.append(
                PlanLine(
                    plan=made,
                    enrolment_id=line.key.learner,
                    unit_id=unit,
                    assignment_id=assignment,
                    tutor_id=tutors[line.key],
                    picked=line.picked,
                    early=line.early,
                    needed=line.needed,
                    rule=line.rule,
                    reason=line.reason,
                    promise=line.promise,
                    promised_in=line.promised_in,
                    replaced_by=kept.get(line.replaced_by) if line.replaced_by else None,
                    added_by=(before.added_by if before and before.added_by_id else by) if by_hand else None,
                )
            )
        PlanLine.objects.bulk_create(rows, batch_size=500)
        kept.update({line.key: row for line, row in zip(ready, rows, strict=True)})
        done = {line.key for line in ready}
        waiting = [one for one in waiting if one.key not in done]


@transaction.atomic
def add_by_hand(line: PlanLine, *, reason: str, by: User) -> SamplingPlan:
    """Pick one more piece, with a reason: the next plan, drawn from what the last one was drawn from and this pick."""
    plan = line.plan
    _check_may_plan(plan.cohort, by)
    if not reason.strip():
        raise Refused("Say why this piece is added. The reason is kept with it.")
    found = proposal(plan.cohort)
    if found.before is None or found.before.pk != plan.pk:
        raise Stale("Somebody else drew a plan a moment ago. Look at it first.")
    key = Key(line.enrolment_id, line.unit.number, line.assignment.kind)
    piece = found.there.piece(key)
    problem = rules.hand_pick_problem(
        picked=line.picked,
        out=piece.out,
        had_a_part=piece.had_a_part,
        verifiable=found.there.facts.may_be_verified(piece),
        by=by.pk,
    )
    if problem:
        raise Refused(problem)
    facts = changed(found.there.facts, {key: replace(piece, by_hand=f"added by {by}: {reason.strip().rstrip('.')}")})
    there = replace(found.there, facts=facts)
    with_it = replace(found, there=there, plan=draw(facts, seed=found.seed))
    return _keep(with_it, why=f"a piece added by hand: {reason.strip()}", by=by)


def follow() -> int:
    """Hold every plan against its cohort; where something has changed, draw the next. Run twice it does nothing new."""
    return _follow(SamplingPlan.objects.current())


def follow_signed() -> int:
    """The same where results wait that the plan passes by and was not held against since they were signed."""
    since = actions.passed_by().filter(marked_at__gt=OuterRef("followed_at"), enrolment__cohort=OuterRef("cohort"))
    return _follow(SamplingPlan.objects.current().filter(Exists(since)))


def _follow(plans: Any) -> int:
    done = 0
    for plan in plans.select_related("cohort__version__qualification", "strategy").order_by("pk"):
        with transaction.atomic():
            now = clock.now()
            try:
                draw_plan(plan.cohort, why="followed the cohort", by=None)
                done += 1
            except Refused:
                SamplingPlan.objects.filter(pk=plan.pk).update(followed_at=now)
    return done


def is_drawn_again_the_same(plan: SamplingPlan, lines: list[PlanLine]) -> bool:
    """Whether seed and facts, as they were kept, give these lines again, byte for byte."""
    again = draw(Facts.from_json(plan.facts), seed=plan.seed)
    found = {
        Key(one.enrolment_id, one.unit.number, one.assignment.kind): (one.picked, one.reason, one.rule) for one in lines
    }
    short = [list(one) for one in again.shortfalls]
    return found == {one.key: (one.picked, one.reason, one.rule) for one in again.lines} and short == plan.shortfalls


@transaction.atomic
def begin_picked(line: PlanLine, *, by: User) -> Sample:
    """Begin to verify what a line has picked: the newest attempt that can be verified."""
    attempts = Submission.objects.filter(enrolment=line.enrolment_id, assignment=line.assignment_id)
    verifiable = attempts.filter(state__in=policy.VERIFIABLE).select_related("enrolment__learner", "enrolment__cohort")
    submission = verifiable.select_related("marked_by").order_by("-attempt", "-pk").first()
    if submission is None:
        raise Refused("Nothing of this piece is signed yet that could be verified.")
    return actions.select(submission, reason=line.reason[:250], by=by)


def as_printed(plan: Plan, *, seed: int, names: dict[int, str], titles: Any) -> dict[str, Any]:
    """What `sampling_plan --json` prints: the seed, and for each piece whether it is picked and why."""
    return {
        "seed": seed,
        "lines": [
            {
                "learner": names[one.key.learner],
                "unit": one.key.unit,
                "assignment": titles[one.key.assignment],
                "picked": one.picked,
                "reason": one.reason,
            }
            for one in plan.lines
        ],
    }
