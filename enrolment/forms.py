"""Forms of enrolment. The learner's own keep whatever was typed, also what no field can hold."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from core import clock
from core.forms import DateField, Form, RatingField
from enrolment import policy
from enrolment.models import Application, Enrolment, Pathway, Questionnaire
from programmes.models import Assignment, Cohort, LearningOutcome

LONG_MONTH = "%d %B %Y"
BIRTH_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", LONG_MONTH, "%d %b %Y", "%Y-%m-%d"]
GENDERS = ("Female", "Male", "Non-binary", "Prefer not to say")
ETHNICITIES = (
    "Asian or Asian British",
    "Black, Black British, Caribbean or African",
    "Mixed or several ethnic groups",
    "White",
    "Another ethnic group",
    "Prefer not to say",
)
DISABILITIES = ("No", "Yes", "Prefer not to say")


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, one) for one in words]


class DraftForm(Form):
    """A page of the enrolment form: what can be read is saved, what cannot is kept as it was typed."""

    submit_label = "Save and continue"

    @classmethod
    def of(cls, application: Application | None, **kwargs: Any) -> DraftForm:
        """The page as the learner left it, with the sentence beside whatever could not be read."""
        known = {name: cls.shown(name, getattr(application, name, "")) for name in cls.base_fields}
        known = {name: value for name, value in known.items() if value}
        unread = {n: text for n, text in (application.unread if application else {}).items() if n in cls.base_fields}
        if not unread:
            return cls(initial={**kwargs.pop("initial", {}), **known}, application=application, **kwargs)
        kwargs.pop("initial", None)
        form = cls({**known, **unread}, application=application, **kwargs)
        for name in set(form.errors) - set(unread):
            del form.errors[name]
        return form

    def __init__(self, *args: Any, application: Application | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application

    @staticmethod
    def shown(name: str, value: Any) -> Any:
        """A stored value as somebody would type it."""
        return f"{value.day} {value:%B %Y}" if name == "date_of_birth" and value else value

    def _is_present(self, name: str) -> bool:
        """Whether the field was sent. A box that is not ticked is sent by its page being sent as a whole."""
        if name in self.data:
            return True
        others = [one for one in self.fields if not isinstance(self.fields[one], forms.BooleanField)]
        return isinstance(self.fields[name], forms.BooleanField) and all(one in self.data for one in others)

    def kept(self) -> dict[str, Any]:
        """What `save_application` takes: the values that can be read, and under `unread` the others as typed."""
        errors, fields, unread = self.errors.as_data(), {}, {}
        for name, field in self.fields.items():
            if not self._is_present(name):
                continue
            if name in self.cleaned_data:
                fields[name] = self.cleaned_data[name]
            elif {one.code for one in errors[name]} == {"required"}:
                fields[name] = getattr(field, "empty_value", None)
            else:
                unread[name] = str(self.data[name]).replace("\x00", "")
        return {**fields, "unread": unread}


class AboutForm(DraftForm):
    """First page: who the certificate will be for."""

    legal_first_name = forms.CharField(
        label="Legal first names",
        max_length=80,
        help_text="As in your passport: they are printed on the certificate",
        error_messages={"required": "Enter your legal first names"},
    )
    legal_last_name = forms.CharField(
        label="Legal last name", max_length=80, error_messages={"required": "Enter your legal last name"}
    )
    date_of_birth = forms.DateField(
        label="Date of birth",
        input_formats=BIRTH_FORMATS,
        widget=forms.TextInput(attrs={"autocomplete": "bday"}),
        help_text="For example 5 April 1985 or 05/04/1985",
        error_messages={
            "required": "Enter your date of birth",
            "invalid": "Enter your date of birth as a day that exists, such as 5 April 1985",
        },
    )
    gender = forms.ChoiceField(
        label="Gender",
        required=False,
        choices=[("", "Not answered"), *_choices(GENDERS)],
        help_text="The awarding organisation asks for it. You need not say",
    )
    uln = forms.CharField(
        label="Unique learner number (ULN)",
        required=False,
        max_length=20,
        help_text="Ten digits, if you have one from an earlier course",
    )

    def clean_date_of_birth(self) -> dt.date:
        born_on: dt.date = self.cleaned_data["date_of_birth"]
        if sentence := policy.birth_problem(born_on, today=clock.today()):
            raise ValidationError(sentence)
        return born_on

    def clean_uln(self) -> str:
        number = str(self.cleaned_data["uln"]).replace(" ", "").replace("-", "")
        if sentence := policy.uln_problem(number):
            raise ValidationError(sentence)
        return number


class ContactForm(DraftForm):
    """Second page: how to reach the learner, and what they do."""

    email = forms.EmailField(
        label="E-mail",
        help_text="One that you can read for the next three years",
        error_messages={"required": "Enter your e-mail address"},
    )
    phone = forms.CharField(label="Telephone", required=False, max_length=30)
    address = forms.CharField(label="Address", required=False, max_length=400, widget=forms.Textarea)
    postcode = forms.CharField(label="Postcode", max_length=12, error_messages={"required": "Enter your postcode"})
    job_title = forms.CharField(label="Job title", required=False, max_length=120)
    line_manager = forms.CharField(label="Line manager", required=False, max_length=120)
    experience = forms.CharField(
        label="Your experience of coaching or mentoring",
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text="A few lines. None is an answer as well",
    )
    data_notice_at = forms.BooleanField(label="I have read how my data is used")

    def clean_data_notice_at(self) -> dt.datetime:
        """The moment of the first tick stays."""
        return (self.application and self.application.data_notice_at) or clock.now()


class SupportNeedsForm(Form):
    """Third page, behind the learner's consent. Every question may stay open."""

    submit_label = "Save and continue"

    ethnicity = forms.ChoiceField(
        label="Ethnicity", required=False, choices=[("", "Not answered"), *_choices(ETHNICITIES)]
    )
    disability = forms.ChoiceField(
        label="Do you have a disability, a learning difficulty or a long-term condition?",
        required=False,
        choices=_choices(DISABILITIES),
        widget=forms.RadioSelect,
    )
    adjustments = forms.CharField(
        label="What would help you?",
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text="For example more time, slides beforehand, breaks. We then speak with you before anything is arranged",
    )


