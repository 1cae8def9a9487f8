"""allauth's forms in our words. What they check and do is allauth's."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as second
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms import CharField

from core.forms import FormLook, required_sentence


class OurWords(FormLook):
    """Our labels and sentences, and no placeholder: what to type is said above the field."""

    labels: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.error_messages["required"] = required_sentence(field, str(field.label))
            if name == "password1":
                field.help_text = " ".join(password_validators_help_texts())
            elif isinstance(field, CharField):
                field.help_text = ""


_NEW = {"password1": "New password", "password2": "The new password again"}


class LoginForm(OurWords, account.LoginForm):
    labels: ClassVar[dict[str, str]] = {"login": "E-mail", "password": "Password"}
    submit_label = "Sign in"


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    labels: ClassVar[dict[str, str]] = {"email": "E-mail"}
    submit_label = "Send the link"


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):
    labels: ClassVar[dict[str, str]] = _NEW
    submit_label = "Set this password"


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    labels: ClassVar[dict[str, str]] = {"oldpassword": "Your password until now", **_NEW}
    submit_label = "Set this password"


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    labels: ClassVar[dict[str, str]] = {"password": "Password"}
    submit_label = "Go on"


class CodeForm(OurWords, second.AuthenticateForm):
    labels: ClassVar[dict[str, str]] = {"code": "Code from your app, or a recovery code"}
    submit_label = "Sign in"


class CodeAgainForm(OurWords, second.ReauthenticateForm):
    labels: ClassVar[dict[str, str]] = {"code": "Code from your app, or a recovery code"}
    submit_label = "Go on"


class ActivateAppForm(OurWords, totp.ActivateTOTPForm):
    labels: ClassVar[dict[str, str]] = {"code": "Code that the app shows"}
    submit_label = "Add this app"


class RemoveAppForm(OurWords, totp.DeactivateTOTPForm):
    submit_label = "Remove the app"
    submit_css = "btn-danger"


class AddKeyForm(OurWords, webauthn.AddWebAuthnForm):
    labels: ClassVar[dict[str, str]] = {"name": "A name for it, such as “laptop”"}
    submit_label = ""


class RenameKeyForm(OurWords, webauthn.EditWebAuthnForm):
    labels: ClassVar[dict[str, str]] = {"name": "Name"}
    submit_label = "Rename"
