"""The form with which staff hand in for a learner: the work, how it arrived, and the cover sheet the learner signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from assignments import counting, declarations, policy
from assignments.documents import Purpose
from assignments.forms.learner import ArrivingFileField
from assignments.models import Route
from core import clock
from core.forms import DateField, Form
from enrolment.models import Enrolment
from programmes.models import Assignment


class HandInForLearnerForm(Form):
    submit_label = "Hand in for the learner"

    assignment = forms.ModelChoiceField(queryset=Assignment.objects.none(), empty_label=None, widget=forms.RadioSelect)
    file = ArrivingFileField(
        purpose=Purpose.ESSAY,
        label="The file of an essay",
        help_text="A Word document (.docx), an OpenDocument text (.odt) or a PDF, at most 25 MB. It is checked as the "
        "learner’s own would be. A portfolio has none: it is handed in as it stands in Waymark",
        required=False,
    )
    arrived_at = forms.DateTimeField(
        label="When it really arrived",
        help_text="The moment at the centre, such as that of the e-mail. It counts against the deadline",
        widget=forms.DateTimeInput,
    )
    behalf_route = forms.ChoiceField(
        label="How it arrived", choices=[(one.value, capfirst(one.label)) for one in Route], widget=forms.RadioSelect
    )
    behalf_reason = forms.CharField(
        label="Why you hand it in for the learner",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        error_messages={"required": "Say why you hand it in for the learner"},
        help_text="The learner, the tutor and the verifiers read it",
    )
    declares = forms.MultipleChoiceField(
        label="The learner declared, on the cover sheet they signed",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick what the cover sheet declares. Without all of it no work can be marked"},
    )
    ai_use = forms.ChoiceField(
        label="Did the learner use AI?",
        choices=declarations.AI_USES,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what the cover sheet says about AI"},
    )
    ai_statement = forms.CharField(
        label="Which tool, and what for",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2000,
        help_text="As the learner wrote it",
    )
    signed_name = forms.CharField(
        label="Name the learner signed with", max_length=150, help_text="As it stands on the cover sheet"
    )
    signed_on = DateField(label="Day the learner signed")

    def __init__(self, *args: Any, enrolment: Enrolment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        asked = Assignment.objects.filter(version=enrolment.cohort.version_id)
        self.fields["assignment"].queryset = asked  # type: ignore[attr-defined] # declared as a field that has it
        first = asked.select_related("version__qualification__organisation").first()
        self.fields["declares"].choices = declarations.sentences(first) if first else []  # type: ignore[attr-defined] # declared as a field that has it

    def clean_declares(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["declares"]
        if left := len(declarations.NAMES) - len(set(ticked)):
            raise ValidationError(f"Tick all {len(declarations.NAMES)}, if the cover sheet has them: {left} left")
        return ticked

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        work, enrolled_at = cleaned.get("assignment"), self.enrolment.activated_at
        if work and work.kind == "essay" and not cleaned.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose the file of the essay")
        if "arrived_at" in cleaned:
            problem = counting.arrival_problem(cleaned["arrived_at"], now=clock.now(), enrolled_at=enrolled_at)
            self._say("arrived_at", problem)
        if "signed_on" in cleaned:
            problem = counting.signature_problem(cleaned["signed_on"], today=clock.today(), enrolled_at=enrolled_at)
            self._say("signed_on", problem)
        if "ai_use" in cleaned and policy.ai_problem(cleaned["ai_use"], cleaned.get("ai_statement", "")):
            self._say("ai_statement", "Copy which tool the learner used, and what for.")
        return cleaned

    def _say(self, field: str, problem: str) -> None:
        if problem:
            self.add_error(field, problem)
