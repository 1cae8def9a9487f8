"""Addresses of verification and of claims."""

from django.urls import path

from verification.views import claims, queue, results, samples, staff, standardisation, standards, tutors

app_name = "verification"
_EVENTS = [
    path("verification/standardisation/", standardisation.standardisation, name="standardisation"),
    path("verification/standardisation/plan/", standardisation.plan_event, name="plan_event"),
    path("verification/standardisation/<int:pk>/", standardisation.event, name="event"),
    path("verification/standardisation/<int:pk>/piece/", standardisation.set_piece, name="set_piece"),
    path(
        "verification/standardisation/<int:pk>/invite/",
        standardisation.invite_participants,
        name="invite_participants",
    ),
    path("verification/standardisation/<int:pk>/open/", standardisation.open_marking, name="open_marking"),
    path("verification/standardisation/<int:pk>/compare/", standardisation.compare, name="compare"),
    path("verification/standardisation/<int:pk>/call-off/", standardisation.call_off_event, name="call_off_event"),
    path("verification/standardisation/<int:pk>/close/", standardisation.close_event, name="close_event"),
    path("verification/standardisation/<int:pk>/correct/", standardisation.add_correction, name="add_correction"),
    path("verification/standardisation/<int:pk>/marks/", standards.marks, name="marks"),
    path("verification/standardisation/<int:pk>/marks/<int:criterion>/", standards.save_mark, name="save_mark"),
    path("verification/standardisation/<int:pk>/hand-over/", standards.hand_over_marks, name="hand_over_marks"),
    path(
        "verification/standardisation/<int:pk>/standards/<int:criterion>/",
        standards.save_standard,
        name="save_standard",
    ),
    path("verification/attendance/<int:pk>/", standardisation.note_attendance, name="note_attendance"),
]
_STAFF = [
    path("verification/staff/", staff.staff, name="staff"),
    path("verification/staff/<int:pk>/", staff.staff_file, name="staff_file"),
    path("verification/staff/<int:pk>/qualification/", staff.add_qualification, name="add_qualification"),
    path("verification/staff/<int:pk>/development/", staff.add_development, name="add_development"),
    path("verification/staff/<int:pk>/interest/", staff.declare_interest, name="declare_interest"),
    path("verification/staff/<int:pk>/approve/", staff.approve_staff, name="approve_staff"),
    path("verification/qualifications/<int:pk>/award/", staff.award_qualification, name="award_qualification"),
    path("verification/qualifications/<int:pk>/file/", staff.staff_evidence, name="staff_evidence"),
    path("verification/interests/<int:pk>/end/", staff.end_interest, name="end_interest"),
    path("verification/approvals/<int:pk>/end/", staff.end_approval, name="end_approval"),
    path("verification/changes/", staff.changes, name="changes"),
    path("verification/changes/note/", staff.note_change, name="note_change"),
    path("verification/changes/<int:pk>/tell/", staff.tell_change, name="tell_change"),
]
urlpatterns = [
    *_EVENTS,
    *_STAFF,
    path("verification/", queue.queue, name="queue"),
    path("verification/results/", results.results, name="results"),
    path("verification/results/release/", results.release, name="release"),
    path("verification/results/<int:pk>/verify/", results.select, name="select"),
    path("verification/sign-off/", queue.sign_offs, name="sign_offs"),
    path("verification/learners/<int:pk>/begin/", queue.begin, name="begin"),
    path("verification/learners/<int:pk>/sign-off/", queue.sign_off, name="sign_off"),
    path("verification/samples/<int:pk>/", samples.sample, name="sample"),
    path("verification/samples/<int:pk>/agree/", samples.agree, name="agree"),
    path("verification/samples/<int:pk>/send-back/", samples.send_back, name="send_back"),
    path("verification/samples/<int:pk>/answer/", samples.answer, name="answer"),
    path("verification/samples/<int:pk>/overturn/", samples.overturn, name="overturn"),
    path("verification/tutors/", tutors.tutors, name="tutors"),
    path("verification/tutors/<int:pk>/", tutors.tutor, name="tutor"),
    path("claims/", claims.claims, name="claims"),
    path("claims/make/", claims.make, name="make_claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/record-certificate/", claims.record_certificate, name="record_certificate"),
    path("claims/<int:pk>/record-rejection/", claims.record_rejection, name="record_rejection"),
]
