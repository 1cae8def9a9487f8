"""The verbs of a visit by the external verifier: planned, opened, closed, reported, and what is found in between."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts import actions as people
from accounts.models import User
from accounts.permissions import Can, Role
from assignments.models import Submission
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale
from enrolment.models import Enrolment
from programmes.models import Qualification
from verification import notices, policy
from verification.models import Visit, VisitAction, VisitLearner, VisitSample
from verification.states import CALL_OFF_VISIT, CLOSE_VISIT, OPEN_VISIT, REPORT_VISIT


@transaction.atomic
def plan_visit(
    *,
    qualification: Qualification,
    email: str,
    full_name: str,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    purpose: str = "",
    by: User,
) -> Visit:
    """Plan a visit and invite its verifier, who is one person and signs in. Until it is opened they see nobody by it."""
    _check_can(by, Can.PLAN_VISITS, "plan visits")
    if sentence := policy.visit_time_problem(opens_at, closes_at, now=clock.now()):
        raise Refused(sentence)
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known and (sentence := policy.eqa_problem(known.roles)):
        raise Refused(sentence)
    eqa = people.invite(email=email, full_name=full_name, roles=[Role.EQA], by=by)
    visit = Visit.objects.create(
        qualification=qualification,
        eqa=eqa,
        purpose=purpose.strip(),
        opens_at=opens_at,
        closes_at=closes_at,
        made_at=clock.now(),
        made_by=by,
    )
    record(visit, "plan_visit", by=by, opens_at=opens_at.isoformat(), closes_at=closes_at.isoformat())
    return visit


@transaction.atomic
def name_learners(visit: Visit, *, enrolments: Iterable[Enrolment], by: User) -> int:
    """Name learners for the visit, those who left or completed as well. Their own records do not change."""
    _check_can(by, Can.PLAN_VISITS, "name the learners of a visit")
    chosen = list(enrolments)
    if not chosen:
        raise Refused("Tick at least one learner.")
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if sentence := policy.visit_takes(visit, qualifications=(one.cohort.version.qualification_id for one in chosen)):
        raise Refused(sentence)
    there = set(visit.learners.values_list("enrolment", flat=True))
    new = [one for one in chosen if one.pk not in there]
    VisitLearner.objects.bulk_create(
        VisitLearner(visit=visit, enrolment=one, added_at=clock.now(), added_by=by) for one in new
    )
    if new:
        record(visit, "name_learners", by=by, enrolments=[one.pk for one in new])
    return len(new)


@transaction.atomic
def open_visit(visit: Visit, *, by: User) -> Visit:
    """Let the verifier look, from the beginning of the visit to its end; they are told by mail."""
    move(visit, OPEN_VISIT, by=by, opened_at=clock.now())
    notices.visit_opened(visit)
    return visit


@transaction.atomic
def call_off_visit(visit: Visit, *, by: User) -> Visit:
    """A visit that was planned and does not take place. It stays in the list, with what it named."""
    move(visit, CALL_OFF_VISIT, by=by)
    return visit


@transaction.atomic
def close_visit(visit: Visit, *, by: User | None) -> Visit:
    """End the verifier's sight. By itself it ends with the last minute, whether or not this has been done."""
    move(visit, CLOSE_VISIT, by=by, closed_at=clock.now())
    return visit


def close_past() -> int:
    """Close the visits whose time is over."""
    past = list(Visit.objects.past(clock.now()).select_related("eqa", "qualification"))
    return sum(_close_one(one) for one in past)


def _close_one(visit: Visit) -> bool:
    try:
        close_visit(visit, by=None)
    except Refused:  # an administrator closed it a moment ago
        return False
    return True


