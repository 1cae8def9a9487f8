"""Declared interests: whether somebody has to do with a learner, or with their employer, beyond the work."""

from typing import Any

from core import clock


def interests(user: Any, enrolment: Any) -> Any:
    """What `user` has declared about this learner or their client and holds today, to be asked inside another question."""
    return user.interests.in_force(clock.today()).concerning(enrolment)


def has_interest(user: Any, enrolment: Any) -> bool:
    """Whether there is any. One statement."""
    found: bool = interests(user, enrolment).exists()
    return found
