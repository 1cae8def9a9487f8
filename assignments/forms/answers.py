"""The form of one answer to what a referral asks for. Its fields are drawn by hand, because a page has several of them."""

from __future__ import annotations

from django import forms

from assignments.actions.answers import ANSWER_MAX, QUOTE_MAX
from core.forms import Form


class AnswerForm(Form):
    answer = forms.CharField(
        label="Your answer",
        required=False,
        max_length=ANSWER_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Keep the answer to %(limit_value)d characters; it has %(show_value)d"},
    )
    heading = forms.CharField(label="The section that answers it", required=False, max_length=400)
    quote = forms.CharField(
        label="Or words of your text that answer it",
        required=False,
        max_length=QUOTE_MAX,
        error_messages={
            "max_length": "Keep the quoted words to %(limit_value)d characters; the first sentence is enough"
        },
    )
    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
