"""Addresses of the authenticity file and of similarity."""

from django.urls import URLPattern, path

from assignments.views import authenticity

urlpatterns: list[URLPattern] = [
    path("submissions/<int:pk>/authenticity/", authenticity.file, name="authenticity"),
    path("submissions/<int:pk>/similarity/<int:other>/", authenticity.similarity, name="similarity"),
    path("submissions/<int:pk>/similarity/judge/", authenticity.judge_similarity, name="judge_similarity"),
    path("submissions/<int:pk>/authenticity/talk/", authenticity.note_viva, name="note_viva"),
    path("submissions/<int:pk>/authenticity/question/", authenticity.raise_concern, name="raise_concern"),
    path("questions/<int:pk>/settle/", authenticity.settle_concern, name="settle_concern"),
]
