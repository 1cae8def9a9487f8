"""A learner's own enrolment: the task list, the pages of the form, the questionnaire, and sending it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core.lifecycle import choices
from enrolment import actions, policy
from enrolment.forms import AboutForm, ContactForm, DraftForm, QuestionnaireForm, SupportNeedsForm
from enrolment.models import Application, Enrolment
from enrolment.states import APPLY, EnrolmentState
from programmes.models import LearningOutcome

DRAFTS: dict[str, type[DraftForm]] = {"about": AboutForm, "contact": ContactForm}
FOLLOWING = {"about": "contact", "contact": "support"}


def own_or_404(request: AuthedRequest, pk: int) -> Enrolment:
    return get_object_or_404(Enrolment.objects.of_learner(request.user).with_forms(), pk=pk)


def outcomes_of(one: Enrolment) -> list[LearningOutcome]:
    found = LearningOutcome.objects.filter(unit__version=one.cohort.version_id).select_related("unit")
    return list(found.order_by("unit__number", "number"))


def form_of(one: Enrolment) -> Application | None:
    return getattr(one, "application", None)


def _page(one: Enrolment, page: str) -> str:
    return reverse(f"enrolment:{page}", args=[one.pk])


def _autosave(one: Enrolment, page: str) -> str:
    return reverse("enrolment:autosave", args=[one.pk, page])


@requires(Can.APPLY)
@never_cache
def own(request: AuthedRequest) -> HttpResponse:
    """The task list of the newest enrolment; earlier ones are linked below it."""
    mine = list(Enrolment.objects.of_learner(request.user).with_forms().order_by("-invited_at", "-pk"))
    if not mine:
        return render(request, "enrolment/own_none.html")
    return _tasks(request, mine[0], others=mine[1:])


@requires(Can.APPLY)
@never_cache
def tasks(request: AuthedRequest, pk: int) -> HttpResponse:
    return _tasks(request, own_or_404(request, pk), others=[])


def _tasks(request: AuthedRequest, one: Enrolment, others: list[Enrolment]) -> HttpResponse:
    is_open = one.state == EnrolmentState.INVITED
    outcomes = outcomes_of(one) if is_open else []
    groups = task_groups(one, rated=len(_ratings(one)), asked=len(outcomes)) if is_open else []
    context = {
        "enrolment": one,
        "groups": groups,
        "left": sum(1 for _, rows in groups for row in rows if row["needed"] and row["status"] != "Done"),
        "others": others,
        "adjustments": one.adjustments.in_force().select_related("assignment") if one.has_started else [],
        "breaks": one.breaks.in_force() if one.has_started else [],
        "choices": choices(one, request.user, [APPLY]) if is_open else [],
    }
    return render(request, "enrolment/own.html", context)


def _ratings(one: Enrolment) -> dict[int, int]:
    questionnaire = getattr(one, "questionnaire", None)
    return {row.outcome_id: row.rating for row in questionnaire.ratings.all()} if questionnaire else {}


def task_groups(one: Enrolment, *, rated: int, asked: int) -> list[tuple[str, list[dict[str, Any]]]]:
    """The task list: what is done, what is begun, what is open."""
    form = form_of(one)
    missing = form.missing() if form else list(Application.REQUIRED)
    rows = []
    for page, label, hint in (
        ("about", "About you", "Your legal name and date of birth, as they will stand on the certificate"),
        ("contact", "Contact and work", "How we reach you, what you do, how your data is used"),
    ):
        names = set(DRAFTS[page].base_fields)
        begun = bool(form) and any(getattr(form, name) for name in names)
        open_ones = len(names & set(missing))
        done, word = open_ones == 0, f"{open_ones} to fill in" if begun else "Not started"
        rows.append(_row(label, _page(one, page), hint, done=done, word=word, begun=begun))
    told = hasattr(one, "support_needs")
    support = {
        "label": "Support needs",
        "url": _page(one, "support"),
        "hint": "Optional, and only if you agree that we keep it",
        "status": "Told" if told else "Optional",
        "needed": False,
    }
    hint = "What you know already, from 0 to 10. There is no wrong answer"
    questions = _row(
        "Knowledge and skills questionnaire",
        _page(one, "questionnaire"),
        hint,
        done=bool(asked) and rated >= asked,
        word=f"{rated} of {asked}" if rated else "Not started",
        begun=bool(rated),
    )
    return [("Enrolment form", [*rows, support]), ("Where you begin", [questions])]


def _row(label: str, url: str, hint: str, *, done: bool, word: str, begun: bool) -> dict[str, Any]:
    state = "" if done or not begun else "in_hand"
    return {
        "label": label,
        "url": url,
        "hint": hint,
        "state": state,
        "status": "Done" if done else word,
        "needed": True,
    }


@requires(Can.APPLY)
@never_cache
def draft(request: AuthedRequest, pk: int, page: str) -> HttpResponse:
    """One page of the enrolment form. Whatever was typed is kept, also when it cannot be taken as it is."""
    one = own_or_404(request, pk)
    looks: dict[str, Any] = {"autosave": _autosave(one, page)}
    if one.state != EnrolmentState.INVITED:
        return redirect("enrolment:apply", pk=one.pk)
    if request.method == "POST":
        form = DRAFTS[page](request.POST, application=form_of(one), **looks)
        valid = form.is_valid()
        actions.save_application(one, **form.kept(), by=request.user)
        if valid:
            return redirect(_page(one, FOLLOWING[page]))
    else:
        form = DRAFTS[page].of(form_of(one), initial={"email": request.user.email}, **looks)
    return render(request, f"enrolment/{page}.html", {"enrolment": one, "form": form})


@requires(Can.APPLY)
@never_cache
def support(request: AuthedRequest, pk: int) -> HttpResponse:
    """Support needs: first the consent, then the questions. Without consent nothing is kept."""
    one = own_or_404(request, pk)
    needs = getattr(one, "support_needs", None)
    following = _page(one, "questionnaire" if one.state == EnrolmentState.INVITED else "tasks")
    if needs is None:
        if request.method == "POST":
            actions.save_support_needs(one, ethnicity="", disability="", adjustments="", by=request.user)
            return redirect("enrolment:support", pk=one.pk)
        return render(request, "enrolment/support_consent.html", {"enrolment": one, "following": following})
    known = {name: getattr(needs, name) for name in SupportNeedsForm.base_fields}
    form = SupportNeedsForm(request.POST or None, initial=known, autosave=_autosave(one, "support"))
    if form.is_valid() and form.attempts(actions.save_support_needs, one, by=request.user):
        return redirect(following)
    return render(request, "enrolment/support.html", {"enrolment": one, "form": form, "needs": needs})


@requires(Can.APPLY)
@never_cache
def withdraw_support_needs(request: AuthedRequest, pk: int) -> HttpResponse:
    """Taking the consent back deletes the answers, whatever the state of the enrolment."""
    one = own_or_404(request, pk)
    if request.method == "POST":
        actions.withdraw_support_needs(one, by=request.user)
        messages.success(request, "Your answers about support needs are deleted.")
        return redirect("enrolment:tasks", pk=one.pk)
    return render(request, "enrolment/withdraw_support_needs.html", {"enrolment": one})


@requires(Can.APPLY)
@never_cache
def questionnaire(request: AuthedRequest, pk: int) -> HttpResponse:
    """A rating for each learning outcome. Ratings given are kept even while others are missing."""
    one = own_or_404(request, pk)
    if one.state != EnrolmentState.INVITED:
        return redirect("enrolment:apply", pk=one.pk)
    form = QuestionnaireForm(
        request.POST or None,
        outcomes=outcomes_of(one),
        questionnaire=getattr(one, "questionnaire", None),
        autosave=_autosave(one, "questionnaire"),
    )
    if request.method == "POST":
        valid = form.is_valid()
        actions.save_questionnaire(one, **form.given(), by=request.user)
        if valid:
            return redirect("enrolment:apply", pk=one.pk)
    return render(request, "enrolment/questionnaire.html", {"enrolment": one, "form": form})


@requires(Can.APPLY)
@never_cache
def apply(request: AuthedRequest, pk: int) -> HttpResponse:
    """Check your answers, and send them. Once sent, the same page shows what was sent."""
    one = own_or_404(request, pk)
    if request.method == "POST":
        actions.apply(one, by=request.user)
        messages.success(request, "Your enrolment is sent. Your tutor reads it and you hear by e-mail.")
        return redirect("enrolment:tasks", pk=one.pk)
    found = choices(one, request.user, [APPLY])
    context = {
        "enrolment": one,
        "may_change": not policy.may_still_be_changed(one, request.user),
        "about": answers(AboutForm, form_of(one)),
        "contact": answers(ContactForm, form_of(one)),
        "units": ratings_by_unit(one),
        "blocked": found[0].blocked if found else "",
    }
    return render(request, "enrolment/apply.html", context)


def answers(form: type[DraftForm], application: Application | None) -> list[tuple[str, Any]]:
    """(question, answer) of one page of the form; what cannot be read is shown as it was typed."""
    rows = []
    for name, field in form.base_fields.items():
        value = application and form.shown(name, getattr(application, name))
        if application and name in application.unread:
            value = f"“{application.unread[name]}”, which still has to be corrected"
        if name == "data_notice_at":
            value = "Yes" if value else ""
        rows.append((str(field.label), value or "Not answered"))
    return rows


def ratings_by_unit(one: Enrolment) -> list[tuple[Any, list[tuple[LearningOutcome, int | None]]]]:
    """Each unit with its outcomes and what the learner rated."""
    known = _ratings(one)
    groups: dict[int, tuple[Any, list[tuple[LearningOutcome, int | None]]]] = {}
    for outcome in outcomes_of(one):
        groups.setdefault(outcome.unit_id, (outcome.unit, []))[1].append((outcome, known.get(outcome.pk)))
    return list(groups.values())
