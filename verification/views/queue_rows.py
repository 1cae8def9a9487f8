"""The rows of the queue as text: fifty of them as template nodes would cost more than the database (`docs/performance.md`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from assignments import anonymity
from assignments.deadlines import working_days_between
from core.addresses import address_of
from core.templatetags.ui import day, distance, icon, sign_only
from verification.models import Stage, Why


class Row(NamedTuple):
    """One piece of the queue. `is_veiled`: its learner's name is kept from whoever reads this."""

    pk: int
    enrolment: int
    name: str
    cohort: str
    client: str
    title: str
    attempt: int
    tutor: str
    stage: str
    why: str
    began_at: dt.datetime
    sample: int | None
    round: int
    verifier: int | None
    verifier_name: str | None
    action_due_on: dt.date | None
    is_own: bool
    is_near: bool
    is_veiled: bool
    # How many pieces of the learner wait, where that is known.
    together: int = 0

    @property
    def learner(self) -> str:
        return anonymity.name(self.enrolment) if self.is_veiled else self.name

    @property
    def key_0(self) -> dt.datetime:
        return self.began_at

    @property
    def key_1(self) -> int:
        return self.pk

    @property
    def piece(self) -> str:
        return f"{self.title}, attempt {self.attempt}" if self.attempt > 1 else self.title

    @property
    def reason(self) -> str:
        """Why it is here, in words."""
        if self.why == Why.ANSWERED:
            return f"Answered, round {self.round + (self.stage == Stage.TO_BEGIN)}"
        return _REASONS[self.why]


_REASONS = {one.value: str(one.label) for one in Why}
OWN = "You marked this, so somebody else verifies it."
NEAR = "You have declared an interest here, so somebody else verifies it."


class Reader(NamedTuple):
    """Who looks at the rows, and on which day."""

    pk: int
    may_verify: bool
    today: dt.date


def rows_html(rows: Iterable[Row], reader: Reader, picked: int | None) -> SafeString:
    # Many rows began to wait on one day, and its working days are counted once.
    waited: dict[dt.date, int] = {}
    drawn = []
    for one in rows:
        on = timezone.localdate(one.began_at)
        if on not in waited:
            waited[on] = working_days_between(on, reader.today)
        drawn.append(_row(one, waited[on], reader, picked=one.pk == picked))
    # Each piece of text from the database goes through `escape` in `_row`.
    return mark_safe("".join(drawn))  # noqa: S308 - escaped below, piece by piece


def _row(one: Row, waits: int, reader: Reader, *, picked: bool) -> str:
    name = escape(one.learner)
    head = name if one.is_veiled else f'<a href="{address_of("enrolment:enrolment", (one.enrolment,))}">{name}</a>'
    return (
        f'<tr role="row"{_PICKED if picked else ""}><th role="rowheader" scope="row">{head}'
        f"<small>{escape(one.cohort)}, {escape(one.client)}</small></th>"
        f'<td role="cell">{escape(one.piece)}</td><td role="cell">{escape(one.reason)}</td>'
        f'<td role="cell"><span class="wm-phone">marked by </span>{escape(one.tutor)}</td>'
        f'<td role="cell" class="wm-number">{waits}<span class="wm-phone"> working day{"" if waits == 1 else "s"}'
        f"{_PHONE.get(one.stage, ' waiting')}</span></td>"
        f'<td role="cell">{_state(one, name, reader, picked=picked)}</td></tr>\n'
    )


_PICKED = ' class="is-picked"'
_PHONE = {"being_verified": " so far", "with_tutor": " with the tutor"}


def _state(one: Row, name: str, reader: Reader, *, picked: bool) -> str:
    about = f'<span class="visually-hidden"> {name}, {escape(one.piece.lower())}</span>'
    if one.stage == Stage.TO_BEGIN:
        return _to_begin(one, about, reader, picked=picked)
    url = address_of("verification:sample", (one.sample,))
    verifier = escape(one.verifier_name or "")
    if one.stage == Stage.BEING_VERIFIED:
        if one.verifier == reader.pk and reader.may_verify:
            return f'<a class="btn btn-secondary btn-sm" href="{url}">Go on<span class="visually-hidden">:</span>{about}</a>'
        return f'<span class="wm-small">with {verifier}</span> <a class="wm-small" href="{url}">Read{about}</a>'
    late = f"{sign_only('late')} " if one.action_due_on and one.action_due_on < reader.today else ""
    due = f"{late}action due {day(one.action_due_on, 'short')}, {distance(one.action_due_on)}"
    return f'<span class="wm-small">{due}<br>sent back by {verifier}</span> <a class="wm-small" href="{url}">Read{about}</a>'


def _to_begin(one: Row, about: str, reader: Reader, *, picked: bool) -> str:
    if one.is_own or one.is_near:
        return f'<p class="wm-blocked wm-small">{icon("lock")}<span>{OWN if one.is_own else NEAR}</span></p>'
    if not reader.may_verify:
        return '<span class="wm-quiet">waiting</span>'
    url, kind = address_of("verification:begin_piece", (one.pk,)), "primary" if picked else "secondary"
    return f'<button type="submit" formaction="{url}" class="btn btn-{kind} btn-sm">Begin{about}</button>'


def first_of(rows: Iterable[Row], reader: Reader) -> Row | None:
    """The piece that has waited longest of those one may begin."""
    there = (one for one in rows if one.stage == Stage.TO_BEGIN and not (one.is_own or one.is_near))
    return next(there, None) if reader.may_verify else None
