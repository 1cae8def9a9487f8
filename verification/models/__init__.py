"""Samples, plans, claims, certificates, recognised units, staff, visits, cases. Re-exports models; `standing` says how far a learner is."""

from verification.models.batches import Answer, AnswerLine, ClaimBatch
from verification.models.cases import (
    Case,
    CaseDecision,
    CaseDuty,
    CaseFile,
    CaseInvolvement,
    CaseKept,
    CaseNote,
)
from verification.models.certificates import Certificate
from verification.models.interim import InterimAction, InterimNote, InterimSample
from verification.models.judging import DevelopmentPoint, JudgementDraft, SampleJudgement, Snapshot
from verification.models.packs import Pack
from verification.models.plans import PlanLine, SamplingPlan, SamplingStrategy, TutorRating
from verification.models.recognition import Recognition
from verification.models.records import Claim, ClaimKind, Sample, SignOff
from verification.models.staff import Approval, Development, Interest, StaffChange, StaffQualification
from verification.models.standardisation import (
    AgreedStandard,
    Attendance,
    Correction,
    Participation,
    StandardisationEvent,
    StandardMark,
)
from verification.models.visits import Finding, Visit, VisitAction, VisitLearner, VisitSample, VisitView
from verification.models.waiting import Stage, Waiting, Why

__all__ = [
    "AgreedStandard",
    "Answer",
    "AnswerLine",
    "Approval",
    "Attendance",
    "Case",
    "CaseDecision",
    "CaseDuty",
    "CaseFile",
    "CaseInvolvement",
    "CaseKept",
    "CaseNote",
    "Certificate",
    "Claim",
    "ClaimBatch",
    "ClaimKind",
    "Correction",
    "Development",
    "DevelopmentPoint",
    "Finding",
    "Interest",
    "InterimAction",
    "InterimNote",
    "InterimSample",
    "JudgementDraft",
    "Pack",
    "Participation",
    "PlanLine",
    "Recognition",
    "Sample",
    "SampleJudgement",
    "SamplingPlan",
    "SamplingStrategy",
    "SignOff",
    "Snapshot",
    "StaffChange",
    "StaffQualification",
    "Stage",
    "StandardMark",
    "StandardisationEvent",
    "TutorRating",
    "Visit",
    "VisitAction",
    "VisitLearner",
    "VisitSample",
    "VisitView",
    "Waiting",
    "Why",
]
