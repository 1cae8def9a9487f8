"""What is filled in about a tutor's development points."""

from __future__ import annotations

from core.forms import DateField, Form
from verification.forms.fields import long_text


class PointForm(Form):
    submit_label = "Add this point"

    text = long_text("What to work on", hint="Agreed with the tutor, who reads it.")
    agreed_on = DateField(label="Agreed on")
    look_again_on = DateField(label="Look again on")


class ClosePointForm(Form):
    submit_label = "Close this point"

    done_note = long_text("What has changed", hint="The tutor reads it.")
