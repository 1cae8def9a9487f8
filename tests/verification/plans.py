"""Strategies, ratings and plans for tests of sampling."""

import datetime as dt

from accounts.models import RoleGrant
from accounts.permissions import Role
from core import clock
from programmes import actions as programmes
from tests import factories
from verification import planning
from verification.models import SamplingPlan

NOTHING = {"low_interim": 0, "low_summative": 0, "new_interim": 0, "referrals": 0}


def rated(tutor, cohort, *, by, risk="low", signed_off=True):
    return planning.rate_tutor(
        tutor,
        qualification=cohort.version.qualification,
        risk=risk,
        signed_off=signed_off,
        reason="Two cohorts without a word from the verifier.",
        review_on=clock.today() + dt.timedelta(days=90),
        by=by,
    )


def a_plan(cast, cohort, *, every=(), signed_off=True, **percents):
    """A plan by a strategy that promises only what is given; the tutor is signed off."""
    planning.set_strategy(
        cohort.version, from_on=clock.today(), every=list(every), by=cast.iqa, **{**NOTHING, **percents}
    )
    rated(cast.tutor, cohort, by=cast.iqa, signed_off=signed_off)
    return planning.draw_plan(cohort, seed=7, by=cast.iqa)


def all_passed(cast, cohort):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    for kind in ("essay", "portfolio"):
        factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
    return one


def picks(plan):
    return set(plan.lines.filter(picked=True).values_list("enrolment", "unit__number"))


def next_plan(cohort):
    return SamplingPlan.objects.current().get(cohort=cohort)


def holding(person, role):
    """The same person with one role more."""
    RoleGrant.objects.create(user=person, role=role, granted_at=clock.now() - dt.timedelta(days=200))
    return type(person).objects.get(pk=person.pk)


def a_verifier_who_marks(cast, cohort):
    """The only internal verifier of the cohort is also its tutor."""
    both = holding(cast.iqa, Role.TUTOR)
    appointment = programmes.propose_tutor(
        cohort, tutor=both, from_on=cohort.starts_on, reason="Stands in", by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return both
