"""Two machines of cases: an appeal or a complaint, and a suspicion of malpractice or maladministration."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from verification import case_policy as policy


class CaseKind(TextChoices):
    APPEAL = "appeal", "Appeal"
    COMPLAINT = "complaint", "Complaint"
    DATA_PROTECTION = "data_protection", "Data-protection complaint"
    MALPRACTICE = "malpractice", "Malpractice or maladministration"


class CaseState(TextChoices):
    RECEIVED = "received", "Received"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    REVIEW = "review", "Being reviewed"
    DECIDED = "decided", "Decided"
    PANEL = "panel", "With the panel"
    AWARDING = "awarding", "With the awarding organisation"
    CLOSED = "closed", "Closed"


class MalpracticeState(TextChoices):
    SUSPECTED = "suspected", "Suspected"
    INVESTIGATION = "investigation", "Being investigated"
    REPORTED = "reported", "Awarding organisation told"
    HEARING = "hearing", "The person is heard"
    DECIDED = "decided", "Decided"
    SANCTIONED = "sanctioned", "Sanction recorded"
    CLOSED = "closed", "Closed"


STATES = {**dict(CaseState.choices), **dict(MalpracticeState.choices)}

ACKNOWLEDGE = Transition(
    verb="acknowledge_case",
    label="Acknowledge",
    sources=(CaseState.RECEIVED,),
    target=CaseState.ACKNOWLEDGED,
    needs=Can.HANDLE_CASES,
)
BEGIN_REVIEW = Transition(
    verb="begin_review",
    label="Choose who reviews it",
    sources=(CaseState.ACKNOWLEDGED,),
    target=CaseState.REVIEW,
    needs=Can.HANDLE_CASES,
)
DECIDE = Transition(
    verb="decide_case",
    label="Decide",
    sources=(CaseState.REVIEW, CaseState.PANEL),
    target=CaseState.DECIDED,
    needs=Can.DECIDE_CASES,
    guards=(policy.is_decider, policy.is_free),
)
CALL_PANEL = Transition(
    verb="call_panel",
    label="Call the panel",
    sources=(CaseState.DECIDED,),
    target=CaseState.PANEL,
    needs=Can.HANDLE_CASES,
    guards=(policy.one_stage_is_left,),
)
PASS_ON = Transition(
    verb="pass_on_case",
    label="Pass on to the awarding organisation",
    sources=(CaseState.DECIDED,),
    target=CaseState.AWARDING,
    needs=Can.HANDLE_CASES,
    guards=(policy.own_procedure_has_ended,),
)
CLOSE = Transition(
    verb="close_case",
    label="Close",
    sources=(CaseState.DECIDED, CaseState.AWARDING),
    target=CaseState.CLOSED,
    needs=Can.HANDLE_CASES,
)
DROP = Transition(
    verb="drop_case",
    label="Close without a decision",
    sources=(CaseState.RECEIVED, CaseState.ACKNOWLEDGED, CaseState.REVIEW, CaseState.PANEL),
    target=CaseState.CLOSED,
    needs=Can.HANDLE_CASES,
)
CASE_TRANSITIONS = (ACKNOWLEDGE, BEGIN_REVIEW, DECIDE, CALL_PANEL, PASS_ON, CLOSE, DROP)

INVESTIGATE = Transition(
    verb="investigate",
    label="Choose who investigates",
    sources=(MalpracticeState.SUSPECTED,),
    target=MalpracticeState.INVESTIGATION,
    needs=Can.HANDLE_CASES,
)
REPORT = Transition(
    verb="report_case",
    label="Record that the awarding organisation was told",
    sources=(MalpracticeState.INVESTIGATION,),
    target=MalpracticeState.REPORTED,
    needs=Can.HANDLE_CASES,
)
HEAR = Transition(
    verb="hear",
    label="Hear the person, and choose who decides",
    sources=(MalpracticeState.REPORTED,),
    target=MalpracticeState.HEARING,
    needs=Can.HANDLE_CASES,
)
JUDGE = Transition(
    verb="decide_malpractice",
    label="Decide",
    sources=(MalpracticeState.HEARING,),
    target=MalpracticeState.DECIDED,
    needs=Can.DECIDE_CASES,
    guards=(policy.is_decider, policy.is_free, policy.answer_is_recorded),
)
SANCTION = Transition(
    verb="sanction",
    label="Record the sanction",
    sources=(MalpracticeState.DECIDED,),
    target=MalpracticeState.SANCTIONED,
    needs=Can.HANDLE_CASES,
    guards=(policy.is_proven,),
)
CLOSE_MALPRACTICE = Transition(
    verb="close_case",
    label="Close",
    sources=(MalpracticeState.DECIDED, MalpracticeState.SANCTIONED),
    target=MalpracticeState.CLOSED,
    needs=Can.HANDLE_CASES,
    guards=(policy.is_settled,),
)
DROP_MALPRACTICE = Transition(
    verb="drop_case",
    label="Close without a decision",
    sources=(
        MalpracticeState.SUSPECTED,
        MalpracticeState.INVESTIGATION,
        MalpracticeState.REPORTED,
        MalpracticeState.HEARING,
    ),
    target=MalpracticeState.CLOSED,
    needs=Can.HANDLE_CASES,
)
MALPRACTICE_TRANSITIONS = (INVESTIGATE, REPORT, HEAR, JUDGE, SANCTION, CLOSE_MALPRACTICE, DROP_MALPRACTICE)


def steps_of(kind: str) -> tuple[Transition, ...]:
    """The steps a case of this kind can take. What personal data are used for is no matter of an awarding organisation."""
    if kind == CaseKind.MALPRACTICE:
        return MALPRACTICE_TRANSITIONS
    if kind == CaseKind.DATA_PROTECTION:
        return tuple(one for one in CASE_TRANSITIONS if one is not PASS_ON)
    return CASE_TRANSITIONS


def stages_of(kind: str) -> tuple[str, ...]:
    """The stages in their order, as the line at the top of a case draws them."""
    if kind == CaseKind.MALPRACTICE:
        return tuple(MalpracticeState)
    stages = (CaseState.RECEIVED, CaseState.ACKNOWLEDGED, CaseState.REVIEW, CaseState.DECIDED, CaseState.CLOSED)
    return tuple(stages)
