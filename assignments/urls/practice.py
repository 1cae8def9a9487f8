"""Addresses of the evidence matrix and of feedback from practice clients."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
