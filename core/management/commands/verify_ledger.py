"""Recomputes the ledger and names the first row that was altered. It ends with 1 if there is one."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.ledger import checking, heads


class Command(BaseCommand):
    help = (
        "Compare every event with what was sealed, and the chain with the signed heads. It names the first altered row."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", nargs="+", default=[], metavar="FILE", help="heads that were exported before")
        parser.add_argument("--no-kept", action="store_true", help="leave the heads in this installation's folder out")

    def handle(self, *args: Any, **options: Any) -> None:
        talks = bool(options["verbosity"])

        def progress(done: int) -> None:
            if talks and done % 100_000 == 0:
                self.stdout.write(f"{done:,} events compared")

        try:
            known = [] if options["no_kept"] else heads.kept()
            known += [heads.read(Path(one)) for one in options["against"]]
        except heads.NoHead as reason:
            raise CommandError(str(reason)) from None
        began = time.monotonic()
        found = checking.check(now=clock.now(), heads=known, progress=progress)
        if found.fault:
            raise CommandError(f"{found.fault} {found.checked:,} places before it are as they were sealed.")
        if talks:
            seconds = time.monotonic() - began
            compared = f" and {found.heads} signed head{'s' * (found.heads != 1)}" if found.heads else ""
            self.stdout.write(
                f"{found.checked:,} events{compared} compared in {seconds:.1f} s: all are as they were sealed. "
                f"{found.waiting:,} wait for the next sealing."
            )
            if found.checked:
                self.stdout.write(f"Head: position {found.checked:,}, {found.hash}, sealed at {found.sealed_at} UTC")
