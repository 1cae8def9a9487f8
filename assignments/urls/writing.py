"""Addresses of writing an essay in the browser, and of drafts for comment."""

from django.urls import URLPattern, path

from assignments.views import drafts, writing

urlpatterns: list[URLPattern] = [
    path("submissions/<int:pk>/write/", writing.write, name="write"),
    path("submissions/<int:pk>/write/save/", writing.save_writing, name="save_writing"),
    path("submissions/<int:pk>/write/read/", writing.read_writing, name="read_writing"),
    path("submissions/<int:pk>/write/use/", writing.use_writing, name="use_writing"),
    path("submissions/<int:pk>/write/versions/", writing.writing_versions, name="writing_versions"),
    path("submissions/<int:pk>/write/versions/<int:number>/", writing.writing_version, name="writing_version"),
    path("submissions/<int:pk>/write/versions/<int:number>/compare/", writing.compare_writing, name="compare_writing"),
    path("submissions/<int:pk>/write/versions/<int:number>/restore/", writing.restore_writing, name="restore_writing"),
    path("submissions/<int:pk>/draft/", drafts.send_draft, name="send_draft"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<int:pk>/", drafts.draft, name="draft"),
    path("drafts/<int:pk>/comments/", drafts.save_comments, name="save_comments"),
    path("drafts/<int:pk>/send-comments/", drafts.comment_on_draft, name="comment_on_draft"),
    path("drafts/<int:pk>/withdraw/", drafts.withdraw_draft, name="withdraw_draft"),
]
