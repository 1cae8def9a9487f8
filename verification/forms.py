"""What verifiers, tutors and administrators fill in. Field names are the arguments of the actions."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from assignments.models import Decision, Submission
from core.forms import DateField, Form, SafeFileField
from programmes.models import Unit
from verification.claim_files import COLUMNS, MOST_BYTES


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


class RevokeForm(Form):
    submit_label = "Record the revocation"
    submit_css = "btn-danger"

    revocation_reason = forms.CharField(
        label="Why it is revoked",
        max_length=250,
        widget=forms.Textarea,
        help_text="Learner, tutors and contract managers read it. From today on the learner counts as not completed.",
    )


class MendForm(Form):
    submit_label = "The cause is mended"

    mended_how = forms.CharField(
        label="How the cause was mended",
        max_length=250,
        widget=forms.Textarea,
        help_text="After that the certificate can be claimed again.",
    )


class SendBatchForm(Form):
    submit_label = "Mark as sent"

    sent_on = DateField(label="Sent on")
    order_number = forms.CharField(
        label="Order number or reference", max_length=30, help_text="Under which the organisation has the file."
    )


class AnswerFileForm(Form):
    """The file, and the headings under which it holds what is needed. Field names after `heading_` are those of `COLUMNS`."""

    submit_label = "Read this file"

    file = SafeFileField(label="File with the answers", kinds=(".csv", ".txt"), max_size=MOST_BYTES)

    def __init__(self, *args: Any, headings: dict[str, str], **kwargs: Any) -> None:
        asked: dict[str, forms.Field] = {
            f"heading_{key}": forms.CharField(
                label=f"Heading of: {label.lower()}",
                max_length=80,
                required=key == "registration",
                help_text="" if key == "registration" else "Leave it empty if the file has no such column.",
            )
            for key, label in COLUMNS.items()
        }
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**type(self).base_fields, **asked}  # type: ignore[misc]
        super().__init__(*args, initial={f"heading_{key}": value for key, value in headings.items()}, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        mapping = {key: given.pop(f"heading_{key}", "").strip() for key in COLUMNS}
        return {**given, "mapping": mapping}


class CheckCertificateForm(Form):
    submit_label = "Checked"

    printed_name = forms.CharField(label="Name as printed", max_length=200)
    printed_title = forms.CharField(label="Qualification as printed", max_length=250)
    accepted_because = forms.CharField(
        label="If something differs: why that is right",
        max_length=250,
        required=False,
        widget=forms.Textarea,
        help_text="If it is not right, ask for a correction instead.",
    )


class SendCertificateForm(Form):
    submit_label = "Record that it was sent"

    sent_on = DateField(label="Sent on")
    sent_how = forms.CharField(
        label="How", max_length=120, help_text="Such as “signed-for post, AB 1234”. The learner reads it."
    )


class AskCorrectionForm(Form):
    submit_label = "Ask for a correction"

    correction = forms.CharField(
        label="What has to be corrected", max_length=250, widget=forms.Textarea, help_text="The learner reads it."
    )


class ReplaceCertificateForm(Form):
    submit_label = "Record the corrected certificate"

    certificate_number = forms.CharField(
        label="Certificate number", max_length=40, help_text="It may be the same as on the first."
    )
    certificated_on = DateField(label="Date on the certificate")


class ClaimUnitsForm(Form):
    submit_label = "Claim the ticked units"

    units = forms.MultipleChoiceField(label="Units achieved", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.number, f"{one}, {one.credits} credits" if one.credits else str(one)) for one in units]
        cast(Any, self.fields["units"]).choices = choices
        self.fields["units"].initial = [number for number, _ in choices]


class ProposeRecognitionForm(Form):
    submit_label = "Pass it to the verifier"

    unit = forms.ModelChoiceField(label="Unit", queryset=Unit.objects.none(), widget=forms.RadioSelect)
    evidence = _text(
        "What it rests on", hint="Certificates, work and talks, with their dates, so that a verifier can ask for them."
    )
    judgement = _text(
        "Why it is enough", hint="Valid, authentic, current, sufficient and reliable for the criteria of the unit."
    )

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["unit"]).queryset = Unit.objects.filter(version=version)


class AgreeRecognitionForm(Form):
    submit_label = "Agree that the unit is recognised"

    decision_note = _text("Comment to the tutor", required=False)


class DeclineRecognitionForm(Form):
    submit_label = "Decline"
    submit_css = "btn-danger"

    decision_note = _text("Why the unit is not recognised", hint="The tutor reads it.")
