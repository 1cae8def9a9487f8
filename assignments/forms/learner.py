"""The forms of handing in: the file, checked by its content, and the declarations."""

from __future__ import annotations

from typing import IO, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat

from assignments import declarations, documents, policy
from assignments.documents import Purpose
from core.forms import Form, SafeFileField


class CheckedFileField(SafeFileField):
    """A file whose content is asked what it is. The name does not decide; it only helps to explain."""

    def __init__(self, *, purpose: Purpose, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(kinds=sorted(kind.suffix for kind in purpose.kinds), **kwargs)

    def _check(self, file: File[bytes]) -> None:
        if (file.size or 0) > self.max_size:
            sizes = {"size": filesizeformat(file.size or 0), "limit": filesizeformat(self.max_size)}
            raise ValidationError(self.error_messages["too_big"], code="too_big", params=sizes)
        try:
            documents.inspect(cast(IO[bytes], file.file), file.name or "", purpose=self.purpose)
        except documents.Unacceptable as refusal:
            raise ValidationError(refusal.sentence, code="kind") from None
        file.seek(0)


class AttachForm(Form):
    submit_label = "Add this file"

    file = CheckedFileField(
        purpose=Purpose.ESSAY,
        label="Your essay",
        help_text="A Word document (.docx), an OpenDocument text (.odt) or a PDF, at most 25 MB",
        error_messages={"required": "Choose the file of your essay"},
    )


class SubmitForm(Form):
    submit_label = "Hand in"

    ai_use = forms.ChoiceField(
        label="Did you use AI?",
        choices=declarations.AI_USES,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you used AI"},
    )
    ai_statement = forms.CharField(
        label="Which tool, and what for",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2000,
        help_text="If you used AI: the tool, what you asked it for, and what you did with the answer",
    )
    declares = forms.MultipleChoiceField(
        label="You declare",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick the declarations that are true. Without all of them no work can be marked"},
    )
    signed_name = forms.CharField(
        label="Your name, as a signature",
        max_length=150,
        help_text="Typed here, it counts as your signature",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Sign with your name"},
    )

    def __init__(self, *args: Any, submission: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submission = submission
        self.fields["declares"].choices = declarations.sentences(submission.assignment)  # type: ignore[attr-defined]

    def clean_declares(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["declares"]
        left = len(declarations.NAMES) - len(set(ticked))
        if left:
            raise ValidationError(f"Tick all {len(declarations.NAMES)} declarations, if they are true: {left} left")
        return ticked

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "ai_use" in cleaned and (problem := policy.ai_problem(cleaned["ai_use"], cleaned.get("ai_statement", ""))):
            self.add_error("ai_statement", problem)
        seen = self.data.get("document", "")
        if seen and seen != str(self.submission.document_id):
            raise ValidationError("Another file has been added since you opened this page. Look at it, then hand in.")
        return cleaned
