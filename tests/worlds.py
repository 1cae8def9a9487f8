"""Whole worlds: a client, its cohorts and everybody in them, each thing in a state in which its page has something to show.

`a_world(cast)` is made by the real actions, in about two seconds. A test names what it wants (`world.claim`); `world.args`
turns the name into the arguments of an address. Two worlds never share a person, a client or a cohort.
"""

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import Model, UUIDField
from django.urls import reverse
from docx import Document as Docx

from accounts import invitations
from accounts.permissions import Role
from assignments import actions as assignments
from assignments import comparison, deadlines, marking
from assignments import invitations as feedback_links
from assignments.models import Bundle, Figure
from core import clock
from core.models import Notice
from enrolment import actions as enrolment
from programmes import actions as programmes
from programmes.models import Cohort, Criterion, Resource
from reporting import actions as reporting
from reporting.models import Report
from tests import factories
from tests.assignments.documents import png
from tests.conftest import Cast
from verification import actions as verification
from verification import handling, interim, planning, staffing, visiting
from verification.models import Pack, VisitView
from workshops import actions as workshops

PEOPLE = {
    "learner": (Role.LEARNER, "Lena Learner"),
    "tutor": (Role.TUTOR, "Tomas Tutor"),
    "iqa": (Role.IQA, "Ines Verifier"),
    "eqa": (Role.EQA, "Edith External"),
    "administrator": (Role.ADMINISTRATOR, "Adam Administrator"),
    "contract_manager": (Role.CONTRACT_MANAGER, "Carla Manager"),
    "client_contact": (Role.CLIENT_CONTACT, "Cleo Contact"),
    "stranger": (None, "Stan Stranger"),
}


def a_cast() -> Cast:
    """One person for each role; a second call gives other people."""
    return Cast(**factories.people(PEOPLE))


@contextmanager
def kept(make: Callable[[], Any]) -> Iterator[Any]:
    """What `make` makes, for all tests of a file; nothing of it is ever committed.

    The constraints that PostgreSQL leaves for the end are looked at once, here: each test would ask for all of them again.
    """
    with transaction.atomic():
        made = make()
        connection.check_constraints()
        yield made
        transaction.set_rollback(True)


@dataclass(frozen=True)
class World:
    """A cast and the things around it by name."""

    cast: Cast
    things: SimpleNamespace

    def __getattr__(self, name: str) -> Any:
        return getattr(self.things, name)

    def args(self, names: str) -> list[Any]:
        """The arguments of an address from names: `cohort` is a code, other things a number; `+` parts several."""
        return [] if names == "-" else [self._arg(name) for name in names.split("+")]

    def _arg(self, name: str) -> Any:
        if not hasattr(self.things, name):
            return name
        thing = getattr(self.things, name)
        if isinstance(thing, Cohort):
            return thing.code
        return thing.pk if isinstance(thing, Model) else thing

    def url(self, route: str, names: str = "-") -> str:
        return reverse(route, args=self.args(names))


def an_essay_with_a_picture() -> ContentFile:
    """An essay whose headings name the criteria, with one picture in it."""
    docx = Docx()
    for number, title in factories.CRITERIA["500"]:
        docx.add_heading(f"{number} {title}", level=1)
        for n in range(12):
            docx.add_paragraph(" ".join(f"word{(n + i) % 50}" for i in range(120)))
    docx.add_picture(io.BytesIO(png(40, 30)))
    out = io.BytesIO()
    docx.save(out)
    return ContentFile(out.getvalue(), name="essay.docx")