@transaction.atomic
def report_visit(visit: Visit, *, report: str, rating: str, file: Any = None, by: User) -> Visit:
    """Keep what the awarding organisation wrote, and the quality rating that resulted."""
    if not report.strip() or not rating.strip():
        raise Refused("Enter what the report says and the quality rating that resulted.")
    facts: dict[str, Any] = {"report": report.strip(), "rating": rating.strip()}
    if file:
        content = file.read()
        facts["report_sha256"] = hashlib.sha256(content).hexdigest()
        name = visit.report_file.field.generate_filename(visit, f"report-{visit.pk}.pdf")
        facts["report_file"] = visit.report_file.storage.save(name, ContentFile(content))
    move(
        visit,
        REPORT_VISIT,
        by=by,
        reported_at=clock.now(),
        reported_by=by,
        detail={"rating": facts["rating"], "sha256": facts.get("report_sha256", "")},
        **facts,
    )
    return visit


@transaction.atomic
def record_finding(visit: Visit, *, submission: Submission, finding: str, note: str = "", by: User) -> VisitSample:
    """The verifier has looked at a piece. Said again, the newer finding holds and the event keeps the older one."""
    _check_looks(visit, by)
    named = visit.learners.filter(enrolment=submission.enrolment_id).exists()
    if not named or submission.submitted_at is None:
        raise NotAllowed("This piece is not of a learner named for this visit.")
    if finding == "not_agreed" and not note.strip():
        raise Refused("Say in the note what you do not agree with.")
    facts = {"finding": finding, "note": note.strip(), "recorded_at": clock.now(), "recorded_by": by}
    before = VisitSample.objects.select_for_update().filter(visit=visit, submission=submission).first()
    try:
        with transaction.atomic():
            found, _ = VisitSample.objects.update_or_create(visit=visit, submission=submission, defaults=facts)
    except IntegrityError:
        raise Stale("This finding was recorded a moment ago. Look again to see it.") from None
    earlier = {"before": before.finding, "before_note": before.note} if before else {}
    record(found, "record_finding", by=by, visit=visit.pk, finding=finding, note=note.strip(), **earlier)
    return found


@transaction.atomic
def add_action(visit: Visit, *, text: str, owner: User, due_on: dt.date, by: User) -> VisitAction:
    """Ask something of the centre: by the verifier during the visit, or copied from the report by an administrator."""
    if not by.can(Can.PLAN_VISITS):
        _check_looks(visit, by)
    if visit.opened_at is None:
        raise Refused("This visit has not been opened. Actions come out of a visit.")
    if sentence := policy.action_due_problem(due_on, today=clock.today()):
        raise Refused(sentence)
    asked = VisitAction.objects.create(
        visit=visit, text=text.strip(), owner=owner, due_on=due_on, added_at=clock.now(), added_by=by
    )
    record(asked, "add_action", by=by, visit=visit.pk, due_on=due_on.isoformat())
    notices.visit_action(asked)
    return asked


@transaction.atomic
def finish_action(action: VisitAction, *, note: str, by: User) -> VisitAction:
    """The action is done, and what was done about it."""
    _check_can(by, Can.PLAN_VISITS, "finish the actions of a visit")
    if not note.strip():
        raise Refused("Say what was done.")
    facts: dict[str, Any] = {"done_at": clock.now(), "done_by": by, "done_note": note.strip()}
    if not VisitAction.objects.filter(pk=action.pk, done_at__isnull=True).update(**facts):
        raise Stale("This action is finished already.")
    record(action, "finish_action", by=by, visit=action.visit_id, note=note.strip())
    return action


def _check_looks(visit: Visit, by: User) -> None:
    _check_can(by, Can.RECORD_FINDINGS, "record findings")
    if visit.eqa_id != by.pk:
        raise NotAllowed("Only the verifier of this visit records what they found.")
    if not visit.is_open_at(clock.now()):
        raise Refused("This visit is not open, so nothing is added to it. Ask the centre.")


def _check_can(by: User, capability: Can, what: str) -> None:
    if not by.can(capability):
        raise NotAllowed(f"Your role does not let you {what}.")
