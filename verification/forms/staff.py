"""What is filled in about staff files and the changes to be told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import User
from accounts.permissions import Role
from assignments.documents import Purpose
from assignments.forms.learner import ArrivingFileField
from core.forms import DateField, Form
from programmes.models import Client, Qualification, Unit
from verification.forms.fields import long_text
from verification.models.staff import ChangeKind, Duty


class QualificationForm(Form):
    submit_label = "Add this qualification"

    title = forms.CharField(label="Qualification", max_length=150)
    awarded_on = DateField(label="Awarded on", required=False)
    target_on = DateField(label="Or to be reached by", required=False)
    evidence = ArrivingFileField(
        purpose=Purpose.EVIDENCE,
        label="Certificate",
        required=False,
        help_text="A document or a picture, at most 25 MB",
    )


class AwardQualificationForm(Form):
    submit_label = "Note the award"

    awarded_on = DateField(label="Awarded on")


class DevelopmentForm(Form):
    submit_label = "Add this entry"

    done_on = DateField(label="Day")
    hours = forms.DecimalField(label="Hours", min_value=Decimal("0.1"), max_value=999, max_digits=5, decimal_places=1)
    what = forms.CharField(label="What it was", max_length=250)
    changed = long_text("What it changed in your work", limit=2000)


class InterestForm(Form):
    submit_label = "Declare this interest"

    learner = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label="A learner", empty_label="None"
    )
    client = forms.ModelChoiceField(
        queryset=Client.objects.none(), required=False, label="Or a client", empty_label="None"
    )
    nature = forms.CharField(
        label="What it is", max_length=250, help_text="Such as family, a former colleague, a share in the company."
    )
    from_on = DateField(label="From")
    until_on = DateField(label="To", required=False)

    def __init__(self, *args: Any, cohorts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        learners = User.objects.filter(enrolments__cohort__in=cohorts).distinct().order_by("full_name")
        self.fields["learner"].queryset = learners  # type: ignore[attr-defined]
        clients = Client.objects.filter(contracts__cohorts__in=cohorts).distinct().order_by("name")
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]


class EndInterestForm(Form):
    submit_label = "Set this last day"

    until_on = DateField(label="Last day")


class ApproveStaffForm(Form):
    submit_label = "Approve"

    duty = forms.ChoiceField(label="May", choices=Duty.choices, widget=forms.RadioSelect)
    qualification = forms.ModelChoiceField(
        queryset=Qualification.objects.order_by("number"), label="Qualification", empty_label="Choose one"
    )
    unit = forms.ModelChoiceField(
        queryset=Unit.objects.select_related("version__qualification").order_by(
            "version__qualification__number", "version__version", "number"
        ),
        required=False,
        label="Only this unit",
        empty_label="All units",
    )
    from_on = DateField(label="From")
    countersigner = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label="Countersigned by", empty_label="Nobody"
    )
    countersign_until_on = DateField(label="Countersigned until", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["qualification"].label_from_instance = lambda one: f"{one.number} {one.title}"  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = (  # type: ignore[attr-defined]
            lambda one: f"{one.version.qualification.number}, {one.version.version}: {one.number} {one.title}"
        )
        both = User.objects.holding(Role.TUTOR) | User.objects.holding(Role.IQA)
        self.fields["countersigner"].queryset = both.order_by("full_name")  # type: ignore[attr-defined]


class EndApprovalForm(Form):
    submit_label = "End the approval"
    submit_css = "btn-danger"

    until_on = DateField(label="Last day")
    reason = forms.CharField(label="Reason", max_length=250)


class ChangeForm(Form):
    submit_label = "Put it on the list"

    person = forms.ModelChoiceField(queryset=User.objects.none(), label="Who", empty_label="Choose one")
    kind = forms.ChoiceField(label="What changed", choices=ChangeKind.choices)
    happened_on = DateField(label="Since")
    note = forms.CharField(label="Note", max_length=250, required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people.order_by("full_name")  # type: ignore[attr-defined]


class TellChangeForm(Form):
    submit_label = "Note that they were told"

    told_on = DateField(label="Told on")
    told_how = forms.CharField(label="How", max_length=250, help_text="Such as the form, and who received it.")
