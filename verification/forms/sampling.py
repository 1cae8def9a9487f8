"""What is filled in about sampling. Field names are the arguments of `planning`."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import DateField, Form
from verification.models.plans import PERCENTS, Every, Risk, SamplingStrategy, default_every


def _percent(label: str, hint: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=100,
        help_text=hint,
        error_messages={
            "min_value": "Enter a figure from 0 to 100.",
            "max_value": "%(show_value)s %% is more than everything. Enter a figure from 0 to 100.",
        },
    )


class StrategyForm(Form):
    """The figures in per cent of each tutor's pieces. A piece is one unit in one assignment of one learner."""

    submit_label = "Set this strategy"

    from_on = DateField(label="Holds from", help_text="Today or a later day. Plans follow it from the night after.")
    low_summative = _percent(
        "Tutors of low risk: verified before the claim, per cent", "Of each tutor’s pieces in a cohort."
    )
    low_interim = _percent(
        "Tutors of low risk: looked at early (interim), per cent", "As soon as the first outcome is signed."
    )
    medium_summative = _percent("Tutors of medium risk: verified before the claim, per cent")
    medium_interim = _percent("Tutors of medium risk: looked at early, per cent")
    high_summative = _percent("Tutors of high risk: verified before the claim, per cent")
    high_interim = _percent("Tutors of high risk: looked at early, per cent")
    new_interim = _percent(
        "New tutors: looked at early, per cent",
        "Everything of a new tutor is verified before the claim until they are signed off.",
    )
    referrals = _percent("Referred work: verified, per cent", "Of all pieces that were referred at least once.")
    every = forms.MultipleChoiceField(
        label="Looked at once at least", choices=Every.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(
        label="Why these figures", widget=forms.Textarea, max_length=2000, required=False, help_text="The EQA reads it."
    )

    def __init__(self, *args: Any, before: SamplingStrategy | None, **kwargs: Any) -> None:
        usual = before or SamplingStrategy()
        initial: dict[str, Any] = {name: getattr(usual, name) for name in PERCENTS}
        initial["every"] = before.every if before else default_every()
        super().__init__(*args, **{**kwargs, "initial": {**initial, **kwargs.get("initial", {})}})


class RatingForm(Form):
    submit_label = "Keep this rating"

    risk = forms.ChoiceField(label="Risk of the marking", choices=Risk.choices, widget=forms.RadioSelect)
    signed_off = forms.BooleanField(
        label="Signed off",
        required=False,
        help_text="Until a tutor is signed off, everything they mark is verified, whatever the risk.",
    )
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea,
        max_length=2000,
        help_text="What it rests on: samples, observations, standardisation.",
    )
    review_on = DateField(label="Look again on")


class AddByHandForm(Form):
    submit_label = "Add to the sample"

    reason = forms.CharField(
        label="Why this piece",
        widget=forms.Textarea,
        max_length=180,
        help_text="It is kept with the plan and cannot be taken back.",
    )


class DrawForm(Form):
    """Nothing is typed: which plan was looked at goes along, so that two people do not draw at once."""

    generation = forms.IntegerField(widget=forms.HiddenInput)
