"""Addresses of extensions and of a learner's dates."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
