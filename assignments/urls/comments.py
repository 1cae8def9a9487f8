"""Addresses of the comments on a piece of work and of the bank they come from."""

from django.urls import URLPattern, path

from assignments.views import bank, comments

urlpatterns: list[URLPattern] = [
    path("marking/<int:pk>/comments/", comments.add_comment, name="add_comment"),
    path("marking/<int:pk>/comments/<int:comment>/", comments.change_comment, name="change_comment"),
    path("marking/<int:pk>/comments/remove/", comments.remove_comment, name="remove_comment"),
    path("marking/<int:pk>/comments/put-back/", comments.put_back_comment, name="put_back_comment"),
    path("marking/<int:pk>/comments/keep/", comments.keep_comment, name="keep_comment"),
    path("submissions/<int:pk>/comments/", comments.comments, name="comments"),
    path("marking/bank/", bank.bank, name="bank"),
    path("marking/bank/find/", bank.find_in_bank, name="find_in_bank"),
    path("marking/bank/keep/", bank.keep_in_bank, name="keep_in_bank"),
    path("marking/bank/<int:pk>/", bank.change_bank_comment, name="change_bank_comment"),
    path("marking/bank/<int:pk>/remove/", bank.remove_bank_comment, name="remove_bank_comment"),
    path("marking/bank/<int:pk>/used/", bank.use_bank_comment, name="use_bank_comment"),
]
