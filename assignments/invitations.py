"""The signed link with which a practice client, who has no account, gives feedback. It says which request it is, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum

from django.core import signing
from django.core.cache import cache
from django.db.models import Prefetch
from django.urls import reverse

from assignments.models import FeedbackRequest, Submission
from core import clock

# Without a time of its own, so that one request has one link however often it is shown; until when it is good the row says.
_SIGNER = signing.Signer(salt="assignments.client_feedback")
# So often may one link be tried in an hour: enough for a form filled in with mistakes, too few to wear anything out.
TRIES, WITHIN = 20, 60 * 60

logger = logging.getLogger(__name__)


class LinkState(Enum):
    """What a link opens: only one that is open opens the form."""

    OPEN = "open"
    USED = "used"
    CLOSED = "closed"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """What a token turned out to be."""

    state: LinkState
    request: FeedbackRequest | None = None


def token(asked: FeedbackRequest) -> str:
    return _SIGNER.sign_object(asked.pk)


def path(asked: FeedbackRequest) -> str:
    return reverse("assignments:client_feedback", args=[token(asked)])


def read(given: str) -> Link:
    """Which request the link belongs to, and whether it may still be answered."""
    known = FeedbackRequest.objects.select_related(
        "client__enrolment__learner", "client__enrolment__cohort__version__qualification"
    ).prefetch_related(Prefetch("client__enrolment__submissions", Submission.objects.select_related("assignment")))
    try:
        asked = known.get(pk=_SIGNER.unsign_object(given))
    except (signing.BadSignature, FeedbackRequest.DoesNotExist, TypeError, ValueError):
        return Link(LinkState.BROKEN)
    return Link(state_of(asked), asked)


def state_of(asked: FeedbackRequest) -> LinkState:
    if asked.answered_at is not None:
        return LinkState.USED
    if asked.closed_at is not None:
        return LinkState.CLOSED
    return LinkState.EXPIRED if asked.expires_on < clock.today() else LinkState.OPEN


def is_tried_too_often(asked: FeedbackRequest) -> bool:
    """Count one more try. Without a cache nobody is held back: an answer weighs more than a limit."""
    key = f"client-feedback:{asked.pk}"
    try:
        cache.add(key, 0, WITHIN)
        return bool(cache.incr(key) > TRIES)
    except Exception:
        logger.exception("The tries of a feedback link could not be counted.")
        return False
