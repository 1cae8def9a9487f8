"""The sampling strategy of a qualification, and how the risk of each tutor's marking is rated."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, DateField, Min, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lists import chosen, listing
from programmes.models import QualificationVersion, TutorAppointment
from programmes.states import AppointmentState
from verification import planning
from verification.forms import RatingForm, StrategyForm
from verification.models import SamplingStrategy, TutorRating
from verification.models.signed import answered_for

NEVER = dt.date(1900, 1, 1)


@requires(Can.SEE_VERIFICATION)
def strategies(request: AuthedRequest) -> HttpResponse:
    """Each version of a qualification with the strategy that holds for it."""
    held = SamplingStrategy.objects.in_force(clock.today()).filter(version=OuterRef("pk"))
    rows = QualificationVersion.objects.select_related("qualification").annotate(
        cohort_count=Count("cohorts", distinct=True),
        number=Subquery(held.values("number")[:1]),
        since=Subquery(held.values("from_on")[:1]),
        low=Subquery(held.values("low_summative")[:1]),
        medium=Subquery(held.values("medium_summative")[:1]),
        high=Subquery(held.values("high_summative")[:1]),
    )
    found = listing(
        request,
        rows,
        noun="version of a qualification,versions of qualifications",
        find=("qualification__title", "qualification__number", "version"),
        orders={
            "number": ("By number", ("qualification__number", "version")),
            "title": ("By title", ("qualification__title", "version")),
            "cohorts": ("Most cohorts first", ("-cohort_count", "qualification__number")),
        },
    )
    return render(request, "verification/strategies.html", {"listing": found, "now": clock.now()})


def _version(pk: int) -> QualificationVersion:
    return get_object_or_404(QualificationVersion.objects.select_related("qualification__organisation"), pk=pk)


@requires(Can.SEE_VERIFICATION)
def strategy(request: AuthedRequest, pk: int) -> HttpResponse:
    """The strategy that holds, those to come and those before."""
    version = _version(pk)
    rows = list(
        SamplingStrategy.objects.filter(version=version).select_related("set_by").order_by("-from_on", "-number")
    )
    today = clock.today()
    held = next((one for one in rows if one.from_on <= today), None)
    context = {
        "version": version,
        "held": held,
        "coming": [one for one in rows if one.from_on > today],
        "earlier": [one for one in rows if held and one.from_on <= today and one.pk != held.pk],
        "may_plan": request.user.can(Can.PLAN_SAMPLING),
        "now": clock.now(),
    }
    return render(request, "verification/strategy.html", context)


@requires(Can.PLAN_SAMPLING)
def set_strategy(request: AuthedRequest, pk: int) -> HttpResponse:
    version = _version(pk)
    before = SamplingStrategy.objects.filter(version=version).order_by("-number").first()
    back = reverse("verification:strategy", args=[pk])
    form = StrategyForm(request.POST or None, before=before, initial={"from_on": clock.today()}, cancel_url=back)
    if form.is_valid() and form.attempts(planning.set_strategy, version, by=request.user):
        messages.success(request, f"Strategy {form.result.number} is set. The plans follow it once it holds.")
        return redirect(back)
    context = {"form": form, "version": version, "before": before}
    return render(request, "verification/set_strategy.html", context, status=409 if form.errors else 200)


# ---- ratings


def _appointments(user: User) -> Any:
    """One approved appointment for each tutor and qualification of the cohorts this person answers for."""
    rows = TutorAppointment.objects.filter(state=AppointmentState.APPROVED, cohort__in=answered_for(user))
    firsts = rows.order_by().values("tutor", "cohort__version__qualification").annotate(first=Min("pk"))
    return TutorAppointment.objects.filter(pk__in=firsts.values("first"))


@requires(Can.PLAN_SAMPLING)
def ratings(request: AuthedRequest) -> HttpResponse:
    """Tutors by qualification, whoever is to be looked at again first."""
    today = clock.today()
    current = TutorRating.objects.current().filter(
        tutor=OuterRef("tutor"), qualification=OuterRef("cohort__version__qualification")
    )
    rows = (
        _appointments(request.user)
        .select_related("tutor", "cohort__version__qualification")
        .annotate(
            rating=Subquery(current.values("pk")[:1]),
            due_on=Coalesce(Subquery(current.values("review_on")[:1]), Value(NEVER), output_field=DateField()),
        )
    )
    show = chosen(request, "show", "Show", [("due", "To be rated or looked at again"), ("rated", "Rated")])
    if show.value == "due":
        rows = rows.filter(due_on__lte=today)
    elif show.value == "rated":
        rows = rows.filter(rating__isnull=False)
    found = listing(
        request,
        rows,
        noun="tutor",
        find=("tutor__full_name", "cohort__version__qualification__number", "cohort__version__qualification__title"),
        filters=[show],
        orders={
            "due": ("Due first", ("due_on", "tutor__full_name")),
            "tutor": ("By tutor", ("tutor__full_name", "cohort__version__qualification__number")),
            "qualification": ("By qualification", ("cohort__version__qualification__number", "tutor__full_name")),
        },
    )
    theirs = TutorRating.objects.current().filter(tutor__in=[one.tutor_id for one in found.page])
    kept = {one.pk: one for one in theirs.select_related("rated_by")}
    for one in found.page:
        one.kept = kept.get(one.rating)
        one.is_due = one.kept is not None and one.kept.review_on <= today
        one.own = one.tutor_id == request.user.pk
    return render(request, "verification/ratings.html", {"listing": found, "now": clock.now(), "today": today})


@requires(Can.PLAN_SAMPLING)
def rate(request: AuthedRequest, tutor: int, qualification: int) -> HttpResponse:
    """Rate a tutor in one qualification, with the ratings before."""
    rows = _appointments(request.user).select_related("tutor", "cohort__version__qualification")
    one = rows.filter(tutor=tutor, cohort__version__qualification=qualification).first()
    if one is None:
        raise Http404
    person, of = one.tutor, one.cohort.version.qualification
    earlier = list(TutorRating.objects.filter(tutor=person, qualification=of).select_related("rated_by"))
    now = earlier[0] if earlier else None
    initial = {"risk": now.risk, "signed_off": now.signed_off} if now else {}
    form = RatingForm(request.POST or None, initial=initial, cancel_url=reverse("verification:ratings"))
    if form.is_valid() and form.attempts(planning.rate_tutor, person, qualification=of, by=request.user):
        messages.success(
            request, f"The rating of {person} is kept. Plans follow it from the night on, or when you draw the next."
        )
        return redirect("verification:ratings")
    context = {
        "form": form,
        "tutor": person,
        "qualification": of,
        "earlier": earlier,
        "own": person.pk == request.user.pk,
    }
    return render(request, "verification/rate.html", context, status=409 if form.errors else 200)
