"""What a verifier judges: the state of a piece frozen with its sample, and the judgement as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from assignments.models import Submission
from core import clock
from core.lifecycle import record
from core.refusals import Stale
from verification import judging
from verification.models import JudgementDraft, Sample, Snapshot
from verification.models.judged import decided, state_of
from verification.states import AGREE, SampleState

# All that is asked of a piece that is verified.
WITH_IT = (
    "enrolment__learner",
    "enrolment__cohort",
    "assignment__version",
    "document",
    "wording",
    "declaration",
    "second_marking",
    "marked_by",
)


def state_now(sample: Sample) -> dict[str, Any]:
    """The state of the piece as it stands, under the lock of its row, so that nothing of it changes while this is decided."""
    rows = Submission.objects.select_related(*WITH_IT).select_for_update(of=("self",))
    return state_of(rows.get(pk=sample.submission_id))


def freeze(sample: Sample, *, by: User | None) -> Snapshot:
    judged = state_now(sample)
    number = (sample.snapshots.aggregate(Max("number"))["number__max"] or 0) + 1
    facts: dict[str, Any] = {"judged": judged, "sha256": judging.fingerprint(judged), "frozen_at": clock.now()}
    frozen = sample.snapshots.create(number=number, frozen_by=by, **facts)
    Sample.objects.filter(pk=sample.pk).update(snapshot=frozen)
    sample.snapshot = frozen
    return frozen


@transaction.atomic
def freeze_again(sample: Sample, *, by: User) -> Snapshot:
    """Take the piece as it stands now for what is judged. The state before stays with the sample."""
    AGREE.check(sample, by)
    before = sample.snapshots.last()
    differs = judging.changed(before.judged, state_now(sample)) if before else ["what is judged"]
    if not differs:
        raise Stale("Nothing has changed since this was frozen, so there is nothing to freeze again.")
    frozen = freeze(sample, by=by)
    was = before.sha256 if before else ""
    record(sample, "freeze_again", by=by, judged=frozen.sha256, before=was, changed=differs)
    return frozen


def check_unchanged(sample: Sample, seen: str) -> None:
    """A decision is about what is frozen, and about what the verifier saw (`seen`, the fingerprint on their page)."""
    frozen = sample.snapshots.last()
    if frozen is None:
        return
    sample.snapshot = frozen
    if seen and seen != frozen.sha256:
        raise Stale("This was frozen again after you opened the page. Look at what changed, then decide.")
    if differs := judging.changed(frozen.judged, state_now(sample)):
        raise Stale(
            f"This piece has changed since it was frozen: {judging.listed(differs)}. Look at it, freeze it again, and decide then."
        )


def numbers_of(sample: Sample) -> dict[int, str]:
    """The criteria that are judged: those of the frozen decisions, by primary key, with their numbers."""
    if sample.snapshot:
        return judging.numbered(sample.snapshot.judged["decisions"])
    rows = sample.submission.worded(sample.submission.decisions.select_related("criterion__outcome__unit"))
    return judging.numbered(decided(rows))


@transaction.atomic
def save_judgement(sample: Sample, *, typed: Mapping[str, str], revision: int, by: User) -> JudgementDraft:
    """Keep what is typed. `revision` is the one the page began from: what another verifier saved is not overwritten unseen."""
    AGREE.check(sample, by)
    # The sample's row is held, so that nothing is kept of what is being decided.
    if not Sample.objects.select_for_update(of=("self",)).filter(pk=sample.pk, state=SampleState.SELECTED).exists():
        raise Stale("Somebody else decided on this a moment ago. Nothing of theirs was changed.")
    draft = JudgementDraft.objects.select_related("saved_by").filter(sample=sample).first()
    said = judging.kept(typed, numbers_of(sample))
    if draft is not None and draft.typed == said:
        return draft
    check_revision(draft, revision, by=by)
    draft = draft or JudgementDraft(sample=sample, revision=0)
    draft.typed, draft.revision = said, draft.revision + 1
    draft.saved_at, draft.saved_by = clock.now(), by
    draft.save()
    return draft


def check_revision(draft: JudgementDraft | None, revision: int, *, by: User) -> None:
    if draft is None or draft.revision == revision:
        return
    at = timezone.localtime(draft.saved_at)
    who = (
        "You saved this judgement in another window"
        if draft.saved_by_id == by.pk
        else f"{draft.saved_by or 'Waymark'} saved this judgement"
    )
    raise Stale(
        f"{who} on {at.day} {at:%B} at {at:%H:%M}, after you opened the page. What stands there and what you typed are both below; "
        "to send it again puts yours in its place."
    )
