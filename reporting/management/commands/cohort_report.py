"""The client's progress report of a cohort as a PDF file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from reporting.layout import progress_report_pdf
from reporting.management.commands.cohort_figures import a_cohort, a_day
from reporting.progress import progress_report


class Command(BaseCommand):
    help = "Draw the progress report of a cohort, as of today or another day, with the sentences the numbers propose."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the cohort's code, such as PSC-2022")
        parser.add_argument("--as-of", help="the day, as YYYY-MM-DD; today if not given")
        parser.add_argument("--out", required=True, help="the file to write, such as report.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = a_day(options["as_of"]) if options["as_of"] else clock.today()
        pdf = progress_report_pdf(progress_report(a_cohort(options["code"]), as_of=as_of))
        try:
            Path(options["out"]).write_bytes(pdf)
        except OSError as error:
            raise CommandError(f"The file {options['out']} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{options['out']}: {len(pdf):,} bytes")
