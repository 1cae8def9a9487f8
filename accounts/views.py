"""People, their roles and their invitations. Signing in itself is allauth's; its pages have our look in `templates/account`."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import actions, invitations
from accounts.forms import AcceptInvitationForm


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
