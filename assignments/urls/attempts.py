"""Addresses of returns, deferrals, granted attempts, and of what is signed anew."""

from django.urls import URLPattern, path

from assignments.views import attempts, superseding

urlpatterns: list[URLPattern] = [
    path("marking/<int:pk>/return-unmarked/", attempts.return_unmarked, name="return_unmarked"),
    path("marking/<int:pk>/defer/", attempts.defer, name="defer"),
    path("deferrals/<int:pk>/end/", attempts.end_deferral, name="end_deferral"),
    path("marking/<int:pk>/ask-attempt/", attempts.ask_attempt, name="ask_attempt"),
    path(
        "enrolments/<int:enrolment>/assignments/<int:assignment>/grant-attempt/",
        attempts.grant_attempt,
        name="grant_attempt",
    ),
    path("marking/<int:pk>/supersede/", superseding.supersede, name="supersede"),
    path("marking/<int:pk>/pass-after-all/", superseding.pass_after_all, name="pass_after_all"),
]
