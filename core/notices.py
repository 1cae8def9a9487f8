"""Queue an e-mail once, in the transaction of the action that causes it."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from core import clock
from core.models import Notice
from core.tasks import deliver_notices, ring


def queue(key: str, *, to: Any, template: str, context: dict[str, Any]) -> Notice | None:
    """Render `template` and put it into the outbox for the person `to`.

    The template's first line is "Subject: ...". `key` is unique for ever (such as "submission:42:referred"): asking
    again with the same key does nothing and returns None. Somebody who `stands_for` another: it goes to that one.
    """
    to = getattr(to, "stands_for", to)
    if Notice.objects.filter(key=key).exists():
        return None
    text = render_to_string(template, {"to": to, "site": settings.SITE_URL, "centre": settings.CENTRE_NAME, **context})
    first, _, body = text.lstrip().partition("\n")
    notice, created = Notice.objects.get_or_create(
        key=key,
        defaults={
            "recipient": to,
            "address": to.email,
            "subject": first.removeprefix("Subject:").strip()[:200],
            "body": body.strip() + "\n",
            "queued_at": clock.now(),
        },
    )
    if not created:
        return None
    ring(deliver_notices, [notice.pk])
    return notice
