"""One function per e-mail about work and marking: key, recipient, template, context."""

from django.urls import reverse

from assignments.models import Marking, Submission
from core import notices


def _result(submission: Submission) -> str:
    return reverse("assignments:submission", args=[submission.pk])


# Marking


def marked_passed(submission: Submission, marking: Marking) -> None:
    """To the learner: the attempt has passed, subject to verification."""
    notices.queue(
        f"submission:{submission.pk}:passed",
        to=submission.enrolment.learner,
        template="emails/marked_passed.txt",
        context={"submission": submission, "marking": marking, "url": _result(submission)},
    )


def marked_referred(submission: Submission, marking: Marking) -> None:
    """To the learner: how many actions there are, and by when the next attempt is due. The actions stay on the page."""
    notices.queue(
        f"submission:{submission.pk}:referred",
        to=submission.enrolment.learner,
        template="emails/marked_referred.txt",
        context={
            "submission": submission,
            "marking": marking,
            "count": submission.decisions.filter(decision="refer").count(),
            "url": _result(submission),
        },
    )
