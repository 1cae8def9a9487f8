"""Puts together the portfolios that were asked for, and clears away those that were kept long enough."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assignments import actions
from assignments.models import Bundle
from core import clock

_WITH = (
    "enrolment__learner",
    "enrolment__application",
    "enrolment__registration",
    "enrolment__cohort__version__qualification__organisation",
    "submission__document",
    "submission__assignment",
    "submission__declaration",
)


class Command(BaseCommand):
    help = "Make each PDF and ZIP of a portfolio that is asked for and that no worker has in hand; clear away old ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bundles", nargs="*", type=int, help="only these, by number; nothing is cleared away then")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        waiting = Bundle.objects.unattended(now).select_related(*_WITH).order_by("asked_at")
        swept = 0
        if options["bundles"]:
            waiting = waiting.filter(pk__in=options["bundles"])
        else:
            swept = sum(actions.sweep_bundle(one, now=now) for one in Bundle.objects.past_keeping(now))
        built = sum(actions.build_bundle(one) for one in waiting)
        if options["verbosity"]:
            self.stdout.write(f"{built} bundles made, {swept} cleared away")
