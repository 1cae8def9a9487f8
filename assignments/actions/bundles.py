"""A portfolio as one file: asked for, made in a worker, cleared away. The row is the job; a lost message loses nothing."""

from __future__ import annotations

import datetime as dt
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
from assignments import bundles, policy, tasks
from assignments.actions.names import refuse
from assignments.models import Bundle, BundleKind, Submission
from assignments.models.bundles import TRIES, BundleQuerySet
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused
from core.tasks import ring
from enrolment.models import Enrolment

log = logging.getLogger(__name__)


@transaction.atomic
def ask_bundle(enrolment: Enrolment, *, kind: str, submission: Submission | None = None, by: User) -> Bundle:
    """Have a PDF or a ZIP made. Of an attempt one is enough, for it never changes; a growing portfolio is made anew."""
    _check_asks(enrolment, submission, by)
    known = Bundle.objects.of(enrolment, submission).filter(kind=kind)
    there = known.unfinished().first() or (known.ready().first() if submission else None)
    if there:
        return there
    try:
        with transaction.atomic():
            bundle = Bundle.objects.create(
                enrolment=enrolment, submission=submission, kind=kind, asked_at=clock.now(), asked_by=by
            )
    except IntegrityError:
        # A second click came in between; both look at the same one.
        return known.unfinished().get()
    record(bundle, "ask_bundle", by=by, kind=kind)
    ring(tasks.build_bundle, bundle.pk)
    return bundle


def _check_asks(enrolment: Enrolment, submission: Submission | None, by: User) -> None:
    if submission is None:
        if not by.can(Can.SUBMIT_WORK) or enrolment.learner_id != by.pk:
            raise NotAllowed("Only the learner has their growing portfolio put together.")
        return
    seen = Submission.objects.visible_to(by).select_related("enrolment__learner")
    found = seen.filter(pk=submission.pk, enrolment=enrolment).first()
    if found is None:
        raise NotAllowed("You do not read this learner’s work, so you cannot have it put together.")
    refuse(policy.bundle_tells_no_name(found))
    if submission.assignment.kind != "portfolio" or submission.submitted_at is None:
        raise Refused("Only a portfolio that was handed in is put together here.")


def build_bundle(bundle: Bundle) -> bool:
    """Make the file of a bundle that nobody has in hand. False if another worker was first, or it cannot be made."""
    if not _claim(bundle):
        return False
    try:
        with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
            path = Path(folder) / f"bundle.{bundle.kind}"
            _make(bundle, path, _teller(bundle))
            return _keep(bundle, path)
    except bundles.Broken as broken:
        _fail(bundle, str(broken))
    except Exception:
        log.exception("Bundle %s could not be made.", bundle.pk)
        _fail(bundle, "This could not be put together. Ask for it again; if that fails too, tell the centre.")
    return False


def _claim(bundle: Bundle) -> bool:
    """Take it in hand. One that has killed its worker several times is given up."""
    now = clock.now()
    free = Bundle.objects.unattended(now).filter(pk=bundle.pk)
    if free.filter(tries__gte=TRIES).exists():
        bundle.refresh_from_db()
        _fail(
            bundle,
            f"This stopped {TRIES} times before it was ready. Tell the centre; nothing of the portfolio is lost.",
        )
        return False
    claimed = free.update(started_at=now, seen_at=now, tries=F("tries") + 1, stage="Reading the portfolio", progress=2)
    bundle.refresh_from_db()
    return bool(claimed)


def _make(bundle: Bundle, path: Path, told: Callable[[str, int], None]) -> None:
    told("Checking the files of evidence", 5)
    source = bundles.read(bundle)
    if bundle.kind == BundleKind.ZIP:
        bundles.pack(source, path, told=told)
    else:
        told("Printing the PDF", 20)
        bundles.print_to(source, path)


def _mine(bundle: Bundle) -> BundleQuerySet:
    """The row, while the claim of this worker holds."""
    return Bundle.objects.unfinished().filter(pk=bundle.pk, tries=bundle.tries)


def _teller(bundle: Bundle) -> Callable[[str, int], None]:
    """Writes the progress down when it has moved on, so that the page shows it and nobody takes this for dead."""
    last = ("", 0)

    def told(stage: str, progress: int) -> None:
        nonlocal last
        if (stage, progress) != last:
            last = stage, progress
            _mine(bundle).update(stage=stage, progress=min(99, progress), seen_at=clock.now())

    return told


def _keep(bundle: Bundle, path: Path) -> bool:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        name = bundle.file.field.generate_filename(bundle, f"{sha256[:16]}.{bundle.kind}")
        name = bundle.file.storage.save(name, File(file))
    size = path.stat().st_size
    with transaction.atomic():
        facts = {"file": name, "size": size, "sha256": sha256, "done_at": clock.now(), "stage": "", "progress": 100}
        if _mine(bundle).update(**facts):
            bundle.refresh_from_db()
            record(bundle, "build_bundle", by=None, sha256=sha256, size=size)
            return True
    bundle.file.storage.delete(name)
    return False


def _fail(bundle: Bundle, sentence: str) -> None:
    with transaction.atomic():
        if _mine(bundle).update(failed_at=clock.now(), failed_sentence=sentence, stage=""):
            record(bundle, "fail_bundle", by=None, sentence=sentence)


@transaction.atomic
def sweep_bundle(bundle: Bundle, *, now: dt.datetime) -> bool:
    """Clear the file away once it has been kept long enough. The row stays, and it can be asked for again."""
    if not Bundle.objects.past_keeping(now).filter(pk=bundle.pk).update(swept_at=now, file=""):
        return False
    record(bundle, "sweep_bundle", by=None, sha256=bundle.sha256)
    storage, name = bundle.file.storage, bundle.file.name
    transaction.on_commit(lambda: storage.delete(str(name)))
    return True
