"""What verifiers and tutors fill in about samples, releases and sign-off."""

from __future__ import annotations

from typing import Any

from django import forms

from assignments.models import Decision, Submission
from core.forms import DateField, Form
from verification.forms.fields import long_text


class AgreeForm(Form):
    submit_label = "Agree with the marking"

    comment = long_text("Comment to the tutor", required=False)


class SendBackForm(Form):
    submit_label = "Send back with this action"

    action = long_text("What the tutor has to do", hint="One thing that can be done and checked.")
    action_due_on = DateField(label="By")
    comment = long_text("Comment to the tutor", required=False)


class AnswerForm(Form):
    submit_label = "Send this answer"

    answer = long_text("What you did", hint="The verifier reads it and looks at the piece again.")


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
