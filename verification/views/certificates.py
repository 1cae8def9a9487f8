"""Acts on certificates: checked, sent, corrected, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from verification import actions
from verification.certifying import names_of
from verification.forms import (
    AskCorrectionForm,
    CheckCertificateForm,
    MendForm,
    ReplaceCertificateForm,
    RevokeForm,
    SendCertificateForm,
)
from verification.models import Certificate, Claim

_CLAIM = "enrolment__learner", "enrolment__application", "enrolment__cohort__version__qualification__organisation"


def _certificate(request: AuthedRequest, pk: int) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("claim", *(f"claim__{one}" for one in _CLAIM))
    return get_object_or_404(rows, pk=pk)


def _claim(request: AuthedRequest, pk: int) -> Claim:
    rows = Claim.objects.visible_to(request.user).select_related(*_CLAIM, "enrolment__cohort__contract")
    return get_object_or_404(rows, pk=pk)


def _act(request: AuthedRequest, claim: Claim, form: Any, title: str, **context: Any) -> HttpResponse:
    context = {"claim": claim, "form": form, "title": title, **context}
    return render(request, "verification/claim_act.html", context, status=409 if form.errors else 200)


@requires(Can.CLAIM)
def check_certificate(request: AuthedRequest, pk: int) -> HttpResponse:
    """What is printed is typed from the paper; it is compared with the record, not filled in from it."""
    found = _certificate(request, pk)
    enrolment = found.claim.enrolment
    form = CheckCertificateForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.check_certificate, found, by=request.user):
        messages.success(request, "Checked. Next: send it to the learner.")
        return redirect(found)
    facts = [
        ("Name in the record", names_of(enrolment)[0]),
        ("Qualification", str(enrolment.cohort.version.qualification)),
        ("Certificate", f"{found.number}, dated {found.certificated_on:%d/%m/%Y}"),
    ]
    lead = "Type what is printed on the paper. Capitals and spaces do not count; everything else does."
    return _act(request, found.claim, form, "Check the certificate", facts=facts, lead=lead)


@requires(Can.CLAIM)
def send_certificate(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _certificate(request, pk)
    given = {"sent_on": clock.today()}
    form = SendCertificateForm(request.POST or None, initial=given, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.send_certificate, found, by=request.user):
        messages.success(request, f"Recorded. {found.claim.enrolment.learner} has been told.")
        return redirect(found)
    return _act(request, found.claim, form, "Record that the certificate was sent")


@requires(Can.CLAIM)
def ask_correction(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _certificate(request, pk)
    form = AskCorrectionForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.ask_correction, found, by=request.user):
        messages.success(request, "Recorded. When the corrected certificate comes, record it here.")
        return redirect(found)
    return _act(request, found.claim, form, "Ask for a corrected certificate")


@requires(Can.CLAIM)
def replace_certificate(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _certificate(request, pk)
    form = ReplaceCertificateForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.replace_certificate, found, by=request.user):
        messages.success(request, "Recorded. Check it like the first.")
        return redirect(found)
    return _act(request, found.claim, form, "Record the corrected certificate")


@requires(Can.CLAIM)
def revoke(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _claim(request, pk)
    form = RevokeForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.revoke, found, by=request.user):
        messages.info(request, f"Recorded. {found.enrolment.learner} and the tutors have been told.")
        return redirect(found)
    return _act(request, found, form, "Record that the certificate is revoked")


@requires(Can.CLAIM)
def mend(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _claim(request, pk)
    form = MendForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.mend, found, by=request.user):
        messages.success(request, "Recorded. The certificate can be claimed again once nothing is missing.")
        return redirect(found)
    return _act(request, found, form, "The cause of the revocation is mended")
