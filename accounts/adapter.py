"""How allauth behaves here: nobody signs up, its mail goes through the outbox, staff keep their second step."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from accounts import policy
from accounts.models import User
from core.notices import queue

# allauth's name of a mail: our template, and for the second step what happened.
_MAIL = {
    "account/email/password_reset_key": ("account_password_reset", ""),
    "account/email/password_changed": ("account_password_changed", ""),
    "account/email/password_reset": ("account_password_changed", ""),
    "mfa/email/totp_activated": ("account_second_step", "an authenticator app was added"),
    "mfa/email/totp_deactivated": ("account_second_step", "the authenticator app was removed"),
    "mfa/email/recovery_codes_generated": ("account_second_step", "new recovery codes were made"),
    "mfa/email/webauthn_added": ("account_second_step", "a passkey or security key was added"),
    "mfa/email/webauthn_removed": ("account_second_step", "a passkey or security key was removed"),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "E-mail and password do not belong together. Check both and try again",
        "enter_current_password": "This is not your current password. Type it again",
        "incorrect_password": "This is not your password. Type it again",
        "too_many_login_attempts": "Too many attempts have failed. Wait five minutes, or set a new password",
        "rate_limited": "Too many attempts. Wait a few minutes and try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only administrators add people."""
        return False

    def get_login_redirect_url(self, request: Any) -> str:
        return "/"

    def get_password_change_redirect_url(self, request: Any) -> str:
        return "/account/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put allauth's mail into the outbox, in our words. An address that belongs to nobody is sent nothing."""
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        if template_prefix not in _MAIL or user is None:
            return
        template, what = _MAIL[template_prefix]
        queue(
            f"user:{user.pk}:{template}:{secrets.token_hex(8)}",
            to=user,
            template=f"emails/{template}.txt",
            context={"link": context.get("password_reset_url", ""), "what": what},
        )

    def send_notification_mail(self, template_prefix: str, user: User, *_: Any, **__: Any) -> None:
        """A change of how somebody signs in is told to the address they sign in with."""
        self.send_mail(template_prefix, user.email, {"user": user})

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Signing in and out says so by itself; the rest is said in our words by the templates of the messages."""
        template = kwargs.get("message_template") or (args[0] if args else "")
        if template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, *args, **kwargs)


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Your role needs a second step. Add another one before you remove this",
        "incorrect_code": "This code is not right. Wait for the next one and type it in",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second step keeps one."""
        if not settings.REQUIRE_SECOND_FACTOR or not policy.needs_second_factor(authenticator.user):
            return True
        others = second_steps(authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exists())


def second_steps(user: User) -> Any:
    """What this person can show besides the password; recovery codes alone do not count."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user=user, type__in=kinds)
