"""Notes which tutors and verifiers came or left lately, so that the awarding organisation is told."""

from typing import Any

from django.core.management.base import BaseCommand

from verification import staffing


class Command(BaseCommand):
    help = "Put tutors and verifiers (IQA) who came or left on the list of changes to be told. Run twice it does nothing new."

    def handle(self, *args: Any, **options: Any) -> None:
        done = staffing.note_staff_changes()
        if options["verbosity"]:
            self.stdout.write(f"{done} changes noted")
