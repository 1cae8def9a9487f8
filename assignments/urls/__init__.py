"""Addresses of work, one module for each part of it."""

from assignments.urls import (
    attempts,
    authenticity,
    bundles,
    comments,
    essay,
    extensions,
    marking,
    portfolio,
    practice,
    resubmission,
    second_marking,
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
    *comments.urlpatterns,
    *attempts.urlpatterns,
    *resubmission.urlpatterns,
    *second_marking.urlpatterns,
]
