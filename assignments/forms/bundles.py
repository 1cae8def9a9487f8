"""What is asked of a portfolio as one file: which kind."""

from django import forms

from assignments.models import BundleKind
from core.forms import Form


class AskBundleForm(Form):
    submit_label = "Put it together"

    kind = forms.ChoiceField(
        label="Which file?", choices=BundleKind, error_messages={"required": "Choose the PDF or the ZIP"}
    )
