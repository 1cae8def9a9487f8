"""Addresses of enrolment: the learner's own under /my/enrolment/, the centre's under /enrolments/."""

from django.urls import path

from enrolment import views

app_name = "enrolment"
urlpatterns = [
    path("my/enrolment/", views.own, name="own"),
    path("enrolments/", views.enrolments, name="enrolments"),
    path("enrolments/<int:pk>/", views.enrolment, name="enrolment"),
]
