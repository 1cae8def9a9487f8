"""What was asked of a learner, word for word, as it stood when the work was handed in."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from hashlib import sha256
from json import dumps
from typing import Any

from django.db import models

from assignments.models.submissions import Submission
from programmes.models import Assignment, Criterion, LearningOutcome, Unit

# What of an assignment is kept. The catalogue may change; an attempt is judged by what its learner was asked.
OF_ASSIGNMENT = (
    "title", "brief", "words_min", "words_max", "words_rule", "words_tolerance", "words_excluded", "ai_use",
)  # fmt: skip


# Of a unit also how its outcome follows. What was kept before has none of it and was marked by the columns' defaults.
OF_UNIT = ("pk", "number", "title", "marking_scheme", "pass_mark")


class FrozenWording(models.Model):
    """Criteria and assignment of one attempt. A row of its own, so that lists of submissions stay light.

    `frozen_at` is later than the hand-in for work that was there before wordings were kept.
    """

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="wording")
    assignment = models.JSONField("title, brief, word rule and AI level")
    criteria = models.JSONField("criteria in their order")
    frozen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Wording of {self.submission}"

    @property
    def numbers(self) -> list[int]:
        """The primary keys of the criteria."""
        return [one["criterion"] for one in self.criteria]

    @property
    def fingerprint(self) -> str:
        """Of every word that is kept. The event of the hand-in has it too, so that the two can be compared."""
        kept = dumps([self.assignment, self.criteria], sort_keys=True, separators=(",", ":"))
        return sha256(kept.encode()).hexdigest()

    def as_criteria(self) -> list[Criterion]:
        """The criteria as they were worded, unsaved, in their order. It asks the database nothing."""
        outcomes: dict[int, LearningOutcome] = {}
        return [_criterion(one, outcomes) for one in self.criteria]

    def as_assignment(self, today: Assignment) -> Assignment:
        """`today`'s assignment with what was kept of it, unsaved."""
        kept = copy(today)
        for name in OF_ASSIGNMENT:
            setattr(kept, name, self.assignment.get(name, getattr(today, name)))
        return kept


def kept_of(assignment: Any) -> dict[str, Any]:
    return {name: getattr(assignment, name) for name in OF_ASSIGNMENT}


def rows_of(criteria: Iterable[Any]) -> list[dict[str, Any]]:
    """The criteria as plain data."""
    return [
        {
            "criterion": one.pk,
            "number": one.number,
            "position": one.position,
            "title": one.title,
            "text": one.text,
            "enough": one.enough,
            "marks": one.marks,
            "is_paraphrase": one.is_paraphrase,
            "outcome": {"pk": one.outcome.pk, "number": one.outcome.number, "title": one.outcome.title},
            "unit": {name: getattr(one.outcome.unit, name) for name in OF_UNIT},
        }
        for one in criteria
    ]


def _criterion(kept: dict[str, Any], outcomes: dict[int, LearningOutcome]) -> Criterion:
    names = "number", "position", "title", "text", "enough", "is_paraphrase", "marks"
    words = {name: kept[name] for name in names if name in kept}
    key = kept["outcome"]["pk"]
    if key not in outcomes:
        outcomes[key] = LearningOutcome(**kept["outcome"], unit=Unit(**kept["unit"]))
    return Criterion(pk=kept["criterion"], outcome=outcomes[key], **words)
