"""Qualifications, contracts and cohorts."""

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from django.http import HttpResponse
from django.shortcuts import render


@requires(Can.APPROVE_PLANS)
def proposals(request: AuthedRequest) -> HttpResponse:
    return render(request, "programmes/proposals.html", {})


@requires(Can.SEE_COHORTS)
def cohort(request: AuthedRequest, code: str) -> HttpResponse:
    return render(request, "programmes/cohort.html", {})
