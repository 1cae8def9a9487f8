"""The Celery tasks, and the bell that wakes them. A message may be lost: every task can be run again from the rows."""

import logging
from typing import Any

from celery import shared_task
from django.core.management import call_command
from django.db import transaction

from core import delivery

log = logging.getLogger(__name__)


@shared_task
def deliver_notices(ids: list[int]) -> int:
    """Send up to a hundred notices by their primary keys."""
    return delivery.deliver(ids)


@shared_task
def run_command(name: str, *args: str) -> None:
    """Run a management command: how the schedule does all its work, so that cron and a shell can do it too."""
    call_command(name, *args, verbosity=0)


def ring(task: Any, *args: Any) -> None:
    """Call `task.delay(*args)` after commit. A dead broker costs a line in the log and never the request."""

    def after_commit() -> None:
        try:
            task.delay(*args)
        except Exception:
            log.exception("The broker did not answer; the sweep will find the rows of %s.", task.name)

    transaction.on_commit(after_commit, robust=True)
