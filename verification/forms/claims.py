"""What administrators fill in about claims, batches, answers and certificates."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from core.forms import DateField, Form, SafeFileField
from programmes.models import Unit
from verification.claim_files import COLUMNS, MOST_BYTES


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
