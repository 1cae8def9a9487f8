"""Carries out the comparisons that still wait: those whose message was lost, and work from before there were any."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assignments import comparison
from assignments.models import SimilarityCheck
from core import clock


class Command(BaseCommand):
    help = "Compare the handed-in work that has not been compared yet with all other work of the centre, oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=500, help="at most so many at a time (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        comparison.queue_missing()
        waiting = SimilarityCheck.objects.waiting(clock.now()).order_by("queued_at", "pk").values_list("pk", flat=True)
        done = sum(comparison.compare(pk) for pk in waiting[: options["limit"]])
        if options["verbosity"]:
            self.stdout.write(f"{done} pieces compared")
