"""Pure decisions about verification and claims: objects in, a sentence that refuses or an empty string out."""

from typing import Any

from core import clock


def is_not_own_marking(sample: Any, by: Any) -> str:
    """Nobody verifies their own marking. The database says the same (`ilm` I10)."""
    return "You marked this work, so somebody else verifies it." if sample.marked_by_id == by.pk else ""


def is_allocated(sample: Any, by: Any) -> str:
    """A verifier works on the cohorts allocated to them."""
    allocations = sample.submission.enrolment.cohort.allocations
    if allocations.in_force(clock.today()).filter(verifier=by, role="iqa").exists():
        return ""
    return "This cohort is not allocated to you."


def is_marker(sample: Any, by: Any) -> str:
    """The tutor whose marking was sent back answers; after a change of tutor, the one appointed now."""
    if sample.marked_by_id == by.pk:
        return ""
    cohort = sample.submission.enrolment.cohort
    if cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        return ""
    return "Only the tutor who marked this, or the one appointed to the cohort now, answers."
