"""Declared interests: whether somebody has to do with a learner, or with their employer, beyond the work."""

from typing import Any

from core import clock


def has_interest(user: Any, enrolment: Any) -> bool:
    """Whether `user` has declared an interest in this learner or their client that holds today. One statement."""
    found: bool = user.interests.in_force(clock.today()).concerning(enrolment).exists()
    return found
