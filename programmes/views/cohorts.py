"""Cohorts: their plan, their tutors and verifiers, and what the client decides about a proposed tutor."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can, Role
from core import clock
from core.lifecycle import choices
from core.lists import chosen, listing
from core.models import Event
from programmes import actions, policy
from programmes.forms import (
    AllocateVerifierForm,
    ApproveTutorForm,
    DeclineTutorForm,
    EndAppointmentForm,
    ProposeTutorForm,
    SetCohortDeadlineForm,
    SetMarkingRulesForm,
)
from programmes.models import Cohort, TutorAppointment, VerifierAllocation
from programmes.states import TRANSITIONS

WHEN = (("running", "Running"), ("coming", "To come"), ("over", "Over"))


@requires(Can.SEE_COHORTS)
def cohorts(request: AuthedRequest) -> HttpResponse:
    today = clock.today()
    seen = Cohort.objects.visible_to(request.user)
    counts = Cohort.objects.filter(pk__in=seen.values("pk")).aggregate(
        coming=Count("pk", filter=Q(starts_on__gt=today)),
        over=Count("pk", filter=Q(ends_on__lt=today)),
        total=Count("pk"),
    )
    counts["running"] = counts["total"] - counts["coming"] - counts["over"]
    options = [(key, f"{label}, {counts[key]}") for key, label in WHEN]
    when = chosen(request, "when", "When", options, every=f"All, {counts['total']}")
    rows = (
        {"coming": seen.coming, "running": seen.running, "over": seen.over}[when.value](today) if when.value else seen
    )
    found = listing(
        request,
        rows.with_plan(today),
        noun="cohort",
        find=("code", "title", "contract__client__name", "contract__reference"),
        filters=[when],
        orders={
            "starts": ("Latest first", ("-starts_on", "code")),
            "code": ("By code", ("code",)),
            "client": ("By client", ("contract__client__name", "code")),
            "due": ("By next deadline", ("next_due_on", "code")),
        },
    )
    context = {"listing": found, "counts": counts, "may_open": request.user.can(Can.MANAGE_CONTRACTS)}
    return render(request, "programmes/cohorts.html", context)


@requires(Can.SEE_COHORTS)
def cohort(request: AuthedRequest, code: str) -> HttpResponse:
    rows = Cohort.objects.visible_to(request.user).select_related("contract__client", "version__qualification")
    cohort = get_object_or_404(rows, code=code)
    appointments = list(cohort.appointments.select_related("tutor", "decided_by").order_by("from_on"))
    allocations = list(cohort.allocations.select_related("verifier").order_by("role", "from_on"))
    context = {
        "cohort": cohort,
        "today": clock.today(),
        "appointments": appointments,
        "allocations": allocations,
        "deadlines": cohort.deadlines.select_related("assignment").order_by("assignment__position"),
        "events": Event.objects.about(cohort, *appointments)[:30],
        "may_manage": not policy.runs_the_contract(cohort.contract, request.user),
        "may_see_progress": request.user.can(Can.SEE_PROGRESS),
        "may_see_contract": request.user.can(Can.SEE_CONTRACTS),
        "may_see_sampling": request.user.can(Can.SEE_VERIFICATION)
        and (request.user.has_role(Role.ADMINISTRATOR) or _verifies(allocations, request.user)),
    }
    return render(request, "programmes/cohort.html", context)


def _verifies(allocations: list[VerifierAllocation], user: User) -> bool:
    """Whether one of these allocations is this person's and holds today."""
    today = clock.today()
    return any(
        one.verifier_id == user.pk and one.from_on <= today and (one.to_on is None or one.to_on >= today)
        for one in allocations
    )


def _own_cohort(request: AuthedRequest, code: str) -> Cohort:
    rows = Cohort.objects.visible_to(request.user).select_related("contract__client", "version__qualification")
    return get_object_or_404(rows, code=code)


@requires(Can.MANAGE_CONTRACTS)
def set_cohort_deadline(request: AuthedRequest, code: str) -> HttpResponse:
    cohort = _own_cohort(request, code)
    initial = {"assignment": request.GET.get("assignment")}
    form = SetCohortDeadlineForm(request.POST or None, cohort=cohort, initial=initial)
    if form.is_valid() and form.attempts(actions.set_cohort_deadline, cohort, by=request.user):
        messages.success(request, f"The deadline for the {form.result.assignment} is set.")
        return redirect(cohort)
    return render(request, "programmes/set_cohort_deadline.html", {"form": form, "cohort": cohort})


