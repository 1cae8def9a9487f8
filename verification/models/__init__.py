"""Samples, sign-offs, claims and visits. This package re-exports models, nothing else; `standing` asks how far a learner is."""

from verification.models.packs import Pack
from verification.models.records import Claim, Sample, SignOff
from verification.models.visits import Finding, Visit, VisitAction, VisitLearner, VisitSample, VisitView

__all__ = [
    "Claim",
    "Finding",
    "Pack",
    "Sample",
    "SignOff",
    "Visit",
    "VisitAction",
    "VisitLearner",
    "VisitSample",
    "VisitView",
]
