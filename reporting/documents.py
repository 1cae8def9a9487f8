"""The client's report as a file: its template and its words, printed by `core.printing`."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from core import printing
from reporting.wording import bound

STYLESHEET = "css/print/report.css"


def render(template: str, context: Mapping[str, Any], identifier: str, *, accent: str = printing.ACCENT) -> bytes:
    """A tagged PDF/UA-1 from a template. Equal arguments give equal bytes."""
    html = bound(render_to_string(template, dict(context)))
    return printing.pdf(html, identifier, stylesheet=STYLESHEET, accent=accent)
