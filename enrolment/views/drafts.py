"""What is saved while a learner types. A script calls these: an ended session is a 401 with a sentence, no redirect."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from core.refusals import Refused
from enrolment import actions
from enrolment.forms import QuestionnaireForm, SupportNeedsForm
from enrolment.models import Enrolment
from enrolment.views.learner import DRAFTS, form_of, outcomes_of, own_or_404

SIGNED_OUT = "You have been signed out. What you wrote is kept in this browser; sign in again in another window."


def _said(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _problems(form: Any) -> dict[str, str]:
    """The sentences about what was typed; an empty field is no problem while somebody is still typing."""
    found = form.errors.as_data()
    return {name: str(form.errors[name][0]) for name, why in found.items() if {one.code for one in why} != {"required"}}


def _application(request: AuthedRequest, one: Enrolment, page: str) -> dict[str, str]:
    form = DRAFTS[page](request.POST, application=form_of(one))
    form.is_valid()
    actions.save_application(one, **form.kept(), by=request.user)
    return _problems(form)


def _support(request: AuthedRequest, one: Enrolment, page: str) -> dict[str, str]:
    """Only once the learner has agreed; else nothing of this kind is kept."""
    if not hasattr(one, "support_needs"):
        raise Refused("Agree first that these answers are kept.")
    form = SupportNeedsForm(request.POST)
    if form.is_valid():
        actions.save_support_needs(one, **form.cleaned_data, by=request.user)
    return _problems(form)


def _questionnaire(request: AuthedRequest, one: Enrolment, page: str) -> dict[str, str]:
    form = QuestionnaireForm(request.POST, outcomes=outcomes_of(one), questionnaire=getattr(one, "questionnaire", None))
    form.is_valid()
    actions.save_questionnaire(one, **form.given(), by=request.user)
    return _problems(form)


SAVES = {"about": _application, "contact": _application, "support": _support, "questionnaire": _questionnaire}


@requires(Can.APPLY)
def _keep(request: AuthedRequest, pk: int, page: str) -> HttpResponse:
    if page not in SAVES:
        raise Http404
    try:
        problems = SAVES[page](request, own_or_404(request, pk), page)
    except Refused as refusal:
        return _said(str(refusal), refusal.status)
    return JsonResponse({"saved_at": clock.now().isoformat(), "problems": problems})


@login_not_required
@require_POST
def autosave(request: AuthedRequest, pk: int, page: str) -> HttpResponse:
    """Keep what was sent so far, in part or whole. The answer says when, and what cannot be read."""
    return _keep(request, pk, page) if request.user.is_authenticated else _said(SIGNED_OUT, 401)


autosave.needs = (Can.APPLY,)  # type: ignore[attr-defined] # a test asks each view for it
