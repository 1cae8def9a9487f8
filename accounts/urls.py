"""Addresses of people, invitations and the outbox; those of signing in are in `sign_in_urls`, under /account/ as well."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/demo/", views.demo_sign_in, name="demo_sign_in"),
    path("invitation/<str:token>/", views.accept_invitation, name="accept_invitation"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/invite-again/", views.invite_again, name="invite_again"),
    path("people/<int:pk>/grant-role/", views.grant_role, name="grant_role"),
    path("people/<int:pk>/reset-second-step/", views.reset_second_step, name="reset_second_step"),
    path("roles/<int:pk>/end/", views.end_role, name="end_role"),
    path("outbox/", views.notices, name="outbox"),
    path("outbox/<int:pk>/", views.notice, name="notice"),
]
