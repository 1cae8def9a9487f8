"""Cohorts of any size, in seconds: what surrounds the learners by the real actions, the learners themselves in bulk."""

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.permissions import Role
from assignments import deadlines, marking
from assignments.models import Comment, Document, Submission
from core import clock
from enrolment.models import Application, Enrolment, IndividualDeadline, Questionnaire, Registration
from programmes.models import Cohort, CohortDeadline, QualificationVersion, TutorAppointment, VerifierAllocation
from tests import factories
from tests.worlds import a_cast
from verification import planning
from verification.models import Claim, Sample
from workshops.models import CatchUp, Feedback, Place, Session

HELD, AHEAD = 5, 3
BATCH = 5000
_numbers = itertools.count(1)


@dataclass
class Measured:
    """A cohort, the people who look at it, and one piece of its work in the marking room."""

    cohort: Cohort
    cast: Any
    submission: Submission


@dataclass(frozen=True)
class Story:
    """How far a learner is, by assignment: passed, submitted, referred, draft or nothing."""

    essay: str = ""
    portfolio: str = ""
    ends: str = ""


# Of ten learners on a running programme.
MIXED = (
    Story("submitted"),
    Story("passed", "passed", "completed"),
    Story("passed", "draft"),
    Story("passed", "passed", "completed"),
    Story("referred"),
    Story(ends="withdrawn"),
    Story("passed", "submitted"),
    Story("submitted"),
    Story(),
    Story("draft"),
)
TO_VERIFY = (Story("passed", "passed"),)
TO_MARK = (Story("submitted"),)


def a_version() -> QualificationVersion:
    """The coaching certificate as it is shipped, with all of its criteria."""
    call_command("load_qualifications", verbosity=0)
    return QualificationVersion.objects.get(qualification__number="8588-21")


def a_measured_cohort(size: int, version: QualificationVersion) -> Measured:
    """A cohort of `size` with people of its own, one of its essays half marked by the real actions."""
    cast = a_cast()
    for person in (cast.tutor, cast.iqa, cast.contract_manager):
        Authenticator.objects.create(user=person, type="totp", data={"secret": "not used"})
    cohort = factories.a_cohort(cast=cast, version=version)
    fill(cohort, cast, size - 1, MIXED)
    return Measured(cohort, cast, a_half_marked_essay(cohort, cast))


