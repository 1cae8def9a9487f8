"""Where a verifier works."""

from typing import Any

from django.db.models import Exists

from core import clock
from verification import interests


def allocation_problem(enrolment: Any, by: Any) -> str:
    """A verifier works on the cohorts allocated to them, and not where they have declared an interest (`ilm` I10, G02).

    One statement for both: the page of a sample asks it for every button.
    """
    allocated = enrolment.cohort.allocations.in_force(clock.today()).filter(verifier=by, role="iqa")
    declared = allocated.annotate(is_declared=Exists(interests.interests(by, enrolment)))
    found = declared.values_list("is_declared", flat=True).first()
    if found is None:
        return "This cohort is not allocated to you."
    if found:
        return "You have declared an interest in this learner or in their employer, so somebody else verifies it."
    return ""
