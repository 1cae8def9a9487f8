"""Send a draft for comment, comment on it, take it back. Nothing here marks anything."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Can
from assignments import notices, writing
from assignments.actions.writing import keep_text
from assignments.models import Draft, Submission
from assignments.states import COMMENT_ON_DRAFT, WITHDRAW_DRAFT
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState

TEXT, FILE = "text", "file"
COMMENTS_MAX = 20_000


@transaction.atomic
def send_draft(submission: Submission, *, source: str = FILE, note: str = "", by: User) -> Draft:
    """Send the file that was added, or the text as it stands, for comment. The document of the draft never changes."""
    if not by.can(Can.SUBMIT_WORK):
        raise NotAllowed("Only a learner sends a draft.")
    earlier = Draft.objects.filter(
        submission__enrolment=submission.enrolment_id, submission__assignment=submission.assignment_id
    )
    waiting = earlier.waiting().filter(submission=submission).exists()
    if sentence := writing.draft_problem(submission, by, sent=earlier.counted().count(), waiting=waiting):
        raise NotAllowed(sentence) if submission.enrolment.learner_id != by.pk else Refused(sentence)
    document = keep_text(submission, by=by) if source == TEXT else submission.document
    if document is None:
        raise Refused("There is nothing to send yet. Add a file or write your essay first.")
    draft = Draft(submission=submission, document=document, note=note.strip(), sent_at=clock.now(), sent_by=by)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        raise Stale("Your draft was sent a moment ago. It is with your tutor.") from None
    record(submission, "send_draft", by=by, draft=draft.pk, sha256=document.sha256, words=document.words)
    tutors = submission.enrolment.cohort.appointments.covering(clock.today()).select_related("tutor")
    notices.draft_sent(draft, {one.tutor for one in tutors})
    return draft


@transaction.atomic
def save_comments(draft: Draft, *, comments: str, revision: int, by: User) -> Draft:
    """Keep comments as they are typed; the learner sees none of them yet. The first save opens the draft."""
    if not by.can(Can.COMMENT_ON_DRAFTS):
        raise NotAllowed("Tutors of the cohort comment on drafts.")
    found = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("submission__enrolment__cohort", "opened_by")
        .get(pk=draft.pk)
    )
    if not found.is_sent:
        raise WrongState(f"This draft is {found.get_state_display().lower()}, so its comments stay as they are.")
    for guard in (writing.draft_is_of_another, writing.tutors_the_cohort, writing.draft_is_free):
        if sentence := guard(found, by):
            raise Refused(sentence)
    if revision != found.revision and comments != found.comments:
        raise Stale("These comments were changed in another window. Load the page again, then add what you typed here.")
    found.comments, found.revision = comments, found.revision + 1
    # Whoever saved last holds the draft, from then on.
    found.opened_at, found.opened_by = clock.now(), by
    found.save(update_fields=["comments", "revision", "opened_at", "opened_by"])
    return found


@transaction.atomic
def comment_on_draft(draft: Draft, *, comments: str, revision: int, by: User) -> Draft:
    """Send the comments to the learner. From then on neither draft nor comments change."""
    COMMENT_ON_DRAFT.check(_with(draft, comments), by)
    found = save_comments(draft, comments=comments, revision=revision, by=by)
    move(found, COMMENT_ON_DRAFT, by=by, commented_at=clock.now(), commented_by=by)
    notices.draft_commented(found)
    return found


@transaction.atomic
def withdraw_draft(draft: Draft, *, by: User) -> Draft:
    """Take a draft back before anybody has begun to comment; it does not count then."""
    # The row is locked, so that a tutor's first save comes before or after, not between.
    Draft.objects.select_for_update().get(pk=draft.pk)
    draft.refresh_from_db()
    move(draft, WITHDRAW_DRAFT, by=by, withdrawn_at=clock.now())
    return draft


def _with(draft: Draft, comments: str) -> Draft:
    draft.comments = comments
    return draft