def a_half_marked_essay(cohort: Cohort, cast: Any) -> Submission:
    """An essay of 5,000 words with 100 comments, half of its criteria decided, the last in its tutor's pile."""
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    submission = factories.a_submission(cast=cast, one=one, state="draft")
    factories.attach(submission, file=factories.an_essay_file(words=5000))
    factories.hand_in(submission)
    _comments(submission, cast.tutor, 100)
    marking.take(submission, by=cast.tutor)
    criteria = list(submission.criteria())
    for criterion in criteria[: len(criteria) // 2]:
        words = {"decision": "pass", "feedback": "Clear, and well grounded in your own practice.", "action": ""}
        marking.decide(submission, criterion=criterion, revision=0, by=cast.tutor, **words)
    return submission


def _comments(submission: Submission, by: User, number: int) -> None:
    """Comments on passages all through the text, every third tied to a criterion too."""
    read, criteria, now = submission.document.reading, list(submission.criteria()), clock.now()
    step = len(read.text) // (number + 1)
    Comment.objects.bulk_create(
        Comment(
            submission=submission,
            criterion=criteria[i % len(criteria)] if i % 3 == 0 else None,
            body="Say what this showed you, and how you know: one example from your own practice would do.",
            start=(at := step * (i + 1)),
            end=at + 60,
            quote=read.text[at : at + 60],
            prefix=read.text[at - 32 : at],
            suffix=read.text[at + 60 : at + 92],
            of_text=read.sha256,
            created_at=now,
            saved_at=now,
            saved_by=by,
        )
        for i in range(number)
    )


def like(cohort: Cohort, cast: Any, number: int) -> Cohort:
    """Another cohort with the same people, its deadlines somewhere in a year."""
    copy = Cohort.objects.get(pk=cohort.pk)
    copy.pk, copy.code, copy._state.adding = None, f"B-{next(_numbers)}", True
    copy.save()
    for model in (TutorAppointment, VerifierAllocation):
        rows = list(model.objects.filter(cohort=cohort))
        for row in rows:
            row.pk, row.cohort_id = None, copy.pk
        model.objects.bulk_create(rows)
    for position, assignment in enumerate(cohort.version.assignments.all()):
        due_on = clock.today() + dt.timedelta(days=(number * 7) % 365 - 120 + 60 * position)
        CohortDeadline.objects.create(cohort=copy, assignment=assignment, due_on=due_on)
    return copy


def fill(cohort: Cohort, cast: Any, size: int, stories: tuple[Story, ...]) -> None:
    """Put `size` learners into the cohort, their stories taken in turn."""
    told = list(itertools.islice(itertools.cycle(stories), size))
    enrolments = _enrolments(cohort, cast, told)
    _sessions(cohort, cast, enrolments)
    for kind in ("essay", "portfolio"):
        _work(cohort, cast, enrolments, told, kind)
    now = clock.now()
    completed = [one for one, story in zip(enrolments, told, strict=True) if story.ends == "completed"]
    facts = {"claimed_at": now - dt.timedelta(days=9), "claimed_by": cast.administrator, "state": "certificated"}
    facts |= {
        "certificated_on": clock.today() - dt.timedelta(days=3),
        "closed_at": now,
        "closed_by": cast.administrator,
    }
    Claim.objects.bulk_create(Claim(enrolment=one, certificate_number=f"B{one.pk}", **facts) for one in completed)


def _enrolments(cohort: Cohort, cast: Any, told: list[Story]) -> list[Enrolment]:
    now, today, by = clock.now(), clock.today(), cast.administrator
    began = now - dt.timedelta(days=100)
    n = [next(_numbers) for _ in told]
    people = User.objects.bulk_create(
        (
            User(email=f"bench{i}@example.org", full_name=f"Learner Number{i:05}", password="!", created_at=now)
            for i in n
        ),
        batch_size=BATCH,
    )
    RoleGrant.objects.bulk_create(
        (RoleGrant(user=one, role=Role.LEARNER, granted_at=began) for one in people), batch_size=BATCH
    )
    rows = []
    for person, story in zip(people, told, strict=True):
        gone = story.ends == "withdrawn"
        facts: dict[str, Any] = {"state": story.ends or "active"}
        if gone:
            facts |= {"withdrawn_at": now, "withdrawn_by": by, "withdrawal_reason": "Changed post."}
        if story.ends == "completed":
            facts["completed_at"] = now
        moments = {"invited_at": began, "applied_at": began, "decided_at": began, "activated_at": began}
        rows.append(Enrolment(cohort=cohort, learner=person, pathway="coaching", invited_by=by, **moments, **facts))
    rows = Enrolment.objects.bulk_create(rows, batch_size=BATCH)
    Application.objects.bulk_create(Application(enrolment=one, saved_at=began, sent_at=began) for one in rows)
    Questionnaire.objects.bulk_create(Questionnaire(enrolment=one, saved_at=began, sent_at=began) for one in rows)
    entry = {"registered_on": today - dt.timedelta(days=90), "recorded_at": now, "recorded_by": by}
    Registration.objects.bulk_create(
        Registration(enrolment=one, number=f"N{one.pk}", expires_on=today + dt.timedelta(days=200 + i % 700), **entry)
        for i, one in enumerate(rows)
    )
    portfolio = cohort.version.assignments.get(kind="portfolio")
    own = {"assignment": portfolio, "reason": "Illness", "set_at": began, "set_by": by}
    IndividualDeadline.objects.bulk_create(
        IndividualDeadline(enrolment=one, due_on=today + dt.timedelta(days=i % 90), **own)
        for i, one in enumerate(rows[9::20])
    )
    return rows


def _sessions(cohort: Cohort, cast: Any, enrolments: list[Enrolment]) -> None:
    now = clock.now()
    for number in range(HELD + AHEAD):
        starts_at = now - dt.timedelta(days=14 * (HELD - number) - 7)
        held = number < HELD
        session = Session.objects.create(
            cohort=cohort,
            kind="workshop" if number else "induction",
            number=max(number, 1),
            title=f"Workshop {number}" if number else "Induction",
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=7),
            minutes=420,
            tutor=cast.tutor,
            state="held" if held else "planned",
            held_at=starts_at + dt.timedelta(hours=8) if held else None,
        )
        _places(session, cast, enrolments, number, held=held)


