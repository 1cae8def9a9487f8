"""Addresses of work: the learner's side here, the marking desk and room in `marking_urls`."""

from django.urls import URLPattern, path

from assignments.marking_urls import marking_urls
from assignments.views import learner

app_name = "assignments"

learner_urls: list[URLPattern] = [
    path("submissions/<int:pk>/", learner.submission, name="submission"),
]

urlpatterns = [*learner_urls, *marking_urls]
