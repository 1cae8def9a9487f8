"""Addresses of writing an essay in the browser, and of drafts for comment."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
