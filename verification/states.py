"""Samples of marking; claims, the batches they go in, the answers that come, certificates, recognised units; standardisation events; visits."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from verification import policy


class SampleState(TextChoices):
    SELECTED = "selected", "Being verified"
    AGREED = "agreed", "Agreed"
    RETURNED = "returned", "Sent back to the tutor"
    ANSWERED = "answered", "Answered by the tutor"


DECIDED = (SampleState.AGREED, SampleState.RETURNED, SampleState.ANSWERED)
WITH_ACTION = (SampleState.RETURNED, SampleState.ANSWERED)

AGREE = Transition(
    verb="agree",
    label="Agree with the marking",
    sources=(SampleState.SELECTED,),
    target=SampleState.AGREED,
    needs=Can.VERIFY,
    guards=(
        policy.is_not_own_marking,
        policy.is_allocated_without_interest,
        policy.is_on_programme,
        policy.is_still_there_to_verify,
    ),
)
SEND_BACK = Transition(
    verb="send_back",
    label="Send back with an action",
    sources=(SampleState.SELECTED,),
    target=SampleState.RETURNED,
    needs=Can.VERIFY,
    guards=(
        policy.is_not_own_marking,
        policy.is_allocated_without_interest,
        policy.is_on_programme,
        policy.is_still_there_to_verify,
    ),
)
ANSWER = Transition(
    verb="answer",
    label="Answer the verifier",
    sources=(SampleState.RETURNED,),
    target=SampleState.ANSWERED,
    needs=Can.ANSWER_VERIFIER,
    guards=(policy.is_owner,),
)
SAMPLE_TRANSITIONS = (AGREE, SEND_BACK, ANSWER)


class ClaimState(TextChoices):
    CLAIMED = "claimed", "Claimed"
    CERTIFICATED = "certificated", "Certificate recorded"
    REJECTED = "rejected", "Rejected by the awarding organisation"
    REVOKED = "revoked", "Certificate revoked"


HAS_CERTIFICATE = (ClaimState.CERTIFICATED, ClaimState.REVOKED)
ANSWERED_CLAIM = (*HAS_CERTIFICATE, ClaimState.REJECTED)
# A claim in one of these asks for nothing and holds nothing any more.
OVER = (ClaimState.REJECTED, ClaimState.REVOKED)

RECORD_CERTIFICATE = Transition(
    verb="record_certificate",
    label="Record the certificate",
    sources=(ClaimState.CLAIMED,),
    target=ClaimState.CERTIFICATED,
    needs=Can.CLAIM,
)
RECORD_REJECTION = Transition(
    verb="record_rejection",
    label="Record that the claim was rejected",
    sources=(ClaimState.CLAIMED,),
    target=ClaimState.REJECTED,
    needs=Can.CLAIM,
)
REVOKE = Transition(
    verb="revoke",
    label="Record that the certificate is revoked",
    sources=(ClaimState.CERTIFICATED,),
    target=ClaimState.REVOKED,
    needs=Can.CLAIM,
)
CLAIM_TRANSITIONS = (RECORD_CERTIFICATE, RECORD_REJECTION, REVOKE)


class BatchState(TextChoices):
    OPEN = "open", "Open"
    EXPORTED = "exported", "Exported"
    SENT = "sent", "Sent"
    RECONCILED = "reconciled", "Every claim answered"


EXPORT_BATCH = Transition(
    verb="export_batch",
    label="Close and export",
    sources=(BatchState.OPEN,),
    target=BatchState.EXPORTED,
    needs=Can.CLAIM,
    guards=(policy.has_claims,),
)
SEND_BATCH = Transition(
    verb="send_batch",
    label="Mark as sent",
    sources=(BatchState.EXPORTED,),
    target=BatchState.SENT,
    needs=Can.CLAIM,
)
CLOSE_BATCH = Transition(
    verb="close_batch",
    label="Close",
    sources=(BatchState.SENT,),
    target=BatchState.RECONCILED,
)
BATCH_TRANSITIONS = (EXPORT_BATCH, SEND_BATCH, CLOSE_BATCH)


class AnswerState(TextChoices):
    READ = "read", "Read, to be confirmed"
    TAKEN = "taken", "Taken"
    PUT_ASIDE = "put_aside", "Put aside"


TAKE_ANSWER = Transition(
    verb="take_answer",
    label="Take this answer",
    sources=(AnswerState.READ,),
    target=AnswerState.TAKEN,
    needs=Can.CLAIM,
)
PUT_ASIDE_ANSWER = Transition(
    verb="put_aside_answer",
    label="Put this file aside",
    sources=(AnswerState.READ,),
    target=AnswerState.PUT_ASIDE,
    needs=Can.CLAIM,
)
ANSWER_TRANSITIONS = (TAKE_ANSWER, PUT_ASIDE_ANSWER)


class CertificateState(TextChoices):
    RECEIVED = "received", "To be checked"
    CHECKED = "checked", "Checked, to be sent"
    DIFFERS = "differs", "Correction asked for"
    SENT = "sent", "Sent to the learner"
    REPLACED = "replaced", "Replaced by a corrected one"
    VOID = "void", "Revoked"


CHECKED_ONCE = (CertificateState.CHECKED, CertificateState.SENT)

CHECK_CERTIFICATE = Transition(
    verb="check_certificate",
    label="Check against the record",
    sources=(CertificateState.RECEIVED,),
    target=CertificateState.CHECKED,
    needs=Can.CLAIM,
)
SEND_CERTIFICATE = Transition(
    verb="send_certificate",
    label="Record that it was sent",
    sources=(CertificateState.CHECKED,),
    target=CertificateState.SENT,
    needs=Can.CLAIM,
)
ASK_CORRECTION = Transition(
    verb="ask_correction",
    label="Ask for a correction",
    sources=(CertificateState.RECEIVED, CertificateState.CHECKED, CertificateState.SENT),
    target=CertificateState.DIFFERS,
    needs=Can.CLAIM,
)
REPLACE_CERTIFICATE = Transition(
    verb="replace_certificate",
    label="Record the corrected certificate",
    sources=(CertificateState.DIFFERS,),
    target=CertificateState.REPLACED,
    needs=Can.CLAIM,
)
VOID_CERTIFICATE = Transition(
    verb="void_certificate",
    label="Void",
    sources=(CertificateState.RECEIVED, CertificateState.CHECKED, CertificateState.DIFFERS, CertificateState.SENT),
    target=CertificateState.VOID,
)
CERTIFICATE_TRANSITIONS = (CHECK_CERTIFICATE, SEND_CERTIFICATE, ASK_CORRECTION, REPLACE_CERTIFICATE, VOID_CERTIFICATE)


class RecognitionState(TextChoices):
    PROPOSED = "proposed", "With the verifier"
    AGREED = "agreed", "Recognised"
    DECLINED = "declined", "Not recognised"


AGREE_RECOGNITION = Transition(
    verb="agree_recognition",
    label="Agree that the unit is recognised",
    sources=(RecognitionState.PROPOSED,),
    target=RecognitionState.AGREED,
    needs=Can.VERIFY,
    guards=(policy.is_not_own_proposal, policy.is_allocated_to_recognise, policy.is_still_on_programme),
)
DECLINE_RECOGNITION = Transition(
    verb="decline_recognition",
    label="Decline",
    sources=(RecognitionState.PROPOSED,),
    target=RecognitionState.DECLINED,
    needs=Can.VERIFY,
    guards=(policy.is_not_own_proposal, policy.is_allocated_to_recognise),
)
RECOGNITION_TRANSITIONS = (AGREE_RECOGNITION, DECLINE_RECOGNITION)

AWARD_TRANSITIONS = (
    *CLAIM_TRANSITIONS,
    *BATCH_TRANSITIONS,
    *ANSWER_TRANSITIONS,
    *CERTIFICATE_TRANSITIONS,
    *RECOGNITION_TRANSITIONS,
)


class EventState(TextChoices):
    PLANNED = "planned", "Planned"
    OPEN = "open", "Open for marking"
    COMPARED = "compared", "Being compared"
    CLOSED = "closed", "Closed"
    CALLED_OFF = "called_off", "Called off"


OPEN_MARKING = Transition(
    verb="open_marking",
    label="Open it for marking",
    sources=(EventState.PLANNED,),
    target=EventState.OPEN,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event, policy.is_ready_to_mark),
)
COMPARE = Transition(
    verb="compare",
    label="Compare now",
    sources=(EventState.OPEN,),
    target=EventState.COMPARED,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event,),
)
CLOSE_EVENT = Transition(
    verb="close_event",
    label="Close with the minutes",
    sources=(EventState.COMPARED,),
    target=EventState.CLOSED,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event, policy.attendance_is_noted),
)
CALL_OFF_EVENT = Transition(
    verb="call_off_event",
    label="Call it off",
    sources=(EventState.PLANNED, EventState.OPEN),
    target=EventState.CALLED_OFF,
    needs=Can.STANDARDISE,
    guards=(policy.holds_event,),
)
EVENT_TRANSITIONS = (OPEN_MARKING, COMPARE, CLOSE_EVENT, CALL_OFF_EVENT)


class VisitState(TextChoices):
    PLANNED = "planned", "Planned"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    REPORTED = "reported", "Reported"
    CALLED_OFF = "called_off", "Called off"


BEGUN = (VisitState.OPEN, VisitState.CLOSED, VisitState.REPORTED)

OPEN_VISIT = Transition(
    verb="open_visit",
    label="Open the visit",
    sources=(VisitState.PLANNED,),
    target=VisitState.OPEN,
    needs=Can.PLAN_VISITS,
    guards=(policy.visit_names_somebody, policy.visit_is_not_over),
)
CLOSE_VISIT = Transition(
    verb="close_visit",
    label="Close the visit",
    sources=(VisitState.OPEN,),
    target=VisitState.CLOSED,
    needs=Can.PLAN_VISITS,
)
REPORT_VISIT = Transition(
    verb="report_visit",
    label="Record the report",
    sources=(VisitState.CLOSED,),
    target=VisitState.REPORTED,
    needs=Can.PLAN_VISITS,
)
CALL_OFF_VISIT = Transition(
    verb="call_off_visit",
    label="Call the visit off",
    sources=(VisitState.PLANNED,),
    target=VisitState.CALLED_OFF,
    needs=Can.PLAN_VISITS,
)
VISIT_TRANSITIONS = (OPEN_VISIT, CLOSE_VISIT, REPORT_VISIT, CALL_OFF_VISIT)
TRANSITIONS = (*SAMPLE_TRANSITIONS, *AWARD_TRANSITIONS, *EVENT_TRANSITIONS, *VISIT_TRANSITIONS)
