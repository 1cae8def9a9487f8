"""Releases the results whose time has come, and those that a change of the rule has set free."""

from typing import Any

from django.core.management.base import BaseCommand

from verification import actions, planning


class Command(BaseCommand):
    help = "Tell learners the signed outcomes that the rule of their cohort releases by now. Run twice it does nothing new."

    def handle(self, *args: Any, **options: Any) -> None:
        # What the plan passes by is released as well, after the plan has been held against what was signed since.
        planning.follow_signed()
        done = actions.release_due()
        if options["verbosity"]:
            self.stdout.write(f"{done} results released")
