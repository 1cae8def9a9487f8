"""Asking for more time, and deciding on it."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assignments import extending
from assignments.deadlines import Deadline, said
from assignments.documents import Purpose
from assignments.forms.learner import ArrivingFileField
from core import clock
from core.forms import DateField, Form


class _DayForm(Form):
    """A form with a day after the date that holds and inside the registration."""

    day_name = ""

    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = deadline
        ends = deadline.registration_ends_on
        held = f"{said(deadline.due_on)} holds now" if deadline.due_on else "No date has been set yet"
        last = f". The registration ends on {said(ends)}" if ends else ""
        self.fields[self.day_name].help_text = f"{held}{last}"

    def _checked_day(self) -> dt.date:
        day: dt.date = self.cleaned_data[self.day_name]
        if problem := extending.extension_problem(day, self.deadline, today=clock.today()):
            raise ValidationError(problem)
        return day


class RequestExtensionForm(_DayForm):
    submit_label = "Ask for more time"
    day_name = "wanted_on"

    wanted_on = DateField(label="The day you need")
    reason = forms.CharField(
        label="Why you need more time",
        widget=forms.Textarea,
        max_length=2000,
        help_text="Whoever decides reads it. Leave out what they need not know, such as medical details",
    )
    evidence = ArrivingFileField(
        purpose=Purpose.EVIDENCE,
        label="Evidence",
        required=False,
        help_text="Only if you have some: a document or a picture, at most 25 MB. Whoever decides can open it",
    )

    def clean_wanted_on(self) -> dt.date:
        return self._checked_day()


class GrantExtensionForm(_DayForm):
    submit_label = "Grant this day"
    day_name = "granted_on"

    granted_on = DateField(label="The day you grant")
    decision_note = forms.CharField(
        label="A word to the learner", widget=forms.Textarea, required=False, max_length=2000
    )

    def clean_granted_on(self) -> dt.date:
        return self._checked_day()


class DeclineExtensionForm(Form):
    submit_label = "Decline, the date stays"
    submit_css = "btn-danger"

    decision_note = forms.CharField(
        label="Why the date stays as it is",
        widget=forms.Textarea,
        max_length=2000,
        help_text="The learner reads it",
        error_messages={"required": "Write why the date stays as it is"},
    )


class PassOnExtensionForm(Form):
    submit_label = "Pass it on to the contract manager"

    passed_on_note = forms.CharField(
        label="What the contract manager should know",
        widget=forms.Textarea,
        required=False,
        max_length=2000,
        help_text="The contract manager and the tutors of the cohort read it",
    )


class WithdrawExtensionForm(Form):
    submit_label = "Take the request back"
