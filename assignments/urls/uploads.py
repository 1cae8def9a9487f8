"""Addresses of resumable uploads, of a document's examination, and of handing in for a learner."""

from django.urls import URLPattern, path

from assignments.views import uploads

urlpatterns: list[URLPattern] = [
    path("submissions/<int:pk>/uploads/begin/", uploads.begin_essay_upload, name="begin_essay_upload"),
    path(
        "my/assignments/<int:pk>/portfolio/evidence/uploads/begin/",
        uploads.begin_evidence_upload,
        name="begin_evidence_upload",
    ),
    path("uploads/<int:pk>/", uploads.upload, name="upload"),
    path("uploads/<int:pk>/piece/", uploads.receive_piece, name="receive_piece"),
    path("submissions/<int:pk>/progress/", uploads.progress, name="progress"),
]