def a_world(cast: Cast) -> World:
    things = SimpleNamespace()
    cohort = things.cohort = factories.a_cohort(cast=cast)
    things.contract = cohort.contract
    things.client = cohort.contract.client
    things.qualification = cohort.version.qualification
    things.new_cohort = _a_second_cohort(cast, cohort)
    _people(things, cast)
    with clock.at(clock.today() - dt.timedelta(days=40)):
        _enrolments(things, cast)
    _sessions(things, cast)
    _work(things, cast)
    _unreleased(things, cast)
    _second_marking(things, cast)
    _award(things, cast)
    _writing(things, cast)
    _referrals(things, cast)
    _authenticity(things, cast)
    _arrangements(things, cast)
    _reports(things, cast)
    _practice(things, cast)
    _bundles(things)
    _interim(things, cast)
    _sampling(things, cast)
    _standardisation(things, cast)
    _staff(things, cast)
    _visits(things, cast)
    _cases(things, cast)
    things.tutor = cast.tutor
    things.notice = Notice.objects.filter(recipient=cast.learner).latest("pk")
    return World(cast, things)


def _a_second_cohort(cast: Cast, first: Cohort) -> Cohort:
    """Another cohort of the same contract, about to begin."""
    today = clock.today()
    cohort = programmes.open_cohort(
        contract=first.contract,
        version=factories.a_version(),
        code=f"T-{factories.number()}",
        title="Coaching and mentoring, second cohort",
        delivery="in_person",
        starts_on=today - dt.timedelta(days=1),
        by=cast.contract_manager,
    )
    for assignment in cohort.version.assignments.all():
        programmes.set_cohort_deadline(
            cohort, assignment=assignment, due_on=today + dt.timedelta(days=90), by=cast.contract_manager
        )
    appointment = programmes.propose_tutor(
        cohort, tutor=cast.tutor, from_on=cohort.starts_on, reason="Taught the first cohort", by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return cohort


def _people(things: SimpleNamespace, cast: Cast) -> None:
    colleague = factories.a_user(role=Role.TUTOR, name="Clive Colleague")
    things.colleague = colleague
    things.person = factories.invite(
        email=f"invited{factories.number()}@example.org", name="Ida Invited", role=Role.TUTOR, by=cast.administrator
    )
    things.token = invitations.token(things.person)
    things.grant = things.person.grants.get()
    things.appointment = things.cohort.appointments.get()
    things.proposal = programmes.propose_tutor(
        things.cohort, tutor=colleague, from_on=clock.today(), reason="Stands in", by=cast.contract_manager
    )


def _enrolments(things: SimpleNamespace, cast: Cast) -> None:
    cohort = things.cohort
    for state in ("applied", "declined", "withdrawn"):
        setattr(things, state, factories.an_enrolment(cast=cast, cohort=cohort, state=state))
    # The learner of the cast has a filled-in form in the first cohort, and an empty one in the second.
    things.enrolment = factories.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    factories.a_registration(things.enrolment, cast=cast)
    things.invited = factories.an_enrolment(cast=cast, cohort=things.new_cohort, learner=cast.learner, state="invited")
    for name in ("active", "to_verify", "verified", "claimed", "completed", "waiting"):
        setattr(things, name, factories.an_enrolment(cast=cast, cohort=cohort))


def _sessions(things: SimpleNamespace, cast: Cast) -> None:
    cohort, one, other = things.cohort, things.enrolment, things.active
    others = [things.to_verify, things.verified, things.claimed, things.completed, things.waiting]
    things.held = factories.a_session(cast=cast, cohort=cohort, days_ago=7, kind="workshop", no=1)
    with clock.at(things.held.ends_at + dt.timedelta(minutes=5)):
        marks = {one: "attended", other: "absent", **dict.fromkeys(others, "attended"), others[0]: "part"}
        factories.a_register(things.held, cast=cast, marks=marks)
        workshops.add_recording(things.held, recording_link="https://video.example.org/1", by=cast.tutor)
        things.place = things.held.places.get(enrolment=one)
        things.missed = things.held.places.get(enrolment=other)
    things.begun = factories.a_session(cast=cast, cohort=cohort, days_ago=1, kind="workshop", no=2)
    things.ahead = factories.a_session(cast=cast, cohort=cohort, days_ago=-14, kind="workshop", no=3)
    things.resource = Resource.objects.create(
        version=cohort.version,
        session_kind="workshop",
        session_number=1,
        kind="microlearning",
        title="Questions that open",
        body="Ask, and wait.\n\nThe silence works.",
        minutes=5,
    )
    things.timetable = workshops.propose_timetable(cohort.timetables.get(), by=cast.contract_manager)
    factories.a_session(cast=cast, cohort=things.new_cohort, days_ago=-30, no=1)
    things.draft_timetable = things.new_cohort.timetables.get()
    things.thread = workshops.ask(one, subject="Which model?", body="May I use GROW?", by=cast.learner)
    workshops.supervise(
        one, held_on=clock.today(), minutes=40, topics="Contracting", feedback="Careful and warm.", by=cast.tutor
    )


def _work(things: SimpleNamespace, cast: Cast) -> None:
    one, learner = things.enrolment, cast.learner
    essay = things.essay = factories.essay_of(things.cohort)
    passed = things.passed = assignments.begin(one, assignment=essay, by=learner)
    things.document = factories.attach(passed, file=an_essay_with_a_picture())
    things.figure = Figure.objects.filter(document=things.document).first().number
    factories.hand_in(passed)
    things.passed_comment = _a_comment(passed, cast)
    factories.mark(passed, cast=cast)
    factories.fill_portfolio(one)
    things.practice_client = one.practice_clients.get()
    things.practice_session = things.practice_client.sessions.get()
    things.evidence = assignments.add_evidence(
        one, title="A drawing of the hall", file=ContentFile(png(40, 30), name="hall.png"), by=learner
    )
    things.portfolio = factories.portfolio_of(things.cohort)
    things.draft = assignments.begin(one, assignment=things.portfolio, by=learner)
    things.upload = assignments.begin_upload(one, name="hall.mp4", size=5, modified=0, limit=5, by=learner)
    things.submitted = factories.a_submission(cast=cast, one=things.active)
    things.criterion = things.submitted.criteria().first()
    things.unit = things.criterion.outcome.unit
    until = clock.today() + dt.timedelta(days=5)
    things.deferral = assignments.defer(things.submitted, reason="A source is asked for.", until=until, by=cast.tutor)
    assignments.end_deferral(things.deferral, note="It has come.", by=cast.tutor)
    marking.let_go(things.submitted, by=cast.tutor)
    things.comment = _a_comment(things.submitted, cast)
    things.bank_comment = assignments.keep_in_bank(body="Where is this from?", criterion_number="1.1", by=cast.tutor)


def _unreleased(things: SimpleNamespace, cast: Cast) -> None:
    """A referral that is signed and not released: the cohort's rule was another while it was signed."""
    things.unreleased = factories.a_submission(cast=cast, one=things.waiting)
    with factories.released_by(things.cohort, "after_iqa"):
        factories.mark(things.unreleased, cast=cast, unmet=1)


def _a_comment(piece: Any, cast: Cast) -> Any:
    """A comment on the first words of the text, by a tutor who holds the piece for that long only."""
    words = piece.document.reading.text.split(maxsplit=5)[:4]
    comment = assignments.add_comment(
        piece, key=uuid.uuid4(), body="A clear start.", quote=" ".join(words), by=cast.tutor
    )
    marking.let_go(piece, by=cast.tutor)
    return comment


def _second_marking(things: SimpleNamespace, cast: Cast) -> None:
    """A piece the tutor marks a second time, and one marked twice that was passed on to the verifier."""
    piece = factories.a_submission(cast=cast, one=things.active, kind="portfolio")
    things.second = assignments.ask_second_marking(piece, reason="New to the portfolio", by=cast.iqa)
    assignments.take_second_marking(things.second, by=cast.tutor)
    other = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=things.cohort))
    things.twice = assignments.ask_second_marking(other, reason="Borderline", by=cast.iqa)
    marking.take(other, by=cast.tutor)
    for criterion in other.criteria():
        said = {"criterion": criterion, "feedback": "Clear.", "action": "", "revision": 0}
        marking.decide(other, decision="pass", **said, by=cast.tutor)
        things.twice.decisions.create(criterion=criterion, decision="refer", action="Add.", saved_at=clock.now())
    # That two tutors do this one after the other is tested with second marking; here it is enough that it is done.
    now = clock.now()
    done = {"first_done_at": now, "first_done_by": cast.tutor, "marked_at": now, "marker": things.colleague}
    passed_on = {"passed_on_at": now, "passed_on_by": cast.tutor, "passed_on_reason": "One example or two?"}
    type(things.twice).objects.filter(pk=things.twice.pk).update(state="marked", **done, **passed_on)


