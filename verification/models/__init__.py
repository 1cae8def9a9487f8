"""Samples, sign-offs, claims and plans. This package re-exports models, nothing else; `standing` asks how far a learner is."""

from verification.models.plans import PlanLine, SamplingPlan, SamplingStrategy, TutorRating
from verification.models.records import Claim, Sample, SignOff

__all__ = ["Claim", "PlanLine", "Sample", "SamplingPlan", "SamplingStrategy", "SignOff", "TutorRating"]
