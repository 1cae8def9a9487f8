"""Addresses of workshops: the learner's own under /my/sessions/, then sessions, timetables and questions."""

from django.urls import path

from workshops import views

app_name = "workshops"
urlpatterns = [
    path("my/sessions/", views.own, name="own"),
    path("sessions/<int:pk>/", views.session, name="session"),
    path("timetables/<int:pk>/", views.timetable, name="timetable"),
    path("questions/", views.threads, name="threads"),
    path("questions/<int:pk>/", views.thread, name="thread"),
]
