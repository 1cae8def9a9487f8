"""The register: who was there. One page, one POST, for a phone in a classroom."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from enrolment.models import Enrolment
from workshops import actions, policy
from workshops.forms import RegisterForm
from workshops.models import Place, Session
from workshops.states import PlaceState
from workshops.views.sessions import visible_or_404


def places_of(session: Session) -> dict[int, Place]:
    places = Place.objects.filter(session=session).select_related("marked_by")
    return {one.enrolment_id: one for one in places}


def on_register(session: Session) -> list[Enrolment]:
    """Who stands on the register of a session: on the programme, and not gone before its day."""
    day = timezone.localtime(session.starts_at).replace(hour=0, minute=0, second=0, microsecond=0)
    there = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=day)
    rows = Enrolment.objects.filter(there, cohort=session.cohort_id, activated_at__isnull=False)
    return list(rows.select_related("learner").order_by("learner__full_name"))


@requires(Can.TAKE_REGISTER)
@never_cache
def take_register(request: AuthedRequest, pk: int) -> HttpResponse:
    """Mark everybody in one go. “Everybody else attended” fills the rows that have no mark."""
    one = visible_or_404(request, pk)
    places = places_of(one)
    form = RegisterForm(request.POST or None, session=one, enrolments=on_register(one), places=places)
    if form.is_valid() and _saved(request, one, form):
        return redirect("workshops:take_register", pk=one.pk)
    if request.method == "POST":
        form.places = places_of(one)
    context = {
        "session": one,
        "form": form,
        "rows": form.rows(),
        "marked": sum(1 for place in form.places.values() if place.state != PlaceState.BOOKED),
        "blocked": policy.has_begun(one, request.user),
        "not_closed": policy.register_is_complete(one, request.user),
    }
    return render(request, "workshops/take_register.html", context)


def _saved(request: AuthedRequest, one: Session, form: RegisterForm) -> bool:
    """Save the marks; with the button that fills the rest, close nothing, so that it can be looked at."""
    marks = form.marks(others=PlaceState.ATTENDED.value if "everybody" in request.POST else "")
    form.cleaned_data = {"marks": marks}
    if not form.attempts(actions.take_register, one, by=request.user):
        return False
    n = len(form.result)
    messages.success(request, f"{n} mark{'s' * (n != 1)} saved." if n else "Nothing had changed.")
    return True


@requires(Can.TAKE_REGISTER)
def hold(request: AuthedRequest, pk: int) -> HttpResponse:
    """Close the register. From then on the session counts in every figure; corrections stay possible."""
    one = visible_or_404(request, pk)
    if request.method == "POST":
        actions.hold(one, by=request.user)
        messages.success(request, "The register is closed. The session counts from now on.")
        return redirect(one)
    return render(request, "workshops/hold.html", {"session": one, "back": one.get_absolute_url()})
