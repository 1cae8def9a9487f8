"""What is added to an authenticity file: a judgement of similarity, a talk, a question and how it was settled."""

from typing import Any

from django import forms

from assignments.models import ConcernOutcome, Verdict
from core import clock
from core.forms import DateField, Form


class JudgeSimilarityForm(Form):
    submit_label = "Keep this decision"

    verdict = forms.ChoiceField(label="What follows", choices=Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Note",
        widget=forms.Textarea,
        required=False,
        max_length=5_000,
        help_text="Needed if you want to talk to the learner. Other tutors and verifiers of this work read it; learners do not.",
    )


class NoteVivaForm(Form):
    submit_label = "Keep this talk"

    held_on = DateField(label="Day of the talk")
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=240)
    note = forms.CharField(
        label="What was asked, and how it was answered",
        widget=forms.Textarea,
        max_length=10_000,
        help_text="A few lines: which passages you spoke about, and whether the learner knows their own work.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].initial = clock.today()


class RaiseConcernForm(Form):
    submit_label = "Put the question on record"

    text = forms.CharField(
        label="What the question is, and where in the work it comes from",
        widget=forms.Textarea,
        max_length=10_000,
        help_text="Say what you saw, not what you think of the person. It accuses nobody, and stays open until it is settled.",
    )


class SettleConcernForm(Form):
    submit_label = "Settle the question"

    outcome = forms.ChoiceField(label="How it was settled", choices=ConcernOutcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="The reason for it", widget=forms.Textarea, max_length=10_000)
