"""Marked twice, and marked without names: two ways of marking that the demonstration shows on one piece and one small cohort."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from assignments import actions as assignments
from assignments import marking
from assignments.actions.second_marking import Agreed
from assignments.models import SecondMarking, Submission
from config.demo import reflections, steps
from config.demo.people import PSC_CODES, Company
from core import clock
from programmes import actions as programmes
from programmes.models import Client, Cohort

DIFFERS = "2.1"


def second_marker(company: Company, cohort: Cohort, *, from_on: dt.date, to_on: dt.date) -> None:
    """Ruth Adeyemi shares the marking of the first essays for a month."""
    reason = "Marks the first essays of this cohort a second time"
    appointment = programmes.propose_tutor(
        cohort, tutor=company.ruth, from_on=from_on, to_on=to_on, reason=reason, by=company.sunil
    )
    programmes.approve_tutor(appointment, by=company.eleanor)


def marked_twice(company: Company, essay: Submission, *, asked_on: dt.date) -> None:
    """Two tutors differ about one criterion, agree on it, and the first signs, a week after it was asked for."""
    day = dt.timedelta(days=1)
    with clock.at(asked_on):
        second = assignments.ask_second_marking(
            essay, reason="The first essay of this cohort that is marked", by=company.gareth
        )
    with clock.at(asked_on + 2 * day):
        steps.mark(essay, tutor=company.helen, unmet=(DIFFERS,))
        assignments.finish_first_marking(_as_it_is(second), by=company.helen)
    with clock.at(asked_on + 4 * day):
        _mark_again(second, tutor=company.ruth)
    with clock.at(asked_on + 6 * day):
        criterion = essay.criteria().get(number=DIFFERS)
        text = f"We read {DIFFERS} again together. The example from supervision answers it, two pages later than one looks for it."
        chosen = {criterion.pk: Agreed("second")}
        assignments.propose_agreement(_as_it_is(second), chosen=chosen, agreement_text=text, by=company.helen)
        assignments.confirm_agreement(_as_it_is(second), by=company.ruth)
    with clock.at(asked_on + 7 * day):
        signed = Submission.objects.get(pk=essay.pk)
        marking.take(signed, by=company.helen)
        marking.award_pass(signed, summary=reflections.pass_summary(essay.pk), is_authentic=True, by=company.helen)


def _mark_again(second: SecondMarking, *, tutor: User) -> None:
    assignments.take_second_marking(_as_it_is(second), by=tutor)
    for i, criterion in enumerate(second.submission.criteria()):
        assignments.decide_second(
            _as_it_is(second),
            criterion=criterion,
            decision="pass",
            feedback=reflections.criterion_feedback(second.pk * 29 + i, met=True),
            action="",
            revision=0,
            by=tutor,
        )
    summary = "A pass on every criterion, some of them narrowly."
    assignments.hand_over_second_marking(_as_it_is(second), summary=summary, by=tutor)


def _as_it_is(second: SecondMarking) -> SecondMarking:
    """What one person did is read anew by the next, as it is in two browsers."""
    return SecondMarking.objects.select_related("submission__enrolment__cohort").get(pk=second.pk)


def without_names(company: Company, client: Client, *, today: dt.date) -> None:
    """A small cohort at a distance whose tutor reads codes until a result is released: one piece new, one begun, one passed."""
    with clock.at(today - dt.timedelta(days=130)):
        cohort = steps.open_cohort(
            company,
            contract=client.contracts.order_by("-starts_on").first(),
            number="8588-21",
            code="PSC-CODES",
            title="Coaching and mentoring at a distance, marked without names",
            starts_on=today - dt.timedelta(days=120),
            delivery="distance",
            places=len(PSC_CODES),
            tutor=company.ruth,
            eqa_until=today + dt.timedelta(days=300),
        )
        for kind, ahead in (("essay", 6), ("portfolio", 120)):
            assignment = cohort.version.assignments.get(kind=kind)
            due_on = today + dt.timedelta(days=ahead)
            programmes.set_cohort_deadline(cohort, assignment=assignment, due_on=due_on, by=company.sunil)
        programmes.set_marking_rules(
            cohort,
            release_rule=cohort.release_rule,
            second_marks=cohort.second_marks,
            anonymous_marking=True,
            times={},
            by=company.sunil,
        )
        people = [steps.invite(company, cohort, name, position) for position, name in enumerate(PSC_CODES)]
    with clock.at(today - dt.timedelta(days=122)):
        for position, one in enumerate(people):
            steps.join(company, one, seed=460 + position, tutor=company.ruth, number=f"PSD{position + 101}")
    essays = []
    for one, days, words in zip(people, (3, 6, 24), (4391, 4820, 4207), strict=True):
        with clock.at(steps.at_hour(today - dt.timedelta(days=days), 20, 5)):
            essays.append(steps.hand_in(steps.start_essay(one, seed=one.pk * 11, words=words)))
    with clock.at(today - dt.timedelta(days=1)):
        steps.mark(essays[1], tutor=company.ruth, decided=4)
    with clock.at(today - dt.timedelta(days=16)):
        steps.award_pass(essays[2], tutor=company.ruth)
