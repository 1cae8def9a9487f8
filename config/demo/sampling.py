"""The sampling of the cohort under way: a strategy, two rated tutors, a plan that follows who left, a piece added by hand."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from config.demo.people import Company
from core import clock
from enrolment.models import Enrolment
from programmes.models import Cohort
from verification import planning
from verification.models import PlanLine

SEED = 8588210042


def prepare(company: Company, cohort: Cohort, *, today: dt.date) -> None:
    """Before anything is handed in: the strategy for the qualification, and how the tutors' marking is rated."""
    planning.set_strategy(
        cohort.version,
        from_on=clock.today(),
        every=["tutor", "unit", "method", "pathway", "cohort"],
        low_interim=5,
        low_summative=20,
        medium_interim=10,
        medium_summative=35,
        high_interim=25,
        high_summative=50,
        new_interim=25,
        referrals=50,
        note="Agreed with the external verifier at the last visit. Looked at again every year.",
        by=company.gareth,
    )
    _rate(
        company,
        cohort,
        company.helen,
        "low",
        "Two cohorts: one remark on feedback, no decision changed.",
        today + dt.timedelta(days=45),
    )
    _rate(
        company,
        cohort,
        company.ruth,
        "medium",
        "Took over a cohort half way; feedback short on 501.",
        today - dt.timedelta(days=12),
    )


def _rate(company: Company, cohort: Cohort, tutor: User, risk: str, reason: str, review_on: dt.date) -> None:
    of = cohort.version.qualification
    planning.rate_tutor(
        tutor, qualification=of, risk=risk, signed_off=True, reason=reason, review_on=review_on, by=company.gareth
    )


def draw(company: Company, cohort: Cohort) -> None:
    planning.draw_plan(cohort, seed=SEED, by=company.gareth)


def add(company: Company, one: Enrolment) -> None:
    """A piece of this learner, unless the draw has picked it already."""
    line = PlanLine.objects.filter(plan__superseded_at=None, enrolment=one, unit__number="503", picked=False).first()
    if line is not None:
        planning.add_by_hand(line, reason="First portfolio with coachees in another force", by=company.gareth)
