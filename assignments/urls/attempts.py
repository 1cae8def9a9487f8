"""Addresses of returns, deferrals and granted attempts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
