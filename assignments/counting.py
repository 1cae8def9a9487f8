"""What counts: which moment against the deadline, and which words against the range. Pure decisions, in sentences."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

# ---- time

# From the end of an upload, this long may the declarations take for its beginning to count.
HAND_IN_WITHIN = dt.timedelta(minutes=60)
# An upload that was left and taken up again later than this is no slow line.
UPLOAD_WITHIN = dt.timedelta(hours=24)
RULE = (
    "What counts against the deadline is the moment of handing in.",
    "For an essay whose upload began on or before the due day, and which was handed in within 60 minutes of the end of "
    "that upload, it is the moment at which the upload began: a slow line or a long form makes nobody late. An upload that "
    "took more than 24 hours counts from its end.",
    "For work that staff handed in for a learner, it is the moment at which it really arrived at the centre.",
)


def counted_at(
    *,
    handed_in_at: dt.datetime,
    due_on: dt.date | None,
    began_at: dt.datetime | None = None,
    ended_at: dt.datetime | None = None,
    arrived_at: dt.datetime | None = None,
) -> dt.datetime:
    """The moment that is held against the deadline, by the sentences of `RULE`.

    `began_at` and `ended_at` are those of the upload of an essay's file; a portfolio has none. Days are the centre's.
    """
    if arrived_at is not None:
        return arrived_at
    if began_at is None or ended_at is None or due_on is None:
        return handed_in_at
    if ended_at - began_at > UPLOAD_WITHIN:
        began_at = ended_at
    in_time = timezone.localdate(began_at) <= due_on and handed_in_at - ended_at <= HAND_IN_WITHIN
    return min(began_at, handed_in_at) if in_time else handed_in_at


def why_counted(submission: Any) -> str:
    """Which sentence of `RULE` applied to a handed-in attempt, for its receipt."""
    if submission.arrived_at:
        return "It really arrived then. Staff handed it in, and the day on which they did does not count."
    if submission.counted_at < submission.submitted_at:
        began = (
            "The upload began then"
            if submission.counted_at == submission.document.upload_began_at
            else "The upload ended then"
        )
        return f"{began}: on or before the due day, and handed in within 60 minutes of the end of the upload."
    document, due_on = submission.document, submission.due_on
    if submission.assignment.kind != "essay" or not document or not due_on:
        return "It was handed in then."
    if document.uploaded_at - document.upload_began_at > UPLOAD_WITHIN:
        return "It was handed in then. The upload took more than 24 hours, so its beginning does not count."
    if timezone.localdate(document.upload_began_at) <= due_on < timezone.localdate(submission.submitted_at):
        return "It was handed in then. The upload began in time, but its end lay more than 60 minutes back."
    return "It was handed in then."


def arrival_problem(
    arrived_at: dt.datetime, *, now: dt.datetime, enrolled_at: dt.datetime | None, opened_at: dt.datetime | None = None
) -> str:
    """Why work cannot have arrived then. `opened_at` is when this attempt opened, where it follows a referral."""
    if arrived_at > now:
        return "It cannot have arrived in the future. Check the day and the time."
    if enrolled_at and arrived_at < enrolled_at:
        return f"It cannot have arrived before the enrolment began ({_said(enrolled_at)}). Check the day and the year."
    if opened_at and arrived_at < opened_at:
        return f"The attempt before it was referred on {_said(opened_at)}. This one cannot have arrived earlier."
    return ""


def signature_problem(signed_on: dt.date, *, today: dt.date, enrolled_at: dt.datetime | None) -> str:
    """Why a cover sheet cannot have been signed on this day."""
    if signed_on > today:
        return "The cover sheet cannot have been signed in the future. Check the day."
    if enrolled_at and signed_on < timezone.localdate(enrolled_at):
        return (
            f"It cannot have been signed before the enrolment began ({_said(enrolled_at)}). Check the day and the year."
        )
    return ""


def _said(moment: dt.datetime) -> str:
    here = timezone.localtime(moment)
    return f"{here:%a} {here.day} {here:%B %Y}, {here:%H:%M}"


# ---- length

# The parts of a document that its body holds; references and notes stand beside the body (`word_count.RULE`).
INSIDE_BODY = ("headings", "tables", "captions", "quotations")
BESIDE_BODY = ("references", "notes")
NAMES = {
    "headings": "headings",
    "tables": "tables",
    "captions": "captions",
    "quotations": "set-off quotations",
    "references": "the reference list",
    "notes": "footnotes and endnotes",
}


@dataclass(frozen=True)
class Length:
    """The count of one document by the rule of its assignment (`ilm` A15, A16).

    `least` and `most` are the range as it is asked, `floor` and `ceiling` with the tolerance. `left_out` and `with_it` name
    parts and their words; `unknown` are parts to be left out that this file's count does not tell apart.
    """

    counted: int
    total: int
    left_out: tuple[tuple[str, int], ...]
    with_it: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    least: int | None
    most: int | None
    floor: int
    ceiling: int
    tolerance: int
    rule: str

    @property
    def has_range(self) -> bool:
        return bool(self.least and self.most) and self.rule != "none"

    @property
    def short_by(self) -> int:
        return max(0, (self.least or 0) - self.counted) if self.has_range and self.counted < self.floor else 0

    @property
    def over_by(self) -> int:
        return max(0, self.counted - (self.most or 0)) if self.has_range and self.counted > self.ceiling else 0

    @property
    def word(self) -> str:
        if not self.has_range:
            return ""
        if self.short_by:
            return "fewer than the range"
        if self.over_by:
            return "more than the range"
        inside = (self.least or 0) <= self.counted <= (self.most or 0)
        return "inside the range" if inside else "inside the tolerance"


def length(document: Any, assignment: Any) -> Length:
    """The words of `document` that count in `assignment`, with what is left out, by name."""
    parts: Mapping[str, int] = {
        "references": document.words_references or 0,
        "notes": document.words_notes or 0,
        **(getattr(document, "word_parts", None) or {}),
    }
    body, excluded = document.words or 0, set(assignment.words_excluded)
    counted = body - sum(parts.get(one, 0) for one in INSIDE_BODY if one in excluded)
    counted += sum(parts[one] for one in BESIDE_BODY if one not in excluded)
    least, most, per_cent = assignment.words_min, assignment.words_max, assignment.words_tolerance
    return Length(
        counted=counted,
        total=body + sum(parts[one] for one in BESIDE_BODY),
        left_out=tuple((NAMES[one], parts[one]) for one in NAMES if one in excluded and parts.get(one)),
        with_it=tuple((NAMES[one], parts[one]) for one in NAMES if one not in excluded and parts.get(one)),
        unknown=tuple(NAMES[one] for one in INSIDE_BODY if one in excluded and one not in parts),
        least=least,
        most=most,
        floor=-(-(least or 0) * (100 - per_cent) // 100),
        ceiling=(most or 0) * (100 + per_cent) // 100,
        tolerance=per_cent,
        rule=assignment.words_rule,
    )


def length_remark(found: Length) -> str:
    """What the count means for the learner. It advises or warns; no length is refused at the hand-in."""
    if not (found.short_by or found.over_by):
        return ""
    range_ = f"{found.least:,} to {found.most:,}"
    if found.tolerance:
        range_ += f", with the {found.tolerance} % allowed either way {found.floor:,} to {found.ceiling:,}"
    more = f"{found.short_by:,} fewer" if found.short_by else f"{found.over_by:,} more"
    begins = f"This is {more} than the range of {range_}. You can hand it in"
    if found.rule == "return":
        return f"{begins}. Work outside the range may be returned unmarked, so change it first if you can."
    if found.short_by:
        return (
            f"{begins}: the range is a guide. So short, it often lacks what one of the criteria asks for, so look once "
            "more at each of them."
        )
    return (
        f"{begins}: the range is a guide, and your tutor reads all of it. It may gain from cutting what speaks to no "
        "criterion."
    )


def length_rule(found: Length) -> str:
    """What the assignment says about length, in one or two sentences."""
    if not found.has_range:
        return ""
    if found.rule == "return":
        end = "Work outside the range may be returned unmarked; the hand-in itself is never refused."
    else:
        end = "It is a guide; the work is not sent back for its length."
    slack = f", with {found.tolerance} % allowed either way" if found.tolerance else ""
    return f"The range is {found.least:,} to {found.most:,} words{slack}. {end}"
