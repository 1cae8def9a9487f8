"""The root addresses. Each app owns its own; `home` sends a person to the page their role begins with."""

from django.urls import include, path

from reporting.views import home, start

handler500 = "core.views.server_error"

urlpatterns = [
    path("", start, name="start"),
    path("home/", home, name="home"),
    path("", include("core.urls")),
    path("account/", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("", include("programmes.urls")),
    path("", include("enrolment.urls")),
    path("", include("workshops.urls")),
    path("", include("assignments.urls")),
    path("", include("verification.urls")),
    path("", include("reporting.urls")),
]
