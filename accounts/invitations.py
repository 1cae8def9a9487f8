"""The signed link of an invitation. It says whom it is for and until when; whether it was used, the password says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from django.core import signing
from django.urls import reverse

from accounts.models import User
from core import clock

VALID_DAYS = 14
_SALT = "accounts.invitation"


class LinkState(Enum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """What a token turned out to be."""

    state: LinkState
    user: User | None = None


def expires_on() -> dt.date:
    """The last day of a link made now."""
    return clock.today() + dt.timedelta(days=VALID_DAYS)


def token(user: User) -> str:
    return signing.dumps({"user": user.pk, "until": expires_on().isoformat()}, salt=_SALT)


def path(user: User) -> str:
    return reverse("accounts:accept_invitation", args=[token(user)])


def read(given: str) -> Link:
    """Who the link is for and whether it still opens the door."""
    try:
        said = signing.loads(given, salt=_SALT)
        user = User.objects.get(pk=said["user"], is_active=True)
        until = dt.date.fromisoformat(said["until"])
    except (signing.BadSignature, User.DoesNotExist, KeyError, TypeError, ValueError):
        return Link(LinkState.BROKEN)
    if user.has_usable_password():
        return Link(LinkState.USED, user)
    return Link(LinkState.EXPIRED if until < clock.today() else LinkState.OPEN, user)
