"""Addresses of qualifications, contracts and cohorts."""

from django.urls import path

from programmes import views

app_name = "programmes"
urlpatterns = [
    path("proposals/", views.proposals, name="proposals"),
    path("cohorts/<slug:code>/", views.cohort, name="cohort"),
]
