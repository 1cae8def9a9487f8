"""Reminds tutors of actions from interim samples that are due."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from verification import interim


class Command(BaseCommand):
    help = "Mail about actions of interim samples that are due today or overdue, once each."

    def handle(self, *args: Any, **options: Any) -> None:
        done = interim.remind_of_actions(clock.today())
        if options["verbosity"]:
            self.stdout.write(f"{done} actions reminded of")
