"""The mail about an account."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from accounts import invitations
from accounts.models import User
from accounts.permissions import Role
from core.notices import queue


def invited(user: User, *, roles: Sequence[Role], number: int) -> None:
    """The link with which somebody sets their first password; `number` counts the invitations of this person."""
    queue(
        f"user:{user.pk}:invited:{number}",
        to=user,
        template="emails/invitation.txt",
        context={
            "link": settings.SITE_URL + invitations.path(user),
            "until": invitations.expires_on(),
            "roles": [role.label for role in roles],
        },
    )


def roles_given(user: User, *, roles: Sequence[Role], number: int) -> None:
    """Somebody who signs in already holds more roles than before."""
    queue(
        f"user:{user.pk}:invited:{number}",
        to=user,
        template="emails/roles_given.txt",
        context={"roles": [role.label for role in roles], "link": settings.SITE_URL + reverse("account_login")},
    )


def second_step_reset(user: User, *, number: int) -> None:
    """An administrator has removed what this person signs in with besides the password."""
    queue(
        f"user:{user.pk}:second-step-reset:{number}",
        to=user,
        template="emails/account_second_step.txt",
        context={"what": "an administrator removed it, so that you can set up a new one"},
    )
