"""The machines of a submission (one attempt; a resubmission is the next, never a loop) and of a request for more time."""

from django.db.models import TextChoices

from accounts.permissions import Can
from assignments import policy
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


class ExtensionState(TextChoices):
    REQUESTED = "requested", "Waiting for an answer"
    GRANTED = "granted", "Granted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Taken back"


DECIDED = (ExtensionState.GRANTED, ExtensionState.DECLINED)

GRANT_EXTENSION = Transition(
    verb="grant_extension",
    label="Grant more time",
    sources=(ExtensionState.REQUESTED,),
    target=ExtensionState.GRANTED,
    needs=Can.GRANT_EXTENSIONS,
    guards=(
        policy.is_for_decider,
        policy.learner_is_registered,
        policy.work_is_not_in,
        policy.is_within_the_tutors_limit,
    ),
)
DECLINE_EXTENSION = Transition(
    verb="decline_extension",
    label="Decline",
    sources=(ExtensionState.REQUESTED,),
    target=ExtensionState.DECLINED,
    needs=Can.GRANT_EXTENSIONS,
    guards=(policy.is_for_decider, policy.is_within_the_tutors_limit),
)
WITHDRAW_EXTENSION = Transition(
    verb="withdraw_extension",
    label="Take the request back",
    sources=(ExtensionState.REQUESTED,),
    target=ExtensionState.WITHDRAWN,
    needs=Can.SUBMIT_WORK,
    guards=(policy.is_own_request,),
)
EXTENSION_TRANSITIONS = (GRANT_EXTENSION, DECLINE_EXTENSION, WITHDRAW_EXTENSION)
