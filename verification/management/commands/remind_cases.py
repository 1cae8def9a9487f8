"""Reminds those who have to act of the cases whose stage ends soon or should have ended."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from verification import handling


class Command(BaseCommand):
    help = "Mail about cases whose stage ends soon or is overdue, each once. Run twice it does nothing new."

    def handle(self, *args: Any, **options: Any) -> None:
        done = handling.remind(clock.today())
        if options["verbosity"]:
            self.stdout.write(f"{done} cases reminded of")