def _writing(things: SimpleNamespace, cast: Cast) -> None:
    """The learner's essay in a third cohort: written in the browser, with versions, and a draft of it for comment."""
    cohort = _a_second_cohort(cast, things.cohort)
    for person, role in ((cast.iqa, Role.IQA), (cast.eqa, Role.EQA)):
        programmes.allocate_verifier(
            cohort,
            verifier=person,
            role=role,
            from_on=cohort.starts_on,
            to_on=clock.today() + dt.timedelta(days=90),
            by=cast.administrator,
        )
    one = things.writer = factories.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    # The form that is not filled in stays the newest.
    type(one).objects.filter(pk=one.pk).update(invited_at=things.invited.invited_at - dt.timedelta(days=1))
    written = things.written = assignments.begin(things.writer, assignment=factories.essay_of(cohort), by=cast.learner)
    for revision, body in enumerate(
        ("# 1.1 Define\n\nCoaching asks.", "# 1.1 Define\n\nCoaching asks, mentoring tells.")
    ):
        assignments.save_writing(written, body=body, revision=revision, cause="by_hand", by=cast.learner)
    things.writing_version = written.writing.versions.first()
    things.writing_number = things.writing_version.number
    things.essay_draft = assignments.send_draft(written, source="text", note="Enough on 1.1?", by=cast.learner)


