"""Addresses of the authenticity file and of similarity."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
