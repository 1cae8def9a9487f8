"""Addresses of extensions and of a learner's dates."""

from django.urls import URLPattern, path

from assignments.views import extensions

urlpatterns: list[URLPattern] = [
    path(
        "my/assignments/<int:enrolment>/<int:assignment>/more-time/",
        extensions.request_extension,
        name="request_extension",
    ),
    path("extensions/", extensions.extensions, name="extensions"),
    path("extensions/<int:pk>/", extensions.extension, name="extension"),
    path("extensions/<int:pk>/evidence/", extensions.extension_evidence, name="extension_evidence"),
    path("extensions/<int:pk>/grant/", extensions.grant_extension, name="grant_extension"),
    path("extensions/<int:pk>/decline/", extensions.decline_extension, name="decline_extension"),
    path("extensions/<int:pk>/pass-on/", extensions.pass_on_extension, name="pass_on_extension"),
    path("extensions/<int:pk>/take-back/", extensions.withdraw_extension, name="withdraw_extension"),
]
