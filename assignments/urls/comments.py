"""Addresses of the comments on a piece of work and of the bank they come from."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
