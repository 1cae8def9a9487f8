""" "Your dates": for each assignment the original date, the one that holds, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from accounts.permissions import Can
from assignments import deadlines, extending
from assignments.deadlines import Deadline
from programmes.models import Assignment


@dataclass(frozen=True)
class DateRow:
    """One assignment in the panel. `ask_url` leads to the request for more time, `grant_url` to one attempt more."""

    title: str
    deadline: Deadline
    ask_url: str = ""
    grant_url: str = ""


def date_row(enrolment: Any, assignment: int, title: str, deadline: Deadline, *, is_open: bool) -> DateRow:
    """The learner's own row: with a way to ask for more time while the work is not in."""
    can_ask = is_open and not extending.asking_problem(enrolment, deadline)
    url = reverse("assignments:request_extension", args=[enrolment.pk, assignment]) if can_ask else ""
    return DateRow(title, deadline, url)


def rows_for_staff(enrolment: Any, user: User) -> Iterable[DateRow]:
    """All assignments of one learner, in two statements."""
    grants = user.can(Can.GRANT_ATTEMPTS) and enrolment.state == "active"

    def more(assignment: int) -> str:
        return reverse("assignments:grant_attempt", args=[enrolment.pk, assignment]) if grants else ""

    dates = deadlines.for_enrolments([enrolment.pk])
    assignments = Assignment.objects.filter(version=enrolment.cohort.version_id).order_by("position")
    return [DateRow(one.title, dates[enrolment.pk, one.pk], grant_url=more(one.pk)) for one in assignments]
