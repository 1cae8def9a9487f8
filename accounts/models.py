"""People and the roles they hold. What a role may do stands in `permissions`; how they sign in, in `views`."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.permissions import GRANTS, STAFF, Can, Role
from core import clock
from core.statements import Statement


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Everybody for those who manage people; otherwise only oneself."""
        return self if user.can(Can.SEE_PEOPLE) else self.filter(pk=user.pk)

    def holding(self, role: Role) -> UserQuerySet:
        """People who hold `role` now."""
        grants = RoleGrant.objects.current().filter(role=role)
        return self.filter(is_active=True, pk__in=grants.values("user_id"))

    def with_roles(self) -> UserQuerySet:
        """With the grants in force as `current_grants`, for lists: one more query, however long the list."""
        current = RoleGrant.objects.current().order_by("granted_at", "pk")
        return self.prefetch_related(models.Prefetch("grants", queryset=current, to_attr="current_grants"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc] # made by Django, unknown to the stubs
    """`create_superuser` is missing on purpose: roles come from grants, and nobody stands above them."""

    def get_by_natural_key(self, email: str | None) -> User:
        person: User = self.get(email__iexact=email)
        return person


class User(AbstractBaseUser):
    """A person. One account each, whatever their roles; the e-mail address is the name they sign in with."""

    email = models.EmailField("e-mail address", max_length=254, unique=True)
    full_name = models.CharField("name", max_length=150)
    known_as = models.CharField("first name, as used", max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    @property
    def first_name(self) -> str:
        """The name to greet this person by."""
        return self.known_as or self.full_name.split(" ")[0]

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held now; one query, kept for the life of this object."""
        return frozenset(Role(role) for (role,) in _ROLES.rows(user=self.pk, at=clock.now()))

    @cached_property
    def capabilities(self) -> frozenset[Can]:
        return frozenset().union(*(GRANTS[role] for role in self.roles))

    def can(self, capability: Can) -> bool:
        """Whether any role held now grants `capability`."""
        return capability in self.capabilities

    def has_role(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def is_centre_staff(self) -> bool:
        return self.has_role(*STAFF)

    def get_absolute_url(self) -> str:
        return reverse("accounts:person", args=[self.pk])

    @property
    def has_accepted(self) -> bool:
        """Whether this person has set a password; until then they are invited."""
        return self.has_usable_password()

    @property
    def role_names(self) -> str:
        return ", ".join(role.label for role in Role if role in self.roles)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def visible_to(self, user: User) -> RoleGrantQuerySet:
        """All for those who see people; otherwise one's own."""
        return self if user.can(Can.SEE_PEOPLE) else self.filter(user=user)

    def current(self, at: dt.datetime | None = None) -> RoleGrantQuerySet:
        """Grants in force at a moment, now unless given."""
        at = at or clock.now()
        return self.filter(granted_at__lte=at).filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at))


def _roles(_shape: object, *, user: int, at: dt.datetime) -> list[models.QuerySet[RoleGrant, Any]]:
    return [RoleGrant.objects.filter(user=user).current(at).order_by().values_list("role")]


# Every page of somebody signed in asks this.
_ROLES = Statement(_roles)


class RoleGrant(models.Model):
    """That a person holds a role from one moment to another, and who said so. Rows are ended, never deleted."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")), name="grant_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(ended_at__isnull=True), name="grant_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"
