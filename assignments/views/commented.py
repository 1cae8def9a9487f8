"""The comments on a piece of work as a page draws them: in the order of the text, numbered, under its headings. One statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from django.db.models import F, QuerySet
from django.db.models.functions import Left, Length
from django.urls import reverse
from django.utils.safestring import SafeString

from assignments import passages, policy
from assignments.models import Comment, Reading, Submission
from core.statements import Statement
from core.templatetags.ui import moment

# A passage may be the whole text; in the list it is known by its first words.
SHOWN = 240
BEFORE = "Before the first heading"
APART = "On a criterion, beside no passage"
EARLIER = "On an earlier reading of the text"


class Remark(NamedTuple):
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
    # The address under which those of this piece are written.
    base: str

    @property
    def written(self) -> SafeString:
        """The list for whoever may write."""
        return list_html(self, may=True)

    @property
    def read(self) -> SafeString:
        """The list for whoever reads."""
        return list_html(self, may=False)

    @cached_property
    def options(self) -> SafeString:
        """The criteria a comment can be about."""
        return SafeString("".join(f'<option value="{pk}">{escape(label)}</option>' for pk, label, _ in self.criteria))

    @property
    def new_key(self) -> uuid.UUID:
        """The key of the comment that the form on this page would add."""
        return uuid.uuid4()

    def number_of(self, pk: int) -> int:
        return next((one.number for group in self.groups for one in group.remarks if one.pk == pk), 0)


def _standing(_shape: object, *, submission: int) -> list[QuerySet[Comment, Any]]:
    return [
        Comment.objects.filter(submission=submission, removed_at__isnull=True)
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
    ]


# SQLite says "the first words" as "from the first".
_STANDING = Statement(_standing, constants=(1, SHOWN))


def comments_of(submission: Submission, criteria: Sequence[Any]) -> Comments:
    """The standing comments on `submission`; `criteria` are those it is marked against."""
    labels = dict(zip((one.pk for one in criteria), policy.numbers_of(criteria), strict=True))
    reading = getattr(submission.document, "reading", None)
    rows = _STANDING.values(submission=submission.pk)
    groups = _groups(rows, labels, reading)
    counts = Counter(one.criterion_id for group in groups for one in group.remarks)
    return Comments(
        groups=groups,
        criteria=[(pk, label, counts[pk]) for pk, label in labels.items()],
        total=sum(counts.values()),
        base=reverse("assignments:add_comment", args=[submission.pk]),
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
                number,
                pk,
                body,
                words,
                length > SHOWN,
                start if tied else None,
                end if tied else None,
                criterion,
                labels.get(criterion, ""),
                revision,
                author,
                saved_at,
            )
        )
    return groups


# ---- drawn as text: four hundred of them in a template's loop would be most of the room's time

_NONE = {
    True: "No comments yet. Select words in the text and press <kbd>c</kbd>, or press <kbd>v</kbd> and walk to them with the arrow keys.",
    False: "There are no comments.",
}


def _unseen(words: str) -> str:
    return f'<span class="visually-hidden">{words}</span>'


def list_html(comments: Comments, *, may: bool) -> SafeString:
    """The list, under the headings of the text. With `may` come buttons, which belong to the form "remark-act"."""
    if not comments.groups:
        return SafeString(f'<p class="wm-quiet wm-small">{_NONE[may]}</p>')
    return SafeString("".join(_group(group, comments.base if may else "") for group in comments.groups))


def _group(group: Group, base: str) -> str:
    tied = " is-tied" if group.tied else ""
    rows = "".join(_remark(one, base) for one in group.remarks)
    return f'<section class="wm-remark-group{tied}"><h3>{escape(group.title)}</h3><ol>{rows}</ol></section>'


def _remark(one: Remark, base: str) -> str:
    tied = f' data-start="{one.start}" data-end="{one.end}"' if one.start is not None else ""
    about = f"<span>{_unseen(', on ')}{escape(one.criterion)}</span>" if one.criterion else ""
    quote = f"<blockquote>{escape(one.quote)}{'…' if one.cut else ''}</blockquote>" if one.quote else ""
    said = f"<small>{escape(one.author)}, {moment(one.saved_at)}</small>"
    shows = f'<a href="#work" data-shows>Show{_unseen(f" {one.number} in the text")}</a>' if tied else ""
    return (
        f'<li class="wm-remark" id="comment-{one.pk}" tabindex="-1" data-comment="{one.pk}" data-number="{one.number}"'
        f' data-revision="{one.revision}" data-criterion="{one.criterion_id or ""}"{tied}>'
        f"<header><b>{_unseen('Comment ')}{one.number}</b>{about}</header>{quote}<p data-body>{escape(one.body)}</p>"
        f"<footer>{said}{shows}{_buttons(one, base) if base else ''}</footer></li>"
    )


def _buttons(one: Remark, base: str) -> str:
    button = f'<button type="submit" form="remark-act" name="comment" value="{one.pk}" formaction="{base}'
    number = one.number
    return (
        f'<a href="{base}{one.pk}/" data-rewrites>Change{_unseen(f" comment {number}")}</a>'
        f'{button}remove/">Remove{_unseen(f" comment {number}")}</button>'
        f'{button}keep/">Keep{_unseen(f" comment {number} in my bank")}</button>'
    )
