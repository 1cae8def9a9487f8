"""Interim samples: the list, planning one, one with what was seen, and the acts on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments.models import veil_enrolments, veil_for
from core import clock
from core.lifecycle import Choice, choices
from core.lists import chosen, listing
from core.models import Event
from programmes.models import Cohort, TutorAppointment, VerifierAllocation
from verification import interim
from verification.forms import interim as forms
from verification.interim_states import (
    AGREE_INTERIM,
    ANSWER_INTERIM,
    CALL_OFF_INTERIM,
    CLOSE_INTERIM,
    SEND_INTERIM_AGAIN,
    InterimState,
)
from verification.models import InterimAction, InterimSample
from verification.models.interim import InterimSampleQuerySet
from verification.observing import InterimKind
from verification.views.standardisation import act, frame_of

STATES = (
    ("planned", "Planned"),
    ("asked", "Action open"),
    ("overdue", "Action overdue"),
    ("answered", "Answered, to be closed"),
    ("agreed", "Agreed"),
    ("closed", "Closed"),
    ("called_off", "Called off"),
)
ORDERS = {
    "day": ("Latest first", ("-happens_on",)),
    "due": ("By the day of the action", ("due_on", "-happens_on")),
    "tutor": ("By tutor", ("tutor__full_name", "-happens_on")),
    "cohort": ("By cohort", ("cohort__code", "-happens_on")),
    "state": ("By state", ("state", "-happens_on")),
}
LIST = "verification:interim_samples"


def _dress(rows: list[InterimSample], user: User) -> None:
    """The learners as this reader may know them: the code where their work is judged without names."""
    drafts = []
    for one in rows:
        if one.draft is not None and one.enrolment is not None:
            one.draft.submission.enrolment = one.enrolment
            drafts.append(one.draft.submission)
    veil_for(user, drafts)
    veil_enrolments(user, [one.enrolment for one in rows if one.enrolment is not None])


def _seen(user: User) -> InterimSampleQuerySet:
    related = "cohort", "tutor", "verifier", "enrolment__learner", "enrolment__cohort", "session", "supervision"
    found: InterimSampleQuerySet = InterimSample.objects.visible_to(user).select_related(
        *related, "draft__submission__assignment", "draft__document"
    )
    return found


@requires(Can.SEE_INTERIM)
def interim_samples(request: AuthedRequest) -> HttpResponse:
    """Planned, with an action open, done: verifiers those of their cohorts, tutors their own."""
    user, today = request.user, clock.today()
    every = InterimSample.objects.visible_to(user)
    cohorts = Cohort.objects.filter(pk__in=every.order_by().values("cohort")).order_by("code")
    state = chosen(request, "state", "State", STATES)
    kind = chosen(request, "kind", "Kind", InterimKind.choices)
    cohort = chosen(request, "cohort", "Cohort", [(code, code) for code in cohorts.values_list("code", flat=True)])
    rows: Any = _seen(user).with_open_action().with_shown_learner(user)
    if state.value:
        rows = _in_state(rows, state.value, today)
    if kind.value:
        rows = rows.filter(kind=kind.value)
    if cohort.value:
        rows = rows.filter(cohort__code=cohort.value)
    found = listing(
        request,
        rows,
        noun="interim sample",
        orders=ORDERS,
        find=("tutor__full_name", "verifier__full_name", "cohort__code", "shown_learner", "session__title", "purpose"),
        filters=[cohort, kind, state],
    )
    _dress(list(found.page), user)
    all_of_them = InterimSample.objects.all()
    counted = every.aggregate(
        **{
            name: Count("pk", filter=Q(pk__in=_in_state(all_of_them, name, today).values("pk")))
            for name in ("planned", "asked", "overdue", "answered")
        }
    )
    context = {
        "listing": found,
        "counted": counted,
        "counts": [(value, label, counted[value]) for value, label in STATES if value in counted],
        "shown": state.value,
        "may_plan": user.can(Can.VERIFY),
        "judges": user.can(Can.SEE_VERIFICATION),
        "today": today,
        **frame_of(request),
    }
    return render(request, "verification/interim_samples.html", context)


def _in_state(rows: InterimSampleQuerySet, value: str, today: dt.date) -> InterimSampleQuerySet:
    """The rows in one of `STATES`; how far an action has come stands with its newest round."""
    if value == "overdue":
        return rows.overdue(today)
    if value == "asked":
        return rows.asked()
    return rows.answered() if value == "answered" else rows.filter(state=value)


# ---- planning


def _pairs(user: User, code: str) -> dict[str, TutorAppointment]:
    """Whom this verifier can look at: tutors of the cohorts allocated to them, now or until lately. One statement."""
    today = clock.today()
    allocated = VerifierAllocation.objects.in_force(today).filter(verifier=user, role="iqa").values("cohort")
    rows = TutorAppointment.objects.in_force(today - interim.BACK).filter(~Q(tutor=user), cohort__in=allocated)
    if code:
        rows = rows.filter(cohort__code=code)
    rows = rows.select_related("cohort", "tutor").order_by("cohort__code", "tutor__full_name", "pk")
    return {f"{one.cohort_id}-{one.tutor_id}": one for one in rows}


@requires(Can.VERIFY)
def plan_interim(request: AuthedRequest) -> HttpResponse:
    """First the cohort with its tutor, then what there is to look at."""
    user = request.user
    pairs = _pairs(user, request.GET.get("cohort", "")[:30])
    of = chosen(
        request, "of", "Cohort and tutor", [(key, f"{one.cohort}, {one.tutor}") for key, one in pairs.items()],
        every="Choose one",
    )  # fmt: skip
    key = of.value or (next(iter(pairs)) if len(pairs) == 1 else "")
    form = pair = None
    if key:
        pair = pairs[key]
        there = interim.to_look_at(pair.cohort, pair.tutor, user)
        veil_enrolments(user, [one.enrolment for one in there.supervision])
        form = forms.PlanInterimForm(
            request.POST if request.method == "POST" else None, to_look_at=there, cancel_url=reverse(LIST)
        )
        given = {"cohort": pair.cohort, "tutor": pair.tutor, "by": user}
        if form.is_valid() and form.attempts(interim.plan_interim, **given):
            made = form.result
            if made.is_planned and made.thing is not None and made.happens_on <= clock.today():
                return redirect("verification:record_interim", made.pk)
            messages.success(request, f"Planned. {made.tutor} has been told. Record what you saw after it.")
            return redirect(made)
    context = {
        "form": form,
        "pair": pair,
        "nothing": form is not None and not form.things,
        "of": of,
        "key": key,
        "pairs": pairs,
        **frame_of(request),
    }
    bad = form is not None and form.errors
    return render(request, "verification/interim_plan.html", context, status=409 if bad else 200)


# ---- one


def _one(request: AuthedRequest, pk: int) -> InterimSample:
    actions = InterimAction.objects.select_related("owner", "asked_by", "answered_by").order_by("round")
    found = get_object_or_404(
        _seen(request.user).select_related("closed_by").prefetch_related(Prefetch("actions", actions)), pk=pk
    )
    _dress([found], request.user)
    return found


@requires(Can.SEE_INTERIM)
def interim_sample(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was looked at, what was seen in it, what was asked and answered."""
    user, found = request.user, _one(request, pk)
    rounds = list(found.actions.all())
    mine = found.is_planned and user.pk == found.verifier_id and user.can(Can.VERIFY)
    refusal = AGREE_INTERIM.refusal(found, user) if mine else None
    context = {
        "sample": found,
        "notes": list(found.notes.all()),
        "rounds": rounds,
        "answers": [one for one in rounds if not one.is_open],
        "may_record": mine and refusal is None,
        "blocked": str(refusal or ""),
        "choices": _steps(found, user, mine=mine),
        "primary": "record_interim" if mine else "",
        "reads": user.can(Can.READ_WORK),
        "events": Event.objects.about(found, *rounds)[:30],
        **frame_of(request),
    }
    return render(request, "verification/interim_sample.html", context)


