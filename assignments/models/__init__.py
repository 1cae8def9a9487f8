"""Submissions, portfolios and marking. This package re-exports models and their choices, nothing else."""

from assignments.models.authenticity import (
    Concern,
    ConcernOutcome,
    Fingerprint,
    SimilarityCheck,
    SimilarityDecision,
    SimilarityMatch,
    Verdict,
    VivaNote,
)
from assignments.models.marking import CriterionDecision, Decision, Marking, Outcome, UnitResult
from assignments.models.portfolio import Evidence, PortfolioText, PracticeClient, PracticeRole, PracticeSession
from assignments.models.submissions import Declaration, Document, Figure, Reading, Submission

__all__ = [
    "Concern",
    "ConcernOutcome",
    "CriterionDecision",
    "Decision",
    "Declaration",
    "Document",
    "Evidence",
    "Figure",
    "Fingerprint",
    "Marking",
    "Outcome",
    "PortfolioText",
    "PracticeClient",
    "PracticeRole",
    "PracticeSession",
    "Reading",
    "SimilarityCheck",
    "SimilarityDecision",
    "SimilarityMatch",
    "Submission",
    "UnitResult",
    "Verdict",
    "VivaNote",
]
