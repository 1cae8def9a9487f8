"""The machines of work: an attempt, the document in it, the upload that brought it, a draft, a request for more time.

A resubmission is the next attempt, never a loop. A document is claimed and claimed again by a moment (`claimed_at`), so that
a worker's death turns nothing back.
"""

from django.db.models import TextChoices

from accounts.permissions import Can
from assignments import agreement, extending, policy, writing
from assignments.standing import BEING_MARKED
from core.lifecycle import Transition


class SubmissionState(TextChoices):
    DRAFT = "draft", "Being prepared"
    SUBMITTED = "submitted", "With the tutor"
    SIGNED = "signed", "Signed, not released"
    PASSED = "passed", "Passed"
    REFERRED = "referred", "Referred"
    RETURNED = "returned", "Returned unmarked"
    WITHDRAWN = "withdrawn", "Not needed any more"


OPEN = (SubmissionState.DRAFT, *BEING_MARKED)
# One of these has an outcome that learner and client may know.
RELEASED = (SubmissionState.PASSED, SubmissionState.REFERRED, SubmissionState.RETURNED)
MARKED = (SubmissionState.SIGNED, *RELEASED)
HANDED_IN = (SubmissionState.SUBMITTED, *MARKED)
# An attempt in one of these does not count against the number of attempts (`ilm` A07).
UNCOUNTED = (SubmissionState.RETURNED, SubmissionState.WITHDRAWN)

SUBMIT = Transition(
    verb="submit",
    label="Hand in",
    sources=(SubmissionState.DRAFT,),
    target=SubmissionState.SUBMITTED,
    needs=Can.SUBMIT_WORK,
    guards=(policy.is_own_work, policy.enrolment_is_active, policy.work_is_complete),
)
HAND_IN_FOR_LEARNER = Transition(
    verb="hand_in_for_learner",
    label="Hand in for the learner",
    sources=(SubmissionState.DRAFT,),
    target=SubmissionState.SUBMITTED,
    needs=Can.SUBMIT_FOR_LEARNER,
    guards=(policy.may_hand_in_for, policy.enrolment_is_active, policy.work_is_complete),
)
AWARD_PASS = Transition(
    verb="award_pass",
    label="Pass",
    sources=(SubmissionState.SUBMITTED,),
    target=SubmissionState.SIGNED,
    needs=Can.MARK,
    guards=(
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.is_held_by_marker,
        agreement.is_not_second_marker,
        agreement.second_marking_is_settled,
        policy.no_deferral_is_open,
        policy.every_unit_passes,
    ),
)
REFER = Transition(
    verb="refer",
    label="Refer",
    sources=(SubmissionState.SUBMITTED,),
    target=SubmissionState.SIGNED,
    needs=Can.MARK,
    guards=(
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.is_held_by_marker,
        agreement.is_not_second_marker,
        agreement.second_marking_is_settled,
        policy.no_deferral_is_open,
        policy.every_criterion_is_decided,
        policy.some_unit_is_referred,
        policy.each_unmet_criterion_has_an_action,
        policy.attempts_are_left,
    ),
)
RELEASE_PASS = Transition(
    verb="release_pass",
    label="Release a pass",
    sources=(SubmissionState.SIGNED,),
    target=SubmissionState.PASSED,
    needs=Can.RELEASE_RESULTS,
    guards=(policy.is_not_released_by_its_marker, policy.learner_has_not_left),
)
RELEASE_REFERRAL = Transition(
    verb="release_referral",
    label="Release a referral",
    sources=(SubmissionState.SIGNED,),
    target=SubmissionState.REFERRED,
    needs=Can.RELEASE_RESULTS,
    guards=(policy.is_not_released_by_its_marker, policy.learner_has_not_left),
)
OVERTURN = Transition(
    verb="overturn",
    label="Refer after verification",
    sources=(SubmissionState.PASSED,),
    target=SubmissionState.REFERRED,
    needs=Can.MARK,
    guards=(
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.no_later_attempt_is_in,
        policy.attempts_are_left,
    ),
)
PASS_AFTER_ALL = Transition(
    verb="pass_after_all",
    label="Pass after all",
    sources=(SubmissionState.REFERRED,),
    target=SubmissionState.PASSED,
    needs=Can.MARK,
    guards=(policy.is_marker, policy.learner_is_on_programme, policy.no_later_attempt_is_in),
)
RETURN_UNMARKED = Transition(
    verb="return_unmarked",
    label="Return unmarked",
    sources=(SubmissionState.SUBMITTED,),
    target=SubmissionState.RETURNED,
    needs=Can.MARK,
    guards=(
        policy.is_marker,
        policy.learner_is_on_programme,
        policy.is_held_by_marker,
        policy.no_deferral_is_open,
    ),
)
# The draft after a referral that became a pass. Its file and its text stay.
WITHDRAW_ATTEMPT = Transition(
    verb="withdraw_attempt",
    label="Put an attempt aside",
    sources=(SubmissionState.DRAFT,),
    target=SubmissionState.WITHDRAWN,
)
TRANSITIONS = (
    SUBMIT,
    HAND_IN_FOR_LEARNER,
    AWARD_PASS,
    REFER,
    RELEASE_PASS,
    RELEASE_REFERRAL,
    RETURN_UNMARKED,
    OVERTURN,
    PASS_AFTER_ALL,
    WITHDRAW_ATTEMPT,
)


class DeferralState(TextChoices):
    """A decision that waits for something."""

    OPEN = "open", "Deferred"
    ENDED = "ended", "Ended"


END_DEFERRAL = Transition(
    verb="end_deferral",
    label="End the deferral",
    sources=(DeferralState.OPEN,),
    target=DeferralState.ENDED,
    needs=Can.MARK,
    guards=(policy.is_marker_of_deferred,),
)
DEFERRAL_TRANSITIONS = (END_DEFERRAL,)


