"""Addresses of the marking desk and the marking room."""

from django.urls import URLPattern, path

from assignments.views import desk, marking, signing

urlpatterns: list[URLPattern] = [
    path("marking/", desk.desk, name="desk"),
    path("marking/<int:pk>/", marking.room, name="room"),
    path("marking/<int:pk>/take/", marking.take, name="take"),
    path("marking/<int:pk>/take-over/", marking.take_over, name="take_over"),
    path("marking/<int:pk>/let-go/", marking.let_go, name="let_go"),
    path("marking/<int:pk>/criteria/<int:criterion>/decide/", marking.decide, name="decide"),
    path("marking/<int:pk>/award-pass/", signing.award_pass, name="award_pass"),
    path("marking/<int:pk>/refer/", signing.refer, name="refer"),
    path("submissions/<int:pk>/result-sheet/", signing.result_sheet, name="result_sheet"),
]
