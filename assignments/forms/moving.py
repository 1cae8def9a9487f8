"""Giving work to another tutor."""

from collections.abc import Sequence

from django import forms

from core.forms import Form

NOBODY = "all"


class MoveForm(Form):
    submit_label = "See what would happen"

    to = forms.ChoiceField(label="Give it to")
    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Both tutors read it",
        error_messages={"required": "Say why the work goes to another tutor"},
    )

    def __init__(self, *args: object, tutors: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # handed through to the form
        every = (NOBODY, "Every tutor of the cohort")
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - it stands above
        field.choices = [("", "Choose a tutor"), *tutors, every]
        field.error_messages["required"] = "Choose the tutor who gets the work"
