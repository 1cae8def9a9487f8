"""Addresses that belong to no app."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("components/", views.components, name="components"),
]