class SecondMarkingState(TextChoices):
    """A second marking: asked for, handed over by the second marker, agreed by both. One that is called off is withdrawn."""

    ASKED = "asked", "Second marking asked for"
    MARKED = "marked", "Marked twice"
    AGREED = "agreed", "Agreed"
    WITHDRAWN = "withdrawn", "Called off"


HAND_OVER_SECOND_MARKING = Transition(
    verb="hand_over_second_marking",
    label="Hand over the second marking",
    sources=(SecondMarkingState.ASKED,),
    target=SecondMarkingState.MARKED,
    needs=Can.MARK,
    guards=(agreement.is_second_marker, agreement.learner_is_there, agreement.second_is_complete),
)
CONFIRM_AGREEMENT = Transition(
    verb="confirm_agreement",
    label="Confirm what both decide",
    sources=(SecondMarkingState.MARKED,),
    target=SecondMarkingState.AGREED,
    needs=Can.MARK,
    guards=(
        agreement.is_second_marker,
        agreement.learner_is_there,
        agreement.both_are_done,
        agreement.is_not_passed_on,
        agreement.is_proposed,
    ),
)
SETTLE_SECOND_MARKING = Transition(
    verb="settle_second_marking",
    label="Decide between two markings",
    sources=(SecondMarkingState.MARKED,),
    target=SecondMarkingState.AGREED,
    needs=Can.VERIFY,
    guards=(
        agreement.is_allocated_verifier,
        agreement.is_no_marker_of_it,
        agreement.learner_is_there,
        agreement.both_are_done,
        agreement.is_passed_on,
    ),
)
CALL_OFF_SECOND_MARKING = Transition(
    verb="call_off_second_marking",
    label="Call the second marking off",
    sources=(SecondMarkingState.ASKED, SecondMarkingState.MARKED),
    target=SecondMarkingState.WITHDRAWN,
    needs=Can.ASK_SECOND_MARKING,
    guards=(agreement.is_no_marker_of_it,),
)
SECOND_MARKING_TRANSITIONS = (
    HAND_OVER_SECOND_MARKING,
    CONFIRM_AGREEMENT,
    SETTLE_SECOND_MARKING,
    CALL_OFF_SECOND_MARKING,
)


class DocumentState(TextChoices):
    RECEIVED = "received", "Received"
    EXAMINING = "examining", "Being checked"
    WAITING_FOR_SCAN = "waiting_for_scan", "Waiting for the virus scan"
    READY = "ready", "Ready"
    REFUSED = "refused", "Not taken"


UNSETTLED = (DocumentState.RECEIVED, DocumentState.EXAMINING, DocumentState.WAITING_FOR_SCAN)
SETTLED = (DocumentState.READY, DocumentState.REFUSED)

EXAMINE = Transition(
    verb="examine",
    label="Check a file",
    sources=(DocumentState.RECEIVED,),
    target=DocumentState.EXAMINING,
)
WAIT_FOR_SCAN = Transition(
    verb="wait_for_scan",
    label="Wait for the virus scan",
    sources=(DocumentState.EXAMINING,),
    target=DocumentState.WAITING_FOR_SCAN,
)
MAKE_READY = Transition(
    verb="make_ready",
    label="Take a file",
    sources=UNSETTLED,
    target=DocumentState.READY,
)
TURN_AWAY = Transition(
    verb="turn_away",
    label="Refuse a file",
    sources=(DocumentState.EXAMINING, DocumentState.WAITING_FOR_SCAN),
    target=DocumentState.REFUSED,
)
DOCUMENT_TRANSITIONS = (EXAMINE, WAIT_FOR_SCAN, MAKE_READY, TURN_AWAY)


class UploadState(TextChoices):
    OPEN = "open", "Arriving"
    COMPLETE = "complete", "Arrived"
    USED = "used", "Added"
    ABANDONED = "abandoned", "Given up"


ARRIVED = (UploadState.COMPLETE, UploadState.USED)

COMPLETE_UPLOAD = Transition(
    verb="complete_upload",
    label="Complete an upload",
    sources=(UploadState.OPEN,),
    target=UploadState.COMPLETE,
    needs=Can.SUBMIT_WORK,
)
USE_UPLOAD = Transition(
    verb="use_upload",
    label="Add an uploaded file",
    sources=(UploadState.COMPLETE,),
    target=UploadState.USED,
    needs=Can.SUBMIT_WORK,
)
ABANDON_UPLOAD = Transition(
    verb="abandon_upload",
    label="Give up an upload",
    sources=(UploadState.OPEN, UploadState.COMPLETE),
    target=UploadState.ABANDONED,
)
UPLOAD_TRANSITIONS = (COMPLETE_UPLOAD, USE_UPLOAD, ABANDON_UPLOAD)


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
        extending.is_for_decider,
        extending.learner_is_registered,
        extending.work_is_not_in,
        extending.is_within_the_tutors_limit,
    ),
)
DECLINE_EXTENSION = Transition(
    verb="decline_extension",
    label="Decline",
    sources=(ExtensionState.REQUESTED,),
    target=ExtensionState.DECLINED,
    needs=Can.GRANT_EXTENSIONS,
    guards=(extending.is_for_decider, extending.is_within_the_tutors_limit),
)
WITHDRAW_EXTENSION = Transition(
    verb="withdraw_extension",
    label="Take the request back",
    sources=(ExtensionState.REQUESTED,),
    target=ExtensionState.WITHDRAWN,
    needs=Can.SUBMIT_WORK,
    guards=(extending.is_own_request,),
)
EXTENSION_TRANSITIONS = (GRANT_EXTENSION, DECLINE_EXTENSION, WITHDRAW_EXTENSION)
