"""Addresses of preparing and handing in, the receipt, and the files of a piece of work."""

from django.urls import URLPattern, path

from assignments.views import files, handing_in, learner

urlpatterns: list[URLPattern] = [
    path("my/assignments/", learner.own, name="own"),
    path("my/assignments/<int:enrolment>/<int:assignment>/begin/", learner.begin, name="begin"),
    path("submissions/<int:pk>/", learner.submission, name="submission"),
    path("submissions/<int:pk>/attach/", learner.attach, name="attach"),
    path("submissions/<int:pk>/submit/", learner.submit, name="submit"),
    path("submissions/<int:pk>/cover-sheet/", handing_in.cover_sheet, name="cover_sheet"),
    path("learners/<int:pk>/hand-in/", handing_in.hand_in_for_learner, name="hand_in_for_learner"),
    path("submissions/<int:pk>/read/", learner.read, name="read"),
    path("documents/<int:pk>/", files.document, name="document"),
    path("documents/<int:pk>/figures/<int:number>/", files.figure, name="figure"),
    path("evidence/<int:pk>/", files.evidence, name="evidence"),
]
