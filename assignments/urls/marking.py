"""Addresses of the marking desk and the marking room."""

from django.urls import URLPattern, path

from assignments.views import desk, marking, moving, results, signing

urlpatterns: list[URLPattern] = [
    path("marking/", desk.desk, name="desk"),
    path("who-marks/", moving.who_marks, name="who_marks"),
    path("marking/<int:pk>/", marking.room, name="room"),
    path("marking/<int:pk>/take/", marking.take, name="take"),
    path("marking/<int:pk>/take-over/", marking.take_over, name="take_over"),
    path("marking/<int:pk>/let-go/", marking.let_go, name="let_go"),
    path("marking/<int:pk>/criteria/<int:criterion>/decide/", marking.decide, name="decide"),
    path("marking/<int:pk>/award-pass/", signing.award_pass, name="award_pass"),
    path("marking/<int:pk>/refer/", signing.refer, name="refer"),
    path("submissions/<int:pk>/result-sheet/", results.result_sheet, name="result_sheet"),
    path("submissions/<int:pk>/result-sheet/<int:unit>/", results.unit_result_sheet, name="unit_result_sheet"),
    path("submissions/<int:pk>/result-sheet/<int:unit>/pdf/", results.result_sheet_file, name="result_sheet_file"),
]
