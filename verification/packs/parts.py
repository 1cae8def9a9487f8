"""The tables of a pack that go across learners. `PARTS` is the one list of them: a new part is a function and a line there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.permissions import Role
from assignments import declarations
from assignments.bundles import legal_name
from assignments.bundles.pages import plain
from assignments.models import Declaration, Extension, Marking, Submission
from enrolment.models import Enrolment, ReasonableAdjustment
from programmes.models import TutorAppointment, VerifierAllocation
from verification.case_states import CaseKind
from verification.models import (
    Approval,
    Case,
    Claim,
    Development,
    Interest,
    Participation,
    PlanLine,
    Sample,
    SampleJudgement,
    SignOff,
    StaffQualification,
    Visit,
)
from verification.models.decided import judged_lines
from verification.packs import interim
from verification.states import EventState
from workshops.models import Place


@dataclass(frozen=True)
class Context:
    """Whom a pack is about."""

    visit: Visit
    enrolments: Sequence[Enrolment]

    @property
    def cohorts(self) -> list[int]:
        return sorted({one.cohort_id for one in self.enrolments})


@dataclass(frozen=True)
class Part:
    """One table: a page and a CSV of the same name. `says` tells what is in it and what is not."""

    slug: str
    title: str
    says: str
    head: tuple[str, ...]
    rows: Iterable[Sequence[object]]


def name_of(enrolment: Any) -> str:
    return plain(" ".join(one for one in legal_name(enrolment) if one))


def day(value: dt.date | dt.datetime | None) -> str:
    """2024-06-14: sorts in a spreadsheet, and every reader takes it for the same day."""
    if value is None:
        return ""
    return str(timezone.localdate(value) if isinstance(value, dt.datetime) else value)


def learners(context: Context) -> Part:
    """Who is on it, with the registration: what the awarding organisation compares with its own list."""

    def rows() -> Iterable[Sequence[object]]:
        for one in context.enrolments:
            registration = getattr(one, "registration", None)
            yield (
                name_of(one),
                one.cohort.code,
                one.get_state_display(),
                registration.number if registration else "not registered",
                day(registration.registered_on) if registration else "",
                day(registration.expires_on) if registration else "",
                day(one.activated_at),
                day(one.completed_at),
                day(one.withdrawn_at),
                one.withdrawal_reason,
            )

    head = (
        "Learner",
        "Cohort",
        "State",
        "Enrolment number",
        "Registered",
        "In date until",
        "Joined",
        "Completed",
        "Left",
        "Why",
    )
    return Part(
        "learners", "Learners and registrations", "Everybody named for the visit, also those who left.", head, rows()
    )


def attendance(context: Context) -> Part:
    places = (
        Place.objects.filter(enrolment__in=[one.pk for one in context.enrolments])
        .select_related("session", "session__tutor", "enrolment__learner", "enrolment__application", "marked_by")
        .order_by("session__starts_at", "session", "enrolment__learner__full_name")
    )
    rows = (
        (day(one.session.starts_at), one.session.title, str(one.session.tutor), name_of(one.enrolment),
         one.get_state_display(), one.minutes or "", day(one.marked_at), str(one.marked_by or ""))
        for one in places.iterator(500)
    )  # fmt: skip
    head = ("Day", "Session", "Tutor", "Learner", "Attendance", "Minutes, if in part", "Marked", "By")
    return Part(
        "attendance", "Registers", "Each place of these learners at a session, as the register has it.", head, rows
    )


def staff(context: Context) -> Part:
    tutors = TutorAppointment.objects.filter(cohort__in=context.cohorts).select_related("tutor", "cohort")
    verifiers = VerifierAllocation.objects.filter(cohort__in=context.cohorts, role=Role.IQA).select_related(
        "verifier", "cohort"
    )
    rows = [
        *((str(one.tutor), "Tutor and assessor", one.cohort.code, one.get_state_display(), day(one.from_on), day(one.to_on)) for one in tutors),
        *((str(one.verifier), "Internal verifier (IQA)", one.cohort.code, "Allocated", day(one.from_on), day(one.to_on)) for one in verifiers),
    ]  # fmt: skip
    head = ("Name", "Duty", "Cohort", "Standing", "From", "To")
    return Part(
        "staff",
        "Assessors and internal verifiers",
        "Who taught, marked and verified in these cohorts, and when.",
        head,
        sorted(rows),
    )


def _handed_in(context: Context) -> Any:
    return (
        Submission.objects.handed_in()
        .filter(enrolment__in=[one.pk for one in context.enrolments])
        .select_related("assignment", "enrolment__learner", "enrolment__application", "marked_by")
        .order_by("enrolment__learner__full_name", "assignment__position", "attempt", "pk")
    )


def sampling(context: Context) -> Part:
    """Every piece that was handed in, sampled or not: the gaps are part of the answer (`ilm` I03)."""

    def rows() -> Iterable[Sequence[object]]:
        samples: dict[int, list[Sample]] = {}
        judged: dict[int, list[SampleJudgement]] = {}
        of = Sample.objects.filter(submission__enrolment__in=[one.pk for one in context.enrolments])
        for sample in of.select_related("verified_by", "selected_by", "owner", "snapshot"):
            samples.setdefault(sample.submission_id, []).append(sample)
        for line in SampleJudgement.objects.filter(sample__in=of.order_by().values("pk")).select_related("criterion"):
            judged.setdefault(line.sample_id, []).append(line)
        for one in _handed_in(context):
            piece = (name_of(one.enrolment), one.assignment.title, one.attempt, str(one.marked_by or ""))
            for sample in samples.get(one.pk, []):
                said = " / ".join(text for text in (sample.comment, sample.action, sample.answer) if text)
                decided = day(sample.decided_at), str(sample.verified_by or "")
                lines = plain(" / ".join(judged_lines(judged.get(sample.pk, []))))
                asked = (
                    sample.get_action_kind_display(),
                    str(sample.owner or ""),
                    day(sample.action_due_on),
                    day(sample.answered_at),
                )
                frozen = sample.snapshot.sha256 if sample.snapshot else ""
                standing = sample.round, sample.reason, sample.get_state_display()
                yield (*piece, *standing, *decided, lines, plain(said), *asked, frozen)
            if one.pk not in samples:
                yield (*piece, "", "", "Not sampled", *[""] * 9)

    head = (
        *("Learner", "Work", "Attempt", "Assessor", "Round", "Why picked", "Decision", "On", "Verifier", "Judgement"),
        *("Comment, action, answer", "Kind of action", "Owner", "Due", "Answered", "Fingerprint of what was judged"),
    )
    return Part(
        "internal-verification",
        "Internal verification (IQA)",
        "Each piece handed in, with its samples; “Not sampled” where there is none.",
        head,
        rows(),
    )


def interim_samples(context: Context) -> Part:
    says = "Drafts, supervision and sessions that verifiers looked at while assessment went on."
    rows = interim.rows(context.enrolments, context.cohorts, name_of)
    return Part("interim-samples", "Interim samples", says, interim.HEAD, rows)


def decisions(context: Context) -> Part:
    markings = (
        Marking.objects.filter(submission__enrolment__in=[one.pk for one in context.enrolments])
        .select_related("submission__assignment", "submission__enrolment__learner", "submission__enrolment__application", "marked_by")
        .order_by("submission__enrolment__learner__full_name", "submission__assignment__position", "submission__attempt", "marked_at")
    )  # fmt: skip
    rows = (
        (name_of(one.submission.enrolment), one.submission.assignment.title, one.submission.attempt,
         day(one.submission.submitted_at), one.submission.reference, one.get_outcome_display(), day(one.marked_at),
         str(one.marked_by), plain(one.reason))
        for one in markings.iterator(500)
    )  # fmt: skip
    head = ("Learner", "Work", "Attempt", "Handed in", "Receipt", "Outcome", "Signed", "Assessor", "Why it superseded another")  # fmt: skip
    return Part(
        "decisions",
        "Assessment decisions",
        "Every outcome that was signed, those that were superseded as well.",
        head,
        rows,
    )


def declared(context: Context) -> Part:
    signed = (
        Declaration.objects.filter(submission__enrolment__in=[one.pk for one in context.enrolments])
        .select_related("submission__assignment", "submission__enrolment__learner", "submission__enrolment__application")
        .order_by("submission__enrolment__learner__full_name", "submission__assignment__position", "submission__attempt")
    )  # fmt: skip
    rows = (
        (name_of(one.submission.enrolment), one.submission.assignment.title, one.submission.attempt,
         plain(one.signed_name), day(one.signed_at), declarations.ai_word(one.ai_use), plain(one.ai_statement))
        for one in signed.iterator(500)
    )  # fmt: skip
    head = ("Learner", "Work", "Attempt", "Signed with the name", "On", "Use of AI", "Statement on it")
    return Part(
        "declarations",
        "Declarations",
        "What learners signed with each attempt; the wording stands with the piece.",
        head,
        rows,
    )


def arrangements(context: Context) -> Part:
    """What was allowed and when. The reasons are confidential: they are shown by an administrator on the day (`ilm` R23)."""
    of: Any = {"enrolment__in": [one.pk for one in context.enrolments]}
    with_name = "enrolment__learner", "enrolment__application", "assignment"
    adjusted = ReasonableAdjustment.objects.filter(**of).select_related(*with_name)
    extended = Extension.objects.filter(**of).select_related(*with_name)
    rows = [
        *((name_of(one.enrolment), "Reasonable adjustment", one.assignment.title if one.assignment else "All work",
           f"{one.extra_working_days} more working days", day(one.agreed_on), day(one.ended_at)) for one in adjusted),
        *((name_of(one.enrolment), f"Extension, {one.get_state_display().lower()}", one.assignment.title,
           f"asked for {day(one.wanted_on)}, before {day(one.due_before_on)}", day(one.requested_at), "") for one in extended),
    ]  # fmt: skip
    head = ("Learner", "Kind", "Work", "What was allowed", "On", "Ended")
    return Part(
        "adjustments",
        "Adjustments and extensions",
        "What was allowed and when. Reasons are confidential and not in this pack: ask the centre.",
        head,
        sorted(rows),
    )


def plans(context: Context) -> Part:
    lines = (
        PlanLine.objects.filter(plan__superseded_at__isnull=True, enrolment__in=[one.pk for one in context.enrolments])
        .select_related("plan__cohort", "enrolment__learner", "enrolment__application", "unit", "assignment", "tutor")
        .order_by("plan__cohort__code", "enrolment__learner__full_name", "unit__number", "assignment__position")
    )
    rows = (
        (one.plan.cohort.code, one.plan.generation, day(one.plan.made_at), name_of(one.enrolment), one.unit.number,
         one.assignment.title, str(one.tutor or ""), "yes" if one.picked else "no", plain(one.reason))
        for one in lines.iterator(500)
    )  # fmt: skip
    head = ("Cohort", "Plan", "Drawn", "Learner", "Unit", "Work", "Assessor", "Picked", "Why, or why not")
    return Part(
        "sampling-plans", "Sampling plans", "The plan in force of each cohort, what is left out as well.", head, rows
    )


def staff_files(context: Context) -> Part:
    """What those who assess and verify hold, may do and have done. Of interests only those in these learners and clients."""
    taught = TutorAppointment.objects.filter(cohort__in=context.cohorts).values("tutor")
    verified = VerifierAllocation.objects.filter(cohort__in=context.cohorts, role=Role.IQA).values("verifier")
    of = Q(person__in=taught) | Q(person__in=verified)
    near = Q(learner__enrolments__in=[one.pk for one in context.enrolments]) | Q(
        client__contracts__cohorts__in=context.cohorts
    )
    held = StaffQualification.objects.filter(of).select_related("person")
    may = Approval.objects.filter(of, qualification=context.visit.qualification).select_related(
        "person", "unit", "countersigner"
    )
    learnt = Development.objects.filter(of).select_related("person")
    declared = Interest.objects.filter(of).filter(near).select_related("person").distinct()
    rows = [
        *((str(one.person), "Qualification", one.title, day(one.awarded_on), day(one.target_on), "") for one in held),
        *((str(one.person), f"May {one.get_duty_display().lower()}", f"Unit {one.unit.number}" if one.unit else "All units",
           day(one.from_on), day(one.until_on), f"Countersigned by {one.countersigner}" if one.countersigner else "") for one in may),
        *((str(one.person), "Development (CPD)", one.what, day(one.done_on), "", f"{one.hours} hours: {plain(one.changed)}") for one in learnt),
        *((str(one.person), "Interest declared", one.nature, day(one.from_on), day(one.until_on), "") for one in declared),
    ]  # fmt: skip
    head = ("Name", "Kind", "What", "From or on", "Until or by", "Remark")
    says = "Qualifications, approvals, development and interests of those who assess and verify. Certificates: ask the centre."
    return Part("staff-files", "Staff files", says, head, sorted(rows))


def standardised(context: Context) -> Part:
    there = (
        Participation.objects.filter(event__state=EventState.CLOSED, event__assignment__version__qualification=context.visit.qualification)
        .select_related("event__assignment", "event__chair", "person")
        .order_by("event__held_on", "event", "person__full_name")
    )  # fmt: skip
    rows = (
        (day(one.event.held_on), one.event.title, one.event.assignment.title, str(one.event.chair), str(one.person),
         one.get_attendance_display(), plain(one.event.minutes))
        for one in there.iterator(500)
    )  # fmt: skip
    head = ("Day", "Event", "Work", "Chair", "Person", "Attendance", "Minutes")
    return Part(
        "standardisation", "Standardisation", "Closed events of this qualification and who was there.", head, rows
    )


def appeals(context: Context) -> Part:
    """That there was one, and what came of it. What was said stays with those who handle it."""
    of = Case.objects.filter(kind=CaseKind.APPEAL, enrolment__in=[one.pk for one in context.enrolments])
    named = "enrolment__learner", "enrolment__application", "submission__assignment"
    rows = []
    for one in of.select_related(*named).prefetch_related("decisions").order_by("arrived_at", "pk"):
        said = "; ".join(f"{a.stage_word}: {a.outcome_word.lower()}, {day(a.decided_at)}" for a in one.decisions.all())
        piece = one.submission.assignment.title if one.submission else ""
        ended = one.get_state_display(), said, day(one.closed_at)
        rows.append((one.reference, name_of(one.enrolment), piece, day(one.arrived_at), *ended))
    head = ("Case", "Learner", "Work", "Arrived", "Stage", "Decisions", "Closed")
    return Part("appeals", "Appeals", "Appeals of these learners, with what was decided.", head, rows)


def award(context: Context) -> Part:
    keys = [one.pk for one in context.enrolments]
    signed = {one.enrolment_id: one for one in SignOff.objects.filter(enrolment__in=keys).select_related("signed_by")}
    claims: dict[int, list[Claim]] = {}
    for made in Claim.objects.filter(enrolment__in=keys):
        claims.setdefault(made.enrolment_id, []).append(made)
    rows = []
    for one in context.enrolments:
        off = signed.get(one.pk)
        of_one: list[Claim | None] = [*claims.get(one.pk, [])]
        for claim in of_one or [None]:
            rows.append(
                (name_of(one), day(off.signed_at) if off else "", str(off.signed_by) if off else "",
                 claim.get_state_display() if claim else "Not claimed", day(claim.claimed_at) if claim else "",
                 claim.certificate_number if claim else "", day(claim.certificated_on) if claim else "")
            )  # fmt: skip
    head = ("Learner", "Signed off", "By", "Claim", "Claimed", "Certificate", "Dated")
    return Part("claims", "Sign-offs and claims", "What was signed off externally and claimed.", head, rows)


def visits(context: Context) -> Part:
    """Earlier visits to this qualification with what they asked for: the first thing a verifier looks for."""
    earlier = Visit.objects.filter(qualification=context.visit.qualification).filter(~Q(pk=context.visit.pk))
    rows = []
    for one in earlier.select_related("eqa").prefetch_related("actions__owner"):
        visit = (day(one.opens_at), str(one.eqa), one.get_state_display(), one.rating)
        asked = [(plain(a.text), str(a.owner), day(a.due_on), day(a.done_at) or "open", plain(a.done_note)) for a in one.actions.all()]  # fmt: skip
        rows += [(*visit, *action) for action in asked or [("", "", "", "", "")]]
    head = ("Visit", "Verifier", "State", "Rating", "Action", "Owner", "Due", "Done", "What was done")
    return Part("earlier-visits", "Earlier visits and their actions", "Of the same qualification.", head, rows)


PARTS: tuple[Callable[[Context], Part], ...] = (
    learners,
    attendance,
    staff,
    staff_files,
    standardised,
    plans,
    sampling,
    interim_samples,
    decisions,
    declared,
    arrangements,
    appeals,
    award,
    visits,
)
"""In the order of the index page. A table that another part of the centre's work brings is one more line."""
