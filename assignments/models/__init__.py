"""Submissions, portfolios and marking. This package re-exports models and their choices, nothing else."""

from assignments.models.marking import CriterionDecision, Decision, Marking, Outcome, UnitResult
from assignments.models.portfolio import Evidence, Mapping, PortfolioText, PracticeClient, PracticeRole, PracticeSession
from assignments.models.practice import ClientFeedback, FeedbackRequest
from assignments.models.submissions import Declaration, Document, Figure, Reading, Submission

__all__ = [
    "ClientFeedback",
    "CriterionDecision",
    "Decision",
    "Declaration",
    "Document",
    "Evidence",
    "FeedbackRequest",
    "Figure",
    "Mapping",
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
