"""Puts together the packs that were asked for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from verification import packing
from verification.models import Pack


class Command(BaseCommand):
    help = "Make each pack of a visit that is asked for and that no worker has in hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("packs", nargs="*", type=int, help="only these, by number")

    def handle(self, *args: Any, **options: Any) -> None:
        related = "visit__eqa", "visit__qualification__organisation"
        waiting = Pack.objects.unattended(clock.now()).select_related(*related).order_by("asked_at")
        if options["packs"]:
            waiting = waiting.filter(pk__in=options["packs"])
        built = sum(packing.build_pack(one) for one in waiting)
        if options["verbosity"]:
            self.stdout.write(f"{built} packs made")
