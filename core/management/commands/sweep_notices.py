"""Rings again for mail that a lost message forgot, and frees mail whose worker died."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand

from core import delivery
from core.models import Notice

BATCH = 100


class Command(BaseCommand):
    help = "Send the mail that is still waiting in the outbox, in batches of one hundred."

    def handle(self, *args: Any, **options: Any) -> None:
        delivery.free_the_stuck(older_than=dt.timedelta(hours=1))
        waiting = list(Notice.objects.waiting().order_by("queued_at").values_list("pk", flat=True))
        sent = sum(delivery.deliver(waiting[start : start + BATCH]) for start in range(0, len(waiting), BATCH))
        if options["verbosity"]:
            self.stdout.write(f"{sent} of {len(waiting)} waiting notices sent")
