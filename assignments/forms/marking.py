"""What a tutor fills in: one criterion at a time, the ways to sign, and what comes in place of a decision."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assignments import declarations
from assignments.marking import Change
from assignments.models import Decision
from core.forms import DateField, Form, PastedField


class DecideForm(Form):
    """One criterion. `revision` is the one the page was drawn with, so that no other text is written over."""

    decision = forms.ChoiceField(
        choices=[(Decision.PASS, "Pass"), (Decision.REFER, "Refer"), ("", "Later")], required=False
    )
    mark = forms.IntegerField(
        required=False, error_messages={"invalid": "Enter the marks as a whole number, such as 6."}
    )
    feedback = PastedField(required=False, max_length=10_000)
    action = PastedField(required=False, max_length=5_000)
    evidence = forms.CharField(required=False, max_length=120)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def check_evidence(self, places: Collection[str]) -> None:
        """Refuse a place that this piece of work does not have."""
        if self.cleaned_data["evidence"] not in places:
            self.add_error("evidence", "This place is not in the work. Choose one of the list, or leave it open.")


class TakeOverForm(Form):
    """Why a colleague's hold is broken."""

    submit_label = "Take it over"

    reason = forms.CharField(
        label="Why you take it over",
        max_length=500,
        error_messages={"required": "Say why you take it over. The colleague who holds it reads it."},
        help_text="It is on record, and the colleague who holds it is told by e-mail.",
    )


class CentreField(forms.MultipleChoiceField):
    """What the tutor declares for the centre (`ilm` A18); all of it, or nothing is signed."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="You declare for the centre",
            choices=declarations.CENTRE,
            error_messages={"required": "Tick what you declare for the centre, if it is true"},
            **kwargs,
        )

    def clean(self, value: Any) -> list[str]:
        ticked: list[str] = super().clean(value)
        if len(set(ticked)) < len(declarations.CENTRE):
            raise ValidationError("Tick both, if they are true. Without them no outcome can be signed")
        return ticked


class AwardPassForm(Form):
    submit_label = "Sign pass"

    summary = PastedField(
        label="Feedback on the whole",
        required=False,
        max_length=10_000,
        help_text="The learner reads it above the criteria.",
    )
    declares = CentreField()
    is_authentic = forms.BooleanField(label=declarations.CENTRE_AUTHENTIC)


class ReferForm(Form):
    summary = PastedField(
        label="Feedback on the whole",
        required=False,
        max_length=10_000,
        help_text="The learner reads it above the actions. Say what is missing, not how to write it.",
    )
    resubmit_by = DateField(label="Next attempt by")
    declares = CentreField()
    is_authentic = forms.BooleanField(label=declarations.CENTRE_AUTHENTIC)

    def __init__(self, *args: Any, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resubmit_by"].help_text = hint


class ReturnForm(Form):
    """Why a piece goes back unmarked, and by when it is handed in again."""

    submit_label = "Return it unmarked"

    reason = PastedField(
        label="Why you return it",
        max_length=5_000,
        help_text="The learner reads it. Say what has to be put right; nothing of your marking is shown.",
    )
    resubmit_by = DateField(label="Hand in again by")

    def __init__(self, *args: Any, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resubmit_by"].help_text = hint


class DeferForm(Form):
    submit_label = "Defer the decision"

    reason = PastedField(
        label="What the decision waits for",
        max_length=5_000,
        help_text="The learner reads it.",
    )
    until = DateField(label="Until", help_text="Your time for marking stands still until you end the deferral.")


class EndDeferralForm(Form):
    submit_label = "End the deferral"

    note = PastedField(
        label="What came of it",
        required=False,
        max_length=5_000,
        help_text="For the record. The learner does not read it.",
    )


class GrantAttemptForm(Form):
    submit_label = "Grant one attempt more"

    reason = PastedField(
        label="Why one attempt more",
        max_length=2_000,
        help_text="It stays on record. The tutors of the cohort read it.",
    )


class AskAttemptForm(Form):
    submit_label = "Ask the contract manager"

    reason = PastedField(label="Why another attempt would help", max_length=2_000)


class JudgeAgainForm(Form):
    """Criteria of a signed attempt, judged anew: for each its decision or mark, feedback and action.

    `rows` are the criteria to judge, from the tray. Only what differs from what stands becomes a change.
    """

    reason = PastedField(label="Why the outcome changes", max_length=5_000)

    def __init__(self, *args: Any, rows: Sequence[Any], needs_decision: bool = True, **kwargs: Any) -> None:
        self.rows, self.needs_decision = rows, needs_decision
        asked: dict[str, forms.Field] = {}
        for row in rows:
            asked.update(self._asked_of(row))
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**type(self).base_fields, **asked}  # type: ignore[misc] # an instance's own fields, in this order
        super().__init__(*args, **kwargs)

    def _asked_of(self, row: Any) -> dict[str, forms.Field]:
        one, saved = row.criterion, row.decision
        fields: dict[str, forms.Field] = {}
        if row.has_marks:
            fields[f"c{one.pk}-mark"] = forms.IntegerField(
                label=f"Marks for {one.number}, out of {one.marks}",
                initial=saved.mark if saved else None,
                help_text=f"{row.enough_marks} or more meet it.",
            )
        elif self.needs_decision:
            fields[f"c{one.pk}-decision"] = forms.ChoiceField(
                label=f"Decision on {one.number}",
                choices=Decision.choices,
                widget=forms.RadioSelect,
                initial=row.value,
            )
        fields[f"c{one.pk}-feedback"] = PastedField(
            label=f"Feedback on {one.number}",
            required=False,
            max_length=10_000,
            initial=saved.feedback if saved else "",
        )
        if self.needs_decision:
            fields[f"c{one.pk}-action"] = PastedField(
                label=f"What the learner has to do for {one.number}, with a referral",
                required=False,
                max_length=5_000,
                initial=saved.action if saved else "",
            )
        return fields

    def groups(self) -> list[dict[str, Any]]:
        """The fields of each criterion, for a page that folds them away."""
        names = {
            row.criterion.pk: [name for name in self.fields if name.startswith(f"c{row.criterion.pk}-")]
            for row in self.rows
        }
        return [
            {
                "row": row,
                "criterion": row.criterion,
                "fields": [self[name] for name in names[row.criterion.pk]],
                "open": not self.needs_decision or any(name in self.errors for name in names[row.criterion.pk]),
            }
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        changes = {}
        for row in self.rows:
            pk = row.criterion.pk
            told = {
                name: given[f"c{pk}-{name}"]
                for name in ("decision", "mark", "feedback", "action")
                if f"c{pk}-{name}" in given
            }
            stands = {name: getattr(row.decision, name) for name in told}
            if told != stands or not self.needs_decision:
                decision = "" if row.has_marks else told.get("decision", Decision.PASS)
                changes[pk] = Change(decision, told["feedback"], told.get("action", ""), told.get("mark"))
        own = {name: given[name] for name in type(self).base_fields if name in given}
        return {**own, "changes": changes}


class SupersedeForm(JudgeAgainForm):
    submit_label = "Sign anew"

    summary = PastedField(
        label="Feedback on the whole",
        required=False,
        max_length=10_000,
        help_text="The learner reads it above the criteria.",
    )
    resubmit_by = DateField(label="Next attempt by", required=False, help_text="Only if it is a referral.")


class PassAfterAllForm(JudgeAgainForm):
    submit_label = "Pass after all"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_decision=False, **kwargs)
        self.fields["reason"].help_text = "The learner reads it."
