"""Addresses of portfolios as one PDF or one archive."""

from django.urls import URLPattern, path

from assignments.views import bundles

urlpatterns: list[URLPattern] = [
    path("my/assignments/<int:pk>/portfolio/bundle/", bundles.portfolio_bundle, name="portfolio_bundle"),
    path("submissions/<int:pk>/bundle/", bundles.bundle, name="bundle"),
    path("bundles/<int:pk>/", bundles.bundle_file, name="bundle_file"),
]
