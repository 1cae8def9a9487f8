"""What a tutor fills in: one criterion at a time, and the two ways to sign."""

from typing import Any

from django import forms

from assignments.models import Decision
from core.forms import DateField, Form


class DecideForm(Form):
    """One criterion. `revision` is the one the page was drawn with, so that no other text is written over."""

    decision = forms.ChoiceField(
        choices=[(Decision.PASS, "Pass"), (Decision.REFER, "Refer"), ("", "Later")], required=False
    )
    feedback = forms.CharField(widget=forms.Textarea, required=False, max_length=10_000)
    action = forms.CharField(widget=forms.Textarea, required=False, max_length=5_000)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AwardPassForm(Form):
    submit_label = "Sign pass"

    summary = forms.CharField(
        label="Feedback on the whole",
        widget=forms.Textarea,
        required=False,
        max_length=10_000,
        help_text="The learner reads it above the criteria.",
    )
    is_authentic = forms.BooleanField(label="I am satisfied that this is the learner’s own work")


class ReferForm(Form):
    summary = forms.CharField(
        label="Feedback on the whole",
        widget=forms.Textarea,
        required=False,
        max_length=10_000,
        help_text="The learner reads it above the actions. Say what is missing, not how to write it.",
    )
    resubmit_by = DateField(label="Next attempt by")
    is_authentic = forms.BooleanField(label="I am satisfied that this is the learner’s own work")

    def __init__(self, *args: Any, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resubmit_by"].help_text = hint
