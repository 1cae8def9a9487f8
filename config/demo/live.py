"""A cohort that is under way at this moment, with a learner in every state, so that each role has real work waiting."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from assignments import actions as assignments
from assignments import deadlines
from assignments.models import Submission
from config.demo import award, interim, portfolios, reflections, remarks, sampling, steps, twice
from config.demo.people import CLIENT, LEAD_SUPPLIER, PSC_LIVE, Company
from core import clock
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from programmes.models import Client, Cohort
from verification import actions as verification
from verification import planning
from verification.verifying import numbers_of
from workshops import actions as workshops
from workshops.models import Session

# Where each learner of PSC_LIVE stands, by position.
(
    MARKING,
    OVERDUE,
    DRAFT,
    REFERRED,
    AGAIN,
    PORTFOLIO,
    TO_VERIFY,
    RETURNED,
    TO_SIGN,
    TO_CLAIM,
    CLAIMED,
    DONE,
    LATE,
    GONE,
    APPLIED,
    INVITED,
) = range(16)


class Live:
    """The days are counted from today, so that the cohort is always in the middle of things."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.today = clock.today()
        self.helen: User = company.helen
        self.client = Client.objects.get(name=CLIENT)

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def tell(self) -> dict[str, tuple[User, str]]:
        """Perform the story. Returns the learners of the sign-in page with what each will find."""
        cohort, sessions = self._plan()
        people = self._enrol(cohort)
        with clock.at(self.ago(195)):
            sampling.prepare(self.company, cohort, today=self.today)
        with clock.at(self.ago(189)):
            sampling.draw(self.company, cohort)
        self._hold(sessions, people)
        self._assignments(people)
        with clock.at(self.ago(16)):
            sampling.add(self.company, people[TO_VERIFY])
        with clock.at(self.ago(1)):
            planning.follow()
        self._talk(people)
        interim.observed(self.company, people[PORTFOLIO])
        interim.with_action(self.company, people[LATE])
        interim.to_come(self.company, sessions[-1])
        self._next_cohort()
        twice.without_names(self.company, self.client, today=self.today)
        return {
            "priya": (people[DRAFT].learner, "an essay that is nearly ready to hand in"),
            "tomasz": (people[REFERRED].learner, "feedback on a referred essay, and two actions"),
            "zainab": (people[LATE].learner, "an essay that is written in the browser, and late"),
            "yusuf": (people[PORTFOLIO].learner, "a portfolio that grows: clients, sessions, evidence"),
            "marta": (people[APPLIED].learner, "an enrolment that waits for the tutor"),
            "simon": (people[INVITED].learner, "an enrolment form and a questionnaire to fill in"),
        }

    def _plan(self) -> tuple[Cohort, list[Session]]:
        company = self.company
        with clock.at(self.ago(250)):
            contract = programmes.add_contract(
                client=self.client,
                reference=f"PSC-{self.ago(200).year}-LIVE",
                title="Coaching and mentoring, this year",
                lead_supplier=LEAD_SUPPLIER,
                starts_on=self.ago(250),
                managers=[company.sunil],
                by=company.sunil,
            )
            cohort = steps.open_cohort(
                company,
                contract=contract,
                number="8588-21",
                code="PSC-LIVE",
                title="Coaching and mentoring, under way",
                starts_on=self.ago(200),
                ends_on=self.today + dt.timedelta(days=9),
                delivery="virtual",
                places=16,
                tutor=self.helen,
                eqa_until=self.today + dt.timedelta(days=120),
            )
            for kind, ahead in (("essay", 12), ("portfolio", 75)):
                assignment = cohort.version.assignments.get(kind=kind)
                due_on = self.today + dt.timedelta(days=ahead)
                programmes.set_cohort_deadline(cohort, assignment=assignment, due_on=due_on, by=company.sunil)
            days = [
                self.ago(196),
                self.ago(182),
                self.ago(154),
                self.ago(119),
                self.ago(77),
                self.today + dt.timedelta(days=9),
            ]
            sessions = steps.timetable(company, cohort, days, tutor=self.helen)
        with clock.at(self.ago(62)):
            twice.second_marker(company, cohort, from_on=self.ago(60), to_on=self.ago(30))
        with clock.at(self.ago(3)):
            programmes.propose_tutor(
                cohort,
                tutor=company.ruth,
                from_on=self.today + dt.timedelta(days=30),
                reason="Shares the marking while Helen Marsh leads the next cohort",
                by=company.sunil,
            )
        return cohort, sessions

    def _enrol(self, cohort: Cohort) -> list[Enrolment]:
        people = []
        for position, name in enumerate(PSC_LIVE):
            late_joiner = position in (APPLIED, INVITED)
            with clock.at(self.ago(8 if late_joiner else 225)):
                one = steps.invite(self.company, cohort, name, position)
            people.append(one)
            if position == INVITED:
                continue
            with clock.at(self.ago(2 if late_joiner else 220 - position)):
                steps.apply(one, seed=400 + position)
                if position != APPLIED:
                    note = "Has people to practise with and time agreed with the line manager."
                    enrolment.accept(one, decision_note=note, by=self.helen)
            if position not in (APPLIED, INVITED, DRAFT):
                with clock.at(self.ago(190)):
                    steps.register(self.company, one, f"PSL{position + 101}")
        with clock.at(self.ago(60)):
            steps.register(self.company, people[DRAFT], f"PSL{DRAFT + 101}")
        return people

    def _hold(self, sessions: list[Session], people: list[Enrolment]) -> None:
        days = [196, 182, 154, 119, 77]
        absent = [set(), {LATE}, {DRAFT, CLAIMED}, {LATE, PORTFOLIO}, {OVERDUE, LATE}]
        caught = {(2, DRAFT), (2, CLAIMED), (3, PORTFOLIO), (4, OVERDUE)}
        for position, session in enumerate(sessions[:5]):
            if position == 3:
                with clock.at(self.ago(130)):
                    enrolment.withdraw(people[GONE], withdrawal_reason="Moved to another force.", by=self.company.joan)
                with clock.at(self.ago(129)):
                    planning.follow()
            with clock.at(steps.at_hour(self.ago(days[position]), 18)):
                steps.hold(session, absent=absent[position], part=set(), people=people, tutor=self.helen)
            n = sum(one.state == "active" for one in people) - len(absent[position])
            if position:
                with clock.at(self.ago(days[position] - 1)):
                    steps.feedback(session, overall=8 * n, tutor=9 * n - 3, gain=3 * n + position, seed=900 + position)
            with clock.at(self.ago(days[position] - 9)):
                for one in sorted(absent[position]):
                    if (position, one) in caught:
                        steps.catch_up(session, people[one], tutor=self.helen)

    def _assignments(self, people: list[Enrolment]) -> None:
        company, helen, ago = self.company, self.helen, self.ago
        self._essay(people[MARKING], handed_in=6, words=4377, borrows=True)
        self._essay(people[OVERDUE], handed_in=23, words=5012, borrows=True)
        with clock.at(ago(2)):
            draft = steps.start_essay(people[DRAFT], seed=531, words=4612)
            question = "Does 2.1 say enough about my own practice, or is it still too general?"
            assignments.send_draft(draft, note=question, by=people[DRAFT].learner)
        for one, days in ((REFERRED, 20), (AGAIN, 45)):
            submission = self._essay(people[one], handed_in=days, words=4120, weak={"1.3", "2.3"})
            with clock.at(ago(days - 8)):
                due = self.today + dt.timedelta(days=15 if one == REFERRED else 3)
                steps.refer(submission, tutor=helen, unmet=("1.3", "2.3"), resubmit_by=due)
        self._essay(people[AGAIN], handed_in=4, words=4490)
        twice.marked_twice(company, self._essay(people[PORTFOLIO], handed_in=50, words=4285), asked_on=ago(49))
        portfolios.practise(people[PORTFOLIO], seed=77, sessions=9, first_on=ago(60), supervisor=helen)
        with clock.at(ago(4)):
            answered, asked = people[PORTFOLIO].practice_clients.all()
            portfolios.client_feedback(answered, seed=78)
            assignments.ask_for_feedback(asked, by=people[PORTFOLIO].learner)
            portfolios.map_portfolio(people[PORTFOLIO], without={"501 1.3", "503 1.1"})
        for one in (TO_VERIFY, RETURNED, TO_SIGN, TO_CLAIM, CLAIMED, DONE):
            self._pass_both(people[one], seed=600 + one, days=100 - 2 * one)
        with clock.at(ago(20)):
            essay = people[RETURNED].submissions.get(assignment__kind="essay")
            sample = verification.select(essay, reason="First essay of this cohort", by=company.gareth)
        with clock.at(ago(5)):
            verification.send_back(
                sample,
                comment="The decision on 1.4 looks right; the feedback does not say why.",
                action="Say in the feedback on 1.4 which measure meets the criterion.",
                action_kind="correction",
                action_due_on=self.today + dt.timedelta(days=4),
                judgement=award.judged(sample, 8),
                by=company.gareth,
            )
        self._rejection(people[RETURNED])
        for one in (TO_SIGN, TO_CLAIM, CLAIMED, DONE):
            with clock.at(ago(18)):
                award.verify(people[one], company)
            if one != TO_SIGN:
                with clock.at(ago(14)):
                    award.sign_off(people[one], company)
        with clock.at(ago(10)):
            claims = award.claim([people[one] for one in (CLAIMED, DONE)], company)
        with clock.at(ago(1)):
            claims[1].refresh_from_db()
            award.answer_file(claims[1], company)
        self._late(people[LATE])
        self._prior_learning(people[LATE])
        self._arrange(people)

    def _rejection(self, one: Enrolment) -> None:
        """A decision the verifier does not support, with the tutor now; and what the two agreed to work on."""
        gareth, ago = self.company.gareth, self.ago
        portfolio = one.submissions.get(assignment__kind="portfolio")
        with clock.at(ago(12)):
            sample = verification.select(portfolio, reason="First portfolio of this cohort", by=gareth)
        with clock.at(ago(6)):
            number = next(iter(numbers_of(sample).values()))
            note = f"The two sessions named for {number} are the same session under two dates."
            verification.send_back(
                sample,
                action=f"Look at the evidence for {number} again: refer it, or say which second session meets it.",
                action_kind="rejection",
                action_due_on=ago(-2),
                judgement=award.against(sample, number, note),
                by=gareth,
            )
        with clock.at(ago(150)):
            words = "Write the same about a pass as about a referral: what meets the criterion."
            first = verification.add_point(self.helen, text=words, agreed_on=ago(150), look_again_on=ago(60), by=gareth)
        with clock.at(ago(58)):
            verification.close_point(
                first, done_note="Feedback on passes names the passage since the summer.", by=gareth
            )
        with clock.at(ago(5)):
            words = "Check dates of sessions in the log against the supervision record before signing."
            verification.add_point(self.helen, text=words, agreed_on=ago(5), look_again_on=ago(-60), by=gareth)

    def _late(self, one: Enrolment) -> None:
        """Somebody whose own date has passed: the reminder has gone out, the essay, written here, has not come in."""
        essay = one.cohort.version.assignments.get(kind="essay")
        with clock.at(self.ago(40)):
            enrolment.set_deadline(
                one,
                assignment=essay,
                due_on=self.ago(9),
                reason="an early date, asked for by the learner",
                by=self.helen,
            )
        evenings = [(steps.at_hour(self.ago(days), 20, 15), words) for days, words in ((6, 900), (3, 1600), (1, 2100))]
        steps.write_essay(one, seed=77, evenings=evenings)

    def _prior_learning(self, one: Enrolment) -> None:
        """A unit the learner has shown before, assessed by the tutor and with the verifier now."""
        with clock.at(self.ago(3)):
            verification.propose_recognition(
                one,
                unit=one.cohort.version.units.get(number="500"),
                evidence="A postgraduate certificate in coaching of 2023, seen in the original, with its syllabus and essay.",
                judgement="Her essay of 2023 covers each criterion of the unit; she coaches in the same post today.",
                by=self.helen,
            )

    def _arrange(self, people: list[Enrolment]) -> None:
        """Dates that move: an extension granted, one that waits, an adjustment in confidence, a break."""
        company, ago = self.company, self.ago
        with clock.at(ago(9)):
            self._ask(people[PORTFOLIO], "portfolio", 10, "One of my coachees has moved to another office.")
        with clock.at(ago(8)):
            granted = people[PORTFOLIO].extensions.get()
            assignments.grant_extension(
                granted, granted_on=granted.wanted_on, decision_note="Good luck.", by=self.helen
            )
        with clock.at(ago(1)):
            self._ask(people[DRAFT], "essay", 7, "I am on call in the week before, and my manager needs the rota done.")
        with clock.at(ago(50)):
            enrolment.record_adjustment(
                people[MARKING],
                extra_working_days=5,
                arrangement="Dyslexia: time to have drafts read aloud. Agreed with the learner by telephone.",
                agreed_on=ago(51),
                by=company.joan,
            )
        with clock.at(ago(30)):
            enrolment.record_break(
                people[OVERDUE],
                from_on=self.today + dt.timedelta(days=5),
                back_on=self.today + dt.timedelta(days=33),
                reason="Jury service",
                by=company.sunil,
            )

    def _ask(self, one: Enrolment, kind: str, days: int, reason: str) -> None:
        assignment = one.cohort.version.assignments.get(kind=kind)
        due_on = deadlines.effective(one, assignment).due_on or self.today
        wanted_on = due_on + dt.timedelta(days=days)
        assignments.request_extension(one, assignment=assignment, wanted_on=wanted_on, reason=reason, by=one.learner)

    def _essay(
        self, one: Enrolment, *, handed_in: int, words: int, weak: set[str] | None = None, borrows: bool = False
    ) -> Submission:
        with clock.at(steps.at_hour(self.ago(handed_in), 21, 17)):
            essay = steps.start_essay(one, seed=one.pk * 7, words=words, weak=weak or set(), borrows=borrows)
            return steps.hand_in(essay)

    def _pass_essay(self, one: Enrolment, *, handed_in: int, words: int) -> None:
        submission = self._essay(one, handed_in=handed_in, words=words)
        with clock.at(self.ago(handed_in - 7)):
            steps.award_pass(submission, tutor=self.helen)

    def _pass_both(self, one: Enrolment, *, seed: int, days: int) -> None:
        self._pass_essay(one, handed_in=days, words=4100 + seed % 700)
        portfolios.practise(one, seed=seed, sessions=13, first_on=self.ago(days + 20), supervisor=self.helen)
        with clock.at(self.ago(46)):
            submission = steps.hand_in(portfolios.finish_portfolio(one, seed=seed))
        with clock.at(self.ago(38)):
            steps.award_pass(submission, tutor=self.helen)

    def _talk(self, people: list[Enrolment]) -> None:
        helen = self.helen
        with clock.at(self.ago(13)):
            remarks.fill_bank(helen)
        with clock.at(self.ago(12)):
            thread = workshops.ask(
                people[PORTFOLIO],
                subject="The same two people?",
                body="May I use the same two coachees in the essay and in the portfolio?",
                by=people[PORTFOLIO].learner,
            )
        with clock.at(self.ago(11)):
            answer = "Yes. In the essay, say how you would measure the change; in the portfolio, show that you did."
            workshops.reply(thread, body=answer, by=helen)
        with clock.at(steps.at_hour(self.ago(1), 20, 40)):
            workshops.ask(
                people[DRAFT],
                subject="How much of the review belongs in the essay?",
                body=reflections.question(1),
                by=people[DRAFT].learner,
            )

    def _next_cohort(self) -> None:
        """A cohort in planning: its timetable waits for the client."""
        company = self.company
        with clock.at(self.ago(4)):
            contract = self.client.contracts.order_by("-starts_on").first()
            cohort = steps.open_cohort(
                company,
                contract=contract,
                number="8588-21",
                code="PSC-NEXT",
                title="Coaching and mentoring, next in line",
                starts_on=self.today + dt.timedelta(days=60),
                delivery="virtual",
                tutor=self.helen,
                eqa_until=self.today + dt.timedelta(days=500),
            )
            days = [self.today + dt.timedelta(days=60 + 21 * i) for i in range(6)]
            steps.timetable(company, cohort, days, tutor=self.helen, approve=False)
