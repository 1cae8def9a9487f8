"""The comments on a piece of work as a page draws them: in the order of the text, numbered, under its headings. One statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.db.models.functions import Left, Length

from assignments import passages, policy
from assignments.models import Reading, Submission

# A passage may be the whole text; in the list it is known by its first words.
SHOWN = 240
BEFORE = "Before the first heading"
APART = "On a criterion, beside no passage"
EARLIER = "On an earlier reading of the text"


@dataclass(slots=True)
class Remark:
    """One comment in the list. `start` and `end` are only there if the text is still the one it was tied to."""

    number: int
    pk: int
    body: str
    quote: str
    cut: bool
    start: int | None
    end: int | None
    criterion_id: int | None
    criterion: str
    revision: int
    author: str
    saved_at: dt.datetime


@dataclass(slots=True)
class Group:
    title: str
    tied: bool
    remarks: list[Remark] = field(default_factory=list)


@dataclass
class Comments:
    groups: list[Group]
    # Each criterion with its label, and how many comments are about it.
    criteria: list[tuple[int, str, int]]
    total: int

    @property
    def new_key(self) -> uuid.UUID:
        """The key of the comment that the form on this page would add."""
        return uuid.uuid4()

    def number_of(self, pk: int) -> int:
        return next((one.number for group in self.groups for one in group.remarks if one.pk == pk), 0)


def comments_of(submission: Submission, criteria: Sequence[Any]) -> Comments:
    """The standing comments on `submission`; `criteria` are those it is marked against."""
    labels = dict(zip((one.pk for one in criteria), policy.numbers_of(criteria), strict=True))
    reading = getattr(submission.document, "reading", None)
    rows = (
        submission.comments.filter(removed_at__isnull=True)
        .order_by(F("start").asc(nulls_last=True), "end", "created_at", "pk")
        .annotate(words=Left("quote", SHOWN), length=Length("quote"))
        .values_list(
            "pk",
            "body",
            "words",
            "length",
            "start",
            "end",
            "criterion_id",
            "revision",
            "saved_by__full_name",
            "saved_at",
            "of_text",
        )
    )
    groups = _groups(rows, labels, reading)
    counts = Counter(one.criterion_id for group in groups for one in group.remarks)
    return Comments(
        groups=groups,
        criteria=[(pk, label, counts[pk]) for pk, label in labels.items()],
        total=sum(counts.values()),
    )


def _groups(rows: Any, labels: dict[int, str], reading: Reading | None) -> list[Group]:
    found = list(rows)
    headings = passages.Headings(reading.text, reading.outline) if reading and found else passages.Headings("", [])
    groups: list[Group] = []
    for number, row in enumerate(found, start=1):
        pk, body, words, length, start, end, criterion, revision, author, saved_at, of_text = row
        tied = start is not None and reading is not None and of_text == reading.sha256
        title = (headings.above(start) or BEFORE) if tied else APART if start is None else EARLIER
        if not groups or (groups[-1].title, groups[-1].tied) != (title, tied):
            groups.append(Group(title, tied))
        groups[-1].remarks.append(
            Remark(
                number=number,
                pk=pk,
                body=body,
                quote=words,
                cut=length > SHOWN,
                start=start if tied else None,
                end=end if tied else None,
                criterion_id=criterion,
                criterion=labels.get(criterion, ""),
                revision=revision,
                author=author,
                saved_at=saved_at,
            )
        )
    return groups
