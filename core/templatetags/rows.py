"""Rows of long tables, joined as text. At two hundred learners a template node for each cell costs more than the database.

What a row looks like stands here and nowhere else; the head of the table is in its component.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape as escaped
from typing import Any

from django import template
from django.utils.safestring import SafeString

from core.templatetags.ui import sign_only

register = template.Library()
escape = lru_cache(maxsize=8192)(escaped)
"""Most words of a table come again, in the next row or in the next request."""


def part(one: Any, name: str) -> Any:
    """A field of a row, whether the row is an object or a dictionary."""
    return one.get(name, "") if isinstance(one, dict) else getattr(one, name, "")


@register.simple_tag
def grid_rows(rows: Iterable[Any]) -> SafeString:
    """Rows of the journey grid: name, url, hint, cells_html (made safe by the caller), next, next_late, withdrawn."""
    return SafeString("\n".join([_grid_row(one) for one in rows]))


def _grid_row(one: Any) -> str:
    name, url, hint = escape(str(part(one, "name"))), part(one, "url"), part(one, "hint")
    head = f'<a href="{escape(url)}">{name}</a>' if url else f"<b>{name}</b>"
    small = f"<small>{escape(str(hint))}</small>" if hint else ""
    gone = ' class="is-gone"' if part(one, "withdrawn") else ""
    late = " is-overdue" if part(one, "next_late") else ""
    return (
        f'<tr role="row"{gone}><th role="rowheader" scope="row">{head}{small}</th>{part(one, "cells_html")}'
        f'<td role="cell" class="wm-grid-next{late}">{escape(str(part(one, "next") or ""))}</td></tr>'
    )


@register.simple_tag
def options_of(choice: Any) -> SafeString:
    """The options of a filter (`core.lists.Filter`); a verifier may have a hundred cohorts."""
    return SafeString(
        "".join(
            [
                f'<option value="{escape(str(value))}"{" selected" if value == choice.value else ""}>{escape(str(text))}</option>'
                for value, text in choice.options
            ]
        )
    )


@register.simple_tag
def attention_items(items: Iterable[dict[str, str]]) -> SafeString:
    """Who needs a decision: state, title, url, hint, text, rule, action_url, action_label."""
    return SafeString("".join([_attention_item(one) for one in items]))


def _attention_item(one: dict[str, str]) -> str:
    title, url = escape(str(one["title"])), one.get("url")
    head = f'<a href="{escape(url)}">{title}</a>' if url else title
    hint = f"<small>{escape(one['hint'])}</small>" if one.get("hint") else ""
    rule = f"<small>Rule: {escape(one['rule'])}</small>" if one.get("rule") else ""
    action = ""
    if to := one.get("action_url"):
        action = f'<a class="btn btn-secondary btn-sm" href="{escape(to)}">{escape(one["action_label"])}</a>'
    return f"<li>{_sign(one['state'])}<h3>{head}{hint}</h3><p>{escape(one['text'])}{rule}</p>{action}</li>"


@lru_cache(maxsize=64)
def _sign(state: str) -> str:
    return sign_only(state)


@register.simple_tag
def figure_items(figures: Iterable[Any]) -> SafeString:
    """Figures of a row: value, word; optional unit, n, formula (said on request), trend (safe), link."""
    return SafeString("".join([_figure(one) for one in figures]))


def _figure(one: Any) -> str:
    word, unit, n, formula = (escape(str(part(one, name) or "")) for name in ("word", "unit", "n", "formula"))
    if link := part(one, "link"):
        word = f'<a href="{escape(link)}">{word}</a>'
    units = f"<small>&nbsp;{unit}</small>" if unit else ""
    drawn = f'<dd class="wm-figure-trend">{part(one, "trend")}</dd>' if part(one, "trend") else ""
    how = f"<details><summary>How</summary>{formula}</details>" if formula else ""
    said = f'<dd class="wm-figure-n">{n}{how}</dd>' if n or formula else ""
    return f'<div class="wm-figure"><dt>{word}</dt><dd>{escape(str(part(one, "value")))}{units}</dd>{drawn}{said}</div>'
