"""Forms about clients, contracts and cohorts: field names are the arguments of the actions they feed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.permissions import Role
from core.forms import DateField, Form
from programmes.models import (
    Assignment,
    ClaimRoute,
    Client,
    Cohort,
    Delivery,
    QualificationVersion,
    Release,
    SecondMarks,
)

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def _people(role: Role) -> Any:
    return User.objects.holding(role).order_by("full_name")


class AddClientForm(Form):
    submit_label = "Add this client"

    name = forms.CharField(label="Name", max_length=150)
    accent = forms.CharField(
        label="Colour in its reports", max_length=7, required=False, help_text="As #RRGGBB, such as #1F4C8A."
    )

    def clean_accent(self) -> str:
        accent: str = self.cleaned_data["accent"]
        if accent and not _COLOUR.fullmatch(accent):
            raise ValidationError("Write the colour as # and six letters or digits, such as #1F4C8A")
        return accent


class AddContactForm(Form):
    submit_label = "Add this contact"

    user = forms.ModelChoiceField(
        label="Person", queryset=User.objects.none(), help_text="People with the role client contact."
    )
    job_title = forms.CharField(label="Job title", max_length=120, required=False)

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "user", _people(Role.CLIENT_CONTACT).exclude(client_contacts__client=client))


class AddContractForm(Form):
    submit_label = "Add this contract"

    client = forms.ModelChoiceField(label="Client", queryset=Client.objects.none())
    reference = forms.CharField(label="Reference", max_length=40)
    title = forms.CharField(label="Title", max_length=150)
    lead_supplier = forms.CharField(
        label="Lead supplier", max_length=150, required=False, help_text="If the centre delivers for somebody else."
    )
    starts_on = DateField(label="First day")
    ends_on = DateField(label="Last day", required=False)
    managers = forms.ModelMultipleChoiceField(
        label="Contract managers", queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "client", Client.objects.visible_to(by))
        _offer(self, "managers", _people(Role.CONTRACT_MANAGER))
        self.fields["managers"].initial = [by.pk]


class OpenCohortForm(Form):
    submit_label = "Open this cohort"

    version = forms.ModelChoiceField(
        label="Qualification", queryset=QualificationVersion.objects.select_related("qualification")
    )
    code = forms.SlugField(label="Code", max_length=30, help_text="Letters, digits and hyphens, such as PSC-2024.")
    title = forms.CharField(label="Title", max_length=150)
    delivery = forms.ChoiceField(
        label="Delivery", choices=Delivery.choices, widget=forms.RadioSelect, initial="virtual"
    )
    starts_on = DateField(label="First day")
    ends_on = DateField(label="Last day", required=False)
    places = forms.IntegerField(label="Places bought", min_value=1, max_value=500, initial=12)


class SetCohortDeadlineForm(Form):
    submit_label = "Set this deadline"

    assignment = forms.ModelChoiceField(
        label="Assignment", queryset=Assignment.objects.none(), widget=forms.RadioSelect
    )
    due_on = DateField(label="Due on", help_text="Until midnight of this day.")

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "assignment", Assignment.objects.filter(version=cohort.version))


class SetMarkingRulesForm(Form):
    """One field for the time of each assignment that has a deadline; together they are the action's `times`."""

    submit_label = "Set these rules"

    release_rule = forms.ChoiceField(
        label="When results are released",
        choices=Release.choices,
        widget=forms.RadioSelect,
        help_text="Until then learners and the client read “With the tutor”. What is released stays released.",
    )
    second_marks = forms.ChoiceField(
        label="Second marking",
        choices=SecondMarks.choices,
        widget=forms.RadioSelect,
        help_text="A second tutor decides without seeing the first decision; then both agree.",
    )
    anonymous_marking = forms.BooleanField(
        label="Mark without the learner’s name",
        required=False,
        help_text="Tutors see a number instead of the name until the result is released.",
    )
    reason = forms.CharField(
        label="Reason",
        max_length=250,
        required=False,
        widget=forms.Textarea,
        help_text="It is kept with the change. Ending anonymous marking needs one.",
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        self.dated = list(cohort.deadlines.select_related("assignment").order_by("assignment__position"))
        initial = {name: getattr(cohort, name) for name in ("release_rule", "second_marks", "anonymous_marking")}
        asked: dict[str, forms.Field] = {}
        for one in self.dated:
            asked[f"at{one.assignment_id}"] = forms.DateTimeField(
                label=f"Results of the {one.assignment.title.lower()}",
                required=False,
                help_text="Used where results are released at a time.",
            )
            initial[f"at{one.assignment_id}"] = one.results_at
        own = dict(type(self).base_fields)
        first = {"release_rule": own.pop("release_rule")}
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**first, **asked, **own}  # type: ignore[misc] # an instance's own fields, in this order
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        times = {one.assignment_id: given.pop(f"at{one.assignment_id}", None) for one in self.dated}
        return {**given, "times": times}