def _referrals(things: SimpleNamespace, cast: Cast) -> None:
    """The learner's portfolio in the third cohort was referred; somebody else handed a second attempt at the essay in."""
    first = factories.a_submission(cast=cast, one=things.writer, kind="portfolio", state="referred")
    things.asked = first.decisions.get(decision="refer").criterion
    things.answering = things.writer.submissions.get(attempt=2)
    first = factories.a_submission(
        cast=cast, one=factories.an_enrolment(cast=cast, cohort=things.cohort), state="referred"
    )
    things.again = first.enrolment.submissions.get(attempt=2)
    factories.attach(things.again, file=an_essay_with_a_picture())
    assignments.save_answer(
        things.again,
        criterion=first.decisions.get(decision="refer").criterion,
        answer="A second example, from my own team.",
        quote="word10 word11",
        revision=0,
        by=first.enrolment.learner,
    )
    factories.hand_in(things.again)


def _award(things: SimpleNamespace, cast: Cast) -> None:
    things.sent_back = verification.select(things.passed, reason="Every piece of a new tutor", by=cast.iqa)
    verification.send_back(
        things.sent_back,
        comment="The second criterion is thin.",
        action="Say where the sources are weighed.",
        action_due_on=clock.today() + dt.timedelta(days=10),
        **factories.rejected(things.sent_back),
        by=cast.iqa,
    )
    things.development_point = verification.add_point(
        cast.tutor,
        text="Say in each piece of feedback which passage it is about.",
        agreed_on=clock.today(),
        look_again_on=clock.today() + dt.timedelta(days=60),
        by=cast.iqa,
    )
    photo = ContentFile(png(30, 30), name="room.png")
    assignments.add_evidence(things.to_verify, title="The room", file=photo, by=things.to_verify.learner)
    for kind in ("essay", "portfolio"):
        piece = factories.a_submission(cast=cast, one=things.to_verify, kind=kind, state="passed")
    things.sample = verification.select(piece, reason="Every piece of a new tutor", by=cast.iqa)
    factories.verified(cast=cast, one=things.verified)
    factories.verified(cast=cast, one=things.claimed)
    things.claim = verification.claim(things.claimed, by=cast.administrator)
    factories.certificated(cast=cast, one=things.completed, order_number="4710")
    things.certificated = things.completed.claims.get()
    things.certificate = things.certificated.certificates.get()
    things.batch = verification.export_batch(things.claim.batch, by=cast.administrator)
    sent = {"sent_on": clock.today(), "order_number": "4711", "by": cast.administrator}
    things.batch = verification.send_batch(things.batch, **sent)
    number = things.claimed.registration.number
    content = f"ENR,Name,Certificate,Date\n{number},Somebody Else,C-1,{clock.today():%d/%m/%Y}\nXYZ999,Nobody,C-2,01/02/2024\n".encode()
    mapping = {"registration": "ENR", "name": "Name", "certificate": "Certificate", "date": "Date", "reason": ""}
    given = {"name": "answer.csv", "content": content, "mapping": mapping, "by": cast.administrator}
    things.answer, _ = verification.read_answer(things.batch, **given)
    said = {"evidence": "A diploma of 2022, seen.", "judgement": "It covers each criterion.", "by": cast.tutor}
    things.recognition = verification.propose_recognition(things.active, unit=things.unit, **said)
    things.rating = programmes.record_rating(
        things.qualification,
        from_on=clock.today(),
        rating="01",
        claim_route="direct",
        reason="An action plan is agreed.",
        source="Visit of the external verifier",
        by=cast.administrator,
    )


