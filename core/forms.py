"""What all forms share: the look that crispy draws, sentences that say what to do, and three fields of the field."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat

from core.pasted import pasted
from core.refusals import NotAllowed, Refused

DATE = "%Y-%m-%d"
MOMENT = "%Y-%m-%dT%H:%M"
_STOCK_REQUIRED = str(forms.Field.default_error_messages["required"])
_STOCK_INVALID = {
    forms.IntegerField: ("Enter a whole number.", "Enter {} as a whole number, such as 3"),
    forms.DecimalField: ("Enter a number.", "Enter {} as a number, such as 1.5"),
    forms.DateField: ("Enter a valid date.", "Enter {} as a day, such as 14/06/2024"),
    forms.DateTimeField: ("Enter a valid date/time.", "Enter {} with its day and time"),
}
_NEEDS_NO_ARTICLE = (
    "the ",
    "a ",
    "an ",
    "your ",
    "their ",
    "her ",
    "his ",
    "what ",
    "who ",
    "how ",
    "when ",
    "which ",
    "one ",
    "each ",
)
_CHOOSING = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)
_AUTOCOMPLETE = {
    "email": "email",
    "full_name": "name",
    "known_as": "given-name",
    "postcode": "postal-code",
    "phone": "tel",
}


def _named(label: str) -> str:
    """The label inside a sentence, with its article; an abbreviation keeps its capitals."""
    small = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return small if small.startswith(_NEEDS_NO_ARTICLE) else f"the {small}"


def required_sentence(field: forms.Field, label: str) -> str:
    """What to do about a field that was left empty."""
    if label.endswith("?"):
        return f"Answer “{label}”"
    if isinstance(field.widget, forms.CheckboxInput):
        return f"Tick “{label}” to go on"
    verb = "Choose" if isinstance(field.widget, _CHOOSING) else "Enter"
    return f"{verb} {_named(label)}"


class FormLook(forms.BaseForm):
    """Mixed into every form: `{% crispy form %}` then draws labels, hints, the error summary and the button.

    Set `submit_label` on the class, or pass it with `cancel_url` when the form is made. `autosave` is an address.
    """

    submit_label = "Save"
    submit_css = ""
    form_action = ""
    form_id = ""

    def __init__(
        self, *args: Any, submit_label: str = "", cancel_url: str = "", autosave: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.submit_label = submit_label or self.submit_label
        self.cancel_url = cancel_url
        self.autosave = autosave
        for name, field in self.fields.items():
            self._dress(name, field)

    @staticmethod
    def _dress(name: str, field: forms.Field) -> None:
        """Native controls, a sentence for an empty field, the browser's help with names."""
        widget = field.widget
        if isinstance(widget, forms.NumberInput):
            # A number box forgets what it cannot read; a text box gives it back beside the sentence.
            widget.input_type = "text"
            widget.attrs["inputmode"] = "numeric" if type(field) is forms.IntegerField else "decimal"
        elif isinstance(widget, forms.DateInput):
            widget.input_type, widget.format = "date", DATE
        elif isinstance(widget, forms.DateTimeInput):
            widget.input_type, widget.format = "datetime-local", MOMENT
        elif isinstance(widget, forms.TimeInput):
            widget.input_type, widget.format = "time", "%H:%M"
        elif isinstance(widget, forms.Textarea):
            widget.attrs["rows"] = min(int(widget.attrs.get("rows", 4)), 4)
        if name in _AUTOCOMPLETE:
            widget.attrs.setdefault("autocomplete", _AUTOCOMPLETE[name])
        label = str(field.label or name.replace("_", " ").capitalize())
        if str(field.error_messages.get("required")) == _STOCK_REQUIRED:
            field.error_messages["required"] = required_sentence(field, label)
        stock, ours = _STOCK_INVALID.get(type(field), ("", ""))
        if stock and str(field.error_messages.get("invalid")) == stock:
            field.error_messages["invalid"] = ours.format(_named(label))

    @property
    def helper(self) -> FormHelper:
        """What crispy reads. A form with its own layout overrides this and adds to it."""
        helper = FormHelper()
        helper.form_method = "post"
        helper.form_action = self.form_action
        helper.form_id = self.form_id
        helper.attrs = {"novalidate": True, "data-submit-once": True}
        if self.autosave:
            helper.attrs["data-autosave"] = self.autosave
        if self.submit_label:
            helper.add_input(Submit("submit", self.submit_label, css_class=self.submit_css))
        return helper


