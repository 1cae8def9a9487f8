"""Samples, sign-offs, claims and cases. This package re-exports models, nothing else; `standing` asks how far a learner is."""

from verification.models.cases import (
    Case,
    CaseDecision,
    CaseDuty,
    CaseFile,
    CaseInvolvement,
    CaseKept,
    CaseNote,
)
from verification.models.records import Claim, Sample, SignOff

__all__ = [
    "Case",
    "CaseDecision",
    "CaseDuty",
    "CaseFile",
    "CaseInvolvement",
    "CaseKept",
    "CaseNote",
    "Claim",
    "Sample",
    "SignOff",
]
