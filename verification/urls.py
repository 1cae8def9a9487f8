"""Addresses of verification and of claims."""

from django.urls import path

from verification.views import batches, certificates, claims, queue, recognitions, results, samples, tutors

app_name = "verification"
urlpatterns = [
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
    path("claims/<int:pk>/revoke/", certificates.revoke, name="revoke"),
    path("claims/<int:pk>/mend/", certificates.mend, name="mend"),
    path("claims/learners/<int:pk>/units/", claims.claim_units, name="claim_units"),
    path("claims/certificates/<int:pk>/check/", certificates.check_certificate, name="check_certificate"),
    path("claims/certificates/<int:pk>/send/", certificates.send_certificate, name="send_certificate"),
    path("claims/certificates/<int:pk>/ask-correction/", certificates.ask_correction, name="ask_correction"),
    path("claims/certificates/<int:pk>/replace/", certificates.replace_certificate, name="replace_certificate"),
    path("claims/batches/", batches.batches, name="batches"),
    path("claims/batches/<int:pk>/", batches.batch, name="batch"),
    path("claims/batches/<int:pk>/export/", batches.export_batch, name="export_batch"),
    path("claims/batches/<int:pk>/file/", batches.batch_file, name="batch_file"),
    path("claims/batches/<int:pk>/send/", batches.send_batch, name="send_batch"),
    path("claims/batches/<int:pk>/answer/", batches.read_answer, name="read_answer"),
    path("claims/answers/<int:pk>/", batches.answer_file, name="answer_file"),
    path("claims/answers/<int:pk>/take/", batches.take_answer, name="take_answer"),
    path("claims/answers/<int:pk>/put-aside/", batches.put_aside_answer, name="put_aside_answer"),
    path("verification/prior-learning/", recognitions.recognitions, name="recognitions"),
    path("verification/prior-learning/<int:pk>/", recognitions.recognition, name="recognition"),
    path("verification/prior-learning/<int:pk>/agree/", recognitions.agree_recognition, name="agree_recognition"),
    path("verification/prior-learning/<int:pk>/decline/", recognitions.decline_recognition, name="decline_recognition"),
    path(
        "verification/prior-learning/learners/<int:pk>/propose/",
        recognitions.propose_recognition,
        name="propose_recognition",
    ),
]
