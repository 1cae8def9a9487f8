"""What is filled in about visits of the external verifier."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from accounts.models import RoleGrant, User
from accounts.permissions import STAFF
from core.forms import DateField, Form, SafeFileField
from programmes.models import Qualification
from verification.forms.fields import long_text
from verification.models import Finding


class PlanVisitForm(Form):
    """Who comes, to what, from when to when."""

    submit_label = "Plan the visit and invite"

    qualification = forms.ModelChoiceField(label="Qualification", queryset=Qualification.objects.none())
    full_name = forms.CharField(label="Name of the external verifier (EQA)", max_length=150)
    email = forms.EmailField(
        label="E-mail of the external verifier",
        help_text="The visit is for this one person, who signs in. A new person gets an invitation at once.",
    )
    opens_at = forms.DateTimeField(label="Begins", widget=forms.DateTimeInput)
    closes_at = forms.DateTimeField(
        label="Ends", widget=forms.DateTimeInput, help_text="From then on they see nothing any more."
    )
    purpose = forms.CharField(label="What it is for", max_length=250, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["qualification"]).queryset = Qualification.objects.order_by("number")


class ReportVisitForm(Form):
    submit_label = "Record the report"

    report = long_text("What the report says", limit=20000)
    rating = forms.CharField(
        label="Quality rating that resulted", max_length=60, help_text="In the awarding organisation’s own words."
    )
    file = SafeFileField(label="The report as a PDF", kinds=[".pdf"], required=False)


class FindingForm(Form):
    """What the external verifier thinks of one piece."""

    submit_label = "Record what I found"

    finding = forms.ChoiceField(label="Your finding", choices=Finding.choices, widget=forms.RadioSelect)
    note = long_text("Note for the centre", required=False, hint="Needed if you do not agree.")


class VisitActionForm(Form):
    submit_label = "Add this action"

    text = long_text("What the centre has to do", hint="One thing that can be done and checked.")
    owner = forms.ModelChoiceField(label="Who does it", queryset=User.objects.none())
    due_on = DateField(label="By")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = RoleGrant.objects.current().filter(role__in=STAFF)
        staff = User.objects.filter(is_active=True, pk__in=current.values("user")).order_by("full_name")
        cast(Any, self.fields["owner"]).queryset = staff


class FinishActionForm(Form):
    submit_label = "It is done"

    note = long_text("What was done")
