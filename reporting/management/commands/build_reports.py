"""Draws the PDFs of approved reports that have none yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reporting import actions
from reporting.models import Report


class Command(BaseCommand):
    help = "Draw the PDF of each approved report that has none yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reports", nargs="*", type=int, help="only these, by number")

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = Report.objects.awaiting_pdf().select_related(
            "cohort__contract__client", "cohort__version__qualification"
        )
        if options["reports"]:
            waiting = waiting.filter(pk__in=options["reports"])
        drawn = sum(actions.draw(report) for report in waiting)
        if options["verbosity"]:
            self.stdout.write(f"{drawn} reports drawn")
