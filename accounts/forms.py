"""Forms about people: field names are the arguments of the actions they feed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.permissions import Role
from core.forms import Form

_PASSWORD = {"autocomplete": "new-password"}


class AcceptInvitationForm(Form):
    """The first password, twice, so that a slip does not lock its owner out."""

    submit_label = "Set this password"

    password = forms.CharField(label="Password", strip=False, widget=forms.PasswordInput(attrs=_PASSWORD))
    again = forms.CharField(label="The same password again", strip=False, widget=forms.PasswordInput(attrs=_PASSWORD))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError("The two passwords differ. Type them again")
        return again


class InviteForm(Form):
    """Somebody new, or somebody known who gets further roles."""

    submit_label = "Send the invitation"

    email = forms.EmailField(label="E-mail", help_text="They sign in with it. A known address gets the roles added.")
    full_name = forms.CharField(label="Name", max_length=150)
    known_as = forms.CharField(label="First name, as used", max_length=60, required=False)
    roles = forms.MultipleChoiceField(label="Roles", choices=Role.choices, widget=forms.CheckboxSelectMultiple)


class GrantRoleForm(Form):
    """A role that the person does not hold now."""

    submit_label = "Give this role"

    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["role"])
        field.choices = [(role.value, role.label) for role in Role if role not in person.roles]


class ConfirmForm(Form):
    """Nothing to fill in: the button is the answer."""
