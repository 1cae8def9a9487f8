"""What a referral asked for, and what the learner answers: the pieces before an attempt, their actions, the answers.

One statement fetches all of it, because the pages that show it have none to spare.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from assignments import policy
from assignments.models import ActionAnswer, CriterionDecision, Decision, FrozenWording, Submission
from assignments.states import HANDED_IN, SubmissionState
from core.statements import Statement
from programmes.models import Criterion


@dataclass(frozen=True)
class Piece:
    """A piece of work that was handed in before."""

    pk: int
    attempt: int
    state: str
    submitted_at: dt.datetime
    marked_at: dt.datetime | None
    released_at: dt.datetime | None

    @property
    def is_returned(self) -> bool:
        return self.state == SubmissionState.RETURNED

    @property
    def is_referred(self) -> bool:
        return self.state == SubmissionState.REFERRED

    @property
    def name(self) -> str:
        return f"attempt {self.attempt}{', returned unmarked' if self.is_returned else ''}"


@dataclass
class Asked:
    """One action of the referral before, with what stands as its answer. `of` is the piece that the answer was saved in."""

    criterion: Criterion
    action: str
    feedback: str
    label: str = ""
    answer: str = ""
    quote: str = ""
    start: int | None = None
    end: int | None = None
    revision: int = 0
    of: int | None = None

    @property
    def key(self) -> str:
        return f"a-{self.criterion.pk}"

    @property
    def is_answered(self) -> bool:
        return bool(self.answer.strip() or self.quote.strip())

    @property
    def is_lost(self) -> bool:
        """Whether words were quoted that are not in the text (any more)."""
        return bool(self.quote) and self.start is None


@dataclass(frozen=True)
class Before:
    """What came before a piece of work, oldest first, and what the last referral asked for."""

    pieces: Sequence[Piece] = ()
    asked: Sequence[Asked] = field(default_factory=list)

    @property
    def last(self) -> Piece | None:
        """The piece right before: what was returned unmarked, else the attempt before."""
        return self.pieces[-1] if self.pieces else None

    @property
    def referred(self) -> Piece | None:
        found = [one for one in self.pieces if one.is_referred]
        return found[-1] if found else None

    @property
    def answered(self) -> int:
        return sum(one.is_answered for one in self.asked)

    @property
    def open(self) -> list[Asked]:
        return [one for one in self.asked if not one.is_answered]

    @property
    def lost(self) -> list[Asked]:
        return [one for one in self.asked if one.is_lost]

    @property
    def headline(self) -> str:
        """How far the learner has got with answering."""
        number = len(self.asked)
        return f"{self.answered} of {number} thing{'' if number == 1 else 's'} answered"

    @property
    def warning(self) -> str:
        """What the learner reads before handing in. Nothing is refused: a conversation with the tutor answers too."""
        numbers = [one.label for one in self.open]
        if not numbers:
            return ""
        those = "it" if len(numbers) == 1 else "them"
        return (
            f"You have not answered {policy.listed(numbers)} yet. You can hand in all the same, but your tutor looks for "
            f"your answers first, and you cannot add {those} later."
        )


_SAID = {name: name for name in ("answer", "quote", "start", "end", "revision")}
# What is fetched of each piece before and of each of its unmet criteria, by the name it has here.
_COLUMNS = {
    **{name: name for name in ("pk", "attempt", "state", "submitted_at", "marked_at", "released_at", "said")},
    "criterion": "unmet__criterion",
    "action": "unmet__action",
    "feedback": "unmet__feedback",
    "worded": "wording__criteria",
}


def before(submission: Submission) -> Before:
    """The pieces handed in before this one, and the actions of the referral before with their answers.

    A draft goes on from what was answered in a piece of the same attempt that was returned unmarked; what was handed in has
    its own answers.
    """
    place = {"submission": submission.pk, "enrolment": submission.enrolment_id, "assignment": submission.assignment_id}
    if submission.is_draft:
        place["attempt"] = submission.attempt
    rows = _BEFORE.values(submission.is_draft, **place)
    return _gathered(submission, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])


def _before(
    is_draft: object, *, submission: int, enrolment: int, assignment: int, attempt: int = 0
) -> list[QuerySet[Submission, Any]]:
    own = ActionAnswer.objects.filter(criterion=OuterRef("unmet__criterion"))
    if is_draft:
        own = own.filter(
            submission__enrolment=enrolment,
            submission__assignment=assignment,
            # As an expression: whether the number fits into the column is not asked of the stand-in.
            submission__attempt=Value(attempt),
            submission__lte=submission,
        )
    else:
        own = own.filter(submission=submission)
    earlier: Any = Submission.objects.filter(
        enrolment=enrolment, assignment=assignment, state__in=HANDED_IN, pk__lt=submission
    )
    rows = earlier.annotate(
        unmet=FilteredRelation("decisions", condition=Q(decisions__decision=Decision.REFER) & ~Q(decisions__action="")),
        said=Subquery(own.order_by("-submission").values(found=JSONObject(**_SAID, of="submission_id"))[:1]),
    )
    return [rows.order_by("attempt", "pk", "unmet__pk").values_list(*_COLUMNS.values())]


_BEFORE = Statement(_before)


def _gathered(submission: Submission, rows: list[dict[str, Any]]) -> Before:
    pieces: dict[int, Piece] = {}
    asked: list[Asked] = []
    for row in rows:
        facts = {name: row[name] for name in ("pk", "attempt", "state", "submitted_at", "marked_at", "released_at")}
        piece = pieces.setdefault(row["pk"], Piece(**facts))
        if row["criterion"] and piece.is_referred and piece.attempt == submission.attempt - 1:
            said = row["said"] or {}
            if said.get("of") not in (None, submission.pk):
                # It becomes a row of this piece with the next save, or when the work is handed in.
                said = {**said, "revision": 0}
            asked.append(Asked(_criterion(row), row["action"], row["feedback"], **said))
    asked.sort(
        key=lambda one: (one.criterion.outcome.unit.number, one.criterion.outcome.number, one.criterion.position)
    )
    for one, label in zip(asked, policy.numbers_of([one.criterion for one in asked]), strict=True):
        one.label = label
    return Before(list(pieces.values()), asked)


def _criterion(row: dict[str, Any]) -> Criterion:
    """The criterion as it was worded when the work that was referred was handed in."""
    kept = [one for one in row["worded"] or () if one["criterion"] == row["criterion"]]
    if kept:
        return FrozenWording(criteria=kept).as_criteria()[0]
    return Criterion.objects.select_related("outcome__unit").get(pk=row["criterion"])


def with_answers(decisions: QuerySet[CriterionDecision]) -> QuerySet[CriterionDecision]:
    """The decisions of a referral, each with `said`: what the learner answers to it in the attempt after."""
    following = ActionAnswer.objects.filter(
        criterion=OuterRef("criterion"),
        submission__enrolment=OuterRef("submission__enrolment"),
        submission__assignment=OuterRef("submission__assignment"),
        submission__attempt=OuterRef("submission__attempt") + 1,
    ).exclude(submission__state=SubmissionState.WITHDRAWN)
    newest = following.order_by("-submission").values(found=JSONObject(answer="answer", quote="quote"))[:1]
    return decisions.annotate(said=Subquery(newest))


def with_progress(attempts: QuerySet[Submission]) -> QuerySet[Submission]:
    """The attempts, each with how many things were `to_answer` after the attempt before, and how many are `answered`."""
    same = {"submission__enrolment": OuterRef("enrolment"), "submission__assignment": OuterRef("assignment")}
    unmet = CriterionDecision.objects.filter(
        **same,
        decision=Decision.REFER,
        submission__attempt=OuterRef("attempt") - 1,
        submission__state=SubmissionState.REFERRED,
    ).exclude(action="")
    said = ActionAnswer.objects.filter(**same, submission__attempt=OuterRef("attempt"), submission__lte=OuterRef("pk"))
    said = said.exclude(answer="", quote="")
    return attempts.annotate(to_answer=_number(unmet), answered=_number(said))


def _number(rows: QuerySet[Any]) -> Subquery:
    """How many criteria these rows are about."""
    counted = rows.order_by().values("submission__enrolment").annotate(n=Count("criterion", distinct=True))
    return Subquery(counted.values("n"))
