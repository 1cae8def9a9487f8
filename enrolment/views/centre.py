"""Enrolments as the centre sees them: the list, one learner's record, and what is decided about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from core.lifecycle import Choice, choices
from core.lists import chosen, listing
from core.models import Event
from enrolment import actions, policy
from enrolment.forms import (
    AboutForm,
    AcceptForm,
    ContactForm,
    DeclineForm,
    InviteLearnerForm,
    RegisterForm,
    SetDeadlineForm,
    WithdrawForm,
)
from enrolment.models import Enrolment
from enrolment.states import TRANSITIONS, EnrolmentState
from enrolment.views.arrangements import arrangements_of
from enrolment.views.learner import answers, form_of, ratings_by_unit
from programmes.models import Cohort
from programmes.models.ratings import allowed
from programmes.policy import registrations_allowed

ORDERS = {
    "name": ("By name", ("learner__full_name",)),
    "cohort": ("By cohort", ("cohort__code", "learner__full_name")),
    "state": ("By state", ("state", "learner__full_name")),
    "invited": ("Newest first", ("-invited_at",)),
}
HEADS = [
    {"label": "Learner", "order": "name"},
    {"label": "Cohort", "order": "cohort"},
    {"label": "State", "order": "state"},
    {"label": "Registration", "order": ""},
    {"label": "Invited", "order": "invited"},
]


def visible_or_404(request: AuthedRequest, pk: int) -> Enrolment:
    return get_object_or_404(Enrolment.objects.visible_to(request.user).with_forms(), pk=pk)


@requires(Can.SEE_ENROLMENTS)
def enrolments(request: AuthedRequest) -> HttpResponse:
    rows = Enrolment.objects.visible_to(request.user).select_related("learner", "cohort", "registration")
    codes = Cohort.objects.visible_to(request.user).values_list("code", flat=True)
    cohort = chosen(request, "cohort", "Cohort", [(one, one) for one in codes])
    state = chosen(request, "state", "State", EnrolmentState.choices)
    if cohort.value:
        rows = rows.filter(cohort__code=cohort.value)
    if state.value:
        rows = rows.filter(state=state.value)
    found = listing(
        request,
        rows,
        noun="learner",
        orders=ORDERS,
        find=("learner__full_name", "learner__email", "cohort__code"),
        filters=[cohort, state],
    )
    may_invite = request.user.can(Can.ENROL)
    return render(request, "enrolment/enrolments.html", {"listing": found, "heads": HEADS, "may_invite": may_invite})


@requires(Can.SEE_ENROLMENTS)
@never_cache
def enrolment(request: AuthedRequest, pk: int) -> HttpResponse:
    """One learner's record, as far as this person's role sees it."""
    one = visible_or_404(request, pk)
    may_decide = request.user.can(Can.DECIDE_SUITABILITY)
    sees_person = request.user.can(Can.SEE_PERSONAL_DATA)
    form = form_of(one)
    context = {
        "enrolment": one,
        "form_sent": form,
        "choices": [*_further(one, request), *choices(one, request.user, TRANSITIONS)],
        "primary": "accept" if one.state == EnrolmentState.APPLIED else "register",
        "events": Event.objects.about(one)[:30],
        **arrangements_of(one, request.user),
        "sees_reasons": request.user.can(Can.GRANT_EXTENSIONS) or sees_person,
        "sees_person": sees_person,
        "person": [*answers(AboutForm, form), *answers(ContactForm, form)[:-1]] if sees_person and form else [],
        "support_needs": getattr(one, "support_needs", None) if sees_person else None,
        "sees_answers": may_decide or sees_person,
        "units": ratings_by_unit(one) if may_decide or sees_person else [],
        "reads_work": request.user.can(Can.READ_WORK),
    }
    return render(request, "enrolment/enrolment.html", context)


def _registration(one: Enrolment) -> Any:
    return getattr(one, "registration", None)


def _further(one: Enrolment, request: AuthedRequest) -> list[Choice]:
    """The verbs that move no state."""
    found = []
    if request.user.can(Can.ENROL) and not policy.may_be_registered(one):
        label = "Record the registration"
        found.append(Choice("register", label, reverse("enrolment:register", args=[one.pk])))
    if request.user.can(Can.SET_DEADLINES) and one.state == EnrolmentState.ACTIVE:
        blocked = "" if _registration(one) else "Register the learner with the awarding organisation first."
        found.append(
            Choice("set_deadline", "Set a deadline", reverse("enrolment:set_deadline", args=[one.pk]), blocked)
        )
    if request.user.can(Can.SUBMIT_FOR_LEARNER) and one.state == EnrolmentState.ACTIVE:
        url = reverse("assignments:hand_in_for_learner", args=[one.pk])
        found.append(Choice("hand_in_for_learner", "Hand in for the learner", url))
    if request.user.can(Can.MARK) and one.state == EnrolmentState.ACTIVE:
        url = reverse("verification:propose_recognition", args=[one.pk])
        found.append(Choice("propose_recognition", "Recognise prior learning", url))
    for needs, verb, label in (
        (Can.RECORD_ADJUSTMENTS, "record_adjustment", "Record an adjustment"),
        (Can.RECORD_BREAKS, "record_break", "Record a break"),
    ):
        if request.user.can(needs) and one.state == EnrolmentState.ACTIVE:
            found.append(Choice(verb, label, reverse(f"enrolment:{verb}", args=[one.pk])))
    return found


@requires(Can.ENROL)
def invite_learner(request: AuthedRequest) -> HttpResponse:
    cohort = Cohort.objects.visible_to(request.user).filter(code=request.GET.get("cohort", "")).first()
    form = InviteLearnerForm(
        request.POST or None, user=request.user, initial={"cohort": cohort}, cancel_url=reverse("enrolment:enrolments")
    )
    if form.is_valid() and form.attempts(actions.invite_learner, by=request.user):
        messages.success(request, f"{form.result.learner} is invited. The e-mail with the link is on its way.")
        return redirect(form.result)
    return render(request, "enrolment/invite_learner.html", {"form": form})


@requires(Can.DECIDE_SUITABILITY)
def accept(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = AcceptForm(request.POST or None, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.accept, one, by=request.user):
        messages.success(request, f"{one.learner} is on the programme and has been told.")
        return redirect(one)
    age = policy.is_old_enough(one, request.user)
    return render(request, "enrolment/accept.html", {"enrolment": one, "form": form, "warning": age})


@requires(Can.DECIDE_SUITABILITY)
def decline(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = DeclineForm(request.POST or None, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.decline, one, by=request.user):
        messages.success(request, f"{one.learner} has been told that the programme does not suit.")
        return redirect(one)
    return render(request, "enrolment/decline.html", {"enrolment": one, "form": form})


def _proposed_dates(one: Enrolment) -> dict[str, dt.date]:
    """Today, and the end of the awarding organisation's registration period from then."""
    today = clock.today()
    months = one.cohort.version.qualification.organisation.registration_months
    if not months:
        return {"registered_on": today}
    return {"registered_on": today, "expires_on": policy.registration_ends(today, months=months)}


