"""Tells those who claim for the centre which claims have had no answer for too long."""

from typing import Any

from django.core.management.base import BaseCommand

from verification import claiming


class Command(BaseCommand):
    help = "Remind once a week of claims without an answer for more than CLAIM_ANSWER_DAYS days. Run twice it does nothing new."

    def handle(self, *args: Any, **options: Any) -> None:
        told = claiming.chase()
        if options["verbosity"]:
            self.stdout.write(f"{told} people told")
