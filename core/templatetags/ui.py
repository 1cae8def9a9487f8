"""The words and signs of every page: states as signs, dates, figures, buttons, history, pages of a list.

Loaded for all templates (settings, `builtins`). Whatever is longer than a line of markup is a file in `templates/components/`.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from html import escape
from math import floor
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.days import local, moment_written, written

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
DASH = "–"

# state of a stage: symbol in the sprite, kind of colour, word
SIGNS: dict[str, tuple[str, str, str]] = {
    "not_yet": ("s-not-yet", "none", "not yet"),
    "in_hand": ("s-in-hand", "hand", "in hand"),
    "done": ("s-done", "done", "done"),
    "absent": ("s-absent", "attention", "absent, not caught up"),
    "caught_up": ("s-caught-up", "done", "absent, caught up"),
    "with_tutor": ("s-with-tutor", "hand", "with the tutor"),
    "referred": ("s-referred", "attention", "referred"),
    "late": ("s-late", "late", "late"),
    "withdrawn": ("s-withdrawn", "none", "withdrawn"),
    "not_applicable": ("s-not-applicable", "none", "not applicable"),
    # the sampling grid
    "unsampled": ("s-unsampled", "none", "not in the sample"),
    "planned": ("s-planned", "attention", "planned, waits"),
    "observed": ("s-watch", "hand", "seen live"),
    "sampled": ("s-sampled-planned", "done", "sampled as planned"),
}
# kind of colour, for those who name a kind instead of a state
KIND_SYMBOLS = {"done": "s-done", "attention": "i-notice", "late": "s-late", "hand": "s-in-hand", "none": "s-not-yet"}


# ---- signs


def _svg(symbol: str, css: str = "wm-sign") -> str:
    return f'<svg class="{css}" aria-hidden="true"><use href="#{symbol}"/></svg>'


@cache
def _sprite() -> SafeString:
    return SafeString(Path(settings.BASE_DIR, "static/img/symbols.svg").read_text(encoding="utf-8"))


@register.simple_tag
def sprite() -> SafeString:
    """The symbols, once a page: inside the page, so that a cell names its sign in eight characters."""
    return format_html("<div hidden>{}</div>", _sprite())


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A sign of the interface that says nothing by itself: previous, next, down, up, tick, notice, file, lock, comment."""
    return SafeString(_svg(f"i-{escape(name)}", f"wm-sign {escape(css)}".strip()))


@register.simple_tag
def sign(state: str, word: str = "", *, show: bool = False) -> SafeString:
    """The sign of a stage's state, with its word hidden, or beside it if `show`."""
    symbol, kind, usual = SIGNS[str(state)]
    said = escape(word or usual)
    words = f" {said}" if show else f'<span class="visually-hidden">{said}</span>'
    return SafeString(_svg(symbol, f"wm-sign is-{kind}") + words)


@register.simple_tag
def sign_only(state: str) -> SafeString:
    """The sign without any word; the word stands beside it in the markup."""
    symbol, kind, _ = SIGNS[str(state)]
    return SafeString(_svg(symbol, f"wm-sign is-{kind}"))


@register.filter
def state_word(state: str) -> str:
    """The usual word of a stage's state."""
    return SIGNS[str(state)][2]


@register.simple_tag
def badge(state: str, label: str = "", kind: str = "") -> SafeString:
    """A badge: shape, word and ground. `state` is a state of a stage or a kind of colour; `kind` overrules the colour."""
    symbol, usual_kind, word = SIGNS.get(str(state)) or (KIND_SYMBOLS.get(str(state), ""), str(state), "")
    if usual_kind not in KIND_SYMBOLS:
        symbol, usual_kind = KIND_SYMBOLS.get(kind, "s-not-yet"), "none"
    drawn = _svg(symbol) if symbol else ""
    return SafeString(
        f'<span class="wm-badge is-{escape(kind or usual_kind)}">{drawn}{escape(str(label or word or state))}</span>'
    )


def _cell_parts(state: str, *, first: bool) -> tuple[str, str, str]:
    """What stands before the tooltip, between it and the word, and after the word."""
    symbol, kind, _ = SIGNS[state]
    css = f"is-{kind}" if state != "withdrawn" else "is-withdrawn"
    css += " is-covered" * (state == "caught_up") + " wm-phase" * first
    head = f'<td role="cell" class="{css}" title="'
    return (
        head,
        f'"><svg aria-hidden="true"><use href="#{symbol}"/></svg><span class="visually-hidden">',
        "</span></td>",
    )


_CELLS = {(state, first): _cell_parts(state, first=first) for state in SIGNS for first in (False, True)}


