"""Forms of workshops: field names are the arguments of the actions they feed."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from accounts.models import User
from core import clock
from core.forms import DateField, Form, RatingField
from enrolment.models import Enrolment
from programmes.models import Cohort, SessionKind
from workshops import policy
from workshops.actions import Mark
from workshops.models import CatchUpKind, Place, Session
from workshops.states import PlaceState


def tutors_of(cohort: Cohort) -> Any:
    """Those appointed to the cohort, and those whom the client has still to approve."""
    standing = cohort.appointments.exclude(state="declined").values("tutor")
    return User.objects.filter(pk__in=standing).order_by("full_name")


class TutorField(forms.ModelChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), label="Tutor", empty_label="Choose a tutor", **kwargs)


def _only_tutors_of(form: Form, cohort: Cohort) -> None:
    cast(TutorField, form.fields["tutor"]).queryset = tutors_of(cohort)


def _link(**kwargs: Any) -> forms.URLField:
    return forms.URLField(assume_scheme="https", max_length=200, **kwargs)


class ChangeSessionForm(Form):
    submit_label = "Save this session"

    title = forms.CharField(label="Title", max_length=150)
    starts_at = forms.DateTimeField(
        label="Begins", error_messages={"required": "Enter the day and time it begins"}, widget=forms.DateTimeInput
    )
    ends_at = forms.DateTimeField(
        label="Ends", error_messages={"required": "Enter the day and time it ends"}, widget=forms.DateTimeInput
    )
    minutes = forms.IntegerField(
        label="Minutes of learning", min_value=1, help_text="Breaks left out: 420 for a day of 7 hours"
    )
    tutor = TutorField()
    join_link = _link(label="Link to join", required=False)
    tell_learners = forms.BooleanField(
        label="Tell the learners and the tutor by e-mail", required=False, help_text="Their calendar entry is replaced"
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _only_tutors_of(self, cohort)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if {"starts_at", "ends_at", "minutes"} <= set(given):
            times = {name: given[name] for name in ("starts_at", "ends_at", "minutes")}
            if sentence := policy.session_problem(**times):
                self.add_error("minutes" if "learning time" in sentence else "ends_at", sentence)
        return given


class PlanSessionForm(ChangeSessionForm):
    submit_label = "Plan this session"

    tell_learners = None  # type: ignore[assignment] # takes the inherited field away
    kind = forms.ChoiceField(label="Kind", choices=SessionKind.choices)
    number = forms.IntegerField(label="Number", min_value=1, initial=1, help_text="Workshop 1, 2, 3 …")
    field_order = ("kind", "number", "title")


class PlanSessionsForm(Form):
    """What all sessions of a programme share; the dates are rows of their own."""

    submit_label = ""

    tutor = TutorField()
    join_link = _link(label="Link to join", required=False, help_text="If it is the same for all sessions")

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _only_tutors_of(self, cohort)


class ShapeRowForm(Form):
    """One session of the usual shape. Without a day it is left for later."""

    submit_label = ""

    kind = forms.ChoiceField(choices=SessionKind.choices, widget=forms.HiddenInput)
    number = forms.IntegerField(widget=forms.HiddenInput)
    minutes = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="Title", max_length=150)
    day = DateField(label="Day", required=False)
    begins = forms.TimeField(
        label="From", error_messages={"required": "Enter the time it begins"}, widget=forms.TimeInput
    )
    ends = forms.TimeField(label="To", error_messages={"required": "Enter the time it ends"}, widget=forms.TimeInput)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("day") and {"begins", "ends", "minutes"} <= set(given):
            starts_at, ends_at = self._moment("begins"), self._moment("ends")
            if sentence := policy.session_problem(starts_at=starts_at, ends_at=ends_at, minutes=given["minutes"]):
                self.add_error("ends", sentence)
        return given

    def _moment(self, name: str) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(self.cleaned_data["day"], self.cleaned_data[name]))

    def planned(self) -> dict[str, Any] | None:
        """What `plan_session` takes of this row; None without a day."""
        given = self.cleaned_data
        if not given.get("day"):
            return None
        known = {name: given[name] for name in ("kind", "number", "minutes", "title")}
        return {**known, "starts_at": self._moment("begins"), "ends_at": self._moment("ends")}


ShapeFormSet: type[BaseFormSet[ShapeRowForm]] = formset_factory(ShapeRowForm, extra=0, max_num=12)


class ReturnTimetableForm(Form):
    submit_label = "Send the timetable back"

    decision_note = forms.CharField(
        label="What does not suit",
        max_length=250,
        widget=forms.Textarea,
        help_text="Name the dates, and others if you can",
    )


class ApproveTimetableForm(Form):
    submit_label = "Approve these dates"

    decision_note = forms.CharField(label="Note", required=False, max_length=250)


class CancelForm(Form):
    submit_label = "Cancel this session"
    submit_css = "btn-danger"

    cancellation_reason = forms.CharField(label="Reason", max_length=250, help_text="The learners read it")


class AddRecordingForm(Form):
    submit_label = "Save the link"

    recording_link = _link(label="Link to the recording")


class NoteApologyForm(Form):
    """A learner's own apology: who and which session are known."""

    submit_label = "Send your apology"

    apology = forms.CharField(
        label="Why you cannot come", max_length=250, error_messages={"required": "Write why you cannot come"}
    )


