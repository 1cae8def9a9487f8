"""Addresses of what answers a referral: the learner's answers, and what changed since the piece before."""

from django.urls import URLPattern, path

from assignments.views import answers, resubmission

urlpatterns: list[URLPattern] = [
    path("submissions/<int:pk>/answers/", answers.answers, name="answers"),
    path("submissions/<int:pk>/answers/<int:criterion>/", answers.save_answer, name="save_answer"),
    path("submissions/<int:pk>/changes/", resubmission.changes, name="changes"),
]
