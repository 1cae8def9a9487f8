"""Appeals and complaints as the person sees them whose they are: plain words, what happens next, nothing internal."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments.models import Submission
from core import clock
from core.lists import listing
from verification import case_policy as policy
from verification import handling
from verification.case_forms import AppealForm, ComplainForm, FileForm, SayMoreForm
from verification.case_states import CaseKind, CaseState
from verification.models import Case

ORDERS = {
    "newest": ("Newest first", ("-raised_at",)),
    "reference": ("By reference", ("reference",)),
}


@requires(Can.RAISE_CASES)
@never_cache
def own_cases(request: AuthedRequest) -> HttpResponse:
    """One's own appeals and complaints, and the way to raise one."""
    rows = Case.objects.own_of(request.user)
    found = listing(request, rows, noun="case", orders=ORDERS, find=("reference", "title"))
    context = {
        "listing": found,
        "open": sum(one.is_open for one in found.page),
        "within": policy.span(settings.APPEAL_WITHIN),
    }
    return render(request, "verification/own_cases.html", context)


def _steps(kind: str) -> list[str]:
    """What happens next, a sentence for each stage, with the time the centre gives itself."""
    noun = "appeal" if kind == CaseKind.APPEAL else "complaint"
    return [
        f"The centre writes that your {noun} has arrived{_within(kind, CaseState.RECEIVED)}.",
        f"It chooses somebody who had no part in the matter{_within(kind, CaseState.ACKNOWLEDGED)}.",
        f"That person looks at everything and decides{_within(kind, CaseState.REVIEW)}. You read the decision and its reasons under "
        "“Appeals and complaints”.",
        f"If you are not content, write it there{_within(kind, CaseState.DECIDED)}. A panel of others decides "
        f"then{_within(kind, CaseState.PANEL)}; after that you can ask the awarding organisation.",
    ]


def _within(kind: str, state: str) -> str:
    span = policy.time_for(kind, state)
    return f" within {span}" if span else ""


@requires(Can.RAISE_CASES)
@never_cache
def appeal(request: AuthedRequest, pk: int) -> HttpResponse:
    """Appeal against a released result; where that is not possible, the page says why."""
    mine = Submission.objects.filter(enrolment__learner=request.user, released_at__isnull=False)
    found = get_object_or_404(mine.select_related("enrolment__learner", "enrolment__cohort", "assignment"), pk=pk)
    there = Case.objects.own_of(request.user).open().filter(kind=CaseKind.APPEAL, submission=found).first()
    if there is not None:
        return redirect("verification:own_case", there.pk)
    released_on = timezone.localdate(found.released_at) if found.released_at else None
    blocked = policy.appeal_problem(released_on=released_on, today=clock.today())
    form = AppealForm(request.POST or None, cancel_url=found.get_absolute_url())
    if not blocked and form.is_valid() and form.attempts(handling.appeal, found, by=request.user):
        messages.success(request, "Your appeal is on its way. You get an e-mail when the centre has acknowledged it.")
        return redirect("verification:own_case", form.result.pk)
    context = {
        "submission": found,
        "form": form,
        "blocked": blocked,
        "until": policy.appeal_until(released_on) if released_on else None,
        "steps": _steps(CaseKind.APPEAL),
    }
    return render(request, "verification/appeal.html", context, status=409 if form.errors else 200)


@requires(Can.RAISE_CASES)
@never_cache
def complain(request: AuthedRequest) -> HttpResponse:
    """Complain about the centre, or about how it uses one's personal data."""
    about = request.GET.get("about", "")
    initial = {"kind": CaseKind.DATA_PROTECTION.value} if about == "data" else {}
    form = ComplainForm(request.POST or None, initial=initial, cancel_url=reverse("verification:own_cases"))
    if form.is_valid() and form.attempts(handling.complain, by=request.user):
        messages.success(
            request, "Your complaint is on its way. You get an e-mail when the centre has acknowledged it."
        )
        return redirect("verification:own_case", form.result.pk)
    context = {
        "form": form,
        "steps": _steps(CaseKind.COMPLAINT),
        "data_span": policy.time_for(CaseKind.DATA_PROTECTION, CaseState.RECEIVED),
    }
    return render(request, "verification/complain.html", context, status=409 if form.errors else 200)


def _mine(user: User) -> QuerySet[Case]:
    return Case.objects.own_of(user).select_related("submission__assignment")


@requires(Can.RAISE_CASES)
@never_cache
def own_case(request: AuthedRequest, pk: int) -> HttpResponse:
    """Where it stands, what was decided and why, and what happens next."""
    found = get_object_or_404(_mine(request.user), pk=pk)
    form = SayMoreForm(request.POST or None, submit_label="Send this")
    if request.method == "POST" and form.is_valid() and form.attempts(handling.say_more, found, by=request.user):
        messages.success(request, "Added. Whoever looks at your case has been told.")
        return redirect("verification:own_case", pk)
    return _page(request, found, form)


def _page(request: AuthedRequest, found: Case, form: SayMoreForm) -> HttpResponse:
    context: dict[str, Any] = {
        "case": found,
        "way": found.way(),
        "next": _next(found),
        "decisions": list(found.decisions.all()),
        "notes": list(found.notes.filter(internal=False).select_related("written_by")),
        "files": list(found.files.filter(internal=False)),
        "form": form if found.is_open else None,
    }
    return render(request, "verification/own_case.html", context, status=409 if form.errors else 200)


def _next(found: Case) -> str:
    """One sentence on what happens next and by when."""
    by = f" by {found.due_on:%a} {found.due_on.day} {found.due_on:%B %Y}" if found.due_on else ""
    further = (
        "If you are not content, you can complain to the Information Commissioner’s Office at any time."
        if found.kind == CaseKind.DATA_PROTECTION
        else "If you are not content, write it below"
        f"{by}: a panel that had no part in it looks at it then, and after that the awarding organisation."
    )
    return {
        CaseState.RECEIVED: f"The centre writes to you that it has arrived{by}.",
        CaseState.ACKNOWLEDGED: f"The centre chooses somebody who had no part in the matter{by}.",
        CaseState.REVIEW: f"Somebody who had no part in the matter looks at everything and decides{by}.",
        CaseState.DECIDED: further,
        CaseState.PANEL: f"A panel that had no part in it decides{by}.",
        CaseState.AWARDING: "The awarding organisation looks at it. The centre tells you what it says.",
        CaseState.CLOSED: "Nothing more happens. If something is wrong, write to the centre.",
    }[CaseState(found.state)]


@requires(Can.RAISE_CASES)
@never_cache
def add_own_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """A file as evidence of one's own case."""
    found = get_object_or_404(_mine(request.user).open(), pk=pk)  # type: ignore[attr-defined] # our own queryset
    back = reverse("verification:own_case", args=[pk])
    form = FileForm(request.POST or None, request.FILES or None, cancel_url=back)
    added = form.is_valid() and form.attempts(handling.add_case_file, found, internal=False, by=request.user)
    if added:
        messages.success(request, "Added.")
        return redirect(back)
    return render(
        request, "verification/own_case_file.html", {"case": found, "form": form}, status=409 if form.errors else 200
    )