def _authenticity(things: SimpleNamespace, cast: Cast) -> None:
    """Two pieces that have passages in common, both compared, and a file with something in each of its parts."""
    for one in (things.passed, things.submitted):
        one.refresh_from_db()
        comparison.compare(one.document.similarity_check.pk)
        one.refresh_from_db()
    assignments.judge_similarity(things.passed, verdict="talk", note="The same example twice.", by=cast.tutor)
    assignments.note_viva(
        things.passed, held_on=clock.today(), minutes=15, note="Knows it, and said why.", by=cast.tutor
    )
    things.concern = assignments.raise_concern(things.passed, text="Section 2.1 reads unlike the rest.", by=cast.tutor)


def _practice(things: SimpleNamespace, cast: Cast) -> None:
    """Feedback of a practice client asked for and given, a cross in the matrix, and a portfolio handed in."""
    one, learner, client = things.enrolment, cast.learner, things.practice_client
    things.feedback_answered = assignments.ask_for_feedback(client, by=learner)
    factories.answer_link(things.feedback_answered)
    things.feedback_request = assignments.ask_for_feedback(client, by=learner)
    things.feedback_token = feedback_links.token(things.feedback_request)
    things.shown = Criterion.objects.filter(outcome__unit__version=things.cohort.version, outcome__unit__number="501")[
        0
    ]
    things.part = things.evidence.key
    things.mapped = assignments.map_evidence(one, shows=[(things.part, things.shown.pk)], by=learner)
    things.to_verify_essay = things.to_verify.submissions.get(assignment__kind="essay")
    things.handed_in = things.to_verify.submissions.get(assignment__kind="portfolio")


def _arrangements(things: SimpleNamespace, cast: Cast) -> None:
    """More time asked for, an adjustment in confidence, a break: things of the learner of the cast."""
    one, by = things.enrolment, cast.administrator
    things.adjustment = enrolment.record_adjustment(
        one, extra_working_days=5, arrangement="Reads with a screen reader", agreed_on=clock.today(), by=by
    )
    begins = clock.today() + dt.timedelta(days=20)
    things.pause = enrolment.record_break(
        one, from_on=begins, back_on=begins + dt.timedelta(days=10), reason="Family", by=by
    )
    held = deadlines.effective(one, things.portfolio).due_on
    things.extension = assignments.request_extension(
        one,
        assignment=things.portfolio,
        wanted_on=held + dt.timedelta(days=30),
        reason="A coachee has changed posts.",
        evidence=ContentFile(png(40, 30), name="letter.png"),
        by=cast.learner,
    )


