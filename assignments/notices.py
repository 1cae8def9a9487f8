"""One function per e-mail about work and marking: key, recipient, template, context."""

from collections.abc import Iterable

from django.urls import reverse

from accounts.models import User
from assignments import counting, declarations
from assignments.deadlines import lateness
from assignments.models import ClientFeedback, Draft, Marking, Submission
from core import notices


def _result(submission: Submission) -> str:
    return reverse("assignments:submission", args=[submission.pk])


# Handing in


def submission_received(submission: Submission) -> None:
    """To the learner: the receipt, also where staff handed in for them."""
    assert submission.counted_at is not None  # noqa: S101 - it is called after the hand-in
    document = submission.document
    notices.queue(
        f"submission:{submission.pk}:receipt",
        to=submission.enrolment.learner,
        template="emails/submission_receipt.txt",
        context={
            "submission": submission,
            "document": document,
            "length": counting.length(document, submission.asked_for) if document else None,
            "why_counted": counting.why_counted(submission),
            "lateness": lateness(submission.due_on, submission.counted_at),
            "ai_word": declarations.ai_word(submission.declaration.ai_use),
            "url": _result(submission),
        },
    )


def submission_arrived(submission: Submission, tutors: Iterable[User]) -> None:
    """To the tutors who may mark it."""
    for tutor in tutors:
        notices.queue(
            f"submission:{submission.pk}:arrived:{tutor.pk}",
            to=tutor,
            template="emails/submission_arrived.txt",
            context={"submission": submission, "document": submission.document},
        )


# Practice


def client_feedback_arrived(feedback: ClientFeedback) -> None:
    """To the learner: a practice client has answered. What was said stays on the page."""
    client = feedback.request.client
    notices.queue(
        f"client-feedback:{feedback.pk}:arrived",
        to=client.enrolment.learner,
        template="emails/client_feedback.txt",
        context={"code": client.code, "url": reverse("assignments:practice_client", args=[client.pk])},
    )


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


# Drafts for comment


def draft_sent(draft: Draft, tutors: Iterable[User]) -> None:
    """To the tutors of the cohort: a draft waits for comment."""
    for tutor in tutors:
        notices.queue(
            f"draft:{draft.pk}:sent:{tutor.pk}",
            to=tutor,
            template="emails/draft_sent.txt",
            context={"draft": draft, "submission": draft.submission, "url": _draft(draft)},
        )


def draft_commented(draft: Draft) -> None:
    """To the learner: the comments are there. Their words stay on the page."""
    notices.queue(
        f"draft:{draft.pk}:commented",
        to=draft.submission.enrolment.learner,
        template="emails/draft_commented.txt",
        context={"draft": draft, "submission": draft.submission, "url": _draft(draft)},
    )


def _draft(draft: Draft) -> str:
    return reverse("assignments:draft", args=[draft.pk])
