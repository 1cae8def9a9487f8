"""Queues the reminders of the day. Run it as often as you like: each reminder goes out once."""

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from assignments import reminders
from core import clock


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day. Write it as 2024-06-14.") from None


class Command(BaseCommand):
    help = "Remind learners of their deadlines: 28, 14, 7 and 1 days before, 1 and 7 days after, each once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=_day, metavar="DATE", help="as if it were this day (2024-06-14)")
        parser.add_argument("--dry-run", action="store_true", help="say what is due and queue nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, on: dt.date | None = None, **options: Any) -> None:
        on = on or clock.today()
        due = reminders.due(on)
        queued = 0 if options["dry_run"] else reminders.queue(due, on=on, now=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(on, due, queued)))
        elif options["verbosity"]:
            self.stdout.write(f"{on}: {len(due)} reminders due, {queued} queued")


def _as_json(on: dt.date, due: list[reminders.Reminder], queued: int) -> dict[str, Any]:
    return {
        "on": on.isoformat(),
        "due": len(due),
        "queued": queued,
        "reminders": [
            {
                "learner": one.learner,
                "cohort": one.cohort,
                "assignment": one.assignment,
                "due_on": one.due_on.isoformat(),
                "stage": one.stage,
            }
            for one in due
        ],
    }
