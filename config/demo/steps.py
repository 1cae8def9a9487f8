"""The steps of which the demonstration's stories are made. Each performs the real actions, on a dated day."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import tempfile
from collections.abc import Set
from pathlib import Path
from typing import Any

from django.core.files import File

from accounts.models import User
from accounts.permissions import Role
from assignments import actions as assignments
from assignments import documents, examination, marking
from assignments.actions.answers import text_now
from assignments.models import Submission
from assignments.referral import before
from config.demo import essays, reflections, remarks
from config.demo.essay_parts import Paragraph, Section
from config.demo.people import PATHWAYS, Company, address
from core import clock
from enrolment import actions as enrolment
from enrolment.models import Enrolment
from programmes import actions as programmes
from programmes.models import Cohort, LearningOutcome, Qualification
from workshops import actions as workshops
from workshops.actions import Mark
from workshops.models import Place, Session

SHAPE = (
    ("induction", 1, "Induction", 90),
    ("workshop", 1, "Workshop 1: what coaching and mentoring are for", 420),
    ("workshop", 2, "Workshop 2: contracting and boundaries", 420),
    ("workshop", 3, "Workshop 3: questions, listening, feedback", 420),
    ("workshop", 4, "Workshop 4: supervision and review", 420),
    ("guided_learning", 1, "Guided learning day", 420),
)


def at_hour(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return clock.noon(day).replace(hour=hour, minute=minute)


def open_cohort(
    company: Company, *, contract: Any, number: str, code: str, title: str, starts_on: dt.date, **more: Any
) -> Cohort:
    """A cohort with its tutor proposed and approved, verifiers allocated."""
    version = Qualification.objects.get(number=number).versions.get()
    tutor, contact = more.pop("tutor"), more.pop("contact", company.eleanor)
    eqa_until = more.pop("eqa_until")
    cohort = programmes.open_cohort(
        contract=contract, version=version, code=code, title=title, starts_on=starts_on, by=company.sunil, **more
    )
    appointment = programmes.propose_tutor(
        cohort, tutor=tutor, from_on=starts_on, reason="Coaches in public service, knows the client", by=company.sunil
    )
    programmes.approve_tutor(appointment, by=contact)
    programmes.allocate_verifier(cohort, verifier=company.gareth, role=Role.IQA, from_on=starts_on, by=company.sunil)
    programmes.allocate_verifier(
        cohort, verifier=company.amelia, role=Role.EQA, from_on=starts_on, to_on=eqa_until, by=company.sunil
    )
    return cohort


def timetable(
    company: Company, cohort: Cohort, days: list[dt.date], *, tutor: User, approve: bool = True
) -> list[Session]:
    """Plan the induction, four workshops and the guided day, propose them and, usually, have the client approve."""
    sessions = []
    for day, (kind, number, title, minutes) in zip(days, SHAPE, strict=True):
        starts_at = at_hour(day, 10 if kind == "induction" else 9, 0 if kind == "induction" else 30)
        ends_at = starts_at + dt.timedelta(minutes=minutes + (60 if minutes > 90 else 0))
        link = f"https://meet.northgate.example/{cohort.code.lower()}"
        sessions.append(
            workshops.plan_session(
                cohort,
                kind=kind,
                number=number,
                title=title,
                starts_at=starts_at,
                ends_at=ends_at,
                minutes=minutes,
                tutor=tutor,
                join_link=link,
                by=company.sunil,
            )
        )
    plan = cohort.timetables.get()
    workshops.propose_timetable(plan, by=company.sunil)
    if approve:
        workshops.approve_timetable(plan, decision_note="All twelve can come.", by=company.eleanor)
    return sessions


def invite(company: Company, cohort: Cohort, name: str, position: int, domain: str = "") -> Enrolment:
    email = address(name, domain) if domain else address(name)
    pathway = PATHWAYS[position % 3]
    return enrolment.invite_learner(cohort, email=email, full_name=name, pathway=pathway, by=company.joan)


def apply(one: Enrolment, seed: int) -> None:
    """Fill in the enrolment form and the questionnaire, and send them."""
    learner, draw = one.learner, random.Random(seed)
    first, _, last = learner.full_name.partition(" ")
    enrolment.save_application(
        one,
        legal_first_name=first,
        legal_last_name=last,
        date_of_birth=dt.date(draw.randint(1968, 1994), draw.randint(1, 12), draw.randint(1, 28)),
        email=learner.email,
        phone=f"01632 960{draw.randint(100, 999)}",
        address=f"{draw.randint(2, 90)} Canal Street",
        postcode="ZZ1 1ZZ",
        job_title=draw.choice(("Team leader", "Head of standards", "Senior analyst", "Policy manager")),
        line_manager="",
        experience=reflections.experience(seed),
        data_notice_at=clock.now(),
        by=learner,
    )
    outcomes = LearningOutcome.objects.filter(unit__version=one.cohort.version_id).values_list("pk", flat=True)
    ratings = {pk: draw.randint(2, 6) for pk in outcomes}
    enrolment.save_questionnaire(one, ratings=ratings, hopes=reflections.hopes(seed), by=learner)
    one.refresh_from_db()
    enrolment.apply(one, by=learner)


def join(company: Company, one: Enrolment, *, seed: int, tutor: User, number: str, months: int = 36) -> None:
    """From the invitation to being on programme and registered with the awarding organisation."""
    apply(one, seed)
    enrolment.accept(one, decision_note="Leads people and has two colleagues to practise with.", by=tutor)
    register(company, one, number, months)


def register(company: Company, one: Enrolment, number: str, months: int = 36) -> None:
    today = clock.today()
    ends = today.replace(year=today.year + months // 12, day=min(today.day, 28)) - dt.timedelta(days=1)
    enrolment.register(
        one, number=number, registered_on=today, expires_on=ends, order_number=f"ORD-{number[3:]}", by=company.joan
    )


def hold(session: Session, *, absent: set[int], part: set[int], people: list[Enrolment], tutor: User) -> None:
    """Take the register of everybody still on programme and close it. Numbers are positions in `people`."""
    marks = []
    for position, one in enumerate(people):
        if one.state != "active":
            continue
        state = "absent" if position in absent else "part" if position in part else "attended"
        marks.append(Mark(one, state, 300 if state == "part" else None))
    workshops.take_register(session, marks=marks, by=tutor)
    workshops.hold(session, by=tutor)
    workshops.add_recording(
        session,
        recording_link=f"https://recordings.northgate.example/{session.cohort.code.lower()}/{session.pk}",
        by=tutor,
    )


def spread(total: int, n: int, *, seed: int, spare: int = 2) -> list[int]:
    """`n` whole ratings from 0 to 10 around their mean that add up to `total`."""
    draw = random.Random(seed)
    found = [total // n + (1 if i < total % n else 0) for i in range(n)]
    for _ in range(n * spare):
        up, down = draw.randrange(n), draw.randrange(n)
        if up != down and found[up] < 10 and found[down] > 3 and found[up] - found[down] < 3:
            found[up] += 1
            found[down] -= 1
    return found


def feedback(
    session: Session, *, overall: int, tutor: int, gain: int | None, skip: int = 0, blank: int = 0, seed: int
) -> None:
    """Those present answer the form. Sums of the ratings are given; `skip` people do not answer, `blank` leave knowledge out."""
    places = list(
        Place.objects.filter(session=session, state__in=["attended", "part"])
        .select_related("enrolment__learner", "session")
        .order_by("pk")
    )
    places = places[: len(places) - skip]
    n = len(places)
    overalls, tutors = spread(overall, n, seed=seed), spread(tutor, n, seed=seed + 1)
    gains = spread(gain, n - blank, seed=seed + 2) if gain is not None else []
    draw = random.Random(seed + 3)
    for i, place in enumerate(places):
        before = draw.randint(2, 4) if i < len(gains) else None
        after = min(before + gains[i], 10) if before is not None else None
        if before is not None and after is not None:
            before = after - gains[i]
        workshops.give_feedback(
            place,
            overall=overalls[i],
            tutor=tutors[i],
            knowledge_before=before,
            knowledge_after=after,
            comment=reflections.feedback_comment(seed * 10 + i) if i % 2 == 0 else "",
            may_quote=i % 4 == 0,
            by=place.enrolment.learner,
        )


def catch_up(session: Session, one: Enrolment, *, tutor: User) -> None:
    place = Place.objects.get(session=session, enrolment=one)
    kind = "recording" if one.pk % 2 else "one_to_one"
    workshops.catch_up(place, kind=kind, held_on=clock.today(), note="Talked through the main points.", by=tutor)


# ------------------------------------------------------------------ assignments


def start_essay(
    one: Enrolment,
    *,
    seed: int,
    words: int,
    weak: Set[str] = frozenset(),
    form: str = "docx",
    borrows: bool = False,
) -> Submission:
    """Begin (or go on with) the essay and add a file that counts exactly `words`."""
    essay = one.cohort.version.assignments.get(kind="essay")
    submission = assignments.begin(one, assignment=essay, by=one.learner)
    criteria = [(criterion.number, criterion.title) for criterion in submission.criteria()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"essay.{form}"
        author = one.learner.full_name
        essays.write_essay(path, seed=seed, words=words, author=author, criteria=criteria, weak=weak, borrows=borrows)
        name = f"{one.learner.full_name.split()[-1]} essay attempt {submission.attempt}.{form}"
        with path.open("rb") as file:
            document = assignments.attach(submission, file=File(file, name=name), by=one.learner)
        # The demonstration's own files are read in this process; a stranger's get one of their own.
        kind = documents.inspect(path, name)
        examination.make_ready(document, documents.Examined(kind, documents.read(path, kind)))
    submission.refresh_from_db()
    return submission


def write_essay(one: Enrolment, *, seed: int, evenings: list[tuple[dt.datetime, int]]) -> Submission:
    """Begin the essay in the browser: on each evening it grows to that many words, saved by hand."""
    essay = one.cohort.version.assignments.get(kind="essay")
    with clock.at(evenings[0][0]):
        submission = assignments.begin(one, assignment=essay, by=one.learner)
    criteria = [(criterion.number, criterion.title) for criterion in submission.criteria()]
    composed = essays.compose(seed=seed, words=4300, author=one.learner.full_name, criteria=criteria)
    blocks = [text for section in composed.sections for text in (f"# {section.heading}", *_texts(section))]
    for revision, (evening, words) in enumerate(evenings):
        lengths = itertools.accumulate(len(block.split()) for block in blocks)
        body = "\n\n".join(block for block, length in zip(blocks, lengths, strict=True) if length <= words)
        with clock.at(evening):
            assignments.save_writing(submission, body=body, revision=revision, cause="by_hand", by=one.learner)
    return submission


def _texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def hand_in(submission: Submission) -> Submission:
    submission.refresh_from_db()
    learner = submission.enrolment.learner
    answer(submission)
    with_help = submission.pk % 3 == 0
    assignments.submit(
        submission,
        ai_use="research" if with_help else "none",
        ai_statement="I asked an AI tool for names of models to look up, and read the sources myself."
        if with_help
        else "",
        signed_name=learner.full_name,
        by=learner,
    )
    return submission


def answer(submission: Submission) -> None:
    """The learner answers what the referral before asked for: each action with the section that answers it."""
    text = text_now(submission) if submission.attempt > 1 else None
    for n, one in enumerate(before(submission).asked if text else ()):
        headings = text.headings if text else []
        named = [heading for heading in headings if heading.text.split(" ")[0] == one.criterion.number]
        chosen = (named or headings[-1:])[0]
        assignments.save_answer(
            submission,
            criterion=one.criterion,
            answer=reflections.action_answer(submission.pk + n),
            heading=f"{chosen.start} {chosen.text}",
            revision=0,
            by=submission.enrolment.learner,
        )


def mark(submission: Submission, *, tutor: User, unmet: tuple[str, ...] = (), decided: int | None = None) -> None:
    """Decide criteria with feedback: all, or the first `decided`. Nothing is signed."""
    submission.refresh_from_db()
    marking.take(submission, by=tutor)
    known = {one.criterion_id: one for one in submission.decisions.all()}
    for i, criterion in enumerate(submission.criteria()):
        before = known.get(criterion.pk)
        if (decided is not None and i >= decided) or (before and before.carried_forward):
            continue
        refer = criterion.number in unmet
        marking.decide(
            submission,
            criterion=criterion,
            decision="refer" if refer else "pass",
            feedback=reflections.criterion_feedback(submission.pk * 17 + i, met=not refer),
            action=reflections.criterion_action(submission.pk * 17 + i) if refer else "",
            revision=before.revision if before else 0,
            by=tutor,
        )
        if refer or i % 4 == 0:
            remarks.comment(submission, criterion, met=not refer, seed=submission.pk + i, tutor=tutor)


def award_pass(submission: Submission, *, tutor: User) -> None:
    mark(submission, tutor=tutor)
    marking.award_pass(submission, summary=reflections.pass_summary(submission.pk), is_authentic=True, by=tutor)


def refer(submission: Submission, *, tutor: User, unmet: tuple[str, ...], resubmit_by: dt.date) -> None:
    mark(submission, tutor=tutor, unmet=unmet)
    summary = "Most of this is strong. Two things are left, and both are within reach."
    marking.refer(submission, summary=summary, is_authentic=True, resubmit_by=resubmit_by, by=tutor)
