"""People, their roles and invitations, and the outbox. Signing in is allauth's (`sign_in_urls`)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import actions, demo, invitations, outbox
from accounts.access import AuthedRequest, requires
from accounts.adapter import second_steps
from accounts.forms import AcceptInvitationForm, ConfirmForm, GrantRoleForm, InviteForm
from accounts.models import RoleGrant, User
from accounts.permissions import Can, Role
from core.lists import chosen, listing
from core.models import Event, Notice, NoticeState

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


# ---- at the door


@sensitive_post_parameters()
@never_cache
@login_not_required
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link sets the first password; a link that is used or too old says so."""
    link = invitations.read(token)
    if link.state is not invitations.LinkState.OPEN or link.user is None:
        return render(request, "accounts/invitation_closed.html", {"state": link.state.value, "person": link.user})
    form = AcceptInvitationForm(request.POST or None, user=link.user)
    if form.is_valid():
        actions.accept_invitation(link.user, password=form.cleaned_data["password"])
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("account_login")
    return render(request, "accounts/accept_invitation.html", {"form": form, "person": link.user})


@require_POST
@login_not_required
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Walk in as one of the people of the demonstration; outside of it there is no such page."""
    email = request.POST.get("email", "")
    if email not in {one.email for one in demo.people()}:
        raise Http404("There is nobody to walk in as.")
    person = get_object_or_404(User.objects.filter(is_active=True), email__iexact=email)
    login(request, person, backend=_BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


# ---- one's own account


@requires(Can.USE_HOME)
def account(request: AuthedRequest) -> HttpResponse:
    grants = request.user.grants.current().order_by("granted_at")
    return render(
        request, "accounts/account.html", {"grants": grants, "second_steps": second_steps(request.user).count()}
    )


# ---- people


@requires(Can.SEE_PEOPLE)
def people(request: AuthedRequest) -> HttpResponse:
    role = chosen(request, "role", "Role", Role.choices, every="All roles")
    rows = User.objects.visible_to(request.user).with_roles()
    if role.value:
        rows = rows.filter(pk__in=RoleGrant.objects.current().filter(role=role.value).values("user"))
    found = listing(
        request,
        rows,
        noun="person,people",
        find=("full_name", "email"),
        filters=[role],
        orders={
            "name": ("By name", ("full_name",)),
            "email": ("By e-mail", ("email",)),
            "last": ("By last sign-in", ("last_login",)),
        },
    )
    return render(
        request, "accounts/people.html", {"listing": found, "may_invite": request.user.can(Can.INVITE_PEOPLE)}
    )


@requires(Can.SEE_PEOPLE)
def person(request: AuthedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    context = {
        "person": person,
        "grants": person.grants.select_related("granted_by", "ended_by").order_by("-ended_at", "-granted_at"),
        "events": Event.objects.about(person)[:50],
        "second_steps": second_steps(person).count(),
        "may_manage": request.user.can(Can.INVITE_PEOPLE),
    }
    return render(request, "accounts/person.html", context)


@requires(Can.INVITE_PEOPLE)
def invite(request: AuthedRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if form.is_valid() and form.attempts(actions.invite, by=request.user):
        messages.success(request, f"{form.result} is invited. The mail is on its way.")
        return redirect(form.result)
    return render(request, "accounts/invite.html", {"form": form})


@requires(Can.INVITE_PEOPLE)
def invite_again(request: AuthedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None, submit_label="Send a new invitation")
    if form.is_valid() and form.attempts(actions.invite_again, person, by=request.user):
        messages.success(request, f"{person} gets a new link. It works for {invitations.VALID_DAYS} days.")
        return redirect(person)
    return render(request, "accounts/invite_again.html", {"form": form, "person": person})


@requires(Can.INVITE_PEOPLE)
def grant_role(request: AuthedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = GrantRoleForm(request.POST or None, person=person)
    if form.is_valid() and form.attempts(actions.grant_role, person, by=request.user):
        messages.success(request, f"{person} holds this role from now on: {form.result.get_role_display()}.")
        return redirect(person)
    return render(request, "accounts/grant_role.html", {"form": form, "person": person})


@requires(Can.INVITE_PEOPLE)
def end_role(request: AuthedRequest, pk: int) -> HttpResponse:
    grants = RoleGrant.objects.visible_to(request.user).select_related("user")
    grant = get_object_or_404(grants, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None, submit_label="End this role")
    if form.is_valid() and form.attempts(actions.end_role, grant, by=request.user):
        messages.success(request, f"{grant.user} no longer holds this role: {grant.get_role_display()}.")
        return redirect(grant.user)
    return render(request, "accounts/end_role.html", {"form": form, "grant": grant})


@requires(Can.INVITE_PEOPLE)
def reset_second_step(request: AuthedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None, submit_label="Remove the second step")
    if form.is_valid() and form.attempts(actions.reset_second_step, person, by=request.user):
        messages.success(request, f"{person} signs in with the password alone once, and is told by mail.")
        return redirect(person)
    return render(request, "accounts/reset_second_step.html", {"form": form, "person": person})


# ---- the outbox


@requires(Can.READ_OUTBOX)
def notices(request: AuthedRequest) -> HttpResponse:
    state = chosen(request, "state", "State", NoticeState.choices, every="All")
    rows = Notice.objects.select_related("recipient").defer("body")
    if state.value:
        rows = rows.filter(state=state.value)
    found = listing(
        request,
        rows,
        noun="message",
        find=("subject", "address", "recipient__full_name"),
        filters=[state],
        orders={"queued": ("Newest first", ("-queued_at",)), "to": ("By person", ("recipient__full_name",))},
    )
    shown = [(one, outbox.KINDS.get(one.state, "")) for one in found.page]
    return render(request, "accounts/outbox.html", {"listing": found, "rows": shown})


@requires(Can.READ_OUTBOX)
def notice(request: AuthedRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.select_related("recipient"), pk=pk)
    return render(request, "accounts/notice.html", {"notice": notice, "body": outbox.readable(notice.body)})