def cell_html(state: str, word: str = "", title: str = "", *, first: bool = False) -> str:
    """One cell of the journey grid as text, for joining: `mark_safe("".join(cells))`.

    `title` is the tooltip (stage and state); `first` begins a phase and draws its line.
    """
    before, between, after = _CELLS[state, first]
    said = escape(word) if word else SIGNS[state][2]
    return f"{before}{escape(title) if title else said}{between}{said}{after}"


# ---- days and moments


@register.filter
def day(value: dt.date | None, form: str = "") -> str:
    """Fri 14 June 2024; with "short" Fri 14 June; with "plain" 14 June 2024; with "month" June 2024."""
    return written(local(value), form) if value else DASH


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Fri 14 June 2024, 17:00."""
    return moment_written(value) if value else DASH


@register.filter
def clock_time(value: dt.datetime | dt.time | None) -> str:
    """17:00."""
    return f"{local(value) if isinstance(value, dt.datetime) else value:%H:%M}" if value else DASH


@register.simple_tag
def when(value: dt.date | None, form: str = "") -> SafeString:
    """A day or moment inside a `time` element, so that machines read it too."""
    if not value:
        return SafeString(DASH)
    text = moment(value) if isinstance(value, dt.datetime) and not form else day(value, form)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


def _amount(number: int, noun: str) -> str:
    return f"{number}{NO_BREAK}{noun}" if number == 1 else f"{number}{NO_BREAK}{noun}s"


def _away(days: int) -> str:
    return _amount(days, "day") if days < 28 else _amount(days // 7, "week")


def _within_today(value: dt.date) -> tuple[str, bool] | None:
    """For a moment of today: how far, in hours or minutes, and whether it is past."""
    if not isinstance(value, dt.datetime) or _as_date(value) != clock.today():
        return None
    minutes = round((value - clock.now()).total_seconds() / 60)
    amount = _amount(abs(minutes) // 60, "hour") if abs(minutes) >= 60 else _amount(max(abs(minutes), 1), "minute")
    return amount, value <= clock.now()


def _as_date(value: dt.date) -> dt.date:
    at = local(value)
    return at.date() if isinstance(at, dt.datetime) else at


@register.filter
def distance(value: dt.date | None, as_of: dt.date | None = None) -> str:
    """How far a deadline is: in 3 days, tomorrow, today, 11 days late. `as_of` is a day other than today."""
    if not value:
        return ""
    if as_of is None and (close := _within_today(value)):
        return f"{close[0]} late" if close[1] else f"in {close[0]}"
    days = (_as_date(value) - (as_of or clock.today())).days
    named = {0: "today", 1: "tomorrow"} if as_of in (None, clock.today()) else {0: "that day"}
    return named.get(days) or (f"in {_away(days)}" if days > 0 else f"{_away(-days)} late")


@register.filter
def ago(value: dt.date | None) -> str:
    """How long something has been: 34 minutes ago, yesterday, 3 weeks ago."""
    if not value:
        return ""
    if close := _within_today(value):
        return f"{close[0]} ago" if close[1] else f"in {close[0]}"
    days = (clock.today() - _as_date(value)).days
    named = {0: "today", 1: "yesterday"}
    return named.get(days) or (f"{_away(days)} ago" if days > 0 else f"in {_away(-days)}")


# ---- figures

Number = int | float | Decimal | Fraction


def _exact(value: Number) -> Fraction:
    """A float is taken as it is written, so that 0.285 is 28.5 per cent and not a hair less."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def half_up(value: Number) -> int:
    """The whole number next to `value`; a half goes up."""
    return floor(_exact(value) + Fraction(1, 2))


@register.filter
def percent(share: Number | None) -> str:
    """A share between 0 and 1 as whole per cent, a half rounded up: 53/69 is 77 %."""
    return DASH if share is None else f"{half_up(_exact(share) * 100)}{NO_BREAK}%"


@register.filter
def points(share: Number | None) -> str:
    """A difference of two shares in percentage points, with its sign: +35."""
    return DASH if share is None else f"{half_up(_exact(share) * 100):+d}".replace("-", "\N{MINUS SIGN}")


@register.filter
def thousands(value: int | None) -> str:
    """4,612."""
    return DASH if value is None else f"{int(value):,}"


@register.filter
def minutes(value: int | dt.timedelta | None) -> str:
    """7 h, 1 h 30 min, 45 min."""
    if value is None:
        return DASH
    whole = round(value.total_seconds() / 60) if isinstance(value, dt.timedelta) else int(value)
    hours, rest = divmod(whole, 60)
    parts = [f"{hours}{NO_BREAK}h"] * bool(hours) + [f"{rest}{NO_BREAK}min"] * (bool(rest) or not hours)
    return " ".join(parts)