class Form(FormLook, forms.Form):
    """A plain form, and the seam to its action: its field names are the action's arguments."""

    result: Any = None

    def attempts(self, action: Callable[..., Any], *args: Any, by: Any, **extra: Any) -> bool:
        """Call `action(*args, **cleaned_data, **extra, by=by)` and keep what it returns in `result`.

        A refusal becomes a sentence above the form, so that nothing typed is lost; False is returned. `NotAllowed`
        still rises and becomes the 403 page.
        """
        try:
            self.result = action(*args, **self.cleaned_data, **extra, by=by)
        except NotAllowed:
            raise
        except Refused as refusal:
            self.add_error(None, str(refusal))
            return False
        return True


class ModelForm(FormLook, forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """A form over a model's row."""


class DateField(forms.DateField):
    """A day, with the browser's own calendar. Earliest and latest are said in the hint, and checked in the form."""

    widget = forms.DateInput
    default_error_messages = {"invalid": "Enter a day, such as 14/06/2024"}


class PastedField(forms.CharField):
    """A longer text, which people write in a word processor and paste."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return super().to_python(pasted(value) if isinstance(value, str) else value)


class SafeFileField(forms.FileField):
    """A file within the limit and of one of the expected kinds by name. What is inside is asked where it is read."""

    default_error_messages = {
        "empty": "This file is empty. Save it again and choose it once more",
        "too_big": "This file has %(size)s. The limit is %(limit)s",
        "kind": "Choose a file that ends in %(kinds)s. This one is called %(name)s",
    }

    def __init__(self, *, kinds: Sequence[str] = (), max_size: int = 0, **kwargs: Any) -> None:
        self.kinds = tuple(kinds)
        self.max_size = max_size or cast(int, getattr(settings, "UPLOAD_LIMIT", 25 * 1024 * 1024))
        kwargs.setdefault("widget", forms.FileInput())
        kwargs.setdefault("max_length", 150)
        super().__init__(**kwargs)
        if not self.help_text:
            limit = filesizeformat(self.max_size).replace(".0", "")
            self.help_text = f"{self._kinds_said()}, at most {limit}" if self.kinds else f"At most {limit}"

    def _kinds_said(self) -> str:
        return " or ".join(self.kinds)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        if self.kinds:
            attrs["accept"] = ",".join(self.kinds)
        return attrs

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if isinstance(data, File):
            self._check(data)
        return file

    def _check(self, file: "File[bytes]") -> None:
        name = file.name or ""
        if self.kinds and not name.lower().endswith(self.kinds):
            raise ValidationError(
                self.error_messages["kind"], code="kind", params={"kinds": self._kinds_said(), "name": name}
            )
        if (file.size or 0) > self.max_size:
            sizes = {"size": filesizeformat(file.size or 0), "limit": filesizeformat(self.max_size)}
            raise ValidationError(self.error_messages["too_big"], code="too_big", params=sizes)


class RatingInput(forms.RadioSelect):
    """Radio buttons in a row, with a word at each end."""

    is_rating = True
    low = "not at all"
    high = "completely"


class RatingField(forms.TypedChoiceField):
    """A rating from 0 to 10 unless said otherwise."""

    widget = RatingInput

    def __init__(
        self, *, lowest: int = 0, highest: int = 10, low: str = "not at all", high: str = "completely", **kwargs: Any
    ) -> None:
        scale = RatingInput()
        scale.low, scale.high = low, high
        choices = [(str(n), str(n)) for n in range(lowest, highest + 1)]
        super().__init__(choices=choices, coerce=int, empty_value=None, widget=scale, **kwargs)
