"""The submission machine: one attempt at one assignment. A resubmission is the next attempt, never a loop."""

from django.db.models import TextChoices

from accounts.permissions import Can
from assignments import policy, writing
from core.lifecycle import Transition


class SubmissionState(TextChoices):
    DRAFT = "draft", "Being prepared"
    SUBMITTED = "submitted", "With the tutor"
    PASSED = "passed", "Passed"
    REFERRED = "referred", "Referred"


OPEN = (SubmissionState.DRAFT, SubmissionState.SUBMITTED)
HANDED_IN = (SubmissionState.SUBMITTED, SubmissionState.PASSED, SubmissionState.REFERRED)
MARKED = (SubmissionState.PASSED, SubmissionState.REFERRED)

SUBMIT = Transition(
    verb="submit",
    label="Hand in",
    sources=(SubmissionState.DRAFT,),
    target=SubmissionState.SUBMITTED,
    needs=Can.SUBMIT_WORK,
    guards=(policy.is_own_work, policy.enrolment_is_active, policy.work_is_complete),
)
AWARD_PASS = Transition(
    verb="award_pass",
    label="Pass",
    sources=(SubmissionState.SUBMITTED,),
    target=SubmissionState.PASSED,
    needs=Can.MARK,
    guards=(
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.is_held_by_marker,
        policy.every_criterion_passes,
    ),
)
REFER = Transition(
    verb="refer",
    label="Refer",
    sources=(SubmissionState.SUBMITTED,),
    target=SubmissionState.REFERRED,
    needs=Can.MARK,
    guards=(
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.is_held_by_marker,
        policy.every_criterion_is_decided,
        policy.some_criterion_is_unmet,
        policy.each_unmet_criterion_has_an_action,
        policy.attempts_are_left,
    ),
)
OVERTURN = Transition(
    verb="overturn",
    label="Refer after verification",
    sources=(SubmissionState.PASSED,),
    target=SubmissionState.REFERRED,
    needs=Can.MARK,
    guards=(policy.is_marker, policy.learner_is_on_programme, policy.attempts_are_left),
)
TRANSITIONS = (SUBMIT, AWARD_PASS, REFER, OVERTURN)


class DraftState(TextChoices):
    """A draft for comment: it is not the hand-in, and nothing is marked by it."""

    SENT = "sent", "With the tutor for comment"
    COMMENTED = "commented", "Commented"
    WITHDRAWN = "withdrawn", "Taken back"


COMMENT_ON_DRAFT = Transition(
    verb="comment_on_draft",
    label="Send comments",
    sources=(DraftState.SENT,),
    target=DraftState.COMMENTED,
    needs=Can.COMMENT_ON_DRAFTS,
    guards=(writing.draft_is_of_another, writing.tutors_the_cohort, writing.draft_is_free, writing.comments_are_there),
)
WITHDRAW_DRAFT = Transition(
    verb="withdraw_draft",
    label="Take this draft back",
    sources=(DraftState.SENT,),
    target=DraftState.WITHDRAWN,
    needs=Can.SUBMIT_WORK,
    guards=(writing.draft_is_own, writing.draft_is_unopened),
)
DRAFT_TRANSITIONS = (COMMENT_ON_DRAFT, WITHDRAW_DRAFT)
