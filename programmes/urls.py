"""Addresses of qualifications, contracts and cohorts."""

from django.urls import path

from programmes.views import catalogue, cohorts, contracts

app_name = "programmes"
urlpatterns = [
    path("qualifications/", catalogue.qualifications, name="qualifications"),
    path("qualifications/<int:pk>/", catalogue.qualification, name="qualification"),
    path("qualifications/<int:pk>/record-rating/", catalogue.record_rating, name="record_rating"),
    path("clients/add/", contracts.add_client, name="add_client"),
    path("clients/<int:pk>/add-contact/", contracts.add_contact, name="add_contact"),
    path("contracts/", contracts.contracts, name="contracts"),
    path("contracts/add/", contracts.add_contract, name="add_contract"),
    path("contracts/<int:pk>/", contracts.contract, name="contract"),
    path("contracts/<int:pk>/open-cohort/", contracts.open_cohort, name="open_cohort"),
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/<slug:code>/", cohorts.cohort, name="cohort"),
    path("cohorts/<slug:code>/set-deadline/", cohorts.set_cohort_deadline, name="set_cohort_deadline"),
    path("cohorts/<slug:code>/marking-rules/", cohorts.set_marking_rules, name="set_marking_rules"),
    path("cohorts/<slug:code>/propose-tutor/", cohorts.propose_tutor, name="propose_tutor"),
    path("cohorts/<slug:code>/allocate-verifier/", cohorts.allocate_verifier, name="allocate_verifier"),
    path("appointments/<int:pk>/end/", cohorts.end_appointment, name="end_appointment"),
    path("appointments/<int:pk>/approve/", cohorts.approve_tutor, name="approve_tutor"),
    path("appointments/<int:pk>/decline/", cohorts.decline_tutor, name="decline_tutor"),
    path("proposals/", cohorts.proposals, name="proposals"),
]
