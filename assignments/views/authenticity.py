"""The authenticity file of an attempt, the passages it shares with another piece, and what is added to the file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, authenticity
from assignments.forms.authenticity import JudgeSimilarityForm, NoteVivaForm, RaiseConcernForm, SettleConcernForm
from assignments.models import Concern, Submission


def _file(request: AuthedRequest, pk: int) -> Any:
    return get_object_or_404(authenticity.files_seen_by(request.user), pk=pk)


@requires(Can.SEE_AUTHENTICITY)
def file(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything in one place. Looking changes nothing."""
    submission = _file(request, pk)
    check = authenticity.check_of(submission)
    compared = check is not None and check.computed_at is not None
    context = {
        "submission": submission,
        "adds": request.user.can(Can.JUDGE_AUTHENTICITY) and submission.judged_by_me,
        "ai": authenticity.ai_facts(submission),
        "check": check,
        "headline": authenticity.headline(check),
        "meaning": authenticity.meaning(check) if check and compared and check.words else "",
        "judgeable": compared or (check is not None and check.is_given_up),
        "beside": authenticity.beside(submission, request.user),
        "decisions": list(submission.similarity_decisions.select_related("decided_by")),
        "drafts": authenticity.drafts_of(submission),
        "talks": list(submission.viva_notes.select_related("recorded_by")),
        "concerns": list(submission.concerns.select_related("raised_by", "decided_by")),
        "marking": submission.markings.select_related("marked_by").order_by("-marked_at", "-pk").first(),
    }
    return render(request, "assignments/authenticity.html", context)


@requires(Can.SEE_AUTHENTICITY)
def similarity(request: AuthedRequest, pk: int, other: int) -> HttpResponse:
    """The passages in common with one other piece, side by side."""
    submission = _file(request, pk)
    row = next(iter(authenticity.beside(submission, request.user, other=other)), None)
    if row is None:
        raise Http404
    context = {
        "submission": submission,
        "row": row,
        "pairs": authenticity.pairs_of(row, submission.document),
        "check": authenticity.check_of(submission),
        "adds": request.user.can(Can.JUDGE_AUTHENTICITY) and submission.judged_by_me,
    }
    return render(request, "assignments/similarity.html", context)


def _act(request: AuthedRequest, submission: Submission, form: Any, action: Any, said: dict[str, str]) -> HttpResponse:
    """A form page that adds one thing to the file and goes back to it."""
    if form.is_valid() and form.attempts(action, submission, by=request.user):
        messages.success(request, said["done"])
        return redirect(f"{_back(submission)}#{said['place']}")
    context = {"submission": submission, "form": form, **said}
    return render(request, "assignments/authenticity_add.html", context, status=409 if form.errors else 200)


def _back(submission: Submission) -> str:
    return reverse("assignments:authenticity", args=[submission.pk])


@requires(Can.JUDGE_AUTHENTICITY)
def judge_similarity(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = _file(request, pk)
    said = {
        "title": "What follows from the similarity",
        "lead": authenticity.headline(authenticity.check_of(submission))
        + " A percentage decides nothing: shared words can have a good reason. Look at the passages first.",
        "place": "similarity",
        "done": "Your decision is in the file.",
    }
    form = JudgeSimilarityForm(request.POST or None, cancel_url=_back(submission))
    return _act(request, submission, form, actions.judge_similarity, said)


@requires(Can.JUDGE_AUTHENTICITY)
def note_viva(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = _file(request, pk)
    said = {
        "title": "Note a talk about this work",
        "lead": "A few minutes in which the learner speaks about their own work say more than a percentage.",
        "place": "talks",
        "done": "The talk is in the file.",
    }
    form = NoteVivaForm(request.POST or None, cancel_url=_back(submission))
    return _act(request, submission, form, actions.note_viva, said)


@requires(Can.JUDGE_AUTHENTICITY)
def raise_concern(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = _file(request, pk)
    said = {
        "title": "Put a question on record",
        "lead": "A question is not an accusation. It is kept with the work until somebody has settled it.",
        "place": "questions",
        "done": "The question is in the file.",
    }
    form = RaiseConcernForm(request.POST or None, cancel_url=_back(submission))
    return _act(request, submission, form, actions.raise_concern, said)


@requires(Can.JUDGE_AUTHENTICITY)
def settle_concern(request: AuthedRequest, pk: int) -> HttpResponse:
    concern = get_object_or_404(Concern.objects.visible_to(request.user), pk=pk)
    submission = _file(request, concern.submission_id)
    form = SettleConcernForm(request.POST or None, cancel_url=_back(submission))
    if form.is_valid() and form.attempts(actions.settle_concern, concern, by=request.user):
        messages.success(request, f"Settled: {concern.get_outcome_display().lower()}.")
        return redirect(f"{_back(submission)}#questions")
    context = {"submission": submission, "form": form, "title": "Settle the question", "quoted": concern}
    return render(request, "assignments/authenticity_add.html", context, status=409 if form.errors else 200)
