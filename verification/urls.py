"""Addresses of verification and of claims."""

from django.urls import path

from verification.views import claims, decisions, grid, plans, queue, results, samples, strategies, tutors

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
    path("decisions/<int:pk>/", decisions.decision, name="decision"),
    path("verification/sampling/", plans.sampling, name="sampling"),
    path("verification/cohorts/<slug:code>/plan/", plans.plan, name="plan"),
    path("verification/cohorts/<slug:code>/plan/lines/", plans.lines, name="plan_lines"),
    path("verification/cohorts/<slug:code>/plan/draw/", plans.draw, name="draw"),
    path("verification/cohorts/<slug:code>/grid/", grid.grid, name="grid"),
    path("verification/plan-lines/<int:pk>/add/", plans.add_by_hand, name="add_by_hand"),
    path("verification/plan-lines/<int:pk>/begin/", plans.begin_picked, name="begin_picked"),
    path("verification/strategies/", strategies.strategies, name="strategies"),
    path("verification/strategies/<int:pk>/", strategies.strategy, name="strategy"),
    path("verification/strategies/<int:pk>/set/", strategies.set_strategy, name="set_strategy"),
    path("verification/ratings/", strategies.ratings, name="ratings"),
    path("verification/ratings/<int:tutor>/<int:qualification>/", strategies.rate, name="rate"),
    path("claims/", claims.claims, name="claims"),
    path("claims/make/", claims.make, name="make_claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/record-certificate/", claims.record_certificate, name="record_certificate"),
    path("claims/<int:pk>/record-rejection/", claims.record_rejection, name="record_rejection"),
]
