"""The comment bank: a tutor's own comments for use again, and those that all tutors of the centre share."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from accounts.models import User
from assignments.models import BankComment
from core import clock
from core.lifecycle import record
from core.refusals import Refused, WrongState
from core.text import cleaned

BANK_MAX = 5_000
LABEL_MAX = 60


@transaction.atomic
def keep_in_bank(
    *, body: str, label: str = "", criterion_number: str = "", share: bool = False, by: User
) -> BankComment:
    """Keep a comment for use again. What this tutor keeps already, word for word, is not kept a second time."""
    said = _said(body)
    kept = BankComment.objects.filter(owner=by, body=said, removed_at__isnull=True).first()
    if kept and not share:
        return kept
    kept = BankComment.objects.create(
        owner=None if share else by,
        body=said,
        label=_label(label, said),
        criterion_number=cleaned(criterion_number)[:10],
        kept_at=clock.now(),
        kept_by=by,
    )
    record(kept, "share" if share else "keep", by=by)
    return kept


@transaction.atomic
def change_bank_comment(
    kept: BankComment, *, body: str, label: str = "", criterion_number: str = "", share: bool = False, by: User
) -> BankComment:
    """Write it anew. A shared one is changed by the tutor who put it there; comments made from it stay as they are."""
    _check_owner(kept, by)
    said = _said(body)
    was = {"body": kept.body, "shared": kept.owner_id is None}
    BankComment.objects.filter(pk=kept.pk).update(
        body=said,
        label=_label(label, said),
        criterion_number=cleaned(criterion_number)[:10],
        owner=None if share else by,
    )
    kept.refresh_from_db()
    record(kept, "change", by=by, was=was)
    return kept


@transaction.atomic
def remove_bank_comment(kept: BankComment, *, by: User) -> None:
    _check_owner(kept, by)
    BankComment.objects.filter(pk=kept.pk).update(removed_at=clock.now())
    record(kept, "remove", by=by)


def count_use(kept: BankComment) -> None:
    """Those that are used most are offered first."""
    BankComment.objects.filter(pk=kept.pk).update(used=F("used") + 1)


def _check_owner(kept: BankComment, by: User) -> None:
    if kept.removed_at is not None:
        raise WrongState("This comment is no longer in the bank.")
    if kept.kept_by_id != by.pk:
        raise Refused(f"{kept.kept_by} shares this comment, and only they change it. Keep one of your own like it.")


def _said(body: str) -> str:
    said = cleaned(body)
    if not said:
        raise Refused("Write the comment that you want to keep.")
    if len(said) > BANK_MAX:
        raise Refused(f"This has {len(said):,} characters. A comment in the bank may have {BANK_MAX:,}.")
    return said


def _label(label: str, said: str) -> str:
    """The words to find it by; else its own first ones."""
    given = " ".join(cleaned(label).split())
    if given:
        return given[:LABEL_MAX]
    words = " ".join(said.split())
    return words if len(words) <= LABEL_MAX else words[: LABEL_MAX - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
