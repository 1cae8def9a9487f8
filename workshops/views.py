"""Stub."""
from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from django.http import HttpResponse


@requires(Can.GIVE_FEEDBACK)
def own(request: AuthedRequest) -> HttpResponse:
    return HttpResponse("")


@requires(Can.SEE_SESSIONS)
def session(request: AuthedRequest, pk: int) -> HttpResponse:
    return HttpResponse("")


@requires(Can.SEE_SESSIONS, Can.APPROVE_PLANS)
def timetable(request: AuthedRequest, pk: int) -> HttpResponse:
    return HttpResponse("")


@requires(Can.ASK_QUESTIONS, Can.ANSWER_QUESTIONS)
def threads(request: AuthedRequest) -> HttpResponse:
    return HttpResponse("")


@requires(Can.ASK_QUESTIONS, Can.ANSWER_QUESTIONS)
def thread(request: AuthedRequest, pk: int) -> HttpResponse:
    return HttpResponse("")
