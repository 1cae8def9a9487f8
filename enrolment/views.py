"""Stub."""
from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from django.http import HttpResponse


@requires(Can.APPLY)
def own(request: AuthedRequest) -> HttpResponse:
    return HttpResponse("")


@requires(Can.SEE_ENROLMENTS)
def enrolments(request: AuthedRequest) -> HttpResponse:
    return HttpResponse("")


@requires(Can.SEE_ENROLMENTS)
def enrolment(request: AuthedRequest, pk: int) -> HttpResponse:
    return HttpResponse("")
