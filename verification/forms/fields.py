"""What fields of several forms share."""

from django import forms


def long_text(label: str, *, required: bool = True, hint: str = "", limit: int = 5000) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea, required=required, help_text=hint, max_length=limit)
