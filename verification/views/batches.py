"""Batches of claims: what is in them, the file that goes out, and the answer that comes back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from core.lifecycle import choices
from core.lists import chosen, listing
from core.models import Event
from verification import actions, matching, reconciling
from verification.claim_files import COLUMNS, written
from verification.forms import AnswerFileForm, SendBatchForm
from verification.models import Answer, Claim, ClaimBatch
from verification.states import BATCH_TRANSITIONS, BatchState

ORDERS = {
    "opened": ("Newest first", ("-opened_at",)),
    "sent": ("By the day they were sent", ("-sent_on", "-opened_at")),
    "organisation": ("By organisation", ("organisation__name", "-opened_at")),
}
CLAIM_ORDERS = {
    "learner": ("By learner", ("enrolment__learner__full_name",)),
    "cohort": ("By cohort", ("enrolment__cohort__code", "enrolment__learner__full_name")),
    "state": ("By state", ("state", "enrolment__learner__full_name")),
}


def _batches(request: AuthedRequest) -> Any:
    return ClaimBatch.objects.visible_to(request.user).select_related("organisation")


@requires(Can.CLAIM)
def batches(request: AuthedRequest) -> HttpResponse:
    state = chosen(request, "state", "State", BatchState.choices)
    rows = _batches(request).annotate(n=Count("claims"), open_n=Count("claims", filter=Q(claims__state="claimed")))
    if state.value:
        rows = rows.filter(state=state.value)
    find = ("organisation__name", "order_number")
    found = listing(
        request, rows, noun="batch,batches", orders=ORDERS, find=find, filters=[state], also=_holds_a_learner
    )
    return render(request, "verification/batches.html", {"listing": found})


def _holds_a_learner(word: str) -> Q:
    """A word finds the batches that hold a learner of that name as well."""
    return Q(pk__in=Claim.objects.filter(enrolment__learner__full_name__icontains=word).values("batch"))


def _claims(batch: ClaimBatch) -> Any:
    related = "enrolment__learner", "enrolment__cohort__version__qualification", "enrolment__registration"
    return Claim.objects.filter(batch=batch).select_related(*related)


@requires(Can.CLAIM)
def batch(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_batches(request).select_related("opened_by", "exported_by", "sent_by"), pk=pk)
    find = ("enrolment__learner__full_name", "enrolment__cohort__code", "enrolment__registration__number")
    claims = listing(request, _claims(found), noun="claim", orders=CLAIM_ORDERS, find=find)
    context = {
        "batch": found,
        "listing": claims,
        "answers": found.answers.select_related("read_by").annotate(n=Count("lines")),
        "choices": [one for one in choices(found, request.user, BATCH_TRANSITIONS) if one.verb != "export_batch"],
        "blocked": ""
        if not found.is_open or claims.total or claims.narrowed
        else "There is no claim in this batch yet.",
        "events": Event.objects.about(found),
    }
    return render(request, "verification/batch.html", context)


@requires(Can.CLAIM)
@require_POST
def export_batch(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_batches(request), pk=pk)
    actions.export_batch(found, by=request.user)
    messages.success(request, "The batch is closed. Download its file, send it, and mark it as sent.")
    return redirect(found)


@requires(Can.CLAIM)
def batch_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file of an exported batch, with the organisation's columns in its order. The same each time."""
    found = get_object_or_404(_batches(request), pk=pk)
    actions.download_batch(found, by=request.user)
    related = "enrolment__application", "enrolment__cohort__version__qualification__organisation"
    claims = _claims(found).select_related(*related).prefetch_related("units").order_by("pk")
    content = written(found.organisation.claim_columns, [_cells(one, found) for one in claims])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response["Cache-Control"] = "no-store"
    return response


def _cells(claim: Claim, batch: ClaimBatch) -> dict[str, Any]:
    """One learner as the awarding organisation knows them: by the legal name they were registered with."""
    enrolment = claim.enrolment
    form, version = getattr(enrolment, "application", None), enrolment.cohort.version
    first, _, last = enrolment.learner.full_name.rpartition(" ")
    born_on = form.date_of_birth if form else None
    return {
        "registration": enrolment.registration.number,
        "first_name": (form.legal_first_name if form else "") or first,
        "last_name": (form.legal_last_name if form else "") or last,
        "date_of_birth": f"{born_on:%d/%m/%Y}" if born_on else "",
        "uln": form.uln if form else "",
        "centre_number": batch.organisation.centre_number,
        "qualification": version.qualification.number,
        "title": version.qualification.title,
        "kind": "Whole" if claim.is_whole else "Units",
        "units": " ".join(one.product_code or one.number for one in claim.units.all()),
        "funded": "Yes" if batch.is_funded else "No",
        "claimed_on": f"{timezone.localdate(claim.claimed_at):%d/%m/%Y}",
    }


