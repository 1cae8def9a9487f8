"""The figures of a cohort on a day, computed from the rows."""

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from programmes.models import Cohort
from reporting import facts, figures


def a_day(text: str) -> dt.date:
    """An ISO date given on the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a date. Write it as YYYY-MM-DD, for example 2024-06-30.") from error


def a_cohort(code: str) -> Cohort:
    try:
        return Cohort.objects.select_related("contract__client", "version__qualification").get(code__iexact=code)
    except Cohort.DoesNotExist as error:
        known = ", ".join(Cohort.objects.order_by("code").values_list("code", flat=True)) or "none"
        raise CommandError(f"There is no cohort “{code}”. Known cohorts: {known}.") from error


class Command(BaseCommand):
    help = "Print the figures of a cohort, as of today or another day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the cohort's code, such as PSC-2022")
        parser.add_argument("--as-of", help="the day, as YYYY-MM-DD; today if not given")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = a_day(options["as_of"]) if options["as_of"] else clock.today()
        found = figures.as_json(facts.load(a_cohort(options["code"]), as_of=as_of))
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for name, value in found.items():
            if name != "deadlines":
                text = (
                    f"{value['percent']:.1f} (n {value['n']}; {value['formula']})"
                    if isinstance(value, dict) and value["n"]
                    else value
                )
                self.stdout.write(f"{name.replace('_', ' ')}: {text}")
