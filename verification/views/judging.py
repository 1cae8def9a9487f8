"""What a verifier does on the page of a sample: keep a judgement, agree with the rest, agree, ask for an action, freeze again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from core.refusals import NotAllowed, Refused
from verification import actions, judging
from verification.forms import JudgementForm, SendBackForm
from verification.models import JudgementDraft, Sample
from verification.states import SampleState
from verification.verifying import numbers_of
from verification.views.samples import form_of, learner_of, onwards, page, seen


def _sent(request: AuthedRequest, pk: int, kind: type[JudgementForm] = JudgementForm) -> tuple[Sample, JudgementForm]:
    found = get_object_or_404(seen(request.user), pk=pk)
    return found, form_of(found, numbers_of(found), request.user, request.POST, kind)


def _keep(form: JudgementForm, found: Sample, request: AuthedRequest) -> JudgementDraft | None:
    """What was typed is kept before anything else, so that no refusal costs a word. None: it was refused, and the form says why."""
    form.full_clean()
    revision = form.cleaned_data.get("revision") or 0
    try:
        return actions.save_judgement(found, typed=form.typed, revision=revision, by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


@requires(Can.VERIFY)
def save_judgement(request: AuthedRequest, pk: int) -> HttpResponse:
    """For the script as a sentence, for a form without it as the page again."""
    if request.method != "POST":
        return redirect(get_object_or_404(seen(request.user), pk=pk))
    found, form = _sent(request, pk)
    saved = _keep(form, found, request)
    if request.headers.get("X-Requested-With") == "autosave":
        if saved is None:
            return HttpResponse(" ".join(form.errors_said()), status=409, content_type="text/plain; charset=utf-8")
        return JsonResponse({"revision": saved.revision, "saved": f"{timezone.localtime(clock.now()):%H:%M:%S}"})
    if saved is None:
        return page(request, seen(request.user).get(pk=pk), form)
    messages.success(request, "Saved. Nobody else is told before you decide.")
    return redirect(f"{found.get_absolute_url()}#criteria")


@requires(Can.VERIFY)
@require_POST
def agree_rest(request: AuthedRequest, pk: int) -> HttpResponse:
    """Agree with every criterion that is not marked otherwise. The decision on the whole is another act."""
    found, form = _sent(request, pk)
    # First what was sent: the script may have kept the same a moment ago, and its answer did not come in time.
    kept = _keep(form, found, request)
    if kept is None:
        return page(request, seen(request.user).get(pk=pk), form)
    rest = judging.with_the_rest(form.typed, form.numbers)
    form = form_of(found, form.numbers, request.user, {**request.POST.dict(), **rest, "revision": kept.revision})
    if _keep(form, found, request) is None:
        return page(request, seen(request.user).get(pk=pk), form)
    against = [form.numbers[one] for one in form.judgement.not_agreed]
    told = f" Not agreed: {judging.listed(against)}." if against else ""
    messages.success(request, f"Agreed wherever you had marked nothing.{told} Now decide on the whole.")
    return redirect(f"{found.get_absolute_url()}#verdict")


@requires(Can.VERIFY)
def agree(request: AuthedRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return redirect(get_object_or_404(seen(request.user), pk=pk))
    found, form = _sent(request, pk)
    was_signed = found.submission.is_signed
    if saved := _keep(form, found, request):
        words = {"comment": form.cleaned_data.get("comment", ""), "seen": form.cleaned_data.get("seen", "")}
        if form.is_valid() and _decides(form, actions.agree, found, **words, revision=saved.revision, by=request.user):
            told = " The result is released." if was_signed and found.submission.is_released else ""
            piece = found.submission.assignment.title.lower()
            messages.success(request, f"Agreed: {piece} of {learner_of(found)}.{told}")
            return redirect(onwards(found, request.user))
    if _agreed_just_so(request, found):
        return redirect(found)
    return page(request, seen(request.user).get(pk=pk), form)


def _decides(form: JudgementForm, verb: Any, *args: Any, **given: Any) -> bool:
    try:
        form.result = verb(*args, judgement=form.judgement, **given)
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _agreed_just_so(request: AuthedRequest, found: Sample) -> bool:
    """Whether this is a second click: the same verifier has agreed in the same words with the first."""
    words = request.POST.get("comment", "").strip()
    same = Sample.objects.filter(pk=found.pk, state=SampleState.AGREED, verified_by=request.user, comment=words)
    if not same.exists():
        return False
    messages.info(request, "You have agreed already. Nothing was done a second time.")
    return True


@requires(Can.VERIFY)
def send_back(request: AuthedRequest, pk: int) -> HttpResponse:
    """Ask for an action: the form on the page of the sample, where its kind, its owner and its day are wanted."""
    if request.method != "POST":
        return redirect(f"{get_object_or_404(seen(request.user), pk=pk).get_absolute_url()}#action")
    found, form = _sent(request, pk, SendBackForm)
    saved = _keep(form, found, request)
    if saved and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("comment", "seen", *judging.ACTION_FIELDS)}
        if _decides(form, actions.send_back, found, **given, revision=saved.revision, by=request.user):
            messages.success(request, f"Sent back. {found.owner} has been told and answers by the day you set.")
            return redirect(onwards(found, request.user))
    return page(request, seen(request.user).get(pk=pk), form)


@requires(Can.VERIFY)
@require_POST
def freeze_again(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(seen(request.user), pk=pk)
    actions.freeze_again(found, by=request.user)
    messages.success(request, "Frozen as it stands now. What you had judged is kept; look at what changed.")
    return redirect(found)
