"""The root addresses. Each app owns its own; `home` sends a person to the page their role begins with."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/", include("allauth.mfa.urls")),
    path("", include("accounts.urls")),
    path("", include("programmes.urls")),
    path("", include("enrolment.urls")),
    path("", include("workshops.urls")),
    path("", include("assignments.urls")),
    path("", include("verification.urls")),
    path("", include("reporting.urls")),
]
