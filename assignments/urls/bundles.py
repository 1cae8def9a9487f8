"""Addresses of portfolios as one PDF or one archive."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
