"""Addresses of the evidence matrix and of feedback from practice clients."""

from django.urls import URLPattern, path

from assignments.views import feedback, matrix, practice

urlpatterns: list[URLPattern] = [
    path("my/assignments/clients/<int:pk>/feedback/ask/", practice.ask_for_feedback, name="ask_for_feedback"),
    path("my/assignments/feedback-links/<int:pk>/close/", practice.close_feedback_link, name="close_feedback_link"),
    path("feedback/thank-you/", feedback.feedback_thanks, name="feedback_thanks"),
    path("feedback/<str:token>/", feedback.client_feedback, name="client_feedback"),
    path("my/assignments/<int:pk>/portfolio/matrix/", matrix.matrix, name="matrix"),
    path(
        "my/assignments/<int:pk>/portfolio/matrix/criteria/<int:criterion>/",
        matrix.criterion_evidence,
        name="criterion_evidence",
    ),
    path("my/assignments/<int:pk>/portfolio/matrix/parts/<str:key>/", matrix.item_criteria, name="item_criteria"),
    path("submissions/<int:pk>/matrix/", matrix.frozen_matrix, name="frozen_matrix"),
]
