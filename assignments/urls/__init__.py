"""Addresses of work, one module for each part of it."""

from assignments.urls import (
    authenticity,
    bundles,
    essay,
    extensions,
    marking,
    portfolio,
    practice,
    uploads,
    writing,
)

app_name = "assignments"

urlpatterns = [
    *essay.urlpatterns,
    *writing.urlpatterns,
    *uploads.urlpatterns,
    *extensions.urlpatterns,
    *portfolio.urlpatterns,
    *practice.urlpatterns,
    *bundles.urlpatterns,
    *authenticity.urlpatterns,
    *marking.urlpatterns,
]
