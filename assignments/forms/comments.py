"""What a tutor says about a passage or a criterion, and what they keep in the comment bank."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from assignments.actions.bank import BANK_MAX, LABEL_MAX
from assignments.actions.comments import COMMENT_MAX
from core.forms import Form

# Pasted text may be longer while its markup is still around it.
_PASTED_MAX = 20 * COMMENT_MAX


def _number(value: Any) -> int | None:
    return int(value) if value else None


class AddCommentForm(Form):
    """The place in the text is the script's; without it the words alone are looked for."""

    key = forms.UUIDField(error_messages={"invalid": "Load the page again, then add the comment once more"})
    body = forms.CharField(required=False, max_length=_PASTED_MAX, strip=False)
    criterion = forms.TypedChoiceField(required=False, coerce=_number, empty_value=None)
    quote = forms.CharField(required=False, strip=False)
    start = forms.IntegerField(required=False, min_value=0)
    end = forms.IntegerField(required=False, min_value=0)
    prefix = forms.CharField(required=False, strip=False, max_length=200)  # type: ignore[assignment] # a field, not the form's
    suffix = forms.CharField(required=False, strip=False, max_length=200)

    def __init__(self, *args: Any, criteria: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "None"), *((str(one.pk), one.number) for one in criteria)]
        self.fields["criterion"].choices = choices  # type: ignore[attr-defined] # declared as a field that has it
        self.fields["criterion"].error_messages["invalid_choice"] = (
            "This criterion does not belong to this assignment. Choose another one."
        )

    @staticmethod
    def _lines(value: str) -> str:
        # A form sends each line's end as two characters; the text has one.
        return value.replace("\r\n", "\n")

    def clean_quote(self) -> str:
        return self._lines(self.cleaned_data["quote"])

    def clean_prefix(self) -> str:
        return self._lines(self.cleaned_data["prefix"])

    def clean_suffix(self) -> str:
        return self._lines(self.cleaned_data["suffix"])


class ChangeCommentForm(Form):
    body = forms.CharField(
        label="Comment",
        max_length=_PASTED_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what you want to say, or take the comment away"},
    )
    criterion = forms.TypedChoiceField(label="Criterion", required=False, coerce=_number, empty_value=None)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, criteria: Iterable[tuple[int, str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "None"), *((str(pk), label) for pk, label, _ in criteria)]
        self.fields["criterion"].choices = choices  # type: ignore[attr-defined] # declared as a field that has it


class BankForm(Form):
    submit_label = "Keep in the bank"

    body = forms.CharField(
        label="Comment",
        max_length=20 * BANK_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write the comment that you want to keep"},
    )
    label = forms.CharField(
        label="A few words to find it by", required=False, max_length=LABEL_MAX, help_text="Empty: its own first words"
    )
    criterion_number = forms.CharField(
        label="Criterion it is meant for",
        required=False,
        max_length=10,
        help_text="Such as 1.2. It is then offered first while you mark this criterion",
    )
    share = forms.BooleanField(label="Share it with all tutors of the centre", required=False)
