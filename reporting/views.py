"""Home pages, cohort dashboards, the client's view, and progress reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can, Role
from core import clock
from core.lifecycle import choices
from core.lists import chosen, listing
from core.models import Event
from programmes.models import Cohort
from reporting import actions
from reporting.dashboards import centre, client, cohort, contract, learner, tutor, verifier
from reporting.dashboards.parts import Home
from reporting.forms import ApproveReportForm, DrawUpForm
from reporting.models import Report
from reporting.progress import status_of
from reporting.states import TRANSITIONS, ReportState

HOMES: dict[Role, Callable[..., Home]] = {
    Role.LEARNER: learner.build,
    Role.TUTOR: tutor.build,
    Role.IQA: verifier.build_iqa,
    Role.EQA: verifier.build_eqa,
    Role.ADMINISTRATOR: centre.build,
    Role.CONTRACT_MANAGER: contract.build,
    Role.CLIENT_CONTACT: client.build,
}


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The bare address leads to one's own home page."""
    return redirect("home")


start.needs = (Can.USE_HOME,)  # type: ignore[attr-defined] # a test asks each view for it


@requires(Can.USE_HOME)
@require_GET
def home(request: AuthedRequest) -> HttpResponse:
    """What needs me now, for the role chosen; who holds several roles changes between them."""
    roles = [role for role in HOMES if role in request.user.roles]
    wanted = request.GET.get("as", "")
    role = next((one for one in roles if one == wanted), roles[0])
    page = HOMES[role](request.user, today=clock.today())
    return render(request, f"reporting/home_{page.role}.html", {"home": page, "roles": roles, "role": role})


def _as_of(request: HttpRequest) -> tuple[dt.date, str]:
    """The day asked for in the address, and a sentence if it could not be read."""
    today = clock.today()
    given = request.GET.get("as_of", "")
    if not given:
        return today, ""
    try:
        day = dt.date.fromisoformat(given)
    except ValueError:
        return today, f"“{given[:20]}” is not a day. Write it as 2024-06-30. Shown as of today."
    return (day, "") if day <= today else (today, "This day has not come yet. Shown as of today.")


@requires(Can.SEE_PROGRESS)
@require_GET
def dashboard(request: AuthedRequest, code: str) -> HttpResponse:
    """Every figure of a cohort with its formula and n, and the journey grid."""
    found = get_object_or_404(
        Cohort.objects.visible_to(request.user).select_related("contract__client", "version__qualification"), code=code
    )
    as_of, problem = _as_of(request)
    show = chosen(request, "show", "Show", [(one, one) for one in ("outstanding", "completed", "withdrawn")]).value
    page = cohort.build(found, as_of=as_of, show=show, can_open=request.user.can(Can.SEE_ENROLMENTS))
    context = {"page": page, "cohort": found, "show": show, "problem": problem, "today": clock.today()}
    return render(request, "reporting/dashboard.html", context)


@requires(Can.SEE_CLIENT_VIEW)
@require_GET
def client_cohort(request: AuthedRequest, code: str) -> HttpResponse:
    """A cohort as its client sees it: progress, never content."""
    found = get_object_or_404(
        Cohort.objects.for_client_contact(request.user).select_related("contract__client", "version__qualification"),
        code=code,
    )
    as_of, problem = _as_of(request)
    page = cohort.build(found, as_of=as_of, can_open=False)
    context = {"page": page, "cohort": found, "problem": problem, "today": clock.today()}
    return render(request, "reporting/client_cohort.html", context)


@requires(Can.PREPARE_REPORTS)
@require_GET
def reports(request: AuthedRequest) -> HttpResponse:
    """All reports of one's cohorts, newest first."""
    state = chosen(request, "state", "State", ReportState.choices)
    rows = Report.objects.visible_to(request.user).select_related("cohort__contract__client", "prepared_by")
    if state.value:
        rows = rows.filter(state=state.value)
    orders = {
        "newest": ("Newest first", ("-as_of", "-version")),
        "cohort": ("By cohort", ("cohort__code", "-as_of")),
    }
    found = listing(
        request, rows, noun="report", orders=orders, find=("cohort__code", "cohort__title"), filters=[state]
    )
    cohorts = Cohort.objects.visible_to(request.user).order_by("-starts_on")[:30]
    return render(request, "reporting/reports.html", {"listing": found, "cohorts": cohorts})


@requires(Can.PREPARE_REPORTS)
def draw_up(request: AuthedRequest, code: str) -> HttpResponse:
    """Begin a report on a cohort."""
    found = get_object_or_404(
        Cohort.objects.visible_to(request.user).select_related("contract__client", "version__qualification"), code=code
    )
    last_month = clock.today().replace(day=1) - dt.timedelta(days=1)
    form = DrawUpForm(request.POST or None, initial={"as_of": last_month})
    if form.is_valid() and form.attempts(actions.draw_up, found, by=request.user):
        return redirect(form.result)
    return render(request, "reporting/draw_up.html", {"form": form, "cohort": found})


@requires(Can.PREPARE_REPORTS)
@require_GET
def report(request: AuthedRequest, pk: int) -> HttpResponse:
    """One report: where it stands, its two sentences, the status with its reason, and its file."""
    found = _report(request.user, pk)
    context = {
        "report": found,
        "status": status_of(found.cohort, as_of=found.as_of),
        "choices": choices(found, request.user, TRANSITIONS),
        "events": Event.objects.about(found),
    }
    return render(request, "reporting/report.html", context)


@requires(Can.PREPARE_REPORTS)
def approve_report(request: AuthedRequest, pk: int) -> HttpResponse:
    """Better the two sentences and approve."""
    found = _report(request.user, pk)
    form = ApproveReportForm(request.POST or None, initial={"standing": found.standing, "request": found.request})
    if form.is_valid() and form.attempts(actions.approve_report, found, by=request.user):
        messages.success(request, "Approved. The PDF is being drawn.")
        return redirect(found)
    return render(request, "reporting/approve_report.html", {"form": form, "report": found})


@requires(Can.PREPARE_REPORTS)
def send_report(request: AuthedRequest, pk: int) -> HttpResponse:
    """Send it to the client's contacts, after a look at who they are."""
    found = _report(request.user, pk)
    if request.method == "POST":
        actions.send_report(found, by=request.user)
        messages.success(request, "Sent. The client’s contacts have been told.")
        return redirect(found)
    contacts = found.cohort.contract.client.contacts.select_related("user")
    return render(request, "reporting/send_report.html", {"report": found, "contacts": contacts})


@requires(Can.PREPARE_REPORTS, Can.SEE_CLIENT_VIEW)
@require_GET
def report_pdf(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file as it was drawn."""
    found = get_object_or_404(Report.objects.visible_to(request.user).exclude(file=""), pk=pk)
    return cast(
        HttpResponse,
        FileResponse(
            found.file.open("rb"), content_type="application/pdf", filename=str(found.file.name).rpartition("/")[2]
        ),
    )


def _report(user: User, pk: int) -> Report:
    related = ("cohort__contract__client", "cohort__version__qualification__organisation", "approved_by", "prepared_by")
    return get_object_or_404(Report.objects.visible_to(user).select_related(*related), pk=pk)
