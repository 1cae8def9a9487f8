"""What is filled in about prior learning."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from core.forms import Form
from programmes.models import Unit
from verification.forms.fields import long_text


class ProposeRecognitionForm(Form):
    submit_label = "Pass it to the verifier"

    unit = forms.ModelChoiceField(label="Unit", queryset=Unit.objects.none(), widget=forms.RadioSelect)
    evidence = long_text(
        "What it rests on", hint="Certificates, work and talks, with their dates, so that a verifier can ask for them."
    )
    judgement = long_text(
        "Why it is enough", hint="Valid, authentic, current, sufficient and reliable for the criteria of the unit."
    )

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["unit"]).queryset = Unit.objects.filter(version=version)


class AgreeRecognitionForm(Form):
    submit_label = "Agree that the unit is recognised"

    decision_note = long_text("Comment to the tutor", required=False)


class DeclineRecognitionForm(Form):
    submit_label = "Decline"
    submit_css = "btn-danger"

    decision_note = long_text("Why the unit is not recognised", hint="The tutor reads it.")