def _steps(found: InterimSample, user: User, *, mine: bool) -> list[Choice]:
    """The buttons. An answer that somebody else gives is not shown as blocked: it is simply not this person's."""
    last = found.last_action
    if mine:
        return list(choices(found, user, [CALL_OFF_INTERIM]))
    if last is None or found.state != InterimState.ACTION:
        return []
    if last.is_open:
        return [one for one in choices(last, user, [ANSWER_INTERIM]) if not one.blocked]
    return [*choices(found, user, [CLOSE_INTERIM]), *choices(last, user, [SEND_INTERIM_AGAIN])]


@requires(Can.VERIFY)
def record_interim(request: AuthedRequest, pk: int) -> HttpResponse:
    user, found = request.user, _one(request, pk)
    there = None
    if found.thing is None:
        there = interim.to_look_at(found.cohort, found.tutor, user, kind=found.kind, around=found.happens_on)
        veil_enrolments(user, [one.enrolment for one in there.supervision])
    form = forms.RecordInterimForm(
        request.POST if request.method == "POST" else None,
        sample=found,
        owners=_owners(found),
        initial={"owner": found.tutor_id},
        to_look_at=there,
        cancel_url=found.get_absolute_url(),
    )
    if form.is_valid() and form.attempts(interim.record_interim, found, by=user):
        messages.success(request, f"Recorded. {found.tutor} has been told.")
        return redirect(found)
    context = {"sample": found, "form": form, "blocked": "", "nothing": there is not None and not list(there)}
    if request.method != "POST":
        context["blocked"] = str(AGREE_INTERIM.refusal(found, user) or "")
    return render(request, "verification/interim_record.html", context, status=409 if form.errors else 200)


