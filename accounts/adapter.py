"""How allauth behaves here: nobody signs up, and its mail goes through the outbox."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only administrators add people."""
        return False

    def get_login_redirect_url(self, request: Any) -> str:
        return "/"
