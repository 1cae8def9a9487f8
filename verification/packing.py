"""The pack of a visit: asked for, made in a worker, downloaded. The row is the job; a lost message loses nothing."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused
from core.tasks import ring
from verification import packs, tasks
from verification.models import Pack, Visit
from verification.models.packs import TRIES, PackQuerySet

log = logging.getLogger(__name__)


@transaction.atomic
def ask_pack(visit: Visit, *, by: User) -> Pack:
    """Have the pack made. One at a time; each is made anew, for the records go on."""
    if not by.can(Can.BUILD_PACKS):
        raise NotAllowed("Only an administrator or an internal verifier has a pack put together.")
    if not visit.learners.exists():
        raise Refused("Nobody is named for this visit yet. Name the learners first.")
    known = Pack.objects.filter(visit=visit).unfinished()
    if there := known.first():
        return there
    try:
        with transaction.atomic():
            pack = Pack.objects.create(visit=visit, asked_at=clock.now(), asked_by=by)
    except IntegrityError:
        # A second click came in between; both look at the same one.
        return known.get()
    record(pack, "ask_pack", by=by, visit=visit.pk)
    ring(tasks.build_pack, pack.pk)
    return pack


def build_pack(pack: Pack) -> bool:
    """Make the file of a pack that nobody has in hand. False if another worker was first, or it cannot be made."""
    if not _claim(pack):
        return False
    try:
        with tempfile.TemporaryDirectory(prefix="pack-") as folder:
            path = Path(folder) / "pack.zip"
            built = packs.build(pack.visit, path, moment=pack.started_at or pack.asked_at, told=_teller(pack))
            return _keep(pack, path, built)
    except Exception:
        log.exception("Pack %s could not be made.", pack.pk)
        _fail(pack, "This could not be put together. Ask for it again; if that fails too, tell an administrator.")
    return False


def _claim(pack: Pack) -> bool:
    """Take it in hand. One that has killed its worker several times is given up."""
    now = clock.now()
    free = Pack.objects.unattended(now).filter(pk=pack.pk)
    if free.filter(tries__gte=TRIES).exists():
        pack.refresh_from_db()
        _fail(pack, f"This stopped {TRIES} times before it was ready. Tell an administrator; no record is lost.")
        return False
    claimed = free.update(started_at=now, seen_at=now, tries=F("tries") + 1, stage="Reading the records", progress=1)
    pack.refresh_from_db()
    return bool(claimed)


def _mine(pack: Pack) -> PackQuerySet:
    """The row, while the claim of this worker holds."""
    return Pack.objects.unfinished().filter(pk=pack.pk, tries=pack.tries)


def _teller(pack: Pack) -> Callable[[str, int], None]:
    """Writes the progress down, so that the page shows it and nobody takes this for dead."""

    def told(stage: str, progress: int) -> None:
        _mine(pack).update(stage=stage, progress=min(99, progress), seen_at=clock.now())

    return told


def _keep(pack: Pack, path: Path, built: packs.Built) -> bool:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        name = pack.file.field.generate_filename(pack, f"{sha256[:16]}.zip")
        name = pack.file.storage.save(name, File(file))
    facts = {"file": name, "size": path.stat().st_size, "sha256": sha256, "done_at": clock.now()}
    facts |= {"files": built.files, "learners": built.learners, "stage": "", "progress": 100}
    with transaction.atomic():
        if _mine(pack).update(**facts):
            pack.refresh_from_db()
            record(pack, "build_pack", by=None, sha256=sha256, files=built.files, learners=built.learners)
            return True
    pack.file.storage.delete(name)
    return False


def _fail(pack: Pack, sentence: str) -> None:
    with transaction.atomic():
        if _mine(pack).update(failed_at=clock.now(), failed_sentence=sentence, stage=""):
            record(pack, "fail_pack", by=None, sentence=sentence)


@transaction.atomic
def note_download(pack: Pack, *, by: User) -> None:
    """Each copy that is taken is part of the history, whoever takes it."""
    record(pack, "download_pack", by=by, sha256=pack.sha256, visit=pack.visit_id)
