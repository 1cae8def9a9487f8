"""The forms of handing in: the file, which a worker examines, and the declarations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat

from assignments import declarations, policy
from assignments.documents import Purpose
from assignments.models import Upload
from assignments.states import UploadState
from core.forms import Form, SafeFileField


class ArrivingFileField(SafeFileField):
    """A file whose name and size are asked here, and whose content is asked by a worker, in a process of its own."""

    def __init__(self, *, purpose: Purpose, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(kinds=sorted(kind.suffix for kind in purpose.kinds), **kwargs)

    def _check(self, file: File[bytes]) -> None:
        if (file.size or 0) > self.max_size:
            sizes = {"size": filesizeformat(file.size or 0), "limit": filesizeformat(self.max_size)}
            raise ValidationError(self.error_messages["too_big"], code="too_big", params=sizes)


class ArrivingForm(Form):
    """A form with a file that comes with it, or that came before it in pieces and is named by `upload`."""

    upload = forms.ModelChoiceField(
        queryset=Upload.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "What had arrived of this file is no longer here. Choose the file again"},
    )

    def __init__(self, *args: Any, uploads: Any = None, resumable: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if uploads is not None:
            self.fields["upload"].queryset = uploads.arrived()  # type: ignore[attr-defined] # declared as a field that has it
            self._offer_to_go_on(uploads.filter(state=UploadState.OPEN, received__gt=0).order_by("-pk").first())
        if resumable:
            self.fields["file"].widget.attrs["data-resumable"] = resumable
        if self.data.get("upload"):
            self.fields["file"].required = False

    def _offer_to_go_on(self, half: Upload | None) -> None:
        """What has arrived of a file before the page was closed is not sent again."""
        if half:
            share = half.received * 100 // half.size
            self.fields[
                "file"
            ].help_text += f". {share} % of {half.name} is here already: choose the same file again to go on from there"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "upload" in self.errors:
            self.add_error("file", self.errors.pop("upload").as_data())
        elif cleaned.get("upload"):
            cleaned["file"] = cleaned["upload"].as_file()
            # Should the form come back with a question, the file need not be chosen again.
            self.fields["file"].widget.attrs["data-arrived"] = cleaned["upload"].name
        return cleaned


class AttachForm(ArrivingForm):
    submit_label = "Add this file"

    file = ArrivingFileField(
        purpose=Purpose.ESSAY,
        label="Your essay",
        help_text="A Word document (.docx), an OpenDocument text (.odt) or a PDF, at most 25 MB",
        error_messages={"required": "Choose the file of your essay"},
    )

    @classmethod
    def refused(cls, sentence: str, **kwargs: Any) -> AttachForm:
        """The form as it looks when a worker has refused the file: the sentence beside the field."""
        form = cls({}, **kwargs)
        form.errors.clear()
        form.add_error("file", sentence)
        return form


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
        self.fields["declares"].choices = declarations.sentences(submission.assignment)  # type: ignore[attr-defined] # declared as a field that has it

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
