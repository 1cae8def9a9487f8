"""Two cohorts and a distance learner of the past, told by performing the real actions on their days."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from config.demo import award, portfolios, steps
from config.demo.cases import FIRST, SECOND, D, Run, Story
from config.demo.people import CLIENT, DL7, JOB_TITLE, LEAD_SUPPLIER, Company
from core import clock
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from programmes.models import Client, Cohort, QualificationVersion
from workshops.models import Session


def tell(company: Company) -> None:
    """Both cohorts, the change of tutor in the second, and the distance learner."""
    with clock.at(D(2022, 3, 14)):
        client = programmes.add_client(name=CLIENT, accent="#0E5A60", by=company.sunil)
        programmes.add_contact(client, user=company.eleanor, job_title=JOB_TITLE, by=company.sunil)
    _rate(company)
    _, people = _run(company, client, FIRST, tutor=company.helen)
    _stories(company, FIRST, people, marker=company.helen)
    second, people = _run(company, client, SECOND, tutor=company.helen)
    _replace_tutor(company, second)
    _stories(company, SECOND, people, marker=company.ruth)
    _distance_learner(company)


def _rate(company: Company) -> None:
    """What the awarding organisation lets the centre do with the certificate, from the first day on."""
    with clock.at(D(2022, 3, 14)):
        version = QualificationVersion.objects.get(qualification__number="8588-21")
        programmes.record_rating(
            version.qualification,
            from_on=D(2022, 3, 14),
            rating=version.quality_rating,
            claim_route=version.claim_route,
            reason="The usual rating of a centre that is new to this qualification.",
            source="Approval of the qualification, 14 March 2022",
            by=company.joan,
        )


def _run(company: Company, client: Client, run: Run, *, tutor: User) -> tuple[Cohort, list[Enrolment]]:
    """Plan, enrol, hold the sessions with their register, feedback and catch-ups, and withdraw the one who left."""
    with clock.at(run.invited_on - dt.timedelta(days=25)):
        contract = programmes.add_contract(
            client=client,
            reference=run.contract,
            title=run.title,
            lead_supplier=LEAD_SUPPLIER,
            starts_on=run.invited_on,
            managers=[company.sunil],
            by=company.sunil,
        )
        cohort = steps.open_cohort(
            company,
            contract=contract,
            number="8588-21",
            code=run.code,
            title=run.title,
            starts_on=run.days[0],
            ends_on=run.days[-1],
            delivery="virtual",
            tutor=tutor,
            eqa_until=D(2027, 12, 31),
        )
        for kind, due_on in run.due.items():
            assignment = cohort.version.assignments.get(kind=kind)
            programmes.set_cohort_deadline(cohort, assignment=assignment, due_on=due_on, by=company.sunil)
        sessions = steps.timetable(company, cohort, run.days, tutor=tutor)
    people = _enrol(company, cohort, run, tutor)
    leaver, left_on, reason = run.withdrawal
    for position, session in enumerate(sessions):
        day = run.days[position]
        if left_on <= day and people[leaver].state == "active":
            with clock.at(left_on):
                enrolment.withdraw(people[leaver], withdrawal_reason=reason, by=company.joan)
        _hold(run, position, session, people, tutor)
    return cohort, people


def _enrol(company: Company, cohort: Cohort, run: Run, tutor: User) -> list[Enrolment]:
    people = []
    for position, name in enumerate(run.names):
        with clock.at(run.invited_on):
            people.append(steps.invite(company, cohort, name, position))
        with clock.at(run.invited_on + dt.timedelta(days=4 + position)):
            steps.apply(people[-1], seed=position + run.invited_on.year)
            note = "Leads people and has two colleagues to practise with."
            enrolment.accept(people[-1], decision_note=note, by=tutor)
        with clock.at(run.registered_on):
            steps.register(company, people[-1], f"{run.number_prefix}{position + 101}")
    return people


def _hold(run: Run, position: int, session: Session, people: list[Enrolment], tutor: User) -> None:
    day = run.days[position]
    absent = run.absent.get(position, set())
    with clock.at(steps.at_hour(day, 18)):
        steps.hold(session, absent=absent, part=run.part.get(position, set()), people=people, tutor=tutor)
    if forms := run.forms.get(position):
        with clock.at(day + dt.timedelta(days=1)):
            steps.feedback(
                session,
                overall=forms.overall,
                tutor=forms.tutor,
                gain=forms.gain,
                skip=forms.skip,
                blank=forms.blank,
                seed=run.invited_on.year + position,
            )
    with clock.at(day + dt.timedelta(days=9)):
        for learner in sorted(absent):
            if (position, learner) not in run.not_caught_up and people[learner].state == "active":
                steps.catch_up(session, people[learner], tutor=tutor)


def _replace_tutor(company: Company, cohort: Cohort) -> None:
    """After the workshops another tutor takes over assessment and supervision, at short notice and without a break."""
    with clock.at(D(2023, 8, 25)):
        why = "Helen Marsh is called away; assessment and supervision go on without a break"
        appointment = programmes.propose_tutor(
            cohort, tutor=company.ruth, from_on=D(2023, 9, 1), reason=why, by=company.sunil
        )
    with clock.at(D(2023, 8, 29)):
        programmes.approve_tutor(appointment, decision_note="Thank you for the quick answer.", by=company.eleanor)
        leaving = cohort.appointments.get(tutor=company.helen)
        programmes.end_appointment(leaving, to_on=D(2023, 8, 31), reason="Replaced by Ruth Adeyemi", by=company.sunil)


def _stories(company: Company, run: Run, people: list[Enrolment], *, marker: User) -> None:
    for position, story in run.stories.items():
        _story(company, people[position], story, marker=marker, seed=run.invited_on.year * 100 + position)


def _story(company: Company, one: Enrolment, story: Story, *, marker: User, seed: int) -> None:
    """One learner's assignments, from the first file to the certificate, as far as the real day reaches."""
    for kind, (set_on, due_on, reason) in story.own_deadlines.items():
        with clock.at(set_on):
            assignment = one.cohort.version.assignments.get(kind=kind)
            enrolment.set_deadline(one, assignment=assignment, due_on=due_on, reason=reason, by=company.sunil)
    if story.essay_begun_on:
        with clock.at(story.essay_begun_on):
            steps.start_essay(one, seed=seed, words=1480)
    _essay(one, story, marker=marker, seed=seed)
    first_in = (story.portfolio_referred or story.portfolio)[0]
    first_practice = story.practice_from or first_in - dt.timedelta(days=95)
    portfolios.practise(one, seed=seed, sessions=13, first_on=first_practice, supervisor=marker)
    _portfolio(one, story, marker=marker, seed=seed)
    award.finish(one, company, on=story.certificate_on)