class QuestionnaireForm(Form):
    """A rating for each learning outcome, grouped by unit, and what the learner hopes for."""

    submit_label = "Save and continue"

    hopes = forms.CharField(
        label="What do you want from the programme?", required=False, max_length=4000, widget=forms.Textarea
    )

    def __init__(
        self, *args: Any, outcomes: list[LearningOutcome], questionnaire: Questionnaire | None, **kwargs: Any
    ) -> None:
        known = {one.outcome_id: one.rating for one in questionnaire.ratings.all()} if questionnaire else {}
        initial = {self.name(one): known.get(one.pk) for one in outcomes}
        super().__init__(*args, initial={**initial, "hopes": questionnaire.hopes if questionnaire else ""}, **kwargs)
        self.outcomes = outcomes
        for outcome in outcomes:
            label = outcome.title
            sentence = f"Rate “{label}”"
            self.fields[self.name(outcome)] = RatingField(
                label=label,
                low="0: new to me",
                high="10: I could teach it",
                error_messages={"required": sentence, "invalid_choice": f"{sentence} from 0 to 10"},
            )

    @staticmethod
    def name(outcome: LearningOutcome) -> str:
        return f"outcome_{outcome.pk}"

    def units(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The unit, and the questions about its outcomes."""
        groups: dict[int, tuple[Any, list[forms.BoundField]]] = {}
        for outcome in self.outcomes:
            groups.setdefault(outcome.unit_id, (outcome.unit, []))[1].append(self[self.name(outcome)])
        return list(groups.values())

    def given(self) -> dict[str, Any]:
        """What `save_questionnaire` takes, of whatever can be read."""
        ratings = {one.pk: self.cleaned_data.get(self.name(one)) for one in self.outcomes}
        given: dict[str, Any] = {"ratings": {pk: n for pk, n in ratings.items() if n is not None}}
        typed = self.cleaned_data.get("hopes", self.data.get("hopes", ""))
        return {**given, "hopes": str(typed).replace("\x00", "")} if "hopes" in self.data else given


class CohortField(forms.ModelChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code}, {obj.title}"


class InviteLearnerForm(Form):
    submit_label = "Invite this learner"

    cohort = CohortField(label="Cohort", queryset=Cohort.objects.none(), empty_label="Choose a cohort")
    full_name = forms.CharField(label="Name", max_length=150)
    email = forms.EmailField(
        label="E-mail",
        help_text="Whoever has an account under this address keeps it",
        error_messages={"required": "Enter the e-mail address"},
    )
    pathway = forms.ChoiceField(label="Pathway", choices=Pathway.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(CohortField, self.fields["cohort"]).queryset = Cohort.objects.visible_to(user)


class AcceptForm(Form):
    submit_label = "Accept onto the programme"

    decision_note = forms.CharField(
        label="Why it suits",
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        help_text="The learner reads it",
    )


class DeclineForm(Form):
    submit_label = "Decline this enrolment"
    submit_css = "btn-danger"

    decision_note = forms.CharField(
        label="Why the programme does not suit",
        max_length=1000,
        widget=forms.Textarea,
        help_text="The learner reads it. Say what would have to change",
        error_messages={"required": "Write why the programme does not suit"},
    )


class RegisterForm(Form):
    submit_label = "Record the registration"

    number = forms.CharField(label="Enrolment number (ENR)", max_length=20)
    order_number = forms.CharField(label="Order number", required=False, max_length=30)
    registered_on = DateField(label="Day of registration")
    expires_on = DateField(label="Last day of the registration")
    is_funded = forms.BooleanField(label="Publicly funded", required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if {"registered_on", "expires_on"} <= set(given):
            dates = {name: given[name] for name in ("registered_on", "expires_on")}
            if sentence := policy.registration_problem(**dates, today=clock.today()):
                self.add_error("registered_on" if "future" in sentence else "expires_on", sentence)
        return given


class AssignmentField(forms.ModelChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """One of the assignments of the learner's own qualification."""


class SetDeadlineForm(Form):
    submit_label = "Set this deadline"

    assignment = AssignmentField(
        label="Assignment", queryset=Assignment.objects.none(), empty_label="Choose an assignment"
    )
    due_on = DateField(label="New date")
    reason = forms.CharField(label="Reason", max_length=250, help_text="The learner reads it")

    def __init__(self, *args: Any, enrolment: Enrolment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        choices = Assignment.objects.filter(version=enrolment.cohort.version_id)
        cast(AssignmentField, self.fields["assignment"]).queryset = choices
        if expires_on := self._expires_on():
            self.fields[
                "due_on"
            ].help_text = f"The registration ends on {expires_on:%a} {expires_on.day} {expires_on:%B %Y}"

    def _expires_on(self) -> dt.date | None:
        registration = getattr(self.enrolment, "registration", None)
        return registration.expires_on if registration else None

    def clean_due_on(self) -> dt.date:
        due_on: dt.date = self.cleaned_data["due_on"]
        if sentence := policy.deadline_problem(due_on, today=clock.today(), expires_on=self._expires_on()):
            raise ValidationError(sentence)
        return due_on


class WithdrawForm(Form):
    submit_css = "btn-danger"

    withdrawal_reason = forms.CharField(
        label="Reason", max_length=250, help_text="Kept at the centre. The client sees only that the learner left"
    )


class RecordAdjustmentForm(Form):
    submit_label = "Record this adjustment"

    assignment = AssignmentField(
        label="Assignment", queryset=Assignment.objects.none(), required=False, empty_label="All assignments"
    )
    extra_working_days = forms.IntegerField(label="Working days more", min_value=1, max_value=policy.MOST_EXTRA_DAYS)
    arrangement = forms.CharField(
        label="What was agreed",
        widget=forms.Textarea,
        max_length=2000,
        help_text="In confidence: administrators and the learner read it. Others see the days only",
    )
    agreed_on = DateField(label="Agreed on")

    def __init__(self, *args: Any, enrolment: Enrolment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Assignment.objects.filter(version=enrolment.cohort.version_id)
        cast(AssignmentField, self.fields["assignment"]).queryset = choices


class EndAdjustmentForm(Form):
    submit_label = "End this adjustment"
    submit_css = "btn-danger"


class ChangeBreakForm(Form):
    submit_label = "Change this break"

    back_on = DateField(label="Back on", help_text="The first day after the break")
    reason = forms.CharField(
        label="Reason", max_length=250, help_text="In confidence: those who record breaks and the learner read it"
    )


class RecordBreakForm(ChangeBreakForm):
    submit_label = "Record this break"
    field_order = ("from_on", "back_on", "reason")

    from_on = DateField(label="Away from", help_text="The first day of the break")
