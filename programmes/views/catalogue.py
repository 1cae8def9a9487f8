"""Qualifications: what is taught, by which rules, and what is not known about them. Loaded by a command, read here."""

from django.db.models import Count, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core.lists import listing
from programmes.models import AwardingOrganisation, Qualification, Resource


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
    names = Prefetch("organisation", AwardingOrganisation.objects.prefetch_related("legal_names"))
    qualification = get_object_or_404(Qualification.objects.prefetch_related(names), pk=pk)
    versions = list(qualification.versions.order_by("-valid_from", "-version"))
    asked = request.GET.get("version", "")
    version = next((one for one in versions if one.version == asked), versions[0] if versions else None)
    context = {"qualification": qualification, "versions": versions, "version": version}
    if version:
        context["units"] = version.units.prefetch_related("outcomes__criteria", "assignments")
        context["assignments"] = version.assignments.prefetch_related("units")
        context["resources"] = Resource.objects.filter(version=version).defer("body").order_by("position")
    return render(request, "programmes/qualification.html", context)
