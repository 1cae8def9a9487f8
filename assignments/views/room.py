"""What the marking room shows, put together from one piece of work: rows of the tray, the ruler, where it stands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from assignments import authenticity, deadlines, policy
from assignments.declarations import AI_USES
from assignments.models import CriterionDecision, Submission
from assignments.states import SubmissionState
from assignments.views import reading
from core import clock
from programmes.models import Criterion

_BLANK: Mapping[str, Any] = {"revision": 0, "decision": "", "feedback": "", "action": ""}
SIGNS = {"pass": ("done", "pass"), "refer": ("referred", "refer"), "": ("not_yet", "not decided yet")}
_HEADING = re.compile(r"""(<h[2-6] [^>]*?id="([^"]+)"[^>]*>(?:(?!</h).)*)</(h[2-6])>""")
_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)*)\b")


@dataclass
class Row:
    """One criterion in the tray. `theirs` is what somebody else saved meanwhile, beside what is in the fields.

    The fields are drawn as plain markup: twelve form objects cost more than the rest of the tray. `DecideForm` judges
    what is posted.
    """

    criterion: Criterion
    decision: CriterionDecision | None
    written: Mapping[str, Any]
    section: str = ""
    errors: Sequence[str] = ()
    open: bool = False
    theirs: CriterionDecision | None = None
    following: str = ""
    label: str = ""

    @property
    def key(self) -> str:
        return f"k-{self.criterion.pk}"

    @property
    def value(self) -> str:
        return self.decision.decision if self.decision else ""

    @property
    def sign(self) -> str:
        return SIGNS[self.value][0]

    @property
    def word(self) -> str:
        return SIGNS[self.value][1]

    @property
    def remark(self) -> str:
        return "met in an earlier attempt" if self.decision and self.decision.carried_forward else ""


@dataclass(frozen=True)
class Stand:
    """Where the marking stands: what the outcome would be, and what is still missing before it can be signed."""

    passes: int
    refers: int
    open: tuple[Row, ...]
    without_action: tuple[Row, ...]
    outcome: str
    limit: str

    @property
    def decided(self) -> int:
        return self.passes + self.refers

    @property
    def total(self) -> int:
        return self.decided + len(self.open)

    @property
    def sentence(self) -> str:
        if self.refers:
            return f"referral with {self.refers} action{'' if self.refers == 1 else 's'}"
        if not self.decided:
            return "nothing decided yet"
        return "pass" if not self.open else "pass so far"

    @property
    def can_pass(self) -> bool:
        return self.outcome == "pass"

    @property
    def can_refer(self) -> bool:
        return self.outcome == "referral" and not self.without_action and not self.limit


@dataclass(frozen=True)
class Mark:
    """One mark of the ruler: a section of the text, with the sign of the criterion it answers, if it names one."""

    label: str
    title: str
    href: str
    sign: str = ""
    word: str = ""


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
        return _with_lengths(reading.shown(document), _outline(self.submission)) if hasattr(document, "reading") else ""

    @property
    def saved_at(self) -> dt.datetime | None:
        """When the last criterion was saved, for the bar."""
        return max((row.decision.saved_at for row in self.rows if row.decision), default=None)

    @property
    def current(self) -> Row | None:
        return next((row for row in self.rows if row.open), None)


def rows_of(submission: Submission) -> list[Row]:
    """The criteria in the awarding organisation's order, each with what is saved, to go on with."""
    saved = {one.criterion_id: one for one in submission.decisions.order_by().select_related("saved_by")}
    sections = _sections(submission)
    rows = []
    for criterion in submission.asked():
        decision = saved.get(criterion.pk)
        written = dict(_BLANK)
        if decision:
            written = {name: getattr(decision, name) for name in _BLANK}
        rows.append(Row(criterion, decision, written, sections.get(criterion.number, "")))
    for row, label in zip(rows, policy.numbers_of([row.criterion for row in rows]), strict=True):
        row.label = label
    for row in rows:
        following = next_open(rows, row.criterion.pk)
        row.following = following.label if following else ""
    return rows


def next_open(rows: list[Row], criterion: int) -> Row | None:
    """The next criterion that is not decided, after this one and then from the start."""
    at = next((n for n, row in enumerate(rows) if row.criterion.pk == criterion), 0)
    return next((row for row in [*rows[at + 1 :], *rows[:at]] if not row.value), None)


def units_of(rows: list[Row]) -> list[str]:
    """The numbers of the units these criteria belong to."""
    return list(dict.fromkeys(row.criterion.outcome.unit.number for row in rows))


def stand_of(submission: Submission, rows: list[Row]) -> Stand:
    values = [row.value for row in rows]
    unmet = [row for row in rows if row.value == "refer"]
    return Stand(
        passes=values.count("pass"),
        refers=len(unmet),
        open=tuple(row for row in rows if not row.value),
        without_action=tuple(row for row in unmet if row.decision and not row.decision.action.strip()),
        outcome=policy.outcome(values),
        limit=policy.attempts_are_left(submission, None) if unmet else "",
    )


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
        ruler=_ruler(submission, rows),
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
    return waiting.exclude(enrolment__learner=user)


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


def _earlier(submission: Submission) -> list[Submission]:
    if submission.attempt == 1:
        return []
    before = Submission.objects.filter(enrolment=submission.enrolment_id, assignment=submission.assignment_id)
    return list(before.filter(attempt__lt=submission.attempt).order_by("attempt"))


def _with_lengths(html: str, outline: list[dict[str, Any]]) -> SafeString:
    """Beside each heading that the outline knows, how many words its section has."""
    words = {one["id"]: one["words"] for one in outline}

    def told(found: re.Match[str]) -> str:
        length = words.get(found[2])
        small = f"<small>{length:,} words</small>" if length else ""
        return f"{found[1]}{small}</{found[3]}>"

    return SafeString(_HEADING.sub(told, html))


def _outline(submission: Submission) -> list[dict[str, Any]]:
    stored = getattr(submission.document, "reading", None)
    return list(stored.outline) if stored else []


def _sections(submission: Submission) -> dict[str, str]:
    """By the number a heading begins with, where in the text it stands. Many learners head each answer so."""
    found: dict[str, str] = {}
    for one in _outline(submission):
        if named := _NUMBER.match(one["title"]):
            found.setdefault(named[1], one["id"])
    return found


def _ruler(submission: Submission, rows: list[Row]) -> list[Mark]:
    """The outline as a ruler: by criterion if the headings name them, else section by section."""
    if sum(bool(row.section) for row in rows) * 2 >= len(rows) > 0:
        return [
            Mark(row.criterion.number, row.criterion.title, f"#{row.section or row.key}", row.sign, row.word)
            for row in rows
        ]
    outline = _outline(submission)
    top = min((one["level"] for one in outline), default=0)
    sections = [one for one in outline if one["level"] <= top + 1][:40]
    return [Mark(str(n), one["title"], f"#{one['id']}") for n, one in enumerate(sections, start=1)]
