"""What a tutor fills in: one criterion at a time, and the two ways to sign."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assignments import declarations
from assignments.models import Decision
from core.forms import DateField, Form


class DecideForm(Form):
    """One criterion. `revision` is the one the page was drawn with, so that no other text is written over."""

    decision = forms.ChoiceField(
        choices=[(Decision.PASS, "Pass"), (Decision.REFER, "Refer"), ("", "Later")], required=False
    )
    feedback = forms.CharField(widget=forms.Textarea, required=False, max_length=10_000)
    action = forms.CharField(widget=forms.Textarea, required=False, max_length=5_000)
    evidence = forms.CharField(required=False, max_length=120)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def check_evidence(self, places: Collection[str]) -> None:
        """Refuse a place that this piece of work does not have."""
        if self.cleaned_data["evidence"] not in places:
            self.add_error("evidence", "This place is not in the work. Choose one of the list, or leave it open.")


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

    summary = forms.CharField(
        label="Feedback on the whole",
        widget=forms.Textarea,
        required=False,
        max_length=10_000,
        help_text="The learner reads it above the criteria.",
    )
    declares = CentreField()
    is_authentic = forms.BooleanField(label=declarations.CENTRE_AUTHENTIC)


class ReferForm(Form):
    summary = forms.CharField(
        label="Feedback on the whole",
        widget=forms.Textarea,
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
