"""The authenticity file of an attempt: all that speaks for its being the learner's own work, in one place. It only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from assignments import declarations, similarity
from assignments.models import (
    Document,
    Draft,
    SimilarityCheck,
    SimilarityMatch,
    Submission,
    WritingVersion,
    veil_for,
)
from core import clock
from core.templatetags.ui import half_up
from programmes.models import TutorAppointment, VerifierAllocation

_REASONS = {"quotations": "in quotations", "references": "in the reference list", "supplied": "of the assignment’s own"}


@dataclass(frozen=True)
class Kept:
    """One version of the work on its way to the hand-in. `sha256` is empty where no file was kept."""

    made_at: dt.datetime
    what: str
    words: int | None
    sha256: str
    is_handed_in: bool = False


def drafts_of(submission: Submission) -> list[Kept]:
    """Every version that the system kept, oldest first: files, texts written here, drafts sent for comment. One statement."""
    pk, nothing, none = submission.pk, Value(""), Value(0)
    files = Document.objects.filter(submission=pk).values_list(
        "uploaded_at", Value("file"), "name", "words", "sha256", "pk", none, none
    )
    written = WritingVersion.objects.filter(writing__submission=pk).values_list(
        "saved_at", Value("written"), nothing, "words", nothing, "number", "added", "removed"
    )
    sent = Draft.objects.filter(submission=pk).values_list(
        "sent_at", Value("draft"), Coalesce("commented_by__full_name", nothing), "document__words", "document__sha256",
        "pk", none, none,
    )  # fmt: skip
    rows = files.order_by().union(written.order_by(), sent.order_by(), all=True)
    return [_kept(submission, *row) for row in sorted(rows, key=lambda row: (row[0], row[1] == "draft", row[5]))]


def _kept(
    submission: Submission,
    made_at: dt.datetime,
    kind: str,
    name: str,
    words: int | None,
    sha256: str,
    number: int,
    added: int,
    removed: int,
) -> Kept:
    if kind == "written":
        what = f"Version {number} of the text written here: {added:,} words added, {removed:,} taken out"
    elif kind == "draft":
        what = f"Sent to the tutor for comment{f', commented by {name}' if name else ''}"
    else:
        what = "A file" if submission.is_veiled else name
    return Kept(made_at, what, words, sha256, kind == "file" and number == submission.document_id)


def files_seen_by(user: User) -> QuerySet[Submission]:
    """Handed-in work whose file this person may open: never one's own. `judged_by_me` says who may add to it."""
    today = clock.today()
    appointed = TutorAppointment.objects.covering(today).filter(tutor=user, cohort=OuterRef("enrolment__cohort"))
    allocated = VerifierAllocation.objects.in_force(today).filter(
        verifier=user, role="iqa", cohort=OuterRef("enrolment__cohort")
    )
    found = Submission.objects.visible_to(user).handed_in().exclude(enrolment__learner=user)
    return found.annotate(judged_by_me=Exists(appointed) | Exists(allocated)).select_related(
        "enrolment__learner",
        "enrolment__cohort",
        "assignment__version__qualification__organisation",
        "document__similarity_check",
        "declaration",
        "submitted_by",
    )


# ---- the AI statement


def ai_facts(submission: Submission) -> dict[str, str]:
    """What was declared about AI, against what the assignment allows."""
    declaration = getattr(submission, "declaration", None)
    if declaration is None:
        return {"used": "Nothing declared", "statement": "", "allowed": declarations.ai_rule(submission.assignment)}
    beyond = declarations.ai_remark(submission.assignment, declaration.ai_use)
    return {
        "used": dict(declarations.AI_USES).get(declaration.ai_use, declaration.ai_use),
        "statement": declaration.ai_statement,
        "allowed": declarations.ai_rule(submission.assignment),
        "beyond": "This goes beyond what the assignment allows. Read the statement, then decide." if beyond else "",
    }


# ---- similarity


def check_of(submission: Submission) -> SimilarityCheck | None:
    return getattr(submission.document, "similarity_check", None)


def headline(check: SimilarityCheck | None) -> str:
    """What the comparison found, in a sentence with its percentage and what that is a percentage of."""
    if check is None:
        return "This has not been compared with other work."
    if check.is_given_up:
        return "This could not be compared with other work, though it was tried several times."
    if check.computed_at is None:
        return "This is being compared with the other work of the centre. Look again in a few minutes."
    if not check.words:
        return "There is no text in this that could be compared."
    if not check.compared_with:
        return "There is no other work to compare this with yet."
    return f"{percentage(check)} of the {check.words:,} words compared stand also in other work of this centre."


def percentage(check: SimilarityCheck) -> str:
    """The share in whole per cent; what is there but rounds to nothing is "less than 1 %"."""
    share = check.share or 0
    return "less than 1\N{NO-BREAK SPACE}%" if 0 < share < 0.005 else f"{half_up(share * 100)}\N{NO-BREAK SPACE}%"


