"""Addresses of resumable uploads, of a document's examination, and of handing in for a learner."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
