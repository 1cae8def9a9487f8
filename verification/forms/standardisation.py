"""What is filled in about standardisation events."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from accounts.permissions import Role
from assignments import anonymity
from assignments.models import Decision, Submission
from core.forms import DateField, Form
from programmes.models import Assignment
from verification.forms.fields import long_text
from verification.models import Attendance, StandardisationEvent


class PlanEventForm(Form):
    submit_label = "Plan this event"

    title = forms.CharField(label="What it is about", max_length=150)
    assignment = forms.ModelChoiceField(
        queryset=Assignment.objects.select_related("version__qualification").order_by(
            "version__qualification__number", "version__version", "position"
        ),
        label="Assignment whose criteria are marked",
        empty_label="Choose one",
    )
    held_on = DateField(label="Day of the meeting")
    chair = forms.ModelChoiceField(queryset=User.objects.none(), label="Chair", empty_label="Choose one")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignment"].label_from_instance = _said_of_assignment  # type: ignore[attr-defined]
        self.fields["chair"].queryset = User.objects.holding(Role.IQA).order_by("full_name")  # type: ignore[attr-defined]


class PieceForm(Form):
    submit_label = "Take this piece"

    submission = forms.ModelChoiceField(
        queryset=Submission.objects.none(),
        required=False,
        label="A piece that was handed in",
        empty_label="None",
        help_text="Of released results only. Names are taken out of the text; pictures are left out.",
    )
    text = forms.CharField(label="Or a text prepared for it", widget=forms.Textarea, required=False, max_length=100_000)

    def __init__(self, *args: Any, pieces: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["submission"]
        field.queryset, field.label_from_instance = pieces, _said_of_piece


def _said_of_assignment(one: Assignment) -> str:
    return f"{one.version.qualification.number}, {one.version.version}: {one.title}"


def _said_of_piece(one: Submission) -> str:
    return (
        f"{anonymity.name(one.enrolment_id)}, {one.enrolment.cohort}, attempt {one.attempt}, {one.get_state_display()}"
    )


class InviteForm(Form):
    submit_label = "Invite"

    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), label="Who marks the piece", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, event: StandardisationEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        both = User.objects.holding(Role.TUTOR) | User.objects.holding(Role.IQA)
        invited = event.participations.values("person")
        self.fields["people"].queryset = both.exclude(pk__in=invited).order_by("full_name")  # type: ignore[attr-defined]


class CallOffEventForm(Form):
    submit_label = "Call it off"
    submit_css = "btn-danger"

    reason = forms.CharField(label="Reason", max_length=250, help_text="Those invited read it.")


class ConfirmForm(Form):
    """Nothing to fill in."""


class MarkForm(Form):
    decision = forms.ChoiceField(choices=[("", "Later"), *Decision.choices], required=False)
    reason = forms.CharField(label="Your reason", widget=forms.Textarea, required=False, max_length=3000)
    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)


class StandardForm(Form):
    discussion = forms.CharField(label="What was said", widget=forms.Textarea, required=False, max_length=5000)
    decision = forms.ChoiceField(choices=[("", "Later"), *Decision.choices], required=False)
    standard = forms.CharField(label="What is agreed", widget=forms.Textarea, required=False, max_length=5000)
    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)


class AttendanceForm(Form):
    submit_label = "Note this"

    attendance = forms.ChoiceField(label="Attendance", choices=Attendance.choices, widget=forms.RadioSelect)
    came = forms.TimeField(label="From", required=False)
    left = forms.TimeField(label="To", required=False)
    note = forms.CharField(label="Apologies, or why part of the time", max_length=250, required=False)


class CloseEventForm(Form):
    submit_label = "Close the event"

    minutes = forms.CharField(
        label="Minutes",
        widget=forms.Textarea,
        max_length=20_000,
        help_text="What was talked about and decided beyond the criteria. Nothing can be changed afterwards, only corrected by notes.",
    )


class CorrectionForm(Form):
    submit_label = "Add this correction"

    text = long_text("What has to be corrected")
