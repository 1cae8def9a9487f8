"""What the outbox page may show. A link that sets a password is its owner's alone, so it is hidden from whoever reads along."""

import re

from django.conf import settings

from core.models import NoticeState

_SECRET = re.compile(r"\S*/(?:invitation|account/password/reset/key)/\S+")
# The colour of a state that somebody should notice; sent is quiet.
KINDS = {NoticeState.PENDING: "hand", NoticeState.SENDING: "hand", NoticeState.FAILED: "late"}
HIDDEN = "(the link is shown only to the person it was sent to)"


def readable(body: str) -> str:
    """The body of a notice without the links that open an account; the demonstration shows them."""
    return body if settings.DEMO else _SECRET.sub(HIDDEN, body)
