"""One function per e-mail about work and marking: key, recipient, template, context."""

from collections.abc import Iterable, Mapping

from django.urls import reverse

from accounts.models import User
from assignments import anonymity, counting, deadlines, declarations
from assignments.deadlines import lateness
from assignments.models import (
    AttemptGrant,
    ClientFeedback,
    Deferral,
    Draft,
    Extension,
    Marking,
    SecondMarking,
    Submission,
)
from core import clock, notices


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
    """To the tutors who may mark it; where the cohort is marked anonymously, with the code in the place of the name."""
    shown = anonymity.for_judges(submission)
    for tutor in tutors:
        notices.queue(
            f"submission:{submission.pk}:arrived:{tutor.pk}",
            to=tutor,
            template="emails/submission_arrived.txt",
            context={"submission": shown, "document": shown.document},
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
            "due_on": deadlines.effective(submission.enrolment, submission.assignment).due_on,
            "url": _result(submission),
        },
    )


def passed_after_all(submission: Submission, marking: Marking) -> None:
    """To the learner: the referral has become a pass, and the attempt they were preparing is not needed any more."""
    notices.queue(
        f"marking:{marking.pk}:passed-after-all",
        to=submission.enrolment.learner,
        template="emails/passed_after_all.txt",
        context={"submission": submission, "marking": marking, "url": _result(submission)},
    )


def feedback_corrected(submission: Submission, marking: Marking) -> None:
    """To the learner: the outcome stands, and what was said about some criteria has been put right."""
    notices.queue(
        f"marking:{marking.pk}:corrected",
        to=submission.enrolment.learner,
        template="emails/feedback_corrected.txt",
        context={"submission": submission, "marking": marking, "url": _result(submission)},
    )


def returned_unmarked(submission: Submission, marking: Marking) -> None:
    """To the learner: why it came back, and by when to hand it in again."""
    notices.queue(
        f"submission:{submission.pk}:returned",
        to=submission.enrolment.learner,
        template="emails/returned_unmarked.txt",
        context={
            "submission": submission,
            "marking": marking,
            "due_on": deadlines.effective(submission.enrolment, submission.assignment).due_on,
            "url": _result(submission),
        },
    )


def decision_deferred(deferral: Deferral) -> None:
    """To the learner: the decision waits, for what, and until when."""
    submission = deferral.submission
    notices.queue(
        f"deferral:{deferral.pk}:deferred",
        to=submission.enrolment.learner,
        template="emails/decision_deferred.txt",
        context={"deferral": deferral, "submission": submission, "url": _result(submission)},
    )


def attempt_granted(grant: AttemptGrant, tutors: Iterable[User]) -> None:
    """To the tutors who mark: another attempt may follow a referral."""
    for tutor in tutors:
        notices.queue(
            f"attempt-grant:{grant.pk}:{tutor.pk}",
            to=tutor,
            template="emails/attempt_granted.txt",
            context={"grant": grant, "url": reverse("assignments:desk")},
        )


def attempt_asked(submission: Submission, *, reason: str, by: User, number: int) -> None:
    """To the managers of the contract: a tutor asks for one attempt more. `number` tells one request from another."""
    url = reverse("assignments:grant_attempt", args=[submission.enrolment_id, submission.assignment_id])
    for manager in submission.enrolment.cohort.contract.managers.all():
        notices.queue(
            f"attempt-asked:{number}:{manager.pk}",
            to=manager,
            template="emails/attempt_asked.txt",
            context={"submission": submission, "reason": reason, "tutor": by, "url": url},
        )


