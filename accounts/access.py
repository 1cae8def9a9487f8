"""The door of every page: who is let in, and the navigation they are offered. Which rows they see is `visible_to`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.permissions import Can
from core.refusals import NotAllowed

View = Callable[..., HttpResponse]


class AuthedRequest(HttpRequest):
    """A request behind the door: `user` is a person with an account."""

    user: User  # type: ignore[assignment]


def requires(*capabilities: Can) -> Callable[[Callable[..., HttpResponse]], View]:
    """Let in whoever has any of `capabilities`; others get the 403 page. Stamps the view for `tests/test_access.py`."""

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.can(one) for one in capabilities):
                raise NotAllowed("This page belongs to another role. Your own pages are in the menu above.")
            return view(request, *args, **kwargs)

        door.needs = capabilities  # type: ignore[attr-defined]
        return door

    return decorate
