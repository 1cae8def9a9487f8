"""How tutors' marking develops: the tutors a verifier sees, and one tutor's page, which is also the tutor's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can, Role
from core import clock
from core.lists import chosen, listing
from verification import actions, forms
from verification.judging import ActionKind
from verification.models import DevelopmentPoint
from verification.models.developing import (
    by_quarter,
    developed,
    found_of,
    judged_since,
    may_read,
    most_against,
    quarters,
    seen_while_assessing,
    with_what_came_of_it,
)
from verification.views.standardisation import act

ORDERS = {
    "tutor": ("By tutor", ("full_name",)),
    "verified": ("Most verified first", ("-verified",)),
    "waiting": ("Open actions first", ("-overdue", "-waiting", "full_name")),
}
FOUND_ORDERS = {"newest": ("Newest first", ("-decided_at",)), "due": ("Due first", ("action_due_on", "-decided_at"))}


@requires(Can.SEE_DEVELOPMENT)
def development(request: AuthedRequest) -> HttpResponse:
    """By name unless asked otherwise: this is about what each works on, and no ranking."""
    find = ("full_name", "email")
    found = listing(request, developed(request.user), noun="tutor", orders=ORDERS, find=find)
    return render(request, "verification/development.html", {"listing": found, "now": clock.now()})


def _tutor(request: AuthedRequest, pk: int) -> User:
    """Oneself, or a tutor one sees; anybody else cannot be found."""
    user = request.user
    if user.pk == pk:
        return user
    if not user.can(Can.SEE_DEVELOPMENT):
        raise Http404
    found: User = get_object_or_404(_all_seen(user), pk=pk)
    return found


def _all_seen(user: User) -> Any:
    """Those of the list, and tutors about whom nothing was decided yet: a point can be agreed before the first sample."""
    taught = user.allocations.in_force(clock.today()).filter(role=Role.IQA).values("cohort")
    tutors = User.objects.holding(Role.TUTOR)
    if not user.has_role(Role.ADMINISTRATOR):
        tutors = tutors.filter(appointments__cohort__in=taught)
    return User.objects.filter(Q(pk__in=tutors.values("pk")) | Q(pk__in=developed(user).order_by().values("pk")))


@requires(Can.SEE_DEVELOPMENT, Can.MARK)
def development_of(request: AuthedRequest, pk: int) -> HttpResponse:
    """One tutor's page, for those who verify them and for the tutor."""
    return _page(request, _tutor(request, pk))


@requires(Can.MARK)
def own_development(request: AuthedRequest) -> HttpResponse:
    """What was said about one's own marking."""
    return _page(request, request.user)


def _page(request: AuthedRequest, tutor: User) -> HttpResponse:
    """Aspects by quarter, criteria not agreed with, points, and everything that was said, newest first."""
    user = request.user
    own = tutor.pk == user.pk
    rows = found_of(tutor, reader=user)
    shown = quarters(clock.today())
    lines = judged_since(rows, shown[-1].begins_on)
    kind = chosen(request, "kind", "Asked for", ActionKind.choices)
    listed = with_what_came_of_it(rows, reader=user)
    if kind.value:
        listed = listed.filter(action_kind=kind.value)
    find = ("comment", "action", "answer", "submission__assignment__title", "submission__enrolment__cohort__code")
    found = listing(request, listed, noun="verified piece", orders=FOUND_ORDERS, find=find, filters=[kind])
    points = list(DevelopmentPoint.objects.filter(tutor=tutor).select_related("added_by", "done_by"))
    context = {
        "tutor": tutor,
        "own": own,
        "listing": found,
        "quarters": shown,
        "aspects": by_quarter(lines, shown),
        "any_rated": any(one["aspect"] for one in lines),
        "against": most_against(lines),
        "interim": seen_while_assessing(tutor, reader=user, since=shown[-1].begins_on),
        "points": points,
        "open_points": sum(one.done_at is None for one in points),
        "may_agree": user.can(Can.VERIFY) and not own,
        "railed": user.can(Can.SEE_VERIFICATION),
        "frame": "base_work.html" if user.can(Can.SEE_VERIFICATION) else "base.html",
        "today": clock.today(),
        "now": clock.now(),
    }
    return render(request, "verification/development_of.html", context)


@requires(Can.VERIFY)
def add_point(request: AuthedRequest, pk: int) -> HttpResponse:
    tutor = get_object_or_404(_all_seen(request.user).exclude(pk=request.user.pk), pk=pk)
    back = reverse("verification:development_of", args=[pk])
    form = forms.PointForm(request.POST or None, initial={"agreed_on": clock.today()}, cancel_url=back)
    if form.is_valid() and form.attempts(actions.add_point, tutor, by=request.user):
        messages.success(request, f"Added. {tutor} reads it on their page.")
        return redirect(back)
    return act(request, form, "Add a development point", back, str(tutor))


@requires(Can.VERIFY)
def close_point(request: AuthedRequest, pk: int) -> HttpResponse:
    seen = DevelopmentPoint.objects.filter(tutor__in=_all_seen(request.user).order_by().values("pk"))
    point = get_object_or_404(seen.select_related("tutor"), pk=pk)
    if not may_read(request.user, point.tutor):
        raise Http404
    back = point.get_absolute_url()
    form = forms.ClosePointForm(request.POST or None, cancel_url=back)
    if form.is_valid() and form.attempts(actions.close_point, point, by=request.user):
        messages.success(request, "Closed. What has changed stands beside the point.")
        return redirect(back)
    return act(request, form, "Close a development point", back, str(point.tutor), lead=point.text)
