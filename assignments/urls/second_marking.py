"""Addresses of second marking."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