class ProposeTutorForm(Form):
    submit_label = "Propose this tutor"

    tutor = forms.ModelChoiceField(label="Tutor", queryset=User.objects.none())
    from_on = DateField(label="From")
    to_on = DateField(label="Until", required=False, help_text="Leave it empty if the end is open.")
    reason = forms.CharField(
        label="Why this tutor, or why the change",
        max_length=250,
        required=False,
        widget=forms.Textarea,
        help_text="The client reads this.",
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "tutor", _people(Role.TUTOR))
        self.fields["from_on"].initial = cohort.starts_on


class ApproveTutorForm(Form):
    submit_label = "Approve this tutor"

    decision_note = forms.CharField(label="A word to the centre", max_length=250, required=False, widget=forms.Textarea)


class DeclineTutorForm(Form):
    submit_label = "Decline this tutor"
    submit_css = "btn-danger"

    decision_note = forms.CharField(
        label="Your reason", max_length=250, widget=forms.Textarea, help_text="The contract manager reads this."
    )


class EndAppointmentForm(Form):
    submit_label = "End this appointment"
    submit_css = "btn-danger"

    to_on = DateField(label="Last day")
    reason = forms.CharField(label="Reason", max_length=250, widget=forms.Textarea)


class AllocateVerifierForm(Form):
    submit_label = "Allocate this verifier"

    role = forms.ChoiceField(
        label="As",
        choices=[(one.value, one.label) for one in (Role.IQA, Role.EQA)],
        widget=forms.RadioSelect,
    )
    verifier = forms.ModelChoiceField(label="Verifier", queryset=User.objects.none())
    from_on = DateField(label="From")
    to_on = DateField(label="Until", required=False, help_text="An external verifier's access always has a last day.")

    def __init__(self, *args: Any, cohort: Cohort, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        both = User.objects.holding(Role.IQA) | User.objects.holding(Role.EQA)
        _offer(self, "verifier", both.distinct().order_by("full_name"))
        self.fields["from_on"].initial = max(cohort.starts_on, today)


class RecordRatingForm(Form):
    submit_label = "Record this rating"

    rating = forms.CharField(
        label="Rating",
        max_length=40,
        help_text="In the words of the awarding organisation, such as “02” or “Claims with sign-off”.",
    )
    from_on = DateField(label="In force from")
    claim_route = forms.ChoiceField(
        label="What it allows for claims", choices=ClaimRoute.choices, widget=forms.RadioSelect
    )
    may_register = forms.BooleanField(label="Learners may be registered", required=False, initial=True)
    reason = forms.CharField(label="Reason", widget=forms.Textarea, max_length=2000)
    source = forms.CharField(
        label="Document or visit it comes from", max_length=250, help_text="Such as the report of a visit and its date."
    )


def _offer(form: Form, name: str, rows: Any) -> None:
    """What a choice may be, known only when the form is made."""
    cast(Any, form.fields[name]).queryset = rows