@requires(Can.SET_MARKING_RULES)
def set_marking_rules(request: AuthedRequest, code: str) -> HttpResponse:
    """Release, second marking and anonymity, with what each change means for work that is under way."""
    cohort = _own_cohort(request, code)
    was = cohort.release_rule
    form = SetMarkingRulesForm(request.POST or None, cohort=cohort, cancel_url=cohort.get_absolute_url())
    if form.is_valid() and form.attempts(actions.set_marking_rules, cohort, by=request.user):
        messages.success(request, f"The rules are set. {policy.after_the_change(was, cohort.release_rule)}")
        return redirect(cohort)
    context = {"form": form, "cohort": cohort, "may_release": request.user.can(Can.RELEASE_RESULTS)}
    return render(request, "programmes/set_marking_rules.html", context, status=409 if form.errors else 200)


@requires(Can.PROPOSE_TUTORS)
def propose_tutor(request: AuthedRequest, code: str) -> HttpResponse:
    cohort = _own_cohort(request, code)
    form = ProposeTutorForm(request.POST or None, cohort=cohort)
    if form.is_valid() and form.attempts(actions.propose_tutor, cohort, by=request.user):
        messages.success(
            request, f"{form.result.tutor} is proposed. The contacts of {cohort.contract.client} are told."
        )
        return redirect(cohort)
    return render(request, "programmes/propose_tutor.html", {"form": form, "cohort": cohort})


@requires(Can.MANAGE_CONTRACTS)
def allocate_verifier(request: AuthedRequest, code: str) -> HttpResponse:
    cohort = _own_cohort(request, code)
    form = AllocateVerifierForm(request.POST or None, cohort=cohort, today=clock.today())
    if form.is_valid() and form.attempts(actions.allocate_verifier, cohort, by=request.user):
        messages.success(request, f"{form.result.verifier} may look into this cohort.")
        return redirect(cohort)
    return render(request, "programmes/allocate_verifier.html", {"form": form, "cohort": cohort})


@requires(Can.PROPOSE_TUTORS)
def end_appointment(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = TutorAppointment.objects.visible_to(request.user).select_related("tutor", "cohort__contract")
    appointment = get_object_or_404(rows, pk=pk)
    form = EndAppointmentForm(request.POST or None, initial={"to_on": clock.today()})
    if form.is_valid() and form.attempts(actions.end_appointment, appointment, by=request.user):
        messages.success(request, f"{appointment.tutor} teaches this cohort until the day you gave.")
        return redirect(appointment)
    return render(request, "programmes/end_appointment.html", {"form": form, "appointment": appointment})


# ---- the client decides


@requires(Can.APPROVE_PLANS)
def proposals(request: AuthedRequest) -> HttpResponse:
    rows = TutorAppointment.objects.visible_to(request.user).select_related("tutor", "cohort__contract__client")
    contacts = "cohort__contract__client__contacts"
    waiting = list(rows.awaiting_the_client().prefetch_related(contacts).order_by("proposed_at"))
    decided = rows.exclude(decided_at=None).select_related("decided_by").order_by("-decided_at")[:10]
    cards = [{"appointment": one, "choices": choices(one, request.user, TRANSITIONS)} for one in waiting]
    return render(request, "programmes/proposals.html", {"cards": cards, "decided": decided})


@requires(Can.APPROVE_PLANS)
def approve_tutor(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = TutorAppointment.objects.visible_to(request.user).select_related("tutor", "cohort__contract__client")
    appointment = get_object_or_404(rows, pk=pk)
    form = ApproveTutorForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempts(actions.approve_tutor, appointment, by=request.user):
        messages.success(request, f"{appointment.tutor} is approved. The centre and the tutor are told.")
        return redirect("programmes:proposals")
    return render(request, "programmes/approve_tutor.html", {"form": form, "appointment": appointment})


@requires(Can.APPROVE_PLANS)
def decline_tutor(request: AuthedRequest, pk: int) -> HttpResponse:
    rows = TutorAppointment.objects.visible_to(request.user).select_related("tutor", "cohort__contract__client")
    appointment = get_object_or_404(rows, pk=pk)
    form = DeclineTutorForm(request.POST or None)
    if form.is_valid() and form.attempts(actions.decline_tutor, appointment, by=request.user):
        messages.success(request, f"{appointment.tutor} is declined. The centre is told and proposes somebody else.")
        return redirect("programmes:proposals")
    return render(request, "programmes/decline_tutor.html", {"form": form, "appointment": appointment})
