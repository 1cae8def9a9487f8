"""What the marking room shows, put together from one piece of work: text, tray, ruler, clock, and the pile it lies in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q

from accounts.models import User
from assignments import authenticity, deadlines, policy
from assignments.declarations import AI_USES
from assignments.models import Submission
from assignments.states import SubmissionState
from assignments.views import reading
from assignments.views.commented import Comments, comments_of
from assignments.views.outline import Mark, outline_of, ruler_of, with_lengths
from assignments.views.resubmission import Again, again_of
from assignments.views.tray import Row, Stand, rows_of, stand_of, units_of
from assignments.waiting import clock_of
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
    again: Again | None = None

    hold_hours: ClassVar[int] = int(policy.HOLD_FOR.total_seconds() // 3600)

    @property
    def waits(self) -> bool:
        """Whether the outcome is still to be signed."""
        return self.submission.state == SubmissionState.SUBMITTED

    @property
    def units(self) -> list[str]:
        return units_of(self.rows)

    @property
    def carried(self) -> list[Row]:
        """The criteria that were met in an earlier attempt."""
        return [row for row in self.rows if row.decision and row.decision.carried_forward]

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

    @cached_property
    def comments(self) -> Comments:
        """The comments on this piece, in the order of the text."""
        return comments_of(self.submission, [row.criterion for row in self.rows])

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
        blocked = policy.is_marker(submission, user) or policy.learner_is_on_programme(submission, user)
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
        again=again_of(submission),
    )


def marked_by(user: User, today: dt.date) -> Any:
    """The work waiting for this tutor: of learners on the programme, in the cohorts they are appointed to today."""
    return Submission.objects.waiting_for(user, today)


def _pile(submission: Submission, user: User) -> Pile | None:
    waiting = marked_by(user, clock.today()).annotate(decided=Count("decisions", filter=~Q(decisions__decision="")))
    pieces = list(
        waiting.order_by("submitted_at", "pk").values(
            "pk", "decided", "enrolment__learner__full_name", "assignment__title"
        )
    )
    at = next((n for n, one in enumerate(pieces) if one["pk"] == submission.pk), None)
    if at is None:
        return None
    previous = pieces[at - 1] if at else None
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    return Pile(pieces[max(0, at - 5) : at + 6], at + 1, len(pieces), previous, following)
