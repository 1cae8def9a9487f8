"""What the marking room shows, put together from one piece of work: text, tray, ruler, clock, and the pile it lies in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from assignments import agreement, anonymity, authenticity, deadlines, policy
from assignments.declarations import AI_USES
from assignments.models import Submission, kept_apart_from
from assignments.states import SubmissionState
from assignments.views import reading
from assignments.views.outline import Mark, outline_of, ruler_of, with_lengths
from assignments.views.tray import Row, Stand, rows_of, stand_of, units_of
from core import clock


@dataclass(frozen=True)
class Pile:
    """The tutor's waiting work, and where in it this piece lies."""

    pieces: list[dict[str, Any]]
    position: int
    total: int
    previous: dict[str, Any] | None
    next: dict[str, Any] | None


@dataclass
class Room:
    submission: Submission
    rows: list[Row]
    stand: Stand
    ruler: list[Mark]
    held: bool
    blocked: str
    holder: str
    clock: deadlines.Clock
    pile: Pile | None = None
    evidence: list[Any] = field(default_factory=list)
    earlier: list[Submission] = field(default_factory=list)

    hold_hours: ClassVar[int] = int(policy.HOLD_FOR.total_seconds() // 3600)

    @property
    def waits(self) -> bool:
        """Whether the outcome is still to be signed."""
        return self.submission.state == SubmissionState.SUBMITTED

    @property
    def units(self) -> list[str]:
        return units_of(self.rows)

    @property
    def ai_use(self) -> str:
        """How the learner answered whether AI was used."""
        declaration = getattr(self.submission, "declaration", None)
        return dict(AI_USES).get(declaration.ai_use, "") if declaration else "Nothing declared"

    @property
    def similarity(self) -> str:
        """What the comparison with other work found, in a sentence."""
        return authenticity.headline(authenticity.check_of(self.submission))

    @property
    def work(self) -> str:
        """The reading view, if the file has one."""
        document = self.submission.document
        return (
            with_lengths(reading.shown(document), outline_of(self.submission)) if hasattr(document, "reading") else ""
        )

    @property
    def saved_at(self) -> dt.datetime | None:
        """When the last criterion was saved, for the bar."""
        return max((row.decision.saved_at for row in self.rows if row.decision), default=None)

    @property
    def current(self) -> Row | None:
        return next((row for row in self.rows if row.open), None)


def room_of(submission: Submission, *, user: User, open_row: int | None = None) -> Room:
    """Everything the room draws. `open_row` is the criterion to open; else the first that is not decided."""
    rows = rows_of(submission)
    chosen = next((row for row in rows if row.criterion.pk == open_row), None)
    chosen = chosen or next((row for row in rows if not row.value), None) or (rows[0] if rows else None)
    if chosen:
        chosen.open = True
    now = clock.now()
    blocked = ""
    if submission.state == SubmissionState.SUBMITTED:
        guards = policy.is_marker, policy.learner_is_on_programme, agreement.is_not_second_marker
        blocked = next((said for guard in guards if (said := guard(submission, user))), "")
        second = agreement.second_of(submission)
        if not blocked and second and second.is_under_way:
            blocked = agreement.first_is_not_done(submission, user)
    held = submission.is_held(now) and submission.state == SubmissionState.SUBMITTED
    return Room(
        submission=submission,
        rows=rows,
        stand=stand_of(submission, rows),
        ruler=ruler_of(submission, rows),
        held=held and submission.held_by_id == user.pk and not blocked,
        blocked=blocked,
        holder=str(submission.held_by) if held and submission.held_by_id != user.pk else "",
        clock=clock_of(submission, today=clock.today()),
        pile=_pile(submission, user),
        evidence=list(submission.evidence.all()) if submission.assignment.kind == "portfolio" else [],
        earlier=_earlier(submission),
    )


def clock_of(submission: Submission, *, today: dt.date) -> deadlines.Clock:
    allowed = submission.assignment.version.marking_days
    return deadlines.marking_clock(timezone.localdate(submission.submitted_at), allowed=allowed, today=today)


def marked_by(user: User, today: dt.date) -> Any:
    """The work waiting for this tutor: of learners on the programme, in the cohorts they are appointed to today."""
    cohorts = user.appointments.covering(today).values("cohort")
    waiting = Submission.objects.awaiting_marking().filter(enrolment__cohort__in=cohorts, enrolment__state="active")
    apart = kept_apart_from(user).values("submission")
    return waiting.exclude(enrolment__learner=user).exclude(pk__in=apart).read_by(user)


def _pile(submission: Submission, user: User) -> Pile | None:
    waiting = marked_by(user, clock.today()).annotate(decided=Count("decisions", filter=~Q(decisions__decision="")))
    columns = "pk", "decided", "enrolment", "shown_learner", "assignment__title"
    pieces = list(waiting.with_shown_learner(user).order_by("submitted_at", "pk").values(*columns))
    for one in pieces:
        one["enrolment__learner__full_name"] = anonymity.shown(one["shown_learner"], one["enrolment"])
    at = next((n for n, one in enumerate(pieces) if one["pk"] == submission.pk), None)
    if at is None:
        return None
    previous = pieces[at - 1] if at else None
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    return Pile(pieces[max(0, at - 5) : at + 6], at + 1, len(pieces), previous, following)


def _earlier(submission: Submission) -> list[Submission]:
    if submission.attempt == 1:
        return []
    before = Submission.objects.filter(enrolment=submission.enrolment_id, assignment=submission.assignment_id)
    return list(before.filter(attempt__lt=submission.attempt).order_by("attempt"))
