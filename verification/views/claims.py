"""Claims for certificates: what can be claimed, what is missing, what was claimed and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import choices
from core.lists import listing
from core.models import Event
from enrolment.models import Enrolment
from verification import actions, policy
from verification.forms import RecordCertificateForm, RecordRejectionForm
from verification.models import Claim
from verification.models.standing import claimable, standings, unclaimed, with_standing
from verification.states import CLAIM_TRANSITIONS, ClaimState

STAGES = (
    ("ready", "Ready to claim"),
    ("missing", "Something missing"),
    ("claimed", "Claimed"),
    ("certificated", "Certificated"),
    ("rejected", "Rejected"),
)
LEARNER_ORDERS = {
    "learner": ("By learner", ("learner__full_name",)),
    "cohort": ("By cohort", ("cohort__code", "learner__full_name")),
    "registration": ("Registration ends first", ("registration__expires_on",)),
}
CLAIM_ORDERS = {
    "claimed": ("Oldest first", ("claimed_at",)),
    "learner": ("By learner", ("enrolment__learner__full_name",)),
    "cohort": ("By cohort", ("enrolment__cohort__code", "enrolment__learner__full_name")),
}


def _learners(user: User) -> QuerySet[Enrolment]:
    return Enrolment.objects.visible_to(user).exclude(learner=user)


@requires(Can.SEE_CLAIMS)
def claims(request: AuthedRequest) -> HttpResponse:
    stage = request.GET.get("stage", "ready")
    stage = stage if stage in dict(STAGES) else "ready"
    found = _learners_at(request, stage) if stage in ("ready", "missing") else _claims_at(request, stage)
    counted = Claim.objects.visible_to(request.user).order_by().values_list("state").annotate(Count("pk"))
    counts: dict[str, int | None] = {**{state: 0 for state in ClaimState.values}, **dict(counted)}
    counts[stage] = counts.get(stage) if found.narrowed and stage in counts else found.total
    context = {
        "listing": found,
        "stage": stage,
        "label": dict(STAGES)[stage],
        "stages": [(key, label, counts.get(key)) for key, label in STAGES],
        "may_claim": request.user.can(Can.CLAIM),
    }
    return render(request, "verification/claims.html", context)


def _learners_at(request: AuthedRequest, stage: str) -> Any:
    """Learners without a claim: those with nothing missing, or the others, each with the sentences."""
    today = clock.today()
    rows = with_standing(unclaimed(_learners(request.user)))
    ready = claimable(_learners(request.user), today=today).values("pk")
    rows = rows.filter(pk__in=ready) if stage == "ready" else rows.exclude(pk__in=ready)
    find = ("learner__full_name", "cohort__code", "registration__number")
    found = listing(request, rows, noun="learner", orders=LEARNER_ORDERS, find=find)
    standing = standings(found.page)
    for one in found.page:
        one.missing = policy.missing_for_claim(standing[one.pk], today=today)
    return found


def _claims_at(request: AuthedRequest, stage: str) -> Any:
    rows = Claim.objects.visible_to(request.user).filter(state=stage)
    related = "enrolment__learner", "enrolment__cohort__version__qualification", "enrolment__registration", "claimed_by"
    find = ("enrolment__learner__full_name", "enrolment__cohort__code", "order_number", "certificate_number")
    return listing(request, rows.select_related(*related), noun="claim", orders=CLAIM_ORDERS, find=find)


@requires(Can.CLAIM)
@require_POST
def make(request: AuthedRequest) -> HttpResponse:
    """Claim for one learner or for several ticked ones; whoever cannot be claimed is named with the reason."""
    ticked = [int(one) for one in request.POST.getlist("enrolment") if one.isdecimal()]
    chosen = list(_learners(request.user).filter(pk__in=ticked).select_related("learner", "cohort"))
    if not chosen:
        messages.warning(request, "Nobody is ticked. Tick the learners whose certificates you claim.")
        return redirect("verification:claims")
    order_number = request.POST.get("order_number", "").strip()[:30]
    claimed, refused = actions.claim_several(chosen, order_number=order_number, by=request.user)
    if claimed:
        several = (
            f"{len(claimed)} certificates"
            if len(claimed) > 1
            else "the certificate of " + str(claimed[0].enrolment.learner)
        )
        messages.success(request, f"Claimed: {several}.")
    for one in refused:
        messages.error(request, f"Not claimed: {one.enrolment.learner}. {one.sentence}")
    return redirect(f"{reverse('verification:claims')}?stage=claimed" if claimed else reverse("verification:claims"))


def _seen(user: User) -> QuerySet[Claim]:
    return Claim.objects.visible_to(user).select_related(
        "enrolment__learner",
        "enrolment__cohort__version__qualification__organisation",
        "enrolment__registration",
        "claimed_by",
        "closed_by",
    )


@requires(Can.SEE_CLAIMS)
def claim(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    context = {
        "claim": found,
        "choices": choices(found, request.user, CLAIM_TRANSITIONS),
        "events": Event.objects.about(found),
    }
    return render(request, "verification/claim.html", context)


@requires(Can.CLAIM)
def record_certificate(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    form = RecordCertificateForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.record_certificate, found, by=request.user):
        messages.success(request, f"Recorded. {found.enrolment.learner} has completed the programme and has been told.")
        return redirect(found)
    if form.errors and _recorded_just_so(request, found):
        return redirect(found)
    return _act(request, found, form, "Record the certificate")


def _recorded_just_so(request: AuthedRequest, found: Claim) -> bool:
    """Whether this is a second click: the same person has recorded the same certificate with the first."""
    number = request.POST.get("certificate_number", "").strip()
    same = Claim.objects.filter(pk=found.pk, state=ClaimState.CERTIFICATED, closed_by=request.user)
    if not same.filter(certificate_number=number).exists():
        return False
    messages.info(request, "You have recorded this certificate already. Nothing was done a second time.")
    return True


@requires(Can.CLAIM)
def record_rejection(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    form = RecordRejectionForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.record_rejection, found, by=request.user):
        messages.info(request, "Recorded. Once the cause is mended, the certificate is claimed again.")
        return redirect(found)
    return _act(request, found, form, "Record that the claim was rejected")


def _act(request: AuthedRequest, found: Claim, form: Any, title: str) -> HttpResponse:
    context = {"claim": found, "form": form, "title": title}
    return render(request, "verification/claim_act.html", context, status=409 if form.errors else 200)
