"""The forms of a learner's own practice, and the one a practice client fills in. Field names are the arguments of the actions."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from assignments import personal, policy
from assignments.models import ClientFeedback, PracticeRole
from core import clock
from core.forms import DateField, Form, RatingField


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
    terms = forms.CharField(
        label="Terms of the contract",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=10_000,
        help_text=(
            "What it is for, what stays confidential and where that ends, boundaries, how many sessions, who sees what. "
            "Or add the contract as a file, under Evidence"
        ),
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


CONSENT = (
    "I agree that these answers become part of an assessed portfolio. They stand there under a code, without my name; "
    "tutors and verifiers read them."
)


def _rate(name: str, ask: str) -> RatingField:
    return RatingField(
        label=ClientFeedback.LABELS[name], low="0: not at all", high="10: fully", error_messages={"required": ask}
    )


class GiveClientFeedbackForm(Form):
    """Four ratings, two texts, consent. A text that seems to hold a name is asked about once, and then taken as it is."""

    submit_label = "Send your feedback"

    listening = _rate("listening", "Rate the listening")
    questions = _rate("questions", "Rate the questions")
    boundaries = _rate("boundaries", "Rate how far what was agreed was kept to")
    usefulness = _rate("usefulness", "Rate the usefulness as a whole")
    helped = forms.CharField(
        label="What helped",
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text="Without names of people or organisations",
    )
    differently = forms.CharField(
        label="What could be done differently",
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text="Without names of people or organisations",
    )
    as_it_is = forms.BooleanField(label="Send it as it is: nobody can be told from it", required=False)
    consent = forms.BooleanField(
        label=CONSENT, error_messages={"required": "Tick that you agree, then you can send it"}
    )

    def __init__(self, *args: Any, people: personal.People = personal.NOBODY, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        texts = [self.data.get(name, "") for name in ("helped", "differently")] if self.is_bound else []
        if not any(personal.found(one, people) for one in texts):
            del self.fields["as_it_is"]

    def clean(self) -> dict[str, Any]:
        sent_anyway = self.cleaned_data.pop("as_it_is", False)
        for name in ("helped", "differently"):
            things = personal.found(self.cleaned_data.get(name, ""), self.people)
            if things and not sent_anyway:
                shown = ", ".join(f"“{one.shown}”" for one in things[:4])
                self.add_error(
                    name, f"This may tell who somebody is: {shown}. Take it out, or tick below to send it as it is"
                )
        if "consent" in self.cleaned_data:
            self.cleaned_data["consent"] = CONSENT
        return self.cleaned_data
