"""Gives up what nobody went on sending, and removes files that no row knows: those of a change that was taken back."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from assignments import actions, uploads
from assignments.models import Document, Evidence, Figure, Upload
from assignments.policy import UPLOAD_KEPT_FOR
from core import clock
from core.refusals import Refused

# A transaction that stores a file is over long before.
_SURELY_OVER = dt.timedelta(days=1)
_STORED = {"documents": Document, "evidence": Evidence, "figures": Figure}
_BATCH = 500


class Command(BaseCommand):
    help = "Give up uploads that nobody has gone on with for a week, and remove stored files that belong to nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        old = Upload.objects.pending().filter(touched_at__lt=now - UPLOAD_KEPT_FOR)
        given_up = sum(_given_up(one) for one in list(old))
        strays = list(_strays(before=now - _SURELY_OVER))
        for path in strays:
            path.unlink(missing_ok=True)
        if options["verbosity"]:
            self.stdout.write(f"{given_up} uploads given up, {len(strays)} stray files removed")


def _given_up(upload: Upload) -> bool:
    try:
        actions.abandon_upload(upload)
    except Refused:  # its owner went on with it a moment ago
        return False
    return True


def _strays(*, before: dt.datetime) -> Iterator[Path]:
    known = {one.hex for one in Upload.objects.pending().values_list("token", flat=True)}
    for path in _old_files(uploads.folder(), before):
        if path.stem not in known or path.suffix != ".part":
            yield path
    root = Path(settings.MEDIA_ROOT)
    for folder, model in _STORED.items():
        old = list(_old_files(root / folder, before))
        for start in range(0, len(old), _BATCH):
            names = {str(path.relative_to(root)): path for path in old[start : start + _BATCH]}
            kept = set(model._default_manager.filter(file__in=names).values_list("file", flat=True))
            yield from (path for name, path in names.items() if name not in kept)


def _old_files(folder: Path, before: dt.datetime) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            yield path
