"""Submissions, portfolios and marking. This package re-exports models and their choices, nothing else."""

from assignments.models.extensions import Extension
from assignments.models.marking import CriterionDecision, Decision, Marking, Outcome, UnitResult
from assignments.models.portfolio import Evidence, PortfolioText, PracticeClient, PracticeRole, PracticeSession
from assignments.models.submissions import Declaration, Document, Figure, Reading, Submission

__all__ = [
    "CriterionDecision",
    "Decision",
    "Declaration",
    "Document",
    "Evidence",
    "Extension",
    "Figure",
    "Marking",
    "Outcome",
    "PortfolioText",
    "PracticeClient",
    "PracticeRole",
    "PracticeSession",
    "Reading",
    "Submission",
    "UnitResult",
]
