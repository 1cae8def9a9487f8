"""Addresses of verification and of claims."""

from django.urls import path

from verification.views import claims, packs, queue, results, samples, tutors, visiting, visits

app_name = "verification"
urlpatterns = [
    path("verification/", queue.queue, name="queue"),
    path("verification/results/", results.results, name="results"),
    path("verification/results/release/", results.release, name="release"),
    path("verification/results/<int:pk>/verify/", results.select, name="select"),
    path("verification/sign-off/", queue.sign_offs, name="sign_offs"),
    path("verification/learners/<int:pk>/begin/", queue.begin, name="begin"),
    path("verification/learners/<int:pk>/sign-off/", queue.sign_off, name="sign_off"),
    path("verification/samples/<int:pk>/", samples.sample, name="sample"),
    path("verification/samples/<int:pk>/agree/", samples.agree, name="agree"),
    path("verification/samples/<int:pk>/send-back/", samples.send_back, name="send_back"),
    path("verification/samples/<int:pk>/answer/", samples.answer, name="answer"),
    path("verification/samples/<int:pk>/overturn/", samples.overturn, name="overturn"),
    path("verification/tutors/", tutors.tutors, name="tutors"),
    path("verification/tutors/<int:pk>/", tutors.tutor, name="tutor"),
    path("visits/", visits.visits, name="visits"),
    path("visits/plan/", visits.plan_visit, name="plan_visit"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/learners/", visits.name_learners, name="name_learners"),
    path("visits/<int:pk>/open/", visits.open_visit, name="open_visit"),
    path("visits/<int:pk>/call-off/", visits.call_off_visit, name="call_off_visit"),
    path("visits/<int:pk>/close/", visits.close_visit, name="close_visit"),
    path("visits/<int:pk>/report/", visits.report_visit, name="report_visit"),
    path("visits/<int:pk>/report/file/", visits.report_file, name="report_file"),
    path("visits/<int:pk>/seen/", visits.seen, name="seen"),
    path("visits/<int:pk>/learners/<int:enrolment>/", visiting.visit_learner, name="visit_learner"),
    path("visits/<int:pk>/learners/<int:enrolment>/<int:submission>/", visiting.record_finding, name="record_finding"),
    path("visits/<int:pk>/actions/add/", visiting.add_action, name="add_action"),
    path("visits/actions/<int:pk>/finish/", visiting.finish_action, name="finish_action"),
    path("visits/<int:pk>/pack/", packs.pack, name="pack"),
    path("visits/packs/<int:pk>/file/", packs.pack_file, name="pack_file"),
    path("claims/", claims.claims, name="claims"),
    path("claims/make/", claims.make, name="make_claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/record-certificate/", claims.record_certificate, name="record_certificate"),
    path("claims/<int:pk>/record-rejection/", claims.record_rejection, name="record_rejection"),
]
