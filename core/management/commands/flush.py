"""Django's flush, for which the ledger's triggers step aside: a demonstration begins again, and tests empty their tables."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction

from core.ledger import heads
from core.migrations import _kept


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for sql in _kept.thawing(connection.vendor):
                cursor.execute(sql)
            super().handle(**options)
            for sql in _kept.freezing(connection.vendor):
                cursor.execute(sql)
        # What they vouch for is gone.
        for one in heads.folder().glob("head-*.json"):
            one.unlink()
