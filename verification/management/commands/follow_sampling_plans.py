"""Holds sampling plans against their cohorts: who left, who joined, what came late, who was signed off."""

from typing import Any

from django.core.management.base import BaseCommand

from verification import planning


class Command(BaseCommand):
    help = "Draw the next sampling plan of each cohort where something has changed. Run twice it does nothing new."

    def handle(self, *args: Any, **options: Any) -> None:
        done = planning.follow()
        if options["verbosity"]:
            self.stdout.write(f"{done} plans drawn anew")
