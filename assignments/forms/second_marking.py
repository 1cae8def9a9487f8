"""What is filled in around a second marking: reasons, one criterion, and what two markers decide together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from assignments import outcome
from assignments.actions.second_marking import Agreed
from assignments.agreement import Pair
from assignments.forms.marking import DecideForm
from assignments.models import AgreedDecision, Decision
from core.forms import Form


def _text(label: str, *, required: bool = True, hint: str = "", limit: int = 5000) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea, required=required, help_text=hint, max_length=limit)


class AskSecondMarkingForm(Form):
    submit_label = "Ask for a second marking"

    reason = _text("Reason", hint="Both markers read it. Say nothing of what you expect.", limit=250)


class CallOffSecondMarkingForm(Form):
    submit_label = "Call the second marking off"

    reason = _text("Reason")


class HandOverSecondMarkingForm(Form):
    submit_label = "Hand over"

    summary = _text("What you say on the whole", required=False, hint="The first marker reads it when both are done.")


class FinishFirstMarkingForm(Form):
    submit_label = "I am done"


class PassOnSecondMarkingForm(Form):
    submit_label = "Pass it on to the verifier (IQA)"

    reason = _text("What you cannot agree on", hint="The verifier reads it beside both decisions.")


class DecideSecondForm(DecideForm):
    # The evidence of a decision is the first marker’s to name.
    evidence = None  # type: ignore[assignment] # takes the inherited field away
    mark = forms.IntegerField(required=False, min_value=0, max_value=32_000)


class AgreementForm(Form):
    """For each criterion on which the two differ: whose decision stands, or other words; and how it came about."""

    submit_label = "Put this to the second marker"

    agreement_text = _text("How you came to agree", required=False, hint="One sentence. It stands on the result sheet.")

    def __init__(self, *args: Any, pairs: Sequence[Pair], initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.pairs = [one for one in pairs if one.differs]
        asked: dict[str, forms.Field] = {}
        for pair in self.pairs:
            asked.update(self._fields(pair))
        # Before the form dresses its fields: each made for this form alone, so that no class remembers them.
        self.base_fields = {**asked, **type(self).base_fields}  # type: ignore[misc] # an instance's own fields, in this order
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["agreement_text"].required = bool(self.pairs)
        for field in self.fields.values():
            # The fields stand beside what they are about, outside the form that sends them.
            field.widget.attrs["form"] = "agreement"

    @staticmethod
    def _fields(pair: Pair) -> dict[str, forms.Field]:
        name, number = f"c{pair.criterion.pk}", pair.criterion.number
        found: dict[str, forms.Field] = {
            f"{name}-source": forms.ChoiceField(
                label=f"{number}: what stands",
                choices=AgreedDecision.Source.choices,
                widget=forms.RadioSelect,
                error_messages={"required": f"Choose what stands for {number}"},
            ),
            f"{name}-decision": forms.ChoiceField(
                label=f"Decision on {number}, in other words", choices=[("", "–"), *Decision.choices], required=False
            ),
            f"{name}-feedback": _text(f"Feedback on {number}", required=False, limit=10_000),
            f"{name}-action": _text(f"What the learner has to do for {number}", required=False),
        }
        if outcome.has_marks(pair.criterion.outcome.unit.marking_scheme):
            found[f"{name}-mark"] = forms.IntegerField(
                label=f"Marks for {number}, of {pair.criterion.marks}", required=False, min_value=0
            )
        return found

    def groups(self) -> list[dict[str, Any]]:
        """The fields of each difference: the choice, and those of the other words."""
        parts = "decision", "mark", "feedback", "action"
        return [
            {
                "pair": one,
                "source": self[f"c{one.criterion.pk}-source"],
                "fields": [self[key] for part in parts if (key := f"c{one.criterion.pk}-{part}") in self.fields],
                "open": self[f"c{one.criterion.pk}-source"].value() == "other",
            }
            for one in self.pairs
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        chosen = {}
        for one in self.pairs:
            name = f"c{one.criterion.pk}"
            if source := given.get(f"{name}-source"):
                words = {part: given.get(f"{name}-{part}") or "" for part in ("decision", "feedback", "action")}
                chosen[one.criterion.pk] = Agreed(source, mark=given.get(f"{name}-mark"), **words)
        return {"chosen": chosen, "agreement_text": given.get("agreement_text", "")}


class SettleForm(AgreementForm):
    submit_label = "Decide"

    agreement_text = _text("Your reason", hint="Both markers read it, and it stands on the result sheet.")


def initial_of(agreed: Sequence[AgreedDecision], text: str) -> dict[str, Any]:
    """What was proposed before, to go on from."""
    found: dict[str, Any] = {"agreement_text": text}
    for one in agreed:
        for part in ("source", "decision", "mark", "feedback", "action"):
            found[f"c{one.criterion_id}-{part}"] = getattr(one, part)
    return found
