"""Samples, plans, sign-offs, claims, batches, certificates, recognised units. Re-exports models only; `standing` asks how far a learner is."""

from verification.models.batches import Answer, AnswerLine, ClaimBatch
from verification.models.certificates import Certificate
from verification.models.plans import PlanLine, SamplingPlan, SamplingStrategy, TutorRating
from verification.models.recognition import Recognition
from verification.models.records import Claim, ClaimKind, Sample, SignOff

__all__ = [
    "Answer",
    "AnswerLine",
    "Certificate",
    "Claim",
    "ClaimBatch",
    "ClaimKind",
    "PlanLine",
    "Recognition",
    "Sample",
    "SamplingPlan",
    "SamplingStrategy",
    "SignOff",
    "TutorRating",
]
