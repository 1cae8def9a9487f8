"""Sends notices that are in the outbox: claims them first, so that two workers never send one twice."""

import datetime as dt
from collections.abc import Sequence

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from core import clock
from core.models import Notice, NoticeState

GIVE_UP_AFTER = 5


def deliver(ids: Sequence[int]) -> int:
    """Send the pending notices among `ids` over one connection. Returns how many went out.

    A notice that another worker has claimed is left to it. A failure puts the notice back to pending, and after
    `GIVE_UP_AFTER` attempts to failed.
    """
    claimed = [pk for pk in ids if _claim(pk)]
    if not claimed:
        return 0
    sent = 0
    connection = get_connection()
    try:
        for notice in Notice.objects.filter(pk__in=claimed).order_by("pk"):
            sent += _send(notice, connection)
    finally:
        connection.close()
    return sent


def _claim(pk: int) -> bool:
    waiting = Notice.objects.filter(pk=pk, state=NoticeState.PENDING)
    return bool(waiting.update(state=NoticeState.SENDING, claimed_at=clock.now()))


def _send(notice: Notice, connection: BaseEmailBackend) -> bool:
    message = EmailMessage(notice.subject, notice.body, to=[notice.address], connection=connection)
    mine = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING)
    try:
        message.send()
    except OSError:
        failed = notice.attempts + 1 >= GIVE_UP_AFTER
        mine.update(state=NoticeState.FAILED if failed else NoticeState.PENDING, attempts=notice.attempts + 1)
        return False
    mine.update(state=NoticeState.SENT, sent_at=clock.now(), attempts=notice.attempts + 1)
    return True


def free_the_stuck(*, older_than: dt.timedelta) -> int:
    """Put notices back whose worker died between claiming and sending. The one case where a mail can go twice."""
    stuck = Notice.objects.filter(state=NoticeState.SENDING, claimed_at__lt=clock.now() - older_than)
    return stuck.update(state=NoticeState.PENDING)
