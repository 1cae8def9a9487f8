"""Comments on handed-in work: add, change, take away, put back. Whoever holds the piece writes them, until it is signed."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from assignments import marking, passages
from assignments.models import Comment, Reading, Submission
from core import clock
from core.lifecycle import record
from core.refusals import Refused, Stale, WrongState
from core.text import cleaned
from programmes.models import Criterion

COMMENT_MAX = 10_000
# More than this on one piece is a mistake, or a program.
COMMENTS_MOST = 500


class Rewritten(Stale):
    """Somebody changed this comment first. `saved` is what stands there now, for the page that shows both texts."""

    def __init__(self, saved: Comment) -> None:
        super().__init__(
            f"{saved.saved_by} changed this comment while you were writing. Both texts are here: "
            "choose one, or make one of the two, and save again."
        )
        self.saved = saved


def add_comment(
    submission: Submission,
    *,
    key: uuid.UUID,
    body: str,
    criterion: int | None = None,
    quote: str = "",
    start: int | None = None,
    end: int | None = None,
    prefix: str = "",
    suffix: str = "",
    by: User,
) -> Comment:
    """Say something about a passage, a criterion, or both. `key` is the browser's: what is sent twice is kept once."""
    if kept := _kept(submission, key, by):
        return kept
    try:
        with transaction.atomic():
            marking.take(submission, by=by)
            if submission.comments.filter(removed_at__isnull=True).count() >= COMMENTS_MOST:
                raise Refused(
                    f"There are {COMMENTS_MOST} comments on this piece already, which is as many as it holds. Take some away, "
                    "or write what is left in the feedback on a criterion."
                )
            now = clock.now()
            return submission.comments.create(
                key=key,
                body=_said(body),
                criterion=_criterion(submission, criterion),
                **_place(submission, quote, start, end, prefix, suffix, needed=criterion is None),
                created_at=now,
                saved_at=now,
                saved_by=by,
            )
    except IntegrityError:
        # The same comment came twice at once, and the other was first.
        if kept := _kept(submission, key, by):
            return kept
        raise


@transaction.atomic
def change_comment(comment: Comment, *, body: str, criterion: int | None, revision: int, by: User) -> Comment:
    """Write it anew, or tie it to another criterion. `revision` is the one the tutor began from."""
    submission = comment.submission
    marking.take(submission, by=by)
    tied = _criterion(submission, criterion)
    if tied is None and comment.start is None:
        raise Refused("Choose the criterion this is about. It stands beside no words of the text.")
    mine = submission.comments.filter(pk=comment.pk, removed_at__isnull=True)
    won = mine.filter(revision=revision).update(
        body=_said(body), criterion=tied, revision=F("revision") + 1, saved_at=clock.now(), saved_by=by
    )
    saved = mine.select_related("saved_by", "criterion").first()
    if saved is None:
        raise WrongState("This comment has been taken away meanwhile. Copy what you wrote, and add it as a new one.")
    if not won:
        raise Rewritten(saved)
    return saved


@transaction.atomic
def remove_comment(comment: Comment, *, by: User) -> Comment:
    """Take it away. It is kept out of sight, so that it can be put back."""
    return _show(comment, by=by, verb="remove", shown=False)


@transaction.atomic
def put_back_comment(comment: Comment, *, by: User) -> Comment:
    return _show(comment, by=by, verb="put_back", shown=True)


def _show(comment: Comment, *, by: User, verb: str, shown: bool) -> Comment:
    marking.take(comment.submission, by=by)
    now = clock.now()
    changed = Comment.objects.filter(pk=comment.pk, removed_at__isnull=not shown).update(
        removed_at=None if shown else now, revision=F("revision") + 1
    )
    comment.removed_at = None if shown else now
    if changed:
        record(comment, verb, by=by)
    return comment


def _kept(submission: Submission, key: uuid.UUID, by: User) -> Comment | None:
    found = Comment.objects.filter(key=key).first()
    if found and (found.submission_id, found.saved_by_id) != (submission.pk, by.pk):
        raise Refused("This comment could not be told from another one. Load the page again and add it once more.")
    return found


def _said(body: str) -> str:
    said = cleaned(body)
    if not said:
        raise Refused("Write what you want to say, then save the comment.")
    if len(said) > COMMENT_MAX:
        raise Refused(f"This has {len(said):,} characters. A comment may have {COMMENT_MAX:,}: make two of it.")
    return said


def _criterion(submission: Submission, criterion: int | None) -> Criterion | None:
    if criterion is None:
        return None
    found = next((one for one in submission.asked() if one.pk == criterion), None)
    if found is None:
        raise WrongState("This criterion does not belong to this assignment. Choose another one.")
    return found


def _place(
    submission: Submission,
    quote: str,
    start: int | None,
    end: int | None,
    prefix: str,
    suffix: str,
    *,
    needed: bool,
) -> dict[str, str | int]:
    """The fields that tie a comment to words of the reading; none if it is about a criterion only."""
    if not quote:
        if needed:
            raise Refused(
                "Select words in the text or choose a criterion, so that the comment has something to stand beside."
            )
        return {}
    if not quote.strip():
        raise Refused(passages.NOT_WORDS)
    reading = Reading.objects.filter(document=submission.document_id).first()
    found = None
    if reading is not None:
        found = passages.anchored(reading.text, quote=quote, start=start, end=end, prefix=prefix, suffix=suffix)
    if reading is None or found is None:
        raise Refused(passages.NOWHERE)
    return {
        "quote": found.quote,
        "prefix": found.prefix,
        "suffix": found.suffix,
        "start": found.start,
        "end": found.end,
        "of_text": reading.sha256,
    }
