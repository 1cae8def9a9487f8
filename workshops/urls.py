"""Addresses of workshops: the learner's own, sessions and their register, timetables, questions, supervision."""

from django.urls import path

from workshops.views import calendar, learner, planning, register, sessions, talking

app_name = "workshops"
urlpatterns = [
    path("my/sessions/", learner.own, name="own"),
    path("places/<int:pk>/feedback/", learner.give_feedback, name="give_feedback"),
    path("places/<int:pk>/catch-up/", sessions.catch_up, name="catch_up"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/calendar.ics", calendar.calendar, name="calendar"),
    path("sessions/<int:pk>/read/<int:resource_pk>/", sessions.resource, name="resource"),
    path("sessions/<int:pk>/apology/", learner.note_apology, name="note_apology"),
    path("sessions/<int:pk>/register/", register.take_register, name="take_register"),
    path("sessions/<int:pk>/hold/", register.hold, name="hold"),
    path("sessions/<int:pk>/recording/", sessions.add_recording, name="add_recording"),
    path("sessions/<int:pk>/change/", planning.change_session, name="change_session"),
    path("sessions/<int:pk>/cancel/", sessions.cancel, name="cancel"),
    path("cohorts/<slug:code>/sessions/plan/", planning.plan_session, name="plan_session"),
    path("cohorts/<slug:code>/sessions/plan-all/", planning.plan_sessions, name="plan_sessions"),
    path("timetables/<int:pk>/", planning.timetable, name="timetable"),
    path("timetables/<int:pk>/propose/", planning.propose_timetable, name="propose_timetable"),
    path("timetables/<int:pk>/approve/", planning.approve_timetable, name="approve_timetable"),
    path("timetables/<int:pk>/return/", planning.return_timetable, name="return_timetable"),
    path("questions/", talking.threads, name="threads"),
    path("questions/ask/", talking.ask, name="ask"),
    path("questions/<int:pk>/", talking.thread, name="thread"),
    path("enrolments/<int:pk>/supervision/", talking.supervision, name="supervision"),
    path("enrolments/<int:pk>/supervise/", talking.supervise, name="supervise"),
]
