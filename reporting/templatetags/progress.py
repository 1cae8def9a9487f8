"""Long tables of the dashboards, joined as text like those of `core.templatetags.rows`."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from core.templatetags.ui import DASH, badge, day

register = template.Library()


@register.simple_tag
def deadline_rows(rows: Iterable[dict[str, Any]]) -> SafeString:
    """Each learner's next and last date against the end of the registration: see `dashboards.cohort`."""
    return SafeString("\n".join([_row(**one) for one in rows]))


def _row(
    *,
    name: str,
    next: str,
    due_on: dt.date | None,
    last_on: dt.date | None,
    own: bool,
    ends_on: dt.date | None,
    spare: int | None,
    late: int,
) -> str:
    overdue = f" {_late()}" if late else ""
    individual = ' <small class="wm-quiet">individual</small>' if own else ""
    return (
        f'<tr role="row"><th role="rowheader" scope="row">{escape(name)}</th>'
        f'<td role="cell" data-label="Next">{escape(next)}</td>'
        f'<td role="cell" data-label="Due">{_plain(due_on)}{overdue}</td>'
        f'<td role="cell" data-label="Last deadline">{_plain(last_on)}{individual}</td>'
        f'<td role="cell" data-label="Registration ends">{_plain(ends_on)}</td>'
        f'<td role="cell" class="wm-number" data-label="Days to spare">{DASH if spare is None else spare}</td></tr>'
    )


@lru_cache(maxsize=2048)
def _plain(on: dt.date | None) -> str:
    return day(on, "plain")


@lru_cache(maxsize=1)
def _late() -> str:
    return badge("late")
