"""A file that is judged at once, before anything is stored: scanned, opened, and taken or refused in a sentence."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File

from assignments import documents, examination, scanning
from assignments.uploads import on_disk
from core.refusals import Refused


def judged(file: File[Any], name: str, *, purpose: documents.Purpose) -> examination.Judged:
    """What is known of a file that may be taken. Call outside a transaction: a long recording takes the scanner a while.

    Raises Refused with the sentence that says what is wrong with it.
    """
    try:
        with on_disk(file) as path:
            return examination.judge(path, name, purpose=purpose)
    except documents.Unacceptable as refusal:
        raise Refused(refusal.sentence) from None
    except scanning.Infected as virus:
        raise Refused(virus.sentence) from None
    except scanning.Unreachable:
        raise Refused(
            "The virus scan does not answer at the moment, so no file can be added. Try again in a few minutes."
        ) from None
