"""Whom one may walk in as in the demonstration, and only there. Its loader writes the file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Somebody:
    """A person of the demonstration and what they will find."""

    email: str
    name: str
    role: str
    finds: str


def people() -> list[Somebody]:
    """Nobody outside the demonstration, or before its data is there."""
    if not settings.DEMO:
        return []
    try:
        said = json.loads(settings.DEMO_PEOPLE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Somebody(one["email"], one["name"], one["role"], one["finds"]) for one in said]