def meaning(check: SimilarityCheck) -> str:
    """What was compared with what, and what was left out."""
    parts = [f"{check.words_left_out[why]:,} {said}" for why, said in _REASONS.items() if check.words_left_out.get(why)]
    pieces = f"{check.compared_with:,} other {'piece' if check.compared_with == 1 else 'pieces'}"
    rule = "Quotations, references and the assignment’s own words are left out"
    return f"Compared with {pieces} of work from all cohorts. {rule}{': ' + ', '.join(parts) if parts else ''}."


@dataclass(frozen=True)
class Beside:
    """One other piece that has passages in common. `submission` is None where this person may not see it."""

    match: SimilarityMatch
    other: Submission
    submission: Submission | None
    is_same_learner: bool
    share: float | None
    is_earlier: bool

    @property
    def who(self) -> str:
        if self.is_same_learner:
            return f"The learner’s own {self.other.assignment.title.lower()}, attempt {self.other.attempt}"
        if self.submission is None:
            return "A piece of another cohort"
        one = self.submission
        return f"{one.enrolment.learner}, {one.assignment.title.lower()}, attempt {one.attempt}, {one.enrolment.cohort}"

    @property
    def order(self) -> str:
        return "handed in before this" if self.is_earlier else "handed in after this"


_OTHERS = (
    "submission__enrolment__learner",
    "submission__enrolment__cohort",
    "submission__assignment",
    "similarity_check",
)


def beside(submission: Submission, user: User, *, other: int | None = None) -> list[Beside]:
    """The pieces that share passages with this one, whichever of the two was compared; the largest part first."""
    check = check_of(submission)
    if check is None:
        return []
    document = submission.document_id
    found = SimilarityMatch.objects.filter(Q(comparison__document=document) | Q(other=document))
    if other is not None:
        found = found.filter(Q(comparison__document__submission=other) | Q(other__submission=other))
    seen = Submission.objects.visible_to(user)
    found = found.annotate(
        sees_other=Exists(seen.filter(document=OuterRef("other"))),
        sees_compared=Exists(seen.filter(document=OuterRef("comparison__document"))),
    ).select_related(
        *(f"other__{path}" for path in _OTHERS), *(f"comparison__document__{path}" for path in _OTHERS[:3])
    )
    matches = list(found)
    both = [one for match in matches for one in (match.other.submission, match.comparison.document.submission)]
    veil_for(user, [one for one in both if one.pk != submission.pk])
    rows: dict[int, Beside] = {}
    for match in sorted(matches, key=lambda one: one.comparison.document_id != document):
        mine = match.comparison.document_id == document
        piece = match.other if mine else match.comparison.document
        if piece.pk not in rows:
            visible = match.sees_other if mine else match.sees_compared
            rows[piece.pk] = _row(submission, check, match, piece, visible=visible)
    return sorted(rows.values(), key=lambda one: (-one.match.words, one.match.pk))


def _row(
    submission: Submission, check: SimilarityCheck, match: SimilarityMatch, piece: Document, *, visible: Any
) -> Beside:
    one = piece.submission
    same = one.enrolment.learner_id == submission.enrolment.learner_id
    share = min(1.0, match.words / check.words) if check.words else None
    earlier = (one.submitted_at, one.pk) < (submission.submitted_at, submission.pk)
    return Beside(match, one, one if visible else None, is_same_learner=same, share=share, is_earlier=earlier)


CONTEXT = 240


@dataclass(frozen=True)
class Side:
    """A passage in one of the two texts, with what stands around it."""

    before: str
    text: str
    after: str


@dataclass(frozen=True)
class PassagePair:
    number: int
    words: int
    own: Side
    other: Side


def pairs_of(row: Beside, document: Document) -> list[PassagePair]:
    """The passages side by side. Of a piece this person may not see there are the shared words alone."""
    other = row.other.document
    own_text, other_text = document.reading.text, other.reading.text if other else ""
    pairs = []
    for number, one in enumerate(row.match.seen_from(document.pk), start=1):
        own = _side(own_text, one["start"], one["end"], around=CONTEXT)
        if row.submission:
            theirs = _side(other_text, one["other_start"], one["other_end"], around=CONTEXT)
        else:
            theirs = Side("", _shared(own.text, other_text[one["other_start"] : one["other_end"]]), "")
        pairs.append(PassagePair(number, one["words"], own, theirs))
    return pairs


def _shared(own: str, other: str) -> str:
    """The words of the other passage that stand in this one too: what lies between may name somebody."""
    first, second = similarity.tokens(own), similarity.tokens(other)
    blocks = SequenceMatcher(None, first.values, second.values, autojunk=False).get_matching_blocks()
    runs = [other[second.starts[j] : second.ends[j + size - 1]] for _, j, size in blocks if size]
    return " … ".join(runs)


def _side(text: str, start: int, end: int, *, around: int) -> Side:
    """The passage, with whole words around it."""
    before = text[max(0, start - around) : start] if around else ""
    after = text[end : end + around]
    if start > around > 0:
        before = "… " + before.partition(" ")[2]
    if around and end + around < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Side(before, text[start:end], after)
