"""The door of every page: who is let in, and who must first set up a second step. Which rows they see is `visible_to`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import policy
from accounts.models import User
from accounts.permissions import Can
from core.refusals import NotAllowed

View = Callable[..., HttpResponse]
_SEEN = "second_step"


class AuthedRequest(HttpRequest):
    """A request behind the door: `user` is a person with an account."""

    user: User


def requires(*capabilities: Can) -> Callable[[Callable[..., HttpResponse]], View]:
    """Let in whoever has any of `capabilities`; others get the 403 page. Stamps the view for `tests/test_access.py`.

    Staff without a second step are sent to the page where they set one up (REQUIRE_SECOND_FACTOR).
    """

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if lacks_second_step(request):
                return redirect("mfa_index")
            if not any(request.user.can(one) for one in capabilities):
                raise NotAllowed("This page belongs to another role. Your own pages are in the menu above.")
            return view(request, *args, **kwargs)

        door.needs = capabilities  # type: ignore[attr-defined] # a test asks each view for it
        return door

    return decorate


def lacks_second_step(request: Any) -> bool:
    """Whether this person must set up a second step first. Once found, it is remembered for the session."""
    if not settings.REQUIRE_SECOND_FACTOR or request.session.get(_SEEN):
        return False
    if not policy.needs_second_factor(request.user):
        return False
    if is_mfa_enabled(request.user, ["totp", "webauthn"]):
        request.session[_SEEN] = True
        return False
    return True
