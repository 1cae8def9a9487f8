"""The forms of the growing portfolio. Field names are the arguments of the actions."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from assignments import policy
from assignments.documents import Purpose
from assignments.forms.learner import ArrivingFileField, ArrivingForm
from assignments.models import PracticeClient, PracticeRole
from core import clock
from core.forms import DateField, Form
from programmes.models import Criterion


def began_on(enrolment: Any) -> dt.date:
    return timezone.localdate(enrolment.activated_at or enrolment.invited_at)


class _ClientForm(Form):
    code = forms.CharField(
        label="Code",
        max_length=12,
        help_text="A code that only you can read, such as A. Never a name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Your role", choices=PracticeRole.choices, widget=forms.RadioSelect)
    context = forms.CharField(
        label="Work context, without names",
        max_length=250,
        required=False,
        help_text="For example: leads a team of eight in a warehouse",
    )
    goals = forms.CharField(
        label="Needs and overall goals",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=10_000,
        help_text="What you agreed before the contract",
    )
    contract_agreed_on = DateField(label="Day the contract was agreed", required=False)

    def __init__(self, *args: Any, enrolment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment

    def clean_contract_agreed_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["contract_agreed_on"]
        earliest = min(self.enrolment.cohort.starts_on, timezone.localdate(self.enrolment.invited_at))
        if problem := policy.day_problem(day, today=clock.today(), not_before=earliest, what="The contract"):
            raise ValidationError(problem)
        return day


class AddPracticeClientForm(_ClientForm):
    submit_label = "Add this client"


class EditPracticeClientForm(_ClientForm):
    submit_label = "Save"

    review = forms.CharField(
        label="What was achieved against the goals",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=10_000,
        help_text="Write this when the work with this client has ended",
    )


class _SessionForm(Form):
    held_on = DateField(label="Day")
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=1,
        max_value=600,
        help_text="At most 600. Breaks do not count",
        error_messages={
            "min_value": "Enter at least 1 minute",
            "max_value": "Enter 600 minutes at most. Two sessions are two entries",
            "invalid": "Enter the minutes as a whole number, such as 90",
        },
    )
    focus = forms.CharField(label="What it was about", max_length=250, help_text="In a few words, without names")
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=10_000)
    reflection = forms.CharField(
        label="Your reflection",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=10_000,
        help_text="What you did, what it did to your client, what you would do again and what not",
    )

    def __init__(self, *args: Any, enrolment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment

    def clean_held_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["held_on"]
        began = began_on(self.enrolment)
        if problem := policy.day_problem(day, today=clock.today(), not_before=began, what="The session"):
            raise ValidationError(problem)
        return day


class LogSessionForm(_SessionForm):
    submit_label = "Log this session"


class EditSessionForm(_SessionForm):
    submit_label = "Save"


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
    client = forms.ModelChoiceField(
        label="Practice client it belongs to",
        queryset=PracticeClient.objects.none(),
        required=False,
        empty_label="None in particular",
    )
    criteria = forms.ModelMultipleChoiceField(
        label="Criteria it speaks to",
        queryset=Criterion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, enrolment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = PracticeClient.objects.filter(enrolment=enrolment)  # type: ignore[attr-defined]
        self.fields["criteria"].queryset = (  # type: ignore[attr-defined]
            Criterion.objects.filter(
                outcome__unit__assignments__kind="portfolio", outcome__unit__version=enrolment.cohort.version_id
            )
            .select_related("outcome__unit")
            .order_by("outcome__unit__number", "position")
        )
        self.fields["criteria"].label_from_instance = criterion_label  # type: ignore[attr-defined]


def criterion_label(criterion: Criterion) -> str:
    return f"{criterion.outcome.unit.number}, {criterion.number} {criterion.title}"