def _essay(one: Enrolment, story: Story, *, marker: User, seed: int) -> None:
    in_on, marked_on = story.essay
    if story.essay_referred:
        first_in, referred_on, unmet = story.essay_referred
        with clock.at(first_in):
            submission = steps.hand_in(steps.start_essay(one, seed=seed, words=story.words - 380, weak=set(unmet)))
        with clock.at(referred_on):
            steps.refer(submission, tutor=marker, unmet=unmet, resubmit_by=in_on + dt.timedelta(days=3))
    with clock.at(in_on):
        submission = steps.hand_in(steps.start_essay(one, seed=seed, words=story.words, form=story.form))
    with clock.at(marked_on):
        steps.award_pass(submission, tutor=marker)


def _portfolio(one: Enrolment, story: Story, *, marker: User, seed: int) -> None:
    in_on, marked_on = story.portfolio
    if story.portfolio_referred:
        first_in, referred_on, unmet = story.portfolio_referred
        with clock.at(first_in):
            submission = steps.hand_in(portfolios.finish_portfolio(one, seed=seed))
        with clock.at(referred_on):
            steps.refer(submission, tutor=marker, unmet=unmet, resubmit_by=in_on + dt.timedelta(days=4))
    with clock.at(in_on):
        submission = steps.hand_in(portfolios.finish_portfolio(one, seed=seed))
    with clock.at(marked_on):
        steps.award_pass(submission, tutor=marker)


def _distance_learner(company: Company) -> None:
    """One person at a distance takes the Level 7 certificate and completes in May 2024."""
    with clock.at(D(2023, 1, 9)):
        client = programmes.add_client(name="Harlow and Finch Advisory", by=company.sunil)
        programmes.add_contact(client, user=company.adrian, job_title="Director", by=company.sunil)
        contract = programmes.add_contract(
            client=client,
            reference="HFA-2023-001",
            title="Executive coaching at a distance",
            starts_on=D(2023, 1, 9),
            managers=[company.sunil],
            by=company.sunil,
        )
        cohort = steps.open_cohort(
            company,
            contract=contract,
            number="8589-21",
            code="DL7-2023",
            title="Executive coaching, distance learning",
            starts_on=D(2023, 1, 23),
            delivery="distance",
            places=1,
            contact=company.adrian,
            tutor=company.ruth,
            eqa_until=D(2027, 12, 31),
        )
        for kind, due_on in (("essay", D(2023, 9, 29)), ("portfolio", D(2024, 3, 29))):
            assignment = cohort.version.assignments.get(kind=kind)
            programmes.set_cohort_deadline(cohort, assignment=assignment, due_on=due_on, by=company.sunil)
        one = steps.invite(company, cohort, DL7[0], 0, domain="hfa.example")
    with clock.at(D(2023, 1, 16)):
        steps.join(company, one, seed=77, tutor=company.ruth, number="DLA101")
    story = Story(
        D(2024, 5, 24),
        essay=(D(2023, 9, 25), D(2023, 10, 5)),
        portfolio=(D(2024, 3, 18), D(2024, 3, 27)),
        words=4480,
    )
    _story(company, one, story, marker=company.ruth, seed=777)
