"""Pure decisions about reports: objects in, a sentence that refuses or an empty string out."""

from typing import Any


def pdf_is_drawn(report: Any, by: Any) -> str:
    """What is sent is a file that can be looked at first."""
    return "" if report.drawn_at else "The PDF is still being drawn. It takes a few seconds; look again."
