"""Addresses of home pages, dashboards and reports. `home` has no namespace: every app sends people there."""

from django.urls import path

from reporting import views

app_name = "reporting"
urlpatterns = [
    path("cohorts/<slug:code>/progress/", views.dashboard, name="dashboard"),
    path("cohorts/<slug:code>/reports/draw-up/", views.draw_up, name="draw_up"),
    path("programme/<slug:code>/", views.client_cohort, name="client_cohort"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/<int:pk>/approve/", views.approve_report, name="approve_report"),
    path("reports/<int:pk>/send/", views.send_report, name="send_report"),
    path("reports/<int:pk>/pdf/", views.report_pdf, name="report_pdf"),
]
