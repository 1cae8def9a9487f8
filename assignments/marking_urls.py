"""Addresses of the marking desk and the marking room."""

from django.urls import URLPattern

marking_urls: list[URLPattern] = []