def marking_moved(
    number: int, *, to: User | None, count: int, before: Mapping[User, int], reason: str, by: User
) -> None:
    """To the tutor who gets the work, and to each who had it: how many pieces. `number` is that of the first event."""
    context = {"reason": reason, "by": by, "url": reverse("assignments:desk")}
    if to is not None:
        notices.queue(
            f"marking:{number}:given:{to.pk}",
            to=to,
            template="emails/marking_given.txt",
            context={"count": count, **context},
        )
    for tutor, n in before.items():
        notices.queue(
            f"marking:{number}:taken:{tutor.pk}",
            to=tutor,
            template="emails/marking_taken.txt",
            context={"count": n, "new": to, **context},
        )


def taken_over(submission: Submission, holder: User, *, by: User, reason: str, event: int) -> None:
    """To the tutor who held it: a colleague goes on with it, and why. What was saved is kept."""
    notices.queue(
        f"submission:{submission.pk}:taken_over:{event}",
        to=holder,
        template="emails/taken_over.txt",
        context={
            "submission": submission,
            "by": by,
            "reason": reason,
            "url": reverse("assignments:room", args=[submission.pk]),
        },
    )


# Second marking

_SAID = {
    "asked": ("A piece to mark a second time", "is to be marked a second time, blind to the first marking"),
    "opened": ("Both are done", "has been marked twice. Both decisions are open: lay them side by side and agree"),
    "proposed": ("To confirm", "waits for you: the first marker has written down what both of you decide"),
    "passed_on": ("Two markers cannot agree", "was marked twice, and the two markers ask you to decide"),
    "agreed": ("Agreed", "has its agreed decisions, so you can sign the outcome"),
}


def second_marking(second: SecondMarking, word: str, people: Iterable[User]) -> None:
    """To markers and verifiers: where a second marking stands. What anybody decided stays on the page."""
    subject, said = _SAID[word]
    # What is proposed may be proposed anew.
    when = f":{second.proposed_at:%Y%m%d%H%M%S}" if word == "proposed" and second.proposed_at else ""
    for person in people:
        notices.queue(
            f"second-marking:{second.pk}:{word}:{person.pk}{when}",
            to=person,
            template="emails/second_marking.txt",
            context={
                "submission": anonymity.for_judges(second.submission),
                "subject": subject,
                "said": said,
                "url": reverse("assignments:second_markings"),
            },
        )


# Drafts for comment


def draft_sent(draft: Draft, tutors: Iterable[User]) -> None:
    """To the tutors of the cohort: a draft waits for comment."""
    shown = anonymity.for_judges(draft.submission)
    for tutor in tutors:
        notices.queue(
            f"draft:{draft.pk}:sent:{tutor.pk}",
            to=tutor,
            template="emails/draft_sent.txt",
            context={"draft": draft, "submission": shown, "url": _draft(draft)},
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


# Extensions


def extension_requested(extension: Extension) -> None:
    """To the tutors who may decide; beyond their limit, and where nobody is appointed, to the contract's managers too."""
    cohort = extension.enrolment.cohort
    tutors = {one.tutor for one in cohort.appointments.covering(clock.today()).select_related("tutor")}
    beyond = extension.is_beyond_the_tutor()
    managers = set(cohort.contract.managers.all()) if beyond or not tutors else set()
    for person in tutors | managers:
        _ask(extension, "requested", person, beyond=beyond)


def extension_passed_on(extension: Extension) -> None:
    """To the contract's managers, with what the tutor says."""
    for person in extension.enrolment.cohort.contract.managers.all():
        _ask(extension, "passed_on", person)


def _ask(extension: Extension, word: str, person: User, **context: object) -> None:
    """What the reason is stays on the page."""
    notices.queue(
        f"extension:{extension.pk}:{word}:{person.pk}",
        to=person,
        template=f"emails/extension_{word}.txt",
        context={"extension": extension, "url": extension.get_absolute_url(), **context},
    )


def extension_decided(extension: Extension) -> None:
    """To the learner."""
    notices.queue(
        f"extension:{extension.pk}:decided",
        to=extension.enrolment.learner,
        template="emails/extension_decided.txt",
        context={"extension": extension, "url": reverse("assignments:own")},
    )
