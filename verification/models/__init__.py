"""Samples, sign-offs, claims, standardisation, staff files. This package re-exports models, nothing else; `standing` asks how far a learner is."""

from verification.models.records import Claim, Sample, SignOff
from verification.models.staff import Approval, Development, Interest, StaffChange, StaffQualification
from verification.models.standardisation import (
    AgreedStandard,
    Attendance,
    Correction,
    Participation,
    StandardisationEvent,
    StandardMark,
)

__all__ = [
    "AgreedStandard",
    "Approval",
    "Attendance",
    "Claim",
    "Correction",
    "Development",
    "Interest",
    "Participation",
    "Sample",
    "SignOff",
    "StaffChange",
    "StaffQualification",
    "StandardMark",
    "StandardisationEvent",
]
