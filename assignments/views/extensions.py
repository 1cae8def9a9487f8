"""More time: the learner's request, the list of those who decide, and what they decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, deadlines, extending
from assignments.forms.extensions import (
    DeclineExtensionForm,
    GrantExtensionForm,
    PassOnExtensionForm,
    RequestExtensionForm,
    WithdrawExtensionForm,
)
from assignments.models import Extension
from assignments.states import EXTENSION_TRANSITIONS, WITHDRAW_EXTENSION, ExtensionState
from assignments.views.files import sent
from core.forms import Form
from core.lifecycle import Choice, choices, record
from core.lists import chosen, listing
from core.models import Event
from enrolment.models import Enrolment
from programmes.models import Assignment, Cohort

ORDERS = {
    "waiting": ("Waiting first", ("rank", "-requested_at")),
    "learner": ("By learner", ("enrolment__learner__full_name", "-requested_at")),
    "cohort": ("By cohort", ("enrolment__cohort__code", "rank", "-requested_at")),
    "wanted": ("By the day asked for", ("wanted_on",)),
    "asked": ("Newest first", ("-requested_at",)),
}
HEADS = [
    {"label": "Learner", "order": "learner"},
    {"label": "Cohort", "order": "cohort"},
    {"label": "Work", "order": ""},
    {"label": "From", "order": ""},
    {"label": "Day asked for", "order": "wanted"},
    {"label": "State", "order": "waiting"},
    {"label": "Asked", "order": "asked"},
]


# ---- the learner


@requires(Can.SUBMIT_WORK)
@never_cache
def request_extension(request: AuthedRequest, enrolment: int, assignment: int) -> HttpResponse:
    """Ask for another day for one assignment; where that is not possible, the page says why."""
    mine = Enrolment.objects.of_learner(request.user).select_related("cohort")
    one = get_object_or_404(mine, pk=enrolment)
    work = get_object_or_404(Assignment, pk=assignment, version=one.cohort.version_id)
    deadline = deadlines.effective(one, work)
    back = reverse("assignments:own")
    blocked = extending.asking_problem(one, deadline) or extending.work_is_not_in(
        Extension(enrolment=one, assignment=work), request.user
    )
    form = RequestExtensionForm(request.POST or None, request.FILES or None, deadline=deadline, cancel_url=back)
    if (
        not blocked
        and form.is_valid()
        and form.attempts(actions.request_extension, one, assignment=work, by=request.user)
    ):
        messages.success(request, "Your request is on its way. You get an e-mail when it is decided.")
        return redirect(form.result)
    context = {"assignment": work, "deadline": deadline, "form": form, "blocked": blocked}
    return render(request, "assignments/request_extension.html", context)


# ---- those who decide


def _seen(request: AuthedRequest) -> QuerySet[Extension]:
    return Extension.objects.visible_to(request.user).with_case()


def _found(request: AuthedRequest, pk: int) -> Extension:
    return get_object_or_404(_seen(request).prefetch_related("enrolment__cohort__contract__managers"), pk=pk)


@requires(Can.GRANT_EXTENSIONS)
@never_cache
def extensions(request: AuthedRequest) -> HttpResponse:
    """The requests of the learners this person sees, those that wait first."""
    waits = Case(When(state=ExtensionState.REQUESTED, then=0), default=1, output_field=IntegerField())
    mine = Extension.objects.visible_to(request.user).exclude(enrolment__learner=request.user)
    codes = Cohort.objects.visible_to(request.user).values_list("code", flat=True)
    filters = [
        chosen(request, "state", "State", ExtensionState.choices),
        chosen(request, "cohort", "Cohort", [(one, one) for one in codes]),
    ]
    rows = mine.annotate(rank=waits).select_related("enrolment__learner", "enrolment__cohort", "assignment")
    if filters[0].value:
        rows = rows.filter(state=filters[0].value)
    if filters[1].value:
        rows = rows.filter(enrolment__cohort__code=filters[1].value)
    found = listing(
        request,
        rows,
        noun="request",
        orders=ORDERS,
        find=("enrolment__learner__full_name", "enrolment__cohort__code", "assignment__title"),
        filters=filters,
    )
    totals = _totals(mine)
    context = {
        "listing": found,
        "heads": HEADS,
        "waiting": sum(one["waiting"] for one in totals),
        "totals": totals if request.user.can(Can.GRANT_LONG_EXTENSIONS) else [],
    }
    return render(request, "assignments/extensions.html", context)


def _totals(rows: QuerySet[Extension]) -> list[dict[str, Any]]:
    """By cohort: how many wait, were granted and declined, and how many days were granted."""
    granted = Q(state=ExtensionState.GRANTED)
    found: Any = (
        rows.order_by("enrolment__cohort__code")
        .values("enrolment__cohort__code")
        .annotate(
            waiting=Count("pk", filter=Q(state=ExtensionState.REQUESTED)),
            granted=Count("pk", filter=granted),
            declined=Count("pk", filter=Q(state=ExtensionState.DECLINED)),
            time=Sum(F("granted_on") - F("due_before_on"), filter=granted),
            code=F("enrolment__cohort__code"),
        )
    )
    return [{**one, "days": one["time"].days if one["time"] else 0} for one in found]


@requires(Can.SUBMIT_WORK, Can.GRANT_EXTENSIONS)
@never_cache
def extension(request: AuthedRequest, pk: int) -> HttpResponse:
    """One request: what is asked and why, what became of it, and what this person can do about it."""
    one = _found(request, pk)
    offered = _offered(one, request)
    passes_on = any(choice.verb == "pass_on_extension" for choice in offered)
    context = {
        "extension": one,
        "own": one.enrolment.learner_id == request.user.pk,
        "choices": offered,
        "primary": "pass_on_extension" if passes_on else "grant_extension",
        "limit": extending.limit_problem(one, one.wanted_on) if passes_on else "",
        "events": Event.objects.about(one),
    }
    return render(request, "assignments/extension.html", context)


def _offered(one: Extension, request: AuthedRequest) -> list[Choice]:
    """Granting and declining; to a tutor, beyond the limit, nothing but passing it on."""
    user = request.user
    if one.is_waiting and user.can(Can.GRANT_EXTENSIONS) and not extending.decides_at_length(one, user):
        beyond = not one.passed_on_at and one.is_beyond_the_tutor()
        if beyond and not extending.is_for_decider(one, user):
            url = reverse("assignments:pass_on_extension", args=[one.pk])
            return [Choice("pass_on_extension", PassOnExtensionForm.submit_label, url)]
    own = one.enrolment.learner_id == user.pk
    return [
        choice
        for choice in choices(one, user, EXTENSION_TRANSITIONS)
        if (choice.verb == WITHDRAW_EXTENSION.verb) is own
    ]


@requires(Can.SUBMIT_WORK, Can.GRANT_EXTENSIONS)
def extension_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    """The learner's evidence; that somebody else took a copy is part of the history."""
    one = get_object_or_404(_seen(request), pk=pk)
    if not one.evidence:
        raise Http404
    if one.enrolment.learner_id != request.user.pk:
        with transaction.atomic():
            record(one, "download", by=request.user, name=one.evidence_name, sha256=one.evidence_sha256)
    return sent(one.evidence, name=one.evidence_name, mime=one.evidence_mime)


