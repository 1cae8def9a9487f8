"""The forms of writing in the browser and of drafts for comment."""

from __future__ import annotations

from typing import Any

from django import forms

from assignments.actions import drafts
from assignments.models import VersionCause
from core.forms import Form

_CAUSES = (VersionCause.AUTOSAVE, VersionCause.BY_HAND, VersionCause.SIGNING_OUT)


class WriteForm(Form):
    """The text with the revision it began from; `page` and `step` are the script's, and empty without it."""

    body = forms.CharField(label="Your essay", required=False, strip=False)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    page = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    step = forms.IntegerField(min_value=0, max_value=2_000_000_000, required=False, widget=forms.HiddenInput)
    cause = forms.ChoiceField(choices=[(one.value, one.label) for one in _CAUSES], required=False)

    def clean_step(self) -> int:
        return self.cleaned_data["step"] or 0

    def clean_cause(self) -> str:
        """Whoever sends the form without the script has pressed its button."""
        return self.cleaned_data["cause"] or VersionCause.BY_HAND


class RestoreForm(Form):
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class SendDraftForm(Form):
    submit_label = "Send this draft to your tutor for comment"

    source = forms.ChoiceField(
        label="What you send", widget=forms.RadioSelect, error_messages={"required": "Choose what you send"}
    )
    note = forms.CharField(
        label="What you would like to hear about",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: whether section 2.1 says enough, or whether the sources carry the argument",
    )

    def __init__(self, *args: Any, sources: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = sources  # type: ignore[attr-defined] # declared as a field that has it
        if sources:
            self.fields["source"].initial = sources[0][0]


class CommentForm(Form):
    comments = forms.CharField(
        label="Your comments",
        max_length=drafts.COMMENTS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What works, what is missing, where to go on. No decision on a criterion: marking follows the hand-in",
        error_messages={"required": "Write your comments, then send"},
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
