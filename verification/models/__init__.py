"""Samples, sign-offs and claims. This package re-exports models, nothing else; `standing` asks how far a learner is."""

from verification.models.records import Claim, Sample, SignOff

__all__ = ["Claim", "Sample", "SignOff"]
