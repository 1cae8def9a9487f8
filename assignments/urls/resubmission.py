"""Addresses of what answers a referral."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
