"""Addresses of people and invitations; those of signing in are allauth's, under /account/."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("invitation/<str:token>/", views.accept_invitation, name="accept_invitation"),
]
