"""What is done about a case: opened by the centre, taken to the next stage, decided, closed, added to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core.forms import Form
from core.lifecycle import Transition
from core.lists import searched
from enrolment.models import Enrolment
from verification import case_forms as forms
from verification import handling
from verification.case_policy import time_for
from verification.case_states import CaseState, MalpracticeState, steps_of
from verification.models import Case
from verification.models.involved import candidates
from verification.views.cases import seen_cases

FOUND = 10


@requires(Can.HANDLE_CASES)
@never_cache
def raise_case(request: AuthedRequest) -> HttpResponse:
    """Open a case for somebody. The learner it is about, if any, is looked up first and stands in the address."""
    number = request.GET.get("learner", "")
    about = None
    if number.isdecimal():
        visible = Enrolment.objects.visible_to(request.user).exclude(learner=request.user)
        about = get_object_or_404(visible.select_related("learner", "cohort"), pk=int(number))
    form = forms.RaiseCaseForm(request.POST or None, enrolment=about, cancel_url=reverse("verification:cases"))
    if form.is_valid() and form.attempts(handling.raise_case, by=request.user):
        messages.success(request, f"Opened: {form.result.reference}.")
        return redirect(form.result if _sees(request, form.result) else "verification:cases")
    everybody = Enrolment.objects.visible_to(request.user).exclude(learner=request.user)
    q, rows = searched(request, everybody, ("learner__full_name", "learner__email", "cohort__code"))
    found = list(rows.select_related("learner", "cohort").order_by("learner__full_name", "pk")[:FOUND]) if q else []
    context = {"form": form, "about": about, "q": q, "found": found, "most": FOUND}
    return render(request, "verification/case_raise.html", context, status=409 if form.errors else 200)


def _sees(request: AuthedRequest, case: Case) -> bool:
    return Case.objects.visible_to(request.user).filter(pk=case.pk).exists()


def _act(
    request: AuthedRequest,
    case: Case,
    form: Form,
    action: Callable[..., Any],
    *,
    title: str,
    text: str = "",
    done: str,
    people: list[Any] | None = None,
) -> HttpResponse:
    """A step on its page, beside what it is about; with the people who cannot be chosen, and why."""
    if request.method == "POST" and form.is_valid() and form.attempts(action, case, by=request.user):
        messages.success(request, done)
        return redirect(case if _sees(request, case) else "verification:cases")
    blocked = [one for one in people or [] if one.reasons]
    context = {"case": case, "form": form, "title": title, "text": text, "blocked": blocked, "people": people}
    return render(request, "verification/case_act.html", context, status=409 if form.errors else 200)


def _found(request: AuthedRequest, pk: int) -> Case:
    return get_object_or_404(seen_cases(request.user), pk=pk)


def _step(case: Case, verb: str) -> Transition | None:
    return next((one for one in steps_of(case.kind) if one.verb == verb), None)


def _until(case: Case, state: str) -> str:
    span = time_for(case.kind, state)
    return f"This stage may then take {span}." if span else ""


@requires(Can.HANDLE_CASES)
@never_cache
def acknowledge_case(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    return _act(
        request,
        case,
        forms.AcknowledgeForm(request.POST or None, cancel_url=case.get_absolute_url()),
        handling.acknowledge_case,
        title="Acknowledge",
        text="The person is told that it has arrived and what happens next. Somebody without an account is told by you.",
        done="Acknowledged.",
    )


def _choosing(
    request: AuthedRequest,
    pk: int,
    form: type[forms.ChooseForm],
    action: Callable[..., Any],
    *,
    text: str,
    then: str = "",
    **said: str,
) -> HttpResponse:
    """`then` is the stage that begins with the choice: the page says how long it may take."""
    case = _found(request, pk)
    people = candidates(case)
    made = form(request.POST or None, people=people, cancel_url=case.get_absolute_url())
    text = f"{text} {_until(case, then)}".strip()
    return _act(request, case, made, action, people=people, text=text, **said)


@requires(Can.HANDLE_CASES)
@never_cache
def begin_review(request: AuthedRequest, pk: int) -> HttpResponse:
    return _choosing(
        request,
        pk,
        forms.ChooseForm,
        handling.begin_review,
        title="Choose who reviews it",
        text="Somebody who had no part in the matter looks at it and decides.",
        then=CaseState.REVIEW,
        done="Chosen, and told.",
    )


@requires(Can.HANDLE_CASES)
@never_cache
def call_panel(request: AuthedRequest, pk: int) -> HttpResponse:
    return _choosing(
        request,
        pk,
        forms.CallPanelForm,
        handling.call_panel,
        title="Call the panel",
        text="Nobody on it had a part in the matter or in the review.",
        then=CaseState.PANEL,
        done="The panel is called, and each of its members is told.",
    )


@requires(Can.HANDLE_CASES)
@never_cache
def investigate(request: AuthedRequest, pk: int) -> HttpResponse:
    return _choosing(
        request,
        pk,
        forms.ChooseForm,
        handling.investigate,
        title="Choose who investigates",
        text="Somebody who had no part in the matter finds out what happened.",
        then=MalpracticeState.INVESTIGATION,
        done="Chosen, and told.",
    )


@requires(Can.HANDLE_CASES)
@never_cache
def hear(request: AuthedRequest, pk: int) -> HttpResponse:
    return _choosing(
        request,
        pk,
        forms.ChooseForm,
        handling.hear,
        title="Hear the person, and choose who decides",
        text="Tell the person what is held against them and ask for their answer. Whoever decides did not investigate. "
        "No decision can be signed before the answer is recorded.",
        done="Chosen, and told.",
    )


@requires(Can.HANDLE_CASES)
@never_cache
def replace_decider(request: AuthedRequest, pk: int) -> HttpResponse:
    return _choosing(
        request,
        pk,
        forms.ReplaceForm,
        handling.replace_decider,
        title="Choose somebody else",
        text="Another person takes over this stage. Whoever had it until now does not see the case any more.",
        done="Chosen, and told.",
    )


@requires(Can.DECIDE_CASES)
@never_cache
def decide_case(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    return _act(
        request,
        case,
        forms.DecideForm(request.POST or None, cancel_url=case.get_absolute_url()),
        handling.decide_case,
        title="Decide",
        text="The person reads the decision with its reasons. A result is not changed by it: that is done from the result sheet.",
        done="Signed. The person has been told.",
    )


@requires(Can.DECIDE_CASES)
@never_cache
def decide_malpractice(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    return _act(
        request,
        case,
        forms.JudgeForm(request.POST or None, cancel_url=case.get_absolute_url()),
        handling.decide_malpractice,
        title="Decide",
        text="What follows from it is recorded afterwards by the administrators, who also tell the person.",
        done="Signed.",
    )


@requires(Can.HANDLE_CASES)
@never_cache
def pass_on_case(request: AuthedRequest, pk: int) -> HttpResponse:
    return _told(request, pk, handling.pass_on_case, "Pass on to the awarding organisation")


@requires(Can.HANDLE_CASES)
@never_cache
def report_case(request: AuthedRequest, pk: int) -> HttpResponse:
    return _told(request, pk, handling.report_case, "Record that the awarding organisation was told")


def _told(request: AuthedRequest, pk: int, action: Callable[..., Any], title: str) -> HttpResponse:
    case = _found(request, pk)
    form = forms.ReportForm(request.POST or None, cancel_url=case.get_absolute_url())
    text = "Use the form of the awarding organisation for it, and add a copy to the case."
    return _act(request, case, form, action, title=title, text=text, done="Recorded.")


@requires(Can.HANDLE_CASES)
@never_cache
def record_answer(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.AnswerCaseForm(request.POST or None, cancel_url=case.get_absolute_url())
    return _act(request, case, form, handling.record_answer, title="Record the person’s answer", done="Recorded.")


@requires(Can.HANDLE_CASES)
@never_cache
def sanction(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.SanctionForm(request.POST or None, cancel_url=case.get_absolute_url())
    text = "A result is not changed by it: that is done from the result sheet."
    return _act(request, case, form, handling.sanction, title="Record the sanction", text=text, done="Recorded.")


@requires(Can.HANDLE_CASES)
@never_cache
def close_case(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.CloseForm(request.POST or None, cancel_url=case.get_absolute_url())
    text = "Nothing is added to a closed case, and it holds up no certificate any more."
    return _act(request, case, form, handling.close_case, title="Close", text=text, done="Closed.")


@requires(Can.HANDLE_CASES)
@never_cache
def drop_case(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.DropForm(request.POST or None, cancel_url=case.get_absolute_url())
    text = "For a case that was withdrawn, or in which there was nothing. The person can raise it again."
    return _act(request, case, form, handling.drop_case, title="Close without a decision", text=text, done="Closed.")


@requires(Can.DECIDE_CASES)
@never_cache
def declare_interest(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.InterestForm(request.POST or None, cancel_url=case.get_absolute_url())
    text = "If you had a part in the matter, or know one of the people in it well. Somebody else is chosen; you do not see the case any more."
    said = "You have stepped back. Somebody else is chosen."
    return _act(request, case, form, handling.declare_interest, title="Declare an interest", text=text, done=said)


@requires(Can.HANDLE_CASES, Can.DECIDE_CASES)
@never_cache
def note_case(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.NoteForm(request.POST or None, cancel_url=case.get_absolute_url())
    text = "It stays as you write it, with your name and the time."
    return _act(request, case, form, handling.add_note, title="Add a note", text=text, done="Added.")


@requires(Can.HANDLE_CASES, Can.DECIDE_CASES)
@never_cache
def add_case_file(request: AuthedRequest, pk: int) -> HttpResponse:
    case = _found(request, pk)
    form = forms.CaseFileForm(request.POST or None, request.FILES or None, cancel_url=case.get_absolute_url())
    text = "It stays with the case, with your name, the time and its fingerprint."
    return _act(request, case, form, handling.add_case_file, title="Add a file", text=text, done="Added.")
