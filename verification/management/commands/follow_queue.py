"""Makes the queue of internal verification anew from its rule. It is kept with every event, so this should find nothing."""

import logging
from typing import Any

from django.core.management.base import BaseCommand

from core.templatetags.ui import counted
from verification import queueing

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Hold the queue of internal verification (IQA) against its rule and put right what differs. Says how many rows did."

    def handle(self, *args: Any, **options: Any) -> None:
        differed = queueing.bring_all()
        if differed:
            log.warning("%s of the verification queue differed from the rule and put right.", counted(differed, "row"))
        if options["verbosity"]:
            self.stdout.write(f"{counted(differed, 'row')} differed from the rule")
