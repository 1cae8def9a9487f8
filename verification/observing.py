"""What a verifier looks at while assessment goes on, and the three words it is rated with (`ilm` I06, I11)."""

from __future__ import annotations

from django.db.models import TextChoices

from verification.judging import Rating


class Aspect(TextChoices):
    PREPARATION = "preparation", "Preparation and rapport"
    QUESTIONING = "questioning", "Questioning and listening"
    FEEDBACK = "feedback", "Feedback that helps the learner on"
    FAIRNESS = "fairness", "Fair to the criteria"
    RECORDS = "records", "Records"


class InterimKind(TextChoices):
    DRAFT = "draft", "Draft with comments"
    SUPERVISION = "supervision", "Supervision"
    SESSION = "session", "Session"


ASKED: dict[str, str] = {
    Aspect.PREPARATION: "Is the tutor prepared, and is the learner at ease enough to speak openly?",
    Aspect.QUESTIONING: "Do questions open the matter, and does the tutor wait for the answer?",
    Aspect.FEEDBACK: "Does it say what to work on next, without writing the answer for the learner?",
    Aspect.FAIRNESS: "Is what is asked what the criteria ask: no more, no less, and the same for everybody?",
    Aspect.RECORDS: "Is what happened written down so that somebody else can follow it?",
}
_OF_A_TEXT = (Aspect.FEEDBACK, Aspect.FAIRNESS, Aspect.RECORDS)


def aspects_of(kind: str) -> tuple[Aspect, ...]:
    """What can be judged: of comments on a draft nobody sees how the tutor listens."""
    return _OF_A_TEXT if kind == InterimKind.DRAFT else tuple(Aspect)


def notes_problem(kind: str, notes: dict[str, tuple[str, str]]) -> str:
    """`notes` maps an aspect to its rating, empty where it was not looked at, and what was seen."""
    known = {str(one) for one in aspects_of(kind)}
    if set(notes) - known:
        return "This cannot be judged here. Rate only what the form asks."
    for aspect, (rating, note) in notes.items():
        label = Aspect(aspect).label
        if rating and rating not in Rating.values:
            return f"Choose strong, sound or to develop for “{label}”."
        if note.strip() and not rating:
            return f"You wrote something about “{label}”. Rate it as well."
        if rating == Rating.DEVELOP and not note.strip():
            return f"Say what is to be developed in “{label}”."
    if not any(rating for rating, _ in notes.values()):
        return "Rate at least one thing that you looked at."
    return ""
