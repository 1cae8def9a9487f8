"""What happens to people: they are invited, take their invitation up, and are given roles that end."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import notices, policy
from accounts.models import RoleGrant, User
from accounts.permissions import Role
from core import clock
from core.lifecycle import record
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale


def _check_may_manage(by: User | None) -> None:
    if sentence := policy.may_manage_people(by):
        raise NotAllowed(sentence)


def _forget_roles(user: User) -> None:
    """The roles are kept on the object; they have just changed."""
    user.__dict__.pop("roles", None)
    user.__dict__.pop("capabilities", None)


def _tell(user: User, roles: list[Role]) -> None:
    """A link for whoever has no password yet; a line for whoever signs in already and got something new."""
    number = Event.objects.about(user).filter(verb__in=("invite", "invite_again")).count()
    if not user.has_usable_password():
        notices.invited(user, roles=[role for role in Role if role in user.roles], number=number)
    elif roles:
        notices.roles_given(user, roles=roles, number=number)


@transaction.atomic
def invite(
    *, email: str, full_name: str, roles: Iterable[Role | str], by: User | None, known_as: str = "", tell: bool = True
) -> User:
    """Add a person, or give the roles to whoever has this e-mail address already: one account each.

    Without a password they are sent a link that is good for fourteen days. `tell=False` leaves the mail to a caller
    whose own mail carries the link.
    """
    _check_may_manage(by)
    wanted = [Role(one) for one in roles]
    user: User | None = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User(email=email.strip(), full_name=full_name.strip(), known_as=known_as.strip(), created_at=clock.now())
        user.set_unusable_password()
        user.save()
    elif not user.is_active:
        raise Refused(f"{user} has an account that is closed. Open it again first.")
    new = [role for role in wanted if role not in user.roles]
    for role in new:
        _grant(user, role, by)
    record(user, "invite", by=by, roles=[role.value for role in new])
    if tell:
        _tell(user, new)
    return user


@transaction.atomic
def invite_again(user: User, *, by: User | None) -> None:
    """Send a fresh link to somebody who has not set a password."""
    _check_may_manage(by)
    if user.has_usable_password():
        raise Refused(f"{user} has set a password already and can sign in.")
    record(user, "invite_again", by=by)
    _tell(user, [])


@transaction.atomic
def accept_invitation(user: User, *, password: str) -> User:
    """Set the first password. Whoever holds the link sets it once; later a password is set anew by e-mail."""
    if user.has_usable_password():
        raise Refused("This invitation has been used already. Sign in with your password.")
    hashed = make_password(password)
    if not User.objects.filter(pk=user.pk, password=user.password).update(password=hashed):
        raise Stale("This invitation was used a moment ago. Sign in with the password that was set.")
    user.password = hashed
    record(user, "accept_invitation", by=user)
    return user


@transaction.atomic
def reset_second_step(user: User, *, by: User | None) -> None:
    """Take away app, passkeys and recovery codes of somebody who lost them. At the next sign-in they set up new ones."""
    _check_may_manage(by)
    if by is not None and user.pk == by.pk:
        raise Refused("You cannot do this for yourself. Ask another administrator, or use a recovery code.")
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Refused(f"{user} has set up no second step.")
    record(user, "reset_second_step", by=by)
    notices.second_step_reset(user, number=Event.objects.about(user).filter(verb="reset_second_step").count())


@transaction.atomic
def grant_role(user: User, *, role: Role | str, by: User | None) -> RoleGrant:
    """Let a person do what the role allows, from now on."""
    _check_may_manage(by)
    role = Role(role)
    if user.grants.current().filter(role=role).exists():
        raise Refused(f"{user} holds this role already: {role.label}.")
    return _grant(user, role, by)


def _grant(user: User, role: Role, by: User | None) -> RoleGrant:
    grant = RoleGrant.objects.create(user=user, role=role, granted_at=clock.now(), granted_by=by)
    record(user, "grant_role", by=by, role=role.value, reason=role.label)
    _forget_roles(user)
    return grant


@transaction.atomic
def end_role(grant: RoleGrant, *, by: User | None) -> RoleGrant:
    """End a role from this moment. The row stays, so that who held it in March can be answered."""
    _check_may_manage(by)
    others = RoleGrant.objects.current().filter(role=grant.role, user__is_active=True).exclude(user=grant.user)
    if sentence := policy.keeps_an_administrator(grant, by, others=others.count()):
        raise Refused(sentence)
    now = clock.now()
    if not RoleGrant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(ended_at=now, ended_by=by):
        raise Stale("This role has been ended already.")
    grant.ended_at, grant.ended_by = now, by
    record(grant.user, "end_role", by=by, role=grant.role, reason=grant.get_role_display())
    _forget_roles(grant.user)
    return grant
