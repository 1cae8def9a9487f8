"""Questions between learner and tutor, and the supervision of practice."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core.lists import chosen, listing
from enrolment.models import Enrolment
from workshops import actions, policy
from workshops.forms import AskForm, ReplyForm, SuperviseForm
from workshops.models import SupervisionSession, Thread

ORDERS = {
    "last": ("Newest first", ("-last_at",)),
    "subject": ("By subject", ("subject",)),
    "learner": ("By learner", ("enrolment__learner__full_name", "-last_at")),
}


@requires(Can.ASK_QUESTIONS, Can.ANSWER_QUESTIONS)
def threads(request: AuthedRequest) -> HttpResponse:
    """A learner's own questions, or those of a tutor's cohorts."""
    rows = Thread.objects.visible_to(request.user).select_related("enrolment__learner", "enrolment__cohort")
    waits = chosen(request, "waits", "Waits for", [("tutor", "The tutor"), ("learner", "The learner")], every="Anybody")
    if waits.value:
        rows = rows.filter(awaits_tutor=waits.value == "tutor")
    found = listing(
        request,
        rows,
        noun="question",
        orders=ORDERS,
        find=("subject", "enrolment__learner__full_name"),
        filters=[waits],
    )
    context = {
        "listing": found,
        "may_ask": request.user.can(Can.ASK_QUESTIONS),
        "answers": request.user.can(Can.ANSWER_QUESTIONS),
    }
    return render(request, "workshops/threads.html", context)


@requires(Can.ASK_QUESTIONS, Can.ANSWER_QUESTIONS)
@never_cache
def thread(request: AuthedRequest, pk: int) -> HttpResponse:
    """One talk from its beginning, and the box to go on with it."""
    rows = Thread.objects.visible_to(request.user).select_related("enrolment__learner", "enrolment__cohort")
    one = get_object_or_404(rows, pk=pk)
    is_learner = one.enrolment.learner_id == request.user.pk
    label = "Send to your tutor" if is_learner else f"Answer {one.enrolment.learner.first_name}"
    form = ReplyForm(request.POST or None, submit_label=label)
    if form.is_valid() and form.attempts(actions.reply, one, by=request.user):
        messages.success(request, "Sent.")
        return redirect(one)
    context = {
        "thread": one,
        "talk": one.messages.select_related("author"),
        "form": form,
        "blocked": policy.may_reply(one, request.user),
        "is_learner": is_learner,
    }
    return render(request, "workshops/thread.html", context)


@requires(Can.ASK_QUESTIONS)
def ask(request: AuthedRequest) -> HttpResponse:
    """A new question, on the newest programme that one is on."""
    mine = Enrolment.objects.of_learner(request.user).select_related("learner", "cohort").order_by("-invited_at", "-pk")
    one = next((row for row in mine if not policy.may_ask(row, request.user)), None)
    form = AskForm(request.POST or None, cancel_url=reverse("workshops:threads"))
    if one and form.is_valid() and form.attempts(actions.ask, one, by=request.user):
        messages.success(request, "Your question is with your tutor. You get an e-mail when there is an answer.")
        return redirect(form.result)
    return render(request, "workshops/ask.html", {"enrolment": one, "form": form})


def _enrolment_or_404(request: AuthedRequest, pk: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related("learner", "cohort__version")
    return get_object_or_404(rows, pk=pk)


@requires(Can.SUBMIT_WORK, Can.SUPERVISE, Can.READ_WORK)
def supervision(request: AuthedRequest, pk: int) -> HttpResponse:
    """The supervision of one learner: time and feedback, against what the qualification asks for."""
    one = _enrolment_or_404(request, pk)
    held = list(SupervisionSession.objects.filter(enrolment=one).select_related("supervisor"))
    context = {
        "enrolment": one,
        "held": held,
        "minutes": sum(row.minutes for row in held),
        "needed": one.cohort.version.supervision_minutes,
        "may_supervise": request.user.can(Can.SUPERVISE) and one.learner_id != request.user.pk,
        "is_learner": one.learner_id == request.user.pk,
    }
    return render(request, "workshops/supervision.html", context)


@requires(Can.SUPERVISE)
def supervise(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _enrolment_or_404(request, pk)
    back = reverse("workshops:supervision", args=[one.pk])
    form = SuperviseForm(request.POST or None, cancel_url=back)
    if form.is_valid() and form.attempts(actions.supervise, one, by=request.user):
        messages.success(request, "The supervision is recorded.")
        return redirect(back)
    return render(request, "workshops/supervise.html", {"enrolment": one, "form": form})
