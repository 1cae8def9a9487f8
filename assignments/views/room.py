"""What the marking room shows, put together from one piece of work: text, tray, ruler, clock, and the pile it lies in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from accounts.models import User
from assignments import agreement, authenticity, counting, deadlines, policy
from assignments.declarations import AI_USES
from assignments.models import Submission
from assignments.states import SubmissionState
from assignments.views import outline as outlines
from assignments.views import reading
from assignments.views.commented import Comments, comments_of
from assignments.views.criterion import Tray, options
from assignments.views.outline import Mark, Shown
from assignments.views.pile import Pile, pile_html, pile_of
from assignments.views.resubmission import Again, again_of
from assignments.views.tray import Row, Stand, rows_of, stand_of, units_of
from assignments.waiting import clock_of
from core import clock


@dataclass
class Room:
    submission: Submission
    rows: list[Row]
    stand: Stand
    ruler: list[Mark]
    token: str
    held: bool
    blocked: str
    holder: str
    clock: deadlines.Clock
    pile: Pile | None = None
    evidence: list[Any] = field(default_factory=list)
    matrix: list[Shown] | None = None
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
        return reading.shown(document) if hasattr(document, "reading") else ""

    @property
    def length(self) -> str:
        """What is in the count and what is left out of it, in sentences."""
        document = self.submission.document
        if document is None or not document.words or document.kind == "portfolio":
            return ""
        return reading.breakdown(counting.length(document, self.submission.asked_for))

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        return outlines.places_of(self.submission, self.evidence)

    @property
    def ruler_html(self) -> str:
        return outlines.ruler_html(self.ruler)

    @property
    def outline_html(self) -> str:
        return outlines.outline_html(self.submission, self.rows)

    @property
    def matrix_html(self) -> str:
        return outlines.matrix_html(self.matrix or ())

    @property
    def criteria_html(self) -> str:
        beside = outlines.beside(self.matrix, self.rows) if self.matrix is not None else {}
        tray = Tray(self.submission, self.stand, self.places, token=self.token)
        return tray.criteria(self.rows, several_units=len(self.units) > 1, held=self.held, beside=beside)

    @property
    def options(self) -> str:
        """Every place that a decision can name, once a page; the script fills the criteria with them."""
        return options(self.places) if self.held else ""

    @property
    def pile_html(self) -> str:
        return pile_html(self.pile, self.submission.pk) if self.pile else ""

    @property
    def original(self) -> tuple[str, bool]:
        return outlines.original_of(self.submission)

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


def room_of(submission: Submission, *, user: User, open_row: int | None = None, token: str = "") -> Room:
    """Everything the room draws. `open_row` is the criterion to open; else the first that is not decided.

    `token` is what a form needs to be taken for one of ours.
    """
    rows = rows_of(submission)
    chosen = next((row for row in rows if row.criterion.pk == open_row), None)
    chosen = chosen or next((row for row in rows if not row.value), None) or (rows[0] if rows else None)
    if chosen:
        chosen.open = True
    now = clock.now()
    pile = pile_of(submission, user)
    blocked = ""
    # What lies in the tutor's pile is theirs to mark; only for the rest the reason has to be asked for.
    if submission.state == SubmissionState.SUBMITTED:
        if not (pile and pile.position):
            guards = policy.is_marker, policy.learner_is_on_programme, agreement.is_not_second_marker
            blocked = next((said for guard in guards if (said := guard(submission, user))), "")
        second = agreement.second_of(submission)
        if not blocked and second and second.is_under_way:
            blocked = agreement.first_is_not_done(submission, user)
    is_portfolio = submission.assignment.kind == "portfolio"
    evidence = list(submission.evidence.all()) if is_portfolio else []
    held = submission.is_held(now) and submission.state == SubmissionState.SUBMITTED
    return Room(
        submission=submission,
        rows=rows,
        stand=stand_of(submission, rows),
        ruler=outlines.ruler_of(submission, rows),
        token=token,
        held=held and submission.held_by_id == user.pk and not blocked,
        blocked=blocked,
        holder=str(submission.held_by) if held and submission.held_by_id != user.pk else "",
        clock=clock_of(submission, today=clock.today()),
        pile=pile,
        evidence=evidence,
        matrix=outlines.matrix_of(submission, evidence) if is_portfolio else None,
        again=again_of(submission),
    )
