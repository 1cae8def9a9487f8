"""A file arrives in pieces: begun, received, completed, used, or given up. Each piece is on the disk before it is counted."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat

from accounts.models import User
from accounts.permissions import Can
from assignments import policy
from assignments.actions.names import base_name, refuse
from assignments.models import Submission, Upload
from assignments.states import ABANDON_UPLOAD, COMPLETE_UPLOAD, USE_UPLOAD
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment


class WrongOffset(Stale):
    """A piece that does not fit onto what is there; `offset` is where the next one begins."""

    def __init__(self, offset: int) -> None:
        super().__init__("This piece does not follow what has arrived so far.")
        self.offset = offset


@transaction.atomic
def begin_upload(
    target: Submission | Enrolment, *, name: str, size: int, modified: int, limit: int, by: User
) -> Upload:
    """The upload of this file that is under way already, or a new one. Choosing the same file again goes on with it."""
    _check_target(target, by)
    if size < 1:
        raise Refused("This file is empty. Check that it opens on your computer, then choose it again.")
    if size > limit:
        raise Refused(f"This file has {filesizeformat(size)}. The limit is {filesizeformat(limit)}.")
    aim = {"submission" if isinstance(target, Submission) else "enrolment": target}
    same: dict[str, Any] = {"owner": by, "name": base_name(name), "size": size, "modified": modified, **aim}
    if found := Upload.objects.pending().filter(**same).order_by("-pk").first():
        return found
    now = clock.now()
    purpose = Upload.Purpose.ESSAY if isinstance(target, Submission) else Upload.Purpose.EVIDENCE
    try:
        with transaction.atomic():
            upload = Upload.objects.create(**same, purpose=purpose, began_at=now, touched_at=now)
    except IntegrityError:
        # Two windows began at the same moment; both send into the same upload.
        return Upload.objects.pending().get(**same)
    record(upload, "begin_upload", by=by, size=size)
    for one in Upload.objects.pending().filter(owner=by).order_by("-pk")[policy.UPLOADS_AT_ONCE :]:
        abandon_upload(one)
    return upload


@transaction.atomic
def receive_piece(upload: Upload, *, offset: int, content: bytes, by: User) -> Upload:
    """Add `content` at `offset`, which is where the last piece ended. The same piece again changes nothing.

    Raises WrongOffset with the right one. When this returns, the piece survives the death of this process.
    """
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.owner_id != by.pk:
        raise NotAllowed("Only the person who began an upload goes on with it.")
    part = upload.part
    # A piece that a dying process wrote and did not count is written again; one the disk has lost is asked for again.
    here = min(upload.received, part.size()) if upload.is_open else upload.received
    if offset < here and offset + len(content) <= here and (not upload.is_open or part.holds(content, at=offset)):
        return upload
    if not upload.is_open:
        raise WrongState("This upload has ended. Choose the file again.")
    if offset != here:
        raise WrongOffset(here)
    if offset + len(content) > upload.size:
        raise Refused("More has arrived than the file was said to have. Choose the file again.")
    part.write(content, at=offset)
    upload.received, upload.touched_at = offset + len(content), clock.now()
    upload.save(update_fields=["received", "touched_at"])
    if upload.received == upload.size:
        complete_upload(upload, by=by)
    return upload


@transaction.atomic
def complete_upload(upload: Upload, *, by: User) -> Upload:
    """Everything is there: fix the fingerprint. What is done with the file is another act."""
    move(upload, COMPLETE_UPLOAD, by=by, sha256=upload.part.fingerprint(), completed_at=clock.now())
    return upload


@transaction.atomic
def use_upload(upload: Upload, *, by: User) -> Upload:
    """The file has been stored where it belongs, so the part goes when this is committed."""
    move(upload, USE_UPLOAD, by=by)
    transaction.on_commit(upload.part.drop)
    return upload


@transaction.atomic
def abandon_upload(upload: Upload, *, by: User | None = None) -> Upload:
    """Give up what has arrived of a file that nobody added."""
    move(upload, ABANDON_UPLOAD, by=by)
    transaction.on_commit(upload.part.drop)
    return upload


def _check_target(target: Submission | Enrolment, by: User) -> None:
    learner = target.enrolment.learner_id if isinstance(target, Submission) else target.learner_id
    if not by.can(Can.SUBMIT_WORK) or learner != by.pk:
        raise NotAllowed("Only the learner adds a file to their own work.")
    if isinstance(target, Submission):
        for sentence in (policy.is_being_prepared(target, by), policy.enrolment_is_active(target, by)):
            refuse(sentence, WrongState)
    else:
        refuse(policy.portfolio_is_open(target, by), WrongState)
