"""Addresses of enrolment: the learner's own under /my/enrolment/, the centre's under /enrolments/."""

from django.urls import path

from enrolment.views import arranging, centre, drafts, learner

app_name = "enrolment"
urlpatterns = [
    path("my/enrolment/", learner.own, name="own"),
    path("my/enrolment/<int:pk>/", learner.tasks, name="tasks"),
    path("my/enrolment/<int:pk>/about/", learner.draft, {"page": "about"}, name="about"),
    path("my/enrolment/<int:pk>/contact/", learner.draft, {"page": "contact"}, name="contact"),
    path("my/enrolment/<int:pk>/support/", learner.support, name="support"),
    path("my/enrolment/<int:pk>/support/withdraw/", learner.withdraw_support_needs, name="withdraw_support_needs"),
    path("my/enrolment/<int:pk>/questionnaire/", learner.questionnaire, name="questionnaire"),
    path("my/enrolment/<int:pk>/send/", learner.apply, name="apply"),
    path("my/enrolment/<int:pk>/<slug:page>/autosave/", drafts.autosave, name="autosave"),
    path("enrolments/", centre.enrolments, name="enrolments"),
    path("enrolments/invite/", centre.invite_learner, name="invite_learner"),
    path("enrolments/<int:pk>/", centre.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/accept/", centre.accept, name="accept"),
    path("enrolments/<int:pk>/decline/", centre.decline, name="decline"),
    path("enrolments/<int:pk>/register/", centre.register, name="register"),
    path("enrolments/<int:pk>/set-deadline/", centre.set_deadline, name="set_deadline"),
    path("enrolments/<int:pk>/withdraw/", centre.withdraw, name="withdraw"),
    path("enrolments/<int:pk>/record-adjustment/", arranging.record_adjustment, name="record_adjustment"),
    path("adjustments/<int:pk>/end/", arranging.end_adjustment, name="end_adjustment"),
    path("enrolments/<int:pk>/record-break/", arranging.record_break, name="record_break"),
    path("breaks/<int:pk>/change/", arranging.change_break, name="change_break"),
]
