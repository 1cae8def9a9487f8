"""The demonstration: a centre with two cohorts of the past and one under way, built by performing real actions."""

import datetime as dt
import json
import shutil
import sys
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import F

from accounts.models import User
from config.demo import appeals, history, people, staff
from config.demo.live import Live
from config.demo.reports import reports
from core import clock
from core.models import Notice, NoticeState


class Command(BaseCommand):
    help = "Fill an empty database with the demonstration. Everybody in it is invented."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="throw everything away and begin again")
        parser.add_argument("--people", action="store_true", help="only print who can sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["people"]:
            self._people()
            return
        if not settings.DEMO:
            raise CommandError("This installation is not a demonstration. Set WAYMARK_DEMO=1 if it should be one.")
        if options["reset"]:
            call_command("flush", interactive=False, verbosity=0)
            shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        if User.objects.exists():
            self.stdout.write("The demonstration is here already; `./run demo --reset` begins again.")
            return
        self._build()

    def _build(self) -> None:
        self._say("qualifications")
        call_command("load_qualifications", verbosity=0)
        with clock.at(dt.date(2022, 3, 1)):
            company = people.company()
        self._say("two cohorts of the past")
        history.tell(company)
        appeals.tell(company)
        self._say("a cohort under way")
        learners = Live(company).tell()
        self._say("staff files and standardisation")
        staff.files(company)
        staff.events(company)
        self._say("reports")
        reports(company)
        self._say("comparisons of the work handed in")
        call_command("compare_submissions", verbosity=0)
        self._passwords()
        # Mail of the story counts as delivered on its day; what is due today goes out for real.
        Notice.objects.filter(state=NoticeState.PENDING).update(state=NoticeState.SENT, sent_at=F("queued_at"))
        call_command("send_reminders", stdout=StringIO())
        people.write_sign_in_list(learners)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self._say("ready")

    def _passwords(self) -> None:
        """One password for everybody, hashed once."""
        one = User.objects.order_by("pk")[0]
        one.set_password(people.PASSWORD)
        User.objects.update(password=one.password)

    def _say(self, what: str) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"  {what}")

    def _people(self) -> None:
        listed = settings.DATA_DIR / "demo-people.json"
        if not listed.exists():
            return
        for row in json.loads(listed.read_text()):
            self.stdout.write(f"  {row['name']:<28} {row['role']:<26} {row['finds']}")
        self.stdout.write(f"  Each has a button on the sign-in page; the password is {people.PASSWORD}.")
