"""Exports the signed head of the ledger: into a file that is named, or one for the day into the folder of heads."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import clock
from core.ledger import heads


class Command(BaseCommand):
    help = "Export the newest place of the ledger, signed, so that verify_ledger --against can compare it later."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="where to; without it, the day's file in the folder of heads")
        parser.add_argument(
            "--public-key", action="store_true", help="only show the key that heads can be checked with"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["public_key"]:
            self.stdout.write(heads.public_key())
            return
        now = clock.now()
        try:
            head = heads.export(now)
        except heads.NoHead as reason:
            raise CommandError(str(reason)) from None
        path = Path(options["file"] or heads.folder() / f"head-{timezone.localdate(now).isoformat()}.json")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(head, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
        if options["verbosity"]:
            self.stdout.write(f"{path}: position {head['position']:,}, {head['hash']}")
