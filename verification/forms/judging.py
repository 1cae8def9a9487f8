"""The one form beside the decisions: agreed or not, criterion by criterion; aspects; a comment; and an action if one is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import User
from core.forms import DateField, Form
from verification import judging
from verification.forms.fields import long_text
from verification.judging import ActionKind, Aspect, Judgement, Rating


class JudgementForm(Form):
    """`typed` is what was kept; `numbers` the criteria that are judged. Every field may be empty: an action says what it misses."""

    submit_label = ""

    comment = long_text("Comment to the tutor", required=False)
    action_kind = forms.ChoiceField(label="What you ask for", choices=ActionKind.choices, required=False)
    action = long_text("What has to be done", required=False, hint="One thing that can be done and checked.")
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label="Whose action it is", required=False)
    action_due_on = DateField(label="By", required=False)
    revision = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, numbers: Mapping[int, str], people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = numbers
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=[one.pk for one in people])
        self.people = people
        for name in judging.names(numbers):
            if name not in self.fields:
                self.fields[name] = forms.CharField(required=False, max_length=judging.LONGEST)

    @property
    def judgement(self) -> Judgement:
        """What stands in the form, whether it will do or not."""
        return judging.read(self.typed, self.numbers)

    @property
    def typed(self) -> dict[str, str]:
        """Letter for letter, as it is kept and shown again."""
        given: Any = self.data if self.is_bound else self.initial
        return judging.kept(given, self.numbers)

    # ---- for the page

    def line(self, pk: int) -> dict[str, Any]:
        """The answer and the note on one criterion, to be drawn in its row."""
        name = judging.name_of(pk)
        typed = self.typed
        return {"name": name, "value": typed.get(name, ""), "note": typed.get(f"{name}-note", "")}

    def aspects(self) -> list[dict[str, Any]]:
        typed = self.typed
        return [
            {
                "name": f"a-{one.value}",
                "label": one.label,
                "value": typed.get(f"a-{one.value}", ""),
                "note": typed.get(f"a-{one.value}-note", ""),
                "ratings": Rating.choices,
            }
            for one in Aspect
        ]

    @property
    def chosen_owner(self) -> str:
        """Whoever was chosen, else the first offered: the tutor who marked it, where they may own it."""
        return self.typed.get("owner", "") or (str(self.people[0].pk) if self.people and not self.is_bound else "")

    def asks_for_action(self) -> bool:
        return any(self.typed.get(one) for one in ("action_kind", "action", "action_due_on"))

    def errors_said(self) -> list[str]:
        return [str(one) for several in self.errors.values() for one in several]


class SendBackForm(JudgementForm):
    """The same fields, where an action is asked for."""

    def clean_action_due_on(self) -> dt.date:
        value: dt.date | None = self.cleaned_data["action_due_on"]
        if value is None:
            raise forms.ValidationError("Choose the day by which it has to be done")
        return value

    def clean_action(self) -> str:
        said: str = self.cleaned_data["action"]
        if not said.strip():
            raise forms.ValidationError("Say what has to be done")
        return said

    def clean_action_kind(self) -> str:
        kind: str = self.cleaned_data["action_kind"]
        if not kind:
            raise forms.ValidationError("Choose whether this is a correction or a rejection")
        return kind

    def clean_owner(self) -> User:
        owner: User | None = self.cleaned_data["owner"]
        if owner is None:
            raise forms.ValidationError("Choose whose action it is")
        return owner
