"""Qualifications: what is taught, by which rules, and what is not known about them. Loaded by a command, read here."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from core.lists import listing
from programmes import actions
from programmes.forms import RecordRatingForm
from programmes.models import (
    Criterion,
    LearningOutcome,
    Qualification,
    QualificationVersion,
    QualityRating,
    Resource,
)


@requires(Can.SEE_CATALOGUE)
def qualifications(request: AuthedRequest) -> HttpResponse:
    rows = Qualification.objects.select_related("organisation").annotate(
        cohorts=Count("versions__cohorts", distinct=True), version_count=Count("versions", distinct=True)
    )
    found = listing(
        request,
        rows,
        noun="qualification",
        find=("title", "number", "organisation__name"),
        orders={
            "number": ("By number", ("number",)),
            "title": ("By title", ("title",)),
            "level": ("By level", ("level", "number")),
        },
    )
    return render(request, "programmes/qualifications.html", {"listing": found})


@requires(Can.SEE_CATALOGUE)
def qualification(request: AuthedRequest, pk: int) -> HttpResponse:
    """The newest version, or the one the address names."""
    rows = QualificationVersion.objects.filter(qualification=pk).select_related("qualification__organisation")
    # With the legal names of who awards it, a row for each: that is one statement less.
    names = "qualification__organisation__legal_names"
    named = rows.annotate(awarded_by=F(f"{names}__name"), from_on=F(f"{names}__from_on"), to_on=F(f"{names}__to_on"))
    found = list(named.order_by("-valid_from", "-version", "from_on"))
    versions = list({one.pk: one for one in found}.values())
    if not versions:
        qualification = get_object_or_404(Qualification.objects.select_related("organisation"), pk=pk)
        context = {"qualification": qualification, "versions": [], **_ratings(request, pk)}
        return render(request, "programmes/qualification.html", context)
    asked = request.GET.get("version", "")
    version = next((one for one in versions if one.version == asked), versions[0])
    context = {
        "qualification": version.qualification,
        "versions": versions,
        "legal_names": [one for one in found if one.pk == version.pk and one.awarded_by],
        "version": version,
        "units": _units(version),
        "assignments": _assignments(version),
        "may_see_strategy": request.user.can(Can.SEE_VERIFICATION),
        "resources": list(Resource.objects.filter(version=version).defer("body").order_by("position")),
        **_ratings(request, pk),
    }
    return render(request, "programmes/qualification.html", context)


def _ratings(request: AuthedRequest, pk: int) -> dict[str, Any]:
    """The quality ratings, newest first, in one query: the first that has begun is in force."""
    ratings = list(QualityRating.objects.filter(qualification=pk).on(clock.today()).select_related("recorded_by"))
    return {"ratings": ratings, "in_force": ratings[:1], "may_rate": request.user.can(Can.RECORD_RATINGS)}


@requires(Can.RECORD_RATINGS)
def record_rating(request: AuthedRequest, pk: int) -> HttpResponse:
    qualification = get_object_or_404(Qualification.objects.select_related("organisation"), pk=pk)
    # The report of a visit leads here with its rating and where it is from.
    beside = {name: request.GET[name][:250] for name in ("rating", "source") if name in request.GET}
    given = {"from_on": clock.today(), "may_register": True, **beside}
    form = RecordRatingForm(request.POST or None, initial=given, cancel_url=qualification.get_absolute_url())
    if form.is_valid() and form.attempts(actions.record_rating, qualification, by=request.user):
        messages.success(
            request, f"Recorded. The rating {form.result.rating} decides what may be claimed and registered."
        )
        return redirect(qualification)
    context = {"qualification": qualification, "form": form}
    return render(request, "programmes/record_rating.html", context, status=409 if form.errors else 200)


def _units(version: QualificationVersion) -> list[dict[str, Any]]:
    """The units with their outcomes and criteria, in two queries. A unit without criteria is there as well."""
    criteria = Criterion.objects.filter(outcome__unit__version=version).select_related("outcome")
    outcomes: dict[int, dict[LearningOutcome, list[Criterion]]] = {}
    for one in criteria.order_by("outcome__number", "position"):
        outcomes.setdefault(one.outcome.unit_id, {}).setdefault(one.outcome, []).append(one)
    return [{"unit": unit, "outcomes": outcomes.get(unit.pk, {})} for unit in version.units.order_by("number")]


def _assignments(version: QualificationVersion) -> list[dict[str, Any]]:
    """The assignments with the numbers of their units, in one query: a row for each pair."""
    pairs = version.assignments.annotate(unit_number=F("units__number")).order_by("position", "unit_number")
    rows: dict[int, dict[str, Any]] = {}
    for one in pairs:
        rows.setdefault(one.pk, {"assignment": one, "units": []})["units"].append(one.unit_number)
    return list(rows.values())