@requires(Can.ENROL)
def register(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = RegisterForm(request.POST or None, initial=_proposed_dates(one), cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.register, one, by=request.user):
        made = form.result
        messages.success(request, f"{one.learner} is registered under {made.number} until {made.expires_on:%-d %B %Y}.")
        if warning := policy.registered_before_the_start(made.registered_on, starts_on=one.cohort.starts_on):
            messages.warning(request, warning)
        return redirect(one)
    blocked = "" if request.method == "POST" else policy.may_be_registered(one)
    version = one.cohort.version
    rated = allowed(version, on=clock.today())
    suspended = registrations_allowed(rated, organisation=str(version.qualification.organisation))
    context = {"enrolment": one, "form": form, "blocked": blocked, "suspended": suspended}
    return render(request, "enrolment/register.html", context)


@requires(Can.SET_DEADLINES)
def set_deadline(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = SetDeadlineForm(request.POST or None, enrolment=one, cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.set_deadline, one, by=request.user):
        messages.success(request, f"{one.learner} has a new date and has been told.")
        return redirect(one)
    return render(request, "enrolment/set_deadline.html", {"enrolment": one, "form": form})


@requires(Can.ENROL)
def withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    one = visible_or_404(request, pk)
    form = WithdrawForm(request.POST or None, submit_label=f"Withdraw {one.learner}", cancel_url=one.get_absolute_url())
    if form.is_valid() and form.attempts(actions.withdraw, one, by=request.user):
        messages.success(request, f"{one.learner} is withdrawn.")
        return redirect(one)
    refund = policy.refund_sentence(_registration(one), today=clock.today())
    return render(request, "enrolment/withdraw.html", {"enrolment": one, "form": form, "refund": refund})
