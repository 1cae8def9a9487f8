"""What verifiers and tutors fill in about interim samples."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from core.days import written
from core.forms import DateField, Form, RatingInput
from verification import observing
from verification.forms.fields import long_text
from verification.judging import Rating
from verification.policy.interim import day_of, kind_of

UNSEEN = "unseen"
AHEAD = (
    ("ahead:supervision", "A supervision that is still to come"),
    ("ahead:session", "A session that is not in the timetable yet"),
    ("ahead:draft", "The next draft, when it has comments"),
)


class WordsInput(RatingInput):
    """The three words in a row, and that it was not looked at."""

    low = high = ""


def said_of(thing: Any) -> str:
    """What is looked at in a line: whose draft, whose supervision, which session. The learner is under the veil already."""
    kind, on = kind_of(thing), written(day_of(thing))
    if kind == "session":
        return f"{thing.title}, {on}"
    if kind == "supervision":
        return f"{thing.enrolment.learner}, {on}, {thing.minutes} minutes"
    return f"{thing.submission.enrolment.learner}, {thing.submission.assignment.title.lower()}, commented {on}"


def _choices(to_look_at: Any) -> list[Any]:
    """Grouped as one looks for it; a group without anything is left out."""
    groups = (
        ("Drafts with comments", to_look_at.drafts),
        ("Supervision", to_look_at.supervision),
        ("Sessions", to_look_at.sessions),
    )
    return [(label, [(f"{kind_of(one)}:{one.pk}", said_of(one)) for one in rows]) for label, rows in groups if rows]


class PlanInterimForm(Form):
    """What to look at: something that is there, or something to come with its day. The tutor and the cohort are chosen before."""

    submit_label = "Look at this"

    what = forms.ChoiceField(label="What you look at")
    happens_on = DateField(
        label="Day, for what is still to come", required=False, help_text="The tutor is told of this day by mail."
    )
    purpose = forms.CharField(
        label="Why this one",
        max_length=250,
        required=False,
        help_text="Such as a new tutor, or how feedback is given. The tutor reads it.",
    )

    def __init__(self, *args: Any, to_look_at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.things = {f"{kind_of(one)}:{one.pk}": one for one in to_look_at}
        field = cast(forms.ChoiceField, self.fields["what"])
        field.choices = [("", "Choose one"), *_choices(to_look_at), ("Still to come", list(AHEAD))]
        field.error_messages["invalid_choice"] = "This is not there to look at any more. Choose again"

    def clean(self) -> dict[str, Any]:
        """Into the arguments of the action: the thing with its kind, or the kind alone."""
        given = super().clean() or {}
        what = given.pop("what", "")
        thing = self.things.get(what)
        if thing is None and what and not given.get("happens_on") and "happens_on" not in self.errors:
            self.add_error("happens_on", "Enter the day on which you will look at it")
        return {**given, "thing": thing, "kind": what.removeprefix("ahead:").partition(":")[0]}


class RecordInterimForm(Form):
    """What was seen, aspect by aspect, and what follows. `notes` is put together from a rating and a text for each aspect."""

    submit_label = "Record it and tell the tutor"

    feedback = long_text(
        "Feedback to the tutor", hint="What helps them on. The tutor reads all of this page; learners never do."
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        choices=[("agreed", "Agreed: nothing has to be done"), ("action", "Action required")],
        widget=forms.RadioSelect,
    )
    action = long_text("Action, if one is required", required=False, hint="One thing that can be done and checked.")
    owner = forms.ModelChoiceField(label="Who does it", queryset=User.objects.none(), required=False)
    due_on = DateField(label="By", required=False)

    def __init__(self, *args: Any, sample: Any, owners: Any, to_look_at: Any = None, **kwargs: Any) -> None:
        self.sample = sample
        self.aspects = observing.aspects_of(sample.kind)
        self.things: dict[str, Any] = {}
        asked: dict[str, forms.Field] = {}
        if sample.thing is None:
            self.things = {f"{kind_of(one)}:{one.pk}": one for one in to_look_at}
            asked["what"] = forms.ChoiceField(
                label="What you looked at", choices=[("", "Choose one"), *_choices(to_look_at)]
            )
        for aspect in self.aspects:
            asked[f"{aspect}-rating"] = forms.ChoiceField(
                label=aspect.label,
                help_text=observing.ASKED[aspect],
                choices=[*Rating.choices, (UNSEEN, "Not looked at")],
                widget=WordsInput,
                initial=UNSEEN,
            )
            asked[f"{aspect}-note"] = forms.CharField(
                label=f"What you saw: {aspect.label.lower()}", widget=forms.Textarea, required=False, max_length=3000
            )
        # Before the dressing of all fields: these go first.
        self.base_fields = {**asked, **type(self).base_fields}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["owner"]).queryset = owners

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        what = given.pop("what", "")
        ratings = {one: given.pop(f"{one}-rating", UNSEEN).replace(UNSEEN, "") for one in self.aspects}
        notes = {str(one): (ratings[one], given.pop(f"{one}-note", "")) for one in self.aspects}
        if not self.errors and (sentence := observing.notes_problem(self.sample.kind, notes)):
            raise ValidationError(sentence)
        if given.get("outcome") == "action":
            for name, sentence in (
                ("action", "Say what has to be done"),
                ("owner", "Choose who does it"),
                ("due_on", "Enter the day by which it has to be done"),
            ):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return {**given, "notes": notes, "thing": self.things.get(what)}


class CallOffInterimForm(Form):
    submit_label = "Call it off"
    submit_css = "btn-danger"

    reason = forms.CharField(label="Reason", max_length=250, help_text="The tutor reads it.")


class AnswerInterimForm(Form):
    submit_label = "Send this answer"

    answer = long_text("What you did", hint="The verifier reads it, and closes this or asks for more.")


class CloseInterimForm(Form):
    submit_label = "Close it"

    note = long_text("What you say to the answer", required=False)


class SendInterimAgainForm(Form):
    submit_label = "Ask for this"

    text = long_text("What is still to be done", hint="One thing that can be done and checked.")
    owner = forms.ModelChoiceField(label="Who does it", queryset=User.objects.none())
    due_on = DateField(label="By")

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["owner"]).queryset = owners
