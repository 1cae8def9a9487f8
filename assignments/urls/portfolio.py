"""Addresses of the growing portfolio."""

from django.urls import URLPattern, path, register_converter

from assignments import portfolio as folders
from assignments.views import portfolio, practice


class PartConverter:
    """One of the two written parts of a portfolio."""

    regex = "|".join(part for part, _ in folders.PARTS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PartConverter, "part")

urlpatterns: list[URLPattern] = [
    path("my/assignments/<int:pk>/portfolio/", portfolio.portfolio, name="portfolio"),
    path("my/assignments/<int:pk>/portfolio/clients/add/", practice.add_practice_client, name="add_practice_client"),
    path("my/assignments/clients/<int:pk>/", practice.practice_client, name="practice_client"),
    path("my/assignments/clients/<int:pk>/edit/", practice.edit_practice_client, name="edit_practice_client"),
    path("my/assignments/clients/<int:pk>/sessions/add/", practice.log_session, name="log_session"),
    path("my/assignments/practice-sessions/<int:pk>/edit/", practice.edit_session, name="edit_session"),
    path("my/assignments/<int:pk>/portfolio/<part:part>/", portfolio.save_text, name="save_text"),
    path("my/assignments/<int:pk>/portfolio/evidence/", portfolio.evidence_files, name="evidence_files"),
    path("my/assignments/<int:pk>/portfolio/evidence/add/", portfolio.add_evidence, name="add_evidence"),
    path("my/assignments/<int:pk>/portfolio/log/", practice.reflective_log, name="reflective_log"),
    path("evidence/<int:pk>/edit/", portfolio.edit_evidence, name="edit_evidence"),
    path("evidence/<int:pk>/remove/", portfolio.remove_evidence, name="remove_evidence"),
]