class CatchUpForm(Form):
    submit_label = "Sign this catch-up off"

    kind = forms.ChoiceField(label="How it was made up", choices=CatchUpKind.choices, widget=forms.RadioSelect)
    held_on = DateField(label="On which day", error_messages={"required": "Enter the day it was made up"})
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=forms.Textarea)

    def clean_held_on(self) -> dt.date:
        held_on: dt.date = self.cleaned_data["held_on"]
        if held_on > clock.today():
            raise ValidationError("This day lies in the future. Note the catch-up when it has been")
        return held_on


class GiveFeedbackForm(Form):
    """The form at the end of a session. Who was not there is asked only for their knowledge."""

    submit_label = "Send your feedback"

    overall = RatingField(
        label="The session as a whole",
        error_messages={"required": "Rate the session as a whole"},
        low="0: poor",
        high="10: excellent",
    )
    tutor = RatingField(
        label="The tutor", error_messages={"required": "Rate the tutor"}, low="0: poor", high="10: excellent"
    )
    knowledge_before = RatingField(
        label="What you knew of this before the session", low="0: nothing", high="10: everything", required=False
    )
    knowledge_after = RatingField(
        label="What you know of it now", low="0: nothing", high="10: everything", required=False
    )
    comment = forms.CharField(
        label="What was good, what should change", required=False, max_length=2000, widget=forms.Textarea
    )
    may_quote = forms.BooleanField(label="You may quote this, without my name", required=False)

    def __init__(self, *args: Any, was_there: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not was_there:
            del self.fields["overall"], self.fields["tutor"]

    def clean(self) -> dict[str, Any]:
        given = {"overall": None, "tutor": None, **self.cleaned_data}
        before, after = given.get("knowledge_before"), given.get("knowledge_after")
        if (before is None) != (after is None) and not {"knowledge_before", "knowledge_after"} & set(self.errors):
            missing = "knowledge_before" if before is None else "knowledge_after"
            self.add_error(missing, "Rate what you knew before and what you know now, or leave both empty")
        return given


class RegisterForm(Form):
    """One row for each learner: a mark, the minutes of part attendance, and the mark that was on the screen."""

    submit_label = ""

    def __init__(
        self, *args: Any, session: Session, enrolments: list[Enrolment], places: dict[int, Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.enrolments, self.places = session, enrolments, places
        marks = [
            (PlaceState.ATTENDED.value, "Attended"),
            (PlaceState.PART.value, "In part"),
            (PlaceState.ABSENT.value, "Absent"),
        ]
        for one in enrolments:
            place = places.get(one.pk)
            state = place.state if place and place.state != PlaceState.BOOKED else ""
            self.fields[f"state_{one.pk}"] = forms.ChoiceField(
                label=str(one.learner), choices=marks, required=False, widget=forms.RadioSelect, initial=state
            )
            self.fields[f"minutes_{one.pk}"] = forms.IntegerField(
                label=f"Minutes {one.learner} was there",
                required=False,
                initial=place.minutes if place else None,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"seen_{one.pk}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=place.state if place else PlaceState.BOOKED.value
            )

    def rows(self) -> list[dict[str, Any]]:
        """What the template draws: the learner, their place, and the three fields."""
        return [
            {
                "enrolment": one,
                "place": self.places.get(one.pk),
                "state": self[f"state_{one.pk}"],
                "chosen": self[f"state_{one.pk}"].value(),
                "minutes": self[f"minutes_{one.pk}"],
                "seen": (place.state if (place := self.places.get(one.pk)) else PlaceState.BOOKED.value),
                "joined_later": one.activated_at is not None and one.activated_at > self.session.ends_at,
            }
            for one in self.enrolments
        ]

    def clean(self) -> dict[str, Any]:
        for one in self.enrolments:
            state, minutes = self.cleaned_data.get(f"state_{one.pk}"), self.cleaned_data.get(f"minutes_{one.pk}")
            if not state or f"minutes_{one.pk}" in self.errors:
                continue
            sentence = policy.mark_problem(one.learner, state=state, minutes=minutes, planned=self.session.minutes)
            if sentence:
                self.add_error(f"minutes_{one.pk}", sentence)
        return self.cleaned_data

    def marks(self, *, others: str = "") -> list[Mark]:
        """What `take_register` takes. Rows without a mark get `others`, except of those who joined later."""
        found = []
        for row in self.rows():
            one = row["enrolment"]
            state = self.cleaned_data.get(f"state_{one.pk}") or ("" if row["joined_later"] else others)
            if state:
                minutes = self.cleaned_data.get(f"minutes_{one.pk}")
                found.append(Mark(one, state, minutes, seen=self.cleaned_data.get(f"seen_{one.pk}") or None))
        return found


class AskForm(Form):
    submit_label = "Ask your tutor"

    subject = forms.CharField(label="What is it about?", max_length=150)
    body = forms.CharField(label="Your question", max_length=8000, widget=forms.Textarea)


class ReplyForm(Form):
    submit_label = "Send"

    body = forms.CharField(label="Your message", max_length=8000, widget=forms.Textarea)


class SuperviseForm(Form):
    submit_label = "Record this supervision"

    held_on = DateField(label="Day")
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=policy.LONGEST_SUPERVISION)
    topics = forms.CharField(label="Topics", required=False, max_length=2000, widget=forms.Textarea)
    feedback = forms.CharField(
        label="Feedback",
        max_length=8000,
        widget=forms.Textarea,
        help_text="It becomes part of the portfolio: the learner and the verifiers read it",
    )

    def clean_held_on(self) -> dt.date:
        held_on: dt.date = self.cleaned_data["held_on"]
        if held_on > clock.today():
            raise ValidationError("This day lies in the future. Record the supervision when it has been")
        return held_on