def _act(
    request: AuthedRequest, one: Extension, form: Form, action: Callable[..., Any], *, title: str, done: str, text: str
) -> HttpResponse:
    """A decision on its page, beside what it is about."""
    if request.method == "POST" and form.is_valid() and form.attempts(action, one, by=request.user):
        messages.success(request, done)
        return redirect(one)
    own = one.enrolment.learner_id == request.user.pk
    context = {"extension": one, "form": form, "title": title, "text": text, "own": own}
    return render(request, "assignments/decide_extension.html", context)


@requires(Can.GRANT_EXTENSIONS)
@never_cache
def grant_extension(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    form = GrantExtensionForm(
        request.POST or None,
        deadline=one.deadline,
        initial={"granted_on": one.wanted_on},
        cancel_url=one.get_absolute_url(),
    )
    return _act(
        request,
        one,
        form,
        actions.grant_extension,
        title=f"More time for {one.enrolment.learner}",
        text="You can grant the day that was asked for or another one. It holds from now on, and the learner is told.",
        done=f"{one.enrolment.learner} has more time and has been told.",
    )


@requires(Can.GRANT_EXTENSIONS)
@never_cache
def decline_extension(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    return _act(
        request,
        one,
        DeclineExtensionForm(request.POST or None, cancel_url=one.get_absolute_url()),
        actions.decline_extension,
        title=f"No more time for {one.enrolment.learner}",
        text="The date stays as it is, and the learner is told why.",
        done=f"The date stays. {one.enrolment.learner} has been told.",
    )


@requires(Can.GRANT_EXTENSIONS)
@never_cache
def pass_on_extension(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    return _act(
        request,
        one,
        PassOnExtensionForm(request.POST or None, cancel_url=one.get_absolute_url()),
        actions.pass_on_extension,
        title="Pass it on to the contract manager",
        text=extending.limit_problem(one, one.wanted_on) or "The contract manager decides instead of you, and is told.",
        done="The contract manager has been told and decides.",
    )


@requires(Can.SUBMIT_WORK)
@never_cache
def withdraw_extension(request: AuthedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(_seen(request), pk=pk, enrolment__learner=request.user)
    return _act(
        request,
        one,
        WithdrawExtensionForm(request.POST or None, cancel_url=one.get_absolute_url()),
        actions.withdraw_extension,
        title="Take your request back",
        text="Nobody decides on it then, and the date stays as it is. You can ask again.",
        done="Your request is taken back. The date stays as it is.",
    )
