"""The forms of the growing portfolio: texts and evidence. Field names are the arguments of the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from assignments.documents import Purpose
from assignments.forms.learner import ArrivingFileField, ArrivingForm
from assignments.models import PracticeClient
from core.forms import Form
from programmes.models import Criterion


class GrowingText(forms.CharField):
    """A text that is not finished yet: even empty it can be saved, and it is not called optional."""

    widget = forms.Textarea

    def validate(self, value: Any) -> None:
        return None


class SaveTextForm(Form):
    submit_label = "Save"

    body = GrowingText(label="Your text", max_length=60_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs["rows"] = 16

    @property
    def first_error(self) -> str:
        """For the page that saves by itself, which has room for one sentence."""
        return next((str(one) for errors in self.errors.values() for one in errors), "")


def _client_field() -> forms.ModelChoiceField[PracticeClient]:
    return forms.ModelChoiceField(
        label="Practice client it belongs to",
        queryset=PracticeClient.objects.none(),
        required=False,
        empty_label="None in particular",
    )


def _contract_field() -> forms.BooleanField:
    return forms.BooleanField(label="This is the contract with this client", required=False)


class AddEvidenceForm(ArrivingForm):
    submit_label = "Add this file"

    title = forms.CharField(label="What it is", max_length=150, help_text="For example: signed contract with client A")
    file = ArrivingFileField(
        purpose=Purpose.EVIDENCE,
        max_size=settings.EVIDENCE_LIMIT,
        label="The file",
        help_text="A document, slides, a workbook or a picture of at most 25 MB; a sound or a video of at most "
        f"{settings.EVIDENCE_LIMIT // 1024 // 1024} MB. Black out names first",
        error_messages={"required": "Choose the file"},
    )
    client = _client_field()
    is_contract = _contract_field()
    criteria = forms.ModelMultipleChoiceField(
        label="Criteria it shows",
        queryset=Criterion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, enrolment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_clients(self, enrolment)
        self.fields["criteria"].queryset = (  # type: ignore[attr-defined] # declared as a field that has it
            Criterion.objects.filter(
                outcome__unit__assignments__kind="portfolio", outcome__unit__version=enrolment.cohort.version_id
            )
            .select_related("outcome__unit")
            .order_by("outcome__unit__number", "outcome__number", "position")
        )
        self.fields["criteria"].label_from_instance = criterion_label  # type: ignore[attr-defined] # declared as a field that has it

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        check_contract(self)
        return cleaned


class EditEvidenceForm(Form):
    submit_label = "Save"

    title = forms.CharField(label="What it is", max_length=150)
    client = _client_field()
    is_contract = _contract_field()

    def __init__(self, *args: Any, enrolment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_clients(self, enrolment)

    def clean(self) -> dict[str, Any]:
        check_contract(self)
        return self.cleaned_data


def offer_clients(form: Form, enrolment: Any) -> None:
    form.fields["client"].queryset = PracticeClient.objects.filter(enrolment=enrolment)  # type: ignore[attr-defined] # declared as a field that has it


def check_contract(form: Form) -> None:
    if form.cleaned_data.get("is_contract") and "client" in form.cleaned_data and not form.cleaned_data["client"]:
        form.add_error("client", "Choose the practice client whose contract this is")


def criterion_label(criterion: Criterion) -> str:
    return f"{criterion.outcome.unit.number} {criterion.number} {criterion.title}"
