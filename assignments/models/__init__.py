"""Submissions, portfolios and marking. This package re-exports models and their choices, nothing else."""

from assignments.models.attempts import ActionAnswer, AttemptGrant, Deferral
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
from assignments.models.bundles import Bundle, BundleKind
from assignments.models.comments import BankComment, Comment
from assignments.models.documents import Document, Figure, Reading
from assignments.models.extensions import Extension
from assignments.models.marking import CriterionDecision, Decision, Marking, Outcome, UnitResult
from assignments.models.portfolio import Evidence, Mapping, PortfolioText, PracticeClient, PracticeRole, PracticeSession
from assignments.models.practice import ClientFeedback, FeedbackRequest
from assignments.models.second_marking import AgreedDecision, SecondDecision, SecondMarking
from assignments.models.submissions import NEVER, Declaration, Route, Submission
from assignments.models.uploads import Upload
from assignments.models.veiled import VeiledQuerySet, veil_enrolments, veil_for, with_shown_learner
from assignments.models.wording import FrozenWording
from assignments.models.writing import Draft, VersionCause, Writing, WritingVersion

__all__ = [
    "NEVER",
    "ActionAnswer",
    "AgreedDecision",
    "AttemptGrant",
    "BankComment",
    "Bundle",
    "BundleKind",
    "ClientFeedback",
    "Comment",
    "Concern",
    "ConcernOutcome",
    "CriterionDecision",
    "Decision",
    "Declaration",
    "Deferral",
    "Document",
    "Draft",
    "Evidence",
    "Extension",
    "FeedbackRequest",
    "Figure",
    "Fingerprint",
    "FrozenWording",
    "Mapping",
    "Marking",
    "Outcome",
    "PortfolioText",
    "PracticeClient",
    "PracticeRole",
    "PracticeSession",
    "Reading",
    "Route",
    "SecondDecision",
    "SecondMarking",
    "SimilarityCheck",
    "SimilarityDecision",
    "SimilarityMatch",
    "Submission",
    "UnitResult",
    "Upload",
    "VeiledQuerySet",
    "Verdict",
    "VersionCause",
    "VivaNote",
    "Writing",
    "WritingVersion",
    "veil_enrolments",
    "veil_for",
    "with_shown_learner",
]
