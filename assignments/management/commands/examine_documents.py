"""Examines the files whose message was lost, whose worker died, or which wait for the virus scan."""

from typing import Any

from django.core.management.base import BaseCommand

from assignments import examination
from assignments.models import Document
from core import clock


class Command(BaseCommand):
    help = "Examine every file that has arrived and is neither ready nor refused. Run it as often as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = Document.objects.claimable(clock.now()).order_by("uploaded_at").values_list("pk", flat=True)
        states = [examination.examine(pk) for pk in list(waiting)]
        if options["verbosity"]:
            settled = sum(state in ("ready", "refused") for state in states)
            self.stdout.write(f"{settled} of {len(states)} waiting files settled")
