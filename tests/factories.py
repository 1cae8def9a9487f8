"""Worlds for tests. A function that gives a thing in a state gets it there by the real actions, one after another.

Everything is keyword-only. What is not given is invented; numbers rise, so that nothing clashes.
"""

import datetime as dt
import io
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from docx import Document as Docx

from accounts import actions as accounts
from accounts.models import RoleGrant, User
from accounts.permissions import Role
from assignments import actions as assignments
from assignments import documents, examination, marking
from core import clock
from enrolment import actions as enrolment
from programmes import actions as programmes
from programmes.models import (
    Assignment,
    AwardingOrganisation,
    Criterion,
    LearningOutcome,
    Qualification,
    QualificationVersion,
    Unit,
)
from verification import actions as verification
from verification import interim, judging, queueing, standardising, verifying
from verification.models import Sample, Waiting
from workshops import actions as workshops
from workshops.actions import Mark

_numbers = itertools.count(1)

CRITERIA = {
    "500": (("1.1", "Define and compare"), ("1.2", "Weigh the setting"), ("2.1", "Describe the skills")),
    "501": (("1.1", "Plan a programme"),),
    "503": (("1.1", "Evaluate the benefits"),),
}


@contextmanager
def unfrozen() -> Iterator[None]:
    """For breaking what the database protects, as damage or an intruder would. PostgreSQL, and inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def number() -> int:
    return next(_numbers)


def a_user(*, role: Role | None = None, name: str = "", email: str = "") -> User:
    """A person with a password ("correct horse battery") and, if given, one role."""
    return people({"one": (role, name)}, email=email)["one"]


def people(wanted: Mapping[str, tuple[Role | None, str]], *, email: str = "") -> dict[str, User]:
    """A person for each key, with the role and the name that stand beside it."""
    now, found = clock.now(), {}
    for who, (_, name) in wanted.items():
        n = number()
        found[who] = User(
            email=email or f"person{n}@example.org", full_name=name or f"Person Number{n}", created_at=now
        )
        found[who].set_password("correct horse battery")
    User.objects.bulk_create(found.values())
    since = now - dt.timedelta(days=3650)
    grants = [RoleGrant(user=found[who], role=role, granted_at=since) for who, (role, _) in wanted.items() if role]
    RoleGrant.objects.bulk_create(grants)
    return found


def a_version(**facts: Any) -> QualificationVersion:
    """A small qualification of the shape of the coaching certificate: three units, two assignments."""
    organisation, _ = AwardingOrganisation.objects.get_or_create(
        code="ilm", defaults={"name": "ILM", "centre_number": "012345", "registration_months": 36}
    )
    n = number()
    qualification = Qualification.objects.create(
        organisation=organisation, number=f"8588-{n}", title="Certificate in Coaching", level=5, minimum_age=18
    )
    version = QualificationVersion.objects.create(
        qualification=qualification,
        **{
            "version": "1",
            "combination": "fixed",
            "claim_route": "direct",
            "practice_minutes": 60,
            "practice_clients_min": 1,
            "practice_clients_max": 3,
            "supervision_minutes": 30,
            **facts,
        },
    )
    units = {
        unit: Unit(version=version, number=unit, title=f"Unit {unit}", credits=5, product_code=f"8588-{unit}")
        for unit in CRITERIA
    }
    Unit.objects.bulk_create(units.values())
    outcomes = {
        (unit, no): LearningOutcome(unit=units[unit], number=no, title=f"Outcome {no}")
        for unit, criteria in CRITERIA.items()
        for no in sorted({int(one[0]) for one, _ in criteria})
    }
    LearningOutcome.objects.bulk_create(outcomes.values())
    Criterion.objects.bulk_create(
        Criterion(
            outcome=outcomes[unit, int(one[0])], number=one, position=position, title=title,
            text=f"{title} in an organisation.",
        )
        for unit, criteria in CRITERIA.items()
        for position, (one, title) in enumerate(criteria)
    )  # fmt: skip
    essay = Assignment.objects.create(
        version=version, kind="essay", title="Essay", words_min=4000, words_max=5000, position=1
    )
    essay.units.set([units["500"]])
    portfolio = Assignment.objects.create(version=version, kind="portfolio", title="Portfolio", position=2)
    portfolio.units.set([units["501"], units["503"]])
    return version


def essay_of(cohort: Any) -> Assignment:
    return cohort.version.assignments.get(kind="essay")


def portfolio_of(cohort: Any) -> Assignment:
    return cohort.version.assignments.get(kind="portfolio")


def a_client(*, contact: User | None = None, by: User) -> Any:
    client = programmes.add_client(name=f"Organisation {number()}", by=by)
    if contact:
        programmes.add_contact(client, user=contact, job_title="Learning and Talent Manager", by=by)
    return client


def a_cohort(*, cast: Any, starts_on: dt.date | None = None, version: Any = None, due_in: int = 60) -> Any:
    """A cohort of the cast: contract, approved tutor, IQA and EQA allocated, both deadlines `due_in` days from today."""
    today = clock.today()
    starts_on = starts_on or today - dt.timedelta(days=120)
    client = a_client(contact=cast.client_contact, by=cast.contract_manager)
    contract = programmes.add_contract(
        client=client,
        reference=f"C-{number()}",
        title="Coaching programme",
        lead_supplier="Meridian Consulting",
        starts_on=starts_on,
        managers=[cast.contract_manager],
        by=cast.contract_manager,
    )
    cohort = programmes.open_cohort(
        contract=contract,
        version=version or a_version(),
        code=f"T-{number()}",
        title="Coaching and mentoring",
        delivery="virtual",
        starts_on=starts_on,
        by=cast.contract_manager,
    )
    for assignment in cohort.version.assignments.all():
        programmes.set_cohort_deadline(
            cohort, assignment=assignment, due_on=today + dt.timedelta(days=due_in), by=cast.contract_manager
        )
    appointment = programmes.propose_tutor(
        cohort, tutor=cast.tutor, from_on=starts_on, reason="Knows the client", by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    programmes.allocate_verifier(cohort, verifier=cast.iqa, role=Role.IQA, from_on=starts_on, by=cast.administrator)
    programmes.allocate_verifier(
        cohort,
        verifier=cast.eqa,
        role=Role.EQA,
        from_on=starts_on,
        to_on=today + dt.timedelta(days=365),
        by=cast.administrator,
    )
    return cohort


def an_enrolment(
    *, cast: Any, cohort: Any = None, state: str = "active", name: str = "", learner: User | None = None
) -> Any:
    """An enrolment of the cohort (one of its own, if none is given). States: invited, applied, declined, active, withdrawn."""
    cohort = cohort or a_cohort(cast=cast)
    if learner is None:
        n = number()
        one = enrolment.invite_learner(
            cohort,
            email=f"learner{n}@example.org",
            full_name=name or f"Learner Number{n}",
            pathway="coaching",
            by=cast.administrator,
        )
    else:
        one = enrolment.invite_learner(
            cohort, email=learner.email, full_name=learner.full_name, pathway="coaching", by=cast.administrator
        )
    if state == "invited":
        return one
    learner = one.learner
    enrolment.save_application(
        one,
        legal_first_name="Robin",
        legal_last_name="Example",
        date_of_birth=dt.date(1985, 4, 5),
        email=learner.email,
        postcode="AB1 2CD",
        data_notice_at=clock.now(),
        by=learner,
    )
    outcomes = LearningOutcome.objects.filter(unit__version=cohort.version)
    enrolment.save_questionnaire(one, ratings={outcome.pk: 4 for outcome in outcomes}, by=learner)
    one.refresh_from_db()
    enrolment.apply(one, by=learner)
    if state == "applied":
        return one
    if state == "declined":
        enrolment.decline(one, decision_note="The learner has no chance to practise.", by=cast.tutor)
        return one
    enrolment.accept(one, decision_note="Ready to begin.", by=cast.tutor)
    if state == "withdrawn":
        enrolment.withdraw(one, withdrawal_reason="Changed post.", by=cast.administrator)
    return one


def a_registration(one: Any, *, cast: Any) -> Any:
    today = clock.today()
    return enrolment.register(
        one,
        number=f"ABC{number():03d}",
        registered_on=today - dt.timedelta(days=90),
        expires_on=today + dt.timedelta(days=900),
        by=cast.administrator,
    )


def a_session(*, cast: Any, cohort: Any, days_ago: int = 7, kind: str = "workshop", no: int | None = None) -> Any:
    """A planned session that was `days_ago` days ago (negative: to come), from 9:30 to 17:30."""
    starts_at = dt.datetime.combine(
        clock.today() - dt.timedelta(days=days_ago), dt.time(9, 30), tzinfo=clock.now().tzinfo
    )
    return workshops.plan_session(
        cohort,
        kind=kind,
        # A place in a day's order, and a small number: a long run makes more sessions than it holds.
        number=no or number() % 30_000 + 1,
        title=kind.capitalize(),
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=8),
        minutes=420,
        tutor=cast.tutor,
        by=cast.contract_manager,
    )


def a_register(session: Any, *, cast: Any, marks: dict[Any, str], close: bool = True) -> None:
    """Take the register: enrolment to state (attended, part, absent), and close it."""
    rows = [Mark(one, state, 120 if state == "part" else None) for one, state in marks.items()]
    workshops.take_register(session, marks=rows, by=cast.tutor)
    if close:
        workshops.hold(session, by=cast.tutor)


@cache
def docx_bytes(*, words: int = 4200, seed: str = "word") -> bytes:
    """A small, real .docx of exactly `words` body words in two sections."""
    docx = Docx()
    docx.add_heading("Coaching", level=1)
    left = words - 1
    while left > 0:
        size = min(120, left)
        docx.add_paragraph(" ".join(f"{seed}{i % 50}" for i in range(size)))
        left -= size
    out = io.BytesIO()
    docx.save(out)
    return out.getvalue()


def an_essay_file(*, words: int = 4200, name: str = "essay.docx", seed: str = "word") -> ContentFile:
    return ContentFile(docx_bytes(words=words, seed=seed), name=name)


def fill_portfolio(one: Any) -> None:
    """Everything a portfolio of `a_version` needs to be handed in."""
    learner = one.learner
    client = assignments.add_practice_client(
        one,
        code="A",
        role="coach",
        context="A team leader",
        goals="Run calmer meetings",
        terms="Six meetings. What is said stays between us.",
        contract_agreed_on=clock.today() - dt.timedelta(days=1),
        by=learner,
    )
    assignments.log_session(
        client,
        held_on=clock.today(),
        minutes=90,
        focus="Listening",
        reflection="I asked fewer questions and waited longer.",
        by=learner,
    )
    assignments.edit_practice_client(client, review="The meetings are calmer.", by=learner)
    for part in ("review", "development"):
        assignments.save_text(one, part=part, body="What I do well, and what comes next. " * 5, by=learner)
    needs = one.cohort.version.portfolio_needs
    if "feedback" in needs:
        answer_link(assignments.ask_for_feedback(client, by=learner))
    if "mapping" in needs:
        criteria = portfolio_of(one.cohort).units.values_list("outcomes__criteria", flat=True)
        assignments.map_evidence(one, shows=[("text:review", pk) for pk in criteria], by=learner)


def answer_link(asked: Any, **said: Any) -> Any:
    """A practice client, who has no account, answers the link."""
    ratings = {"listening": 9, "questions": 8, "boundaries": 10, "usefulness": 9}
    texts = {"helped": "Being asked and not told.", "differently": "More time at the end.", "consent": "I agree."}
    return assignments.give_client_feedback(asked, **{**ratings, **texts, **said})


def a_submission(*, cast: Any, one: Any = None, kind: str = "essay", state: str = "submitted") -> Any:
    """Attempt 1 at an assignment. States: draft, submitted, passed, referred. For a portfolio, supervision is there."""
    one = one or an_enrolment(cast=cast)
    learner = one.learner
    assignment = one.cohort.version.assignments.get(kind=kind)
    submission = assignments.begin(one, assignment=assignment, by=learner)
    if kind == "essay":
        attach(submission)
    else:
        fill_portfolio(one)
        workshops.supervise(
            one, held_on=clock.today(), minutes=60, topics="Contracting", feedback="Careful and warm.", by=cast.tutor
        )
    if state == "draft":
        return submission
    hand_in(submission)
    if state == "passed":
        mark(submission, cast=cast)
    if state == "referred":
        mark(submission, cast=cast, unmet=1)
    return submission


def attach(submission: Any, *, file: Any = None) -> Any:
    """The learner adds the file of an essay, and it has been examined; the document, ready or refused.

    The same content is read in its own process once in a run, however often it is handed in.
    """
    document = assignments.attach(submission, file=file or an_essay_file(), by=submission.enrolment.learner)
    document.refresh_from_db()
    if document.is_unsettled:
        try:
            found = _examined(Path(document.file.path).read_bytes(), document)
            examination.make_ready(document, found)
        except documents.Unacceptable:
            examination.examine(document.pk)
    document.refresh_from_db()
    submission.refresh_from_db(fields=["document"])
    return document


_read: dict[bytes, documents.Examined] = {}


def _examined(content: bytes, document: Any) -> documents.Examined:
    if content not in _read:
        _read[content] = documents.examine(Path(document.file.path), document.name)
    return _read[content]


def hand_in(submission: Any) -> None:
    submission.refresh_from_db()
    learner = submission.enrolment.learner
    assignments.submit(submission, ai_use="none", signed_name=learner.full_name, by=learner)


def mark(submission: Any, *, cast: Any, unmet: int = 0, by: User | None = None) -> Any:
    """Decide each criterion, the first `unmet` of them as referrals, and sign the outcome that follows."""
    by = by or cast.tutor
    submission.refresh_from_db()
    marking.take(submission, by=by)
    carried = {d.criterion_id: d.revision for d in submission.decisions.all()}
    for position, criterion in enumerate(submission.criteria()):
        refer = position < unmet
        marking.decide(
            submission,
            criterion=criterion,
            decision="refer" if refer else "pass",
            feedback=f"On {criterion.number}: {'not yet' if refer else 'good'}.",
            action="Add a second example." if refer else "",
            revision=carried.get(criterion.pk, 0),
            by=by,
        )
    if unmet:
        return marking.refer(submission, is_authentic=True, resubmit_by=clock.today() + dt.timedelta(days=28), by=by)
    return marking.award_pass(submission, summary="Well argued.", is_authentic=True, by=by)


def signed_in(person: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@contextmanager
def released_by(cohort: Any, rule: str) -> Iterator[None]:
    """The cohort with another rule of release for a while."""
    was = cohort.release_rule
    type(cohort).objects.filter(pk=cohort.pk).update(release_rule=rule)
    yield
    type(cohort).objects.filter(pk=cohort.pk).update(release_rule=was)
    queueing.bring("cohort", cohort=cohort.pk)


def verified(*, cast: Any, one: Any = None) -> Any:
    """An enrolment whose two assignments have passed and whose marking the IQA agrees with; registered."""
    one = one or an_enrolment(cast=cast)
    a_registration(one, cast=cast)
    for kind in ("essay", "portfolio"):
        submission = a_submission(cast=cast, one=one, kind=kind, state="passed")
        sample = verification.select(submission, reason="Every piece of a new tutor", by=cast.iqa)
        verification.agree(sample, comment="Fair and clear.", by=cast.iqa)
    return one


def rejected(sample: Any, *numbers: str) -> dict[str, Any]:
    """What `send_back` is given where these decisions are not supported: the kind, and the judgement that says so."""
    against = numbers or ("1.1",)
    lines = {
        pk: judging.Said(number not in against, f"{number} is thin." if number in against else "")
        for pk, number in verifying.numbers_of(sample).items()
    }
    return {"action_kind": "rejection", "judgement": judging.Judgement(lines)}


def following(sample: Any) -> Any:
    """The round that the answer opened, as the verifier finds it."""
    return Sample.objects.get(submission=sample.submission_id, round=sample.round + 1)


def in_queue(enrolments: Any) -> Any:
    """Those of whom a piece waits for internal verification (IQA), or is in it."""
    return enrolments.filter(pk__in=Waiting.objects.values("enrolment"))


def certificated(*, cast: Any, one: Any = None, order_number: str = "") -> Any:
    """An enrolment all the way to the recorded certificate."""
    one = verified(cast=cast, one=one)
    claim = verification.claim(one, order_number=order_number, by=cast.administrator)
    verification.record_certificate(
        claim, certificate_number=f"CERT{number()}", certificated_on=clock.today(), by=cast.administrator
    )
    one.refresh_from_db()
    return one


def invite(*, email: str, name: str, role: Role, by: User) -> User:
    return accounts.invite(email=email, full_name=name, roles=[role], by=by)


def a_standardisation(
    *, cast: Any, assignment: Any, people: list[User], state: str = "planned", criterion_text: str = "", **facts: Any
) -> Any:
    """An event about a prepared text. Once it is compared, the people decided in turn pass and refer."""
    event = standardising.plan_event(
        **{"title": "Autumn standardisation", "held_on": clock.today(), "chair": cast.iqa, **facts},
        assignment=assignment,
        by=cast.iqa,
    )
    standardising.set_piece(event, text="Coaching asks, mentoring tells.\n\nBoth listen.", by=cast.iqa)
    standardising.invite_participants(event, people=people, by=cast.iqa)
    if state == "planned":
        return event
    standardising.open_marking(event, by=cast.iqa)
    if state == "open":
        return event
    for n, one in enumerate(event.participations.select_related("person", "event").order_by("pk")):
        for criterion in event.criteria():
            decision = "pass" if n % 2 == 0 else "refer"
            said = {"criterion": criterion, "decision": decision, "reason": criterion_text or "Seen.", "revision": 0}
            standardising.save_mark(one, **said, by=one.person)
        standardising.hand_over_marks(one, by=one.person)
    event.refresh_from_db()
    for one in event.participations.select_related("event"):
        standardising.note_attendance(one, attendance="present", by=cast.iqa)
    if state == "closed":
        standardising.close_event(event, minutes="We agreed on what is enough.", by=cast.iqa)
    return event


def record_interim(sample: Any, *, cast: Any, action: str = "", **facts: Any) -> Any:
    """Written down by the IQA of the cast: agreed, or with an action for the tutor within a fortnight."""
    required = {"action": action, "owner": sample.tutor, "due_on": clock.today() + dt.timedelta(days=14)}
    said: dict[str, Any] = {
        "outcome": "action" if action else "agreed",
        "notes": {"fairness": ("sound", ""), "feedback": ("strong", "Asks before telling.")},
        "feedback": "Your comments say what to work on next.",
        **(required if action else {}),
    }
    return interim.record_interim(sample, **{"by": cast.iqa, **said, **facts})
