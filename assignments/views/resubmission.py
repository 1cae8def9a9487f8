"""What changed since the piece before: the earlier text beside the new one, the actions with their answers, the comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments import changes as comparing
from assignments import paragraphs
from assignments.changes import Row
from assignments.models import Comment, Reading, Submission
from assignments.paragraphs import Paragraph
from assignments.referral import Asked, Before, Piece, before

# Fewer unchanged paragraphs than this are not worth a fold.
_FOLDED = 3


@dataclass(frozen=True)
class Answered:
    """One action, its answer, and where in the new text the passage stands. `anchor` is the id of its paragraph."""

    asked: Asked
    anchor: str = ""
    under: str = ""


_MARKS = {
    comparing.KEPT: "{}",
    comparing.REMOVED: '<del><span class="visually-hidden"> taken out: </span>{}<span class="visually-hidden">, end.</span></del>',
    comparing.ADDED: '<ins><span class="visually-hidden"> put in: </span>{}<span class="visually-hidden">, end.</span></ins>',
}


def _drawn(pieces: Iterable[comparing.Piece]) -> SafeString:
    """The pieces as HTML: a change has a mark, and words for who does not see it. A template takes four times as long."""
    return SafeString("".join(_MARKS[one.kind].format(escape(one.text)) for one in pieces))


@dataclass
class Part:
    """A change, or a stretch of paragraphs that stayed. A change has its number, and the heading it stands under."""

    number: int = 0
    row: Row | None = None
    anchor: str = ""
    under: str = ""
    same: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_folded(self) -> bool:
        return len(self.same) >= _FOLDED

    @property
    def before(self) -> SafeString:
        """The paragraph as it was, with what was taken out marked."""
        return _drawn(self.row.before if self.row else ())

    @property
    def after(self) -> SafeString:
        return _drawn(self.row.after if self.row else ())

    @property
    def both(self) -> SafeString:
        """Both in one, for a narrow page."""
        return _drawn(self.row.pieces if self.row else ())

    @property
    def word(self) -> str:
        words = {comparing.CHANGED: "Changed", comparing.ADDED: "New", comparing.REMOVED: "Taken out"}
        return words[self.row.kind] if self.row else ""


@dataclass(frozen=True)
class Remark:
    """A comment on the earlier piece, and whether its words are still there."""

    comment: Comment
    still: bool


@dataclass(frozen=True)
class Again:
    """What the room says of a piece that is not the first one."""

    before: Before
    answers: Sequence[Answered]

    @property
    def pieces(self) -> Sequence[Piece]:
        return self.before.pieces

    @property
    def last(self) -> Piece | None:
        return self.before.last


def again_of(submission: Submission) -> Again:
    """The pieces before this one, and the actions with what answers them: one statement."""
    came = before(submission)
    return Again(came, answered(came, _passages(submission)) if came.asked else ())


def _passages(submission: Submission) -> list[Paragraph]:
    stored = getattr(submission.document, "reading", None)
    return paragraphs.paragraphs(stored.html) if stored else []


def answered(came: Before, found: Sequence[Paragraph]) -> list[Answered]:
    shown = []
    for one in came.asked:
        under = paragraphs.under(found, one.start)
        shown.append(Answered(one, paragraphs.anchor(found, one.start), under.text if under else ""))
    return shown


def _seen(user: User) -> QuerySet[Submission]:
    """What was handed in by the learners this person sees, and never their own."""
    return Submission.objects.visible_to(user).handed_in().exclude(enrolment__learner=user)


@requires(Can.READ_WORK)
def changes(request: AuthedRequest, pk: int) -> HttpResponse:
    """The piece before beside this one; `with` names another earlier piece."""
    related = "enrolment__learner", "enrolment__cohort", "assignment", "document__reading", "wording"
    found = get_object_or_404(_seen(request.user).select_related(*related), pk=pk)
    came = before(found)
    earlier = _chosen(came, request.GET.get("with", ""))
    new = _passages(found)
    stored = Reading.objects.filter(document__submission=earlier.pk, document=_document_of(earlier)).first()
    old = paragraphs.paragraphs(stored.html) if stored else []
    rows = comparing.compared([one.text for one in old], [one.text for one in new])
    context: dict[str, Any] = {
        "submission": found,
        "before": came,
        "earlier": earlier,
        "others": [one for one in came.pieces if one.pk != earlier.pk],
        "answers": answered(came, new),
        "amount": comparing.amount(rows),
        "parts": parts_of(rows, new),
        "readable": bool(stored and new),
        "remarks": remarks_of(earlier, found.document),
        "carried": list(
            found.decisions.filter(carried_forward=True)
            .order_by("criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position")
            .values_list("criterion__number", "criterion__title")
        ),
    }
    if request.user.can(Can.MARK):
        context["room"] = reverse("assignments:room", args=[found.pk])
    return render(request, "assignments/changes.html", context)


def _document_of(earlier: Piece) -> QuerySet[Submission, Any]:
    return Submission.objects.filter(pk=earlier.pk).values("document")[:1]


def _chosen(came: Before, asked: str) -> Piece:
    chosen = next((one for one in came.pieces if str(one.pk) == asked), None) if asked else came.last
    if chosen is None:
        raise Http404
    return chosen


def remarks_of(earlier: Piece, document: Any) -> list[Remark]:
    """The comments on the earlier piece. Which words are still there is looked up in the new text."""
    comments = Comment.objects.filter(submission=earlier.pk, removed_at__isnull=True).select_related("criterion")
    text = paragraphs.Searched(document.reading.text) if hasattr(document, "reading") else None
    return [
        Remark(one, bool(text and one.quote and text.find(one.quote)))
        for one in comments.order_by("start", "created_at")
    ]


def parts_of(rows: Sequence[Row], new: Sequence[Paragraph]) -> list[Part]:
    """The rows as a reader meets them: unchanged stretches together, each change with its number and its heading."""
    parts: list[Part] = []
    number, under = 0, ""
    for row in rows:
        here = new[row.new] if row.new is not None else None
        if here and here.level:
            under = here.text
        anchor = f"n-{here.id}" if here and here.id else ""
        if row.kind == comparing.SAME:
            if not (parts and parts[-1].same):
                parts.append(Part())
            parts[-1].same.append((anchor, row.pieces[0].text))
            continue
        number += 1
        parts.append(Part(number, row, anchor, under))
    return parts