def _owners(found: InterimSample) -> QuerySet[User]:
    """The tutor looked at, and those appointed to the cohort now; never the verifier."""
    appointed = found.cohort.appointments.covering(clock.today()).values("tutor")
    owners: QuerySet[User] = User.objects.filter(Q(pk=found.tutor_id) | Q(pk__in=appointed))
    return owners.exclude(pk=found.verifier_id).order_by("full_name")


def _act(request: AuthedRequest, found: InterimSample, form: Any, title: str, lead: str = "") -> HttpResponse:
    return act(request, form, title, found.get_absolute_url(), str(found.get_kind_display()), lead)


@requires(Can.VERIFY)
def call_off_interim(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    form = forms.CallOffInterimForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(interim.call_off_interim, found, by=request.user):
        messages.success(request, "Called off. It stays in the list with the reason.")
        return redirect(found)
    return _act(request, found, form, "Call it off")


def _action(request: AuthedRequest, pk: int) -> tuple[InterimSample, InterimAction]:
    """The sample with the round that the address names."""
    key = get_object_or_404(
        InterimAction.objects.filter(sample__in=InterimSample.objects.visible_to(request.user)), pk=pk
    )
    found = _one(request, key.sample_id)
    return found, next(one for one in found.actions.all() if one.pk == pk)


@requires(Can.MARK)
def answer_interim(request: AuthedRequest, pk: int) -> HttpResponse:
    found, asked = _action(request, pk)
    form = forms.AnswerInterimForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(interim.answer_interim, asked, by=request.user):
        messages.success(request, f"Answered. {asked.asked_by} has been told.")
        return redirect(found)
    return _act(request, found, form, f"Answer {asked.asked_by}", asked.text)


@requires(Can.VERIFY)
def close_interim(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    form = forms.CloseInterimForm(
        request.POST if request.method == "POST" else None, cancel_url=found.get_absolute_url()
    )
    if form.is_valid() and form.attempts(interim.close_interim, found, by=request.user):
        messages.success(request, "Closed.")
        return redirect(found)
    return _act(request, found, form, "Close it", _said(found.last_action))


@requires(Can.VERIFY)
def send_interim_again(request: AuthedRequest, pk: int) -> HttpResponse:
    found, answered = _action(request, pk)
    form = forms.SendInterimAgainForm(
        request.POST or None,
        owners=_owners(found).exclude(pk=request.user.pk),
        initial={"owner": answered.owner_id},
        cancel_url=found.get_absolute_url(),
    )
    if form.is_valid() and form.attempts(interim.send_interim_again, answered, by=request.user):
        messages.success(request, f"Asked. {form.result.owner} has been told.")
        return redirect(found)
    return _act(request, found, form, "Ask for more", _said(answered))


def _said(action: InterimAction | None) -> str:
    return f"{action.answered_by} answered: {action.answer}" if action and action.answered_at else ""
