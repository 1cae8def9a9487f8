"""Closes the visits whose time is over. Their verifier sees nothing from the last minute on, closed or not."""

from typing import Any

from django.core.management.base import BaseCommand

from verification import visiting


class Command(BaseCommand):
    help = "Close each visit of an external verifier whose time is over."

    def handle(self, *args: Any, **options: Any) -> None:
        closed = visiting.close_past()
        if options["verbosity"]:
            self.stdout.write(f"{closed} visits closed")