def _reports(things: SimpleNamespace, cast: Cast) -> None:
    cohort, by = things.cohort, cast.contract_manager
    today = clock.today()
    sent = reporting.draw_up(cohort, as_of=today - dt.timedelta(days=60), by=by)
    reporting.approve_report(sent, standing=sent.standing, request=sent.request, by=by)
    # Drawing the file is tested with the report; here it is enough that there is one.
    Report.objects.filter(pk=sent.pk).update(drawn_at=clock.now(), sha256="0" * 64)
    sent.refresh_from_db()
    sent.file.save("report.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"))
    things.sent_report = reporting.send_report(sent, by=by)
    things.approved_report = reporting.draw_up(cohort, as_of=today - dt.timedelta(days=30), by=by)
    reporting.approve_report(things.approved_report, standing="On course.", by=by)
    things.report = reporting.draw_up(cohort, as_of=today, by=by)


def _bundles(things: SimpleNamespace) -> None:
    """A portfolio as one file: the growing one of the learner, and one that was handed in by somebody else."""
    things.folder = things.to_verify.submissions.get(assignment__kind="portfolio")
    jobs = (("own_bundle", things.enrolment, None), ("bundle", things.to_verify, things.folder))
    for name, one, submission in jobs:
        # Making the file is tested with the bundles; here it is enough that there is one.
        bundle = assignments.ask_bundle(one, kind="pdf", submission=submission, by=one.learner)
        Bundle.objects.filter(pk=bundle.pk).update(done_at=clock.now(), sha256="0" * 64)
        bundle.refresh_from_db()
        bundle.file.save("portfolio.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"))
        setattr(things, name, bundle)


def _sampling(things: SimpleNamespace, cast: Cast) -> None:
    """A strategy, a rating of a tutor who is not signed off yet, and so a plan in which everything is picked."""
    things.version = things.cohort.version
    things.strategy = planning.set_strategy(
        things.version, from_on=clock.today(), every=["tutor", "unit"], note="As agreed with the EQA.", by=cast.iqa
    )
    things.tutor_rating = planning.rate_tutor(
        cast.tutor,
        qualification=things.version.qualification,
        risk="medium",
        signed_off=False,
        reason="Has marked one cohort.",
        review_on=clock.today() + dt.timedelta(days=60),
        by=cast.iqa,
    )
    things.plan = planning.draw_plan(things.cohort, seed=7, by=cast.iqa)
    things.picked_line = things.plan.lines.get(enrolment=things.to_verify, assignment__kind="essay")


def _standardisation(things: SimpleNamespace, cast: Cast) -> None:
    """One event that is open, one being compared, one closed; the tutor of the cast takes part in each."""
    people = [cast.tutor, things.colleague]
    for state in ("open", "compared", "closed"):
        event = factories.a_standardisation(
            cast=cast, assignment=things.essay, people=people, state=state, criterion_text="Clear enough."
        )
        setattr(things, f"standard_{state}", event)
    things.participation = things.standard_compared.participations.get(person=cast.tutor)


def _interim(things: SimpleNamespace, cast: Cast) -> None:
    """One that is planned, a draft looked at with an action answered and asked for again, a supervision that was agreed with."""
    cohort, tutor, by = things.cohort, cast.tutor, cast.iqa
    held = factories.an_enrolment(cast=cast, cohort=cohort)
    essay = factories.a_submission(cast=cast, one=held, state="draft")
    sent = assignments.send_draft(essay, by=held.learner)
    draft = assignments.comment_on_draft(sent, comments="Say why, on 1.2.", revision=0, by=tutor)
    given = {"cohort": cohort, "tutor": tutor, "by": by}
    in_a_week = clock.today() + dt.timedelta(days=7)
    things.interim_planned = interim.plan_interim(kind="supervision", happens_on=in_a_week, **given)
    things.interim_draft = interim.plan_interim(kind="draft", thing=draft, purpose="How feedback is given", **given)
    factories.record_interim(things.interim_draft, cast=cast, action="Ask before you tell.")
    things.interim_answered = things.interim_draft.actions.get()
    interim.answer_interim(things.interim_answered, answer="I ask two questions now.", by=tutor)
    again = {"text": "Show it in one more draft.", "owner": tutor, "due_on": in_a_week}
    things.interim_action = interim.send_interim_again(things.interim_answered, **again, by=by)
    with_learner = workshops.supervise(held, held_on=clock.today(), minutes=40, feedback="Calm and clear.", by=tutor)
    things.interim_agreed = interim.plan_interim(kind="supervision", thing=with_learner, **given)
    factories.record_interim(things.interim_agreed, cast=cast)