@register.filter(name="bytes")
def file_size(value: int | None) -> str:
    """214 KB, 2.1 MB."""
    if value is None:
        return DASH
    if value < 1024 * 1024:
        return f"{max(1, half_up(Fraction(value, 1024)))}{NO_BREAK}KB"
    return f"{half_up(Fraction(value * 10, 1024 * 1024)) / 10:g}{NO_BREAK}MB"


@register.filter
def counted(number: int | None, nouns: str) -> str:
    """3 essays, 1 essay, no essays: `{{ n|counted:"essay" }}`, `{{ n|counted:"person,people" }}`."""
    one, _, many = nouns.partition(",")
    many = many or f"{one}s"
    return f"{number:,} {one if number == 1 else many}" if number else f"no {many}"


@register.filter
def words(text: str) -> list[str]:
    """The words of a literal, for a loop in a template."""
    return text.split()


# ---- larger parts


@register.simple_tag
def clock_bar(used: int, allowed: int) -> SafeString:
    """A bar that fills as an allowance is used: red beyond it, amber on the last day."""
    kind = " is-late" if used > allowed else " is-attention" if used == allowed else ""
    width = min(56, half_up(Fraction(56 * used, allowed or 1)))
    return format_html(
        '<svg class="wm-bar{}" viewBox="0 0 56 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="56" height="4"/><rect width="{}" height="4"/></svg>',
        kind,
        width,
    )


@register.simple_tag
def field_target(field: BoundField) -> str:
    """The id of the control that an error leads to; of several choices the first."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.inclusion_tag("components/actions.html")
def actions(choices: Sequence[Any], primary: str = "", size: str = "") -> dict[str, Any]:
    """The buttons of `core.lifecycle.choices`. The first that is free is the primary one unless `primary` names a verb."""
    free = [choice for choice in choices if not choice.blocked]
    chosen = primary or (free[0].verb if free else "")
    return {"choices": choices, "primary": chosen, "size": size}


@register.inclusion_tag("components/history.html")
def history(events: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first, each with who and when."""
    return {"events": events}


@register.filter
def verb_words(verb: str) -> str:
    """The verb of an event as it is read: hand_in is "Hand in"."""
    return verb.replace("_", " ").capitalize()


def _query(context: Context, **changes: str | int) -> str:
    """The address of this page with some of its questions changed."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        query[name] = str(value)
        if not query[name]:
            del query[name]
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Earlier and later pages of a list; the rest of the address stays as it is."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    links = [(number, _query(context, page=number) if isinstance(number, int) else "") for number in numbers]
    return {
        "page": page,
        "links": links,
        "before": _query(context, page=page.previous_page_number()) if page.has_previous() else "",
        "after": _query(context, page=page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/keyset_pager.html", takes_context=True)
def keyset_pager(context: Context, listing: Any) -> dict[str, Any]:
    """Earlier and later pages of a list that is found by key; the rest of the address stays as it is."""
    page = listing.page
    return {
        "listing": listing,
        "page": page,
        "first": _query(context, at="") if page.before or page.is_past else "",
        "before": _query(context, at=page.before) if page.before else "",
        "after": _query(context, at=page.after) if page.after else "",
    }


def _sorting(context: Context, key: str) -> tuple[str, str]:
    """The address that sorts by `key` (the other way round if it already does), and how it is sorted now."""
    request = context.get("request")
    listing = context.get("listing")
    now = getattr(listing, "order", "") or (request.GET.get("order", "") if request else "")
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return _query(context, order=f"-{key}" if state == "ascending" else key, page=1, at=""), state


@register.simple_tag(takes_context=True)
def sort_link(context: Context, key: str, label: str) -> SafeString:
    """The link inside a table head that sorts the list by `key`."""
    url, state = _sorting(context, key)
    arrow = _svg("i-up" if state == "ascending" else "i-down") if state else ""
    return format_html('<a class="wm-sort" href="{}">{}{}</a>', url, label, SafeString(arrow))


@register.simple_tag(takes_context=True)
def sort_head(context: Context, key: str, label: str, css: str = "") -> SafeString:
    """A whole table head that sorts, with `aria-sort` on it."""
    state = _sorting(context, key)[1]
    how = format_html(' aria-sort="{}"', state) if state else ""
    return format_html(
        '<th role="columnheader" scope="col" class="{}"{}>{}</th>', css, how, sort_link(context, key, label)
    )
