"""From a cohort's rows to the facts its progress report may print. What is not put in here cannot be printed."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from programmes.models import Cohort
from reporting import facts as cohort_facts
from reporting import figures, journey, proposals
from reporting.disclosure import Feedback, Ratings, disclosed
from reporting.facts import CohortFacts, LearnerFacts
from reporting.models import Report
from reporting.report import (
    Action,
    ActionKind,
    Change,
    ChangeKind,
    LearnerLine,
    Milestone,
    Person,
    Phase,
    ProgressReport,
    SessionLine,
    Stage,
    StageState,
    Standing,
    Summary,
    TutorSpan,
    Version,
)

LABELS = {"Enrolment": "Form", "Questions": "Skills check", "IQA": "Verified", "Claim": "Certificate"}
BRAND = "#0E5A60"


def status_of(cohort: Cohort, *, as_of: dt.date) -> Any:
    """Only the word and its reason, which four statements are enough for."""
    return _judged(cohort, cohort_facts.load(cohort, as_of=as_of))[1]


def _judged(cohort: Cohort, facts: CohortFacts) -> tuple[Any, Any]:
    """The learners in the order of the report, and the status that follows from them by the rule."""
    learners = proposals.arranged(_line(facts, row) for row in journey.rows(facts))
    contract = cohort.contract
    status = proposals.status(
        learners, as_of=facts.as_of, margin_days=contract.margin_days, late_days=contract.late_days
    )
    return learners, status


def progress_report(
    cohort: Cohort, *, as_of: dt.date, version: int = 1, report: Report | None = None
) -> ProgressReport:
    """Everything the client's report says of a cohort at the end of `as_of`.

    `report` gives the two sentences and the versions; without it the system's own proposal is printed as a draft.
    """
    facts = cohort_facts.load(cohort, as_of=as_of)
    columns = journey.columns(facts)
    learners, status = _judged(cohort, facts)
    actions = _actions(cohort, learners, as_of)
    upcoming = [Milestone(one.on, one.title.partition(":")[0]) for one in facts.sessions if one.on > as_of]
    body = cohort.version.qualification.organisation.name
    proposed = proposals.summary(learners, status, actions, awarding_body=body, as_of=as_of)
    planned, present = _minutes(facts)
    manager = cohort.contract.managers.order_by("full_name").first()
    contact = cohort.contract.client.contacts.select_related("user").order_by("pk").first()
    return ProgressReport(
        centre=settings.CENTRE_NAME,
        cohort=cohort.title,
        cohort_code=cohort.code,
        qualification=_full_title(cohort),
        awarding_body=body,
        client=str(cohort.contract.client),
        contact=Person(str(contact.user), contact.job_title or "client contact")
        if contact
        else Person("the client", ""),
        lead_supplier=cohort.contract.lead_supplier,
        contract=cohort.contract.reference,
        period_start=as_of.replace(day=1),
        as_of=as_of,
        prepared_by=_prepared_by(report, manager),
        tutors=_tutors(cohort, as_of),
        version=report.version if report else version,
        approved_on=cohort_facts.day_of(report.approved_at) if report else None,
        next_report_on=_next_month(as_of),
        summary=Summary(report.standing, report.request) if report else proposed,
        status=status,
        stages=tuple(
            Stage(Phase(one.phase), _label(one), _code(one), one.name.partition(":")[0], one.on) for one in columns
        ),
        learners=learners,
        sessions=_session_lines(facts),
        ratings=_ratings(facts),
        actions=actions,
        milestones=proposals.milestones(learners, as_of=as_of, others=upcoming),
        changes=_changes(facts, learners, as_of),
        versions=_versions(report),
        hours_planned=Fraction(planned, 60) if planned else None,
        hours_attended=Fraction(present, 60) if planned else None,
        accent=cohort.contract.client.accent or BRAND,
    )


def _full_title(cohort: Cohort) -> str:
    """The awarding organisation, the level and the title, none of them twice."""
    qualification = cohort.version.qualification
    head = f"{qualification.organisation} Level {qualification.level}"
    title = qualification.title
    for part in (str(qualification.organisation), f"Level {qualification.level}"):
        title = title.removeprefix(part).strip()
    return f"{head} {title}"


def _label(column: journey.Column) -> str:
    if column.label.startswith("W") and column.label[1:].isdigit():
        return column.label[1:]
    return LABELS.get(column.label, column.label)


def _code(column: journey.Column) -> str:
    if column.phase != "sessions":
        return ""
    return {"Induction": "Ind", "Guided": "Gd"}.get(column.label, column.label)[:3]


def _line(facts: CohortFacts, row: journey.Row) -> LearnerLine:
    learner = row.learner
    places = [
        (session, session.places.get(learner.enrolment)) for session in facts.held if learner.expected_at(session)
    ]
    attended = sum(figures.is_present(place) for _, place in places)
    covered = sum(figures.is_covered(place) for _, place in places)
    standing = (
        Standing.COMPLETED
        if learner.is_completed
        else Standing.WITHDRAWN
        if learner.is_withdrawn
        else Standing.OUTSTANDING
    )
    return LearnerLine(
        number=0,
        name=learner.name,
        standing=standing,
        states=tuple(StageState(cell.state) for cell in row.cells),
        pathway=learner.pathway,
        places=len(places),
        attended=attended,
        caught_up=covered - attended,
        deadline=_last_deadline(learner) if standing is Standing.OUTSTANDING else None,
        registration_ends=learner.registration_ends,
        days_late=row.next.days_late,
        certificate_on=learner.certificate_on,
        withdrew_on=learner.withdrawn_on if standing is Standing.WITHDRAWN else None,
        next_step=row.next.what if standing is Standing.OUTSTANDING else "",
        who_acts=row.next.who if standing is Standing.OUTSTANDING else "",
    )


def _last_deadline(learner: LearnerFacts) -> dt.date | None:
    """The last day on which this learner hands anything in."""
    still = [
        due_on
        for kind, (due_on, _) in learner.deadlines.items()
        if kind not in learner.work or learner.work[kind].state not in ("passed", "submitted")
    ]
    return max(still, default=max((due_on for due_on, _ in learner.deadlines.values()), default=None))


def _session_lines(facts: CohortFacts) -> tuple[SessionLine, ...]:
    lines = []
    for session in facts.held:
        places = [place for _, place in figures.places(facts, session)]
        attended = sum(figures.is_present(place) for place in places)
        lines.append(
            SessionLine(
                name=session.title.partition(":")[0],
                code=_session_code(session.kind, session.number),
                held_on=session.on,
                places=len(places),
                attended=attended,
                part=sum(place is not None and place.state == "part" for place in places),
                caught_up=sum(figures.is_covered(place) for place in places) - attended,
            )
        )
    return tuple(lines)


def _session_code(kind: str, number: int) -> str:
    return {"induction": "Ind", "guided_learning": "Gd"}.get(kind, f"W{number}")


def _ratings(facts: CohortFacts) -> Ratings:
    """Raw answers go no further than `disclosed`, which withholds those of small groups."""
    given = []
    for session in facts.held:
        if session.kind != "workshop":
            continue
        answers = [place.ratings for place in session.places.values() if place.ratings]
        given.append(
            Feedback(
                name=session.title.partition(":")[0],
                code=_session_code(session.kind, session.number),
                asked=sum(figures.is_present(place) for place in session.places.values()),
                overall=tuple(one[0] for one in answers),
                tutor=tuple(one[1] for one in answers),
                before=tuple(one[2] for one in answers),
                after=tuple(one[3] for one in answers),
            )
        )
    return disclosed(given)


def _minutes(facts: CohortFacts) -> tuple[int, int]:
    planned = present = 0
    for session in facts.held:
        for _, place in figures.places(facts, session):
            planned += session.minutes
            present += figures.minutes_present(place, session)
    return planned, present


def _actions(cohort: Cohort, learners: tuple[LearnerLine, ...], as_of: dt.date) -> tuple[Action, ...]:
    """What the numbers ask for: earlier deadlines from the client, marking and catch-ups from us. Learners by number."""
    found = []
    contact = cohort.contract.client.contacts.select_related("user").order_by("pk").first()
    margin = cohort.contract.margin_days
    for one in learners:
        if (
            one.standing is Standing.OUTSTANDING
            and one.spare_days is not None
            and 0 <= one.spare_days < margin
            and contact
        ):
            wanted = (one.registration_ends or as_of) - dt.timedelta(days=margin)
            what = f"Agree to a deadline for learner {one.number} no later than {wanted.day} {wanted:%B %Y}."
            if wanted > as_of:
                found.append(Action(ActionKind.DECIDE, what, str(contact.user), as_of + dt.timedelta(days=19)))
    tutor = _tutors(cohort, as_of)
    name = f"{tutor[-1].name}, tutor" if tutor else "the tutor"
    for one in learners:
        if one.standing is Standing.OUTSTANDING and one.who_acts == "the tutor":
            what = f"{one.next_step}, learner {one.number}."
            found.append(Action(ActionKind.ACT, what, name, as_of + dt.timedelta(days=15)))
        elif one.standing is Standing.OUTSTANDING and one.days_late:
            what = f"Agree a new date with learner {one.number}, {one.days_late} days late."
            found.append(Action(ActionKind.ACT, what, name, as_of + dt.timedelta(days=7)))
    return tuple(found[:4])


def _tutors(cohort: Cohort, as_of: dt.date) -> tuple[TutorSpan, ...]:
    spans = list(
        cohort.appointments.filter(state="approved", from_on__lte=as_of).select_related("tutor").order_by("from_on")
    )
    return tuple(
        TutorSpan(
            str(one.tutor),
            one.from_on if i else None,
            one.to_on if one.to_on and one.to_on <= as_of and i < len(spans) - 1 else None,
        )
        for i, one in enumerate(spans)
    )


def _changes(facts: CohortFacts, learners: tuple[LearnerLine, ...], as_of: dt.date) -> tuple[Change, ...]:
    """What happened to whom in the month of the report."""
    begin = as_of.replace(day=1)
    number = {one.name: one.number for one in learners}
    found = []
    for learner in facts.started:
        n = number[learner.name]
        if learner.certificate_on and begin <= learner.certificate_on:
            found.append((0, Change(ChangeKind.CERTIFICATED, n, learner.certificate_on)))
        for kind, work in learner.work.items():
            if work.marked_on and begin <= work.marked_on:
                what = ChangeKind.PASSED if work.state == "passed" else ChangeKind.REFERRED
                found.append((1, Change(what, n, work.marked_on, piece=kind)))
            elif work.referred_at and begin <= timezone.localtime(work.referred_at).date() and work.state == "draft":
                on = timezone.localtime(work.referred_at).date()
                found.append((1, Change(ChangeKind.REFERRED, n, on, piece=kind)))
            if work.state == "submitted" and work.submitted_on and begin <= work.submitted_on:
                found.append((2, Change(ChangeKind.HANDED_IN, n, work.submitted_on, piece=kind)))
    return tuple(change for _, change in sorted(found, key=lambda one: (one[0], one[1].on, one[1].number)))


def _prepared_by(report: Report | None, manager: User | None) -> Person:
    person = (report.approved_by or report.prepared_by) if report else None
    return Person(str(person or manager or settings.CENTRE_NAME), "contract manager")


def _versions(report: Report | None) -> tuple[Version, ...]:
    if report is None:
        return ()
    earlier = Report.objects.filter(cohort=report.cohort, as_of=report.as_of, version__lte=report.version)
    return tuple(
        Version(
            one.version,
            cohort_facts.day_of(one.approved_at or one.prepared_at) or one.as_of,
            one.change or "First version",
            str(one.approved_by or one.prepared_by or settings.CENTRE_NAME),
        )
        for one in earlier.select_related("approved_by", "prepared_by").order_by("version")
    )


def _next_month(as_of: dt.date) -> dt.date:
    """The first working day of the month after next's start: when the following report is drawn up."""
    first = (as_of.replace(day=1) + dt.timedelta(days=63)).replace(day=1)
    return first + dt.timedelta(days=(7 - first.weekday()) % 7 if first.weekday() >= 5 else 0)