def _places(session: Session, cast: Any, enrolments: list[Enrolment], number: int, *, held: bool) -> None:
    now = clock.now()
    rows = []
    for i, one in enumerate(enrolments):
        k = (i + number) % 12
        state = ("absent" if k == 0 else "part" if k == 1 else "attended") if held else "booked"
        marked = {"marked_at": now, "marked_by": cast.tutor} if held else {}
        minutes = 240 if state == "part" else None
        rows.append(Place(session=session, enrolment=one, state=state, minutes=minutes, **marked))
    rows = Place.objects.bulk_create(rows, batch_size=BATCH)
    missed = [one for one in rows if one.state == "absent"]
    done = {"kind": "recording", "held_on": clock.today(), "signed_off_at": now, "signed_off_by": cast.tutor}
    CatchUp.objects.bulk_create(CatchUp(place=one, **done) for one in missed[: len(missed) * 2 // 3])
    came = [one for one in rows if one.state in ("attended", "part")]
    said = {"overall": 8, "tutor": 9, "knowledge_before": 4, "knowledge_after": 8, "given_at": now}
    Feedback.objects.bulk_create((Feedback(place=one, **said) for one in came[::2]), batch_size=BATCH)


def _work(cohort: Cohort, cast: Any, enrolments: list[Enrolment], told: list[Story], kind: str) -> None:
    now, assignment = clock.now(), cohort.version.assignments.get(kind=kind)
    rows = []
    for i, (one, story) in enumerate(zip(enrolments, told, strict=True)):
        state = getattr(story, kind)
        if not state:
            continue
        sent = now - dt.timedelta(days=5 + i % 20, minutes=i)
        facts: dict[str, Any] = {"state": state, "begun_at": sent - dt.timedelta(days=20)}
        if state != "draft":
            facts |= {
                "submitted_at": sent,
                "counted_at": sent,
                "submitted_by": one.learner,
                "reference": f"B{kind[0]}{one.pk}",
                "mark_by": deadlines.mark_by(timezone.localdate(sent), allowed=10),
            }
        if state in ("passed", "referred"):
            facts |= dict.fromkeys(("marked_at", "released_at"), sent + dt.timedelta(days=2)) | {
                "marked_by": cast.tutor
            }
        if state == "referred":
            facts["resubmit_by"] = clock.today() + dt.timedelta(days=20)
            again = {"attempt": 2, "state": "draft", "begun_at": sent + dt.timedelta(days=3)}
            rows.append(Submission(enrolment=one, assignment=assignment, **again))
        rows.append(Submission(enrolment=one, assignment=assignment, **facts))
    rows = Submission.objects.bulk_create(rows, batch_size=BATCH)
    arrived = {"upload_began_at": now, "uploaded_at": now, "kind": "docx", "sha256": "0" * 64, "words": 4321}
    handed_in = [one for one in rows if one.state != "draft"]
    Document.objects.bulk_create(
        Document(submission=one, name="essay.docx", uploaded_by=one.submitted_by, **arrived) for one in handed_in
    )
    newest = Document.objects.filter(submission=OuterRef("pk")).values("pk")[:1]
    Submission.objects.filter(pk__in=[one.pk for one in handed_in]).update(document=Subquery(newest))
    ended = {one.pk for one, story in zip(enrolments, told, strict=True) if story.ends == "completed"}
    agreed = {
        "state": "agreed",
        "reason": "All",
        "marked_by": cast.tutor,
        "selected_by": cast.iqa,
        "verified_by": cast.iqa,
    }
    Sample.objects.bulk_create(
        Sample(submission=one, selected_at=now, decided_at=now, **agreed) for one in rows if one.enrolment_id in ended
    )


def a_strategy(version: QualificationVersion, cast: Any) -> None:
    """How much is verified, with the usual figures, so that plans can be drawn."""
    planning.set_strategy(version, from_on=clock.today(), every=["tutor", "unit"], by=cast.iqa)


def analyse() -> None:
    """What PostgreSQL does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
