"""The learner answers what a referral asks for, action by action, and says which passage of the new text answers it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from assignments import documents, paragraphs, policy, portfolio
from assignments.actions.freezing import reading_of
from assignments.actions.names import refuse
from assignments.models import ActionAnswer, Document, Submission
from assignments.paragraphs import Paragraph, Place
from assignments.referral import before
from assignments.states import SubmissionState
from core import clock
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes.models import Criterion

ANSWER_MAX, QUOTE_MAX = 5_000, 1_000


class Overtaken(Stale):
    """The answer was saved in another window. `saved` is what stands there now, for the page that shows both."""

    def __init__(self, saved: ActionAnswer) -> None:
        super().__init__(
            "This answer was changed in another window while you were writing. Both are below: choose one, or make one of "
            "the two, and save again."
        )
        self.saved = saved


@dataclass(frozen=True)
class Text:
    """What the learner would hand in now, as it reads: its text and its paragraphs."""

    text: str
    found: tuple[Paragraph, ...]

    @property
    def headings(self) -> list[Paragraph]:
        return [one for one in self.found if one.level]

    def heading(self, title: str, near: int | None) -> Place | None:
        """The heading of these words, the nearest one if there are several; else the words themselves."""
        named = [one for one in self.headings if one.text == title]
        if named:
            one = min(named, key=lambda one: abs(one.start - (near or 0)))
            return Place(one.start, one.end)
        return paragraphs.find(self.text, title, near=near)


def text_now(submission: Submission) -> Text | None:
    """The file of an essay, or what is written here while there is none; of a portfolio what is in it now."""
    safe = text = ""
    if submission.assignment.kind == "portfolio":
        safe, _, text = reading_of(portfolio.of(submission.enrolment))
    elif submission.document is not None and hasattr(submission.document, "reading"):
        safe, text = submission.document.reading.html, submission.document.reading.text
    elif (writing := getattr(submission, "writing", None)) and writing.body.strip():
        try:
            read = documents.read(writing.body.encode(), documents.Kind.WRITTEN)
        except documents.Unacceptable:
            return None
        safe, text = read.html, read.text
    return Text(text, tuple(paragraphs.paragraphs(safe))) if text.strip() else None


@transaction.atomic
def save_answer(
    submission: Submission,
    *,
    criterion: Criterion,
    answer: str,
    quote: str = "",
    heading: str = "",
    revision: int,
    by: User,
) -> ActionAnswer:
    """Keep one answer while it is written. Key strokes are no events, so none is recorded.

    `heading` is a heading of the text with its place before it ("1042 2.1 Models"), `quote` words of the text; both together
    are words below that heading. `revision` is the one the page began from: a later answer is never overwritten unseen.
    """
    if submission.enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner answers what was asked of them.")
    if not Submission.objects.select_for_update().filter(pk=submission.pk, state=SubmissionState.DRAFT).exists():
        raise WrongState("This has been handed in, so your answers stay as they are.")
    refuse(policy.enrolment_is_active(submission, by), WrongState)
    asked = next((one for one in before(submission).asked if one.criterion.pk == criterion.pk), None)
    if asked is None:
        raise WrongState(f"{criterion.number} is not among what your tutor asked for.")
    answer, quote = answer.strip(), quote.strip()
    if len(answer) > ANSWER_MAX or len(quote) > QUOTE_MAX:
        raise Refused(f"Keep the answer to {ANSWER_MAX:,} characters and the quoted words to {QUOTE_MAX:,}.")
    now = text_now(submission)
    quote, place = _place(now, quote, heading)
    saved = submission.answers.filter(criterion=criterion).first()
    if saved is None:
        saved = ActionAnswer(submission=submission, criterion=criterion, revision=0)
        if not (answer or quote or asked.is_answered):
            return saved
    differs = saved.revision == 0 or (saved.answer, saved.quote) != (answer, quote)
    if differs and saved.revision != revision:
        raise Overtaken(saved)
    saved.action = asked.action
    saved.answer, saved.quote = answer, quote
    saved.start, saved.end = (place.start, place.end) if place else (None, None)
    saved.revision += differs
    saved.saved_at = clock.now()
    saved.save()
    return saved


def _place(now: Text | None, quote: str, heading: str) -> tuple[str, Place | None]:
    """The words that are kept, and where they stand."""
    number, _, title = heading.partition(" ")
    near = int(number) if number.isdecimal() else None
    if now is None or not (quote or title):
        return quote or title, None
    at = now.heading(title, near) if title else None
    if not quote:
        return title, at
    return quote, paragraphs.find(now.text, quote, after=at.start if at else 0)


def settle_answers(submission: Submission, document: Document | None) -> None:
    """The answers as they are handed in, each passage looked for in what is handed in. Before the attempt is frozen.

    What was answered in a piece that was returned unmarked is handed in again with this one.
    """
    if submission.attempt == 1:
        return
    text = document.reading.text if document is not None and hasattr(document, "reading") else ""
    for one in before(submission).asked:
        if not one.is_answered:
            continue
        place = paragraphs.find(text, one.quote, near=one.start) if one.quote else None
        facts = {
            "answer": one.answer,
            "quote": one.quote,
            "start": place.start if place else None,
            "end": place.end if place else None,
        }
        fresh = {"action": one.action, "revision": 1, "saved_at": clock.now()}
        ActionAnswer.objects.update_or_create(
            submission=submission, criterion_id=one.criterion.pk, defaults=facts, create_defaults={**facts, **fresh}
        )
