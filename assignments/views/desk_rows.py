"""The rows of the pile as text: fifty of them, drawn by a template, were a third of the page's time (`docs/performance.md`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from core.templatetags.ui import ago, badge, clock_bar, day, icon, thousands

_HEAD = '<tr class="wm-group" role="row"><th role="rowheader" scope="rowgroup" colspan="6">{}, {}</th></tr>'
_PICKED = ' class="is-picked"'
_QUIET = '<span class="wm-quiet">not begun</span>'


@lru_cache(maxsize=1024)
def clock_html(used: int, allowed: int) -> str:
    """As `components/clock_bar.html`."""
    return f'<div class="wm-clock"><span>day {used} of {allowed}</span>{clock_bar(used, allowed)}</div>'


def rows_html(rows: Iterable[Any], groups: Mapping[str, tuple[str, str]], picked: int | None) -> SafeString:
    """The rows, under a head for each window where the list is in that order. `groups`: window to its label and number."""
    drawn, window = [], None
    root = reverse("assignments:room", args=[0]).removesuffix("0/")
    # Many rows arrived on one day, and none of them asks for the words of that day again.
    arrived: dict[dt.date, str] = {}
    for one in rows:
        if one.window != window:
            window = one.window
            if window in groups:
                drawn.append(_HEAD.format(*(escape(words) for words in groups[window])))
        drawn.append(_row(one, f"{root}{one.pk}/", picked, arrived))
    # Each piece of text from the database goes through `escape` in `_row`.
    return mark_safe("".join(drawn))  # noqa: S308 - escaped above, piece by piece


def _row(one: Any, url: str, picked: int | None, arrived: dict[dt.date, str]) -> str:
    on = one.submitted_at
    if on not in arrived:
        arrived[on] = f"{day(on, 'short')}<small>{ago(on)}</small>"
    attempt = f", attempt {one.attempt}" if one.attempt > 1 else ""
    given = ' <span class="wm-quiet wm-small">given to you</span>' if one.marker_id else ""
    return (
        f'<tr role="row"{_PICKED if one.pk == picked else ""}><th role="rowheader" scope="row">'
        f'<a href="{url}">{escape(str(one.enrolment.learner))}</a> '
        f'<span class="wm-quiet wm-small">{escape(str(one.enrolment.cohort))}</span></th>'
        f'<td role="cell">{escape(one.assignment.title)}{attempt}{given}</td>'
        f'<td role="cell" class="wm-number"><span class="wm-phone">words </span>'
        f"{thousands(one.document.words if one.document else None)}</td>"
        f'<td role="cell" class="wm-tight"><span class="wm-phone">arrived </span>{arrived[on]}</td>'
        f'<td role="cell">{_clock(one)}</td><td role="cell">{_progress(one)}</td></tr>\n'
    )


def _clock(one: Any) -> str:
    if not one.clock.stands_still:
        return clock_html(one.clock.used, one.clock.allowed)
    until = f", deferred until {day(one.deferred_until, 'short')}" if one.deferred_until else ""
    return f'<span class="wm-small">stands still{until}</span>'


def _progress(one: Any) -> str:
    if one.holder:
        return f'{icon("lock")} <span class="wm-small">with {escape(one.holder)}, {ago(one.held_at)}</span>'
    return badge("in_hand", f"{one.decided} of {one.criteria_total}") if one.decided else _QUIET
