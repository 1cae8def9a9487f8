"""Visits of the external verifier as the centre sees them: the list, planning, naming learners, opening, closing, the report."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.forms import ConfirmForm
from accounts.models import User
from accounts.permissions import Can
from assignments.models import veil_enrolments, veil_for
from assignments.views.files import sent
from core import clock
from core.lifecycle import choices, record
from core.lists import chosen, listing
from core.models import Event
from core.refusals import Refused
from core.templatetags.ui import day
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import Cohort
from verification import visiting
from verification.forms import PlanVisitForm, ReportVisitForm
from verification.models import Pack, Visit, VisitLearner
from verification.states import VISIT_TRANSITIONS, VisitState


def seen_by(user: User) -> QuerySet[Visit]:
    return Visit.objects.visible_to(user).select_related("eqa", "qualification", "made_by", "reported_by")


@requires(Can.SEE_VISITS)
def visits(request: AuthedRequest) -> HttpResponse:
    state = chosen(request, "state", "State", VisitState.choices, every="All")
    rows = seen_by(request.user).annotate(
        named=Count("learners", distinct=True),
        todo=Count("actions", filter=Q(actions__done_at__isnull=True), distinct=True),
    )
    if state.value:
        rows = rows.filter(state=state.value)
    found = listing(
        request,
        rows,
        noun="visit",
        find=("eqa__full_name", "qualification__title", "qualification__number", "purpose"),
        filters=[state],
        orders={
            "begins": ("Latest first", ("-opens_at",)),
            "eqa": ("By verifier", ("eqa__full_name",)),
            "state": ("By state", ("state",)),
        },
    )
    context = {"listing": found, "may_plan": request.user.can(Can.PLAN_VISITS), "now": clock.now()}
    return render(request, "verification/visits/visits.html", context)


@requires(Can.PLAN_VISITS)
def plan_visit(request: AuthedRequest) -> HttpResponse:
    form = PlanVisitForm(request.POST or None)
    if form.is_valid() and form.attempts(visiting.plan_visit, by=request.user):
        messages.success(request, f"Planned. {form.result.eqa} is invited. Now name the learners.")
        return redirect("verification:name_learners", form.result.pk)
    return render(request, "verification/visits/plan.html", {"form": form}, status=409 if form.errors else 200)


@requires(Can.SEE_VISITS)
def visit(request: AuthedRequest, pk: int) -> HttpResponse:
    """The visit. Its verifier reads the names only while it is open, and before and after a sentence."""
    found = get_object_or_404(seen_by(request.user), pk=pk)
    now = clock.now()
    is_eqa = found.eqa_id == request.user.pk
    if is_eqa and not found.is_open_at(now):
        return render(request, "verification/visits/shut.html", {"visit": found})
    named = list(
        VisitLearner.objects.filter(visit=found)
        .select_related("enrolment__learner", "enrolment__cohort")
        .annotate(
            looked=Exists(found.views.filter(enrolment=OuterRef("enrolment"))),
            sampled=Count("enrolment__submissions__visit_samples", filter=Q(enrolment__submissions__visit_samples__visit=found), distinct=True),
        )
        .order_by("enrolment__learner__full_name", "pk")
    )  # fmt: skip
    veil_enrolments(request.user, [one.enrolment for one in named])
    actions = list(found.actions.select_related("owner", "done_by"))
    samples = list(found.samples.select_related("submission__assignment", "submission__enrolment__learner"))
    veil_for(request.user, [one.submission for one in samples])
    context = {
        "visit": found,
        "named": named,
        "is_eqa": is_eqa,
        "actions": actions,
        "samples": samples,
        "choices": choices(found, request.user, VISIT_TRANSITIONS),
        "may_plan": request.user.can(Can.PLAN_VISITS),
        "may_rate": request.user.can(Can.RECORD_RATINGS),
        "rated": urlencode({"rating": found.rating, "source": _report_of(found)}),
        "may_act": found.opened_at is not None and (is_eqa or request.user.can(Can.PLAN_VISITS)),
        "pack": Pack.objects.visible_to(request.user).ready().filter(visit=found).first() if is_eqa else None,
        "events": [] if is_eqa else Event.objects.about(found, *samples, *actions)[:50],
        "now": now,
    }
    return render(request, "verification/visits/visit.html", context)


def _report_of(visit: Visit) -> str:
    """Where a quality rating comes from, as it is recorded with it."""
    return f"Report of the visit of {visit.eqa}, {day(visit.opens_at, 'plain')}"


@requires(Can.PLAN_VISITS)
def name_learners(request: AuthedRequest, pk: int) -> HttpResponse:
    """Tick learners of the qualification, on the programme or not any more."""
    found = get_object_or_404(seen_by(request.user), pk=pk)
    every = Enrolment.objects.visible_to(request.user).filter(cohort__version__qualification=found.qualification_id)
    every = every.exclude(state__in=(EnrolmentState.INVITED, EnrolmentState.APPLIED, EnrolmentState.DECLINED))
    problem = ""
    if request.method == "POST":
        ticked = [int(one) for one in request.POST.getlist("enrolment") if one.isdigit()]
        try:
            n = visiting.name_learners(
                found, enrolments=every.filter(pk__in=ticked).select_related("cohort__version"), by=request.user
            )
        except Refused as refusal:
            problem = str(refusal)
        else:
            messages.success(request, f"{n} more named for the visit." if n else "They were named already.")
            return redirect(request.get_full_path())
    cohort = chosen(request, "cohort", "Cohort", _cohorts(every))
    rows = every.select_related("learner", "cohort").annotate(
        is_named=Exists(VisitLearner.objects.filter(visit=found, enrolment=OuterRef("pk")))
    )
    if cohort.value:
        rows = rows.filter(cohort=int(cohort.value))
    shown = listing(
        request,
        rows,
        noun="learner",
        find=("learner__full_name", "cohort__code"),
        filters=[cohort],
        orders={
            "learner": ("By learner", ("learner__full_name",)),
            "cohort": ("By cohort", ("cohort__code", "learner__full_name")),
            "state": ("By state", ("state", "learner__full_name")),
        },
    )
    context = {"visit": found, "listing": shown, "problem": problem, "named": found.learners.count()}
    return render(request, "verification/visits/name_learners.html", context, status=409 if problem else 200)


def _cohorts(every: QuerySet[Enrolment]) -> list[tuple[str, str]]:
    there = Cohort.objects.filter(pk__in=every.order_by().values("cohort")).order_by("code")
    return [(str(pk), code) for pk, code in there.values_list("pk", "code")]


def _confirm(request: AuthedRequest, pk: int, action: Any, *, title: str, says: str, done: str) -> HttpResponse:
    found = get_object_or_404(seen_by(request.user), pk=pk)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None, submit_label=title, cancel_url=found.get_absolute_url()
    )
    if form.is_valid() and form.attempts(action, found, by=request.user):
        messages.success(request, done)
        return redirect(found)
    context = {"visit": found, "form": form, "title": title, "says": says}
    return render(request, "verification/visits/act.html", context, status=409 if form.errors else 200)


@requires(Can.PLAN_VISITS)
def open_visit(request: AuthedRequest, pk: int) -> HttpResponse:
    return _confirm(
        request,
        pk,
        visiting.open_visit,
        title="Open the visit",
        says="The verifier is told by mail. They read what the named learners handed in and what was decided, from the beginning "
        "of the visit to its end. From this visit on they see by visits alone: cohorts allocated to them no longer count.",
        done="Open. The verifier has been told.",
    )


@requires(Can.PLAN_VISITS)
def call_off_visit(request: AuthedRequest, pk: int) -> HttpResponse:
    return _confirm(
        request,
        pk,
        visiting.call_off_visit,
        title="Call the visit off",
        says="It stays in the list as called off and is not opened any more. Tell the verifier yourself: Waymark sends them no mail.",
        done="Called off.",
    )


@requires(Can.PLAN_VISITS)
def close_visit(request: AuthedRequest, pk: int) -> HttpResponse:
    return _confirm(
        request,
        pk,
        visiting.close_visit,
        title="Close the visit",
        says="The verifier sees nothing of it any more, from this moment. It is not opened again.",
        done="Closed. Record the report when it comes.",
    )


@requires(Can.PLAN_VISITS)
def report_visit(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(seen_by(request.user), pk=pk)
    form = ReportVisitForm(request.POST or None, request.FILES or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(visiting.report_visit, found, by=request.user):
        messages.success(request, f"Recorded. The quality rating is now: {found.rating}.")
        return redirect(found)
    context = {"visit": found, "form": form, "title": "Record the report", "says": ""}
    return render(request, "verification/visits/act.html", context, status=409 if form.errors else 200)


@requires(Can.BUILD_PACKS)
def report_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """The report as it came; each copy is recorded."""
    found = get_object_or_404(seen_by(request.user).exclude(report_file=""), pk=pk)
    if not found.report_file.storage.exists(str(found.report_file.name)):
        raise Http404
    record(found, "download_report", by=request.user, sha256=found.report_sha256)
    return sent(found.report_file, name=f"Report of visit {found.pk}.pdf", mime="application/pdf")


@requires(Can.BUILD_PACKS)
def seen(request: AuthedRequest, pk: int) -> HttpResponse:
    """What the verifier opened, page by page."""
    found = get_object_or_404(seen_by(request.user), pk=pk)
    rows = found.views.select_related("enrolment__learner", "enrolment__cohort", "seen_by")
    shown = listing(
        request,
        rows,
        noun="page,pages",
        find=("page", "enrolment__learner__full_name", "path"),
        orders={"newest": ("Newest first", ("-seen_at",)), "page": ("By page", ("page", "-seen_at"))},
    )
    veil_enrolments(request.user, [one.enrolment for one in shown.page if one.enrolment])
    return render(request, "verification/visits/seen.html", {"visit": found, "listing": shown})
