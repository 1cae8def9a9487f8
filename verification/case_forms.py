"""What is filled in about cases. Field names are the arguments of the verbs in `handling`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import capfirst

from accounts.models import User
from accounts.permissions import STAFF
from assignments.documents import Purpose
from assignments.models import Submission
from assignments.states import HANDED_IN
from core.forms import DateField, Form, PastedField, SafeFileField
from enrolment.models import Enrolment
from verification.case_states import CaseKind
from verification.models import Case, CaseDecision

LIMIT = 20_000


def _text(label: str, *, required: bool = True, hint: str = "", limit: int = LIMIT) -> PastedField:
    return PastedField(label=label, required=required, help_text=hint, max_length=limit)


# ---- the learner


class AppealForm(Form):
    submit_label = "Send this appeal"

    statement = _text(
        "Why you think the decision is wrong",
        hint="Say which criteria it is about and where in your work the answer is. Your work itself is not changed by an appeal.",
    )


class ComplainForm(Form):
    submit_label = "Send this complaint"

    kind = forms.ChoiceField(
        label="What it is about",
        widget=forms.RadioSelect,
        choices=[
            (CaseKind.COMPLAINT.value, "The teaching, the service, or how somebody treated you"),
            (CaseKind.DATA_PROTECTION.value, "How your personal data are used"),
        ],
    )
    title = forms.CharField(label="In one line", max_length=150)
    statement = _text(
        "What happened, and what you would like to be done", hint="With days and names, as far as you know them."
    )


class SayMoreForm(Form):
    submit_label = "Add this"

    body = _text("What you would like to add", limit=5000)


class FileForm(Form):
    """A file as evidence; what is inside decides whether it is taken."""

    submit_label = "Add this file"

    file = SafeFileField(kinds=sorted(kind.suffix for kind in Purpose.EVIDENCE.kinds), label="File")


# ---- the centre


class RaiseCaseForm(Form):
    """Opened for somebody who wrote or spoke, or because something was found. `enrolment` is the learner it is about, if any."""

    submit_label = "Open this case"

    kind = forms.ChoiceField(label="What it is", widget=forms.RadioSelect, choices=CaseKind.choices)
    title = forms.CharField(label="In one line", max_length=150)
    statement = _text("What was said or found", hint="In the person’s own words as far as they are known.")
    behalf_route = forms.ChoiceField(
        label="How it arrived",
        widget=forms.RadioSelect,
        choices=[(one.value, capfirst(one.label)) for one in Case.Route],
    )
    arrived_at = forms.DateTimeField(
        label="When it really arrived",
        help_text="The time for acknowledging it runs from that day",
        widget=forms.DateTimeInput,
    )
    submission = forms.ModelChoiceField(
        label="The piece of work it is about",
        queryset=Submission.objects.none(),
        empty_label="No piece of work",
        required=False,
    )
    accused = forms.ModelChoiceField(
        label="Who is suspected",
        queryset=User.objects.none(),
        empty_label="Nobody named yet",
        required=False,
        help_text="For malpractice only. Leave it empty while nobody is known",
    )
    person_name = forms.CharField(
        label="Who complains, with an address",
        max_length=250,
        required=False,
        help_text="Only for somebody who has no account",
    )

    def __init__(self, *args: Any, enrolment: Enrolment | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        people = Q(grants__role__in=STAFF, grants__ended_at=None)
        if enrolment is None:
            del self.fields["submission"]
            kinds = [one for one in CaseKind.choices if one[0] != CaseKind.APPEAL]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined] # declared as a field that has it
        else:
            self.fields["person_name"].label = "Who complains, if it is not the learner"
            people |= Q(pk=enrolment.learner_id)
            work = enrolment.submissions.filter(state__in=HANDED_IN).select_related("assignment", "enrolment__learner")
            self.fields["submission"].queryset = work.order_by("assignment__position", "attempt")  # type: ignore[attr-defined] # likewise
        found = User.objects.filter(people, is_active=True).distinct().order_by("full_name")
        self.fields["accused"].queryset = found  # type: ignore[attr-defined] # likewise

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind, name = given.get("kind"), given.get("person_name", "")
        if kind == CaseKind.APPEAL and not given.get("submission"):
            self.add_error("submission", "Choose the piece of work the appeal is about")
        if kind and kind != CaseKind.MALPRACTICE:
            if given.get("accused"):
                self.add_error("accused", "Only a suspicion of malpractice names somebody here. Leave it empty")
            if not name and self.enrolment is None:
                self.add_error("person_name", "Write who complains and how to reach them")
        given["enrolment"] = self.enrolment
        by_learner = self.enrolment is not None and not name and kind != CaseKind.MALPRACTICE
        given["person"] = self.enrolment.learner if self.enrolment and by_learner else None
        return given


class AcknowledgeForm(Form):
    submit_label = "Acknowledge"

    message = _text(
        "Message to the person",
        required=False,
        limit=5000,
        hint="They read it on their page. What happens next is said there anyway.",
    )


class ChooseForm(Form):
    """Who handles the next stage: of `people` (with `reasons`), those against whom nothing stands."""

    submit_label = "Choose this person"

    decider = forms.ModelChoiceField(
        label="Who",
        queryset=User.objects.none(),
        empty_label="Choose somebody",
        error_messages={"invalid_choice": "This person cannot be chosen. The reasons stand below"},
    )

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [one for one in people if not one.reasons]
        for name in {"decider", "members"} & set(self.fields):
            field: Any = self.fields[name]
            field.queryset = User.objects.filter(pk__in=[one.pk for one in free]).order_by("full_name")
            # They are read already: the page does not ask for them again.
            field.choices = [("", field.empty_label)] if name == "decider" else []
            field.choices += [(one.pk, str(one)) for one in free]


class CallPanelForm(ChooseForm):
    submit_label = "Call the panel"

    why = forms.CharField(label="Why the person is not content", max_length=250)
    members = forms.ModelMultipleChoiceField(
        label="Other members of the panel",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They read everything and advise. The person in the chair signs the decision",
        error_messages={"invalid_choice": "One of these cannot be chosen. The reasons stand below"},
    )

    field_order = ("why", "decider", "members")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decider"].label = "Who is in the chair"


class ReplaceForm(ChooseForm):
    why = forms.CharField(label="Why somebody else takes over", max_length=250)

    field_order = ("why", "decider")


class DecideForm(Form):
    submit_label = "Sign this decision"

    outcome = forms.ChoiceField(label="Decision", widget=forms.RadioSelect, choices=CaseDecision.Outcome.choices)
    reasons = _text("Reasons", hint="The person whose case it is reads them. They are not changed afterwards.")


class JudgeForm(DecideForm):
    outcome = forms.ChoiceField(
        label="Decision",
        widget=forms.RadioSelect,
        choices=[
            ("upheld", "Malpractice or maladministration was found"),
            ("partly", "Found in part"),
            ("not_upheld", "Nothing was found"),
        ],
    )
    reasons = _text("Reasons", hint="They are not changed afterwards.")


class ReportForm(Form):
    submit_label = "Record this"

    reported_on = DateField(label="Day they were told")
    reported_reference = forms.CharField(label="Their reference", max_length=60, required=False)


class AnswerCaseForm(Form):
    submit_label = "Record this answer"

    answer = _text(
        "What the person says to it", hint="In their words. If they give no answer, say so and how they were asked."
    )


class SanctionForm(Form):
    submit_label = "Record the sanction"

    sanction = _text("What follows", hint="For the person, and what the centre does so that it does not happen again.")


class CloseForm(Form):
    submit_label = "Close the case"

    closing_note = _text("What was done, and how the person was told", limit=5000)


class DropForm(Form):
    submit_label = "Close without a decision"
    submit_css = "btn-danger"

    closing_note = _text("Why there is no decision", limit=5000, hint="Such as: withdrawn by e-mail on 3 May.")


class InterestForm(Form):
    submit_label = "Step back from this case"
    submit_css = "btn-danger"

    why = forms.CharField(label="Why you cannot be free in it", max_length=200)


class NoteForm(Form):
    submit_label = "Add this note"

    body = _text("Note", limit=5000)
    internal = forms.BooleanField(
        label="Internal: the person whose case it is does not see it", required=False, initial=True
    )


class CaseFileForm(FileForm):
    internal = forms.BooleanField(
        label="Internal: the person whose case it is does not see it", required=False, initial=True
    )
