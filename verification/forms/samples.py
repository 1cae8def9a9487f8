"""What verifiers and tutors fill in about samples, releases and sign-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from assignments.marking import Change
from assignments.models import Decision, Submission
from core.forms import DateField, Form
from verification.forms.fields import long_text


class AnswerForm(Form):
    """What was done, and under a correction the feedback as it should have been: a text for each criterion, filled with today's."""

    submit_label = "Send this answer"

    answer = long_text("What you did", hint="The verifier reads it and looks at the piece again.")

    def __init__(self, *args: Any, decisions: Sequence[Any] = (), **kwargs: Any) -> None:
        self.decisions = decisions
        asked: dict[str, forms.Field] = {}
        for one in decisions:
            said = f"Feedback on {one.criterion.number} {one.criterion.title}"
            asked[f"c{one.criterion_id}"] = long_text(said, required=False)
            asked[f"c{one.criterion_id}"].initial = one.feedback
        if decisions:
            hint = "The learner reads it in the result sheet, if you changed any feedback."
            asked["told"] = long_text("Why the feedback is corrected", required=False, hint=hint)
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**type(self).base_fields, **asked}  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def groups(self) -> list[dict[str, Any]]:
        """The feedback on each criterion, for a page that folds it away."""
        found = []
        for one in self.decisions:
            field = self[f"c{one.criterion_id}"]
            found.append({"criterion": one.criterion, "field": field, "open": _differs(field.value(), one.feedback)})
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        own: dict[str, Any] = {name: given[name] for name in ("answer", "told") if name in given}
        if not self.decisions:
            return own
        changed = {
            one.criterion_id: given[f"c{one.criterion_id}"]
            for one in self.decisions
            if f"c{one.criterion_id}" in given
            and f"c{one.criterion_id}" in self.data
            and _differs(given[f"c{one.criterion_id}"], one.feedback)
        }
        return {**own, "feedback": changed}


def _differs(text: str | None, feedback: str) -> bool:
    """A browser sends other line ends than it was given."""
    return (text or "").replace("\r\n", "\n").strip() != feedback.replace("\r\n", "\n").strip()


class PassSampledForm(Form):
    """The referral becomes a pass. With marks, each criterion that was not met gets the mark it deserves."""

    submit_label = "Turn the referral into a pass"

    answer = long_text("Your answer to the verifier")
    reason = long_text("Why this passes after all", hint="The learner reads it in the result sheet.")

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        rows = submission.decisions.filter(decision=Decision.REFER).select_related("criterion__outcome__unit")
        self.unmet = submission.worded(rows)
        asked: dict[str, forms.Field] = {}
        for one in self.unmet:
            said = f"{one.criterion.number} {one.criterion.title}"
            if one.criterion.outcome.unit.has_marks:
                label, hint = f"Marks for {said}", f"Out of {one.criterion.marks}."
                asked[f"c{one.criterion_id}-mark"] = forms.IntegerField(label=label, required=False, help_text=hint)
            asked[f"c{one.criterion_id}-feedback"] = long_text(f"Feedback on {said}", required=False)
            asked[f"c{one.criterion_id}-feedback"].initial = one.feedback
        self.base_fields = {**type(self).base_fields, **asked}  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        own: dict[str, Any] = {name: given[name] for name in ("answer", "reason") if name in given}
        changes = {
            one.criterion_id: Change(
                "" if one.criterion.outcome.unit.has_marks else Decision.PASS,
                given.get(f"c{one.criterion_id}-feedback", ""),
                mark=given.get(f"c{one.criterion_id}-mark"),
            )
            for one in self.unmet
        }
        return {**own, "changes": changes}


class OverturnForm(Form):
    """Which criteria are not met after all. `actions` is put together from a tick and two texts for each criterion."""

    submit_label = "Turn the pass into a referral"

    answer = long_text("Your answer to the verifier")
    summary = long_text("Why the outcome changes", hint="The learner reads it above the actions.")
    resubmit_by = DateField(label="Next attempt by")

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        decided = submission.decisions.filter(decision=Decision.PASS).values_list("criterion", flat=True)
        asked: dict[str, forms.Field] = {}
        passed = set(decided)
        self.criteria = [one for one in submission.asked() if one.pk in passed]
        for criterion in self.criteria:
            name = f"c{criterion.pk}"
            said = f"{criterion.number} {criterion.title}"
            extra: dict[str, forms.Field] = {
                f"{name}-unmet": forms.BooleanField(label=f"{said} is not met", required=False),
                f"{name}-feedback": long_text(f"Feedback on {criterion.number}", required=False),
                f"{name}-action": long_text(f"What the learner has to do for {criterion.number}", required=False),
            }
            if criterion.outcome.unit.has_marks:
                hint = f"Out of {criterion.marks}, under its pass mark."
                extra[f"{name}-mark"] = forms.IntegerField(
                    label=f"Marks for {criterion.number}", required=False, help_text=hint
                )
            asked.update(extra)
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**type(self).base_fields, **asked}  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def groups(self) -> list[dict[str, Any]]:
        """The three fields of each criterion, for a page that folds them away."""
        parts = "unmet", "mark", "feedback", "action"
        return [
            {
                "criterion": one,
                "fields": [self[f"c{one.pk}-{part}"] for part in parts if f"c{one.pk}-{part}" in self.fields],
                "open": self[f"c{one.pk}-unmet"].value(),
            }
            for one in self.criteria
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        actions = {
            one.pk: (given.get(f"c{one.pk}-feedback", ""), given.get(f"c{one.pk}-action", ""))
            for one in self.criteria
            if given.get(f"c{one.pk}-unmet")
        }
        own: dict[str, Any] = {name: given[name] for name in ("answer", "summary", "resubmit_by") if name in given}
        return {**own, "actions": actions, "marks": {pk: given.get(f"c{pk}-mark") for pk in actions}}


class ReleaseForm(Form):
    """Why the ticked results are released by hand. The ticks stand in the rows of the list."""

    submit_label = "Release the ticked results"

    reason = forms.CharField(
        label="Reason",
        max_length=250,
        widget=forms.Textarea(attrs={"form": "release"}),
        help_text="It is kept with each release. The learners do not see it.",
    )


class SignOffForm(Form):
    submit_label = "Sign off"

    note = long_text("Note for the centre", required=False)
