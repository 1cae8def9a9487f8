"""Pages that belong to no app: the theme's switch, the two statements, the parts of the interface, and the error page."""

import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.addresses import address
from core.refusals import NotAllowed
from core.specimens import specimens

log = logging.getLogger(__name__)

THEMES = (("auto", "System"), ("light", "Light"), ("dark", "Dark"))
_YEAR = 365 * 24 * 60 * 60
# Label and URL name of what the account menu offers; a name that is not routed is left out.
_ACCOUNT = (("Your account", "accounts:account"), ("Signing in safely", "mfa_index"))


def _theme(request: HttpRequest) -> str:
    given = request.COOKIES.get("theme", "")
    return given if given in dict(THEMES) else "auto"


def ui(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the frame."""
    links = [{"label": label, "url": address(name)} for label, name in _ACCOUNT]
    return {
        "theme": _theme(request),
        "theme_choices": THEMES,
        "demo": settings.DEMO,
        "centre_name": settings.CENTRE_NAME,
        "centre_email": settings.CENTRE_EMAIL,
        "account_links": [one for one in links if one["url"]],
        "sign_out_url": address("account_logout"),
    }


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to the page."""
    chosen = request.POST.get("theme", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if chosen in dict(THEMES):
        response.set_cookie("theme", chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html")


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


def components(request: Any) -> HttpResponse:
    """Every part of the interface, in use. The capability is named in words: `core` comes before `accounts`."""
    if not request.user.can("see_components"):
        raise NotAllowed("This page is for the centre's staff.")
    return render(request, "components.html", specimens(request))


components.needs = ("see_components",)  # type: ignore[attr-defined] # a test asks each view for it


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort: no database, no account, and a number that the log knows as well."""
    event = secrets.token_hex(4)
    log.error("error page %s for %s", event, request.path)
    return HttpResponse(render_to_string("500.html", {"event": event}), status=500)