def _staff(things: SimpleNamespace, cast: Cast) -> None:
    """The file of the tutor, with something in each part, and a change to tell."""
    tutor, today = cast.tutor, clock.today()
    letter = ContentFile(png(40, 30), name="certificate.png")
    things.staff_held = staffing.add_qualification(
        tutor, title="Assessor award", awarded_on=today - dt.timedelta(days=900), evidence=letter, by=tutor
    )
    things.towards = staffing.add_qualification(
        tutor, title="Award in internal verification", target_on=today + dt.timedelta(days=90), by=tutor
    )
    things.development = staffing.add_development(
        tutor, done_on=today, hours=Decimal(3), what="A day on feedback", changed="Shorter actions.", by=tutor
    )
    things.approval = staffing.approve_staff(
        tutor,
        duty="assess",
        qualification=things.qualification,
        from_on=today,
        countersigner=things.colleague,
        countersign_until_on=today + dt.timedelta(days=60),
        by=cast.iqa,
    )
    things.interest = staffing.declare_interest(
        tutor, client=things.client, nature="Worked there until last year", from_on=today, by=tutor
    )
    things.staff_change = staffing.note_change(
        person=tutor, kind="new_tutor", happened_on=today, note="For the autumn", by=cast.administrator
    )


def _visits(things: SimpleNamespace, cast: Cast) -> None:
    """A planned visit of the external verifier, and one by somebody else that is over, with its report and its pack."""
    facts = {
        "qualification": things.qualification,
        "opens_at": clock.now(),
        "closes_at": clock.now() + dt.timedelta(days=5),
        "by": cast.administrator,
    }
    things.visit = visiting.plan_visit(email=cast.eqa.email, full_name=cast.eqa.full_name, **facts)
    named = [things.enrolment, things.withdrawn, things.completed]
    visiting.name_learners(things.visit, enrolments=named, by=cast.administrator)
    other = factories.a_user(role=Role.EQA, name="Olga Outside")
    past = things.past_visit = visiting.plan_visit(email=other.email, full_name=other.full_name, **facts)
    visiting.name_learners(past, enrolments=named, by=cast.administrator)
    visiting.open_visit(past, by=cast.administrator)
    visiting.record_finding(past, submission=things.passed, finding="agreed", by=other)
    things.visit_action = visiting.add_action(
        past, text="Say how samples are picked.", owner=cast.iqa, due_on=clock.today(), by=other
    )
    VisitView.objects.create(
        visit=past, seen_by=other, seen_at=clock.now(), enrolment=things.enrolment, page="assignments:read", path="/"
    )
    visiting.close_visit(past, by=cast.administrator)
    report = ContentFile(b"%PDF-1.7\n%%EOF\n", name="report.pdf")
    visiting.report_visit(past, report="In order.", rating="Low risk", file=report, by=cast.administrator)
    # Making the file is tested with the packs; here it is enough that there is one.
    things.pack = Pack.objects.create(
        visit=past, asked_at=clock.now(), asked_by=cast.administrator, done_at=clock.now(), sha256="0" * 64
    )
    things.pack.file.save("pack.zip", ContentFile(b"PK"))