@requires(Can.CLAIM)
def send_batch(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_batches(request), pk=pk)
    form = SendBatchForm(request.POST or None, initial={"sent_on": clock.today()}, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.send_batch, found, by=request.user):
        messages.success(request, "Marked as sent. When the answer comes, its file is read here.")
        return redirect(found)
    return _page(request, found, form, "Mark the batch as sent")


def _page(request: AuthedRequest, found: ClaimBatch, form: Any, title: str) -> HttpResponse:
    context = {"batch": found, "form": form, "title": title}
    return render(request, "verification/batch_act.html", context, status=409 if form.errors else 200)


@requires(Can.CLAIM)
def read_answer(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file and its headings. What was used for this organisation before is filled in."""
    found = get_object_or_404(_batches(request), pk=pk)
    before = Answer.objects.filter(batch__organisation=found.organisation_id).values_list("mapping", flat=True).first()
    form = AnswerFileForm(
        request.POST or None, request.FILES or None, headings=before or COLUMNS, cancel_url=found.get_absolute_url()
    )
    if form.is_valid():
        file = form.cleaned_data.pop("file")
        if form.attempts(actions.read_answer, found, name=file.name, content=file.read(), by=request.user):
            answer, is_new = form.result
            if not is_new:
                messages.info(request, "This file has been read already. Nothing was done a second time.")
            return redirect(answer)
    return _page(request, found, form, "Read an answer")


def _answer(request: AuthedRequest, pk: int) -> Answer:
    rows = Answer.objects.visible_to(request.user).select_related("batch__organisation", "read_by", "closed_by")
    return get_object_or_404(rows, pk=pk)


@requires(Can.CLAIM)
def answer_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """What each line will do, before it is taken; afterwards what each line did."""
    found = _answer(request, pk)
    if found.is_read:
        lines = [
            {
                "number": one.line.number,
                "cells": one.cells,
                "what": one.what,
                "word": one.word,
                "sentence": one.sentence,
            }
            for one in reconciling.looked_at(found)
        ]
    else:
        lines = [
            {
                "number": one.number,
                "cells": one.cells,
                "what": one.verdict,
                "word": matching.WORDS.get(one.verdict, "Not taken"),
                "sentence": one.sentence,
                "claim": one.claim_id,
            }
            for one in found.lines.order_by("number")
        ]
    counts = {what: sum(one["what"] == what for one in lines) for what in matching.WORDS}
    context = {
        "answer": found,
        "batch": found.batch,
        "lines": lines,
        "summary": [(matching.WORDS[what].lower(), n) for what, n in counts.items() if n],
        "does": counts[matching.CERTIFICATE] + counts[matching.REJECTION],
        "differs": counts[matching.DIFFERS],
    }
    return render(request, "verification/answer.html", context)


@requires(Can.CLAIM)
@require_POST
def take_answer(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _answer(request, pk)
    accepted = [int(one) for one in request.POST.getlist("accept") if one.isascii() and one.isdecimal()]
    counts = actions.take_answer(found, accepted=accepted, by=request.user)
    done = counts[matching.CERTIFICATE] + counts[matching.REJECTION]
    left = counts[matching.REFUSED] + counts[matching.DIFFERS]
    said = f"Taken: {counts[matching.CERTIFICATE]} certificates and {counts[matching.REJECTION]} rejections recorded."
    if left:
        messages.warning(request, f"{said} {left} lines did nothing; each says why.")
    else:
        messages.success(request, said if done else "Taken. The record said all of it already.")
    return redirect(found)


@requires(Can.CLAIM)
@require_POST
def put_aside_answer(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _answer(request, pk)
    actions.put_aside_answer(found, by=request.user)
    messages.info(request, "Put aside. Nothing of this file was done.")
    return redirect(found.batch)
