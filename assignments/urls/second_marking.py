"""Addresses of second marking."""

from django.urls import URLPattern, path

from assignments.views import agreement, second_marking

urlpatterns: list[URLPattern] = [
    path("second-marking/", second_marking.second_markings, name="second_markings"),
    path("marking/<int:pk>/ask-second-marking/", second_marking.ask_second_marking, name="ask_second_marking"),
    path("second-marking/<int:pk>/", second_marking.second_room, name="second_room"),
    path("second-marking/<int:pk>/take/", second_marking.take_second_marking, name="take_second_marking"),
    path("second-marking/<int:pk>/let-go/", second_marking.let_go_second_marking, name="let_go_second_marking"),
    path(
        "second-marking/<int:pk>/criteria/<int:criterion>/decide/", second_marking.decide_second, name="decide_second"
    ),
    path(
        "second-marking/<int:pk>/hand-over/", second_marking.hand_over_second_marking, name="hand_over_second_marking"
    ),
    path("second-marking/<int:pk>/call-off/", second_marking.call_off_second_marking, name="call_off_second_marking"),
    path("second-marking/<int:pk>/first-done/", agreement.finish_first_marking, name="finish_first_marking"),
    path("second-marking/<int:pk>/agreement/", agreement.agreement, name="agreement"),
    path("second-marking/<int:pk>/confirm/", agreement.confirm_agreement, name="confirm_agreement"),
    path("second-marking/<int:pk>/pass-on/", agreement.pass_on_second_marking, name="pass_on_second_marking"),
    path("second-marking/<int:pk>/settle/", agreement.settle_second_marking, name="settle_second_marking"),
]