def _cases(things: SimpleNamespace, cast: Cast) -> None:
    """A fresh appeal; one with a decision, of another piece; a complaint; and three suspicions, of which the tutor knows none."""
    things.appealed = things.passed
    things.appeal = handling.appeal(things.passed, statement="The second criterion is met.", by=cast.learner)
    things.appeal_kept = things.appeal.kept.get(document__isnull=False)
    png_file = ContentFile(png(20, 20), name="letter.png")
    things.appeal_file = handling.add_case_file(things.appeal, file=png_file, internal=False, by=cast.learner)
    said = {"title": "A room without light", "statement": "The room had no windows."}
    things.complaint = handling.complain(kind="complaint", **said, by=cast.learner)
    handling.acknowledge_case(things.complaint, message="Thank you.", by=cast.administrator)
    found = {"behalf_route": "found", "arrived_at": clock.now(), "by": cast.administrator}
    facts = {"kind": "malpractice", "title": "Two essays alike", "statement": "They share a page.", **found}
    things.suspicion = handling.raise_case(**facts, enrolment=things.enrolment, submission=things.passed)
    # The contract manager investigates one, and another member of staff hears the person of it.
    things.investigated = handling.raise_case(**facts, enrolment=things.enrolment, submission=things.passed)
    handling.investigate(things.investigated, decider=cast.contract_manager, by=cast.administrator)
    handling.add_note(things.investigated, body="Asked for both files.", by=cast.contract_manager)
    folder = things.to_verify.submissions.get(assignment__kind="portfolio")
    things.of_portfolio = handling.raise_case(**facts, enrolment=things.to_verify, submission=folder)
    handling.investigate(things.of_portfolio, decider=cast.contract_manager, by=cast.administrator)
    things.portfolio_kept = things.of_portfolio.kept.get(content__has_key="files")
    things.portfolio_file = things.portfolio_kept.content["files"][0]["pk"]


def multiplied(rows: list[Any], times: int, *, deep: bool = True, **changes: Any) -> list[Any]:
    """`times` copies of each row, with all that hangs on it; for worlds too large to be made by actions.

    A field given as a function is called with the number of the copy. What must be unique gets the number appended.
    """
    model, copies, origins = type(rows[0]), [], []
    for row in rows:
        for n in range(1, times + 1):
            facts = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
            facts.pop(model._meta.pk.attname)
            for field in model._meta.concrete_fields:
                if field.name in changes:
                    change = changes[field.name]
                    facts[field.attname] = change(n) if callable(change) else change
                elif (field.unique or field.name in SINGULAR) and field.attname in facts and facts[field.attname]:
                    facts[field.attname] = _another(field, facts[field.attname], f"{n}-{factories.number()}")
            copies.append(model(**facts))
            origins.append(row.pk)
    model._base_manager.bulk_create(copies)
    if deep:
        _children(model, copies, origins)
    return copies


SINGULAR = ("certificate_number", "email")


def _another(field: Any, value: Any, number: str) -> Any:
    """A value like this one that no other row has."""
    return uuid.uuid4() if isinstance(field, UUIDField) else f"{number}-{value}"[: field.max_length]


def _children(model: Any, copies: list[Any], origins: list[int]) -> None:
    """Copy the rows that point to the originals, one statement for each kind, and theirs."""
    for relation in model._meta.related_objects:
        child, field = relation.related_model, relation.field
        if relation.many_to_many or child._meta.auto_created or child is model:
            continue
        of: dict[int, list[Any]] = {}
        for row in child._base_manager.filter(**{f"{field.name}__in": set(origins)}):
            of.setdefault(getattr(row, field.attname), []).append(row)
        made, made_of = [], []
        for copy, origin in zip(copies, origins, strict=True):
            for row in of.get(origin, []):
                facts = {one.attname: getattr(row, one.attname) for one in child._meta.concrete_fields}
                facts.pop(child._meta.pk.attname)
                facts[field.attname] = copy.pk
                for one in child._meta.concrete_fields:
                    # What only one row may point to stays the original's.
                    if one.one_to_one and one.attname != field.attname:
                        facts[one.attname] = None
                    if (one.unique or one.name in SINGULAR) and not one.is_relation and facts.get(one.attname):
                        facts[one.attname] = _another(one, facts[one.attname], f"{factories.number()}")
                made.append(child(**facts))
                made_of.append(row.pk)
        if made:
            child._base_manager.bulk_create(made)
            _children(child, made, made_of)
