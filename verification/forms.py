"""What verifiers, tutors and administrators fill in. Field names are the arguments of the actions."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from accounts.models import RoleGrant, User
from accounts.permissions import STAFF
from assignments.models import Decision, Submission
from core.forms import DateField, Form, SafeFileField
from programmes.models import Qualification
from verification.models import Finding


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


# ---- the external verifier's visit


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

    report = _text("What the report says", limit=20000)
    rating = forms.CharField(
        label="Quality rating that resulted", max_length=60, help_text="In the awarding organisation’s own words."
    )
    file = SafeFileField(label="The report as a PDF", kinds=[".pdf"], required=False)


class FindingForm(Form):
    """What the external verifier thinks of one piece."""

    submit_label = "Record what I found"

    finding = forms.ChoiceField(label="Your finding", choices=Finding.choices, widget=forms.RadioSelect)
    note = _text("Note for the centre", required=False, hint="Needed if you do not agree.")


class VisitActionForm(Form):
    submit_label = "Add this action"

    text = _text("What the centre has to do", hint="One thing that can be done and checked.")
    owner = forms.ModelChoiceField(label="Who does it", queryset=User.objects.none())
    due_on = DateField(label="By")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = RoleGrant.objects.current().filter(role__in=STAFF)
        staff = User.objects.filter(is_active=True, pk__in=current.values("user")).order_by("full_name")
        cast(Any, self.fields["owner"]).queryset = staff


class FinishActionForm(Form):
    submit_label = "It is done"

    note = _text("What was done")
