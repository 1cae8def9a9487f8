"""What verifiers, tutors and administrators fill in. Field names are the arguments of the actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import User
from accounts.permissions import Role
from assignments import anonymity
from assignments.documents import Purpose
from assignments.forms.learner import ArrivingFileField
from assignments.models import Decision, Submission
from core.forms import DateField, Form
from programmes.models import Assignment, Client, Qualification, Unit
from verification.models import Attendance, StandardisationEvent
from verification.models.staff import ChangeKind, Duty


def _text(label: str, *, required: bool = True, hint: str = "", limit: int = 5000) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea, required=required, help_text=hint, max_length=limit)


class AgreeForm(Form):
    submit_label = "Agree with the marking"

    comment = _text("Comment to the tutor", required=False)


class SendBackForm(Form):
    submit_label = "Send back with this action"

    action = _text("What the tutor has to do", hint="One thing that can be done and checked.")
    action_due_on = DateField(label="By")
    comment = _text("Comment to the tutor", required=False)


class AnswerForm(Form):
    submit_label = "Send this answer"

    answer = _text("What you did", hint="The verifier reads it and looks at the piece again.")


class OverturnForm(Form):
    """Which criteria are not met after all. `actions` is put together from a tick and two texts for each criterion."""

    submit_label = "Turn the pass into a referral"

    answer = _text("Your answer to the verifier")
    summary = _text("Why the outcome changes", hint="The learner reads it above the actions.")
    resubmit_by = DateField(label="Next attempt by")

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        decided = submission.decisions.filter(decision=Decision.PASS).values_list("criterion", flat=True)
        asked: dict[str, forms.Field] = {}
        passed = set(decided)
        self.criteria = [one for one in submission.asked() if one.pk in passed]
        for criterion in self.criteria:
            name = f"c{criterion.pk}"
            said = f"{criterion.number} {criterion.title}"
            extra: dict[str, forms.Field] = {
                f"{name}-unmet": forms.BooleanField(label=f"{said} is not met", required=False),
                f"{name}-feedback": _text(f"Feedback on {criterion.number}", required=False),
                f"{name}-action": _text(f"What the learner has to do for {criterion.number}", required=False),
            }
            if criterion.outcome.unit.has_marks:
                hint = f"Out of {criterion.marks}, under its pass mark."
                extra[f"{name}-mark"] = forms.IntegerField(
                    label=f"Marks for {criterion.number}", required=False, help_text=hint
                )
            asked.update(extra)
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**type(self).base_fields, **asked}  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def groups(self) -> list[dict[str, Any]]:
        """The three fields of each criterion, for a page that folds them away."""
        parts = "unmet", "mark", "feedback", "action"
        return [
            {
                "criterion": one,
                "fields": [self[f"c{one.pk}-{part}"] for part in parts if f"c{one.pk}-{part}" in self.fields],
                "open": self[f"c{one.pk}-unmet"].value(),
            }
            for one in self.criteria
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        actions = {
            one.pk: (given.get(f"c{one.pk}-feedback", ""), given.get(f"c{one.pk}-action", ""))
            for one in self.criteria
            if given.get(f"c{one.pk}-unmet")
        }
        own: dict[str, Any] = {name: given[name] for name in ("answer", "summary", "resubmit_by") if name in given}
        return {**own, "actions": actions, "marks": {pk: given.get(f"c{pk}-mark") for pk in actions}}


class ReleaseForm(Form):
    """Why the ticked results are released by hand. The ticks stand in the rows of the list."""

    submit_label = "Release the ticked results"

    reason = forms.CharField(
        label="Reason",
        max_length=250,
        widget=forms.Textarea(attrs={"form": "release"}),
        help_text="It is kept with each release. The learners do not see it.",
    )


class SignOffForm(Form):
    submit_label = "Sign off"

    note = _text("Note for the centre", required=False)


class RecordCertificateForm(Form):
    submit_label = "Record the certificate"

    certificate_number = forms.CharField(label="Certificate number", max_length=40)
    certificated_on = DateField(label="Date on the certificate")


class RecordRejectionForm(Form):
    submit_label = "Record the rejection"
    submit_css = "btn-danger"

    rejection_reason = forms.CharField(
        label="Reason the awarding organisation gave", max_length=250, help_text="The learner does not see it."
    )


# ---- standardisation


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

    text = _text("What has to be corrected")


# ---- staff files


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
    changed = _text("What it changed in your work", limit=2000)


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
