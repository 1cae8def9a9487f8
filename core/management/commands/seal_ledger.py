"""Seals the events of the last minutes in the ledger. The schedule runs it every minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from core.ledger import sealing


class Command(BaseCommand):
    help = "Add the events that are not sealed yet to the chain of the ledger. Run twice it does nothing new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="look at events of any age, not only of about a day")

    def handle(self, *args: Any, **options: Any) -> None:
        talks = bool(options["verbosity"])

        def progress(done: int) -> None:
            if talks and done % 100_000 == 0:
                self.stdout.write(f"{done:,} events")

        done = sealing.seal(now=clock.now(), everything=options["all"], progress=progress)
        if talks:
            self.stdout.write("Another run is sealing now." if done is None else f"{done:,} events sealed")
